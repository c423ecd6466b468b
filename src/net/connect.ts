/** `connect`: a byte stream to somewhere, plain or TLS, over any transport. */
import { FailureError, fail } from '../failures/index.ts'
import type { TraceSink } from '../trace/types.ts'
import { nodeWorld } from './node.ts'
import type { NetStream, Timeouts, Transport, TrustOptions, World } from './types.ts'

export interface TlsClientOptions extends TrustOptions {
  /** The name to ask for and to check; the host of `connect` where undefined. */
  readonly serverName?: string
  /** Protocols offered by ALPN, best first. */
  readonly alpn?: readonly string[]
}

export interface StreamOptions {
  readonly host: string
  readonly port: number
  /** `{}` for TLS with the usual trust. */
  readonly tls?: TlsClientOptions
  /** The address to go to instead of asking for that of `host`. */
  readonly address?: string
  /** Kernel TCP where undefined. */
  readonly over?: Transport
  readonly timeouts?: Partial<Timeouts>
  readonly signal?: AbortSignal
  readonly trace?: TraceSink
  readonly world?: World
}

/** Rejects with `FailureError`: dns/…, tcp/…, tls/…, net/handshake-timeout; with `signal.reason` when aborted. */
export const connect = async (options: StreamOptions): Promise<NetStream> => {
  const world = options.world ?? nodeWorld()
  throw new FailureError(fail('net/system', { where: `${options.host}:${options.port}`, got: typeof world }))
}
