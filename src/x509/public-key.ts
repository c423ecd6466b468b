/** SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 5480, RFC 8017, RFC 8410): which key it is and how strong. */
import { Der, DerError, TAG } from '../asn1/der.ts'
import { oidText } from '../asn1/oid.ts'
import { OID } from '../asn1/oids.table.ts'
import { checkInteger } from '../asn1/value.ts'

export type PublicKey =
  | { readonly type: 'rsa'; readonly bits: number; readonly exponentOdd: boolean; readonly exponentBits: number }
  | { readonly type: 'ecdsa'; readonly curve: 'p-256' | 'p-384' | 'p-521' }
  | { readonly type: 'ed25519' }
  /** A key that we do not use; `oid` is its algorithm, or its curve. */
  | { readonly type: 'other'; readonly oid: string }

const what = 'subjectPublicKeyInfo'

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
      return rsaKey(key)
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

/** For people: `EC P-256`, `RSA 2048 bits`. */
export const publicKeyText = (key: PublicKey): string => {
  switch (key.type) {
    case 'rsa':
      return `RSA ${key.bits} bits`
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

const rsaKey = (cursor: Der): PublicKey => {
  const inner = cursor.inside(TAG.sequence, what)
  cursor.finish(what)
  const modulus = magnitude(inner)
  const exponent = magnitude(inner)
  inner.finish(what)
  return {
    type: 'rsa',
    bits: bitLength(modulus),
    exponentOdd: (exponent.at(-1)! & 1) === 1,
    exponentBits: bitLength(exponent),
  }
}

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
