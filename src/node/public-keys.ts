/**
 * Public keys for OpenSSL, parsed once. As DER they go through its decoders, which cost 110 µs before any arithmetic; the
 * same numbers as JWK cost 5 µs for RSA, 12 for Ed25519 and 70 for P-256. The larger curves stay with DER: as JWK OpenSSL
 * multiplies their points by the order, for 500 µs.
 */
import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { DerError } from '../asn1/der.ts'
import type { EcGroup } from '../crypto/deterministic.ts'
import { isOnCurve } from '../crypto/on-curve.ts'
import { type Curve, type PublicNumbers, readSpki } from '../x509/files/key-numbers.ts'

/** By their DER; the oldest goes first. A client meets few keys. */
const PUBLIC_KEYS_KEPT = 256
const publicKeys = new Map<string, KeyObject>()

/** Throws what OpenSSL throws for what is none. */
export const publicKeyOf = (spki: Uint8Array): KeyObject => {
  const name = Buffer.from(spki.buffer, spki.byteOffset, spki.byteLength).toString('latin1')
  const known = publicKeys.get(name)
  if (known !== undefined) return known
  const key = imported(spki)
  if (publicKeys.size >= PUBLIC_KEYS_KEPT) publicKeys.delete(publicKeys.keys().next().value ?? '')
  publicKeys.set(name, key)
  return key
}

/** Whether it is a key that signatures are checked with here. Of a point on a named curve OpenSSL need not be asked. */
export const isPublicKey = (spki: Uint8Array): boolean => {
  const key = numbersOf(spki)
  if (key?.type === 'ecdsa' && key.point[0] === 4) return isOnCurve(GROUPS[key.curve], key.point)
  try {
    return SIGNING.has(publicKeyOf(spki).asymmetricKeyType ?? '')
  } catch {
    return false
  }
}

const GROUPS: Readonly<Record<Curve, EcGroup>> = { 'p-256': 'secp256r1', 'p-384': 'secp384r1', 'p-521': 'secp521r1' }
const SIGNING: ReadonlySet<string> = new Set(['ec', 'rsa', 'rsa-pss', 'ed25519'])

const imported = (spki: Uint8Array): KeyObject => {
  const jwk = jwkOf(numbersOf(spki))
  if (jwk !== undefined) return createPublicKey({ key: jwk, format: 'jwk' })
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
}

/** Undefined for what only OpenSSL may know. */
const numbersOf = (spki: Uint8Array): PublicNumbers | undefined => {
  try {
    return readSpki(spki)
  } catch (error) {
    if (error instanceof DerError) return undefined
    throw error
  }
}

/** Octets of an uncompressed point of P-256, and of one number of it. */
const POINT = 65
const NUMBER = 32

/** Undefined where JWK has no form for it, or is slower. */
const jwkOf = (key: PublicNumbers | undefined): JsonWebKey | undefined => {
  switch (key?.type) {
    case 'rsa':
      return { kty: 'RSA', n: text(key.modulus), e: text(key.exponent) }
    case 'ed25519':
      return { kty: 'OKP', crv: 'Ed25519', x: text(key.point) }
    case 'ecdsa': {
      const { curve, point } = key
      if (curve !== 'p-256' || point.length !== POINT || point[0] !== 4) return undefined
      return { kty: 'EC', crv: 'P-256', x: text(point.subarray(1, 1 + NUMBER)), y: text(point.subarray(1 + NUMBER)) }
    }
    default:
      return undefined
  }
}

const text = (octets: Uint8Array): string =>
  Buffer.from(octets.buffer, octets.byteOffset, octets.byteLength).toString('base64url')
