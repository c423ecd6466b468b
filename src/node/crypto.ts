/**
 * Cryptographic primitives from Node (OpenSSL). What costs time here is not the arithmetic but the objects around it:
 * a raw X25519 key enters as JWK in 6 µs where SPKI takes 95, and a parsed public key is worth keeping.
 */
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  diffieHellman,
  type ECDH,
  generateKeyPairSync,
  type KeyObject,
  constants as nodeConstants,
  sign as nodeSign,
  verify as nodeVerify,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
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

/** The provider that OpenSSL backs. Nothing here is asynchronous. */
export const nodeCrypto = (): CryptoProvider => providerOf({ bytes: count => plain(randomBytes(count)) }, undefined)

/**
 * The same primitives, with every choice drawn from `random`: key shares, P-256, P-384 and Ed25519 keys, and ECDSA
 * nonces (RFC 6979) repeat with it. For tests and the lab: a signature made here is not made in constant time.
 * RSA keys and PSS salts are the only things that still differ from run to run; they never differ in length.
 */
export const seededNodeCrypto = (random: Random): CryptoProvider => providerOf(random, random)

const providerOf = (random: Random, seeded: Random | undefined): CryptoProvider => ({
  random,
  hash: name => new NodeHash(createHash(name)),
  hmac(name, key, ...data) {
    const hmac = createHmac(name, key)
    for (const piece of data) hmac.update(piece)
    return plain(hmac.digest())
  },
  aead: (name, key) => new NodeAead(name, key),
  keyShare: group => (group === 'x25519' ? x25519Share(seeded) : ecdhShare(group, seeded)),
  verify: verifySignature,
  isPublicKey,
  sign: (algorithm, pkcs8, message) => makeSignature(algorithm, pkcs8, message, seeded),
  generateKeyPair: kind => newKeyPair(kind, seeded),
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
})

/** A Uint8Array over the same memory: a Buffer's `slice` does not copy, so none may leave this file. */
const plain = (buffer: Uint8Array): Uint8Array => new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)

