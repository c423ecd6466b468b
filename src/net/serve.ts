/** `serve`: a handler of `Request` to `Response` behind HTTP or HTTPS, over any transport. */
import { FailureError, fail } from '../failures/index.ts'
import type { FailureInfo } from '../failures/registry.ts'
import type { HttpLimits } from '../http/limits.ts'
import type { HttpTimeouts } from '../http/types.ts'
import type { TraceSink } from '../trace/types.ts'
import type { TlsServerOptions } from './listen.ts'
import { nodeWorld } from './node.ts'
import type { Address, ConnectionInfo, Transport, World } from './types.ts'

export interface About {
  readonly connection: ConnectionInfo
  /** Aborted when the client goes away before it has the whole answer. */
  readonly signal: AbortSignal
}

export type Handler = (request: Request, about: About) => Response | Promise<Response>

/** One answered request, or one that could not be answered: for access lines. */
export interface Served {
  readonly remote: Address
  readonly connection: ConnectionInfo | undefined
  /** Undefined when the failure came before a request was understood. */
  readonly method: string | undefined
  readonly target: string | undefined
  readonly status: number | undefined
  /** Body bytes sent, after coding. */
  readonly bytes: number
  /** From the head of the request to the last byte of the answer. */
  readonly milliseconds: number
  /** 1 for the first request of a connection. */
  readonly number: number
  readonly failure: FailureInfo | undefined
}

export interface ServeOptions {
  /** Loopback where undefined. */
  readonly host?: string
  /** 0 or undefined: any free one. */
  readonly port?: number
  /** HTTPS; plain HTTP where undefined. */
  readonly tls?: Omit<TlsServerOptions, 'alpn'>
  readonly over?: Transport
  readonly trace?: TraceSink
  readonly world?: World
  readonly limits?: Partial<HttpLimits>
  readonly timeouts?: HttpTimeouts & { readonly handshake?: number }
  /** Connections at once; more are closed as they come. */
  readonly maxConnections?: number
  /** gzip or deflate for bodies that shrink, as the client accepts. True where undefined. */
  readonly compress?: 'never' | 'when-accepted'
  /** Told after each answer and each refusal. */
  readonly served?: (line: Served) => void
  /** Told what a handler threw; the client gets 500 without a word of it. */
  readonly failed?: (error: unknown, request: Request) => void
}

export interface Server extends AsyncDisposable {
  /** `https://localhost:8443`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Stops accepting, lets the requests under way end (at most `grace` ms, 5 s where undefined), closes the rest. */
  close(grace?: number): Promise<void>
}

/** Rejects with `FailureError`: net/port-taken, net/port-forbidden, net/no-such-address. */
export const serve = async (handler: Handler, options: ServeOptions = {}): Promise<Server> => {
  const world = options.world ?? nodeWorld()
  throw new FailureError(fail('net/system', { got: typeof world + typeof handler }))
}
