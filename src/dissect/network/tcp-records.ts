/** The segments of one connection as records, and their text in order for who reads the two streams. */
import type { Bytes, Millis } from '../../engine.ts'
import { synOptions } from '../../tcp/options.ts'
import { ACK, controlNames, FIN, RST, SYN, TCP_HEADER_SIZE, TcpSegment } from '../../tcp/segment.ts'
import { type State, tcpStates } from '../../tcp/states.table.ts'
import type { Carrier, TraceSink } from '../../trace/types.ts'
import type { Codec } from '../../wire/codec.ts'
import type { Conversation } from '../conversation.ts'
import type { Side as End, StreamReader } from '../types.ts'
import { HOST, type Teller } from './records.ts'
import type { Arrival, SegmentHead, Side } from './side.ts'
import { type Captured, InOrder } from './streams.ts'
import { TcpTrack } from './tracked.ts'

/** What the first way through a connection has found: which bytes of its streams there are. */
export interface Known {
  readonly client: Captured
  readonly server: Captured
}

export class TcpReader {
  readonly #sink: TraceSink
  readonly #teller: Teller
  readonly #conversation: Conversation
  readonly #reader: StreamReader | undefined
  readonly #track = new TcpTrack()
  readonly #streams: { readonly client: InOrder; readonly server: InOrder }
  #state: State = 'CLOSED'
  readonly #ended = { client: false, server: false }
  #resetAt: Millis | undefined = undefined
  /** Where the stream of a side ends, once its FIN was seen. */
  readonly #finAt: { client: number | undefined; server: number | undefined } = { client: undefined, server: undefined }

  constructor(
    sink: TraceSink,
    teller: Teller,
    conversation: Conversation,
    known: Known,
    reader: StreamReader | undefined,
  ) {
    this.#sink = sink
    this.#teller = teller
    this.#conversation = conversation
    this.#reader = reader
    const stream = (from: End): InOrder =>
      new InOrder(known[from], {
        data: (bytes, offset, at) => reader?.data(from, bytes, offset, at),
        gap: (length, at) => reader?.gap(from, length, at),
      })
    this.#streams = { client: stream('client'), server: stream('server') }
    // The client is side `a` here, whatever the order of the addresses.
    this.#track.client = 'a'
    this.#track.certainty = 3
  }

  /** `bytes`: the captured part of the segment; they are not changed any more. */
  segment(from: End, head: SegmentHead, bytes: Bytes, carriedBy: readonly Carrier[], isCopy: boolean): void {
    const side = from === 'client' ? this.#track.a : this.#track.b
    const expected = side.next
    const arrival = isCopy ? 'empty' : this.#track.see(from === 'client' ? 'a' : 'b', head)
    const at = (bytes[12]! >>> 4) * 4
    const text = bytes.subarray(Math.min(at, bytes.length))
    const start = side.offsetOf(head.seq) + ((head.control & SYN) >>> 1)
    const counts = text.length > 0 && start >= 0 && arrival !== 'outside the window' && arrival !== 'reset'
    const about = isCopy ? 'captured twice' : aboutOf(arrival, head, bytes, side, expected)
    const id = this.#teller.message('tcp', from === 'client' ? 'out' : 'in', head.time, {
      flow: this.#conversation.flow,
      name: controlNames(head.control),
      format: TcpSegment as Codec<unknown>,
      bytes,
      carriedBy,
      ...(counts ? { payload: { start, end: start + text.length, at } } : {}),
      ...(about === undefined ? {} : { about }),
    })
    if (isCopy) return
    this.#move(from, head, id)
    // What stands behind FIN is no part of the stream (RFC 9293 3.10.7.4, eighth).
    if (counts && !this.#ended[from]) this.#streams[from].take(start, text, head.time)
    this.#ends(from, head, start)
  }

  /** No more segments were captured. */
  finish(at: Millis): void {
    for (const from of ['client', 'server'] as const) {
      // Segments that come behind RST still say something, so it is told last.
      if (this.#resetAt === undefined) this.#end(from, 'the capture ends', at)
      else this.#end(from, 'RST', this.#resetAt)
    }
  }

  #ends(from: End, { control, length, time }: SegmentHead, start: number): void {
    if ((control & FIN) !== 0 && start >= 0) this.#finAt[from] ??= start + length
    const finAt = this.#finAt[from]
    if (finAt !== undefined && this.#streams[from].reached >= finAt) this.#end(from, 'FIN', time)
  }

  #end(from: End, how: 'FIN' | 'RST' | 'the capture ends', at: Millis): void {
    if (this.#ended[from]) return
    this.#ended[from] = true
    this.#reader?.end(from, how, at)
  }

  /** The states of the client, as it must have gone through them. */
  #move(from: End, { control, ack, time }: SegmentHead, because: number): void {
    const out = from === 'client'
    const syn = (control & SYN) !== 0
    if (syn && out && this.#state === 'CLOSED') this.#moveBy('active open', time, because)
    else if (syn && !out) this.#moveBy((control & ACK) !== 0 ? 'rcv SYN ACK' : 'rcv SYN', time, because)
    else if (!out && (control & ACK) !== 0 && this.#track.a.finished && ack === this.#track.a.next) {
      this.#moveBy('rcv ACK of FIN', time, because)
    }
    if ((control & FIN) !== 0) this.#moveBy(out ? 'close' : 'rcv FIN', time, because)
    if ((control & RST) !== 0) {
      this.#resetAt = time
      this.#moveBy(out ? 'abort' : 'rcv RST', time, because)
    }
  }

  #moveBy(input: Parameters<typeof tcpStates.next>[1], at: Millis, because: number): void {
    const to = tcpStates.find(this.#state, input)
    if (to === undefined) return
    this.#sink.state({ layer: 'tcp', flow: this.#conversation.flow, host: HOST, from: this.#state, to, at, because })
    this.#state = to
  }
}

const aboutOf = (
  arrival: Arrival,
  head: SegmentHead,
  bytes: Bytes,
  side: Side,
  expected: number,
): string | undefined => {
  const { control, length, seq, window } = head
  if ((control & SYN) !== 0) {
    const size = Math.min(bytes.length, (bytes[12]! >>> 4) * 4)
    const { maximumSegmentSize } = synOptions(bytes, TCP_HEADER_SIZE, size)
    const mss = maximumSegmentSize === undefined ? undefined : `MSS ${maximumSegmentSize}`
    return arrival === 'retransmission' ? arrival : mss
  }
  switch (arrival) {
    case 'ahead':
      return length === 0
        ? `${(seq - expected) | 0} bytes before it are missing`
        : `${length} bytes, ${(seq - expected) | 0} before it are missing`
    case 'new':
      return length === 0 ? undefined : `${length} bytes`
    case 'empty':
      if (window === 0) return 'zero window'
      return side.duplicateAcks > 0 ? 'duplicate acknowledgment' : undefined
    case 'reset':
      return undefined
    default:
      return arrival
  }
}
