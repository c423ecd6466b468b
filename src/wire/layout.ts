/**
 * Fixed headers on the hot path, declared as named ranges. From one declaration come a view class (getters and setters
 * over a buffer, made once, no `eval`) and the same codec that `struct` gives.
 */
import type { Codec, Doc } from './codec.ts'
import type { Field } from './field.ts'
import { type Reader, WireError } from './reader.ts'

/** A big-endian number of 1 to 4 bytes, a run of bits in it, or a run of bytes. */
export interface Slot<T extends number | Uint8Array = number | Uint8Array> {
  readonly kind: 'uint' | 'bits' | 'bytes'
  readonly offset: number
  readonly size: number
  readonly shift: number
  readonly width: number
  readonly show: ((value: number) => string) | undefined
  readonly bytesShow: ((value: Uint8Array) => string) | undefined
  readonly sampled: ((random: () => number) => T) | undefined
}

/** A whole number of `size` bytes at `offset`. */
export const uint = (offset: number, size: 1 | 2 | 4, show?: (value: number) => string): Slot<number> => ({
  kind: 'uint',
  offset,
  size,
  shift: 0,
  width: size * 8,
  show,
  bytesShow: undefined,
  sampled: undefined,
})
/** Bits `[from, to)`, most significant first, of the `size` bytes at `offset`. */
export const bitsAt = (
  offset: number,
  size: 1 | 2,
  from: number,
  to: number,
  show?: (value: number) => string,
): Slot<number> => ({
  kind: 'bits',
  offset,
  size,
  shift: size * 8 - to,
  width: to - from,
  show,
  bytesShow: undefined,
  sampled: undefined,
})
/** `size` bytes at `offset`, seen as a view. */
export const bytesAt = (offset: number, size: number, bytesShow?: (value: Uint8Array) => string): Slot<Uint8Array> => ({
  kind: 'bytes',
  offset,
  size,
  shift: 0,
  width: size * 8,
  show: undefined,
  bytesShow,
  sampled: undefined,
})

type Slots = Record<string, Slot<number> | Slot<Uint8Array>>
type ValueOf<S> = S extends Slot<infer T> ? T : never
export type LayoutValue<S extends Slots> = { -readonly [K in keyof S]: ValueOf<S[K]> }

/** A header in place: reads and writes go to `buffer` at `offset`. */
export interface ViewBase {
  buffer: Uint8Array
  offset: number
  /** Moves the view to another header; no allocation. */
  at(buffer: Uint8Array, offset: number): this
}
export type View<S extends Slots> = LayoutValue<S> & ViewBase

export interface Layout<S extends Slots> extends Codec<LayoutValue<S>> {
  readonly name: string
  /** Bytes of the fixed header. */
  readonly size: number
  readonly View: new (buffer?: Uint8Array, offset?: number) => View<S>
}

const NOTHING = new Uint8Array(0)

const getter = (slot: Slot): ((this: ViewBase) => number | Uint8Array) => {
  const { offset: o, size, shift } = slot
  const mask = 2 ** slot.width - 1
  if (slot.kind === 'bytes') {
    return function () {
      return this.buffer.subarray(this.offset + o, this.offset + o + size)
    }
  }
  if (slot.kind === 'bits') {
    return size === 1
      ? function () {
          return (this.buffer[this.offset + o]! >>> shift) & mask
        }
      : function () {
          return (((this.buffer[this.offset + o]! << 8) | this.buffer[this.offset + o + 1]!) >>> shift) & mask
        }
  }
  if (size === 1)
    return function () {
      return this.buffer[this.offset + o]!
    }
  if (size === 2)
    return function () {
      const b = this.buffer
      const p = this.offset + o
      return (b[p]! << 8) | b[p + 1]!
    }
  return function () {
    const b = this.buffer
    const p = this.offset + o
    return ((b[p]! << 24) | (b[p + 1]! << 16) | (b[p + 2]! << 8) | b[p + 3]!) >>> 0
  }
}

const setter = (slot: Slot): ((this: ViewBase, value: never) => void) => {
  const { offset: o, size, shift } = slot
  if (slot.kind === 'bytes') {
    return function (this: ViewBase, value: Uint8Array) {
      if (value.length !== size) throw new RangeError(`${value.length} bytes where ${size} belong`)
      this.buffer.set(value, this.offset + o)
    }
  }
  const mask = (2 ** slot.width - 1) * 2 ** shift
  return function (this: ViewBase, value: number) {
    const p = this.offset + o
    const b = this.buffer
    if (slot.kind === 'bits') {
      const old = size === 1 ? b[p]! : (b[p]! << 8) | b[p + 1]!
      value = (old & ~mask) | ((value << shift) & mask)
    }
    if (size === 1) b[p] = value
    else if (size === 2) {
      b[p] = value >>> 8
      b[p + 1] = value
    } else {
      b[p] = value >>> 24
      b[p + 1] = value >>> 16
      b[p + 2] = value >>> 8
      b[p + 3] = value
    }
  }
}

