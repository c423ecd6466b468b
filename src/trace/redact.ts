/**
 * A trace that may leave the machine: cookie values, credentials and bodies, and what an address says of them
 * (`?access_token=…`), are replaced by asterisks of the same length in every layer that shows them, so that every byte range still holds; secrets are left out. The head of an HTTP message
 * stays readable in its own layer; below it the whole clear-text stream is hidden, because nobody knows where a head ends
 * while it is still on its way. What TLS protects is hidden in its records and shown as the ciphertext that it is below.
 */
import { latin1Text } from '../wire/bytes.ts'
import { dissect } from '../wire/codec.ts'
import type { TraceRecord } from './recorder.ts'
import type { MessageRecord, Range } from './types.ts'

/** What is left of a record; undefined: nothing. Records come in their order. */
export type Redactor = (entry: TraceRecord) => TraceRecord | undefined

/** For a trace as it happens. Checksums of clear-text packets do not fit what replaces their bytes. */
export const redactor = (): Redactor => {
  const streams = new Streams()
  return entry => {
    if (entry.type === 'secret') return undefined
    return entry.type === 'message' ? { type: 'message', record: starred(entry.record, streams) } : entry
  }
}

/** A copy of `records` without what is private. */
export const redact = (records: readonly TraceRecord[]): TraceRecord[] => {
  const each = redactor()
  return records.flatMap(entry => each(entry) ?? [])
}

/** The value of a header field as it may leave the machine. */
export const starredField = (name: string, value: string): string => {
  const range = privateValue(name, value)
  return range === undefined
    ? starredText(value)
    : `${value.slice(0, range.start)}${'*'.repeat(range.end - range.start)}${value.slice(range.end)}`
}

/** An address or another text of one line, with stars for the values in it that are named as private. */
export const starredText = (text: string): string => {
  let shown = ''
  let at = 0
  for (const { start, end } of namedIn(text)) {
    if (start < at) continue
    shown += text.slice(at, start) + '*'.repeat(end - start)
    at = end
  }
  return shown + text.slice(at)
}

const starred = (message: MessageRecord, streams: Streams): MessageRecord => {
  const bytes = starredBytes(message.bytes, privateRanges(message, streams))
  // It is named after what was asked for.
  const name = message.layer === 'http' ? starredText(message.name) : message.name
  return bytes === message.bytes && name === message.name ? message : { ...message, bytes, name }
}

/** A copy with asterisks in these ranges, where there are some. */
export const starredBytes = (bytes: Uint8Array, ranges: readonly Range[]): Uint8Array => {
  const filled = ranges.filter(({ start, end }) => end > start)
  if (filled.length === 0) return bytes
  const copy = bytes.slice()
  for (const { start, end } of filled) copy.fill(ASTERISK, start, end)
  return copy
}

const ASTERISK = 0x2a

const privateRanges = (message: MessageRecord, streams: Streams): readonly Range[] => {
  const { layer, bytes, payload } = message
  switch (layer) {
    case 'http':
      return privateIn(bytes)
    case 'record':
      return payload === undefined ? [] : [{ start: payload.at, end: payload.at + payload.end - payload.start }]
    case 'tcp': {
      // A read or write of a system's socket is all payload; a segment has a header.
      const start = payload?.at ?? (message.format === undefined ? 0 : tcpHeader(bytes, 0))
      const key = `${message.host} ${message.flow} ${message.direction}`
      return streams.isProtected(key, bytes.subarray(start)) ? [] : [{ start, end: bytes.length }]
    }
    case 'ethernet':
      return inFrame(bytes, payloadIn(message) ?? ETHERNET_HEADER, streams)
    case 'ip':
      return inPacket(bytes, 0, streams)
    case 'icmp':
      return inIcmp(bytes, 0, streams)
    case 'arp':
    case 'udp':
    case 'dns':
    case 'tls':
    case 'session':
      return []
    default:
      return layer satisfies never
  }
}

const ETHERNET_HEADER = 14

/** Where the payload of a frame begins: not each is of Ethernet, and some have tags. */
const payloadIn = ({ format, bytes, name }: MessageRecord): number | undefined =>
  format === undefined
    ? undefined
    : dissect(format, bytes, name).children?.find(field => field.name === 'payload')?.start

/** Hardware of Ethernet that asks about IPv4 (RFC 826). */
const ARP = '\x00\x01\x08\x00'

/** What is neither IP nor ARP is hidden: nobody knows what it holds. */
const inFrame = (bytes: Uint8Array, at: number, streams: Streams): readonly Range[] =>
  latin1Text(bytes.subarray(at, at + ARP.length)) === ARP ? [] : inPacket(bytes, at, streams)

