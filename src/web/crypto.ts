/**
 * Cryptographic primitives in plain TypeScript (the noble packages), for pages, workers and every other place without
 * OpenSSL. WebCrypto would be faster, but it answers with promises, and engines do not wait. With the same seed the
 * bytes are those of `node/crypto.ts`. BigInt arithmetic is not constant in time: an attacker who can measure this
 * process finely is beyond what these packages promise.
 */
import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import { deterministicSignature } from '../crypto/deterministic.ts'
import type {
  Aead,
  AeadName,
  CryptoProvider,
  Hash,
  HashName,
  KeyShare,
  SignatureAlgorithm,
} from '../crypto/provider.ts'
import type { Random } from '../random.ts'
import { joined } from '../wire/bytes.ts'
import { ecKeyPair, ed25519KeyPair, type KeyPair, readPkcs8, readSpki } from './keys.ts'
import { systemRandom } from './random.ts'
import { isUsable, verifyPkcs1, verifyPss } from './rsa.ts'

/**
 * The provider without OpenSSL. It verifies RSA, and throws `RangeError` when it should make an RSA key or signature:
 * a secret exponent in BigInt arithmetic shows in the time it takes.
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
  hmac: hmacOf,
  aead: (name, key) => new WebAead(name, key),
  keyShare: group => (group === 'x25519' ? x25519Share(random) : ecdhShare(GROUPS[group], random)),
  verify: verifySignature,
  isPublicKey,
  sign: (algorithm, pkcs8, message) => makeSignature(algorithm, pkcs8, message, seeded),
  generateKeyPair: kind => newKeyPair(kind, random),
  equal: equalInConstantTime,
})

const HASHES = { sha1, sha256, sha384, sha512 } as const
const CURVES = { 'p-256': p256, 'p-384': p384, 'p-521': p521 } as const
const GROUPS = { secp256r1: 'p-256', secp384r1: 'p-384' } as const
const POINT_OCTETS = { 'p-256': 32, 'p-384': 48 } as const
const X25519_OCTETS = 32

class WebHash implements Hash {
  readonly #hash: ReturnType<(typeof HASHES)[HashName]['create']>
  constructor(hash: ReturnType<(typeof HASHES)[HashName]['create']>) {
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
  readonly #key: Uint8Array
  constructor(name: AeadName, key: Uint8Array) {
    if (key.length !== KEY_OCTETS[name]) throw new RangeError(`a key of ${name} has ${KEY_OCTETS[name]} octets`)
    this.#cipher = name === 'chacha20-poly1305' ? chacha20poly1305 : gcm
    this.#key = key.slice()
  }
  seal(nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): { ciphertext: Uint8Array; tag: Uint8Array } {
    const sealed = this.#cipher(this.#key, nonce, additional).encrypt(plaintext)
    const end = sealed.length - TAG_OCTETS
    return { ciphertext: sealed.subarray(0, end), tag: sealed.subarray(end) }
  }
  open(nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    if (tag.length !== TAG_OCTETS) return undefined
    const cipher = this.#cipher(this.#key, nonce, additional)
    try {
      return cipher.decrypt(joined([ciphertext, tag]))
    } catch {
      return undefined
    }
  }
}

const x25519Share = (random: Random): KeyShare => {
  const secretKey = random.bytes(X25519_OCTETS)
  return {
    publicKey: x25519.getPublicKey(secretKey),
    derive(peer) {
      if (peer.length !== X25519_OCTETS) return undefined
      try {
        // RFC 7748 6.1: throws for a point of small order, which gives zero whatever the secret key.
        return x25519.getSharedSecret(secretKey, peer)
      } catch {
        return undefined
      }
    },
  }
}

const ecdhShare = (curve: keyof typeof POINT_OCTETS, random: Random): KeyShare => {
  const group = CURVES[curve]
  const octets = POINT_OCTETS[curve]
  const scalar = newScalar(curve, random)
  return {
    publicKey: group.getPublicKey(scalar, false),
    derive(peer) {
      // RFC 8422 5.4.1: uncompressed points only.
      if (peer.length !== 1 + 2 * octets || peer[0] !== 4) return undefined
      try {
        return group.getSharedSecret(scalar, peer, false).slice(1, 1 + octets)
      } catch {
        return undefined
      }
    },
  }
}

/** Draws until the number lies in [1, order), as FIPS 186-5 A.2.2 does; a draw fails with probability below 2^-32. */
const newScalar = (curve: keyof typeof POINT_OCTETS, random: Random): Uint8Array => {
  for (;;) {
    const scalar = random.bytes(POINT_OCTETS[curve])
    if (CURVES[curve].utils.isValidSecretKey(scalar)) return scalar
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
  if (seeded !== undefined && key.curve !== 'p-521') return signRepeatably(key.curve, key.scalar, hash, digest)
  // RFC 6979 3.6: fresh randomness beside key and message, so that a fault in the arithmetic does not show the key.
  return CURVES[key.curve].sign(digest, key.scalar, { ...ECDSA, extraEntropy: seeded === undefined })
}

const signRepeatably = (
  curve: keyof typeof POINT_OCTETS,
  scalar: Uint8Array,
  hash: HashName,
  digest: Uint8Array,
): Uint8Array =>
  deterministicSignature(
    curve === 'p-384' ? 'secp384r1' : 'secp256r1',
    scalar,
    digest,
    (secret, ...data) => hmacOf(hash, secret, ...data),
    nonce => CURVES[curve].getPublicKey(nonce, false).slice(1, 1 + POINT_OCTETS[curve]),
  )

const newKeyPair = (kind: Parameters<CryptoProvider['generateKeyPair']>[0], random: Random): KeyPair => {
  switch (kind) {
    case 'p-256':
    case 'p-384': {
      const scalar = newScalar(kind, random)
      return ecKeyPair(kind, scalar, CURVES[kind].getPublicKey(scalar, false))
    }
    case 'ed25519': {
      const seed = random.bytes(32)
      return ed25519KeyPair(seed, ed25519.getPublicKey(seed))
    }
    case 'rsa-2048':
      throw new RangeError('RSA keys are used here and not made')
    default: {
      const never: never = kind
      return never
    }
  }
}
