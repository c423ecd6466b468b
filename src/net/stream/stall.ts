/** Watches that something keeps moving. Touching is one comparison; the timer is armed again only when it fires early. */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'

export class Stall {
  readonly #clock: Clock
  /** In ms. */
  readonly limit: Millis
  readonly #stalled: () => void
  #disarm: (() => void) | undefined
  #last = 0
  #watching = false

  /** `stalled` is called once when nothing was touched for `limit` ms while watching. */
  constructor(clock: Clock, limit: Millis, stalled: () => void) {
    this.#clock = clock
    this.limit = limit
    this.#stalled = stalled
  }

  /** Something moved. */
  touch(): void {
    if (this.#watching) this.#last = this.#clock.now()
  }

  /** We wait for the other side from now on. */
  start(): void {
    if (this.limit === Number.POSITIVE_INFINITY || this.#watching) return
    this.#watching = true
    this.#last = this.#clock.now()
    this.#disarm ??= this.#clock.later(this.#last + this.limit, () => this.#fire())
  }

  /** We do not wait, or wait for ourselves. */
  stop(): void {
    this.#watching = false
  }

  /** For good, or until `start`: no timer is left. */
  end(): void {
    this.#watching = false
    this.#disarm?.()
    this.#disarm = undefined
  }

  #fire(): void {
    this.#disarm = undefined
    if (!this.#watching) return
    const due = this.#last + this.limit
    if (this.#clock.now() < due) {
      this.#disarm = this.#clock.later(due, () => this.#fire())
      return
    }
    this.#watching = false
    this.#stalled()
  }
}
