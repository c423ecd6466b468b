/**
 * The octets of HTTP/1.1 by class, one look per octet (RFC 9110 5.5, 5.6.2; RFC 9112 3.2), and the few comparisons that
 * the parser needs. Text is Latin-1: every octet is one character, so nothing is lost or changed.
 */
import type { Bytes } from '../../engine.ts'
import { latin1Bytes } from '../../wire/bytes.ts'

/** tchar. */
export const TOKEN = 1
/** field-vchar, SP and HTAB: what may stand inside a field value. */
export const VALUE = 2
/**
 * What may stand in a request target up to its `?` (RFC 3986 3.3; for absolute-form 3.1, 3.2 too).
 * Differs from RFC 3986: `[]^|` are let through, because browsers send them raw and they change nothing. The other
 * octets it lacks are refused: `\` above all, which a URL parser reads as `/` and a proxy as a letter.
 */
export const PATH = 4
export const DIGIT = 8
export const HEX = 16
/** What may stand in Host: uri-host [":" port] (RFC 9110 7.2). */
const HOST = 32
/** What of it stands in a name or an IPv4 address. */
const NAME = 128
/**
 * What may stand in a request target after its `?` (RFC 3986 3.4). Differs from RFC 3986: what browsers send raw in a
 * query (URL standard, 1.3) is let through; nothing in it is a way. A fragment never travels, so `#` is in neither.
 */
export const QUERY = 64

const COLON = 0x3a

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const digits = range(0x30, 0x39)
const letters = [...range(0x41, 0x5a), ...range(0x61, 0x7a)]

/** Octet to the set of its classes. */
export const classOf: Uint8Array = new Uint8Array(256)
for (const [bit, octets] of [
  [TOKEN, [...letters, ...digits, ...latin1Bytes("!#$%&'*+-.^_`|~")]],
  [VALUE, [0x09, ...range(0x20, 0x7e), ...range(0x80, 0xff)]],
  [PATH, [...letters, ...digits, ...latin1Bytes("-._~!$&'()*+,;=%:@/[]^|")]],
  [QUERY, [...letters, ...digits, ...latin1Bytes("-._~!$&'()*+,;=%:@/[]^|?\\`{}")]],
  [DIGIT, digits],
  [HEX, [...digits, ...latin1Bytes('abcdefABCDEF')]],
  [HOST, [...letters, ...digits, ...latin1Bytes("-._~!$&'()*+,;=%:[]")]],
  [NAME, [...letters, ...digits, ...latin1Bytes("-._~!$&'()*+,;=%")]],
] as const) {
  for (const octet of octets) classOf[octet]! |= bit
}

/** Where the octets of `set` end, from `start` on; `end` where they do not. Four in a row: this is most of reading a head. */
export const endOf = (set: number, bytes: Bytes, start: number, end: number): number => {
  let p = start
  for (const last = end - 4; p <= last; p += 4) {
    if ((classOf[bytes[p]!]! & set) === 0) return p
    if ((classOf[bytes[p + 1]!]! & set) === 0) return p + 1
    if ((classOf[bytes[p + 2]!]! & set) === 0) return p + 2
    if ((classOf[bytes[p + 3]!]! & set) === 0) return p + 3
  }
  while (p < end && (classOf[bytes[p]!]! & set) !== 0) p++
  return p
}

/** Octet to the octet of its small letter. */
const lowerOf = Uint8Array.from({ length: 256 }, (_, octet) => (octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet))

/** Whether `bytes[start, end)` is `lower`, which has no capitals, in any case. */
export const isWord = (bytes: Bytes, start: number, end: number, lower: string): boolean => {
  if (end - start !== lower.length) return false
  for (let i = 0; i < lower.length; i++) if (lowerOf[bytes[start + i]!] !== lower.charCodeAt(i)) return false
  return true
}

/** Whether all of `text` belongs to `set`. */
export const allOf = (text: string, set: number): boolean => {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code > 0xff || (classOf[code]! & set) === 0) return false
  }
  return true
}

/** What of a request target must not stand where it does: one character; undefined where all is well. */
export const badInTarget = (target: string): string | undefined => {
  const question = target.indexOf('?')
  const end = question < 0 ? target.length : question
  return Array.from(target).find((char, at) => !allOf(char, at < end ? PATH : QUERY))
}

export const isToken = (text: string): boolean => text !== '' && allOf(text, TOKEN)

const isBlank = (code: number): boolean => code === 0x20 || code === 0x09

/**
 * Without spaces and tabs around it (RFC 9110 5.6.3). A regular expression would look at every run of them inside as often
 * as it is long: a second for one field.
 */
export const trimmed = (text: string): string => {
  let start = 0
  let end = text.length
  while (start < end && isBlank(text.charCodeAt(start))) start++
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--
  return text.slice(start, end)
}

/** The members of a comma-separated list, without white space around them; empty ones too. */
export const members = (list: string): string[] => list.split(',').map(trimmed)

/** Members that are one of the words wanted, in any case; empty members are allowed (RFC 9110 5.6.1.2). */
export const hasMember = (list: string, lower: string): boolean =>
  members(list).some(member => member.toLowerCase() === lower)

/** RFC 9110 7.2: uri-host [":" port], not empty. */
export const isHost = (text: string): boolean =>
  allOf(text, HOST) && /^(?:\[[0-9A-Fa-f:.]+\]|[^:[\]]+)(?::[0-9]{0,5})?$/.test(text)

/** The usual case of `isHost`, without making a string: a name or an IPv4 address, and up to five digits of a port. */
export const isPlainHost = (bytes: Bytes, start: number, end: number): boolean => {
  let at = start
  while (at < end && (classOf[bytes[at]!]! & NAME) !== 0) at++
  return at > start && (at === end || (bytes[at] === COLON && isPort(bytes, at + 1, end)))
}

const isPort = (bytes: Bytes, start: number, end: number): boolean => {
  for (let at = start; at < end; at++) if ((classOf[bytes[at]!]! & DIGIT) === 0) return false
  return end - start <= 5
}

/** RFC 9110 6.5.1: fields about framing and routing mean nothing in trailers, and mislead whoever merges them. */
export const NEVER_TRAILERS: readonly string[] = [
  'content-length',
  'transfer-encoding',
  'host',
  'trailer',
  'content-encoding',
  'authorization',
]

/** An octet or a few, for a sentence: `LF`, `0x80`, `"x"`. */
export const octetName = (octet: number | undefined): string => {
  switch (octet) {
    case undefined:
      return 'nothing'
    case 0x0a:
      return 'LF'
    case 0x0d:
      return 'CR'
    case 0x09:
      return 'a tab'
    case 0x20:
      return 'a space'
    default:
      return octet > 0x20 && octet < 0x7f
        ? `"${String.fromCharCode(octet)}"`
        : `0x${octet.toString(16).padStart(2, '0')}`
  }
}
