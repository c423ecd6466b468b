/** Which kind of key a certificate has, and on which curve. */
import { DerError } from '../../asn1/der.ts'
import { HASH_LENGTH } from '../../crypto/hash.ts'
import type { Bytes } from '../../engine.ts'
import { type PublicKey, readPublicKey } from '../../x509/certificate/public-key.ts'
import { NamedGroup } from '../messages/registries.table.ts'
import { type Scheme, schemes } from '../schemes.table.ts'

/** `spki` is a SubjectPublicKeyInfo in DER. Anything that we cannot use is `other`. */
export const keyTypeOf = (spki: Bytes): PublicKey['type'] => publicKeyOf(spki)?.type ?? 'other'

/**
 * IANA number of the group that an ECDSA key is a point of; undefined for other keys. RFC 8422 5.3 wants it among the
 * groups of the client.
 */
export const keyGroupOf = (spki: Bytes): number | undefined => {
  const key = publicKeyOf(spki)
  return key?.type === 'ecdsa' ? NamedGroup.names[GROUPS[key.curve]] : undefined
}

/** The schemes that a key can make; none for a key that we do not use. */
export const schemesOf = (spki: Bytes): readonly Scheme[] => {
  const key = publicKeyOf(spki)
  const own = schemes.filter(scheme => scheme.keyType === key?.type)
  if (key?.type === 'rsa') return own.filter(scheme => roomIn(key.bits, scheme))
  if (key?.type !== 'rsa-pss') return own
  // RFC 9846 4.3.3: what the parameters of the key say is to be obeyed.
  return own.filter(scheme => roomIn(key.bits, scheme) && (key.hash ?? scheme.algorithm.hash) === scheme.algorithm.hash)
}

/** The suites of TLS 1.2 that a key belongs to (RFC 8422 5.10 counts Ed25519 as ECDSA); undefined for other keys. */
export const authenticationOf = (type: PublicKey['type']): Scheme['authentication'] | undefined =>
  schemes.find(scheme => scheme.keyType === type)?.authentication

/** RFC 8017 9.1.1 and 9.2: padding and hash must fit into the modulus; a PSS salt is as long as the hash. */
const roomIn = (modulusBits: number, { algorithm }: Scheme): boolean => {
  const hashLength = algorithm.hash === undefined ? 0 : HASH_LENGTH[algorithm.hash]
  return algorithm.key === 'rsa-pss'
    ? Math.ceil((modulusBits - 1) / 8) >= 2 * hashLength + 2
    : Math.ceil(modulusBits / 8) >= DIGEST_INFO + hashLength + 11
}

/** What stands before the hash in a DigestInfo. */
const DIGEST_INFO = 19

const GROUPS = { 'p-256': 'secp256r1', 'p-384': 'secp384r1', 'p-521': 'secp521r1' } as const

const publicKeyOf = (spki: Bytes): PublicKey | undefined => {
  try {
    return readPublicKey(spki)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}
