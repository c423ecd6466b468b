/**
 * Options of the old kind: a kind, a length that counts kind and length too, and a body; two kinds stand alone. TCP
 * (RFC 9293 3.1) and IPv4 (RFC 791 3.1) have them.
 */
import { type Codec, type Doc, type Named, rest, type Tagged, u8 } from './codec.ts'
import type { Field } from './field.ts'
import { type Reader, WireError } from './reader.ts'
import { Writer } from './writer.ts'

/** The two kinds without a length. */
export interface Alone {
  /** Ends the list: everything behind it is padding, kept as the body. */
  readonly end: number
  /** Padding between options. */
  readonly noOperation: number
}

/** As many options as fit; a kind without a case keeps its body as bytes. */
export const kindLengthList = (
  kind: Named,
  alone: Alone,
  cases: Readonly<Record<number, Codec<never> | Codec<unknown>>>,
  doc: Doc = {},
): Codec<Tagged[]> => {
  const bodyOf = (type: number): Codec<unknown> =>
    type === alone.end || cases[type] === undefined ? rest : (cases[type] as Codec<unknown>)
  /** The bytes of the body of an option whose kind has just been read. */
  const inside = (r: Reader, type: number): Reader => {
    if (type === alone.end) return r.sub(r.left)
    if (type === alone.noOperation) return r.sub(0)
    const length = r.u8()
    if (length < 2) throw new WireError('bad-value', r.pos - 1, '', `an option of length ${length}`)
    return r.sub(length - 2)
  }
  const whole = (inner: Reader, body: unknown): unknown => {
    inner.finish()
    return body
  }
  const walkOne = (r: Reader, name: string, out: Field[]): Tagged => {
    const field: Field = { name, start: r.pos, end: r.end, ref: doc.ref, children: [] }
    out.push(field)
    const type = kind.walk(r, 'kind', field.children!)
    field.text = kind.nameOf(type)
    if (type !== alone.end && type !== alone.noOperation) {
      const at = r.pos
      u8.walk(r, 'length', field.children!)
      r.pos = at
    }
    const inner = inside(r, type)
    const body = inner.left > 0 ? whole(inner, bodyOf(type).walk(inner, 'body', field.children!)) : bare(inner, type)
    field.end = r.pos
    return { type, body }
  }
  const bare = (inner: Reader, type: number): unknown =>
    type === alone.noOperation ? undefined : whole(inner, bodyOf(type).read(inner))
  return {
    read(r) {
      const options: Tagged[] = []
      while (r.left > 0) {
        const type = kind.read(r)
        options.push({ type, body: bare(inside(r, type), type) })
      }
      return options
    },
    write(w, options) {
      for (const { type, body } of options) {
        kind.write(w, type)
        if (type === alone.noOperation) continue
        const inner = new Writer()
        bodyOf(type).write(inner, body)
        if (type !== alone.end) w.uint(inner.length + 2, 1)
        w.put(inner.done())
      }
    },
    walk(r, name, out) {
      const field: Field = { name, start: r.pos, end: r.end, children: [] }
      out.push(field)
      const options: Tagged[] = []
      try {
        while (r.left > 0) options.push(walkOne(r, `${options.length}`, field.children!))
      } catch (error) {
        if (error instanceof WireError) {
          field.note = error.message
          error.path = error.path === '' ? name : `${name}.${error.path}`
        }
        throw error
      }
      return options
    },
    sample(random) {
      const kinds = Object.keys(cases).map(Number)
      return Array.from({ length: Math.floor(random() * 3) }, () => {
        const type = kinds[Math.floor(random() * kinds.length)]!
        return { type, body: bodyOf(type).sample(random) }
      })
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
