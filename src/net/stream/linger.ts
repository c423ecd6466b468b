/** The end of a connection: what was written last shall arrive, and not be erased by a RST (RFC 9112 9.6). */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'
import type { ByteStream, StreamHandler } from './types.ts'

/** How long a connection is read on that we closed, after its last byte has left or the last of the peer's has come. */
export const LINGER: Millis = 2_000

/** How long at most a peer is read that goes on sending, after our last byte has left. As nginx (lingering_time). */
const MOST: Millis = 30_000

export class Linger {
  readonly #clock: Clock
  readonly #stream: Pick<ByteStream, 'unsent' | 'reset'>
  readonly #patience: Millis
  #disarm: (() => void) | undefined
  #left = Number.POSITIVE_INFINITY
  #moved = 0
  #came = false

  /** Cuts the stream in the end; `patience` is how long its last bytes may stand still. */
  constructor(clock: Clock, stream: Pick<ByteStream, 'unsent' | 'reset'>, patience: Millis) {
    this.#clock = clock
    this.#stream = stream
    this.#patience = patience
  }

  /** Everything was written. */
  start(): void {
    this.#moved = this.#clock.now()
    this.#arm()
  }
  /** The peer sent something: it may not have seen our answer yet, and a RST would take that from it. */
  came(): void {
    this.#came = true
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
    const sends = left === 0 && this.#came && now - this.#moved < MOST
    this.#came = false
    if (moving || sends || (left > 0 && now - this.#moved < this.#patience)) this.#arm()
    else this.#stream.reset()
  }
}

/** Takes what still comes on a stream that we ended, and cuts it in the end. */
export const lingering = (
  clock: Clock,
  stream: Pick<ByteStream, 'unsent' | 'reset'>,
  closed?: () => void,
): StreamHandler => {
  const linger = new Linger(clock, stream, LINGER)
  linger.start()
  return {
    data: () => linger.came(),
    end() {},
    drain() {},
    closed() {
      linger.end()
      closed?.()
    },
  }
}
