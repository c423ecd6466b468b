/** So many per second, and so many at once: a bucket of tokens that fills with time (RFC 1812 4.3.2.8). */
import type { Millis } from '../engine.ts'

export class TokenBucket {
  readonly #perMilli: number
  readonly #burst: number
  #tokens: number
  #filled: Millis = 0

  constructor(perSecond: number, burst: number) {
    this.#perMilli = perSecond / 1000
    this.#burst = burst
    this.#tokens = burst
  }

  /** Takes one; false when there is none. */
  take(now: Millis): boolean {
    this.#tokens = Math.min(this.#burst, this.#tokens + Math.max(0, now - this.#filled) * this.#perMilli)
    this.#filled = now
    if (this.#tokens < 1) return false
    this.#tokens--
    return true
  }

  /** When there is one again, after `take` said no. */
  get readyAt(): Millis {
    return this.#filled + Math.max(0, 1 - this.#tokens) / this.#perMilli
  }
}
