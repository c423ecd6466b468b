/**
 * `barewire/node/tls`: our TLS in the shape of `node:tls`, for what is written against it: `https.Agent`, undici, clients
 * of databases. Read `socket.ts` first.
 */
import { DEFAULT_SUITES, suites, suites13 } from '../../tls/suites.table.ts'
import { opensslName } from './names.table.ts'

/** The roots that Node carries. Without `ca` those of the system hold, not these. */
export { rootCertificates } from 'node:tls'
export type { CheckServerIdentity, SniCallback } from './answers.ts'
export { checkServerIdentity } from './check-server-identity.ts'
export { connect } from './connect.ts'
export {
  createSecureContext,
  type KeyContents,
  SecureContext,
  type SecureContextOptions,
} from './context.ts'
export { getCACertificates, type RootsOf, setDefaultCACertificates } from './default-roots.ts'
export type { TlsError } from './errors.ts'
export type { ConnectionOptions, TLSSocketOptions, TlsOptions } from './options.ts'
export { createServer, type SecureConnectionListener, Server } from './server.ts'
export type { ClientPskCallback, ServerPskCallback, SharedKey } from './shared-keys.ts'
export { TLSSocket } from './socket.ts'

/** What is offered without `ciphers`. */
export const DEFAULT_CIPHERS: string = DEFAULT_SUITES.map(opensslName).join(':')
export const DEFAULT_ECDH_CURVE = 'auto'
export const DEFAULT_MIN_VERSION = 'TLSv1.2'
export const DEFAULT_MAX_VERSION = 'TLSv1.3'

/** In small letters, as Node has them. */
export const getCiphers = (): string[] => [...suites13, ...suites].map(({ name }) => opensslName(name).toLowerCase())
