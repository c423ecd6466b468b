/** Keys in DER up to the numbers in them, and back: SubjectPublicKeyInfo (RFC 5480, RFC 8017, RFC 8410) and PKCS#8. */
import { Der, DerError, TAG } from '../../asn1/der.ts'
import { oidText } from '../../asn1/oid.ts'
import { OID } from '../../asn1/oids.table.ts'
import { checkInteger, smallInteger } from '../../asn1/value.ts'
import { bitString, explicit, integer, nothing, octetString, oid, sequence } from '../../asn1/write.ts'
import type { HashName } from '../../crypto/provider.ts'
import { readPssHash } from '../certificate/algorithm.ts'

export type Curve = 'p-256' | 'p-384' | 'p-521'

export type PublicNumbers =
  | { readonly type: 'ecdsa'; readonly curve: Curve; readonly point: Uint8Array }
  | { readonly type: 'ed25519'; readonly point: Uint8Array }
  | { readonly type: 'rsa'; readonly modulus: Uint8Array; readonly exponent: Uint8Array }
  /** `hash`: the only one that it may be used with; undefined for any. */
  | {
      readonly type: 'rsa-pss'
      readonly modulus: Uint8Array
      readonly exponent: Uint8Array
      readonly hash: HashName | undefined
    }

export type PrivateNumbers =
  | { readonly type: 'ecdsa'; readonly curve: Curve; readonly scalar: Uint8Array }
  | { readonly type: 'ed25519'; readonly seed: Uint8Array }
  /** `key`: the RSAPrivateKey of RFC 8017 A.1.2, DER. */
  | { readonly type: 'rsa'; readonly key: Uint8Array }

const CURVES: Readonly<Record<string, Curve>> = {
  [OID.secp256r1]: 'p-256',
  [OID.secp384r1]: 'p-384',
  [OID.secp521r1]: 'p-521',
}

const OIDS: Readonly<Record<Curve, string>> = {
  'p-256': OID.secp256r1,
  'p-384': OID.secp384r1,
  'p-521': OID.secp521r1,
}

/** Octets of a number on the curve. */
export const POINT_OCTETS: Readonly<Record<Curve, number>> = { 'p-256': 32, 'p-384': 48, 'p-521': 66 }

const what = 'key'

/** Throws `DerError`; undefined for an algorithm or a curve that is none of ours. */
export const readSpki = (spki: Uint8Array): PublicNumbers | undefined => {
  const outer = new Der(spki)
  const info = outer.inside(TAG.sequence, what)
  outer.finish(what)
  const algorithm = info.inside(TAG.sequence, what)
  info.read(TAG.bitString, what)
  info.finish(what)
  if (spki[info.from] !== 0) throw new DerError('bit-string-padding', info.from, info.to, what)
  const octets = spki.subarray(info.from + 1, info.to)
  switch (readOid(algorithm)) {
    case OID.ecPublicKey: {
      const curve = CURVES[readOid(algorithm)]
      algorithm.finish(what)
      return curve === undefined ? undefined : { type: 'ecdsa', curve, point: octets }
    }
    case OID.ed25519:
      algorithm.finish(what)
      return { type: 'ed25519', point: octets }
    case OID.rsaEncryption: {
      // RFC 3279 2.3.1: NULL; OpenSSL takes it left out too.
      if (algorithm.optional(TAG.null, what) && algorithm.from !== algorithm.to)
        throw new DerError('null-not-empty', algorithm.from, algorithm.to, what)
      algorithm.finish(what)
      return { type: 'rsa', ...rsaNumbers(octets) }
    }
    case OID.rsassaPss: {
      // RFC 4055 3.1: "If the parameters are absent, there are no restrictions".
      const free = algorithm.left === 0
      const hash = free ? undefined : readPssHash(algorithm)
      return free || hash !== undefined ? { type: 'rsa-pss', ...rsaNumbers(octets), hash } : undefined
    }
    default:
      return undefined
  }
}

/** RFC 8017 A.1.1. */
const rsaNumbers = (octets: Uint8Array): { modulus: Uint8Array; exponent: Uint8Array } => {
  const cursor = new Der(octets)
  const numbers = cursor.inside(TAG.sequence, what)
  cursor.finish(what)
  const key = { modulus: positive(numbers), exponent: positive(numbers) }
  numbers.finish(what)
  return key
}

const readOid = (cursor: Der): string => {
  cursor.read(TAG.oid, what)
  return oidText(cursor.bytes, cursor.from, cursor.to)
}

