/** Values of DER elements, each from the contents `bytes[from, to)`. Every one is checked where it is read. */
import type { Millis } from '../engine.ts'
import { latin1Text } from '../wire/bytes.ts'
import { DerError, TAG } from './der.ts'

export const booleanValue = (bytes: Uint8Array, from: number, to: number, what: string): boolean => {
  const octet = bytes[from]
  if (to - from !== 1 || (octet !== 0x00 && octet !== 0xff)) throw new DerError('boolean-value', from, to, what)
  return octet === 0xff
}

/** X.690 8.3: at least one octet, and the first nine bits neither all zero nor all one. */
export const checkInteger = (bytes: Uint8Array, from: number, to: number, what: string): void => {
  if (from === to) throw new DerError('integer-empty', from, to, what)
  if (to - from < 2) return
  const first = bytes[from]!
  const sign = bytes[from + 1]! & 0x80
  if ((first === 0 && sign === 0) || (first === 0xff && sign !== 0))
    throw new DerError('integer-not-minimal', from, to, what)
}

/** A number from 0 to 2^31 - 1: versions, path lengths, policy counts. */
export const smallInteger = (bytes: Uint8Array, from: number, to: number, what: string): number => {
  checkInteger(bytes, from, to, what)
  if (to - from > 4 || (bytes[from]! & 0x80) !== 0) throw new DerError('integer-too-big', from, to, what)
  let value = 0
  for (let i = from; i < to; i++) value = value * 256 + bytes[i]!
  return value
}

/** X.690 8.6 and 11.2.1: a count of unused bits from 0 to 7, and those bits zero. */
export const checkBitString = (bytes: Uint8Array, from: number, to: number, what: string): void => {
  const unused = bytes[from]
  if (from === to || unused! > 7 || (to - from === 1 && unused !== 0))
    throw new DerError('bit-string-padding', from, to, what)
  if ((bytes[to - 1]! & ((1 << unused!) - 1)) !== 0) throw new DerError('bit-string-padding', to - 1, to, what)
}

/** Named bits as a number: bit 0 of the list is bit 0 here. At most 24 of them. */
export const namedBits = (bytes: Uint8Array, from: number, to: number, what: string): number => {
  checkBitString(bytes, from, to, what)
  if (to - from > 4) throw new DerError('value', from, to, what)
  let set = 0
  for (let i = from + 1; i < to; i++) {
    for (let bit = 0; bit < 8; bit++) if ((bytes[i]! & (0x80 >> bit)) !== 0) set |= 1 << (8 * (i - from - 1) + bit)
  }
  return set
}

/** X.690 11.2.2: trailing zero bits of a list are removed, so the last bit kept is a one. Some old roots keep them. */
export const hasTrailingZeros = (bytes: Uint8Array, from: number, to: number): boolean =>
  to - from > 1 && (bytes[to - 1]! & (1 << bytes[from]!)) === 0

/** RFC 5280 appendix B asks for 20 numbers below 2^28, which are 80 octets; the text of a long one takes very long. */
const MAX_OID_OCTETS = 128

/** X.690 8.19: sub-identifiers without leading 0x80, the last one complete. */
export const checkOid = (bytes: Uint8Array, from: number, to: number, what: string): void => {
  if (from === to || (bytes[to - 1]! & 0x80) !== 0) throw new DerError('oid-malformed', from, to, what)
  if (to - from > MAX_OID_OCTETS) throw new DerError('too-big', from, to, what)
  for (let i = from, begins = true; i < to; i++) {
    if (begins && bytes[i] === 0x80) throw new DerError('oid-malformed', i, i + 1, what)
    begins = (bytes[i]! & 0x80) === 0
  }
}

/** `YYMMDDHHMMSSZ` or `YYYYMMDDHHMMSSZ` in milliseconds since 1970; `tag` says which. */
export const timeValue = (tag: number, bytes: Uint8Array, from: number, to: number, what: string): Millis => {
  const wide = tag === TAG.generalizedTime
  const digits = wide ? 14 : 12
  if (to - from !== digits + 1 || bytes[to - 1] !== 0x5a) throw new DerError('time-malformed', from, to, what)
  for (let i = from; i < to - 1; i++)
    if (bytes[i]! < 0x30 || bytes[i]! > 0x39) throw new DerError('time-malformed', i, i + 1, what)
  const at = from + digits - 10
  const short = two(bytes, at - 2)
  // RFC 5280 4.1.2.5.1: 50 and above are of the twentieth century.
  const year = wide ? two(bytes, from) * 100 + short : short >= 50 ? 1900 + short : 2000 + short
  const month = two(bytes, at)
  const day = two(bytes, at + 2)
  const hour = two(bytes, at + 4)
  const minute = two(bytes, at + 6)
  const second = two(bytes, at + 8)
  if (month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 59)
    throw new DerError('time-malformed', from, to, what)
  return daysSince1970(year, month, day) * 86_400_000 + ((hour * 60 + minute) * 60 + second) * 1000
}

