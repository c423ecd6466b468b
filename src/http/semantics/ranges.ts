/** Parts of a representation (RFC 9110 14): which octets a Range asks for, and how they are named. Pure. */
import { trimmed } from '../message/grammar.ts'

/** From `start` up to, not including, `end`. Never empty. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/**
 * Members of one Range that are looked at, empty ones too; with more of them the field is ignored (RFC 9110 14.2 allows
 * it, 17.15 asks for a bound). Readers of PDF ask for some ten at once; Apache stops at 200.
 */
const RANGES = 64

/**
 * A gap that is cheaper to send than to leave out: a boundary and two fields are some 80 octets and more (RFC 9110
 * 15.3.7.2). So many small ranges become few large ones, and an answer is never much longer than the whole.
 */
const GAP = 96

const SET = /^bytes=(.*)$/i
const SPEC = /^(?:(\d+)-(\d*)|-(\d+))$/

/**
 * The parts that a Range asks for, of `size` octets: in the order in which they were asked for, but those that overlap or
 * nearly touch as one (RFC 9110 15.3.7.2). Undefined where the field says nothing that counts: another unit, no range at
 * all, too many, or nothing to take a part of. Then the whole is the answer.
 */
export const rangesOf = (range: string, size: number): readonly ByteRange[] | 'unsatisfiable' | undefined => {
  const list = SET.exec(range)?.[1]
  // Of an empty file some clients ask for the first so many octets all the same: it is not their mistake.
  if (list === undefined || size === 0) return undefined
  const parts = list.split(',', RANGES + 1)
  const members = parts.map(trimmed).filter(member => member !== '')
  if (members.length === 0 || parts.length > RANGES) return undefined
  const ranges: ByteRange[] = []
  for (const member of members) {
    const spec = SPEC.exec(member)
    if (spec === null) return undefined
    const [, first, last, suffix] = spec
    // RFC 9110 14.1.2: a last position before the first makes all of it invalid.
    if (first !== undefined && last !== '' && Number(last) < Number(first)) return undefined
    const start = first === undefined ? Math.max(0, size - Number(suffix)) : Number(first)
    const end = last === '' || last === undefined ? size : Math.min(size, Number(last) + 1)
    if (start < end) ranges.push({ start, end })
  }
  return ranges.length === 0 ? 'unsatisfiable' : coalesced(ranges)
}

const coalesced = (ranges: readonly ByteRange[]): readonly ByteRange[] => {
  const sorted = ranges.map((range, asked) => ({ ...range, asked })).sort((a, b) => a.start - b.start)
  const merged: typeof sorted = []
  for (const next of sorted) {
    const last = merged.at(-1)
    if (last === undefined || next.start > last.end + GAP) merged.push(next)
    else {
      const { start, end, asked } = last
      merged[merged.length - 1] = { start, end: Math.max(end, next.end), asked: Math.min(asked, next.asked) }
    }
  }
  return merged.sort((a, b) => a.asked - b.asked).map(({ start, end }) => ({ start, end }))
}

/** RFC 9110 14.4: `bytes 0-9/100`, and of what cannot be had `bytes` with a star in the place of the positions. */
export const contentRange = (range: ByteRange | undefined, size: number): string =>
  range === undefined ? `bytes */${size}` : `bytes ${range.start}-${range.end - 1}/${size}`

/** What a Content-Range says of a part; undefined for what is none, or of another unit. `size` where it is known. */
export const partOf = (value: string): (ByteRange & { readonly size: number | undefined }) | undefined => {
  const [, first, last, size] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15}|\*)$/i.exec(value) ?? []
  if (first === undefined) return undefined
  const part = { start: Number(first), end: Number(last) + 1, size: size === '*' ? undefined : Number(size) }
  // RFC 9110 14.4: such a value is invalid.
  return part.start < part.end && (part.size === undefined || part.end <= part.size) ? part : undefined
}
