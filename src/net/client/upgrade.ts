/** Requests after which a stream is not HTTP any more: Upgrade (RFC 9110 7.8), and CONNECT through a proxy (9.3.6). */
import { FailureError, fail } from '../../failures/index.ts'
import type { HeaderList, ResponseHead } from '../../http/types.ts'
import type { NetStream } from '../stream/types.ts'
import { type ConnectionOptions, Http1Connection } from './http1.ts'

export interface SwitchRequest {
  readonly method: string
  readonly target: string
  readonly headers: HeaderList
}

/** `where`: whom we ask, for failures: `proxy.test:8080`. */
export interface SwitchOptions extends Pick<ConnectionOptions, 'clock' | 'timeouts' | 'where' | 'over'> {
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
    const { clock, timeouts, where, over, signal, declined } = options
    const deaf = (): void => signal?.removeEventListener('abort', abort)
    const refuse = (error: unknown): void => {
      deaf()
      stream.reset()
      reject(error)
    }
    const abort = (): void => refuse(signal!.reason)
    if (signal?.aborted) {
      over?.('unwanted')
      abort()
      return
    }
    signal?.addEventListener('abort', abort, { once: true })
    const connection = new Http1Connection(stream, { clock, timeouts, where, over, free() {}, gone() {} })
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
          switched(head, taken) {
            deaf()
            resolve({ stream: taken, head })
          },
        },
      )
    } catch (error) {
      refuse(error)
    }
  })
