/**
 * Cryptographic primitives in plain TypeScript (the noble packages), for pages, workers and every other place without
 * OpenSSL. WebCrypto would be faster, but it answers with promises, and engines do not wait. With the same seed the
 * bytes are those of `node/crypto.ts`. BigInt arithmetic is not constant in time: an attacker who can measure this
 * process finely is beyond what these packages promise.
 */
import { cbc, gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519 } from '@noble/curves/ed25519.js'
import { hmac } from '@noble/hashes/hmac.js'
import { md5, sha1 } from '@noble/hashes/legacy.js'
import { pbkdf2 } from '@noble/hashes/pbkdf2.js'
import { scrypt } from '@noble/hashes/scrypt.js'
import { sha256, sha384, sha512, sha512_256 } from '@noble/hashes/sha2.js'
import { deterministicSignature } from '../crypto/deterministic.ts'
import type {
  Aead,
  AeadName,
  Cbc,
  CryptoProvider,
  Hash,
  HashName,
  KeyKind,
  SignatureAlgorithm,
} from '../crypto/provider.ts'
import { encryptionBlock } from '../crypto/rsa-padding.ts'
import type { Random } from '../random.ts'
import { joined } from '../wire/bytes.ts'
import { type Curve, ecKeyPair, ed25519KeyPair, POINT_OCTETS, readPkcs8, readSpki } from '../x509/files/key-numbers.ts'
import { agreement, CURVES, newScalar } from './agreement.ts'
import { systemRandom } from './random.ts'
import { encryptBlock, isUsable, verifyPkcs1, verifyPss } from './rsa.ts'

/**
 * The provider without OpenSSL. It verifies RSA and encrypts with it, and throws `RangeError` when it should make an RSA
 * key or signature or decrypt: a secret exponent in BigInt arithmetic shows in the time it takes. WebCrypto hides it, and has
 * neither the bare operation nor the padding that a premaster secret comes in (RFC 8017 7.2).
 */
export const webCrypto = (): CryptoProvider => providerOf(systemRandom, undefined)

/**
 * The same primitives, with every choice drawn from `random`, in the order in which `seededNodeCrypto` draws. For tests
 * and the lab.
 */
export const seededWebCrypto = (random: Random): CryptoProvider => providerOf(random, random)

const providerOf = (random: Random, seeded: Random | undefined): CryptoProvider => ({
  random,
  hash: name => new WebHash(HASHES[name].create()),
  digest: digestOf,
  hmac: hmacOf,
  pbkdf2: (hash, password, salt, iterations, length) =>
    pbkdf2(HASHES[hash], password, salt, { c: iterations, dkLen: length }),
  scrypt: (password, salt, { cost, blockSize, parallelization }, length) =>
    scrypt(password, salt, { N: cost, r: blockSize, p: parallelization, dkLen: length, maxmem: 2 ** 31 }),
  aead: (name, key) => new WebAead(name, key),
  cbc: key => new WebCbc(key),
  offerShare: group => agreement(group, random).offer(),
  answerShare: (group, share) => agreement(group, random).answer(share),
  verify: verifySignature,
  isPublicKey,
  sign: (algorithm, pkcs8, message) => makeSignature(algorithm, pkcs8, message, seeded),
  generateKeyPair: kind => newKeyPair(kind, random),
  rsaEncrypt: (spki, message) => rsaEncrypt(random, spki, message),
  rsaRaw() {
    throw new RangeError('RSA signatures are verified here, and nothing is signed or decrypted')
  },
  equal: equalInConstantTime,
})

const HASHES = { md5, sha1, sha256, sha384, sha512, 'sha512-256': sha512_256 } as const
const EC_GROUPS = { 'p-256': 'secp256r1', 'p-384': 'secp384r1', 'p-521': 'secp521r1' } as const

