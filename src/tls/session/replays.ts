/**
 * Whether early data comes for the first time (RFC 9846 8.2): a server that answers the question `early-data` with this
 * takes each binder once, for as long as a copy of it would pass for fresh.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { hexText } from '../../wire/bytes.ts'

export interface ReplayOptions {
  /**
   * From when on this guard has seen all early data, in milliseconds since 1970 (`TlsConfig.epoch`): when it was made. One
   * that is made anew, as after a restart, knows nothing of what came before, so that what is older is not fresh to it.
   */
  readonly since: Millis
  /** Milliseconds for which a binder is remembered; as long as the engine would take a copy of it when left out. */
  readonly window?: Millis | undefined
  /** Binders that are remembered. When there are more in a window, nothing passes for fresh: it is safer to wait a round trip. */
  readonly most?: number | undefined
}

/** What the question `early-data` tells. */
export interface EarlyArrival {
  readonly binder: Bytes
  /** When the ticket was given out, and when the hello came: milliseconds since 1970. */
  readonly issued: Millis
  readonly at: Millis
}

/** RFC 9846 8.2: "A window of about 10 seconds": milliseconds that a ticket's age may be off, either way. */
export const EARLY_WINDOW = 10_000

/** Milliseconds by which the clocks of servers that share a guard may differ. */
const SLACK = 2_000

/** Some 10 MB. */
const MOST = 65_536

export class ReplayGuard {
  readonly #since: Millis
  readonly #window: Millis
  readonly #most: number
  /** By binder, the time at which it came; the oldest first. */
  readonly #seen = new Map<string, Millis>()
  constructor({ since, window = 2 * EARLY_WINDOW + SLACK, most = MOST }: ReplayOptions) {
    this.#since = since
    this.#window = window
    this.#most = most
  }
  /** RFC 9846 8.2: a binder may have come before the guard was there, if its ticket was there before. */
  isFresh({ binder, issued, at }: EarlyArrival): boolean {
    for (const [old, came] of this.#seen) {
      if (at - came <= this.#window) break
      this.#seen.delete(old)
    }
    const name = hexText(binder)
    if (issued < this.#since || this.#seen.has(name) || this.#seen.size >= this.#most) return false
    this.#seen.set(name, at)
    return true
  }
}
