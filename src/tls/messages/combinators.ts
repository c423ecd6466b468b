/** What TLS needs of a declaration beyond `wire/codec.ts`: RFC ranges that begin at 1, and a fixed end. */
import { type Codec, leaf } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'

/** `<1..2^n-1>`: an empty list or string is not legal. */
export const nonEmpty = <T extends { readonly length: number }>(codec: Codec<T>): Codec<T> => {
  const full = (value: T, at: number): T => {
    if (value.length === 0) throw new WireError('truncated', at, '', 'empty where at least one belongs')
    return value
  }
  return {
    read: reader => full(codec.read(reader), reader.end),
    write: (writer, value) => codec.write(writer, full(value, writer.length)),
    walk: (reader, name, out) => full(codec.walk(reader, name, out), reader.end),
    sample(random) {
      for (;;) {
        const value = codec.sample(random)
        if (value.length > 0) return value
      }
    },
  }
}

/** `<0..most>` where the length field could say more. */
export const atMost = <T extends { readonly length: number }>(most: number, codec: Codec<T>): Codec<T> => {
  const short = (value: T, at: number): T => {
    if (value.length > most)
      throw new WireError('too-long', at, '', `${value.length} bytes where at most ${most} belong`)
    return value
  }
  return {
    read: reader => short(codec.read(reader), reader.end),
    write: (writer, value) => codec.write(writer, short(value, writer.length)),
    walk: (reader, name, out) => short(codec.walk(reader, name, out), reader.end),
    sample(random) {
      for (;;) {
        const value = codec.sample(random)
        if (value.length <= most) return value
      }
    },
  }
}

/** Everything but the last `count` bytes of this reader. */
export const allBut = (count: number): Codec<Uint8Array> =>
  leaf({
    read(reader) {
      reader.need(count)
      return reader.take(reader.left - count)
    },
    write: (writer, value) => writer.put(value),
    sample: random => Uint8Array.from({ length: 1 + Math.floor(random() * 20) }, () => Math.floor(random() * 256)),
  })
