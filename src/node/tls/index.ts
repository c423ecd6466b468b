/**
 * `barewire/node/tls`: our TLS in the shape of `node:tls`, for what is written against it: `https.Agent`, undici, clients
 * of databases. Read `socket.ts` first.
 */
import { suites, suites13 } from '../../tls/suites.table.ts'
import { opensslName } from './names.table.ts'

export type { CheckServerIdentity, SniCallback } from './answers.ts'
export { checkServerIdentity } from './check-server-identity.ts'
export { connect } from './connect.ts'
export {
  createSecureContext,
  type KeyContents,
  SecureContext,
  type SecureContextOptions,
} from './context.ts'
export type { TlsError } from './errors.ts'
export type { ConnectionOptions, TLSSocketOptions, TlsOptions } from './options.ts'
export { createServer, type SecureConnectionListener, Server } from './server.ts'
export { TLSSocket } from './socket.ts'

export const DEFAULT_MIN_VERSION = 'TLSv1.2'
export const DEFAULT_MAX_VERSION = 'TLSv1.3'

/** In small letters, as Node has them. */
export const getCiphers = (): string[] => [...suites13, ...suites].map(({ name }) => opensslName(name).toLowerCase())
