/**
 * Private keys under a password: PKCS#8 (RFC 5958 3), read and written, and the old form of OpenSSL, where PEM says so in
 * its headers (RFC 1421 4.6.1), read.
 */
import { checkDer } from '../../asn1/check.ts'
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { octetString, sequence } from '../../asn1/write.ts'
import { decryptDes } from '../../crypto/old/des.ts'
import type { CryptoProvider, KeyDerivation } from '../../crypto/provider.ts'
import { joined } from '../../wire/bytes.ts'
import { atOnce, type Deriving, inTurns } from './derivation.ts'
import {
  checkBlocks,
  decrypted,
  encrypted,
  ITERATIONS,
  nextOctets,
  type Opening,
  passwordOf,
  unsupported,
  withoutPadding,
} from './password.ts'
import { type PrivateKey, privateKeyFrom } from './private-key.ts'
import { refusal } from './refusal.ts'

const what = 'encryptedPrivateKeyInfo'

/**
 * The key in an EncryptedPrivateKeyInfo, DER. Throws `DerError`, and `FailureError`: `file/password-wrong` (this format does
 * not tell a wrong password from damaged bytes), `file/cipher-unsupported`, `file/too-much-work`.
 */
export function* openEncryptedKey(der: Uint8Array, opening: Opening): Deriving<PrivateKey> {
  checkDer(der, 0, der.length, what)
  const info = new Der(der).inside(TAG.sequence, what)
  const algorithm = new Der(der, info.pos, info.end)
  info.read(TAG.sequence, what)
  const ciphertext = nextOctets(info, what)
  info.finish(what)
  return keyIn(yield* decrypted(algorithm, ciphertext, opening))
}

/** With one chance in 256 the padding of a wrong password looks right; what is then in it is no key. */
const keyIn = (plaintext: Uint8Array | undefined): PrivateKey => {
  const key = plaintext && privateKeyFrom(plaintext.slice())
  if (key === undefined) throw refusal('file/password-wrong')
  return key
}

/** `iterations`: of PBKDF2; less is for tests. */
interface Iterations {
  readonly iterations?: number | undefined
}

/** EncryptedPrivateKeyInfo, DER, of a PrivateKeyInfo. */
export const encryptPrivateKey = (
  pkcs8: Uint8Array,
  password: string,
  crypto: CryptoProvider,
  options: Iterations = {},
): Uint8Array => atOnce(sealedKey(pkcs8, password, crypto, options), crypto)

/** The same, while others have their turns. */
export const encryptPrivateKeyInTurns = (
  pkcs8: Uint8Array,
  password: string,
  crypto: CryptoProvider,
  derivation: KeyDerivation,
  options: Iterations = {},
): Promise<Uint8Array> => inTurns(sealedKey(pkcs8, password, crypto, options), crypto, derivation)

export function* sealedKey(
  pkcs8: Uint8Array,
  password: string,
  crypto: CryptoProvider,
  { iterations = ITERATIONS }: Iterations,
): Deriving<Uint8Array> {
  const { algorithm, ciphertext } = yield* encrypted(pkcs8, passwordOf(password), crypto, iterations)
  return sequence(algorithm, octetString(ciphertext))
}

/** A block of PEM with its headers. */
export interface OldBlock {
  /** Of DEK-Info. */
  readonly cipher: string
  readonly iv: Uint8Array
  readonly ciphertext: Uint8Array
}

interface OldCipher {
  readonly octets: number
  readonly block: number
  readonly decrypt: (crypto: CryptoProvider, key: Uint8Array, iv: Uint8Array, data: Uint8Array) => Uint8Array
}

const aes = (octets: number): OldCipher => ({
  octets,
  block: 16,
  decrypt: (crypto, key, iv, data) => crypto.cbc(key).decrypt(iv, data),
})

/** Names as OpenSSL writes them. */
const CIPHERS: Readonly<Record<string, OldCipher>> = {
  'AES-128-CBC': aes(16),
  'AES-192-CBC': aes(24),
  'AES-256-CBC': aes(32),
  'DES-EDE3-CBC': { octets: 24, block: 8, decrypt: (_, key, iv, data) => decryptDes(key, iv, data) },
  'DES-CBC': { octets: 8, block: 8, decrypt: (_, key, iv, data) => decryptDes(key, iv, data) },
}

/** As `openEncryptedKey`. The key comes from one round of MD5, which is why nobody should keep such a file. */
export const openOldKey = ({ cipher: name, iv, ciphertext }: OldBlock, { crypto, password }: Opening): PrivateKey => {
  const cipher = CIPHERS[name]
  if (cipher === undefined) throw unsupported(name)
  if (iv.length !== cipher.block) throw new DerError('value', 0, iv.length, 'DEK-Info')
  const salt = iv.subarray(0, 8)
  const pieces: Uint8Array[] = []
  for (let size = 0; size < cipher.octets; size += 16)
    pieces.push(
      crypto
        .hash('md5')
        .update(pieces.at(-1) ?? new Uint8Array())
        .update(password.octets)
        .update(salt)
        .digest(),
    )
  const key = joined(pieces).slice(0, cipher.octets)
  checkBlocks(cipher.block, ciphertext)
  return keyIn(withoutPadding(cipher.block, cipher.decrypt(crypto, key, iv, ciphertext)))
}
