/**
 * DER, read strictly and in place: a cursor over one array that leaves offsets, no nodes and no copies. Every rule of
 * X.690 section 10 and 11 that can be broken has a name (`DerRule`). Read `check.ts` next: it holds a whole encoding
 * to the rules in one pass, whether or not anybody looks at its values.
 */

/** What can be wrong with an encoding; the words are in `rules.table.ts`. */
export type DerRule =
  | 'truncated'
  | 'trailing'
  | 'long-tag'
  | 'end-of-contents'
  | 'indefinite-length'
  | 'length-not-minimal'
  | 'length-too-long'
  | 'unexpected-tag'
  | 'constructed-string'
  | 'primitive-sequence'
  | 'too-deep'
  | 'too-big'
  | 'boolean-value'
  | 'integer-empty'
  | 'integer-not-minimal'
  | 'integer-too-big'
  | 'null-not-empty'
  | 'oid-malformed'
  | 'bit-string-padding'
  | 'set-order'
  | 'time-malformed'
  | 'string-character'
  | 'default-encoded'
  | 'empty'
  | 'value'

/** The bytes break `rule` in [at, end); `what` is the field by its ASN.1 name. */
export class DerError extends Error {
  readonly rule: DerRule
  readonly at: number
  readonly end: number
  readonly what: string
  constructor(rule: DerRule, at: number, end: number, what: string) {
    super(`${what}: ${rule} at byte ${at}`)
    this.name = 'DerError'
    this.rule = rule
    this.at = at
    this.end = end
    this.what = what
  }
}

/** Identifier octets of the universal types that certificates use; constructed ones with their bit set. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  real: 0x09,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  generalString: 0x1b,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const

/** Context-specific tags: `[number]`, primitive or constructed. */
export const context = (number: number): number => 0x80 | number
export const contextConstructed = (number: number): number => 0xa0 | number

/**
 * A cursor over `bytes[pos, end)`. After `read` the element just passed is described by `tag`, `start` (its first
 * octet), `from` and `to` (its contents). Everything that does not fit throws `DerError`.
 */
export class Der {
  readonly bytes: Uint8Array
  readonly end: number
  pos: number
  tag = 0
  start = 0
  from = 0
  to = 0
  constructor(bytes: Uint8Array, pos = 0, end: number = bytes.length) {
    this.bytes = bytes
    this.pos = pos
    this.end = end
  }

  get left(): number {
    return this.end - this.pos
  }

  /** The tag of the next element; -1 at the end. */
  peek(): number {
    return this.pos < this.end ? this.bytes[this.pos]! : -1
  }

  /** Passes the next element, whatever it is. */
  any(what: string): void {
    const { bytes, end } = this
    let pos = this.pos
    this.start = pos
    if (pos + 2 > end) throw new DerError('truncated', pos, end, what)
    const tag = bytes[pos]!
    if ((tag & 0x1f) === 0x1f) throw new DerError('long-tag', pos, pos + 1, what)
    let length = bytes[pos + 1]!
    pos += 2
    if (length > 0x7f) {
      const octets = length & 0x7f
      if (octets === 0) throw new DerError('indefinite-length', pos - 1, pos, what)
      if (octets > 4) throw new DerError('length-too-long', pos - 1, pos, what)
      if (pos + octets > end) throw new DerError('truncated', pos, end, what)
      length = 0
      for (let i = 0; i < octets; i++) length = length * 256 + bytes[pos + i]!
      // X.690 10.1: the minimum number of octets.
      if (length < 0x80 || length < 256 ** (octets - 1))
        throw new DerError('length-not-minimal', pos - 1, pos + octets, what)
      pos += octets
    }
    if (length > end - pos) throw new DerError('truncated', this.start, end, what)
    this.tag = tag
    this.from = pos
    this.to = pos + length
    this.pos = this.to
  }

  /** Passes an element that must have this tag. */
  read(tag: number, what: string): void {
    if (this.pos < this.end && this.bytes[this.pos] !== tag)
      throw new DerError('unexpected-tag', this.pos, this.pos + 1, what)
    this.any(what)
  }

  /** A cursor over the contents of the next element, which must have this tag. */
  inside(tag: number, what: string): Der {
    this.read(tag, what)
    return new Der(this.bytes, this.from, this.to)
  }

  /** A cursor over the contents of the element just passed. */
  contents(): Der {
    return new Der(this.bytes, this.from, this.to)
  }

  /** As `read`, when the next element has this tag. */
  optional(tag: number, what: string): boolean {
    if (this.peek() !== tag) return false
    this.any(what)
    return true
  }

  /** Nothing may be left. */
  finish(what: string): void {
    if (this.pos < this.end) throw new DerError('trailing', this.pos, this.end, what)
  }

  /** The contents of the element just passed: a view. */
  value(): Uint8Array {
    return this.bytes.subarray(this.from, this.to)
  }

  /** The element just passed with its header: a view. */
  element(): Uint8Array {
    return this.bytes.subarray(this.start, this.to)
  }
}
