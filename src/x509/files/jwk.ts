/**
 * Keys as JSON (RFC 7517): RSA and EC as RFC 7518 6 has them, Ed25519 as RFC 8037, and their thumbprints (RFC 7638). What
 * is read may come from a peer: it gives a key or nothing, and one key has one form.
 */
import { DerError } from '../../asn1/der.ts'
import type { CryptoProvider, SignatureAlgorithm } from '../../crypto/provider.ts'
import { base64url, fromBase64url } from '../../wire/base64url.ts'
import { hexText, joined, latin1Bytes } from '../../wire/bytes.ts'
import { readPublicKey } from '../certificate/public-key.ts'
import type { KeyPair } from '../issue.ts'
import {
  type Curve,
  ecKeyPair,
  ed25519KeyPair,
  POINT_OCTETS,
  RSA_NUMBERS,
  type RsaNumber,
  readPkcs8,
  readSpki,
  rsaPkcs8,
  rsaPrivateNumbers,
  rsaSpki,
} from './key-numbers.ts'

/** A public key. The members are in the order in which RFC 7638 3 hashes them. */
export type Jwk =
  | { readonly e: string; readonly kty: 'RSA'; readonly n: string }
  | { readonly crv: 'P-256' | 'P-384' | 'P-521'; readonly kty: 'EC'; readonly x: string; readonly y: string }
  | { readonly crv: 'Ed25519'; readonly kty: 'OKP'; readonly x: string }

/** With its secret: `d`, and for RSA all the numbers of RFC 7518 6.3.2. */
export type PrivateJwk =
  | (Jwk & { readonly kty: 'EC' | 'OKP'; readonly d: string })
  | (Jwk & { readonly kty: 'RSA' } & Readonly<Record<RsaNumber, string>>)

const CRV = { 'p-256': 'P-256', 'p-384': 'P-384', 'p-521': 'P-521' } as const

/**
 * The key of a SubjectPublicKeyInfo. Throws `DerError`, and RangeError for a kind of key that JSON or we have no form for:
 * a key for RSASSA-PSS alone would lose that it is.
 */
export const jwkOf = (spki: Uint8Array): Jwk => {
  const key = readSpki(spki)
  switch (key?.type) {
    case 'rsa':
      return { e: base64url(key.exponent), kty: 'RSA', n: base64url(key.modulus) }
    case 'ecdsa': {
      const octets = POINT_OCTETS[key.curve]
      const { point } = key
      if (point.length !== 1 + 2 * octets || point[0] !== 4) throw new DerError('value', 0, spki.length, 'point')
      const [x, y] = [point.subarray(1, 1 + octets), point.subarray(1 + octets)]
      return { crv: CRV[key.curve], kty: 'EC', x: base64url(x), y: base64url(y) }
    }
    case 'ed25519':
      return { crv: 'Ed25519', kty: 'OKP', x: base64url(key.point) }
    default:
      throw new RangeError(`a key of type ${key?.type ?? 'unknown'} has no form in JSON here`)
  }
}

/** Both halves. Throws as `jwkOf`, and RangeError for two that are not of one kind. */
export const privateJwkOf = ({ spki, pkcs8 }: KeyPair): PrivateJwk => {
  const jwk = jwkOf(spki)
  const key = readPkcs8(pkcs8)
  if (jwk.kty === 'RSA' && key?.type === 'rsa') {
    const numbers = rsaPrivateNumbers(key.key)
    const texts = RSA_NUMBERS.map(name => [name, base64url(numbers[name])])
    return { ...jwk, ...(Object.fromEntries(texts) as Record<RsaNumber, string>) }
  }
  if (jwk.kty === 'EC' && key?.type === 'ecdsa') return { ...jwk, d: base64url(key.scalar) }
  if (jwk.kty === 'OKP' && key?.type === 'ed25519') return { ...jwk, d: base64url(key.seed) }
  throw new RangeError('the two halves are not of one key')
}

/**
 * The SubjectPublicKeyInfo of a public key in JSON, or of the public half of a private one; undefined for what is no key
 * that we use. Members that say nothing about the key itself (`kid`, `use`, `alg`) are not looked at.
 */
export const spkiOfJwk = (jwk: unknown, crypto: CryptoProvider): Uint8Array | undefined => {
  const spki = written(jwk)
  return spki !== undefined && isKey(spki) && crypto.isPublicKey(spki) ? spki : undefined
}

/** A private key in JSON, when its halves belong together; undefined for what is none. RSA needs its primes. */
export const keyPairOfJwk = (jwk: unknown, crypto: CryptoProvider): KeyPair | undefined => {
  const spki = spkiOfJwk(jwk, crypto)
  const key = spki && readSpki(spki)
  const d = octetsOf(jwk, 'd')
  if (spki === undefined || d === undefined) return undefined
  switch (key?.type) {
    case 'ecdsa':
      if (d.length !== POINT_OCTETS[key.curve]) return undefined
      return belonging({ spki, pkcs8: ecKeyPair(key.curve, d, key.point).pkcs8 }, ECDSA, crypto)
    case 'ed25519':
      if (d.length !== 32) return undefined
      return belonging({ spki, pkcs8: ed25519KeyPair(d, key.point).pkcs8 }, ED25519, crypto)
    case 'rsa': {
      const numbers = rsaNumbersOf(jwk)
      return numbers && { spki, pkcs8: rsaPkcs8(numbers) }
    }
    default:
      return undefined
  }
}

