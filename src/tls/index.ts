/**
 * `barewire/tls`: TLS 1.2 client and server as engines. Read `states.ts` first, then `tls12/states.table.ts` and
 * `client.ts`.
 */

export {
  type ChainAndKey,
  certifiedKey,
  type KeyElsewhere,
  type PublicAndPrivateKey,
  rawKey,
} from './certificate/certified-key.ts'
export type { CertificateCoder } from './certificate/compression.ts'
export type { TlsClientConfig, TlsServerConfig } from './config.ts'
export { tlsClient, tlsServer } from './engine.ts'
export { type Digest, ja3, ja3Hash, ja3s, ja4, ja4Raw } from './hello/fingerprint.ts'
export { QuestionId } from './question-id.ts'
export { SessionCache } from './session/cache.ts'
export { ExternalKey, type KeyHash, readImportedIdentity } from './session/external-key.ts'
export { type EarlyArrival, ReplayGuard, type ReplayOptions } from './session/replays.ts'
export { Session } from './session/session.ts'
export { SessionStore, type SessionStoreOptions } from './session/store.ts'
export { TicketKeeper, type TicketOptions } from './session/tickets.ts'
export type {
  Ask,
  CertificateTypeName,
  CertifiedKey,
  Established,
  Introduced,
  Pieces,
  Question,
  ServerPolicy,
  TlsConnection,
  TlsEvent,
  TlsVersion,
} from './types.ts'
