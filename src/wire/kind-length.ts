/**
 * Options of the old kind: a kind, a length that counts kind and length too, and a body; two kinds stand alone. TCP
 * (RFC 9293 3.1) and IPv4 (RFC 791 3.1) have them.
 */
import { type Codec, type Doc, type Named, rest, type Tagged, u8 } from './codec.ts'
import type { Field } from './field.ts'
import { inside, type Reader, WireError } from './reader.ts'
import { Writer } from './writer.ts'

/** The two kinds without a length. */
export interface Alone {
  /** Ends the list: everything behind it is padding, kept as the body. */
  readonly end: number
  /** Padding between options. */
  readonly noOperation: number
}

/** As many options as fit; a kind without a case keeps its body as bytes. */
export const kindLengthList = (kind: Named, alone: Alone, cases: Cases, doc: Doc = {}): Codec<Tagged[]> => {
  const one = option(kind, alone, cases, doc)
  return {
    read(r) {
      const options: Tagged[] = []
      try {
        while (r.left > 0) options.push(one.read(r))
      } catch (error) {
        throw inside(error, `${options.length}`)
      }
      return options
    },
    write(w, options) {
      for (const each of options) one.write(w, each)
    },
    walk(r, name, out) {
      const field: Field = { name, start: r.pos, end: r.end, children: [] }
      out.push(field)
      const options: Tagged[] = []
      try {
        while (r.left > 0) options.push(one.walk(r, `${options.length}`, field.children!))
      } catch (error) {
        if (error instanceof WireError) field.note = error.message
        throw error
      }
      return options
    },
    sample: random => Array.from({ length: Math.floor(random() * 3) }, () => one.sample(random)),
  }
}

type Cases = Readonly<Record<number, Codec<never> | Codec<unknown>>>

/** One option: kind, length, body. */
const option = (kind: Named, alone: Alone, cases: Cases, doc: Doc): Codec<Tagged> => {
  const bodyOf = (type: number): Codec<unknown> =>
    type === alone.end || cases[type] === undefined ? rest : (cases[type] as Codec<unknown>)
  const hasLength = (type: number): boolean => type !== alone.end && type !== alone.noOperation
  /** The bytes of the body of an option whose kind and, where it has one, length have just been read. */
  const bodyReader = (r: Reader, type: number, length: number): Reader => {
    if (!hasLength(type)) return r.sub(type === alone.end ? r.left : 0)
    if (length < 2) throw new WireError('bad-value', r.pos - 1, '', `an option of length ${length}`)
    return r.sub(length - 2)
  }
  const bare = (inner: Reader, type: number): unknown => {
    if (type === alone.noOperation) return undefined
    const body = bodyOf(type).read(inner)
    inner.finish()
    return body
  }
  return {
    read(r) {
      const type = kind.read(r)
      return { type, body: bare(bodyReader(r, type, hasLength(type) ? r.u8() : 0), type) }
    },
    write(w, { type, body }) {
      kind.write(w, type)
      if (type === alone.noOperation) return
      const inner = new Writer()
      bodyOf(type).write(inner, body)
      if (type !== alone.end) w.uint(inner.length + 2, 1)
      w.put(inner.done())
    },
    walk(r, name, out) {
      const field: Field = { name, start: r.pos, end: r.end, ref: doc.ref, children: [] }
      out.push(field)
      const type = kind.walk(r, 'kind', field.children!)
      field.text = kind.nameOf(type)
      const inner = bodyReader(r, type, hasLength(type) ? u8.walk(r, 'length', field.children!) : 0)
      field.end = r.pos
      if (inner.left === 0) return { type, body: bare(inner, type) }
      const body = bodyOf(type).walk(inner, 'body', field.children!)
      inner.finish()
      return { type, body }
    },
    sample(random) {
      const kinds = Object.keys(cases).map(Number)
      const type = kinds[Math.floor(random() * kinds.length)]!
      return { type, body: bodyOf(type).sample(random) }
    },
  }
}

/** Exactly `count` bytes, read as `codec`. */
export const sized = <T>(count: number, codec: Codec<T>): Codec<T> => ({
  read(r) {
    const inner = r.sub(count)
    const value = codec.read(inner)
    inner.finish()
    return value
  },
  write: (w, value) => codec.write(w, value),
  walk(r, name, out) {
    const inner = r.sub(count)
    const value = codec.walk(inner, name, out)
    inner.finish()
    return value
  },
  sample: random => codec.sample(random),
})
