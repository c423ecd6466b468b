/**
 * Suites that nobody should speak any more (RFC 7465, RFC 9325 4.1), for a server that chooses them all the same. The
 * engine of TLS has none of them, and nothing outside the lab imports this.
 */
export interface WeakSuite {
  /** IANA number. */
  readonly id: number
  readonly name: WeakSuiteName
  /** `unspoken`: TLS 1.2 does not have it at all (RFC 4346 A.5), so nothing follows its choice. */
  readonly cipher: 'null' | 'rc4' | '3des' | 'unspoken'
  /** Bytes. */
  readonly keyLength: number
}

export type WeakSuiteName =
  | 'TLS_ECDHE_ECDSA_WITH_NULL_SHA'
  | 'TLS_ECDHE_ECDSA_WITH_RC4_128_SHA'
  | 'TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA'
  | 'TLS_RSA_EXPORT_WITH_RC4_40_MD5'
  | 'TLS_RSA_EXPORT_WITH_DES40_CBC_SHA'

/** RFC 8422 6, RFC 4346 A.5. */
export const weakSuites: readonly WeakSuite[] = [
  { id: 0xc006, name: 'TLS_ECDHE_ECDSA_WITH_NULL_SHA', cipher: 'null', keyLength: 0 },
  { id: 0xc007, name: 'TLS_ECDHE_ECDSA_WITH_RC4_128_SHA', cipher: 'rc4', keyLength: 16 },
  { id: 0xc008, name: 'TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA', cipher: '3des', keyLength: 24 },
  { id: 0x0003, name: 'TLS_RSA_EXPORT_WITH_RC4_40_MD5', cipher: 'unspoken', keyLength: 0 },
  { id: 0x0008, name: 'TLS_RSA_EXPORT_WITH_DES40_CBC_SHA', cipher: 'unspoken', keyLength: 0 },
]