const ICMP = 1
const IGMP = 2
const TCP = 6
const UDP = 17
const FRAGMENT = 44
const AUTHENTICATION = 51
const ICMP_V6 = 58
const NOTHING = 59
/** Headers between that of IPv6 and what the packet carries (RFC 8200 4). */
const EXTENSIONS: ReadonlySet<number> = new Set([0, 43, FRAGMENT, AUTHENTICATION, 60])
const OPEN: ReadonlySet<number> = new Set([IGMP, UDP, NOTHING])

const TCP_HEADER = 20

const tcpHeader = (bytes: Uint8Array, at: number): number =>
  Math.min(bytes.length, at + Math.max(TCP_HEADER, ((bytes[at + 12] ?? 0) >> 4) * 4))

/** What the IP packet that begins at `at` carries, as far as it is private. */
const inPacket = (bytes: Uint8Array, at: number, streams: Streams): readonly Range[] => {
  const { protocol, start, end, addresses, isLater } = carriedIn(bytes, at)
  // A fragment behind the first has no header of its own.
  if (isLater || start > bytes.length) return [{ start, end: bytes.length }]
  if (protocol === ICMP || protocol === ICMP_V6) return inIcmp(bytes, start, streams)
  if (OPEN.has(protocol)) return []
  if (protocol !== TCP) return [{ start, end: bytes.length }]
  const behind = tcpHeader(bytes, start)
  const key = addresses + latin1Text(bytes.subarray(start, start + 4))
  if (!streams.isProtected(key, bytes.subarray(behind, end))) return [{ start: behind, end: bytes.length }]
  // Behind the packet a frame is filled up with zeros; anything else there is nobody's.
  const filled = Math.max(behind, end)
  return bytes.subarray(filled).some(octet => octet !== 0) ? [{ start: filled, end: bytes.length }] : []
}

interface Carried {
  /** -1 where there is no packet. */
  readonly protocol: number
  /** Behind the headers of IP. */
  readonly start: number
  /** Of the packet, which may be shorter than its frame. */
  readonly end: number
  readonly addresses: string
  readonly isLater: boolean
}

const carriedIn = (bytes: Uint8Array, at: number): Carried => {
  const byte = (place: number): number => bytes[place] ?? 0
  const version = byte(at) >> 4
  if (version === 4) {
    const isLater = ((byte(at + 6) & 0x1f) | byte(at + 7)) !== 0
    const addresses = latin1Text(bytes.subarray(at + 12, at + 20))
    const end = endOf(bytes, at, (byte(at + 2) << 8) | byte(at + 3))
    return { protocol: byte(at + 9), start: at + (byte(at) & 0xf) * 4, end, addresses, isLater }
  }
  if (version !== 6) return { protocol: -1, start: at, end: bytes.length, addresses: '', isLater: false }
  let [protocol, start, isLater] = [byte(at + 6), at + 40, false]
  while (EXTENSIONS.has(protocol) && start < bytes.length && !isLater) {
    isLater = protocol === FRAGMENT && ((byte(start + 2) << 8) | byte(start + 3)) >> 3 > 0
    const size =
      protocol === FRAGMENT ? 8 : protocol === AUTHENTICATION ? (byte(start + 1) + 2) * 4 : (byte(start + 1) + 1) * 8
    protocol = byte(start)
    start += size
  }
  const end = endOf(bytes, at + 40, (byte(at + 4) << 8) | byte(at + 5))
  return { protocol, start, end, addresses: latin1Text(bytes.subarray(at + 8, at + 40)), isLater }
}

/** A length of 0: who sends leaves it to the card, or it stands elsewhere (RFC 2675). */
const endOf = (bytes: Uint8Array, from: number, length: number): number =>
  length === 0 ? bytes.length : Math.min(bytes.length, from + length)

/** Errors, which quote the packet that they are about (RFC 792, RFC 4443 3). */
const QUOTING: ReadonlySet<number> = new Set([1, 2, 3, 4, 5, 11, 12])
const ICMP_HEADER = 8
/** A better way: its options, behind two addresses, quote a packet too (RFC 4861 4.5). */
const REDIRECT = 137
const REDIRECT_HEADER = 40

const inIcmp = (bytes: Uint8Array, at: number, streams: Streams): readonly Range[] =>
  bytes[at] === REDIRECT
    ? [{ start: at + REDIRECT_HEADER, end: bytes.length }]
    : QUOTING.has(bytes[at] ?? 0) && at + ICMP_HEADER < bytes.length
      ? inPacket(bytes, at + ICMP_HEADER, streams)
      : []

/** Streams remembered at once; of one that was forgotten everything is hidden. */
const MOST_STREAMS = 10_000

/** Which byte streams carry TLS: they begin with a handshake record or an alert (RFC 5246 6.2.1), as no HTTP does. */
class Streams {
  readonly #protected = new Map<string, boolean>()

