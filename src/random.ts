/** Randomness as a parameter. `node/` and `web/` have the system's source; `seeded` repeats itself for tests and labs. */

export interface Random {
  /** `count` fresh bytes. */
  bytes(count: number): Uint8Array
}

export interface SeededRandom extends Random {
  /** A number in [0, 1). */
  number(): number
  /** A whole number in [0, below). */
  below(limit: number): number
}

/** A deterministic source (sfc32). Never for keys that protect anything. */
export const seeded = (seed: number): SeededRandom => {
  let a = seed | 0
  let b = 0x9e3779b9 | 0
  let c = 0x243f6a88 | 0
  let counter = 1
  const next = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = ((c << 21) | (c >>> 11)) + sum
    c |= 0
    return sum >>> 0
  }
  for (let warm = 0; warm < 12; warm++) next()
  const number = () => next() / 0x1_0000_0000
  return {
    number,
    below: limit => Math.floor(number() * limit),
    bytes: count => Uint8Array.from({ length: count }, () => next() & 0xff),
  }
}
