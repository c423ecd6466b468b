/**
 * Whether a public point lies on its curve (SEC 1 3.2.2.1). The curves of NIST have a prime number of points, so that is
 * all there is to check. Points are public: how long it takes may tell which one it was.
 */
import { hexText } from '../wire/bytes.ts'
import type { EcGroup } from './deterministic.ts'

/** y² = x³ - 3x + b modulo p (SP 800-186 3.2.1), in numbers of so many octets. */
interface Curve {
  readonly p: bigint
  readonly b: bigint
  readonly octets: number
}

const curves: Readonly<Record<EcGroup, Curve>> = {
  secp256r1: {
    p: 2n ** 256n - 2n ** 224n + 2n ** 192n + 2n ** 96n - 1n,
    b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
    octets: 32,
  },
  secp384r1: {
    p: 2n ** 384n - 2n ** 128n - 2n ** 96n + 2n ** 32n - 1n,
    b: 0xb3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aefn,
    octets: 48,
  },
  secp521r1: {
    p: 2n ** 521n - 1n,
    b: 0x51953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e156193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00n,
    octets: 66,
  },
}

/** `point` is uncompressed: 04, x, y. False for any other form. */
export const isOnCurve = (group: EcGroup, point: Uint8Array): boolean => {
  const { p, b, octets } = curves[group]
  if (point.length !== 1 + 2 * octets || point[0] !== 4) return false
  const x = BigInt(`0x${hexText(point.subarray(1, 1 + octets))}`)
  const y = BigInt(`0x${hexText(point.subarray(1 + octets))}`)
  return x < p && y < p && (y * y - (x * x - 3n) * x - b) % p === 0n
}
