/** Formats that are filled up to a multiple of some size, counted from where they begin. */
import type { Codec } from './codec.ts'

/** `item`, then as many zeros as make its size a multiple of `unit`. What the padding holds is not looked at. */
export const padded = <T>(unit: number, item: Codec<T>): Codec<T> => {
  const missing = (length: number): number => (unit - (length % unit)) % unit
  return {
    read(r) {
      const start = r.pos
      const value = item.read(r)
      r.take(missing(r.pos - start))
      return value
    },
    write(w, value) {
      const start = w.length
      item.write(w, value)
      w.put(new Uint8Array(missing(w.length - start)))
    },
    walk(r, name, out) {
      const start = r.pos
      const value = item.walk(r, name, out)
      const end = r.pos
      r.take(missing(end - start))
      if (r.pos > end) out.push({ name: `${name} padding`, start: end, end: r.pos })
      return value
    },
    sample: random => item.sample(random),
  }
}
