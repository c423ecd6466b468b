/** The signature schemes that we make and check, by preference, and what each is made of (RFC 9846 4.3.3). */
import type { SignatureAlgorithm } from '../crypto/provider.ts'
import { NamedGroup } from './messages/registries.table.ts'
import type { EcdheGroup } from './suites.table.ts'

export interface Scheme {
  /** IANA number. */
  readonly id: number
  readonly name: string
  /** The cipher suites that it belongs to: RFC 8422 5.10 counts Ed25519 as ECDSA. */
  readonly authentication: 'ecdsa' | 'rsa'
  /** The key that it needs, as `x509/certificate/public-key.ts` calls it. */
  readonly keyType: 'ecdsa' | 'rsa' | 'rsa-pss' | 'ed25519'
  readonly algorithm: SignatureAlgorithm
  /** TLS 1.3: the curve that the key must be on. */
  readonly group?: EcdheGroup
}

type Sha2 = 'sha256' | 'sha384' | 'sha512'

const ecdsa = (id: number, group: EcdheGroup, hash: Sha2): Scheme => ({
  id,
  name: `ecdsa_${group}_${hash}`,
  authentication: 'ecdsa',
  keyType: 'ecdsa',
  algorithm: { key: 'ecdsa', hash },
  group,
})
const rsa = (id: number, name: string, key: 'rsa-pss' | 'rsa-pkcs1', hash: Sha2): Scheme => ({
  id,
  name,
  authentication: 'rsa',
  keyType: 'rsa',
  algorithm: { key, hash },
})

/** For keys that may sign with PSS alone. */
const pss = (id: number, hash: Sha2): Scheme => ({
  ...rsa(id, `rsa_pss_pss_${hash}`, 'rsa-pss', hash),
  keyType: 'rsa-pss',
})

/**
 * In TLS 1.2 the curve in a name such as ecdsa_secp256r1_sha256 binds nobody (RFC 9846 4.3.3): only the hash does.
 * SHA-1 and MD5 are not here (RFC 9155 2).
 */
export const schemes: readonly Scheme[] = [
  ecdsa(0x0403, 'secp256r1', 'sha256'),
  {
    id: 0x0807,
    name: 'ed25519',
    authentication: 'ecdsa',
    keyType: 'ed25519',
    algorithm: { key: 'ed25519', hash: undefined },
  },
  ecdsa(0x0503, 'secp384r1', 'sha384'),
  ecdsa(0x0603, 'secp521r1', 'sha512'),
  rsa(0x0804, 'rsa_pss_rsae_sha256', 'rsa-pss', 'sha256'),
  rsa(0x0805, 'rsa_pss_rsae_sha384', 'rsa-pss', 'sha384'),
  rsa(0x0806, 'rsa_pss_rsae_sha512', 'rsa-pss', 'sha512'),
  pss(0x0809, 'sha256'),
  pss(0x080a, 'sha384'),
  pss(0x080b, 'sha512'),
  rsa(0x0401, 'rsa_pkcs1_sha256', 'rsa-pkcs1', 'sha256'),
  rsa(0x0501, 'rsa_pkcs1_sha384', 'rsa-pkcs1', 'sha384'),
  rsa(0x0601, 'rsa_pkcs1_sha512', 'rsa-pkcs1', 'sha512'),
]

/** What is accepted from a peer, by preference: `chosen`, as far as we know them, or everything. Throws RangeError when we know none. */
export const acceptable = (chosen: readonly number[] | undefined): readonly Scheme[] => {
  const found = chosen === undefined ? schemes : chosen.flatMap(id => schemes.filter(scheme => scheme.id === id))
  if (found.length === 0) throw new RangeError(`none of these signature schemes is known here: ${chosen?.join(', ')}`)
  return found
}

const byId: ReadonlyMap<number, Scheme> = new Map(schemes.map(scheme => [scheme.id, scheme]))

export const schemeById = (id: number): Scheme | undefined => byId.get(id)

/** RFC 9846 4.3.3: of the schemes that we know TLS 1.3 has all but PKCS#1. */
export const isIn13 = (id: number): boolean => {
  const scheme = schemeById(id)
  return scheme !== undefined && scheme.algorithm.key !== 'rsa-pkcs1'
}

/** What is known of a key: its kind as `x509/certificate/public-key.ts` calls it, and of an ECDSA key its group. */
interface Key {
  readonly type?: string | undefined
  readonly group: number | undefined
}

/**
 * RFC 9846 4.3.3: what TLS 1.3 has of the schemes. PKCS#1 is gone, and the curve in the name of an ECDSA scheme binds the
 * key. Undefined for anything else, and where the scheme does not fit the key.
 */
export const schemeFor13 = (id: number, { type, group }: Key): Scheme | undefined => {
  const scheme = schemeById(id)
  if (scheme === undefined || !isIn13(id)) return undefined
  if (type !== undefined && scheme.keyType !== type) return undefined
  return scheme.group === undefined || NamedGroup.names[scheme.group] === group ? scheme : undefined
}
