/**
 * Public keys that are believed because they are known, without anybody who vouches for them (RFC 7250 5): what
 * `publicKeys` takes. Whoever shows one of them has only to prove that the private key is his.
 */
import { DerError } from '../../asn1/der.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { schemesOf } from '../../tls/certificate/key.ts'
import { type CertificateTypeName, isWholePublicKey } from '../../tls/certificate/types.ts'
import { latin1Text, plain, sameOctets } from '../../wire/bytes.ts'
import { spkiOf } from '../../x509/certificate/public-key.ts'
import { type Content, contentsOf, type FileContents } from '../../x509/files/file-contents.ts'
import { pemBlocks, toBase64 } from '../../x509/files/pem.ts'

/** Each a file, PEM (`PUBLIC KEY`) as text or bytes, or a SubjectPublicKeyInfo in DER. */
export type PublicKeyFiles = FileContents | readonly FileContents[]

/** A peer that has both is to show the bare key: the certificate adds nothing. */
export const BARE_FIRST: readonly CertificateTypeName[] = ['RawPublicKey', 'X509']

/** SubjectPublicKeyInfos, each as it is in the handshake. Throws `FailureError`: `net/bad-public-key`, `net/bad-tls-options`. */
export const publicKeysIn = (given: PublicKeyFiles, name = 'publicKeys'): readonly Bytes[] => {
  const files = Array.isArray(given) ? (given as readonly FileContents[]) : [given as FileContents]
  if (files.length === 0)
    throw new FailureError(fail('net/bad-tls-options', { where: name, got: 'an empty list', expected: 'public keys' }))
  return files.flatMap((file, i) => keysOf(file, files.length === 1 ? name : `${name}[${i}]`))
}

const keysOf = (file: FileContents, where: string): readonly Bytes[] => {
  if (typeof file !== 'string' && !(file instanceof Uint8Array))
    throw new FailureError(
      fail('net/bad-tls-options', { where, got: `a value of type ${typeof file}`, expected: 'PEM as text, or bytes' }),
    )
  const contents = contentsOf(file)
  const keys = spkisIn(file)
  const wrong = (got: string): FailureError => new FailureError(fail('net/bad-public-key', { where, got }))
  if (!contents.includes('a public key')) throw wrong(wordsFor(contents))
  // RFC 8017 A.1.1 has a form without an algorithm, which no handshake carries.
  if (keys.length < contents.length || !keys.every(isWholePublicKey)) throw wrong('holds a key that cannot be read')
  if (keys.some(key => schemesOf(key).length === 0)) throw wrong('holds a key that does not sign here')
  return keys
}

const wordsFor = (contents: readonly Content[]): string =>
  contents.length > 0 ? `holds ${[...new Set(contents)].join(', ')}` : 'is neither PEM nor DER'

/** Of blocks `PUBLIC KEY`, or the whole of a file in DER. */
const spkisIn = (file: FileContents): readonly Bytes[] => {
  const text = typeof file === 'string' ? file : latin1Text(file)
  if (text.includes('-----BEGIN '))
    return pemBlocks(text)
      .filter(({ label }) => label === 'PUBLIC KEY')
      .map(({ der }) => der)
  return typeof file === 'string' ? [] : [plain(file)]
}

/** As browsers and curl write it: `sha256/…`. */
export const pinOf = (spki: Bytes, { hash }: Pick<CryptoProvider, 'hash'>): string => {
  const sha256 = hash('sha256')
  sha256.update(spki)
  return `sha256/${toBase64(sha256.digest())}`
}

/** The key that the peer has shown, bare or in a certificate; undefined for what has none. */
export const keyShown = (leaf: Bytes, certificateType: CertificateTypeName): Bytes | undefined => {
  if (certificateType === 'RawPublicKey') return leaf
  try {
    return spkiOf(leaf)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

export const isAmong = (keys: readonly Bytes[], key: Bytes): boolean => keys.some(known => sameOctets(known, key))
