/** DER, written: elements from contents, the shortest lengths always. */
import type { Millis } from '../engine.ts'
import { joined } from '../wire/bytes.ts'
import { contextConstructed, TAG } from './der.ts'
import { oidOctets } from './oid.ts'

/** One element: identifier octet, length, and these contents joined. */
export const element = (tag: number, ...contents: readonly Uint8Array[]): Uint8Array => {
  const length = contents.reduce((sum, piece) => sum + piece.length, 0)
  const octets: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left & 0xff)
  const header = length < 0x80 ? [tag, length] : [tag, 0x80 | octets.length, ...octets]
  return joined([Uint8Array.from(header), ...contents])
}

export const sequence = (...contents: readonly Uint8Array[]): Uint8Array => element(TAG.sequence, ...contents)

/** SET OF, in the order that X.690 11.6 wants. */
export const setOf = (...contents: readonly Uint8Array[]): Uint8Array =>
  element(
    TAG.set,
    ...[...contents].sort((a, b) => {
      for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i]! - b[i]!
      // No element is the beginning of another.
      return 0
    }),
  )

/** `[number] EXPLICIT`. */
export const explicit = (number: number, ...contents: readonly Uint8Array[]): Uint8Array =>
  element(contextConstructed(number), ...contents)

/** A whole number that is not negative, from a number or from its octets. */
export const integer = (value: number | Uint8Array): Uint8Array => {
  if (typeof value === 'number') {
    const octets: number[] = []
    for (let left = value; left > 0; left = Math.floor(left / 256)) octets.unshift(left & 0xff)
    return integer(Uint8Array.from(octets))
  }
  let from = 0
  while (value[from] === 0) from++
  const magnitude = value.subarray(from)
  return magnitude.length === 0 || magnitude[0]! > 0x7f
    ? element(TAG.integer, Uint8Array.of(0), magnitude)
    : element(TAG.integer, magnitude)
}

export const truth: Uint8Array = Uint8Array.of(TAG.boolean, 1, 0xff)
export const nothing: Uint8Array = Uint8Array.of(TAG.null, 0)
export const oid = (text: string): Uint8Array => element(TAG.oid, oidOctets(text))
export const octetString = (value: Uint8Array): Uint8Array => element(TAG.octetString, value)
export const bitString = (value: Uint8Array): Uint8Array => element(TAG.bitString, Uint8Array.of(0), value)

/** Named bits from a number whose bit 0 is bit 0 of the list; trailing zeros fall away (X.690 11.2.2). */
export const namedBitString = (set: number): Uint8Array => {
  const octets: number[] = []
  let last = -1
  for (let bit = 0; bit < 24; bit++) {
    if ((set & (1 << bit)) === 0) continue
    while (octets.length <= bit >> 3) octets.push(0)
    octets[bit >> 3]! |= 0x80 >> (bit & 7)
    last = bit
  }
  return element(TAG.bitString, Uint8Array.of(last < 0 ? 0 : 7 - (last & 7), ...octets))
}

export const utf8String = (text: string): Uint8Array => element(TAG.utf8String, new TextEncoder().encode(text))

/** RFC 5280 4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050 on; whole seconds. */
export const time = (at: Millis): Uint8Array => {
  const digits = timeDigits(at)
  const year = Number(digits.slice(0, 4))
  return year >= 1950 && year < 2050 ? element(TAG.utcTime, ascii(`${digits.slice(2)}Z`)) : generalizedTime(at)
}

/** `YYYYMMDDHHMMSSZ`, whatever the year. */
export const generalizedTime = (at: Millis): Uint8Array => element(TAG.generalizedTime, ascii(`${timeDigits(at)}Z`))

const timeDigits = (at: Millis): string => new Date(at).toISOString().replace(/[-:T]|\.\d+Z/g, '')

const ascii = (text: string): Uint8Array => Uint8Array.from(text, c => c.charCodeAt(0))
