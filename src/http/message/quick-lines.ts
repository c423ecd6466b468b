/**
 * The field lines of a head of usual size, several octets at a time: most of what a server does with a request that it
 * need not look into. Nothing is judged here: where a line is not whole and plainly good, reading stops, and
 * `HeadReader` reads that line exactly.
 */
import type { Bytes } from '../../engine.ts'
import { PER_FIELD } from './fields.ts'
import { classOf, TOKEN, VALUE } from './grammar.ts'

const CR = 0x0d
const LF = 0x0a
const SP = 0x20
const HTAB = 0x09
const COLON = 0x3a

/** Bytes of a head that are read so; the largest of browsers are half as long. */
export const MOST_AT_ONCE = 4096
/** Bytes below which the copy and the bookkeeping cost more than they save. */
export const WORTH_A_COPY = 192

/**
 * One place for all heads: what lies at a fixed place is read without asking where, and a view of words is made once.
 * Behind a head may lie what is left of another: no line counts that ends there. The last zeros end whatever is read.
 */
const octets = new Uint8Array(MOST_AT_ONCE + 8)
const words = new DataView(octets.buffer)
const tokens = classOf.map(set => set & TOKEN)
const values = classOf.map(set => set & VALUE)

const isBlank = (octet: number): boolean => octet === SP || octet === HTAB

/**
 * Notes whole lines of `head` (at most `MOST_AT_ONCE` bytes) from `start` on behind `count` numbers in `offsets`, until
 * there are `most`. Returns how many numbers there are then.
 */
export const quickLines = (head: Bytes, start: number, offsets: number[], count: number, most: number): number => {
  octets.set(head)
  let at = count
  for (let line = start; at < most; at += PER_FIELD) {
    const nameEnd = endOfToken(line)
    if (octets[nameEnd] !== COLON || nameEnd === line) break
    let value = nameEnd + 1
    while (isBlank(octets[value]!)) value++
    let end = endOfValue(value)
    const next = end + 2
    if (octets[end] !== CR || octets[end + 1] !== LF || next > head.length) break
    while (end > value && isBlank(octets[end - 1]!)) end--
    offsets[at] = line
    offsets[at + 1] = nameEnd
    offsets[at + 2] = value
    offsets[at + 3] = end
    line = next
  }
  return at
}

const endOfToken = (start: number): number => {
  let p = start
  while ((tokens[octets[p]!]! & tokens[octets[p + 1]!]! & tokens[octets[p + 2]!]! & tokens[octets[p + 3]!]!) !== 0)
    p += 4
  while (tokens[octets[p]!] !== 0) p++
  return p
}

const endOfValue = (start: number): number => {
  let p = start
  for (;;) {
    const word = words.getInt32(p, true)
    // The highest bit of an octet is set where it is below SP, DEL, or beyond ASCII; above the first of them it may lie.
    const odd = ((word - 0x20202020) | (word + 0x01010101)) & 0x80808080
    if (odd === 0) {
      p += 4
      continue
    }
    p += (31 - Math.clz32(odd & -odd)) >> 3
    if (values[octets[p]!] === 0) return p
    p++
  }
}
