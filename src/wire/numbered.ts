/**
 * Formats with numbers in them, such as the length of a padding: made once for the same numbers, so that there is one
 * format for all records that look alike, and each can say which numbers it was made with.
 */

export interface Numbered<N extends readonly number[], F extends object> {
  (...numbers: N): F
  /** Undefined for what was not made here. */
  numbersOf(format: object): N | undefined
}

/** Whoever sends chooses the numbers: beyond so many a format is made anew each time. */
const MOST_KEPT = 512

export const numbered = <N extends readonly number[], F extends object>(make: (...numbers: N) => F): Numbered<N, F> => {
  const made = new Map<string, F>()
  const numbersOf = new WeakMap<object, N>()
  const of = (...numbers: N): F => {
    const key = numbers.join()
    const known = made.get(key)
    if (known !== undefined) return known
    const format = make(...numbers)
    numbersOf.set(format, numbers)
    if (made.size < MOST_KEPT) made.set(key, format)
    return format
  }
  return Object.assign(of, { numbersOf: (format: object) => numbersOf.get(format) })
}
