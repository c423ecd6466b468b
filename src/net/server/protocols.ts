/** Which class serves what was agreed on: a protocol more is a row more. */
import type { NetStream } from '../stream/types.ts'
import { ServerConnection } from './connection.ts'
import type { ConnectionOptions } from './connection-options.ts'

/** One client, as the server sees it, whatever it speaks. */
export interface ClientSeen {
  /** Listens from here on, and may be over when this returns. */
  start(): void
  /** No request is under way, and the stream is not somebody else's. */
  readonly idle: boolean
  /** What is under way is the last of it. */
  close(): void
  /** As `close`, but whoever has begun to ask, or has just connected, is heard and answered. */
  retire(): void
  /** Closes without waiting for anybody. */
  destroy(): void
}

type Listener = (stream: NetStream, options: ConnectionOptions<ClientSeen>) => ClientSeen

/** By the names of ALPN (RFC 7301), best first. */
const listeners: Readonly<Record<string, Listener>> = {
  'http/1.1': (stream, options) => new ServerConnection(stream, options),
}

export const PROTOCOLS: readonly string[] = Object.keys(listeners)

/** Without TLS, and where the client does not know ALPN, it is HTTP/1.1. */
export const serving = (stream: NetStream, options: ConnectionOptions<ClientSeen>): ClientSeen => {
  const listener = listeners[stream.connection.tls?.alpn ?? ''] ?? listeners['http/1.1']!
  return listener(stream, options)
}