const RESERVED: ReadonlySet<string> = new Set(['buffer', 'offset', 'at'])

/** Declares a header of `size` bytes. Slots are listed in the order in which the field tree shows them. */
export const layout = <const S extends Slots>(name: string, size: number, slots: S, doc: Doc = {}): Layout<S> => {
  const keys = Object.keys(slots)
  const taken = keys.find(key => RESERVED.has(key))
  if (taken !== undefined) throw new RangeError(`${name}: a slot cannot be called ${taken}, the view itself has that`)
  class HeaderView implements ViewBase {
    buffer: Uint8Array
    offset: number
    constructor(buffer: Uint8Array = NOTHING, offset = 0) {
      this.buffer = buffer
      this.offset = offset
    }
    at(buffer: Uint8Array, offset: number): this {
      this.buffer = buffer
      this.offset = offset
      return this
    }
  }
  for (const key of keys)
    Object.defineProperty(HeaderView.prototype, key, {
      get: getter(slots[key]!),
      set: setter(slots[key]!),
      enumerable: true,
    })
  const View = HeaderView as unknown as Layout<S>['View']
  type Loose = Record<string, number | Uint8Array>
  const readAll = (r: Reader): Loose => {
    r.need(size)
    const view = new View(r.bytes, r.pos) as unknown as Loose
    r.pos += size
    return Object.fromEntries(keys.map(key => [key, view[key]!]))
  }
  return {
    name,
    size,
    View,
    read: r => readAll(r) as LayoutValue<S>,
    write(w, value) {
      for (const key of keys) checkFit(key, slots[key]!, value[key]!, w.length)
      const view = new View(new Uint8Array(size), 0)
      Object.assign(view, Object.fromEntries(keys.map(key => [key, value[key]])))
      w.put(view.buffer)
    },
    walk(r, label, out) {
      const start = r.pos
      const root: Field = { name: label, start, end: Math.min(start + size, r.end), ref: doc.ref, children: [] }
      out.push(root)
      if (r.left < size) partOf(root, r, slots)
      const value = readAll(r)
      for (const key of keys) root.children!.push(fieldOf(key, slots[key]!, start, value[key]!))
      return value as LayoutValue<S>
    },
    sample(random) {
      const raw = Uint8Array.from({ length: size }, () => Math.floor(random() * 256))
      const view = new View(raw, 0) as unknown as Loose
      return Object.fromEntries(keys.map(key => [key, view[key]!])) as LayoutValue<S>
    },
  }
}

/** The fields that are there of a header that ends too early; throws what reading it would. */
const partOf = (root: Field, r: Reader, slots: Slots): never => {
  const start = r.pos
  const whole = new Uint8Array(r.left)
  whole.set(r.bytes.subarray(start, r.end))
  for (const [key, slot] of Object.entries(slots)) {
    if (start + slot.offset + slot.size > r.end) continue
    const value = getter(slot).call({ buffer: whole, offset: 0 } as unknown as ViewBase)
    root.children!.push(fieldOf(key, slot, start, value))
  }
  const error = new WireError('truncated', r.end, root.name)
  root.note = error.message
  throw error
}

/** The hot path's setters wrap; what is written as a value must fit. Throws WireError. */
const checkFit = (key: string, slot: Slot, value: number | Uint8Array, at: number): void => {
  if (slot.kind === 'bytes') {
    const { length } = value as Uint8Array
    if (length !== slot.size) throw new WireError('bad-value', at, key, `${length} bytes where ${slot.size} belong`)
    return
  }
  const number = value as number
  if (!Number.isInteger(number) || number < 0 || number >= 2 ** slot.width) {
    throw new WireError('too-long', at, key, `${number} does not fit in ${slot.width} bits`)
  }
}

const fieldOf = (name: string, slot: Slot, base: number, value: number | Uint8Array): Field => {
  const start = base + slot.offset
  const text = typeof value === 'number' ? slot.show?.(value) : slot.bytesShow?.(value)
  const field: Field = { name, start, end: start + slot.size, value, text }
  if (slot.kind === 'bits') {
    const from = slot.size * 8 - slot.shift - slot.width
    field.bits = [from, from + slot.width]
  }
  return field
}
