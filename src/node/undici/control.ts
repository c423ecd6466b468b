/** What whoever asks can do with a request under way: undici's `DispatchController`. */
import type { Dispatcher } from 'undici'
import { errors } from 'undici'
import type { Clock } from '../../clock.ts'

export class Control implements Dispatcher.DispatchController {
  rawHeaders: Buffer[] | null = null
  rawTrailers: Buffer[] | null = null
  readonly #abort = new AbortController()
  #reason: Error | null = null
  #paused = false
  #over = false
  #wake: (() => void) | undefined

  get aborted(): boolean {
    return this.#reason !== null
  }
  get reason(): Error | null {
    return this.#reason
  }
  get paused(): boolean {
    return this.#paused
  }
  get signal(): AbortSignal {
    return this.#abort.signal
  }

  abort(reason?: Error): void {
    if (this.#over || this.#reason !== null) return
    this.#reason = reason ?? new errors.RequestAbortedError()
    this.#abort.abort(this.#reason)
    this.#wake?.()
  }
  pause(): void {
    this.#paused = true
  }
  resume(): void {
    this.#paused = false
    this.#wake?.()
  }

  /** Throws the reason of whoever aborted. */
  check(): void {
    if (this.#reason !== null) throw this.#reason
  }
  /** When somebody wants more, or nothing at all. */
  async unpaused(): Promise<void> {
    while (this.#paused && this.#reason === null) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
  over(): void {
    this.#over = true
  }
}

/** A time that one request says for itself. */
export class TimeLimit {
  readonly #clock: Clock
  #disarm: (() => void) | undefined

  constructor(clock: Clock) {
    this.#clock = clock
  }
  /** Nothing where `limit` is none, or 0. */
  start(limit: number | null | undefined, over: () => void): void {
    this.stop()
    if (limit) this.#disarm = this.#clock.later(this.#clock.now() + limit, over)
  }
  stop(): void {
    this.#disarm?.()
    this.#disarm = undefined
  }
}
