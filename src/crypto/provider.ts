/**
 * Cryptographic primitives as a parameter: `node/crypto.ts` has OpenSSL's, `web/crypto.ts` those in plain
 * TypeScript. Everything here is synchronous; what may take time (a remote key) goes through the engine's `ask`.
 */
import type { Random } from '../random.ts'

export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512'
/** Broken: for old servers of Digest (RFC 7616), and to open keys that old tools sealed. We make nothing with it. */
export type BrokenHashName = 'md5'
/** FIPS 180-4 5.3.6: SHA-512 from another beginning, cut to 256 bits. For Digest alone (RFC 7616). */
export type CutHashName = 'sha512-256'
export type AeadName = 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305'
/** IANA names; the last one is ML-KEM-768 beside X25519 (draft-ietf-tls-ecdhe-mlkem 4.3), for TLS 1.3 alone. */
export type GroupName = 'x25519' | 'secp256r1' | 'secp384r1' | 'secp521r1' | 'X25519MLKEM768'

export interface Hash {
  update(data: Uint8Array): this
  /** A hash that goes on from here on its own. */
  copy(): Hash
  digest(): Uint8Array
}

/** One direction's key. Tags are 16 bytes. */
export interface Aead {
  /** Ciphertext and tag as separate pieces, for what is long. */
  seal(nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): { ciphertext: Uint8Array; tag: Uint8Array }
  /**
   * An array to seal something long into, where that costs less than pieces do. Whatever is in it is to be overwritten.
   * Undefined: it does not.
   */
  room?(length: number): Uint8Array | undefined
  /** Ciphertext and tag into `target` from `at`, for what is short or has `room`. The plaintext may lie there already. */
  sealInto(target: Uint8Array, at: number, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): void
  /**
   * Where others seal (`recordWorkers`): an array for a head of so many bytes, so much plaintext, and the tag. The caller
   * fills in head and plaintext at once; what it is then is not to be looked at, and it is moved by whoever knows when it is
   * sealed. Undefined: seal it yourself.
   */
  sealLater?(head: number, nonce: Uint8Array, additional: Uint8Array, plaintext: number): Uint8Array | undefined
  /** The plaintext, or undefined when the tag does not fit. */
  open(nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined
  /** Overwrites the key; whoever seals or opens after that is thrown at. */
  wipe(): void
}

/** AES in CBC mode, without padding: data is a whole number of blocks of 16 bytes. */
export interface Cbc {
  encrypt(iv: Uint8Array, data: Uint8Array): Uint8Array
  decrypt(iv: Uint8Array, data: Uint8Array): Uint8Array
  /** Overwrites the key, or leaves it to whoever holds it; whoever encrypts or decrypts after that is thrown at. */
  wipe(): void
}

/** The first move of a key agreement: what the other side answers to. */
export interface KeyOffer {
  readonly share: Uint8Array
  /**
   * The shared secret, or undefined when the answer is not acceptable (low order, not on the curve, another length).
   * For one use: a second one throws `RangeError`.
   */
  secret(answer: Uint8Array): Uint8Array | undefined
}

/** The second move: the secret is known as soon as the answer is made. */
export interface KeyAnswer {
  readonly share: Uint8Array
  readonly secret: Uint8Array
}

/** How a signature is made: key type, hash and padding. An `rsa-pss` signature is made with a key of either algorithm. */
export interface SignatureAlgorithm {
  readonly key: 'ecdsa' | 'rsa-pkcs1' | 'rsa-pss' | 'ed25519'
  readonly hash: HashName | undefined
}

/** RFC 7914 2: N (a power of two), r and p. */
export interface ScryptCosts {
  readonly cost: number
  readonly blockSize: number
  readonly parallelization: number
}

/** Key derivation that takes its time elsewhere, so that whoever else is there goes on: as in `CryptoProvider`. */
export interface KeyDerivation {
  pbkdf2(...of: Parameters<CryptoProvider['pbkdf2']>): Promise<Uint8Array>
  scrypt(...of: Parameters<CryptoProvider['scrypt']>): Promise<Uint8Array>
  /** Settles when others have had their turn. For what no library derives (PKCS#12): it is done here, in pieces. */
  turn(): Promise<void>
}

export type KeyKind = 'p-256' | 'p-384' | 'p-521' | 'rsa-2048' | 'ed25519'

export interface CryptoProvider {
  readonly random: Random
  hash(name: HashName | BrokenHashName | CutHashName): Hash
  /** The hash of these one behind the other: without an object, for what is short and lies there whole. */
  digest(name: HashName, ...data: readonly Uint8Array[]): Uint8Array
  hmac(name: HashName, key: Uint8Array, ...data: readonly Uint8Array[]): Uint8Array
  /** `length` bytes from a password (RFC 8018 5.2, with HMAC). Takes as long as `iterations` says: bound it before. */
  pbkdf2(hash: HashName, password: Uint8Array, salt: Uint8Array, iterations: number, length: number): Uint8Array
  /** The same by scrypt (RFC 7914), which takes 128 · `cost` · `blockSize` bytes of memory: bound them before. */
  scrypt(password: Uint8Array, salt: Uint8Array, costs: ScryptCosts, length: number): Uint8Array
  /** Copies `key`: the caller wipes its own when this returns. */
  aead(name: AeadName, key: Uint8Array): Aead
  /**
   * Nobody reads `ciphertext` again: where `seal` or `room` made it, its memory may be given back at once, and it is empty
   * then, or used for another. Anything else is left alone.
   */
  spent?(ciphertext: Uint8Array): void
  /** AES-128, AES-192 or AES-256, by the length of `key`, which it copies. */
  cbc(key: Uint8Array): Cbc
  offerShare(group: GroupName): KeyOffer
  /** Undefined when the share of the other side is not acceptable. */
  answerShare(group: GroupName, share: Uint8Array): KeyAnswer | undefined
  /** `spki` is a SubjectPublicKeyInfo in DER; ECDSA signatures are DER. False for anything that does not fit. */
  verify(algorithm: SignatureAlgorithm, spki: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean
  /** Whether `spki` holds a key that `verify` can use: a point on its curve, a modulus that is one. */
  isPublicKey(spki: Uint8Array): boolean
  /** `pkcs8` is an unencrypted PrivateKeyInfo in DER. */
  sign(algorithm: SignatureAlgorithm, pkcs8: Uint8Array, message: Uint8Array): Uint8Array
  /** Both in DER. Randomness is the provider's own, except under a seeded provider in the lab. */
  generateKeyPair(kind: KeyKind): { spki: Uint8Array; pkcs8: Uint8Array }
  /**
   * RSAES-PKCS1-v1_5 (RFC 8017 7.2.1). Undefined when `spki` is no RSA key, or one too short for the message and 11
   * bytes of padding.
   */
  rsaEncrypt(spki: Uint8Array, message: Uint8Array): Uint8Array | undefined
  /**
   * The bare private operation (RFC 8017 5.1.2): as many bytes as the modulus has, padding included, for whoever looks
   * at it without telling what he saw. Undefined when the ciphertext is no number below the modulus, written in its
   * length; that is no secret. Throws `RangeError` for a key that is not RSA.
   */
  rsaRaw(pkcs8: Uint8Array, ciphertext: Uint8Array): Uint8Array | undefined
  /** Equal length and content, in constant time. */
  equal(a: Uint8Array, b: Uint8Array): boolean
}
