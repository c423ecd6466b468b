/**
 * What one side of a TCP connection has sent, as somebody on the way sees it: which segments are new, which come again,
 * which come late. The words are those of Wireshark, and so are the rules, save that whether bytes were seen before is
 * known here from the bytes that were missing, not from the time.
 */
import type { Millis } from '../../engine.ts'
import { ACK, FIN, RST, SYN } from '../../tcp/segment.ts'
import { distance } from '../../tcp/sequence.ts'

/** One segment under the eye; filled again for the next one. */
export class SegmentHead {
  seq = 0
  ack = 0
  control = 0
  /** As on the wire, not scaled. */
  window = 0
  /** Bytes of text, captured or not. */
  length = 0
  time: Millis = 0
}

export type Arrival =
  | 'new'
  /** Brings nothing: an acknowledgment. */
  | 'empty'
  /** Bytes before it were not seen yet. */
  | 'ahead'
  | 'retransmission'
  | 'fast retransmission'
  | 'spurious retransmission'
  | 'out of order'
  | 'keep-alive'
  | 'zero-window probe'
  | 'reset'
  /** Farther from what was seen than any window reaches. */
  | 'outside the window'

/** Bytes that are missing between others are told apart by their places; of more places the first is given up. */
const MOST_HOLES = 64

/** RFC 7323 2.3: no window is larger. */
const LARGEST_WINDOW = 2 ** 30

/** Without a handshake from which to know the time of a round trip, what is this late was not just overtaken. */
const OVERTAKEN: Millis = 3
/** A retransmission this soon after acknowledgments that came again was caused by them. */
const FAST: Millis = 20

export class Side {
  /** Something was seen of it. */
  begun = false
  /** The sequence number of the first byte of its stream. */
  base = 0
  isn: number | undefined = undefined
  /** Behind the highest number seen, SYN and FIN counted, and how far that is from `base`. */
  next = 0
  reached = 0
  nextTime: Millis = 0
  acked = false
  lastAck = 0
  ackTime: Millis = 0
  duplicateAcks = 0
  /** Not known before the first acknowledgment. */
  window = -1
  /** Bytes brought by the last segment that were not seen before. */
  fresh = 0
  finished = false
  was: {
    bytes: number
    retransmissions: number
    outOfOrder: number
    resets: number
    zeroWindows: number
    keepAlives: number
  } = {
    bytes: 0,
    retransmissions: 0,
    outOfOrder: 0,
    resets: 0,
    zeroWindows: 0,
    keepAlives: 0,
  }
  /** Offsets of missing bytes: from, to, from, to. */
  #holes: number[] | undefined = undefined
  #givenUp = 0

  /** Bytes of which later ones were seen, and that were not seen themselves. */
  get lost(): number {
    let lost = this.#givenUp
    const holes = this.#holes ?? []
    for (let i = 0; i < holes.length; i += 2) lost += holes[i + 1]! - holes[i]!
    return lost
  }

  /** How far `seq` is from the first byte of the stream. */
  offsetOf(seq: number): number {
    return this.reached + distance(this.next, seq)
  }

  /** Takes in a segment of this side; `other` is the side that it was sent to. */
  see(segment: SegmentHead, other: Side, roundTrip: Millis | undefined): Arrival {
    const { seq, control, length } = segment
    if (!this.begun) this.#begin(seq, control)
    const arrival = this.#arrival(segment, other, roundTrip)
    this.#count(arrival, segment)
    if (arrival === 'outside the window' || arrival === 'reset') return arrival
    const syn = (control & SYN) >>> 1
    const end = (seq + length + syn + (control & FIN)) | 0
    const start = this.offsetOf(seq) + syn
    this.fresh = this.#take(start, length)
    // It has a number as a byte has: one that came late is not missing any more.
    if ((control & FIN) !== 0) this.#fill(start + length, start + length + 1)
    if (arrival === 'zero-window probe') this.fresh = 0
    this.was.bytes += this.fresh
    if (arrival !== 'zero-window probe') {
      const further = distance(this.next, end)
      if (further > 0) {
        this.reached += further
        this.next = end
        this.nextTime = segment.time
      }
    }
    if ((control & FIN) !== 0) this.finished = true
    this.#acknowledge(segment)
    return arrival
  }

