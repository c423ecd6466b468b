/** Several messages one after the other, and formats whose outermost layer alone is of interest here. */
import { PlainRecord } from '../../tls/record/format.ts'
import { type Codec, bytes as exactly, leaf, rest, struct } from '../../wire/codec.ts'
import { sampledBy } from '../../wire/dependent.ts'
import type { Field } from '../../wire/field.ts'
import { type Reader, WireError } from '../../wire/reader.ts'

interface Record {
  type: number
  version: number
  fragment: Uint8Array
}

/** Whether a whole record begins at `pos`. */
const isWhole = ({ bytes, pos, left }: Reader): boolean =>
  left >= 5 &&
  bytes[pos]! >= 20 &&
  bytes[pos]! <= 24 &&
  bytes[pos + 1] === 3 &&
  left >= 5 + ((bytes[pos + 3]! << 8) | bytes[pos + 4]!)

/** As many whole pieces as there are, and what begins behind them and ends elsewhere: a stretch of a stream. */
const stretch = <T, K extends string>(key: K, item: Codec<T>, whole: (reader: Reader) => boolean) => {
  type Value = { [P in K]: T[] } & { rest: Uint8Array }
  const both = (reader: Reader, one: (index: number) => T, behind: () => Uint8Array): Value => {
    const items: T[] = []
    while (whole(reader)) items.push(one(items.length))
    if (items.length === 0) throw new WireError('truncated', reader.end)
    return { [key]: items, rest: behind() } as Value
  }
  return {
    read: reader =>
      both(
        reader,
        () => item.read(reader),
        () => rest.read(reader),
      ),
    write(writer, value) {
      for (const each of value[key]) item.write(writer, each)
      rest.write(writer, value.rest)
    },
    walk(reader, name, out) {
      const root: Field = { name, start: reader.pos, end: reader.end, children: [] }
      out.push(root)
      const { children } = root
      const behind = (): Uint8Array => {
        if (reader.left === 0) return rest.read(reader)
        const value = rest.walk(reader, 'rest', children!)
        children!.at(-1)!.text = `${value.length} bytes of one that goes on elsewhere`
        return value
      }
      return both(reader, index => item.walk(reader, `${index}`, children!), behind)
    },
    sample: random => ({ [key]: [item.sample(random)], rest: new Uint8Array(0) }) as Value,
  } satisfies Codec<Value>
}

export const records = stretch<Record, 'records'>(
  'records',
  sampledBy(PlainRecord, random => ({ type: 23, version: 0x0303, fragment: rest.sample(random) })),
  isWhole,
)

/** A handshake message as it lies there: type, length, body. */
const message: Codec<Uint8Array> = leaf({
  read(reader) {
    const { pos } = reader
    reader.u8()
    const length = reader.u24()
    reader.pos = pos
    return reader.take(4 + length)
  },
  write: (writer, value) => writer.put(value),
  sample: () => Uint8Array.of(14, 0, 0, 0),
})

const isWholeMessage = ({ bytes, pos, left }: Reader): boolean =>
  left >= 4 && left >= 4 + ((bytes[pos + 1]! << 16) | (bytes[pos + 2]! << 8) | bytes[pos + 3]!)

export const messages = stretch<Uint8Array, 'messages'>('messages', message, isWholeMessage)

/** The head of a capture in whichever byte order; `inspect` reads the rest. */
const file = (head: number, ref: string): Codec<{ head: Uint8Array; rest: Uint8Array }> =>
  struct({ head: exactly(head), rest }, { ref })
export const pcapFile = file(24, 'draft-ietf-opsawg-pcap 4')
export const pcapngFile = file(12, 'draft-ietf-opsawg-pcapng 4.1')
