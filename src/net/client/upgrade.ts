/** Requests after which a stream is not HTTP any more: Upgrade (RFC 9110 7.8), and CONNECT through a proxy (9.3.6). */
import type { Clock } from '../../clock.ts'
import { FailureError, fail } from '../../failures/index.ts'
import type { HeaderList, ResponseHead } from '../../http/types.ts'
import type { NetStream, Timeouts } from '../stream/types.ts'
import { Http1Connection } from './http1.ts'

export interface SwitchRequest {
  readonly method: string
  readonly target: string
  readonly headers: HeaderList
}

export interface SwitchOptions {
  readonly clock: Clock
  readonly timeouts: Pick<Timeouts, 'firstByte' | 'idle'>
  /** Whom we ask, for failures: `proxy.test:8080`. */
  readonly where: string
  readonly signal?: AbortSignal | undefined
  /** Is shown the answer that declines. */
  readonly declined?: ((head: ResponseHead) => void) | undefined
}

export interface Switched {
  /** With what came behind the answer in it. */
  readonly stream: NetStream
  readonly head: ResponseHead
}

/**
 * Asks on a stream of its own for another protocol (`Upgrade`) or a tunnel (CONNECT). Rejects with `FailureError`:
 * `http/upgrade-declined` for any other answer, `http/unexpected-upgrade`, http/…, tcp/…; or with the reason of `signal`.
 * The stream is cut then.
 */
export const askToSwitch = (stream: NetStream, request: SwitchRequest, options: SwitchOptions): Promise<Switched> =>
  new Promise((resolve, reject) => {
    const { clock, timeouts, where, signal, declined } = options
    let settled = false
    const settle = (work: () => void): void => {
      if (settled) return
      settled = true
      signal?.removeEventListener('abort', abort)
      work()
    }
    const refuse = (error: unknown): void =>
      settle(() => {
        stream.reset()
        reject(error)
      })
    const abort = (): void => refuse(signal!.reason)
    const connection = new Http1Connection(stream, { clock, timeouts, where, free() {}, gone() {} })
    try {
      connection.request(
        { ...request, body: undefined },
        {
          head(head) {
            const { status, reason } = head
            declined?.(head)
            const got = `${status} ${reason}`.trimEnd()
            refuse(new FailureError(fail('http/upgrade-declined', { where, got, number: status })))
          },
          data() {},
          end() {},
          drain() {},
          failed: failure => refuse(new FailureError(failure)),
          switched: (head, taken) => settle(() => resolve({ stream: taken, head })),
        },
      )
    } catch (error) {
      refuse(error)
      return
    }
    if (signal?.aborted) abort()
    else signal?.addEventListener('abort', abort, { once: true })
  })
