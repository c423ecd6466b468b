/**
 * `barewire/tls`: TLS 1.2 client and server as engines. Read `states.ts` first, then `tls12/states.table.ts` and
 * `client.ts`.
 */
export type { CertificateCoder } from './certificate-compression.ts'
export { type ChainAndKey, certifiedKey, type KeyElsewhere, type PublicAndPrivateKey, rawKey } from './certified-key.ts'
export type { TlsClientConfig, TlsServerConfig } from './config.ts'
export { tlsClient, tlsServer } from './engine.ts'
export { ExternalKey, type KeyHash, readImportedIdentity } from './external-key.ts'
export { type Digest, ja3, ja3Hash, ja3s, ja4, ja4Raw } from './fingerprint.ts'
export { QuestionId } from './question-id.ts'
export { type EarlyArrival, ReplayGuard, type ReplayOptions } from './replays.ts'
export { Session } from './session.ts'
export { SessionCache } from './session-cache.ts'
export { SessionStore, type SessionStoreOptions } from './session-store.ts'
export { TicketKeeper, type TicketOptions } from './tickets.ts'
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