class NodeHash implements Hash {
  readonly #hash: ReturnType<typeof createHash>
  constructor(hash: ReturnType<typeof createHash>) {
    this.#hash = hash
  }
  update(data: Uint8Array): this {
    this.#hash.update(data)
    return this
  }
  copy(): Hash {
    return new NodeHash(this.#hash.copy())
  }
  digest(): Uint8Array {
    return plain(this.#hash.digest())
  }
}

const TAG = { authTagLength: 16 } as const

class NodeAead implements Aead {
  readonly #name: 'chacha20-poly1305'
  readonly #key: KeyObject
  constructor(name: AeadName, key: Uint8Array) {
    // Node's types know the option authTagLength for this name only; it means the same for GCM, where leaving it out
    // would let a shortened tag pass.
    this.#name = name as 'chacha20-poly1305'
    this.#key = createSecretKey(key)
  }
  seal(nonce: Uint8Array, additional: Uint8Array, plaintext: Uint8Array): { ciphertext: Uint8Array; tag: Uint8Array } {
    const cipher = createCipheriv(this.#name, this.#key, nonce, TAG)
    cipher.setAAD(additional, { plaintextLength: plaintext.length })
    const ciphertext = cipher.update(plaintext)
    cipher.final()
    return { ciphertext: plain(ciphertext), tag: plain(cipher.getAuthTag()) }
  }
  open(nonce: Uint8Array, additional: Uint8Array, ciphertext: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
    if (tag.length !== TAG.authTagLength) return undefined
    const decipher = createDecipheriv(this.#name, this.#key, nonce, TAG)
    decipher.setAuthTag(tag)
    decipher.setAAD(additional, { plaintextLength: ciphertext.length })
    const plaintext = decipher.update(ciphertext)
    try {
      decipher.final()
    } catch {
      return undefined
    }
    return plain(plaintext)
  }
}

const base64url = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64url')
const fromBase64url = (text: string): Uint8Array => plain(Buffer.from(text, 'base64url'))

/** PrivateKeyInfo of the RFC 8410 keys up to the 32 bytes themselves. */
const PKCS8_X25519 = Buffer.from('302e020100300506032b656e04220420', 'hex')
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

const rawPrivate = (prefix: Uint8Array, seeded: Random): KeyObject =>
  createPrivateKey({ key: Buffer.concat([prefix, seeded.bytes(32)]), format: 'der', type: 'pkcs8' })

const seededX25519 = (seeded: Random): { privateKey: KeyObject; publicKey: KeyObject } => {
  const privateKey = rawPrivate(PKCS8_X25519, seeded)
  return { privateKey, publicKey: createPublicKey(privateKey) }
}

const X25519_BYTES = 32

const x25519Share = (seeded: Random | undefined): KeyShare => {
  const { privateKey, publicKey: own } = seeded === undefined ? generateKeyPairSync('x25519') : seededX25519(seeded)
  return {
    publicKey: fromBase64url(own.export({ format: 'jwk' }).x ?? ''),
    derive(peer) {
      if (peer.length !== X25519_BYTES) return undefined
      try {
        const publicKey = createPublicKey({
          key: { kty: 'OKP', crv: 'X25519', x: base64url(peer) },
          format: 'jwk',
        })
        const secret = plain(diffieHellman({ privateKey, publicKey }))
        // RFC 7748 6.1: a point of small order gives zero, whatever the private key.
        return secret.every(byte => byte === 0) ? undefined : secret
      } catch {
        return undefined
      }
    },
  }
}

const CURVES = {
  secp256r1: { name: 'prime256v1', bytes: 32 },
  secp384r1: { name: 'secp384r1', bytes: 48 },
} as const

const ecdhShare = (group: 'secp256r1' | 'secp384r1', seeded: Random | undefined): KeyShare => {
  const { name, bytes } = CURVES[group]
  const ecdh = createECDH(name)
  if (seeded === undefined) ecdh.generateKeys()
  else seedPrivate(ecdh, bytes, seeded)
  return {
    publicKey: plain(ecdh.getPublicKey()),
    derive(peer) {
      // RFC 8422 5.4.1: uncompressed points only; OpenSSL would take the other forms too.
      if (peer.length !== 1 + 2 * bytes || peer[0] !== 4) return undefined
      try {
        return plain(ecdh.computeSecret(peer))
      } catch {
        return undefined
      }
    },
  }
}

/** Draws until the number lies in [1, order); a draw fails with probability below 2^-32. */
const seedPrivate = (ecdh: ECDH, bytes: number, seeded: Random): Uint8Array => {
  for (;;) {
    const scalar = seeded.bytes(bytes)
    try {
      ecdh.setPrivateKey(scalar)
      return scalar
    } catch {
      // Zero, or not below the order of the group.
    }
  }
}

/** Parsed public keys by their DER; the oldest goes first. A client meets few keys, and each costs 95 µs or more. */
const PUBLIC_KEYS_KEPT = 256
const publicKeys = new Map<string, KeyObject>()

const publicKeyOf = (spki: Uint8Array): KeyObject => {
  const name = Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength).toString('latin1')
  const known = publicKeys.get(name)
  if (known !== undefined) return known
  const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
  if (publicKeys.size >= PUBLIC_KEYS_KEPT) publicKeys.delete(publicKeys.keys().next().value ?? '')
  publicKeys.set(name, key)
  return key
}

const isPublicKey: CryptoProvider['isPublicKey'] = spki => {
  try {
    const type = publicKeyOf(spki).asymmetricKeyType ?? ''
    return Object.values(KEY_TYPES).some(types => types.includes(type))
  } catch {
    return false
  }
}

/** Parsed private keys by the array that they came in; whoever lets go of the array lets go of the key. */
const privateKeys = new WeakMap<Uint8Array, KeyObject>()

const privateKeyOf = (pkcs8: Uint8Array): KeyObject => {
  const known = privateKeys.get(pkcs8)
  if (known !== undefined) return known
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  privateKeys.set(pkcs8, key)
  return key
}

const KEY_TYPES: Readonly<Record<SignatureAlgorithm['key'], readonly string[]>> = {
  ecdsa: ['ec'],
  'rsa-pkcs1': ['rsa'],
  'rsa-pss': ['rsa', 'rsa-pss'],
  ed25519: ['ed25519'],
}

const fits = (algorithm: SignatureAlgorithm, key: KeyObject): boolean =>
  KEY_TYPES[algorithm.key].includes(key.asymmetricKeyType ?? '')

/** RFC 9846 4.3.3: the salt of PSS is as long as the hash. */
const optionsOf = (algorithm: SignatureAlgorithm, key: KeyObject) =>
  algorithm.key === 'rsa-pss'
    ? { key, padding: nodeConstants.RSA_PKCS1_PSS_PADDING, saltLength: nodeConstants.RSA_PSS_SALTLEN_DIGEST }
    : key

/**
 * RFC 8017 8.1.2, 8.2.2: an RSA signature is as long as the modulus. OpenSSL holds PKCS #1 to it but takes a PSS signature
 * without its leading zeros.
 */
const isWhole = (algorithm: SignatureAlgorithm, key: KeyObject, signature: Uint8Array): boolean =>
  !algorithm.key.startsWith('rsa') || signature.length === Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)

const verifySignature: CryptoProvider['verify'] = (algorithm, spki, message, signature) => {
  try {
    const key = publicKeyOf(spki)
    if (!fits(algorithm, key) || !isWhole(algorithm, key, signature)) return false
    return nodeVerify(algorithm.hash, message, optionsOf(algorithm, key), signature)
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
  const key = privateKeyOf(pkcs8)
  if (!fits(algorithm, key)) throw new RangeError(`a key of type ${key.asymmetricKeyType} cannot sign ${algorithm.key}`)
  if (seeded !== undefined && algorithm.key === 'ecdsa' && algorithm.hash !== undefined) {
    return signRepeatably(key, algorithm.hash, message)
  }
  return plain(nodeSign(algorithm.hash, message, optionsOf(algorithm, key)))
}

const signRepeatably = (key: KeyObject, hash: HashName, message: Uint8Array): Uint8Array => {
  const { crv, d = '' } = key.export({ format: 'jwk' })
  const group = crv === 'P-384' ? 'secp384r1' : 'secp256r1'
  return deterministicSignature(
    group,
    fromBase64url(d),
    plain(createHash(hash).update(message).digest()),
    (secret, ...data) => {
      const hmac = createHmac(hash, secret)
      for (const piece of data) hmac.update(piece)
      return plain(hmac.digest())
    },
    scalar => {
      const ecdh = createECDH(CURVES[group].name)
      ecdh.setPrivateKey(scalar)
      return plain(ecdh.getPublicKey()).slice(1, 1 + CURVES[group].bytes)
    },
  )
}

type KeyKind = Parameters<CryptoProvider['generateKeyPair']>[0]

const newKeyPair = (kind: KeyKind, seeded: Random | undefined): { spki: Uint8Array; pkcs8: Uint8Array } => {
  const privateKey = newPrivateKey(kind, seeded)
  return {
    spki: plain(createPublicKey(privateKey).export({ format: 'der', type: 'spki' })),
    pkcs8: plain(privateKey.export({ format: 'der', type: 'pkcs8' })),
  }
}

const newPrivateKey = (kind: KeyKind, seeded: Random | undefined): KeyObject => {
  switch (kind) {
    case 'p-256':
      return seeded === undefined ? freshEcKey('prime256v1') : seededEcKey('secp256r1', 'P-256', seeded)
    case 'p-384':
      return seeded === undefined ? freshEcKey('secp384r1') : seededEcKey('secp384r1', 'P-384', seeded)
    case 'ed25519':
      return seeded === undefined ? generateKeyPairSync('ed25519').privateKey : rawPrivate(PKCS8_ED25519, seeded)
    case 'rsa-2048':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    default: {
      const never: never = kind
      return never
    }
  }
}

const freshEcKey = (namedCurve: string): KeyObject => generateKeyPairSync('ec', { namedCurve }).privateKey

const seededEcKey = (group: 'secp256r1' | 'secp384r1', crv: string, seeded: Random): KeyObject => {
  const { name, bytes } = CURVES[group]
  const ecdh = createECDH(name)
  const scalar = seedPrivate(ecdh, bytes, seeded)
  const point = ecdh.getPublicKey()
  return createPrivateKey({
    key: {
      kty: 'EC',
      crv,
      d: base64url(scalar),
      x: base64url(point.subarray(1, 1 + bytes)),
      y: base64url(point.subarray(1 + bytes)),
    },
    format: 'jwk',
  })
}
