/** A chain and a private key as TLS wants them: with the signatures that the key can make. */
import type { SignatureAlgorithm } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { spkiOf } from '../../x509/certificate/public-key.ts'
import type { CertifiedKey } from '../types.ts'
import { keyGroupOf, schemesOf } from './key.ts'

export interface ChainAndKey {
  /** DER, leaf first. */
  readonly chain: readonly Bytes[]
  /** PrivateKeyInfo (PKCS#8), DER, or whoever has the key. */
  readonly privateKey: Bytes | KeyElsewhere
}

/** A private key that is not in this program: in another process, on another machine, in a security module. */
export interface KeyElsewhere {
  /**
   * The signature of `message` (of the whole: whoever signs does the hashing), ECDSA ones in DER. What it throws ends
   * this handshake and no other.
   */
  sign(message: Bytes, algorithm: SignatureAlgorithm): Bytes | Promise<Bytes>
  /**
   * The bare RSA operation on `ciphertext`, as long as the modulus, its padding neither removed nor looked at: for suites
   * with RSA key exchange, where the server names them. What it throws the client does not hear of, as whatever it says
   * about a ciphertext must not be heard. Without it no such handshake succeeds.
   */
  decrypt?(ciphertext: Bytes): Bytes | Promise<Bytes>
}

export const isKeyElsewhere = (value: unknown): value is KeyElsewhere =>
  typeof value === 'object' && value !== null && 'sign' in value && typeof value.sign === 'function'

export interface PublicAndPrivateKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Bytes
  readonly privateKey: Bytes | KeyElsewhere
}

/** A key without a certificate (RFC 7250), for whoever knows it from elsewhere. */
export const rawKey = ({ publicKey, privateKey }: PublicAndPrivateKey): CertifiedKey => ({
  chain: [publicKey],
  certificateType: 'RawPublicKey',
  schemes: schemesOf(publicKey).map(scheme => scheme.id),
  group: keyGroupOf(publicKey),
  key: privateKey,
})

/** The result of `CertificateAuthority.issue`, or what files gave, for `certificateFor`. Throws for a leaf that is no certificate. */
export const certifiedKey = ({ chain, privateKey }: ChainAndKey): CertifiedKey => {
  const spki = spkiOf(chain[0] ?? new Uint8Array(0))
  const able = schemesOf(spki).map(scheme => scheme.id)
  return { chain, schemes: able, group: keyGroupOf(spki), key: privateKey }
}