/** The next INTEGER without its sign octet. */
const positive = (cursor: Der): Uint8Array => {
  cursor.read(TAG.integer, what)
  checkInteger(cursor.bytes, cursor.from, cursor.to, what)
  const value = cursor.value()
  if (value[0]! > 0x7f) throw new DerError('value', cursor.from, cursor.to, what)
  return value[0] === 0 ? value.subarray(1) : value
}

/** Throws `DerError`; undefined for an algorithm or a curve that is none of ours. */
export const readPkcs8 = (pkcs8: Uint8Array): PrivateNumbers | undefined => {
  const info = new Der(pkcs8).inside(TAG.sequence, what)
  info.read(TAG.integer, what)
  const algorithm = info.inside(TAG.sequence, what)
  const contents = info.inside(TAG.octetString, what)
  switch (readOid(algorithm)) {
    case OID.ecPublicKey: {
      const curve = CURVES[readOid(algorithm)]
      if (curve === undefined) return undefined
      // RFC 5915 3: version, then the scalar with all its leading zeros.
      const key = contents.inside(TAG.sequence, what)
      key.read(TAG.integer, what)
      key.read(TAG.octetString, what)
      if (key.to - key.from !== POINT_OCTETS[curve]) throw new DerError('value', key.from, key.to, what)
      return { type: 'ecdsa', curve, scalar: key.value() }
    }
    case OID.ed25519:
      // RFC 8410 7: an OCTET STRING within the OCTET STRING.
      contents.read(TAG.octetString, what)
      if (contents.to - contents.from !== 32) throw new DerError('value', contents.from, contents.to, what)
      return { type: 'ed25519', seed: contents.value() }
    case OID.rsaEncryption:
      return { type: 'rsa', key: contents.bytes.subarray(contents.pos, contents.end) }
    default:
      return undefined
  }
}

/** RFC 8017 A.1.2: version 0, of two primes; each without its sign octet. Throws `DerError`. */
export const rsaPrivateNumbers = (key: Uint8Array): Readonly<Record<RsaNumber, Uint8Array>> => {
  const outer = new Der(key)
  const cursor = outer.inside(TAG.sequence, what)
  outer.finish(what)
  cursor.read(TAG.integer, what)
  if (smallInteger(key, cursor.from, cursor.to, what) !== 0) throw new DerError('value', cursor.from, cursor.to, what)
  const numbers = Object.fromEntries(RSA_NUMBERS.map(name => [name, positive(cursor)])) as Record<RsaNumber, Uint8Array>
  cursor.finish(what)
  return numbers
}

/** In the order of RSAPrivateKey, by the names that JSON has for them (RFC 7518 6.3). */
export const RSA_NUMBERS = ['n', 'e', 'd', 'p', 'q', 'dp', 'dq', 'qi'] as const
export type RsaNumber = (typeof RSA_NUMBERS)[number]

const rsaAlgorithm = (): Uint8Array => sequence(oid(OID.rsaEncryption), nothing)

/** SubjectPublicKeyInfo of an RSA key. */
export const rsaSpki = (modulus: Uint8Array, exponent: Uint8Array): Uint8Array =>
  sequence(rsaAlgorithm(), bitString(sequence(integer(modulus), integer(exponent))))

/** PrivateKeyInfo of an RSA key, from all its numbers. */
export const rsaPkcs8 = (numbers: Readonly<Record<RsaNumber, Uint8Array>>): Uint8Array =>
  sequence(
    integer(0),
    rsaAlgorithm(),
    octetString(sequence(integer(0), ...RSA_NUMBERS.map(name => integer(numbers[name])))),
  )

/** `point` is uncompressed. Byte for byte what OpenSSL writes, so that a seed gives the same certificates everywhere. */
export const ecKeyPair = (
  curve: Curve,
  scalar: Uint8Array,
  point: Uint8Array,
): { spki: Uint8Array; pkcs8: Uint8Array } => {
  const algorithm = sequence(oid(OID.ecPublicKey), oid(OIDS[curve]))
  const key = sequence(integer(1), octetString(scalar), explicit(1, bitString(point)))
  return { spki: sequence(algorithm, bitString(point)), pkcs8: sequence(integer(0), algorithm, octetString(key)) }
}

/** RFC 8410 10. */
export const ed25519KeyPair = (seed: Uint8Array, point: Uint8Array): { spki: Uint8Array; pkcs8: Uint8Array } => {
  const algorithm = sequence(oid(OID.ed25519))
  return {
    spki: sequence(algorithm, bitString(point)),
    pkcs8: sequence(integer(0), algorithm, octetString(octetString(seed))),
  }
}
