/** `barewire/tls`: TLS 1.2 client and server as engines. */
export type { TlsClientConfig, TlsServerConfig } from './config.ts'
export { tlsClient, tlsServer } from './engine.ts'
export type {
  Ask,
  CertifiedKey,
  Established,
  Pieces,
  Question,
  TlsConnection,
  TlsEvent,
  TlsVersion,
} from './types.ts'
