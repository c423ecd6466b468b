/**
 * Cryptographic primitives from Node (OpenSSL). What costs time here is not the arithmetic but the objects around it:
 * a raw X25519 key enters as JWK in 6 µs where SPKI takes 95, and a parsed public key is worth keeping (`public-keys.ts`).
 */
import {
  type Cipher,
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type Decipher,
  generateKeyPairSync,
  type KeyObject,
  constants as nodeConstants,
  sign as nodeSign,
  verify as nodeVerify,
  pbkdf2Sync,
  privateDecrypt,
  publicEncrypt,
  scryptSync,
  timingSafeEqual,
} from 'node:crypto'
import { deterministicSignature, type EcGroup } from '../crypto/deterministic.ts'
import type {
  Cbc,
  CryptoProvider,
  Hash,
  HashName,
  KeyKind,
  ScryptCosts,
  SignatureAlgorithm,
} from '../crypto/provider.ts'
import { encryptionBlock } from '../crypto/rsa-padding.ts'
import type { Random } from '../random.ts'
import { plain } from '../wire/bytes.ts'
import { NodeAead, spent } from './aead.ts'
import { agreement, base64url, CURVES, fromBase64url, rawPrivate, seedPrivate } from './agreement.ts'
import { digest } from './digest.ts'
import { hmac } from './hmac.ts'
import { isPublicKey, publicKeyOf } from './public-keys.ts'
import { pooledRandom } from './random.ts'

/** The provider that OpenSSL backs. Nothing here is asynchronous. */
export const nodeCrypto = (): CryptoProvider => providerOf(pooledRandom(), undefined)

/**
 * The same primitives, with every choice drawn from `random`: key shares, P-256, P-384 and Ed25519 keys, and ECDSA
 * nonces (RFC 6979) repeat with it. For tests and the lab: a signature made here is not made in constant time.
 * RSA keys and PSS salts are the only things that still differ from run to run; they never differ in length.
 */
export const seededNodeCrypto = (random: Random): CryptoProvider => providerOf(random, random)

const providerOf = (random: Random, seeded: Random | undefined): CryptoProvider => ({
  random,
  hash: name => new NodeHash(createHash(name)),
  digest,
  hmac,
  pbkdf2: (hash, password, salt, iterations, length) => plain(pbkdf2Sync(password, salt, iterations, length, hash)),
  scrypt: (password, salt, costs, length) =>
    plain(scryptSync(password, salt, length, { ...costs, maxmem: scryptMemory(costs) })),
  aead: (name, key) => new NodeAead(name, key),
  spent,
  cbc: key => new NodeCbc(key),
  offerShare: group => agreement(group, random, seeded).offer(),
  answerShare: (group, share) => agreement(group, random, seeded).answer(share),
  verify: verifySignature,
  isPublicKey,
  sign: (algorithm, pkcs8, message) => makeSignature(algorithm, pkcs8, message, seeded),
  generateKeyPair: kind => newKeyPair(kind, seeded),
  rsaEncrypt: (spki, message) => rsaEncrypt(random, spki, message),
  rsaRaw,
  equal: (a, b) => a.length === b.length && timingSafeEqual(a, b),
})

/** What OpenSSL wants for it, and some room; whoever calls has bounded it. */
export const scryptMemory = ({ cost, blockSize, parallelization }: ScryptCosts): number =>
  2 * 128 * blockSize * (cost + parallelization)

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

/** AES by the length of its key. */
const CBC_NAMES: Readonly<Record<number, string>> = {
  16: 'aes-128-cbc',
  24: 'aes-192-cbc',
  32: 'aes-256-cbc',
}

