/** The way through a SOCKS 5 proxy (RFC 1928): one stream to it, which is the server's when it says so. */
import type { Clock } from '../../clock.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { Stall } from '../stream/stall.ts'
import { TakenStream } from '../stream/taken.ts'
import type { NetStream } from '../stream/types.ts'
import { SocksDialogue, type SocksLogin, type SocksStep, type SocksTarget } from './socks-dialogue.ts'

export interface SocksOptions {
  readonly clock: Clock
  /** How long the proxy may take for all that it says, in ms. */
  readonly patience: number
  /** The proxy, for failures. */
  readonly where: string
  readonly login: SocksLogin | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Has the proxy at the other end connect to `target`. Rejects with `FailureError`: net/proxy-authentication,
 * net/proxy-refused, net/idle-timeout, tcp/…; with the reason of `signal` when aborted. The stream is cut then.
 */
export const throughSocks = (stream: NetStream, target: SocksTarget, options: SocksOptions): Promise<NetStream> =>
  new Promise((resolve, reject) => {
    const { clock, patience, where, login, signal } = options
    const dialogue = new SocksDialogue(target, login)
    const expected = target.host.includes(':') ? `[${target.host}]:${target.port}` : `${target.host}:${target.port}`
    let settled = false
    const settle = (work: () => void): void => {
      if (settled) return
      settled = true
      stall.end()
      signal?.removeEventListener('abort', abort)
      work()
    }
    const refuse = (error: unknown): void =>
      settle(() => {
        stream.reset()
        reject(error)
      })
    const fails = (failure: Failure): void => refuse(new FailureError(failure))
    const abort = (): void => refuse(signal!.reason)
    const stall = new Stall(clock, patience, () => fails(fail('net/idle-timeout', { where, number: patience })))
    const step = (next: SocksStep): void => {
      switch (next.type) {
        case 'wait':
          if (next.send !== undefined) stream.write([next.send])
          return
        case 'open': {
          const taken = { clock, rest: next.rest, ended: false, closed() {} }
          settle(() => resolve(new TakenStream(stream, taken)))
          return
        }
        case 'refused':
          fails(
            next.why === 'login'
              ? fail('net/proxy-authentication', { where, ...(login === undefined ? {} : { got: next.got }) })
              : fail('net/proxy-refused', { where, expected, got: next.got }),
          )
          return
        default:
          next satisfies never
      }
    }
    if (signal?.aborted) {
      refuse(signal.reason)
      return
    }
    signal?.addEventListener('abort', abort, { once: true })
    stall.start()
    stream.handler = {
      data: bytes => {
        if (!settled) step(dialogue.receive(bytes))
      },
      end: () => fails(fail('net/proxy-refused', { where, expected, got: 'nothing more' })),
      drain() {},
      closed: failure => fails(failure ?? fail('tcp/reset', { where })),
    }
    if (!settled) stream.write([dialogue.greeting()])
  })
