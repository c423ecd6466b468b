/**
 * Encryption under a password, as files of keys have it: PBES2 (RFC 8018 6.2) with PBKDF2 or scrypt and AES, read and
 * written; and for reading alone triple DES, and what PKCS#12 had before (RFC 7292 appendices B and C): triple DES and RC2
 * under keys from SHA-1. RC4 and DES are not read: nothing of this century writes them.
 */
import { type Der, DerError, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { smallInteger } from '../../asn1/value.ts'
import { integer, nothing, octetString, oid, sequence } from '../../asn1/write.ts'
import { HASH_LENGTH } from '../../crypto/hash.ts'
import { decryptDes } from '../../crypto/old/des.ts'
import { decryptRc2 } from '../../crypto/old/rc2.ts'
import type { CryptoProvider, HashName } from '../../crypto/provider.ts'
import { joined } from '../../wire/bytes.ts'
import { type Deriving, IV, KEY, type Pkcs12Purpose } from './derivation.ts'
import { algorithmName, FILE_OID } from './oids.table.ts'
import { refusal } from './refusal.ts'

/**
 * Steps of key derivation that one file may cost: OpenSSL writes 2,048, browsers and password managers up to a million.
 * Ten times that takes some seconds, after which nobody believes that anything happens.
 */
export const MAX_ITERATIONS = 10_000_000
/** Bytes that scrypt may take: OpenSSL's own default takes 16 MiB, and what is meant for hours takes 1 GiB. */
export const MAX_SCRYPT_BYTES: number = 256 * 1024 * 1024
/** Of each password that we write under: what OWASP asks for PBKDF2 with SHA-256. */
export const ITERATIONS = 600_000

/** What opening one file has cost: every encrypted part of it takes from the same. */
export class KeyWork {
  #left = MAX_ITERATIONS
  spend(iterations: number, what: string): void {
    if (iterations < 1) throw refusal('file/malformed', { where: what, got: 'has no iterations' })
    this.#left -= iterations
    if (this.#left < 0) throw refusal('file/too-much-work', { where: what, number: MAX_ITERATIONS })
  }
}

/** A password in the forms that algorithms want. */
export interface Password {
  /** PBES2: UTF-8. */
  readonly octets: Uint8Array
  /** PKCS#12 (RFC 7292 B.1): BMPString with two zeros behind it, or nothing at all where there is no password. */
  readonly bmp: Uint8Array
}

export const passwordOf = (text: string | undefined): Password => ({
  octets: new TextEncoder().encode(text ?? ''),
  bmp: text === undefined ? new Uint8Array() : Uint8Array.from([...utf16(text), 0, 0]),
})

const utf16 = (text: string): number[] =>
  Array.from({ length: 2 * text.length }, (_, i) => (text.charCodeAt(i >> 1) >> (i % 2 === 0 ? 8 : 0)) & 0xff)

export interface Opening {
  readonly crypto: CryptoProvider
  readonly password: Password
  readonly work: KeyWork
}

/**
 * What `ciphertext` says under the AlgorithmIdentifier that `holder` comes to. Undefined when the padding is not as it must
 * be: the password is wrong, or the bytes are. Throws `DerError`, and `FailureError`: `file/cipher-unsupported`,
 * `file/too-much-work`.
 */
export function* decrypted(holder: Der, ciphertext: Uint8Array, opening: Opening): Deriving<Uint8Array | undefined> {
  const what = 'encryptionAlgorithm'
  const algorithm = holder.inside(TAG.sequence, what)
  const id = nextOid(algorithm, what)
  if (id === FILE_OID.pbes2) {
    const parameters = algorithm.inside(TAG.sequence, what)
    algorithm.finish(what)
    const derive = derivation(parameters, opening)
    const cipher = cipherOf(parameters, opening.crypto)
    parameters.finish(what)
    checkBlocks(cipher.block, ciphertext)
    return withoutPadding(cipher.block, cipher.decrypt(yield* derive(cipher.octets), ciphertext))
  }
  const old = OLD[id]
  if (old === undefined) throw unsupported(id)
  const parameters = algorithm.inside(TAG.sequence, what)
  algorithm.finish(what)
  const salt = nextOctets(parameters, what)
  const iterations = nextNumber(parameters, what)
  parameters.finish(what)
  checkBlocks(8, ciphertext)
  const key = yield* pkcs12Key('sha1', KEY, salt, iterations, old.octets, opening)
  const iv = yield* pkcs12Key('sha1', IV, salt, iterations, 8, opening)
  return withoutPadding(8, old.decrypt(key, iv, ciphertext))
}

/** What is to be written: its AlgorithmIdentifier and its octets. PBES2, PBKDF2 with HMAC-SHA-256, AES-256-CBC. */
export function* encrypted(
  plaintext: Uint8Array,
  password: Password,
  crypto: CryptoProvider,
  iterations: number,
): Deriving<{ readonly algorithm: Uint8Array; readonly ciphertext: Uint8Array }> {
  const salt = crypto.random.bytes(16).slice()
  const iv = crypto.random.bytes(16).slice()
  const key = yield { kind: 'pbkdf2', hash: 'sha256', password: password.octets, salt, iterations, length: 32 }
  const padding = 16 - (plaintext.length % 16)
  const padded = joined([plaintext, new Uint8Array(padding).fill(padding)])
  const ciphertext = crypto.cbc(key).encrypt(iv, padded)
  padded.fill(0)
  const kdf = sequence(
    oid(FILE_OID.pbkdf2),
    sequence(octetString(salt), integer(iterations), sequence(oid(FILE_OID.hmacWithSHA256), nothing)),
  )
  const cipher = sequence(oid(FILE_OID['aes256-CBC']), octetString(iv))
  return { algorithm: sequence(oid(FILE_OID.pbes2), sequence(kdf, cipher)), ciphertext }
}

/** RFC 7292 B.2. */
export function* pkcs12Key(
  hash: HashName,
  purpose: Pkcs12Purpose,
  salt: Uint8Array,
  iterations: number,
  length: number,
  { password, work }: Opening,
): Deriving<Uint8Array> {
  // Each step is a call, which costs about twice what a step of PBKDF2 does inside of one.
  const rounds = Math.ceil(length / HASH_LENGTH[hash])
  for (let i = 0; i < rounds; i++) work.spend(2 * iterations, 'pkcs-12PbeParams')
  return yield { kind: 'pkcs12', hash, purpose, password: password.bmp, salt, iterations, length }
}

interface OldCipher {
  /** Of its key. */
  readonly octets: number
  readonly decrypt: (key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array
}

/** RFC 7292 C. */
const OLD: Readonly<Record<string, OldCipher>> = {
  [FILE_OID['pbeWithSHAAnd3-KeyTripleDES-CBC']]: { octets: 24, decrypt: decryptDes },
  [FILE_OID['pbeWithSHAAnd2-KeyTripleDES-CBC']]: { octets: 16, decrypt: decryptDes },
  [FILE_OID['pbeWithSHAAnd128BitRC2-CBC']]: { octets: 16, decrypt: decryptRc2 },
  [FILE_OID['pbeWithSHAAnd40BitRC2-CBC']]: { octets: 5, decrypt: decryptRc2 },
}

/** A key of this many bytes from the password. */
type Derive = (octets: number) => Deriving<Uint8Array>

/** RFC 8018 A.2, RFC 7914 7: the AlgorithmIdentifier of a key derivation. */
export const derivation = (holder: Der, opening: Opening): Derive => {
  const what = 'keyDerivationFunc'
  const algorithm = holder.inside(TAG.sequence, what)
  const id = nextOid(algorithm, what)
  const parameters = algorithm.left > 0 ? algorithm.inside(TAG.sequence, what) : algorithm
  algorithm.finish(what)
  if (id === FILE_OID.pbkdf2) return pbkdf2Of(parameters, opening)
  if (id === FILE_OID.scrypt) return scryptOf(parameters, opening)
  throw unsupported(id)
}

const pbkdf2Of = (parameters: Der, { password, work }: Opening): Derive => {
  const what = 'PBKDF2-params'
  const salt = nextOctets(parameters, what)
  const iterations = nextNumber(parameters, what)
  const length = parameters.peek() === TAG.integer ? nextNumber(parameters, what) : undefined
  const hash = parameters.left > 0 ? prfOf(parameters) : 'sha1'
  parameters.finish(what)
  return function* (octets) {
    if (length !== undefined && length !== octets) throw new DerError('value', 0, 0, 'keyLength')
    const rounds = Math.ceil(octets / HASH_LENGTH[hash])
    work.spend(iterations * rounds, what)
    return yield { kind: 'pbkdf2', hash, password: password.octets, salt, iterations, length: octets }
  }
}

const scryptOf = (parameters: Der, { password, work }: Opening): Derive => {
  const what = 'scrypt-params'
  const salt = nextOctets(parameters, what)
  const [cost, blockSize, parallelization] = [0, 1, 2].map(() => nextNumber(parameters, what)) as [
    number,
    number,
    number,
  ]
  const length = parameters.left > 0 ? nextNumber(parameters, what) : undefined
  parameters.finish(what)
  // RFC 7914 2: N is a power of two, and larger than one.
  if (cost < 2 || (cost & (cost - 1)) !== 0 || blockSize < 1 || parallelization < 1)
    throw refusal('file/malformed', { where: what, got: 'has costs that are none' })
  const bytes = 128 * cost * blockSize * parallelization
  if (bytes > MAX_SCRYPT_BYTES) throw refusal('file/too-much-work', { where: what, number: MAX_SCRYPT_BYTES })
  return function* (octets) {
    if (length !== undefined && length !== octets) throw new DerError('value', 0, 0, 'keyLength')
    // As long as it would take PBKDF2: about one step for 128 bytes.
    work.spend(2 * cost * blockSize * parallelization, what)
    const costs = { cost, blockSize, parallelization }
    return yield { kind: 'scrypt', password: password.octets, salt, costs, length: octets }
  }
}

const PRFS: Readonly<Record<string, HashName>> = {
  [FILE_OID.hmacWithSHA1]: 'sha1',
  [FILE_OID.hmacWithSHA256]: 'sha256',
  [FILE_OID.hmacWithSHA384]: 'sha384',
  [FILE_OID.hmacWithSHA512]: 'sha512',
}

/** The hash of the HMAC whose AlgorithmIdentifier comes next. */
export const prfOf = (holder: Der): HashName => {
  const what = 'prf'
  const algorithm = holder.inside(TAG.sequence, what)
  const id = nextOid(algorithm, what)
  algorithm.optional(TAG.null, what)
  algorithm.finish(what)
  const hash = PRFS[id]
  if (hash === undefined) throw unsupported(id)
  return hash
}

interface BlockCipher {
  readonly octets: number
  readonly block: number
  readonly decrypt: (key: Uint8Array, data: Uint8Array) => Uint8Array
}

const AES_OCTETS: Readonly<Record<string, number>> = {
  [FILE_OID['aes128-CBC']]: 16,
  [FILE_OID['aes192-CBC']]: 24,
  [FILE_OID['aes256-CBC']]: 32,
}

/** RFC 8018 B.2. */
const cipherOf = (holder: Der, crypto: CryptoProvider): BlockCipher => {
  const what = 'encryptionScheme'
  const algorithm = holder.inside(TAG.sequence, what)
  const id = nextOid(algorithm, what)
  const octets = AES_OCTETS[id] ?? (id === FILE_OID['des-EDE3-CBC'] ? 24 : undefined)
  if (octets === undefined) throw unsupported(id)
  const iv = nextOctets(algorithm, what)
  algorithm.finish(what)
  const block = octets === AES_OCTETS[id] ? 16 : 8
  if (iv.length !== block) throw new DerError('value', algorithm.from, algorithm.to, what)
  return {
    octets,
    block,
    decrypt: (key, data) => (block === 16 ? crypto.cbc(key).decrypt(iv, data) : decryptDes(key, iv, data)),
  }
}

export const checkBlocks = (block: number, ciphertext: Uint8Array): void => {
  if (ciphertext.length === 0 || ciphertext.length % block !== 0)
    throw refusal('file/malformed', { where: 'encryptedData', got: 'is no whole number of blocks' })
}

/** RFC 8018 6.1.1: as many octets as are missing to a block, each their number; undefined when they are not so. */
export const withoutPadding = (block: number, padded: Uint8Array): Uint8Array | undefined => {
  const padding = padded.at(-1)!
  if (padding < 1 || padding > block) return undefined
  const end = padded.length - padding
  return padded.subarray(end).every(octet => octet === padding) ? padded.subarray(0, end) : undefined
}

export const unsupported = (id: string): Error => refusal('file/cipher-unsupported', { got: algorithmName(id) })

export const nextOid = (cursor: Der, what: string): string => {
  cursor.read(TAG.oid, what)
  return oidText(cursor.bytes, cursor.from, cursor.to)
}

export const nextOctets = (cursor: Der, what: string): Uint8Array => {
  cursor.read(TAG.octetString, what)
  return cursor.value()
}

export const nextNumber = (cursor: Der, what: string): number => {
  cursor.read(TAG.integer, what)
  return smallInteger(cursor.bytes, cursor.from, cursor.to, what)
}
