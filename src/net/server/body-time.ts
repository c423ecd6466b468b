/** The whole time that a request body may take: a byte now and then keeps a connection from being idle, not from this. */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'

/** What each byte adds: a body that comes with 1,000 bytes a second and more is never cut, however long it is. */
const PER_BYTE: Millis = 1

export class BodyTime {
  readonly #clock: Clock
  readonly #limit: Millis
  readonly #over: () => void
  #disarm: (() => void) | undefined
  #due = 0

  /** `over` is called once when a body has taken `limit` ms, and one more for each of its bytes. */
  constructor(clock: Clock, limit: Millis, over: () => void) {
    this.#clock = clock
    this.#limit = limit
    this.#over = over
  }

  start(): void {
    if (this.#limit === Number.POSITIVE_INFINITY) return
    this.#due = this.#clock.now() + this.#limit
    this.#disarm ??= this.#clock.later(this.#due, () => this.#fire())
  }

  came(bytes: number): void {
    this.#due += bytes * PER_BYTE
  }

  stop(): void {
    this.#disarm?.()
    this.#disarm = undefined
  }

  #fire(): void {
    this.#disarm = undefined
    if (this.#clock.now() < this.#due) this.#disarm = this.#clock.later(this.#due, () => this.#fire())
    else this.#over()
  }
}
