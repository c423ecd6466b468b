/**
 * Wire formats, declared once: from one declaration come reading, writing, the field tree with byte ranges, and random
 * legal values for tests. Use `struct` for anything with a length inside; `layout.ts` is for fixed headers on the hot
 * path. Unknown registry values stay numbers, so nothing is lost when a message is written again.
 */
import { latin1Bytes, latin1Text } from './bytes.ts'
import type { Field } from './field.ts'
import { inside, Reader, WireError } from './reader.ts'
import { Writer } from './writer.ts'

export interface Codec<T> {
  read(reader: Reader): T
  write(writer: Writer, value: T): void
  /** Reads as `read` does and leaves the field tree in `out`, as far as the bytes make sense. */
  walk(reader: Reader, name: string, out: Field[]): T
  /** A random legal value. `random` gives numbers in [0, 1). */
  sample(random: () => number): T
}
export type Infer<C> = C extends Codec<infer T> ? T : never

export interface Doc<T = unknown> {
  /** Where the format is defined: `RFC 9846 4.1.2`. */
  readonly ref?: string
  /** The value in words. */
  readonly show?: (value: T) => string
}

/** A codec without inner structure: its field is one range with one value. */
export const leaf = <T>(codec: Omit<Codec<T>, 'walk'>, doc: Doc<T> = {}): Codec<T> => ({
  ...codec,
  walk(reader, name, out) {
    const start = reader.pos
    const field: Field = { name, start, end: start, ref: doc.ref }
    out.push(field)
    const value = noting(field, () => codec.read(reader))
    field.end = reader.pos
    field.value = value
    field.text = doc.show?.(value)
    return value
  },
})

/** Runs `step`; when the bytes end it, the open field reaches to the damage, or as far as what was read of it. */
export const noting = <T>(field: Field, step: () => T): T => {
  try {
    return step()
  } catch (error) {
    if (error instanceof WireError) {
      field.end = Math.max(field.start, error.at, field.children?.at(-1)?.end ?? 0)
      field.note = error.message
    }
    throw error
  }
}

const number = (size: 1 | 2 | 3 | 4, read: (r: Reader) => number): Codec<number> =>
  leaf({ read, write: (w, v) => w.uint(v, size), sample: random => Math.floor(random() * 2 ** (8 * size)) })

export const u8: Codec<number> = number(1, r => r.u8())
export const u16: Codec<number> = number(2, r => r.u16())
export const u24: Codec<number> = number(3, r => r.u24())
export const u32: Codec<number> = number(4, r => r.u32())

const randomBytes = (random: () => number, count: number): Uint8Array =>
  Uint8Array.from({ length: count }, () => Math.floor(random() * 256))

/** Exactly `count` bytes. */
export const bytes = (count: number, doc: Doc<Uint8Array> = {}): Codec<Uint8Array> =>
  leaf(
    {
      read: r => r.take(count),
      write: (w, v) => {
        if (v.length !== count)
          throw new WireError('bad-value', w.length, '', `${v.length} bytes where ${count} belong`)
        w.put(v)
      },
      sample: random => randomBytes(random, count),
    },
    doc,
  )

/** Everything that is left in this reader. */
export const rest: Codec<Uint8Array> = leaf({
  read: r => r.take(r.left),
  write: (w, v) => w.put(v),
  sample: random => randomBytes(random, Math.floor(random() * 9)),
})

/** Everything that is left, as Latin-1 text: header-safe and lossless. */
export const text: Codec<string> = leaf({
  read: r => latin1Text(r.take(r.left)),
  write: (w, v) => w.put(latin1Bytes(v)),
  sample: random =>
    String.fromCharCode(...Array.from({ length: 1 + Math.floor(random() * 8) }, () => 97 + Math.floor(random() * 26))),
})

export interface Named extends Codec<number> {
  /** Name to number, as registered. */
  readonly names: Readonly<Record<string, number>>
  /** The registered name, or `unknown (0x…)`. */
  nameOf(value: number): string
}

/** A registry: names for numbers. Unknown numbers stay numbers. */
export const named = (base: Codec<number>, names: Readonly<Record<string, number>>, doc: Doc<number> = {}): Named => {
  const back = new Map(Object.entries(names).map(([name, value]) => [value, name]))
  const all = Object.values(names)
  const nameOf = (value: number) => back.get(value) ?? `unknown (0x${value.toString(16)})`
  return {
    ...leaf<number>(
      { read: base.read, write: base.write, sample: random => all[Math.floor(random() * all.length)]! },
      { ...doc, show: nameOf },
    ),
    names,
    nameOf,
  }
}

// biome-ignore lint/suspicious/noExplicitAny: a shape holds codecs of any value; StructOf gives each its type back
export type Shape = Record<string, Codec<any>>
export type StructOf<S extends Shape> = { [K in keyof S]: Infer<S[K]> }

