/**
 * A trace that may leave the machine: cookie values, credentials and bodies are replaced by asterisks of the same length
 * in every layer that shows them, so that every byte range still holds; secrets are left out. The head of an HTTP message
 * stays readable in its own layer; below it the whole clear-text stream is hidden, because nobody knows where a head ends
 * while it is still on its way. What TLS protects is hidden in its records and shown as the ciphertext that it is below.
 */
import { latin1Text } from '../wire/bytes.ts'
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
    ? value
    : `${value.slice(0, range.start)}${'*'.repeat(range.end - range.start)}${value.slice(range.end)}`
}

const starred = (message: MessageRecord, streams: Streams): MessageRecord => {
  const ranges = privateRanges(message, streams).filter(({ start, end }) => end > start)
  if (ranges.length === 0) return message
  const bytes = message.bytes.slice()
  for (const { start, end } of ranges) bytes.fill(ASTERISK, start, end)
  return { ...message, bytes }
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
      return inPacket(bytes, ETHERNET_HEADER, streams)
    case 'ip':
      return inPacket(bytes, 0, streams)
    case 'arp':
    case 'icmp':
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
const TCP = 6

const tcpHeader = (bytes: Uint8Array, at: number): number =>
  Math.min(bytes.length, at + ((bytes[at + 12] ?? 0) >> 4) * 4)

/** The payload of the TCP segment in an IP packet that begins at `at`. */
const inPacket = (bytes: Uint8Array, at: number, streams: Streams): readonly Range[] => {
  const version = (bytes[at] ?? 0) >> 4
  if (version !== 4 && version !== 6) return []
  const header = version === 4 ? ((bytes[at] ?? 0) & 0xf) * 4 : 40
  if (bytes[at + (version === 4 ? 9 : 6)] !== TCP) return []
  const segment = at + header
  const [from, to] = version === 4 ? [at + 12, at + 20] : [at + 8, at + 40]
  const start = tcpHeader(bytes, segment)
  const key = latin1Text(bytes.subarray(from, to)) + latin1Text(bytes.subarray(segment, segment + 4))
  return streams.isProtected(key, bytes.subarray(start)) ? [] : [{ start, end: bytes.length }]
}

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

/** Header fields whose whole value is private. */
const CREDENTIALS = /^(authorization|proxy-authorization|cookie)$/i

/** Which part of the value of a field is private. */
const privateValue = (name: string, value: string): Range | undefined => {
  if (CREDENTIALS.test(name)) return { start: 0, end: value.length }
  if (name.toLowerCase() !== 'set-cookie') return undefined
  const pair = value.split(';', 1)[0]!
  return { start: pair.indexOf('=') + 1, end: pair.length }
}

/** The private parts of an HTTP message: credentials, the values of cookies that are set, and all behind the head. */
const privateIn = (bytes: Uint8Array): Range[] => {
  const text = latin1Text(bytes)
  const ranges: Range[] = []
  const blank = /\r?\n\r?\n/.exec(text)
  const end = blank === null ? text.length : blank.index + blank[0].length
  if (end < bytes.length) ranges.push({ start: end, end: bytes.length })
  for (const line of text.slice(0, end).matchAll(/^([^:\s]+)([ \t]*:[ \t]*)(.*?)[ \t]*\r?$/gm)) {
    const [, name = '', colon = '', value = ''] = line
    const start = line.index + name.length + colon.length
    const range = privateValue(name, value)
    if (range !== undefined) ranges.push({ start: start + range.start, end: start + range.end })
  }
  return ranges
}
