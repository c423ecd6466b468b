/** The signature schemes that we make and check, by preference, and what each is made of (RFC 9846 4.3.3). */
import type { SignatureAlgorithm } from '../crypto/provider.ts'

export interface Scheme {
  /** IANA number. */
  readonly id: number
  readonly name: string
  /** The cipher suites that it belongs to: RFC 8422 5.10 counts Ed25519 as ECDSA. */
  readonly authentication: 'ecdsa' | 'rsa'
  /** The key that it needs, as `x509/public-key.ts` calls it. */
  readonly keyType: 'ecdsa' | 'rsa' | 'ed25519'
  readonly algorithm: SignatureAlgorithm
}

const ecdsa = (id: number, name: string, hash: 'sha256' | 'sha384'): Scheme => ({
  id,
  name,
  authentication: 'ecdsa',
  keyType: 'ecdsa',
  algorithm: { key: 'ecdsa', hash },
})
const rsa = (id: number, name: string, key: 'rsa-pss' | 'rsa-pkcs1', hash: 'sha256' | 'sha384' | 'sha512'): Scheme => ({
  id,
  name,
  authentication: 'rsa',
  keyType: 'rsa',
  algorithm: { key, hash },
})

/**
 * In TLS 1.2 the curve in a name such as ecdsa_secp256r1_sha256 binds nobody (RFC 9846 4.3.3): only the hash does.
 * SHA-1 and MD5 are not here (RFC 9155 2).
 */
export const schemes: readonly Scheme[] = [
  ecdsa(0x0403, 'ecdsa_secp256r1_sha256', 'sha256'),
  {
    id: 0x0807,
    name: 'ed25519',
    authentication: 'ecdsa',
    keyType: 'ed25519',
    algorithm: { key: 'ed25519', hash: undefined },
  },
  ecdsa(0x0503, 'ecdsa_secp384r1_sha384', 'sha384'),
  rsa(0x0804, 'rsa_pss_rsae_sha256', 'rsa-pss', 'sha256'),
  rsa(0x0805, 'rsa_pss_rsae_sha384', 'rsa-pss', 'sha384'),
  rsa(0x0806, 'rsa_pss_rsae_sha512', 'rsa-pss', 'sha512'),
  rsa(0x0401, 'rsa_pkcs1_sha256', 'rsa-pkcs1', 'sha256'),
  rsa(0x0501, 'rsa_pkcs1_sha384', 'rsa-pkcs1', 'sha384'),
  rsa(0x0601, 'rsa_pkcs1_sha512', 'rsa-pkcs1', 'sha512'),
]

/** What is accepted from a peer, by preference: `chosen`, as far as we know them, or everything. */
export const acceptable = (chosen: readonly number[] | undefined): readonly Scheme[] =>
  chosen === undefined ? schemes : chosen.flatMap(id => schemes.filter(scheme => scheme.id === id))

export const schemeById = (id: number): Scheme | undefined => schemes.find(scheme => scheme.id === id)