  #begin(seq: number, control: number): void {
    this.begun = true
    const syn = (control & SYN) !== 0
    this.next = seq
    this.base = syn ? (seq + 1) | 0 : seq
    this.reached = syn ? -1 : 0
    if (syn) this.isn = seq
  }

  #arrival({ seq, control, length, time }: SegmentHead, other: Side, roundTrip: Millis | undefined): Arrival {
    if ((control & RST) !== 0) return 'reset'
    const place = distance(this.next, seq)
    if (place > LARGEST_WINDOW || place < -LARGEST_WINDOW) return 'outside the window'
    const bare = (control & (SYN | FIN)) === 0
    if (length === 1 && place === 0 && other.window === 0) return 'zero-window probe'
    if (bare && length <= 1 && place === -1 && this.reached > 0) return 'keep-alive'
    if (place > 0) return 'ahead'
    if (length === 0 && bare) return 'empty'
    if (place === 0 || (length > 1 && place === -1)) return 'new'
    if (length > 0 && other.acked && distance((seq + length) | 0, other.lastAck) >= 0) return 'spurious retransmission'
    if (other.duplicateAcks >= 2 && other.lastAck === seq && time - other.ackTime < FAST) return 'fast retransmission'
    const end = (seq + length + (control & FIN)) | 0
    const late = time - this.nextTime < (roundTrip ?? OVERTAKEN) && this.next !== end
    return late && this.#isMissing(this.offsetOf(seq)) ? 'out of order' : 'retransmission'
  }

  #count(arrival: Arrival, { window, control }: SegmentHead): void {
    const { was } = this
    if (arrival === 'reset') was.resets++
    else if (window === 0 && (control & (SYN | FIN)) === 0) was.zeroWindows++
    if (arrival === 'out of order') was.outOfOrder++
    else if (arrival === 'keep-alive') was.keepAlives++
    else if (arrival.endsWith('retransmission')) was.retransmissions++
  }

  #acknowledge({ ack, control, window, length, seq, time }: SegmentHead): void {
    if ((control & ACK) === 0) return
    const again = this.acked && ack === this.lastAck
    if (!again) this.duplicateAcks = 0
    else if (
      length === 0 &&
      (control & (SYN | FIN)) === 0 &&
      window !== 0 &&
      window === this.window &&
      seq === this.next
    )
      this.duplicateAcks++
    this.acked = true
    this.lastAck = ack
    this.ackTime = time
    this.window = window
  }

  #isMissing(offset: number): boolean {
    const holes = this.#holes ?? []
    for (let i = 0; i < holes.length; i += 2) if (offset >= holes[i]! && offset < holes[i + 1]!) return true
    return false
  }

  /** Notes bytes [start, start + length) of the stream: how many of them are new. */
  #take(start: number, length: number): number {
    const end = start + length
    const reached = Math.max(0, this.reached)
    if (start === reached) return length
    if (start > reached) {
      this.#holes ??= []
      this.#holes.push(reached, start)
      if (this.#holes.length > 2 * MOST_HOLES) {
        const [from = 0, to = 0] = this.#holes.splice(0, 2)
        this.#givenUp += to - from
      }
      return length
    }
    return Math.max(0, end - reached) + this.#fill(start, end)
  }

  #fill(start: number, end: number): number {
    const holes = this.#holes
    if (holes === undefined) return 0
    const left: number[] = []
    let filled = 0
    for (let i = 0; i < holes.length; i += 2) {
      const from = holes[i]!
      const to = holes[i + 1]!
      const low = Math.max(from, start)
      const high = Math.min(to, end)
      if (low >= high) {
        left.push(from, to)
        continue
      }
      filled += high - low
      if (from < low) left.push(from, low)
      if (high < to) left.push(high, to)
    }
    this.#holes = left.length === 0 ? undefined : left
    return filled
  }
}
