/**
 * TLS as an engine: `tlsClient` and `tlsServer` make one connection each. Bytes of the stream below go in with
 * `receive`, gather lists come out of `pollTransmit`; questions about trust and keys come as `ask` events and are
 * replied to with `answer`. `data` events bring buffers of their own, never changed afterwards.
 */
import { clientRole } from './client.ts'
import type { TlsClientConfig, TlsServerConfig } from './config.ts'
import { Connection } from './connection.ts'
import { serverRole } from './server.ts'
import { checkOwnLimit } from './tls12/record-limits.ts'
import type { TlsConnection } from './types.ts'

export type { TlsClientConfig, TlsServerConfig } from './config.ts'
export type { TlsConnection, TlsEvent } from './types.ts'

/** A client; its ClientHello is ready to be polled at once. */
export const tlsClient = (config: TlsClientConfig): TlsConnection => {
  checkOwnLimit(config.recordSizeLimit)
  return new Connection(clientRole(config), config.crypto, config.trace)
}

/** A server; it waits for a ClientHello. */
export const tlsServer = (config: TlsServerConfig): TlsConnection => {
  checkOwnLimit(config.recordSizeLimit)
  return new Connection(serverRole(config), config.crypto, config.trace)
}
