/** Holds a whole encoding to DER in one pass: lengths, tags, and the contents of every universal type. */
import { Der, DerError, TAG } from './der.ts'
import { booleanValue, checkBitString, checkInteger, checkOid, checkString, timeValue } from './value.ts'

/** Certificates nest about twelve deep (a name inside a distribution point); hostile ones as deep as they are long. */
export const MAX_DEPTH = 24

/** Throws `DerError` at the first octet that breaks a rule. Exactly one element must fill `bytes[start, end)`. */
export const checkDer = (bytes: Uint8Array, start = 0, end: number = bytes.length, what = 'encoding'): void => {
  const cursor = new Der(bytes, start, end)
  cursor.any(what)
  cursor.finish(what)
  checkElement(cursor, what, 0)
}

const checkElement = (cursor: Der, what: string, depth: number): void => {
  const { bytes, tag, from, to, start } = cursor
  if ((tag & 0x20) !== 0) {
    if ((tag & 0xc0) === 0 && tag !== TAG.sequence && tag !== TAG.set)
      throw new DerError(tag === 0x20 ? 'end-of-contents' : 'constructed-string', start, start + 1, what)
    if (depth >= MAX_DEPTH) throw new DerError('too-deep', start, to, what)
    const inner = new Der(bytes, from, to)
    let before = -1
    while (inner.left > 0) {
      inner.any(what)
      const here = inner.start
      const after = inner.to
      if (tag === TAG.set && before >= 0 && compareElements(bytes, before, here, after) > 0)
        throw new DerError('set-order', here, after, what)
      before = here
      checkElement(inner, what, depth + 1)
    }
    return
  }
  checkPrimitive(tag, bytes, from, to, start, what)
}

const checkPrimitive = (
  tag: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  start: number,
  what: string,
): void => {
  switch (tag) {
    case 0x00:
      throw new DerError('end-of-contents', start, to, what)
    case TAG.boolean:
      booleanValue(bytes, from, to, what)
      return
    case TAG.integer:
    case TAG.enumerated:
      checkInteger(bytes, from, to, what)
      return
    case TAG.bitString:
      checkBitString(bytes, from, to, what)
      return
    case TAG.null:
      if (from !== to) throw new DerError('null-not-empty', from, to, what)
      return
    case TAG.oid:
      checkOid(bytes, from, to, what)
      return
    case TAG.real:
      // X.690 11.3 has rules for it, and no certificate has one.
      throw new DerError('unexpected-tag', start, start + 1, what)
    case TAG.sequence & ~0x20:
    case TAG.set & ~0x20:
      throw new DerError('primitive-sequence', start, start + 1, what)
    case TAG.utcTime:
    case TAG.generalizedTime:
      timeValue(tag, bytes, from, to, what)
      return
    default:
      checkString(tag, bytes, from, to, what)
  }
}

/**
 * X.690 11.6: the elements of a SET OF ascend as octet strings, the shorter padded with zeros. `b` follows `a`, up to `end`;
 * above zero when they descend.
 */
export const compareElements = (bytes: Uint8Array, a: number, b: number, end: number): number => {
  const shorter = Math.min(b - a, end - b)
  for (let i = 0; i < shorter; i++) {
    const difference = bytes[a + i]! - bytes[b + i]!
    if (difference !== 0) return difference
  }
  return b - a - (end - b)
}
