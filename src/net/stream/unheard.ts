/**
 * The handler of a stream that nobody listens to yet. What had already been read when the first byte came is kept, in
 * order, until somebody does; meanwhile nothing more is read, so the other side waits and not our memory.
 */
import type { Bytes } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import type { StreamHandler } from './types.ts'

/** Bytes kept for a handler to come: the read that is under way, and one more of a stream that is slow to stop. */
export const MAX_UNHEARD = 512 * 1024

export class Unheard implements StreamHandler {
  readonly #stop: () => void
  readonly #cut: () => void
  readonly #pieces: Bytes[] = []
  #held = 0
  #ended = false
  #closed: { readonly failure: Failure | undefined } | undefined

  /** Something came, and `stop` was called. */
  stopped = false

  /** `stop` is called at the first byte: no more is to be read. A stream that goes on all the same is `cut`. */
  constructor(stop: () => void, cut: () => void) {
    this.#stop = stop
    this.#cut = cut
  }

  data(bytes: Bytes): void {
    if (!this.stopped) this.#stop()
    this.stopped = true
    if (this.#held + bytes.length > MAX_UNHEARD) {
      this.#cut()
      return
    }
    this.#held += bytes.length
    this.#pieces.push(bytes.slice())
  }
  end(): void {
    this.#ended = true
  }
  drain(): void {}
  closed(failure: Failure | undefined): void {
    this.#closed = { failure }
  }

  /**
   * Tells `handler` everything so far. Its `closed` comes by `later`: whoever sets a handler while it is being made could
   * not yet be found by its own end.
   */
  tell(handler: StreamHandler, later: (task: () => void) => void): void {
    for (const bytes of this.#pieces.splice(0)) handler.data(bytes)
    if (this.#ended) handler.end()
    this.#ended = false
    const closed = this.#closed
    this.#closed = undefined
    if (closed !== undefined) later(() => handler.closed(closed.failure))
  }
}
