/** Which kind of key a certificate has. */
import { DerError } from '../asn1/der.ts'
import type { Bytes } from '../engine.ts'
import { readPublicKey } from '../x509/public-key.ts'

/** `spki` is a SubjectPublicKeyInfo in DER. Anything that we cannot use is `other`. */
export const keyTypeOf = (spki: Bytes): 'rsa' | 'ecdsa' | 'ed25519' | 'other' => {
  try {
    return readPublicKey(spki).type
  } catch (error) {
    if (error instanceof DerError) return 'other'
    throw error
  }
}
