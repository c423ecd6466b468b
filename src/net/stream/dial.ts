/**
 * From a name to a stream: the name is looked up within a time of its own, then its addresses are tried one after the
 * other and beside each other (Happy Eyeballs, RFC 8305), within the time for connecting.
 */
import type { Clock } from '../../clock.ts'
import { FailureError, fail } from '../../failures/index.ts'
import type { TraceSink } from '../../trace/types.ts'
import { endpointText, parseIp } from '../../wire/address.ts'
import type { ByteStream, Timeouts, Transport } from './types.ts'

export interface Dial {
  readonly host: string
  readonly port: number
  /** The address to go to instead of asking for those of `host`. */
  readonly address?: string | undefined
  readonly timeouts: Pick<Timeouts, 'name' | 'connect'>
  readonly signal?: AbortSignal | undefined
  readonly trace?: TraceSink | undefined
}

/** How long one address may be silent before the next is tried beside it (RFC 8305 8 recommends 250 ms). */
const NEXT_ADDRESS_AFTER = 250

/** Rejects with `FailureError`: dns/…, tcp/…, net/unreachable; with `signal.reason` when aborted. */
export const dial = async (to: Dial, transport: Transport, clock: Clock): Promise<ByteStream> => {
  const { host, port, timeouts, trace } = to
  to.signal?.throwIfAborted()
  const addresses = await addressesOf(to, transport, clock)
  const where = endpointText(host, port)
  const attempt = (address: string, signal: AbortSignal): Promise<ByteStream> =>
    transport.connect({ host: address, port, signal, trace })
  return await within(
    {
      clock,
      limit: timeouts.connect,
      signal: to.signal,
      late: () => fail('tcp/silence', { where, number: timeouts.connect }),
    },
    signal => race(interleaved(addresses), attempt, clock, signal),
  )
}

/** Of a host, or of `address` in its place. Rejects with `FailureError` dns/…. */
export const addressesOf = async (to: Dial, transport: Transport, clock: Clock): Promise<readonly string[]> => {
  const { host, timeouts, trace } = to
  const given = to.address ?? host
  const literal = given.replace(/^\[(.*)\]$/, '$1')
  if (transport.lookUp === undefined || parseIp(literal) !== undefined) return [literal]
  const late = () => fail('dns/timeout', { where: given, number: timeouts.name })
  const { lookUp } = transport
  const found = await within({ clock, limit: timeouts.name, signal: to.signal, late }, signal =>
    lookUp(given, { signal, trace }),
  )
  if (found.length === 0) throw new FailureError(fail('dns/no-address', { where: host }))
  return found
}

interface Limit {
  readonly clock: Clock
  /** Milliseconds. */
  readonly limit: number
  readonly signal: AbortSignal | undefined
  readonly late: () => ReturnType<typeof fail>
}

/** `work` with a signal that fires when the time is up or the caller gives up; neither waits for work that does not hear it. */
const within = <T>({ clock, limit, signal, late }: Limit, work: (signal: AbortSignal) => Promise<T>): Promise<T> =>
  new Promise<T>((resolve, reject) => {
    const controller = new AbortController()
    const stop = (reason: unknown): void => {
      controller.abort(reason)
      reject(reason)
    }
    const abort = (): void => stop(signal!.reason)
    signal?.addEventListener('abort', abort, { once: true })
    const disarm = clock.later(clock.now() + limit, () => stop(new FailureError(late())))
    work(controller.signal)
      .then(resolve, reject)
      .finally(() => {
        disarm()
        signal?.removeEventListener('abort', abort)
      })
  })

/** RFC 8305 4: the families take turns, beginning with that of the address that the system likes best. */
const interleaved = (addresses: readonly string[]): string[] => {
  const first = addresses.filter(address => address.includes(':') === addresses[0]?.includes(':'))
  const second = addresses.filter(address => !first.includes(address))
  return Array.from({ length: Math.max(first.length, second.length) }, (_, i) => [first[i], second[i]])
    .flat()
    .filter(address => address !== undefined)
}

/** The first stream that opens; the others are given up. */
const race = (
  addresses: readonly string[],
  attempt: (address: string, signal: AbortSignal) => Promise<ByteStream>,
  clock: Clock,
  signal: AbortSignal,
): Promise<ByteStream> =>
  new Promise((resolve, reject) => {
    const running = new Set<AbortController>()
    const failed: unknown[] = []
    let next = 0
    let over = false
    let disarm = (): void => {}
    const finish = (settle: () => void): void => {
      over = true
      disarm()
      signal.removeEventListener('abort', abort)
      for (const each of running) each.abort(new Error('another address answered first'))
      settle()
    }
    const abort = (): void => finish(() => reject(signal.reason))
    const start = (): void => {
      disarm()
      const address = addresses[next++]
      if (address === undefined || over) return
      const controller = new AbortController()
      running.add(controller)
      attempt(address, controller.signal).then(
        stream => {
          running.delete(controller)
          if (over) stream.reset()
          else finish(() => resolve(stream))
        },
        (error: unknown) => {
          running.delete(controller)
          failed.push(error)
          if (next < addresses.length) start()
          else if (running.size === 0) finish(() => reject(mostTelling(failed)))
        },
      )
      if (next < addresses.length) disarm = clock.later(clock.now() + NEXT_ADDRESS_AFTER, start)
    }
    signal.addEventListener('abort', abort, { once: true })
    start()
  })

/** That of an address that answered says more than that of one that was silent, or out of reach. */
const mostTelling = (errors: readonly unknown[]): unknown => {
  const rank = (error: unknown): number => {
    const at = error instanceof FailureError ? TELLING.indexOf(error.code) : -1
    return at < 0 ? TELLING.length : at
  }
  return [...errors].sort((a, b) => rank(a) - rank(b))[0]
}

const TELLING: readonly string[] = ['tcp/refused', 'tcp/reset', 'tcp/silence', 'net/unreachable']
