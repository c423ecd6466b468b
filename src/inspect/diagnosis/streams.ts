/** The TCP of one connection: how it opened, what each end sent and had acknowledged, and who ended it. */
import type { Millis } from '../../engine.ts'
import { ACK, FIN, RST, SYN } from '../../tcp/segment.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { type End, fromOf, otherEnd } from './ends.ts'

export interface EndView {
  readonly syns: number
  /** Bytes of its stream that were seen, each once. */
  readonly bytes: number
  /** Where the furthest of them ends, from the beginning of the stream. */
  readonly reach: number
  /** The first of them, as far as they were seen. */
  readonly head: Uint8Array
  /** Segments with text that had been seen before. */
  readonly again: number
  /** Bytes that the other end never acknowledged. */
  readonly unheard: number
  /** The longest segment that was acknowledged, and the longest of those that were sent again and again. */
  readonly passed: number
  readonly stuck: number
  /** Since when the window that it offers is shut. */
  readonly shutSince: Millis | undefined
  readonly fin: MessageRecord | undefined
  readonly reset: MessageRecord | undefined
  /** When it last sent text. */
  readonly spoke: Millis | undefined
  /** Since when the oldest of what was not acknowledged is on its way. */
  readonly waits: Millis | undefined
}

export interface StreamView {
  readonly client: EndView
  readonly server: EndView
  /** Frames of TCP were seen at all. */
  readonly seen: boolean
  readonly open: boolean
  /** When the first and the last segment passed. */
  readonly start: Millis
  readonly end: Millis
  /** Who ended it first, with what. */
  readonly ended:
    | { readonly by: End; readonly how: 'FIN' | 'RST'; readonly at: Millis; readonly index: number }
    | undefined
}

interface Seen {
  syns: number
  bytes: number
  head: Uint8Array
  again: number
  /** Sequence numbers, relative to the SYN. */
  next: number
  acknowledged: number
  /** What is on its way, by where it ends, oldest first. */
  readonly sent: Map<number, { readonly length: number; readonly at: Millis; times: number }>
  passed: number
  shutSince: Millis | undefined
  first: number | undefined
  fin: MessageRecord | undefined
  reset: MessageRecord | undefined
  spoke: Millis | undefined
}

/** Enough to tell what is spoken. */
const HEAD = 64
/** Segments on their way that are remembered of one end: a window of a megabyte has some 700. */
const MOST_SENT = 1024

export const streamOf = (messages: readonly MessageRecord[]): StreamView => {
  const seen: Record<End, Seen> = { client: blank(), server: blank() }
  let ended: StreamView['ended']
  let open = false
  let start: Millis | undefined
  let end: Millis | undefined
  messages.forEach((message, index) => {
    if (message.layer !== 'tcp') return
    const by = fromOf(message)
    const segment = headerOf(message)
    if (segment === undefined) return
    start ??= message.at
    end = message.at
    open ||= by === 'server' && (segment.bits & (SYN | ACK)) === (SYN | ACK)
    take(seen[by], seen[otherEnd(by)], segment, message)
    const how = (segment.bits & RST) !== 0 ? 'RST' : (segment.bits & FIN) !== 0 ? 'FIN' : undefined
    if (how !== undefined) ended ??= { by, how, at: message.at, index }
  })
  return {
    client: viewOf(seen.client),
    server: viewOf(seen.server),
    seen: start !== undefined,
    open: open || seen.client.bytes > 0 || seen.server.bytes > 0,
    start: start ?? 0,
    end: end ?? 0,
    ended,
  }
}

const blank = (): Seen => ({
  syns: 0,
  bytes: 0,
  head: new Uint8Array(0),
  again: 0,
  next: 0,
  acknowledged: 0,
  sent: new Map(),
  passed: 0,
  shutSince: undefined,
  first: undefined,
  fin: undefined,
  reset: undefined,
  spoke: undefined,
})

interface Header {
  readonly bits: number
  readonly sequence: number
  readonly acknowledgment: number
  readonly window: number
  readonly text: Uint8Array
}

const headerOf = ({ bytes, payload }: MessageRecord): Header | undefined => {
  if (bytes.length < 20) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const at = payload?.at ?? Math.min(bytes.length, (bytes[12]! >> 4) * 4)
  const length = payload === undefined ? bytes.length - at : payload.end - payload.start
  return {
    bits: bytes[13]!,
    sequence: view.getUint32(4),
    acknowledgment: view.getUint32(8),
    window: view.getUint16(14),
    text: bytes.subarray(at, at + length),
  }
}

const take = (own: Seen, other: Seen, segment: Header, message: MessageRecord): void => {
  const { bits, text } = segment
  if ((bits & SYN) !== 0) {
    own.syns++
    own.first = segment.sequence
  }
  own.first ??= segment.sequence - 1
  if ((bits & RST) !== 0) {
    own.reset ??= message
    return
  }
  if ((bits & FIN) !== 0) own.fin ??= message
  if ((bits & ACK) !== 0 && other.first !== undefined)
    acknowledge(other, ahead(segment.acknowledgment, other.first) - 1)
  const shut = segment.window === 0 && (bits & SYN) === 0
  own.shutSince = shut ? (own.shutSince ?? message.at) : undefined
  if (text.length === 0 || (bits & SYN) !== 0) return
  const from = ahead(segment.sequence, own.first) - 1
  const end = from + text.length
  own.spoke = message.at
  const before = own.sent.get(end)
  if (before !== undefined) before.times++
  else if (own.sent.size < MOST_SENT) own.sent.set(end, { length: text.length, at: message.at, times: 1 })
  if (end <= own.next) {
    own.again++
    return
  }
  if (from <= own.head.length && own.head.length < HEAD) {
    const more = text.subarray(own.head.length - from, HEAD - from)
    const head = new Uint8Array(own.head.length + more.length)
    head.set(own.head)
    head.set(more, own.head.length)
    own.head = head
  }
  own.bytes += end - Math.max(from, own.next)
  own.next = end
}

/** How far `number` lies behind `from`, in numbers modulo 2^32. */
const ahead = (number: number, from: number): number => (number - from) | 0

const acknowledge = (sender: Seen, upTo: number): void => {
  if (upTo <= sender.acknowledged) return
  sender.acknowledged = upTo
  for (const [end, { length }] of sender.sent) {
    if (end > upTo) break
    sender.passed = Math.max(sender.passed, length)
    sender.sent.delete(end)
  }
}

const viewOf = ({
  syns,
  bytes,
  head,
  again,
  next,
  acknowledged,
  sent,
  passed,
  shutSince,
  fin,
  reset,
  spoke,
}: Seen): EndView => ({
  syns,
  bytes,
  reach: next,
  head,
  again,
  unheard: Math.max(0, next - acknowledged),
  passed,
  stuck: [...sent.values()].reduce((most, { length, times }) => (times > 1 ? Math.max(most, length) : most), 0),
  shutSince,
  fin,
  reset,
  spoke,
  waits: [...sent.values()][0]?.at,
})
