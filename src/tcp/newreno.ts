/** NewReno: RFC 5681 with the window arithmetic of RFC 6582, and an initial window by RFC 6928. */
import type { CongestionController } from './congestion.ts'

/** RFC 6928 2: ten segments, but not more than 14600 bytes unless two segments are more. */
export const initialWindow = (mss: number): number => Math.min(10 * mss, Math.max(2 * mss, 14_600))

export const newReno = (mss: number): CongestionController => new NewReno(mss)

class NewReno implements CongestionController {
  readonly name = 'NewReno'
  window: number
  slowStartThreshold = Number.MAX_SAFE_INTEGER
  readonly #mss: number
  #acknowledgedInWindow = 0
  /**
   * RFC 3465 2.3: by how much one acknowledgment opens the window in slow start at most. After a time-out by one
   * segment, since it may be about segments that were not lost.
   *
   * Differs from RFC 3465 otherwise, which says two: a host that takes its frames in batches acknowledges a batch at
   * once, as ours and Linux's do, and slow start would then grow by two segments per round trip. As in Linux the bound
   * is what the acknowledgment covers, so the window doubles per round trip and no more.
   */
  #appropriate = Number.MAX_SAFE_INTEGER

  constructor(mss: number) {
    this.#mss = mss
    this.window = initialWindow(mss)
  }

  acknowledged(bytes: number): void {
    if (this.window < this.slowStartThreshold) {
      this.window += Math.min(bytes, this.#appropriate, Math.max(this.#mss, this.slowStartThreshold - this.window))
      return
    }
    this.#appropriate = Number.MAX_SAFE_INTEGER
    // RFC 5681 3.1: one segment per window's worth of acknowledged bytes.
    this.#acknowledgedInWindow += bytes
    if (this.#acknowledgedInWindow < this.window) return
    this.#acknowledgedInWindow -= this.window
    this.window += this.#mss
  }

  lost(flight: number): void {
    this.slowStartThreshold = this.#halved(flight)
    this.window = this.slowStartThreshold + 3 * this.#mss
    this.#acknowledgedInWindow = 0
  }

  duplicate(): void {
    this.window += this.#mss
  }

  /** RFC 6582 3.2 step 3, partial acknowledgments. */
  partial(bytes: number): void {
    this.window = Math.max(this.#mss, this.window - bytes)
    if (bytes >= this.#mss) this.window += this.#mss
  }

  /** RFC 6582 3.2 step 3, full acknowledgments, option (1): no burst when little is under way. */
  recovered(flight: number): void {
    this.window = Math.min(this.slowStartThreshold, Math.max(flight, this.#mss) + this.#mss)
    this.#acknowledgedInWindow = 0
  }

  /** RFC 5681 3.1: the threshold is held when the same segment times out again. */
  timedOut(flight: number, which: 'first' | 'again'): void {
    if (which === 'first') this.slowStartThreshold = this.#halved(flight)
    this.window = this.#mss
    this.#appropriate = this.#mss
    this.#acknowledgedInWindow = 0
  }

  /** RFC 5681 4.1. */
  idle(): void {
    this.window = Math.min(this.window, initialWindow(this.#mss))
  }

  /** RFC 5681 3.1 (4): half of what is under way, at least two segments. */
  #halved(flight: number): number {
    return Math.max(Math.floor(flight / 2), 2 * this.#mss)
  }
}
