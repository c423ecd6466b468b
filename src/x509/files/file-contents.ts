/**
 * What a file of certificates or keys has in it, for whoever has to say why it is not what was wanted: a key where a
 * certificate belongs, a key under a password, the name of a file instead of its contents.
 */
import { contextConstructed, Der, DerError, TAG } from '../../asn1/der.ts'
import { latin1Text } from '../../wire/bytes.ts'

/** What stands in a `cert`, `key` or `ca`: PEM as text or bytes, or DER. */
export type FileContents = string | Uint8Array

export type Content =
  | 'a certificate'
  | 'a private key'
  | 'an encrypted private key'
  | 'a public key'
  | 'a certificate request'
  | 'a revocation list'
  | 'parameters of a key'
  | 'a PKCS#7 bundle'
  | 'a PKCS#12 bundle'
  | 'something unknown'

/** What is in it, in order; empty for what is neither PEM nor DER. */
export const contentsOf = (file: FileContents): readonly Content[] => {
  const text = typeof file === 'string' ? file : latin1Text(file)
  const blocks = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----(.{0,40})/gs)]
  // A SEQUENCE begins with the digit 0.
  if (typeof file !== 'string' && blocks.length === 0 && file[0] === TAG.sequence) return [inDer(file)]
  return blocks.map(([, label, begin]) => inPem(label!, begin!))
}

const LABELS: Readonly<Record<string, Content>> = {
  CERTIFICATE: 'a certificate',
  'X509 CERTIFICATE': 'a certificate',
  'PRIVATE KEY': 'a private key',
  'RSA PRIVATE KEY': 'a private key',
  'EC PRIVATE KEY': 'a private key',
  'ENCRYPTED PRIVATE KEY': 'an encrypted private key',
  'PUBLIC KEY': 'a public key',
  'RSA PUBLIC KEY': 'a public key',
  'CERTIFICATE REQUEST': 'a certificate request',
  'NEW CERTIFICATE REQUEST': 'a certificate request',
  'X509 CRL': 'a revocation list',
  'EC PARAMETERS': 'parameters of a key',
  PKCS7: 'a PKCS#7 bundle',
  CMS: 'a PKCS#7 bundle',
}

/** RFC 1421 4.6.1.1: an encrypted key of the old form says so in a header. */
const inPem = (label: string, begin: string): Content => {
  const content = LABELS[label] ?? 'something unknown'
  return content === 'a private key' && /^\s*Proc-Type:\s*4,\s*ENCRYPTED/.test(begin)
    ? 'an encrypted private key'
    : content
}

const what = 'file'

const inDer = (file: Uint8Array): Content => {
  try {
    const outer = new Der(file).inside(TAG.sequence, what)
    switch (outer.peek()) {
      case TAG.oid:
        return 'a PKCS#7 bundle'
      case TAG.integer:
        return afterVersion(outer)
      case TAG.sequence:
        return afterSequence(outer)
      default:
        return 'something unknown'
    }
  } catch (error) {
    if (error instanceof DerError) return inBer(file)
    throw error
  }
}

/** NSS and others write bundles with indefinite lengths: they are known by how they begin. */
const inBer = (file: Uint8Array): Content => {
  const length = file[1] ?? 0
  const from = 2 + (length > 0x80 ? length & 0x7f : 0)
  if (file[from] === TAG.integer && file[from + 1] === 1 && file[from + 2] === 3) return 'a PKCS#12 bundle'
  return file[from] === TAG.oid && file[from + 1] === 9 ? 'a PKCS#7 bundle' : 'something unknown'
}

/** RFC 5958 2, RFC 5915 3, RFC 8017 A.1, RFC 7292 4: all begin with a number. */
const afterVersion = (outer: Der): Content => {
  outer.any(what)
  const next = outer.peek()
  if (next === TAG.octetString) return 'a private key'
  outer.any(what)
  if (next === TAG.integer) return outer.left > 0 ? 'a private key' : 'a public key'
  if (next !== TAG.sequence) return 'something unknown'
  return outer.peek() === TAG.octetString ? 'a private key' : 'a PKCS#12 bundle'
}

/** RFC 5280 4.1 and 5.1, RFC 2986 4: something signed; or an algorithm, and what is of it (RFC 5958 3). */
const afterSequence = (outer: Der): Content => {
  const inner = outer.inside(TAG.sequence, what)
  if (inner.peek() === TAG.oid) return outer.peek() === TAG.octetString ? 'an encrypted private key' : 'a public key'
  if (inner.peek() === contextConstructed(0)) return 'a certificate'
  // A number, an algorithm and the issuer, of SETs, in a certificate of version 1 and in a list; a number, the subject
  // and its key, which begins with a SEQUENCE, in a request.
  for (let i = 0; i < 3; i++) inner.any(what)
  if (inner.contents().peek() === TAG.sequence) return 'a certificate request'
  return inner.peek() === TAG.sequence ? 'a certificate' : 'a revocation list'
}
