/** Which kind of key a certificate has, and on which curve. */
import { DerError } from '../asn1/der.ts'
import type { Bytes } from '../engine.ts'
import { type PublicKey, readPublicKey } from '../x509/public-key.ts'
import { NamedGroup } from './messages/registries.table.ts'

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

const GROUPS = { 'p-256': 'secp256r1', 'p-384': 'secp384r1', 'p-521': 'secp521r1' } as const

const publicKeyOf = (spki: Bytes): PublicKey | undefined => {
  try {
    return readPublicKey(spki)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}
