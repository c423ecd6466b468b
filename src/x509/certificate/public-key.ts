/** SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 5480, RFC 8017, RFC 8410): which key it is and how strong. */
import { contextConstructed, Der, DerError, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { OID } from '../../asn1/oids.table.ts'
import { checkInteger } from '../../asn1/value.ts'
import type { HashName } from '../../crypto/provider.ts'
import { readPssHash } from './algorithm.ts'

export type PublicKey =
  | { readonly type: 'rsa'; readonly bits: number }
  /** For RSASSA-PSS alone (RFC 4055 1.2); with this hash and no other, unless it is undefined. */
  | { readonly type: 'rsa-pss'; readonly bits: number; readonly hash: HashName | undefined }
  | { readonly type: 'ecdsa'; readonly curve: 'p-256' | 'p-384' | 'p-521' }
  | { readonly type: 'ed25519' }
  /** A key that we do not use; `oid` is its algorithm, or its curve. */
  | { readonly type: 'other'; readonly oid: string }

const what = 'subjectPublicKeyInfo'

/** CVE-2023-3446 shows what a huge modulus does to whoever checks; BoringSSL and OpenSSL check nothing larger. */
const MAX_RSA_BITS = 16_384
/** As BoringSSL. Nearly all keys have 65537; the time of a check grows with the length of the exponent. */
const MAX_EXPONENT_BITS = 33

/** Octets of an uncompressed point (RFC 5480 2.2). */
const curves: Readonly<Record<string, { curve: 'p-256' | 'p-384' | 'p-521'; octets: number }>> = {
  [OID.secp256r1]: { curve: 'p-256', octets: 65 },
  [OID.secp384r1]: { curve: 'p-384', octets: 97 },
  [OID.secp521r1]: { curve: 'p-521', octets: 133 },
}

/** The key in `bytes[from, to)`, by default a whole SubjectPublicKeyInfo in DER. Throws `DerError`. */
export const readPublicKey = (bytes: Uint8Array, from = 0, to: number = bytes.length): PublicKey => {
  const info = new Der(bytes, from, to).inside(TAG.sequence, what)
  const algorithm = info.inside(TAG.sequence, what)
  algorithm.read(TAG.oid, what)
  const oid = oidText(bytes, algorithm.from, algorithm.to)
  info.read(TAG.bitString, what)
  info.finish(what)
  if (bytes[info.from] !== 0) throw new DerError('bit-string-padding', info.from, info.to, what)
  const key = new Der(bytes, info.from + 1, info.to)
  switch (oid) {
    case OID.rsaEncryption:
      // RFC 3279 2.3.1: the parameters must be NULL.
      algorithm.read(TAG.null, what)
      algorithm.finish(what)
      return { type: 'rsa', bits: modulusBits(key) }
    case OID.rsassaPss: {
      // RFC 4055 3.1: "If the parameters are absent, there are no restrictions".
      if (algorithm.left === 0) return { type: 'rsa-pss', bits: modulusBits(key), hash: undefined }
      const hash = readPssHash(algorithm)
      return hash === undefined ? { type: 'other', oid } : { type: 'rsa-pss', bits: modulusBits(key), hash }
    }
    case OID.ecPublicKey: {
      algorithm.read(TAG.oid, what)
      const named = oidText(bytes, algorithm.from, algorithm.to)
      algorithm.finish(what)
      const known = curves[named]
      if (known === undefined) return { type: 'other', oid: named }
      // RFC 5480 2.2: uncompressed is what everybody must support and uses.
      if (key.left !== known.octets || bytes[key.pos] !== 4) throw new DerError('value', key.pos, key.end, what)
      return { type: 'ecdsa', curve: known.curve }
    }
    case OID.ed25519:
      algorithm.finish(what)
      if (key.left !== 32) throw new DerError('value', key.pos, key.end, what)
      return { type: 'ed25519' }
    default:
      return { type: 'other', oid }
  }
}

/**
 * The SubjectPublicKeyInfo of a certificate, a view, without a look at what else is in it: for whoever shows the
 * certificate and does not judge it. Throws `DerError`.
 */
export const spkiOf = (certificate: Uint8Array): Uint8Array => {
  const outer = new Der(certificate)
  const tbs = outer.inside(TAG.sequence, 'certificate').inside(TAG.sequence, 'tbsCertificate')
  outer.finish('certificate')
  tbs.optional(contextConstructed(0), 'version')
  tbs.read(TAG.integer, 'serialNumber')
  for (const field of ['signature', 'issuer', 'validity', 'subject', what]) tbs.read(TAG.sequence, field)
  return tbs.element()
}

/** For people: `EC P-256`, `RSA 2048 bits`. */
export const publicKeyText = (key: PublicKey): string => {
  switch (key.type) {
    case 'rsa':
      return `RSA ${key.bits} bits`
    case 'rsa-pss':
      return `RSA-PSS ${key.bits} bits`
    case 'ecdsa':
      return `EC ${key.curve.toUpperCase()}`
    case 'ed25519':
      return 'Ed25519'
    case 'other':
      return `key of type ${key.oid}`
    default:
      return key satisfies never
  }
}

/** RFC 8017 A.1.1. */
const modulusBits = (cursor: Der): number => {
  const inner = cursor.inside(TAG.sequence, what)
  cursor.finish(what)
  const modulus = magnitude(inner)
  const { start, to } = inner
  const exponent = magnitude(inner)
  inner.finish(what)
  // RFC 8017 3.1: a product of odd primes, and an odd number of at least three. Anything else is no key.
  if (!isOdd(modulus)) throw new DerError('value', start, to, what)
  if (!isOdd(exponent) || bitLength(exponent) < 2) throw new DerError('value', inner.start, inner.to, what)
  if (bitLength(modulus) > MAX_RSA_BITS) throw new DerError('too-big', start, to, what)
  if (bitLength(exponent) > MAX_EXPONENT_BITS) throw new DerError('too-big', inner.start, inner.to, what)
  return bitLength(modulus)
}

const isOdd = (octets: Uint8Array): boolean => ((octets.at(-1) ?? 0) & 1) === 1

/**
 * What a check of one signature by this key costs, in checks by a P-256 key, or by an RSA key of up to 4096 bits, which
 * take about as long. An RSA check grows with the square of the modulus; the larger curves have no fast code in OpenSSL.
 */
export const signatureCost = (key: PublicKey): number => {
  if (key.type === 'rsa' || key.type === 'rsa-pss') return Math.max(1, Math.ceil((key.bits / 4096) ** 2))
  return key.type === 'ecdsa' ? curveCosts[key.curve] : 1
}

const curveCosts = { 'p-256': 1, 'p-384': 5, 'p-521': 10 } as const

/** The next INTEGER, which must not be negative, without its sign octet. */
const magnitude = (cursor: Der): Uint8Array => {
  cursor.read(TAG.integer, what)
  checkInteger(cursor.bytes, cursor.from, cursor.to, what)
  const value = cursor.value()
  if (value[0]! > 0x7f) throw new DerError('value', cursor.from, cursor.to, what)
  return value[0] === 0 ? value.subarray(1) : value
}

const bitLength = (octets: Uint8Array): number =>
  octets.length === 0 ? 0 : 8 * octets.length - Math.clz32(octets[0]!) + 24
