/**
 * ECDSA whose nonce follows from key and message (RFC 6979 3.2), so that a seeded run repeats to the last byte.
 * The arithmetic on the nonce is BigInt and therefore not constant in time: only the seeded provider uses it.
 */

type Hmac = (key: Uint8Array, ...data: readonly Uint8Array[]) => Uint8Array

/** Orders of the base points (SEC 2, 2.4.2, 2.5.1 and 2.6.1). */
const ORDERS = {
  secp256r1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
  secp521r1:
    0x1fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409n,
} as const

export type EcGroup = keyof typeof ORDERS

/** Of each order. */
const BITS: Readonly<Record<EcGroup, number>> = { secp256r1: 256, secp384r1: 384, secp521r1: 521 }

/**
 * A signature in DER. `digest` is the hash of the message, `hmac` works with that same hash, `abscissa` gives the x
 * coordinate of a multiple of the base point.
 */
export const deterministicSignature = (
  group: EcGroup,
  privateKey: Uint8Array,
  digest: Uint8Array,
  hmac: Hmac,
  abscissa: (scalar: Uint8Array) => Uint8Array,
): Uint8Array => {
  const order = ORDERS[group]
  const bits = BITS[group]
  const size = Math.ceil(bits / 8)
  const z = leftmost(digest, bits)
  const d = toNumber(privateKey)
  for (const k of nonces(order, bits, privateKey, octets(z % order, size), digest.length, hmac)) {
    const r = toNumber(abscissa(octets(k, size))) % order
    const s = (inverse(k, order) * (z + r * d)) % order
    if (r !== 0n && s !== 0n) return der(r, s, size)
  }
  throw new RangeError('the sequence of nonces does not end')
}

/** RFC 6979 3.2 b to h. */
function* nonces(
  order: bigint,
  bits: number,
  privateKey: Uint8Array,
  reduced: Uint8Array,
  hashLength: number,
  hmac: Hmac,
): Generator<bigint> {
  let v: Uint8Array = new Uint8Array(hashLength).fill(1)
  let key: Uint8Array = new Uint8Array(hashLength)
  for (const step of [0, 1]) {
    key = hmac(key, v, Uint8Array.of(step), privateKey, reduced)
    v = hmac(key, v)
  }
  for (;;) {
    const drawn = new Uint8Array(Math.ceil(bits / 8 / hashLength) * hashLength)
    for (let at = 0; at < drawn.length; at += hashLength) {
      v = hmac(key, v)
      drawn.set(v, at)
    }
    const k = leftmost(drawn, bits)
    if (k > 0n && k < order) yield k
    key = hmac(key, v, Uint8Array.of(0))
    v = hmac(key, v)
  }
}

/** RFC 6979 2.3.2, bits2int: the leftmost `bits` as a number; all of it when there are no more. */
const leftmost = (bytes: Uint8Array, bits: number): bigint => {
  const first = bytes.subarray(0, Math.ceil(bits / 8))
  return toNumber(first) >> BigInt(Math.max(0, 8 * first.length - bits))
}

const toNumber = (bytes: Uint8Array): bigint => bytes.reduce((sum, byte) => (sum << 8n) | BigInt(byte), 0n)

const octets = (value: bigint, size: number): Uint8Array =>
  Uint8Array.from({ length: size }, (_, i) => Number((value >> BigInt(8 * (size - 1 - i))) & 0xffn))

/** Fermat: the order is prime. */
const inverse = (value: bigint, prime: bigint): bigint => {
  let result = 1n
  let base = value % prime
  for (let exponent = prime - 2n; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % prime
    base = (base * base) % prime
  }
  return result
}

/** SEQUENCE of two INTEGERs, each without leading zeros beyond the sign. */
const der = (r: bigint, s: bigint, size: number): Uint8Array => {
  const parts = [r, s].map(value => {
    const whole = octets(value, size)
    const first = whole.findIndex(byte => byte !== 0)
    const digits = whole.subarray(first)
    return digits[0]! >= 0x80 ? [2, digits.length + 1, 0, ...digits] : [2, digits.length, ...digits]
  })
  const body = parts.flat()
  return Uint8Array.from([0x30, ...(body.length > 0x7f ? [0x81] : []), body.length, ...body])
}
