/** Numbers for formats that exist in both byte orders (capture files): a declaration takes them as a parameter. */
import { type Codec, leaf, u16, u32 } from './codec.ts'
import { WireError } from './reader.ts'

export interface Numbers {
  readonly u16: Codec<number>
  readonly u32: Codec<number>
}

export const bigEndian: Numbers = { u16, u32 }

const little = (size: 2 | 4): Codec<number> =>
  leaf({
    read(r) {
      const at = r.pos
      r.need(size)
      r.pos = at + size
      let value = 0
      for (let i = size - 1; i >= 0; i--) value = value * 256 + r.bytes[at + i]!
      return value
    },
    write(w, value) {
      if (!Number.isInteger(value) || value < 0 || value >= 2 ** (8 * size)) {
        throw new WireError('too-long', w.length, '', `${value} does not fit in ${size} bytes`)
      }
      w.put(Uint8Array.from({ length: size }, (_, i) => Math.floor(value / 2 ** (8 * i)) % 256))
    },
    sample: random => Math.floor(random() * 2 ** (8 * size)),
  })

export const littleEndian: Numbers = /* @__PURE__ */ (() => ({ u16: little(2), u32: little(4) }))()

/** Bytes behind their count. */
export const counted = (count: Codec<number>): Codec<Uint8Array> =>
  leaf({
    read: r => r.take(count.read(r)),
    write(w, value) {
      count.write(w, value.length)
      w.put(value)
    },
    sample: random => Uint8Array.from({ length: Math.floor(random() * 9) }, () => Math.floor(random() * 256)),
  })
