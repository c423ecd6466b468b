/**
 * Files of keys are DER nearly always; those of NSS and of some systems are BER, with indefinite lengths and strings in
 * pieces (X.690 8.1.3.6, 8.7.3). Here they become DER, so that all else reads one form.
 */
import { Der, DerError, type DerRule, TAG } from '../../asn1/der.ts'
import { element } from '../../asn1/write.ts'
import { joined } from '../../wire/bytes.ts'

/** As deep as DER is read (`asn1/check.ts`), and what the lengths of BER add. */
const MAX_DEPTH = 32
const OCTET_STRING_IN_PIECES = TAG.octetString | 0x20

/** The largest bundles of roots have some ten thousand. */
const MAX_ELEMENTS = 262_144

/** The same elements in DER. Throws `DerError`. */
export const derOf = (ber: Uint8Array, what: string): Uint8Array => {
  const reader = new BerReader(ber, what)
  const der = reader.next(ber.length, 0)
  if (reader.pos !== ber.length) throw new DerError('trailing', reader.pos, ber.length, what)
  return der
}

/** The octets of `[number] IMPLICIT OCTET STRING`, which BER may have in pieces. `contents` is DER. */
export const implicitOctets = (tag: number, contents: Uint8Array, what: string): Uint8Array => {
  if ((tag & 0x20) === 0) return contents
  const pieces: Uint8Array[] = []
  const cursor = new Der(contents)
  while (cursor.left > 0) {
    cursor.read(TAG.octetString, what)
    pieces.push(cursor.value())
  }
  return joined(pieces)
}

class BerReader {
  readonly #ber: Uint8Array
  readonly #what: string
  #elements = 0
  pos = 0
  constructor(ber: Uint8Array, what: string) {
    this.#ber = ber
    this.#what = what
  }

  /** The next element, in DER; it must end before `limit`. */
  next(limit: number, depth: number): Uint8Array {
    const start = this.pos
    if (depth > MAX_DEPTH) throw this.#error('too-deep', start, limit)
    if (++this.#elements > MAX_ELEMENTS) throw this.#error('too-big', start, limit)
    if (start + 2 > limit) throw this.#error('truncated', start, limit)
    const tag = this.#ber[start]!
    if ((tag & 0x1f) === 0x1f) throw this.#error('long-tag', start, start + 1)
    const length = this.#length()
    const from = this.pos
    if (length === undefined && (tag & 0x20) === 0) throw this.#error('indefinite-length', start + 1, from)
    if (length !== undefined && length > limit - from) throw this.#error('truncated', start, limit)
    if ((tag & 0x20) === 0) {
      this.pos = from + length!
      return element(tag, this.#ber.subarray(from, this.pos))
    }
    const parts = this.#parts(length === undefined ? undefined : from + length, limit, depth)
    if (tag !== OCTET_STRING_IN_PIECES) return element(tag, ...parts)
    return element(TAG.octetString, implicitOctets(tag, joined(parts), this.#what))
  }

  /** Up to `end`, or to the end-of-contents mark. */
  #parts(end: number | undefined, limit: number, depth: number): readonly Uint8Array[] {
    const parts: Uint8Array[] = []
    const ber = this.#ber
    for (;;) {
      if (this.pos === end) return parts
      if (end === undefined && ber[this.pos] === 0 && ber[this.pos + 1] === 0) {
        this.pos += 2
        return parts
      }
      parts.push(this.next(end ?? limit, depth + 1))
    }
  }

  /** Undefined: until the end-of-contents mark. The position moves behind it. */
  #length(): number | undefined {
    const at = this.pos + 1
    const first = this.#ber[at]!
    const octets = first & 0x7f
    this.pos = at + 1
    if (first < 0x80) return first
    if (octets === 0) return undefined
    if (octets > 4) throw this.#error('length-too-long', at, at + 1)
    this.pos += octets
    return this.#ber.subarray(at + 1, this.pos).reduce((sum, octet) => sum * 256 + octet, 0)
  }

  #error(rule: DerRule, at: number, end: number): DerError {
    return new DerError(rule, at, end, this.#what)
  }
}