  isProtected(key: string, bytes: Uint8Array): boolean {
    const known = this.#protected.get(key)
    if (known !== undefined) return known
    if (bytes.length === 0) return true
    const begins = (bytes[0] === 0x16 || bytes[0] === 0x15) && (bytes[1] ?? 0x03) === 0x03
    if (this.#protected.size >= MOST_STREAMS) this.#protected.delete(this.#protected.keys().next().value!)
    this.#protected.set(key, begins)
    return begins
  }
}

/** Header fields whose whole value is private: those of HTTP, and what many call the keys and tokens of their own. */
const CREDENTIALS =
  /^(?:(?:proxy-)?authorization|cookie2?|(?:.+[-_])?(?:(?:api|auth|access|subscription)[-_]?key|token|secret|password))$/i

/** Which part of the value of a field is private. */
const privateValue = (name: string, value: string): Range | undefined => {
  if (CREDENTIALS.test(name)) return { start: 0, end: value.length }
  if (!/^set-cookie2?$/i.test(name)) return undefined
  const pair = value.split(';', 1)[0]!
  return { start: pair.indexOf('=') + 1, end: pair.length }
}

/** The private parts of an HTTP message: credentials, the values of cookies that are set, and all behind the head. */
export const privateIn = (bytes: Uint8Array): Range[] => {
  const text = latin1Text(bytes)
  const blank = /\r?\n\r?\n/.exec(text)
  const end = blank === null ? text.length : blank.index + blank[0].length
  const head = text.slice(0, end)
  const ranges = [...privateInHead(head), ...namedIn(head)]
  return end < bytes.length ? [...ranges, { start: end, end: bytes.length }] : ranges
}

/** Looked at in one go; so much of it again with the next, for what lies across. */
const WINDOW = 1024 * 1024
const AGAIN = 64 * 1024

/** The private parts of what somebody said, be it heads, forms, JSON or others: credentials, and values that are named so. */
export const privateInText = (bytes: Uint8Array): Range[] => {
  const ranges: Range[] = []
  for (let at = 0; at < bytes.length; at += WINDOW) {
    const from = Math.max(0, at - AGAIN)
    const text = latin1Text(bytes.subarray(from, at + WINDOW))
    for (const { start, end } of [...privateInHead(text), ...namedIn(text)])
      ranges.push({ start: from + start, end: from + end })
  }
  return ranges
}

/** Of parameters of addresses, fields of forms and members of JSON, with what stands in front of it: `access_token`. */
const PRIVATE_NAME =
  '(?<![\\w.%-])[\\w.-]*(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credentials?|assertion|signature|samlresponse|(?:api|auth|access|private|subscription)[-_]?key|session[-_]?id)'
const QUOTED = /"((?:[^"\\]|\\.)*)/.source
/** `"token": "…"`, `password=…`, `?access_token=…`, and the part of a form that is called so (RFC 7578 4.2). */
const NAMED = new RegExp(
  [
    `${PRIVATE_NAME}["']\\s{0,8}:\\s{0,8}(?:${QUOTED}|([^\\s"',}\\]]+))`,
    `${PRIVATE_NAME}\\s{0,8}[:=]\\s{0,8}(?:${QUOTED}|'([^'\\n]*)|([^\\s&"'][^\\s&]*))`,
    `name="?${PRIVATE_NAME}"?[^]{0,512}?\\r\\n\\r\\n((?:(?!\\r\\n--)[^])*)`,
  ].join('|'),
  'dgi',
)

const namedIn = (text: string): Range[] =>
  [...text.matchAll(NAMED)].flatMap(({ indices = [] }) =>
    indices.slice(1).flatMap(found => (found === undefined ? [] : [{ start: found[0], end: found[1] }])),
  )

/**
 * A value may go on in the next lines, which begin with white space (RFC 9112 5.2). Such a line that looks like a field
 * of its own is one as well: some readers take it for that. Lines end at LF alone: a CR elsewhere is white space to some.
 */
const privateInHead = (head: string): Range[] => {
  const ranges: Range[] = []
  /** What ends the private part of a field that goes on: nothing, or the end of a cookie. */
  let goesOn: 'all' | 'pair' | undefined
  for (const { index, 0: line } of head.matchAll(/[^\n]+/g)) {
    const text = line.trimEnd()
    const isFolded = goesOn !== undefined && /^[ \t]/.test(text)
    const colon = isFolded ? 0 : text.indexOf(':') + 1
    const name = text.slice(0, Math.max(0, colon - 1)).trim()
    const behind = text.slice(colon)
    const value = behind.trimStart()
    const start = index + colon + behind.length - value.length
    const range = isFolded
      ? { start: 0, end: goesOn === 'all' ? value.length : value.split(';', 1)[0]!.length }
      : privateValue(name, value)
    if (range !== undefined) ranges.push({ start: start + range.start, end: start + range.end })
    if (isFolded) goesOn = goesOn === 'all' || !value.includes(';') ? goesOn : undefined
    else if (range === undefined) goesOn = undefined
    else goesOn = CREDENTIALS.test(name) ? 'all' : value.includes(';') ? undefined : 'pair'
  }
  return ranges
}
