/** The end of a connection: what was written last shall arrive, and not be erased by a RST (RFC 9112 9.6). */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'
import type { ByteStream } from './types.ts'

/** How long a connection is read on that we closed, after its last byte has left. nginx: 5 s at least. */
export const LINGER: Millis = 2_000

export class Linger {
  readonly #clock: Clock
  readonly #stream: Pick<ByteStream, 'unsent' | 'reset'>
  readonly #patience: Millis
  #disarm: (() => void) | undefined
  #left = 0
  #moved = 0

  /** Cuts the stream in the end; `patience` is how long its last bytes may stand still. */
  constructor(clock: Clock, stream: Pick<ByteStream, 'unsent' | 'reset'>, patience: Millis) {
    this.#clock = clock
    this.#stream = stream
    this.#patience = patience
  }

  /** Everything was written. */
  start(): void {
    this.#left = Number.POSITIVE_INFINITY
    this.#moved = this.#clock.now()
    this.#arm()
  }
  end(): void {
    this.#disarm?.()
  }

  #arm(): void {
    this.#disarm = this.#clock.later(this.#clock.now() + LINGER, () => this.#fire())
  }

  #fire(): void {
    const now = this.#clock.now()
    const left = this.#stream.unsent ?? 0
    const first = this.#left === Number.POSITIVE_INFINITY
    // Bytes that left a moment ago are still on their way: the wait begins again with the last of them.
    const moving = left < this.#left && !(first && left === 0)
    if (moving) this.#moved = now
    this.#left = left
    if (moving || (left > 0 && now - this.#moved < this.#patience)) this.#arm()
    else this.#stream.reset()
  }
}