/** Fields one after the other, in the order in which they are written here. */
export const struct = <S extends Shape>(shape: S, doc: Doc<StructOf<S>> = {}): Codec<StructOf<S>> => {
  const keys = Object.keys(shape)
  const codecs = keys.map(key => shape[key]!)
  const count = keys.length
  const build = (each: (codec: Shape[string], key: string) => unknown): StructOf<S> => {
    const value: Record<string, unknown> = {}
    let i = 0
    try {
      for (; i < count; i++) value[keys[i]!] = each(codecs[i]!, keys[i]!)
    } catch (error) {
      throw inside(error, keys[i]!)
    }
    return value as StructOf<S>
  }
  return {
    // As `build`, for every message that comes.
    read(r) {
      const value: Record<string, unknown> = {}
      let i = 0
      try {
        for (; i < count; i++) value[keys[i]!] = codecs[i]!.read(r)
      } catch (error) {
        throw inside(error, keys[i]!)
      }
      return value as StructOf<S>
    },
    write(w, value) {
      for (let i = 0; i < count; i++) codecs[i]!.write(w, value[keys[i]!])
    },
    walk(r, name, out) {
      const field: Field = { name, start: r.pos, end: r.pos, ref: doc.ref, children: [] }
      out.push(field)
      const value = noting(field, () => build((codec, key) => codec.walk(r, key, field.children!)))
      field.end = r.pos
      field.text = doc.show?.(value)
      return value
    },
    sample: random => build(codec => codec.sample(random)),
  }
}

/** opaque<0..2^8n-1>: a length of `size` bytes, then exactly that much of `body`. Nothing may be left over. */
export const prefixed = <T>(size: 1 | 2 | 3 | 4, body: Codec<T>): Codec<T> => {
  const lengthOf = (r: Reader) => (size === 1 ? r.u8() : size === 2 ? r.u16() : size === 3 ? r.u24() : r.u32())
  const whole = <V>(inner: Reader, value: V): V => {
    inner.finish()
    return value
  }
  return {
    read(r) {
      const inner = r.sub(lengthOf(r))
      return whole(inner, body.read(inner))
    },
    write: (w, value) => w.prefixed(size, () => body.write(w, value)),
    walk(r, name, out) {
      const start = r.pos
      const field: Field = { name, start, end: start, children: [] }
      out.push(field)
      return noting(field, () => {
        const length = lengthOf(r)
        field.children!.push({ name: 'length', start, end: r.pos, value: length })
        const inner = r.sub(length)
        field.end = inner.end
        const below: Field[] = []
        try {
          return whole(inner, body.walk(inner, '', below))
        } finally {
          adopt(field, below[0])
        }
      })
    },
    sample: random => body.sample(random),
  }
}

/** The body of a prefix is not a field of its own: its children and its value belong to the prefixed field. */
const adopt = (field: Field, body: Field | undefined): void => {
  if (body === undefined) return
  // One by one: a call takes only so many arguments, and a list of a megabyte may have as many children.
  if (body.children !== undefined) for (const child of body.children) field.children!.push(child)
  else if (body.end > body.start) field.children!.push({ ...body, name: 'data' })
  field.value = body.value
  field.text = body.text
  field.ref ??= body.ref
}

/** As many `item`s as fit into this reader. */
export const list = <T>(item: Codec<T>): Codec<T[]> => ({
  read: r => itemsOf(r, () => item.read(r)),
  write(w, value) {
    for (const each of value) item.write(w, each)
  },
  walk(r, name, out) {
    const field: Field = { name, start: r.pos, end: r.end, children: [] }
    out.push(field)
    return noting(field, () => itemsOf(r, index => item.walk(r, `${index}`, field.children!)))
  },
  sample: random => Array.from({ length: Math.floor(random() * 4) }, () => item.sample(random)),
})

const itemsOf = <T>(r: Reader, one: (index: number) => T): T[] => {
  const items: T[] = []
  try {
    while (r.left > 0) {
      const start = r.pos
      const item = one(items.length)
      // It would repeat for ever.
      if (r.pos === start) throw new WireError('bad-value', start, '', 'an item without bytes')
      items.push(item)
    }
  } catch (error) {
    throw inside(error, `${items.length}`)
  }
  return items
}

/** `item` if any byte is left, else undefined: for what older peers leave out at the end. */
export const optional = <T>(item: Codec<T>): Codec<T | undefined> => ({
  read: r => (r.left > 0 ? item.read(r) : undefined),
  write: (w, value) => (value === undefined ? undefined : item.write(w, value)),
  walk: (r, name, out) => (r.left > 0 ? item.walk(r, name, out) : undefined),
  sample: random => (random() < 0.5 ? undefined : item.sample(random)),
})

/** Bytes behind their length. A peer may send thousands that nobody knows: they are read without a reader of their own. */
const unread = (size: 1 | 2 | 3): Codec<Uint8Array> => ({
  ...prefixed(size, rest),
  read(r) {
    const length = size === 1 ? r.u8() : size === 2 ? r.u16() : r.u24()
    return length === 0 ? NOTHING : r.take(length)
  },
})

const NOTHING = new Uint8Array(0)

