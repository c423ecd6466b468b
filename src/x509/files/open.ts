/**
 * Any file of certificates and keys, whatever it is: PEM with any of them, encrypted keys too; a certificate, a key, PKCS#7
 * or PKCS#12 in DER. What comes out is in the clear and in the order of the file.
 */

import type { CryptoProvider, KeyDerivation } from '../../crypto/provider.ts'
import type { Failure } from '../../failures/index.ts'
import { latin1Text, plain } from '../../wire/bytes.ts'
import { atOnce, type Deriving, inTurns } from './derivation.ts'
import { openEncryptedKey, openOldKey } from './encrypted-key.ts'
import { type Content, contentsOf, type FileContents } from './file-contents.ts'
import { oldBlocks } from './old-pem.ts'
import { KeyWork, type Opening, passwordOf } from './password.ts'
import { certificatesIn, pem, pemBlocks } from './pem.ts'
import { certificatesOfPkcs7 } from './pkcs7.ts'
import { pkcs12In } from './pkcs12.ts'
import { type PrivateKey, privateKeyFrom } from './private-key.ts'
import { readOrFailure, readOrFailureLater, refusal } from './refusal.ts'

export interface Opened {
  /** DER; that they are well formed is not looked at. */
  readonly certificates: readonly Uint8Array[]
  readonly keys: readonly PrivateKey[]
}

/**
 * What the file holds. A failure: `file/malformed`, `file/password-needed`, `file/password-wrong`,
 * `file/cipher-unsupported`, `file/too-much-work`. A file without either is none: both lists are empty.
 */
export const openFile = (file: FileContents, password: string | undefined, crypto: CryptoProvider): Opened | Failure =>
  readOrFailure(() => atOnce(opened(file, password, crypto), crypto))

/** The same for a program with other things to do: what a password is made to cost, up to seconds, holds up nobody. */
export const openFileInTurns = (
  file: FileContents,
  password: string | undefined,
  crypto: CryptoProvider,
  derivation: KeyDerivation,
): Promise<Opened | Failure> => readOrFailureLater(() => inTurns(opened(file, password, crypto), crypto, derivation))

function* opened(file: FileContents, password: string | undefined, crypto: CryptoProvider): Deriving<Opened> {
  const text = typeof file === 'string' ? file : latin1Text(file)
  const isPem = typeof file === 'string' || text.includes('-----BEGIN ')
  const opening = { crypto, password: passwordOf(password), work: new KeyWork() }
  const found = isPem ? yield* inPem(text, password, opening) : yield* inDer(plain(file), password, opening)
  // Private keys stand in front of their certificates in many files: only the order of each kind says something.
  return { certificates: found.flatMap(one => one.certificates), keys: found.flatMap(one => one.keys) }
}

/** As PEM, in the clear: for whoever takes no other form. The file as it is where that is what it is. */
export const inTheClear = (
  file: FileContents,
  password: string | undefined,
  crypto: CryptoProvider,
): FileContents | Failure => {
  if (!contentsOf(file).some(content => CLOSED.includes(content))) return file
  const found = openFile(file, password, crypto)
  return 'keys' in found ? inPemAgain(found) : found
}

/** The same, while others have their turns. */
export const inTheClearInTurns = async (
  file: FileContents,
  password: string | undefined,
  crypto: CryptoProvider,
  derivation: KeyDerivation,
): Promise<FileContents | Failure> => {
  if (!contentsOf(file).some(content => CLOSED.includes(content))) return file
  const found = await openFileInTurns(file, password, crypto, derivation)
  return 'keys' in found ? inPemAgain(found) : found
}

const inPemAgain = ({ certificates, keys }: Opened): string =>
  [...certificates.map(der => pem('CERTIFICATE', der)), ...keys.map(({ pkcs8 }) => pem('PRIVATE KEY', pkcs8))].join('')

/** The certificates of any file. Keys in it stay as they are: only a bundle is opened, with `password` if it is under one. */
export const certificatesOfAny = (
  file: FileContents,
  password: string | undefined,
  crypto: CryptoProvider,
): readonly Uint8Array[] | Failure => {
  if (!contentsOf(file).some(content => content.endsWith('bundle'))) return certificatesIn(file)
  const found = openFile(file, password, crypto)
  return 'certificates' in found ? found.certificates : found
}

/** What cannot be read as it stands. */
const CLOSED: readonly Content[] = ['an encrypted private key', 'a PKCS#7 bundle', 'a PKCS#12 bundle']

const nothing: Opened = { certificates: [], keys: [] }

function* inPem(text: string, password: string | undefined, opening: Opening): Deriving<readonly Opened[]> {
  const found: Opened[] = []
  for (const { label, der } of pemBlocks(text)) found.push(yield* inBlock(label, der, password, opening))
  for (const block of oldBlocks(text))
    found.push({ certificates: [], keys: [openOldKey(block, needed(password, opening))] })
  return found
}

function* inBlock(label: string, der: Uint8Array, password: string | undefined, opening: Opening): Deriving<Opened> {
  switch (label) {
    case 'CERTIFICATE':
    case 'X509 CERTIFICATE':
      return { certificates: [der], keys: [] }
    case 'PKCS7':
    case 'CMS':
      return { certificates: certificatesOfPkcs7(der), keys: [] }
    case 'PRIVATE KEY':
    case 'EC PRIVATE KEY':
    case 'RSA PRIVATE KEY':
      return keyOf(der)
    case 'ENCRYPTED PRIVATE KEY':
      return { certificates: [], keys: [yield* openEncryptedKey(der, needed(password, opening))] }
    default:
      return nothing
  }
}

function* inDer(der: Uint8Array, password: string | undefined, opening: Opening): Deriving<readonly Opened[]> {
  switch (contentsOf(der)[0]) {
    case 'a certificate':
      return [{ certificates: [der], keys: [] }]
    case 'a private key':
      return [keyOf(der)]
    case 'an encrypted private key':
      return [{ certificates: [], keys: [yield* openEncryptedKey(der, needed(password, opening))] }]
    case 'a PKCS#7 bundle':
      return [{ certificates: certificatesOfPkcs7(der), keys: [] }]
    case 'a PKCS#12 bundle': {
      const { certificates, keys } = yield* pkcs12In(der, password, opening.crypto)
      return [{ certificates: leavesFirst(certificates, keys).map(one => one.der), keys }]
    }
    default:
      return []
  }
}

interface Identified {
  readonly localKeyId: Uint8Array | undefined
}

/** PKCS#12 has no order; what belongs to a key is what the file is about. */
const leavesFirst = <T extends Identified>(certificates: readonly T[], keys: readonly Identified[]): readonly T[] => {
  const isLeaf = ({ localKeyId }: Identified): boolean =>
    localKeyId !== undefined && keys.some(key => `${key.localKeyId}` === `${localKeyId}`)
  return [...certificates.filter(isLeaf), ...certificates.filter(one => !isLeaf(one))]
}

const keyOf = (der: Uint8Array): Opened => {
  const key = privateKeyFrom(der)
  if (key === undefined) throw refusal('file/malformed', { where: 'privateKeyInfo', got: 'cannot be read' })
  return { certificates: [], keys: [key] }
}

const needed = (password: string | undefined, opening: Opening): Opening => {
  if (password === undefined) throw refusal('file/password-needed')
  return opening
}
