/**
 * ECDSA whose nonce follows from key and message (RFC 6979 3.2), so that a seeded run repeats to the last byte.
 * The arithmetic on the nonce is BigInt and therefore not constant in time: only the seeded provider uses it.
 */

type Hmac = (key: Uint8Array, ...data: readonly Uint8Array[]) => Uint8Array

/** Orders of the base points (SEC 2, 2.4.2 and 2.5.1). */
const ORDERS = {
  secp256r1: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  secp384r1: 0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n,
} as const

/**
 * A signature in DER. `digest` is the hash of the message, `hmac` works with that same hash, `abscissa` gives the x
 * coordinate of a multiple of the base point.
 */
export const deterministicSignature = (
  group: keyof typeof ORDERS,
  privateKey: Uint8Array,
  digest: Uint8Array,
  hmac: Hmac,
  abscissa: (scalar: Uint8Array) => Uint8Array,
): Uint8Array => {
  const order = ORDERS[group]
  const size = group === 'secp384r1' ? 48 : 32
  const z = leftmost(digest, size)
  const d = toNumber(privateKey)
  for (const k of nonces(order, size, privateKey, octets(z % order, size), digest.length, hmac)) {
    const r = toNumber(abscissa(octets(k, size))) % order
    const s = (inverse(k, order) * (z + r * d)) % order
    if (r !== 0n && s !== 0n) return der(r, s, size)
  }
  throw new RangeError('the sequence of nonces does not end')
}

/** RFC 6979 3.2 b to h. */
function* nonces(
  order: bigint,
  size: number,
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
    const bits = new Uint8Array(Math.ceil(size / hashLength) * hashLength)
    for (let at = 0; at < bits.length; at += hashLength) {
      v = hmac(key, v)
      bits.set(v, at)
    }
    const k = leftmost(bits, size)
    if (k > 0n && k < order) yield k
    key = hmac(key, v, Uint8Array.of(0))
    v = hmac(key, v)
  }
}

/** bits2int for orders of a whole number of bytes: the leftmost `size` of them. */
const leftmost = (bytes: Uint8Array, size: number): bigint => toNumber(bytes.subarray(0, size))

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
  return Uint8Array.from([0x30, body.length, ...body])
}
