/** Arithmetic of small examples, over BigInt. Nothing here is for keys that protect anything. */

export const power = (base: bigint, exponent: bigint, modulus: bigint): bigint => {
  let result = 1n
  let square = base % modulus
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if ((rest & 1n) === 1n) result = (result * square) % modulus
    square = (square * square) % modulus
  }
  return result
}

export const divisor = (a: bigint, b: bigint): bigint => (b === 0n ? a : divisor(b, a % b))

/** One row of Euclid's algorithm: `a = quotient · b + rest`. */
export interface Division {
  readonly a: bigint
  readonly b: bigint
  readonly quotient: bigint
  readonly rest: bigint
}

/** What turns `value` to 1, and the divisions by which it was found. */
export const inverse = (
  value: bigint,
  modulus: bigint,
): { readonly inverse: bigint; readonly divisions: Division[] } => {
  const divisions: Division[] = []
  let [a, b, s, t] = [modulus, value, 0n, 1n]
  while (b > 0n) {
    const quotient = a / b
    divisions.push({ a, b, quotient, rest: a % b })
    ;[a, b, s, t] = [b, a % b, t, s - quotient * t]
  }
  return { inverse: ((s % modulus) + modulus) % modulus, divisions }
}

/** How many numbers are tried until `base` to that power is `wanted`. */
export const triesFor = (base: number, wanted: number, modulus: number): number => {
  let value = 1
  for (let tries = 0; tries < modulus; tries++) {
    if (value === wanted) return tries
    value = (value * base) % modulus
  }
  throw new RangeError(`no power of ${base} is ${wanted} modulo ${modulus}`)
}

/** How many odd numbers are tried until one divides `product`. */
export const divisionsUntil = (product: number): { readonly factor: number; readonly tries: number } => {
  let tries = 0
  for (let factor = 3; factor * factor <= product; factor += 2) {
    tries++
    if (product % factor === 0) return { factor, tries }
  }
  throw new RangeError(`${product} is prime`)
}

export const isPrime = (value: number): boolean => {
  if (value < 4) return value > 1
  if (value % 2 === 0) return false
  for (let factor = 3; factor * factor <= value; factor += 2) if (value % factor === 0) return false
  return true
}

/** The smallest number whose powers are all of 1 to `prime` - 1. */
export const generatorOf = (prime: number): number => {
  const order = prime - 1
  const factors: number[] = []
  let rest = order
  for (let factor = 2; factor * factor <= rest; factor++) {
    if (rest % factor !== 0) continue
    factors.push(factor)
    while (rest % factor === 0) rest /= factor
  }
  if (rest > 1) factors.push(rest)
  for (let base = 2; ; base++)
    if (factors.every(factor => power(BigInt(base), BigInt(order / factor), BigInt(prime)) !== 1n)) return base
}

/** The first prime from `from` on. */
export const primeFrom = (from: number): number => {
  let value = from
  while (!isPrime(value)) value++
  return value
}
