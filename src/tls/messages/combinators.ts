/** What TLS needs of a declaration beyond `wire/codec.ts`: RFC ranges that do not begin at 0, and choices by value. */
import { type Codec, leaf, list } from '../../wire/codec.ts'
import { type Reader, WireError } from '../../wire/reader.ts'

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

/** At most one, in a place that has room for no second: the item takes all that there is. */
export const atMostOne = <T>(item: Codec<T>): Codec<T[]> => {
  const items = list(item)
  return {
    ...items,
    write(writer, value) {
      if (value.length > 1)
        throw new WireError('too-long', writer.length, '', `${value.length} where at most one belongs`)
      items.write(writer, value)
    },
    sample(random) {
      for (;;) {
        const value = item.sample(random) as T & { readonly length?: number }
        if (value.length !== 0) return random() < 0.25 ? [] : [value]
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

/** Everything that is left, if that is `least` to `most` bytes. */
export const between = (least: number, most: number): Codec<Uint8Array> => {
  const fitting = (value: Uint8Array, at: number): Uint8Array => {
    const about = `${value.length} bytes where ${least} to ${most} belong`
    if (value.length < least) throw new WireError('truncated', at, '', about)
    if (value.length > most) throw new WireError('too-long', at, '', about)
    return value
  }
  return leaf({
    read: reader => fitting(reader.take(reader.left), reader.end),
    write: (writer, value) => writer.put(fitting(value, writer.length)),
    sample: random =>
      Uint8Array.from({ length: least + Math.floor(random() * Math.min(9, most - least + 1)) }, () =>
        Math.floor(random() * 256),
      ),
  })
}

/** Two formats of one value: how the bytes, and how the value, say that it is the first. */
export interface Either<T> {
  readonly first: Codec<T>
  readonly second: Codec<T>
  inBytes(reader: Reader): boolean
  inValue(value: T): boolean
}

/** A format with a second form, told apart by what stands in it. */
export const either = <T>({ first, second, inBytes, inValue }: Either<T>): Codec<T> => {
  const of = (isFirst: boolean): Codec<T> => (isFirst ? first : second)
  return {
    read: reader => of(inBytes(reader)).read(reader),
    write: (writer, value) => of(inValue(value)).write(writer, value),
    walk: (reader, name, out) => of(inBytes(reader)).walk(reader, name, out),
    sample: random => of(random() < 0.25).sample(random),
  }
}
