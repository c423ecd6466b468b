/** `--limit-rate`: no more bytes a second than that, both ways together; whoever sends more waits, and so does the other side. */
import type { Clock } from '../../clock.ts'
import { rest } from './retry.ts'

/** What is passed on at once: small pieces, so that a slow transfer moves evenly. */
const AT_ONCE = 16 * 1024

export class Throttle {
  readonly #rate: number
  readonly #clock: Pick<Clock, 'now' | 'later'>
  readonly #signal: AbortSignal
  /** When the bytes so far may have moved. */
  #due = Number.NEGATIVE_INFINITY

  /** `rate`: bytes a second. */
  constructor(rate: number, clock: Pick<Clock, 'now' | 'later'>, signal: AbortSignal) {
    this.#rate = rate
    this.#clock = clock
    this.#signal = signal
  }

  /** `bytes` in pieces, each when it is its time: what was not used before is not made up for. */
  async *pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes.length; at += AT_ONCE) {
      const piece = bytes.subarray(at, at + AT_ONCE)
      const now = this.#clock.now()
      this.#due = Math.max(this.#due, now) + (piece.length / this.#rate) * 1000
      if (this.#due > now) await rest(this.#clock, this.#due - now, this.#signal)
      yield piece
    }
  }

  /** All that `source` gives. */
  async *through(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of source) yield* this.pieces(bytes)
  }
}
