/** What inputs reached, and whether an input reached something that none did before. */

/** How often a line ran matters in powers: 1, 2, 3, 4 to 7, 8 to 15, 16 to 31, 32 to 127, more. A bit for each. */
const bucket = (count: number): number => {
  if (count < 4) return 1 << (count - 1)
  if (count < 8) return 8
  if (count < 16) return 16
  if (count < 32) return 32
  return count < 128 ? 64 : 128
}

export class Coverage {
  readonly #counters: Uint32Array
  readonly #seen: Uint8Array
  readonly #named = new Set<string>()
  #counted = 0

  constructor(counters: Uint32Array) {
    this.#counters = counters
    this.#seen = new Uint8Array(counters.length)
  }
  /** How many counters and named places were reached. */
  get size(): number {
    return this.#counted + this.#named.size
  }
  /**
   * Takes what ran since the last call, and empties the counters. `anything` that is new counts, a line that ran more
   * often than before too; `places` are only those that were never reached.
   */
  take(reached: ReadonlySet<string>): 'nothing' | 'oftener' | 'places' {
    let fresh: 'nothing' | 'oftener' | 'places' = 'nothing'
    for (let i = 0; i < this.#counters.length; i++) {
      const count = this.#counters[i]!
      if (count === 0) continue
      const bit = bucket(count)
      const seen = this.#seen[i]!
      if ((seen & bit) !== 0) continue
      if (seen === 0) {
        this.#counted++
        fresh = 'places'
      } else if (fresh === 'nothing') fresh = 'oftener'
      this.#seen[i] = seen | bit
    }
    this.#counters.fill(0)
    for (const name of reached) {
      if (this.#named.has(name)) continue
      this.#named.add(name)
      fresh = 'places'
    }
    return fresh
  }
}
