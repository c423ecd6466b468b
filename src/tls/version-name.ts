/** The versions that are spoken here, as people call them. */
export type TlsVersion = 'TLS 1.2' | 'TLS 1.3'
