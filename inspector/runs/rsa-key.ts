/**
 * RSA with the private half of a key, in BigInt arithmetic. The time that it takes tells of the key, so nobody may ask from
 * outside: here it opens what a run of the page sent with a key drawn from its seed, which everybody knows, or what a
 * capture holds, for whoever has the key.
 */
import { OID } from '../../src/asn1/oids.table.ts'
import { bitString, integer, nothing, oid, sequence } from '../../src/asn1/write.ts'
import type { Random } from '../../src/random.ts'
import { hexText } from '../../src/wire/bytes.ts'

export interface RsaKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** As `rsaDecrypt`. */
  decrypt(ciphertext: Uint8Array): Uint8Array
}

const PRIME_OCTETS = 128
const MODULUS_OCTETS = 2 * PRIME_OCTETS
const EXPONENT = 65_537n

export const rsaKey = (random: Random): RsaKey => {
  const p = prime(random)
  const q = prime(random)
  const n = p * q
  const numbers = { n, p, q, dp: inverse(EXPONENT, p - 1n), dq: inverse(EXPONENT, q - 1n), qi: inverse(q, p) }
  return {
    spki: sequence(
      sequence(oid(OID.rsaEncryption), nothing),
      bitString(sequence(integer(octetsOf(n, MODULUS_OCTETS)), integer(octetsOf(EXPONENT, 3)))),
    ),
    decrypt: ciphertext => rsaDecrypt(numbers, ciphertext),
  }
}

/** By their names in RFC 7518 6.3. */
export type RsaNumbers = Readonly<Record<'n' | 'p' | 'q' | 'dp' | 'dq' | 'qi', bigint>>

/** RFC 8017 5.1.2, with the padding as it is. Throws RangeError for what is no ciphertext of this key. */
export const rsaDecrypt = ({ n, p, q, dp, dq, qi }: RsaNumbers, ciphertext: Uint8Array): Uint8Array => {
  const c = numberOf(ciphertext)
  const octets = Math.ceil(n.toString(16).length / 2)
  if (ciphertext.length !== octets || c >= n) throw new RangeError('this is no ciphertext of this key')
  // RFC 8017 5.1.2, 2b: with the primes, four times as fast.
  const [a, b] = [power(c, dp, p), power(c, dq, q)]
  const h = (((a - b) % p) + p) * qi
  return octetsOf(b + q * (h % p), octets)
}

/** Odd primes below this are tried by division first: one candidate in thirty is left for the costly test. */
const SMALL = 10_000
/** Miller-Rabin with these: for a number drawn at random one round is as good as certain (Damgård, Landrock, Pomerance). */
const WITNESSES = [2n, 3n, 5n, 7n]

/** Of 1024 bits, the two highest set, so that the product of two has 2048; one less has no factor in common with e. */
const prime = (random: Random): bigint => {
  const start = random.bytes(PRIME_OCTETS)
  start[0]! |= 0xc0
  start[PRIME_OCTETS - 1]! |= 1
  const first = numberOf(start)
  const rests = smallPrimes.map(small => Number(first % BigInt(small)))
  for (let step = 0; ; step += 2) {
    if (smallPrimes.some((small, i) => (rests[i]! + step) % small === 0)) continue
    const candidate = first + BigInt(step)
    if (candidate % EXPONENT !== 1n && isPrime(candidate)) return candidate
  }
}

const smallPrimes: readonly number[] = /* @__PURE__ */ (() => {
  const found: number[] = []
  for (let n = 3; n < SMALL; n += 2) if (found.every(small => small * small > n || n % small !== 0)) found.push(n)
  return found
})()

const isPrime = (n: bigint): boolean => {
  let odd = n - 1n
  let twos = 0
  for (; (odd & 1n) === 0n; odd >>= 1n) twos++
  return WITNESSES.every(witness => {
    let x = power(witness, odd, n)
    if (x === 1n || x === n - 1n) return true
    for (let i = 1; i < twos; i++) {
      x = (x * x) % n
      if (x === n - 1n) return true
    }
    return false
  })
}

const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n
  for (const bit of exponent.toString(2)) {
    result = (result * result) % modulus
    if (bit === '1') result = (result * base) % modulus
  }
  return result
}

/** The extended algorithm of Euclid; `a` and `modulus` have no factor in common. */
const inverse = (a: bigint, modulus: bigint): bigint => {
  let [r, next] = [modulus, a % modulus]
  let [t, nextT] = [0n, 1n]
  while (next !== 0n) {
    const times = r / next
    ;[r, next] = [next, r - times * next]
    ;[t, nextT] = [nextT, t - times * nextT]
  }
  return ((t % modulus) + modulus) % modulus
}

export const numberOf = (octets: Uint8Array): bigint => BigInt(`0x0${hexText(octets)}`)

const octetsOf = (number: bigint, length: number): Uint8Array =>
  Uint8Array.from(
    number
      .toString(16)
      .padStart(2 * length, '0')
      .match(/../g) ?? [],
    pair => Number.parseInt(pair, 16),
  )
