/** What whoever asks can do with a request under way: undici's `DispatchController`. */
import type { Dispatcher } from 'undici'
import { errors } from 'undici'

export class Control implements Dispatcher.DispatchController {
  rawHeaders: Buffer[] | null = null
  rawTrailers: Buffer[] | null = null
  readonly #abort = new AbortController()
  /** Of whoever asked. */
  #reason: Error | null = null
  /** What ended it, whoever that was. */
  #ended: { readonly error: unknown } | undefined
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
    if (this.#over || this.#ended !== undefined) return
    this.#reason = reason ?? new errors.RequestAbortedError()
    this.fail(this.#reason)
  }
  /** Ends it for a reason of ours: for whoever asked it is not `aborted`, and may be tried again. */
  fail(error: unknown): void {
    if (this.#over || this.#ended !== undefined) return
    this.#ended = { error }
    this.#abort.abort(error)
    this.#wake?.()
  }
  pause(): void {
    this.#paused = true
  }
  resume(): void {
    this.#paused = false
    this.#wake?.()
  }

  /** What ended it before it was over; `error` where nothing did. */
  because(error: unknown): unknown {
    return this.#ended === undefined ? error : this.#ended.error
  }
  /** Throws what ended it. */
  check(): void {
    if (this.#ended !== undefined) throw this.#ended.error
  }
  /** When somebody wants more, or nothing at all. */
  async unpaused(): Promise<void> {
    while (this.#paused && this.#ended === undefined) {
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }
  over(): void {
    this.#over = true
  }
}