/** RFC 7638 3: the same for the same key, however its JSON was written. Base64url, by default of SHA-256. */
export const jwkThumbprint = (jwk: Jwk, crypto: CryptoProvider, hash: 'sha256' | 'sha512' = 'sha256'): string => {
  const { kty } = jwk
  const members =
    kty === 'RSA'
      ? { e: jwk.e, kty, n: jwk.n }
      : kty === 'EC'
        ? { crv: jwk.crv, kty, x: jwk.x, y: jwk.y }
        : { crv: jwk.crv, kty, x: jwk.x }
  return base64url(
    crypto
      .hash(hash)
      .update(latin1Bytes(JSON.stringify(members)))
      .digest(),
  )
}

const memberOf = (jwk: unknown, name: string): unknown =>
  typeof jwk === 'object' && jwk !== null && Object.hasOwn(jwk, name)
    ? (jwk as Readonly<Record<string, unknown>>)[name]
    : undefined

const octetsOf = (jwk: unknown, name: string): Uint8Array | undefined => {
  const text = memberOf(jwk, name)
  return typeof text === 'string' ? fromBase64url(text) : undefined
}

/** RFC 7518 2, Base64urlUInt: as few octets as the number needs, so no zeros in front. */
const numberOf = (jwk: unknown, name: string): Uint8Array | undefined => {
  const octets = octetsOf(jwk, name)
  return octets === undefined || octets.length === 0 || octets[0] === 0 ? undefined : octets
}

const written = (jwk: unknown): Uint8Array | undefined => {
  switch (memberOf(jwk, 'kty')) {
    case 'RSA': {
      const [n, e] = [numberOf(jwk, 'n'), numberOf(jwk, 'e')]
      return n && e && rsaSpki(n, e)
    }
    case 'EC': {
      const crv = memberOf(jwk, 'crv')
      const curve = (Object.keys(CRV) as Curve[]).find(name => CRV[name] === crv)
      const [x, y] = [octetsOf(jwk, 'x'), octetsOf(jwk, 'y')]
      if (curve === undefined || x === undefined || y === undefined) return undefined
      // RFC 7518 6.2.1.2: as long as the curve's numbers, leading zeros included.
      if (x.length !== POINT_OCTETS[curve] || y.length !== x.length) return undefined
      return ecKeyPair(curve, new Uint8Array(), joined([Uint8Array.of(4), x, y])).spki
    }
    case 'OKP': {
      const x = octetsOf(jwk, 'x')
      if (memberOf(jwk, 'crv') !== 'Ed25519' || x?.length !== 32) return undefined
      return ed25519KeyPair(new Uint8Array(), x).spki
    }
    default:
      return undefined
  }
}

/** Not too large, and of odd numbers: what a certificate's key must be. */
const isKey = (spki: Uint8Array): boolean => {
  try {
    return readPublicKey(spki).type !== 'other'
  } catch (error) {
    if (error instanceof DerError) return false
    throw error
  }
}

const ECDSA: SignatureAlgorithm = { key: 'ecdsa', hash: 'sha256' }
const ED25519: SignatureAlgorithm = { key: 'ed25519', hash: undefined }
const PROBE = latin1Bytes('Do these halves belong together?')

/** The pair, when the one half confirms what the other signs. */
const belonging = (pair: KeyPair, algorithm: SignatureAlgorithm, crypto: CryptoProvider): KeyPair | undefined => {
  try {
    return crypto.verify(algorithm, pair.spki, PROBE, crypto.sign(algorithm, pair.pkcs8, PROBE)) ? pair : undefined
  } catch {
    // A secret that is no number of the curve.
    return undefined
  }
}

/** RFC 8017 3.2: what the numbers of a key of two primes are to each other. Undefined unless they are. */
const rsaNumbersOf = (jwk: unknown): Readonly<Record<RsaNumber, Uint8Array>> | undefined => {
  if (memberOf(jwk, 'oth') !== undefined) return undefined
  const found = RSA_NUMBERS.map(name => [name, numberOf(jwk, name)] as const)
  if (found.some(([, octets]) => octets === undefined)) return undefined
  const octets = Object.fromEntries(found) as Record<RsaNumber, Uint8Array>
  // No longer than the modulus, whose length was looked at: numbers of this arithmetic take their time.
  if (RSA_NUMBERS.some(name => octets[name].length > octets.n.length)) return undefined
  const { n, e, d, p, q, dp, dq, qi } = Object.fromEntries(
    RSA_NUMBERS.map(name => [name, BigInt(`0x${hexText(octets[name])}`)]),
  ) as Record<RsaNumber, bigint>
  if (p < 3n || q < 3n || p * q !== n || d >= n) return undefined
  const fits = d % (p - 1n) === dp && d % (q - 1n) === dq && (qi * q) % p === 1n && qi < p
  return fits && (e * dp) % (p - 1n) === 1n && (e * dq) % (q - 1n) === 1n ? octets : undefined
}
