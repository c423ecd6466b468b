/**
 * From a stream in clear to one on which TLS may begin, as the protocol of the server wants to be asked. Read
 * `protocols.table.ts` for who says what. Whatever stood in clear behind the answer is refused: it is not the server's
 * word, or nobody knows whether it is.
 */
import type { Clock } from '../../../clock.ts'
import type { Millis } from '../../../engine.ts'
import { type Failure, FailureError, fail } from '../../../failures/index.ts'
import { endpointText } from '../../../wire/address.ts'
import { InnerStream } from '../inner.ts'
import { plain } from '../plain.ts'
import { TakenStream } from '../taken.ts'
import { type ByteStream, DEFAULT_TIMEOUTS, type NetStream } from '../types.ts'
import { MOST_BEFORE_TLS, StartTlsDialogue, type Step } from './dialogue.ts'
import { type StartTlsName, startTlsProtocols } from './protocols.table.ts'

export interface StartTlsOptions {
  readonly protocol: StartTlsName
  /** Whom the client means. */
  readonly host: string
  readonly clock: Clock
  /** When the connection was asked for, on `clock`. */
  readonly asked: Millis
  /** For all that the server says before TLS, in ms. */
  readonly patience: Millis
  /** The server, for failures. */
  readonly where: string
  readonly signal?: AbortSignal | undefined
  /** `harmless`: a command that does nothing goes along with the wish for TLS. */
  readonly behind?: 'harmless' | undefined
}

/**
 * Rejects with `FailureError`: net/starttls-missing, net/starttls-refused, net/starttls-ahead, net/handshake-timeout, tcp/…;
 * with the reason of `signal` when aborted. The stream is cut then.
 */
export const startTls = (dialed: ByteStream, options: StartTlsOptions): Promise<NetStream> =>
  new Promise((resolve, reject) => {
    const { protocol, host, clock, asked, patience, where, signal } = options
    const { name, script, ...more } = startTlsProtocols[protocol]
    const stream = plain(dialed, asked, clock)
    const behind = options.behind === 'harmless' && 'harmless' in more ? `\r\n${more.harmless}` : undefined
    const setting = { host, local: stream.local.address, behind }
    const dialogue = new StartTlsDialogue(script(setting), bytes => void stream.write([bytes]))
    let settled = false
    const settle = (work: () => void): void => {
      if (settled) return
      settled = true
      disarm()
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
    const disarm = clock.later(clock.now() + patience, () =>
      fails(fail('net/handshake-timeout', { where, number: patience })),
    )
    const step = (next: Step): void => {
      if (next.type === 'wait') return
      if (next.type !== 'open') {
        fails(failureOf(next, { where, expected: name }))
        return
      }
      const taken = { clock, rest: new Uint8Array(0), ended: false, closed() {} }
      settle(() => resolve(plain(new InnerStream(new TakenStream(stream, taken), 'TLS'), asked, clock)))
    }
    if (signal?.aborted) {
      abort()
      return
    }
    signal?.addEventListener('abort', abort, { once: true })
    stream.handler = {
      data: bytes => {
        if (!settled) step(dialogue.receive(bytes))
      },
      end: () => fails(fail('net/starttls-refused', { where, expected: name, got: 'nothing more' })),
      drain() {},
      closed: failure => fails(failure ?? fail('tcp/reset', { where })),
    }
    step(dialogue.begin())
  })

/** For `connect`, with the time that a handshake usually has. */
export const startTlsFor =
  (protocol: StartTlsName, to: { readonly host: string; readonly port: number; readonly clock: Clock }) =>
  (dialed: ByteStream): Promise<NetStream> => {
    const { host, port, clock } = to
    const where = endpointText(host, port)
    return startTls(dialed, { protocol, host, clock, asked: clock.now(), patience: DEFAULT_TIMEOUTS.handshake, where })
  }

const failureOf = (
  step: Exclude<Step, { type: 'wait' | 'open' }>,
  facts: { readonly where: string; readonly expected: string },
): Failure => {
  switch (step.type) {
    case 'missing':
      return fail('net/starttls-missing', facts)
    case 'refused':
      return fail('net/starttls-refused', { ...facts, got: step.got })
    case 'ahead':
      return fail('net/starttls-ahead', { ...facts, number: step.length })
    case 'endless':
      return fail('net/starttls-refused', { ...facts, got: `more than ${MOST_BEFORE_TLS} bytes` })
    default:
      return step satisfies never
  }
}
