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
  return new Connection(clientRole(config), config.crypto, config.trace, config.epoch)
}

/** A server; it waits for a ClientHello. */
export const tlsServer = (config: TlsServerConfig): TlsConnection => tlsServers(config)(config)

/** What two servers of one configuration differ in. */
type OfOne = Pick<TlsServerConfig, 'trace' | 'epoch'>

/** Any number of servers of one configuration: it is checked once, and none of them holds one of its own. */
export const tlsServers = (config: Omit<TlsServerConfig, keyof OfOne>): ((one: OfOne) => TlsConnection) => {
  checkOwnLimit(config.recordSizeLimit)
  const role = serverRole(config)
  return ({ trace, epoch }) => new Connection(role, config.crypto, trace, epoch)
}