class NodeCbc implements Cbc {
  readonly #name: string
  /** OpenSSL's, which overwrites it when it is collected. */
  #key: KeyObject | undefined
  constructor(key: Uint8Array) {
    const name = CBC_NAMES[key.length]
    if (name === undefined) throw new RangeError(`${key.length} bytes are no key of AES`)
    this.#name = name
    this.#key = createSecretKey(key)
  }
  encrypt(iv: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#run(createCipheriv(this.#name, this.#alive(), iv), data)
  }
  decrypt(iv: Uint8Array, data: Uint8Array): Uint8Array {
    return this.#run(createDecipheriv(this.#name, this.#alive(), iv), data)
  }
  wipe(): void {
    this.#key = undefined
  }
  #alive(): KeyObject {
    if (this.#key === undefined) throw new Error('this key was overwritten')
    return this.#key
  }
  #run(cipher: Cipher | Decipher, data: Uint8Array): Uint8Array {
    if (data.length % BLOCK !== 0) throw new RangeError(`${data.length} bytes are no whole number of blocks`)
    return plain(cipher.setAutoPadding(false).update(data))
  }
}

/** Bytes of AES's block. */
const BLOCK = 16

/** Parsed private keys by the array that they came in; whoever lets go of the array lets go of the key. */
const privateKeys = new WeakMap<Uint8Array, KeyObject>()

const privateKeyOf = (pkcs8: Uint8Array): KeyObject => {
  const known = privateKeys.get(pkcs8)
  if (known !== undefined) return known
  const key = createPrivateKey({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  privateKeys.set(pkcs8, key)
  return key
}

/** PrivateKeyInfo of an Ed25519 key (RFC 8410 7) up to the 32 bytes themselves. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex')

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
  !algorithm.key.startsWith('rsa') || signature.length === modulusBytes(key)

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

const EC_GROUPS = Object.keys(CURVES) as EcGroup[]

const signRepeatably = (key: KeyObject, hash: HashName, message: Uint8Array): Uint8Array => {
  const { crv, d = '' } = key.export({ format: 'jwk' })
  const group = EC_GROUPS.find(name => CURVES[name].crv === crv)
  if (group === undefined) throw new RangeError(`a key on ${crv} does not sign here`)
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

const RAW = nodeConstants.RSA_NO_PADDING

const modulusBytes = (key: KeyObject): number => Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)

const rsaEncrypt = (random: Random, spki: Uint8Array, message: Uint8Array): Uint8Array | undefined => {
  try {
    const key = publicKeyOf(spki)
    if (key.asymmetricKeyType !== 'rsa') return undefined
    const block = encryptionBlock(random, modulusBytes(key), message)
    if (block === undefined) return undefined
    const ciphertext = plain(publicEncrypt({ key, padding: RAW }, block))
    block.fill(0)
    return ciphertext
  } catch {
    return undefined
  }
}

const rsaRaw: CryptoProvider['rsaRaw'] = (pkcs8, ciphertext) => {
  const key = privateKeyOf(pkcs8)
  if (key.asymmetricKeyType !== 'rsa') throw new RangeError(`a key of type ${key.asymmetricKeyType} decrypts nothing`)
  if (ciphertext.length !== modulusBytes(key)) return undefined
  try {
    return plain(privateDecrypt({ key, padding: RAW }, ciphertext))
  } catch {
    return undefined
  }
}

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
      return ecKey('secp256r1', seeded)
    case 'p-384':
      return ecKey('secp384r1', seeded)
    case 'p-521':
      return ecKey('secp521r1', seeded)
    case 'ed25519':
      return seeded === undefined ? generateKeyPairSync('ed25519').privateKey : rawPrivate(PKCS8_ED25519, seeded)
    case 'rsa-2048':
      return generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
    default:
      return kind satisfies never
  }
}

const ecKey = (group: EcGroup, seeded: Random | undefined): KeyObject => {
  const { name, crv, bytes } = CURVES[group]
  if (seeded === undefined) return generateKeyPairSync('ec', { namedCurve: name }).privateKey
  const ecdh = createECDH(name)
  const scalar = seedPrivate(ecdh, group, seeded)
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
