/**
 * The byte stream of one side, put in order for who reads it. All segments are known before the first byte is given, so
 * it is certain whether missing bytes come later or never: nothing waits for what was not captured.
 */
import type { Bytes, Millis } from '../../engine.ts'

/** Bytes that wait for earlier ones, for one side; hosts offer windows of this size at most by default. */
const MOST_HELD = 16 * 1024 * 1024
/** What a piece that waits counts for besides: so that no more than 16,384 of them do, however small. */
const PIECE_COST = 1024

export interface StreamSink {
  data(bytes: Bytes, offset: number, at: Millis): void
  gap(length: number, at: Millis): void
}

/** Which bytes of a stream were captured at all. */
export class Captured {
  #ranges: { start: number; end: number }[] = []
  #sorted = true
  #at = 0

  add(start: number, end: number): void {
    if (end <= start) return
    const last = this.#ranges.at(-1)
    if (last !== undefined && start >= last.start && start <= last.end) {
      if (end > last.end) last.end = end
      return
    }
    if (last !== undefined && start < last.start) this.#sorted = false
    this.#ranges.push({ start, end })
  }

  /** `offset` if that byte was captured, else the next one that was; undefined when none was. Asked with ascending offsets. */
  next(offset: number): number | undefined {
    if (!this.#sorted) this.#ranges.sort((a, b) => a.start - b.start)
    this.#sorted = true
    while (this.#at < this.#ranges.length && this.#ranges[this.#at]!.end <= offset) this.#at++
    const range = this.#ranges[this.#at]
    return range === undefined ? undefined : Math.max(range.start, offset)
  }
}

export class InOrder {
  readonly #captured: Captured
  readonly #sink: StreamSink
  /** What came too early, by its offset; ascending when it is taken out. */
  #early: { readonly offset: number; readonly bytes: Bytes }[] = []
  #held = 0
  #lowest = Number.POSITIVE_INFINITY
  /** Up to here all was given, or said to be missing. */
  reached = 0

  constructor(captured: Captured, sink: StreamSink) {
    this.#captured = captured
    this.#sink = sink
  }

  /** Bytes of a segment; they are copied when they must wait. */
  take(offset: number, bytes: Bytes, at: Millis): void {
    if (bytes.length === 0 || offset + bytes.length <= this.reached) return
    if (offset > this.reached) {
      const next = this.#captured.next(this.reached)!
      if (next < offset) {
        this.#hold(offset, bytes, at)
        return
      }
      this.#skipTo(next, at)
    }
    this.#give(offset, bytes, at)
    this.#release(at)
  }

  #hold(offset: number, bytes: Bytes, at: Millis): void {
    this.#early.push({ offset, bytes: bytes.slice() })
    this.#held += bytes.length + PIECE_COST
    if (offset < this.#lowest) this.#lowest = offset
    if (this.#held <= MOST_HELD) return
    // What is missing is given up, though it comes later.
    this.#skipTo(this.#lowest, at)
    this.#release(at)
  }

  #release(at: Millis): void {
    if (this.#lowest > this.reached && this.#captured.next(this.reached)! < this.#lowest) return
    if (this.#early.length === 0) return
    this.#early.sort((a, b) => a.offset - b.offset)
    let used = 0
    for (const { offset, bytes } of this.#early) {
      if (offset > this.reached) {
        const next = this.#captured.next(this.reached)!
        if (next < offset) break
        this.#skipTo(next, at)
      }
      this.#give(offset, bytes, at)
      this.#held -= bytes.length + PIECE_COST
      used++
    }
    if (used > 0) this.#early = this.#early.slice(used)
    this.#lowest = this.#early[0]?.offset ?? Number.POSITIVE_INFINITY
  }

  #give(offset: number, bytes: Bytes, at: Millis): void {
    const known = this.reached - offset
    if (known >= bytes.length) return
    this.#sink.data(known > 0 ? bytes.subarray(known) : bytes, this.reached, at)
    this.reached = offset + bytes.length
  }

  #skipTo(offset: number, at: Millis): void {
    if (offset <= this.reached) return
    this.#sink.gap(offset - this.reached, at)
    this.reached = offset
  }
}
