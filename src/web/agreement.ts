/** Key agreement in plain TypeScript: X25519, the NIST curves, and ML-KEM beside X25519. */
import { x25519 } from '@noble/curves/ed25519.js'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { type Agreement, diffieHellmanOf, hybrid, type KeyPairMade, X25519_BYTES } from '../crypto/agreement.ts'
import type { GroupName } from '../crypto/provider.ts'
import type { Random } from '../random.ts'
import { type Curve, POINT_OCTETS } from '../x509/files/key-numbers.ts'
import { mlKem } from './ml-kem.ts'

export const CURVES = { 'p-256': p256, 'p-384': p384, 'p-521': p521 } as const

export const agreement = (group: GroupName, random: Random): Agreement => {
  switch (group) {
    case 'x25519':
      return x25519Agreement(random)
    case 'secp256r1':
      return ecAgreement('p-256', random)
    case 'secp384r1':
      return ecAgreement('p-384', random)
    case 'secp521r1':
      return ecAgreement('p-521', random)
    case 'X25519MLKEM768':
      return hybrid(mlKem(random), x25519Agreement(random))
    default:
      return group satisfies never
  }
}

const x25519Agreement = (random: Random): Agreement => {
  const derive = (secretKey: Uint8Array, peer: Uint8Array): Uint8Array | undefined => {
    try {
      // RFC 7748 6.1: throws for a point of small order, which gives zero whatever the secret key.
      return peer.length === X25519_BYTES ? x25519.getSharedSecret(secretKey, peer) : undefined
    } catch {
      return undefined
    } finally {
      secretKey.fill(0)
    }
  }
  const make = (): KeyPairMade => {
    const secretKey = random.bytes(X25519_BYTES)
    return { share: x25519.getPublicKey(secretKey), derive: peer => derive(secretKey, peer) }
  }
  return diffieHellmanOf(make)
}

const ecAgreement = (curve: Curve, random: Random): Agreement => {
  const group = CURVES[curve]
  const octets = POINT_OCTETS[curve]
  const derive = (scalar: Uint8Array, peer: Uint8Array): Uint8Array | undefined => {
    try {
      // RFC 8422 5.4.1: uncompressed points only.
      if (peer.length !== 1 + 2 * octets || peer[0] !== 4) return undefined
      return group.getSharedSecret(scalar, peer, false).slice(1, 1 + octets)
    } catch {
      return undefined
    } finally {
      scalar.fill(0)
    }
  }
  const make = (): KeyPairMade => {
    const scalar = newScalar(curve, random)
    return { share: group.getPublicKey(scalar, false), derive: peer => derive(scalar, peer) }
  }
  return diffieHellmanOf(make)
}

/**
 * Draws until the number lies in [1, order), as FIPS 186-5 A.2.2 does; a draw fails with probability below 2^-32. Only
 * one bit of P-521's first octet belongs to the number.
 */
export const newScalar = (curve: Curve, random: Random): Uint8Array => {
  for (;;) {
    const scalar = random.bytes(POINT_OCTETS[curve])
    if (curve === 'p-521') scalar[0]! &= 1
    if (CURVES[curve].utils.isValidSecretKey(scalar)) return scalar
  }
}
