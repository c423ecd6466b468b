/** Punycode (RFC 3492), read: whether what follows `xn--` is any. */

const BASE = 36
const T_MIN = 1
const T_MAX = 26
const SKEW = 38
const DAMP = 700

/** The code points, or undefined when it is no output of the algorithm. RFC 3492 6.2. */
export const fromPunycode = (text: string): number[] | undefined => {
  const split = text.lastIndexOf('-')
  const points = [...text.slice(0, Math.max(0, split))].map(character => character.charCodeAt(0))
  let n = 128
  let i = 0
  let bias = 72
  let at = split <= 0 ? 0 : split + 1
  while (at < text.length) {
    const before = i
    for (let w = 1, k = BASE; ; k += BASE) {
      const digit = digitOf(text.charCodeAt(at++))
      if (digit === undefined) return undefined
      i += digit * w
      const t = Math.min(T_MAX, Math.max(T_MIN, k - bias))
      if (digit < t) break
      w *= BASE - t
      // A label has 63 characters: what grows past any code point is none.
      if (i > 0x7fff_ffff || w > 0x7fff_ffff) return undefined
    }
    const count = points.length + 1
    bias = adapted(i - before, count, before === 0)
    n += Math.floor(i / count)
    i %= count
    if (n > 0x10_ffff || (n >= 0xd800 && n < 0xe000)) return undefined
    points.splice(i++, 0, n)
  }
  return points
}

/** RFC 3492 5: letters of either case are 0 to 25, digits 26 to 35. */
const digitOf = (character: number): number | undefined => {
  const lower = character | 0x20
  if (lower >= 0x61 && lower <= 0x7a) return lower - 0x61
  return character >= 0x30 && character <= 0x39 ? character - 0x30 + 26 : undefined
}

/** RFC 3492 6.1. `first`: of the first one a larger part is left out. */
const adapted = (delta: number, count: number, first: boolean): number => {
  let left = Math.floor(delta / (first ? DAMP : 2))
  left += Math.floor(left / count)
  let k = 0
  for (; left > ((BASE - T_MIN) * T_MAX) / 2; k += BASE) left = Math.floor(left / (BASE - T_MIN))
  return k + Math.floor(((BASE - T_MIN + 1) * left) / (left + SKEW))
}