/** Bits of one big-endian number, most significant first; the widths must add up to `width`. */
export const bits = <const B extends Record<string, number>>(
  base: Codec<number>,
  width: 8 | 16 | 24 | 32,
  parts: B,
  doc: Doc<{ [K in keyof B]: number }> = {},
): Codec<{ [K in keyof B]: number }> => {
  type Value = { [K in keyof B]: number }
  const keys: (keyof B & string)[] = Object.keys(parts)
  let left: number = width
  const shifts = keys.map(key => (left -= parts[key]!))
  if (left !== 0) throw new RangeError(`bits() leaves ${left} of ${width} unnamed`)
  const split = (whole: number): Value =>
    Object.fromEntries(keys.map((key, i) => [key, Math.floor(whole / 2 ** shifts[i]!) % 2 ** parts[key]!])) as Value
  return {
    read: r => split(base.read(r)),
    write: (w, value) =>
      base.write(
        w,
        keys.reduce((sum, key, i) => sum + fitting(w, value[key], parts[key]!, key) * 2 ** shifts[i]!, 0),
      ),
    walk(r, name, out) {
      const field: Field = { name, start: r.pos, end: r.pos, ref: doc.ref }
      out.push(field)
      const value = noting(field, () => split(base.read(r)))
      field.end = r.pos
      field.text = doc.show?.(value)
      field.children = keys.map((key, i) => ({
        name: key,
        start: field.start,
        end: field.end,
        value: value[key],
        bits: [width - shifts[i]! - parts[key]!, width - shifts[i]!] as const,
      }))
      return value
    },
    sample: random => split(base.sample(random)),
  }
}

/** `value` if it fits into `width` bits; otherwise it would spill into its neighbours. */
const fitting = (w: Writer, value: number, width: number, name: string): number => {
  if (Number.isInteger(value) && value >= 0 && value < 2 ** width) return value
  throw new WireError('too-long', w.length, name, `${value} does not fit in ${width} bits`)
}

/** One case of a tagged union on the wire. */
export interface Tagged<T = unknown> {
  type: number
  body: T
}

/**
 * A tag, a length of `size` bytes, and a body whose format the tag chooses: TLS extensions and handshake messages.
 * A tag without a case keeps its body as bytes.
 */
export const choice = (
  tag: Named,
  size: 1 | 2 | 3,
  cases: Readonly<Record<number, Codec<never> | Codec<unknown>>>,
  doc: Doc<Tagged> = {},
): Codec<Tagged> => {
  const bodies = new Map<number, Codec<unknown>>(
    Object.entries(cases).map(([key, codec]) => [Number(key), prefixed(size, codec as Codec<unknown>)]),
  )
  const opaque = unread(size) as Codec<unknown>
  const bodyOf = (type: number) => bodies.get(type) ?? opaque
  const both = (typeOf: () => number, body: (codec: Codec<unknown>) => unknown): Tagged => {
    let type: number | undefined
    try {
      type = typeOf()
      return { type, body: body(bodyOf(type)) }
    } catch (error) {
      throw inside(error, type === undefined ? 'type' : 'body')
    }
  }
  return {
    // Without a closure for each: a hello may have thousands.
    read(r) {
      let type: number | undefined
      try {
        type = tag.read(r)
        return { type, body: bodyOf(type).read(r) }
      } catch (error) {
        throw inside(error, type === undefined ? 'type' : 'body')
      }
    },
    write(w, value) {
      tag.write(w, value.type)
      bodyOf(value.type).write(w, value.body)
    },
    walk(r, name, out) {
      const field: Field = { name, start: r.pos, end: r.pos, ref: doc.ref, children: [] }
      out.push(field)
      const typeOf = () => {
        const type = tag.walk(r, 'type', field.children!)
        field.text = tag.nameOf(type)
        return type
      }
      const value = noting(field, () => both(typeOf, codec => codec.walk(r, 'body', field.children!)))
      field.end = r.pos
      return value
    },
    sample(random) {
      const type = tag.sample(random)
      return { type, body: bodyOf(type).sample(random) }
    },
  }
}

/** The value of exactly these bytes. Throws `WireError`, with the path of the field at fault. */
export const decode = <T>(codec: Codec<T>, data: Uint8Array): T => {
  const reader = new Reader(data)
  const value = codec.read(reader)
  reader.finish()
  return value
}

export const encode = <T>(codec: Codec<T>, value: T): Uint8Array => {
  const writer = new Writer()
  codec.write(writer, value)
  return writer.done()
}

/** The field tree of `data`, up to the damage if there is any; `note` of the root then says what is wrong. */
export const dissect = <T>(codec: Codec<T>, data: Uint8Array, name: string): Field => {
  const out: Field[] = []
  const reader = new Reader(data)
  try {
    codec.walk(reader, name, out)
    reader.finish()
  } catch (error) {
    if (!(error instanceof WireError)) throw error
    const root = out[0] ?? { name, start: 0, end: error.at }
    root.note = error.message
    return root
  }
  return out[0] ?? { name, start: 0, end: 0 }
}