class WebHash implements Hash {
  readonly #hash: ReturnType<(typeof HASHES)[keyof typeof HASHES]['create']>
  constructor(hash: ReturnType<(typeof HASHES)[keyof typeof HASHES]['create']>) {
    this.#hash = hash
  }
  update(data: Uint8Array): this {
    this.#hash.update(data)
    return this
  }
  copy(): Hash {
    return new WebHash(this.#hash.clone())
  }
  digest(): Uint8Array {
    return this.#hash.digest()
  }
}

const digestOf = (name: HashName, ...data: readonly Uint8Array[]): Uint8Array => {
  const hash = HASHES[name].create()
  for (const piece of data) hash.update(piece)
  return hash.digest()
}

const hmacOf = (name: HashName, key: Uint8Array, ...data: readonly Uint8Array[]): Uint8Array => {
  const mac = hmac.create(HASHES[name], key)
  for (const piece of data) mac.update(piece)
  return mac.digest()
}

/** Every octet is looked at, whatever the first ones were. */
const equalInConstantTime = (a: Uint8Array, b: Uint8Array): boolean => {
  if (a.length !== b.length) return false
  let difference = 0
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ b[i]!
  return difference === 0
}

const TAG_OCTETS = 16

const KEY_OCTETS: Readonly<Record<AeadName, number>> = {
  'aes-128-gcm': 16,
  'aes-256-gcm': 32,
  'chacha20-poly1305': 32,
}

class WebAead implements Aead {
  readonly #cipher: typeof gcm | typeof chacha20poly1305
  #key: Uint8Array | undefined
  constructor(name: AeadName, key: Uint8Array) {
    if (key.length !== KEY_OCTETS[name]) throw new RangeError(`a key of ${name} has ${KEY_OCTETS[name]} octets`)
    this.#cipher = name === 'chacha20-poly1305' ? chacha20poly1305 : gcm
    this.#key = key.slice()
  }
  seal(nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): { ciphertext: Uint8Array; tag: Uint8Array } {
    const sealed = this.#under(nonce, additional).encrypt(plaintext)
    const end = plaintext.length
    return { ciphertext: sealed.subarray(0, end), tag: sealed.subarray(end) }
  }
  sealInto(target: Uint8Array, at: number, nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): void {
    target.set(this.#under(nonce, additional).encrypt(plaintext), at)
  }
  open(nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    if (tag.length !== TAG_OCTETS) return undefined
    const cipher = this.#under(nonce, additional)
    try {
      return cipher.decrypt(joined([ciphertext, tag]))
    } catch {
      return undefined
    }
  }
  wipe(): void {
    this.#key?.fill(0)
    this.#key = undefined
  }
  #under(nonce: Uint8Array, additional: Uint8Array): ReturnType<typeof gcm | typeof chacha20poly1305> {
    if (this.#key === undefined) throw new Error('this key was overwritten')
    return this.#cipher(this.#key, nonce, additional)
  }
}

/** Octets of AES's block. */
const BLOCK = 16

class WebCbc implements Cbc {
  #key: Uint8Array | undefined
  constructor(key: Uint8Array) {
    if (key.length !== 16 && key.length !== 24 && key.length !== 32)
      throw new RangeError(`${key.length} octets are no key of AES`)
    this.#key = key.slice()
  }
  encrypt(iv: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#cipher(iv, data).encrypt(data)
  }
  decrypt(iv: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#cipher(iv, data).decrypt(data)
  }
  wipe(): void {
    this.#key?.fill(0)
    this.#key = undefined
  }
  #cipher(iv: Uint8Array, data: Uint8Array): ReturnType<typeof cbc> {
    if (this.#key === undefined) throw new Error('this key was overwritten')
    if (data.length % BLOCK !== 0) throw new RangeError(`${data.length} octets are no whole number of blocks`)
    return cbc(this.#key, iv, { disablePadding: true })
  }
}

/** Digests come in, any S is as good as its negative (OpenSSL makes both), and signatures are DER. */
const ECDSA = { prehash: false, lowS: false, format: 'der' } as const

const verifySignature: CryptoProvider['verify'] = ({ key: padding, hash }, spki, message, signature) => {
  try {
    const key = readSpki(spki)
    switch (key?.type) {
      case 'ecdsa':
        if (padding !== 'ecdsa' || hash === undefined) return false
        return CURVES[key.curve].verify(signature, digestOf(hash, message), key.point, ECDSA)
      case 'ed25519':
        // RFC 8032 5.1.7, as strict as OpenSSL: encodings must be canonical.
        return padding === 'ed25519' && ed25519.verify(signature, message, key.point, { zip215: false })
      case 'rsa': {
        if (hash === undefined) return false
        const digest = (...data: readonly Uint8Array[]): Uint8Array => digestOf(hash, ...data)
        if (padding === 'rsa-pkcs1') return verifyPkcs1(key, hash, digest, message, signature)
        return padding === 'rsa-pss' && verifyPss(key, digest, message, signature)
      }
      case 'rsa-pss': {
        if (hash === undefined || padding !== 'rsa-pss' || (key.hash ?? hash) !== hash) return false
        return verifyPss(key, (...data) => digestOf(hash, ...data), message, signature)
      }
      default:
        return false
    }
  } catch {
    return false
  }
}

const isPublicKey: CryptoProvider['isPublicKey'] = spki => {
  try {
    const key = readSpki(spki)
    switch (key?.type) {
      case 'ecdsa':
        return CURVES[key.curve].utils.isValidPublicKey(key.point)
      case 'ed25519':
        return ed25519.utils.isValidPublicKey(key.point)
      case 'rsa':
      case 'rsa-pss':
        return isUsable(key)
      default:
        return false
    }
  } catch {
    return false
  }
}

const makeSignature = (
  algorithm: SignatureAlgorithm,
  pkcs8: Uint8Array,
  message: Uint8Array,
  seeded: Random | undefined,
): Uint8Array => {
  const key = readPkcs8(pkcs8)
  if (key?.type === 'rsa') throw new RangeError('RSA signatures are verified here and not made')
  if (key?.type === 'ed25519' && algorithm.key === 'ed25519') return ed25519.sign(message, key.seed)
  if (key?.type !== 'ecdsa' || algorithm.key !== 'ecdsa' || algorithm.hash === undefined) {
    throw new RangeError(`a key of type ${key?.type ?? 'unknown'} cannot sign ${algorithm.key}`)
  }
  const { hash } = algorithm
  const digest = digestOf(hash, message)
  if (seeded !== undefined) return signRepeatably(key.curve, key.scalar, hash, digest)
  // RFC 6979 3.6: fresh randomness beside key and message, so that a fault in the arithmetic does not show the key.
  return CURVES[key.curve].sign(digest, key.scalar, { ...ECDSA, extraEntropy: seeded === undefined })
}

const signRepeatably = (curve: Curve, scalar: Uint8Array, hash: HashName, digest: Uint8Array): Uint8Array =>
  deterministicSignature(
    EC_GROUPS[curve],
    scalar,
    digest,
    (secret, ...data) => hmacOf(hash, secret, ...data),
    nonce => CURVES[curve].getPublicKey(nonce, false).slice(1, 1 + POINT_OCTETS[curve]),
  )

const rsaEncrypt = (random: Random, spki: Uint8Array, message: Uint8Array): Uint8Array | undefined => {
  try {
    const key = readSpki(spki)
    if (key?.type !== 'rsa') return undefined
    const block = encryptionBlock(random, key.modulus.length, message)
    return block === undefined ? undefined : encryptBlock(key, block)
  } catch {
    return undefined
  }
}

const newKeyPair = (kind: KeyKind, random: Random): { spki: Uint8Array; pkcs8: Uint8Array } => {
  switch (kind) {
    case 'p-256':
    case 'p-384':
    case 'p-521': {
      const scalar = newScalar(kind, random)
      return ecKeyPair(kind, scalar, CURVES[kind].getPublicKey(scalar, false))
    }
    case 'ed25519': {
      const seed = random.bytes(32)
      return ed25519KeyPair(seed, ed25519.getPublicKey(seed))
    }
    case 'rsa-2048':
      throw new RangeError('RSA keys are used here and not made')
    default:
      return kind satisfies never
  }
}
