/**
 * A trace that may leave the machine: cookie values, credentials and bodies are replaced by asterisks of the same length
 * in every layer that shows them, so that every byte range still holds; secrets are left out. Names, paths, times, sizes
 * and what passes in the handshake stay.
 */
import { latin1Text } from '../wire/bytes.ts'
import { messagesOf, type TraceRecord } from './recorder.ts'
import { type Place, type Threads, threads } from './thread.ts'
import type { MessageRecord, Range } from './types.ts'

/** A copy of `records` without what is private. Checksums of clear-text packets do not fit what replaces their bytes. */
export const redact = (records: readonly TraceRecord[]): TraceRecord[] => {
  const messages = messagesOf(records)
  const hidden = new Marks(threads(messages))
  for (const message of messages) {
    if (message.layer !== 'http') continue
    for (const range of privateIn(message.bytes)) hidden.add({ message, ...range })
  }
  const heads = headsOf(messages)
  const protectedFlows = new Set(messages.filter(m => m.layer === 'record').map(m => m.flow))
  for (const message of messages) {
    const content = message.layer === 'record' || (message.layer === 'tcp' && heads.has(streamKey(message)))
    if (!content || message.payload === undefined) continue
    if (message.layer === 'tcp' && protectedFlows.has(message.flow)) continue
    for (const range of between(message, heads.get(streamKey(message)) ?? [])) hidden.add({ message, ...range })
  }
  return records.flatMap((entry): TraceRecord[] => {
    if (entry.type === 'secret') return []
    return entry.type === 'message' ? [{ type: 'message', record: hidden.starred(entry.record) }] : [entry]
  })
}

/** Ranges to hide per message, in every layer that has the same bytes in the clear. */
class Marks {
  readonly #threads: Threads
  readonly #ranges = new Map<number, Range[]>()
  constructor(index: Threads) {
    this.#threads = index
  }

  add(place: Place): void {
    const { message, start, end } = place
    const ranges = this.#ranges.get(message.id) ?? []
    if (end <= start || ranges.some(r => r.start <= start && end <= r.end)) return
    ranges.push({ start, end })
    this.#ranges.set(message.id, ranges)
    // Below a protected record there is ciphertext only.
    if (message.sealed === true && message.layer === 'record') return
    for (const copy of this.#threads.copies(place)) this.add(copy)
  }

  starred(message: MessageRecord): MessageRecord {
    const ranges = this.#ranges.get(message.id)
    if (ranges === undefined) return message
    const bytes = message.bytes.slice()
    for (const { start, end } of ranges) bytes.fill(ASTERISK, start, end)
    return { ...message, bytes }
  }
}

const ASTERISK = 0x2a

/** Header fields whose whole value is private. */
const CREDENTIALS = /^(authorization|proxy-authorization|cookie)$/i

/** The private parts of an HTTP message: credentials, the values of cookies that are set, and all behind the head. */
const privateIn = (bytes: Uint8Array): Range[] => {
  const text = latin1Text(bytes)
  const ranges: Range[] = []
  const blank = /\r?\n\r?\n/.exec(text)
  const end = blank === null ? text.length : blank.index + blank[0].length
  if (end < bytes.length) ranges.push({ start: end, end: bytes.length })
  for (const line of text.slice(0, end).matchAll(/^([^:\s]+)[ \t]*:[ \t]*(.*?)[ \t]*\r?$/gm)) {
    const [whole, name = '', value = ''] = line
    const start = line.index + whole.indexOf(value, name.length + 1)
    if (CREDENTIALS.test(name)) ranges.push({ start, end: start + value.length })
    if (name.toLowerCase() === 'set-cookie') {
      const pair = value.split(';')[0]!
      const equals = pair.indexOf('=')
      ranges.push({ start: start + equals + 1, end: start + pair.length })
    }
  }
  return ranges
}

const streamKey = ({ host, flow, direction }: MessageRecord): string => `${host} ${flow} ${direction}`

/** The stretches of each stream that are HTTP heads, which stay. */
const headsOf = (messages: readonly MessageRecord[]): ReadonlyMap<string, readonly Range[]> => {
  const heads = new Map<string, Range[]>()
  for (const message of messages) {
    if (message.layer !== 'http' || message.stream === undefined) continue
    const list = heads.get(streamKey(message)) ?? []
    list.push(message.stream)
    heads.set(streamKey(message), list)
  }
  return heads
}

/** What `message` brings of its stream outside of the heads, as ranges of its own bytes. */
const between = (message: MessageRecord, heads: readonly Range[]): Range[] => {
  const { start, end, at } = message.payload!
  const ranges: Range[] = []
  let from = start
  for (const head of [...heads].sort((a, b) => a.start - b.start)) {
    if (head.end <= from) continue
    if (head.start >= end) break
    if (head.start > from) ranges.push({ start: at + from - start, end: at + head.start - start })
    from = Math.min(head.end, end)
  }
  if (from < end) ranges.push({ start: at + from - start, end: at + end - start })
  return ranges
}