/** Two digits. */
const two = (bytes: Uint8Array, at: number): number => (bytes[at]! - 0x30) * 10 + bytes[at + 1]! - 0x30

const daysIn = (year: number, month: number): number =>
  month === 2
    ? year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
      ? 29
      : 28
    : month === 4 || month === 6 || month === 9 || month === 11
      ? 30
      : 31

/** Of the proleptic Gregorian calendar; March is the first month of the reckoning, so leap days come last. */
const daysSince1970 = (year: number, month: number, day: number): number => {
  const y = month <= 2 ? year - 1 : year
  const era = Math.floor(y / 400)
  const ofEra = y - era * 400
  const ofYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1
  return era * 146_097 + ofEra * 365 + Math.floor(ofEra / 4) - Math.floor(ofEra / 100) + ofYear - 719_468
}

const utf8 = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** Characters of PrintableString: letters, digits, space and `'()+,-./:=?`. */
const printable = /* @__PURE__ */ (() => {
  const table = new Uint8Array(128)
  for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 '()+,-./:=?")
    table[c.charCodeAt(0)] = 1
  return table
})()

const badCharacter = (at: number, what: string): DerError => new DerError('string-character', at, at + 1, what)

/** Holds a string to the characters of its type. */
export const checkString = (tag: number, bytes: Uint8Array, from: number, to: number, what: string): void => {
  switch (tag) {
    case TAG.printableString:
      for (let i = from; i < to; i++) if (printable[bytes[i]!] !== 1) throw badCharacter(i, what)
      return
    case TAG.ia5String:
      for (let i = from; i < to; i++) if (bytes[i]! > 127) throw badCharacter(i, what)
      return
    case TAG.visibleString:
      for (let i = from; i < to; i++) if (bytes[i]! < 0x20 || bytes[i]! > 0x7e) throw badCharacter(i, what)
      return
    case TAG.numericString:
      for (let i = from; i < to; i++)
        if (bytes[i] !== 0x20 && (bytes[i]! < 0x30 || bytes[i]! > 0x39)) throw badCharacter(i, what)
      return
    case TAG.generalString:
      // X.690 11.4: escape sequences only where they are needed; RFC 4120 5.2.1 needs none, and nothing else has the type.
      for (let i = from; i < to; i++) if (bytes[i] === 0x1b) throw badCharacter(i, what)
      return
    case TAG.bmpString:
      if ((to - from) % 2 !== 0) throw badCharacter(to - 1, what)
      return
    case TAG.universalString:
      if ((to - from) % 4 !== 0) throw badCharacter(to - 1, what)
      return
    case TAG.utf8String:
      if (!isAscii(bytes, from, to)) utf8Text(bytes, from, to, what)
      return
    default:
      return
  }
}

const isAscii = (bytes: Uint8Array, from: number, to: number): boolean => {
  for (let i = from; i < to; i++) if (bytes[i]! > 127) return false
  return true
}

const utf8Text = (bytes: Uint8Array, from: number, to: number, what: string): string => {
  try {
    return utf8.decode(bytes.subarray(from, to))
  } catch {
    throw new DerError('string-character', from, to, what)
  }
}

/** The text of a string element; undefined when `tag` is no string type. */
export const stringValue = (
  tag: number,
  bytes: Uint8Array,
  from: number,
  to: number,
  what: string,
): string | undefined => {
  switch (tag) {
    case TAG.utf8String:
      return isAscii(bytes, from, to) ? latin1Text(bytes, from, to) : utf8Text(bytes, from, to, what)
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.visibleString:
    case TAG.numericString:
    case TAG.teletexString:
      return latin1Text(bytes, from, to)
    case TAG.bmpString: {
      let text = ''
      for (let i = from; i + 1 < to; i += 2) text += String.fromCharCode((bytes[i]! << 8) | bytes[i + 1]!)
      return text
    }
    case TAG.universalString: {
      let text = ''
      for (let i = from; i + 3 < to; i += 4) {
        const point = ((bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!) >>> 0
        text += point > 0x10_ffff ? '\ufffd' : String.fromCodePoint(point)
      }
      return text
    }
    default:
      return undefined
  }
}
