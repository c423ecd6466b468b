/**
 * Whether early data comes for the first time (RFC 9846 8.2): a server that answers the question `early-data` with this
 * takes each binder once, for as long as a copy of it would pass for fresh.
 */
import type { Bytes } from '../engine.ts'
import { hexText } from '../wire/bytes.ts'

export interface ReplayOptions {
  /** Milliseconds for which a binder is remembered; twice what the engine lets tickets be off (`EARLY_WINDOW`) when left out. */
  readonly window?: number | undefined
  /** Binders that are remembered. When there are more in a window, nothing passes for fresh: it is safer to wait a round trip. */
  readonly most?: number | undefined
}

/** RFC 9846 8.2: "A window of about 10 seconds": milliseconds that a ticket's age may be off. */
export const EARLY_WINDOW = 10_000

/** Some 10 MB. */
const MOST = 65_536

export class ReplayGuard {
  readonly #window: number
  readonly #most: number
  /** By binder, the time at which it came; the oldest first. */
  readonly #seen = new Map<string, number>()
  constructor({ window = 2 * EARLY_WINDOW, most = MOST }: ReplayOptions = {}) {
    this.#window = window
    this.#most = most
  }
  /** `at`: the time in milliseconds, on any clock that is the same for all calls. */
  isFresh(binder: Bytes, at: number): boolean {
    for (const [old, came] of this.#seen) {
      if (at - came < this.#window) break
      this.#seen.delete(old)
    }
    const name = hexText(binder)
    if (this.#seen.has(name) || this.#seen.size >= this.#most) return false
    this.#seen.set(name, at)
    return true
  }
}
