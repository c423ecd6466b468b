/**
 * Cryptographic primitives as a parameter: `node/crypto.ts` has OpenSSL's, `web/crypto.ts` those in plain
 * TypeScript. Everything here is
 * synchronous; what may take time (a remote key) goes through the engine's `ask`.
 */
import type { Random } from '../random.ts'

export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512'
export type AeadName = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305'
export type GroupName = 'x25519' | 'secp256r1' | 'secp384r1'

export interface Hash {
  update(data: Uint8Array): this
  /** A hash that goes on from here on its own. */
  copy(): Hash
  digest(): Uint8Array
}

/** One direction's key. Tags are 16 bytes. */
export interface Aead {
  /** Ciphertext and tag as separate pieces. */
  seal(nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): { ciphertext: Uint8Array; tag: Uint8Array }
  /** The plaintext, or undefined when the tag does not fit. */
  open(nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined
}

/** An ephemeral key pair. */
export interface KeyShare {
  readonly publicKey: Uint8Array
  /** The shared secret, or undefined when the peer's point is not acceptable (low order, not on the curve). */
  derive(peer: Uint8Array): Uint8Array | undefined
}

/** How a signature is made: key type, hash and padding. */
export interface SignatureAlgorithm {
  readonly key: 'ecdsa' | 'rsa-pkcs1' | 'rsa-pss' | 'ed25519'
  readonly hash: HashName | undefined
}

export interface CryptoProvider {
  readonly random: Random
  hash(name: HashName): Hash
  hmac(name: HashName, key: Uint8Array, ...data: readonly Uint8Array[]): Uint8Array
  /** Copies `key`: the caller wipes its own when this returns. */
  aead(name: AeadName, key: Uint8Array): Aead
  keyShare(group: GroupName): KeyShare
  /** `spki` is a SubjectPublicKeyInfo in DER; ECDSA signatures are DER. False for anything that does not fit. */
  verify(algorithm: SignatureAlgorithm, spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** Whether `spki` holds a key that `verify` can use: a point on its curve, a modulus that is one. */
  isPublicKey(spki: Uint8Array): boolean
  /** `pkcs8` is an unencrypted PrivateKeyInfo in DER. */
  sign(algorithm: SignatureAlgorithm, pkcs8: Uint8Array, message: Uint8Array): Uint8Array
  /** Both in DER. Randomness is the provider's own, except under a seeded provider in the lab. */
  generateKeyPair(kind: 'p-256' | 'p-384' | 'rsa-2048' | 'ed25519'): { spki: Uint8Array; pkcs8: Uint8Array }
  /** Equal length and content, in constant time. */
  equal(a: Uint8Array, b: Uint8Array): boolean
}
