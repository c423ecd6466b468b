/** Which class speaks what was agreed on: a protocol more is a row more. */
import type { NetStream } from '../stream/types.ts'
import { type ConnectionOptions, Http1Connection } from './http1.ts'
import type { ClientConnection } from './types.ts'

type Speaker = (stream: NetStream, options: ConnectionOptions) => ClientConnection

/** By the names of ALPN (RFC 7301), best first. */
const speakers: Readonly<Record<string, Speaker>> = {
  'http/1.1': (stream, options) => new Http1Connection(stream, options),
}

export const PROTOCOLS: readonly string[] = Object.keys(speakers)

/** Without TLS, and where the server does not know ALPN, it is HTTP/1.1. */
export const speaking = (stream: NetStream, options: ConnectionOptions): ClientConnection => {
  const speaker = speakers[stream.connection.tls?.alpn ?? ''] ?? speakers['http/1.1']!
  return speaker(stream, options)
}
