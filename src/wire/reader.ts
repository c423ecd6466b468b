/** Reads big-endian numbers and slices from one array. Every failure is a `WireError` with its byte position. */

/** What can be wrong with encoded bytes. The layer that reads them makes a failure of its own of it. */
export type WireRule = 'truncated' | 'trailing' | 'too-long' | 'bad-value'

/** The bytes do not fit the declaration: which rule, at which byte, in which field (`extensions.3.body`). */
export class WireError extends Error {
  readonly rule: WireRule
  readonly at: number
  path: string
  constructor(rule: WireRule, at: number, path = '', detail = '') {
    super(`${rule} at byte ${at}${detail === '' ? '' : `: ${detail}`}`)
    this.name = 'WireError'
    this.rule = rule
    this.at = at
    this.path = path
  }
}

/** `error`, met while the part `name` was read: a path grows from its end while the readers are left. */
export const inside = (error: unknown, name: string): unknown => {
  if (error instanceof WireError && name !== '') error.path = error.path === '' ? name : `${name}.${error.path}`
  return error
}

/** A cursor over `bytes[pos, end)`. Sub-readers share the array, so positions are those of the whole message. */
export class Reader {
  readonly bytes: Uint8Array
  readonly end: number
  pos: number
  constructor(bytes: Uint8Array, pos = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.pos = pos
    this.end = end
  }
  get left(): number {
    return this.end - this.pos
  }
  need(count: number): void {
    if (count < 0) throw new WireError('bad-value', this.pos, '', `a length of ${count}`)
    if (this.pos + count > this.end) throw new WireError('truncated', this.end)
  }
  u8(): number {
    this.need(1)
    return this.bytes[this.pos++]!
  }
  u16(): number {
    this.need(2)
    const p = this.pos
    this.pos = p + 2
    return (this.bytes[p]! << 8) | this.bytes[p + 1]!
  }
  u24(): number {
    this.need(3)
    const p = this.pos
    this.pos = p + 3
    return (this.bytes[p]! << 16) | (this.bytes[p + 1]! << 8) | this.bytes[p + 2]!
  }
  u32(): number {
    this.need(4)
    const p = this.pos
    this.pos = p + 4
    const b = this.bytes
    return ((b[p]! << 24) | (b[p + 1]! << 16) | (b[p + 2]! << 8) | b[p + 3]!) >>> 0
  }
  /** A view of the next `count` bytes, not a copy. */
  take(count: number): Uint8Array {
    this.need(count)
    const p = this.pos
    this.pos = p + count
    return this.bytes.subarray(p, p + count)
  }
  /** A reader of exactly the next `count` bytes; this reader moves past them. */
  sub(count: number): Reader {
    this.need(count)
    const inner = new Reader(this.bytes, this.pos, this.pos + count)
    this.pos += count
    return inner
  }
  finish(): void {
    if (this.pos < this.end) throw new WireError('trailing', this.pos)
  }
}
