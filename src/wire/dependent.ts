/** Formats in which a head says how the rest is to be read: a length, a kind, a count. */
import { type Codec, type Doc, noting } from './codec.ts'
import type { Field } from './field.ts'
import { inside, WireError } from './reader.ts'

export interface Dependent<H, B> {
  readonly head: H
  readonly body: B
}

/** How head and body of a `dependent` hang together. */
export interface Dependence<H, B> {
  readonly head: Codec<H>
  /** The body's format; throws `WireError` for a head that makes no sense (`at` is where the body begins). */
  body(head: H, at: number): Codec<B>
  /** The head that fits this body, where lengths or counts follow from it. Used when writing. */
  fit?(head: H, body: B): H
  /** Names in the field tree; without a name the parts' fields stand side by side. */
  readonly names?: readonly [head: string, body: string]
}

/** A head and the body whose format the head decides. */
export const dependent = <H, B>(parts: Dependence<H, B>, doc: Doc = {}): Codec<Dependent<H, B>> => {
  const fitted = (head: H, body: B): H => parts.fit?.(head, body) ?? head
  return {
    read(r) {
      const part = <T>(codec: Codec<T>, label: string | undefined): T => {
        try {
          return codec.read(r)
        } catch (error) {
          throw inside(error, label ?? '')
        }
      }
      const head = part(parts.head, parts.names?.[0])
      return { head, body: part(parts.body(head, r.pos), parts.names?.[1]) }
    },
    write(w, value) {
      const head = fitted(value.head, value.body)
      parts.head.write(w, head)
      parts.body(head, w.length).write(w, value.body)
    },
    walk(r, name, out) {
      const field: Field = { name, start: r.pos, end: r.pos, ref: doc.ref, children: [] }
      out.push(field)
      const part = <T>(codec: Codec<T>, label: string | undefined): T => {
        const below: Field[] = []
        try {
          return codec.walk(r, label ?? '', below)
        } finally {
          for (const part of below)
            for (const each of label === undefined ? (part.children ?? [part]) : [part]) field.children!.push(each)
        }
      }
      return noting(field, () => {
        const head = part(parts.head, parts.names?.[0])
        const body = part(parts.body(head, r.pos), parts.names?.[1])
        field.end = r.pos
        return { head, body }
      })
    },
    sample(random) {
      const head = parts.head.sample(random)
      const body = parts.body(head, 0).sample(random)
      return { head: fitted(head, body), body }
    },
  }
}

/** Exactly `count` of `item`; the count stands elsewhere. */
export const times = <T>(count: number, item: Codec<T>): Codec<T[]> => ({
  read(r) {
    const items: T[] = []
    try {
      for (let i = 0; i < count; i++) items.push(item.read(r))
    } catch (error) {
      throw inside(error, `${items.length}`)
    }
    return items
  },
  write(w, value) {
    for (const each of value) item.write(w, each)
  },
  walk(r, name, out) {
    const field: Field = { name, start: r.pos, end: r.pos, children: [] }
    out.push(field)
    const items: T[] = []
    try {
      for (let i = 0; i < count; i++) items.push(item.walk(r, `${i}`, field.children!))
    } catch (error) {
      if (error instanceof WireError) field.note = error.message
      throw error
    } finally {
      field.end = field.children!.at(-1)?.end ?? field.start
    }
    return items
  },
  sample: random => Array.from({ length: count }, () => item.sample(random)),
})

/** As `codec`, with other random values: where not every bit pattern is legal. */
export const sampledBy = <T>(codec: Codec<T>, sample: (random: () => number) => T): Codec<T> => ({
  read: r => codec.read(r),
  write: (w, value) => codec.write(w, value),
  walk: (r, name, out) => codec.walk(r, name, out),
  sample,
})
