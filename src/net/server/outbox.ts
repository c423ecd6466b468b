/** What a connection says in one turn, gathered and written in one go. */
import type { Bytes, Millis } from '../../engine.ts'
import type { HttpConnection } from '../../http/types.ts'
import type { ByteStream } from '../stream/types.ts'

/** Bytes answered in one touch; pipelined requests behind them wait until it is known how much the stream takes. */
const GATHER = 256 * 1024

export class Outbox {
  readonly #stream: ByteStream
  #pieces: Bytes[] = []
  /** Bytes of whole answers in this turn. */
  answered = 0
  /** The stream has no room. */
  full = false
  /** Nothing is written before this is false, or `takeAll`. */
  gathering = false

  constructor(stream: ByteStream) {
    this.#stream = stream
  }

  /** The next answer waits, as any other bytes would. */
  get waits(): boolean {
    return this.full || this.answered >= GATHER
  }

  add(pieces: readonly Bytes[]): void {
    for (const piece of pieces) this.#pieces.push(piece)
  }

  /** Everything that `engine` has to say now, before its turn is over. */
  takeAll(engine: HttpConnection, now: Millis): void {
    this.gathering = false
    for (let out = engine.pollTransmit(now); out !== undefined; out = engine.pollTransmit(now)) this.add(out)
  }

  /** Whether there is room behind it, and answers waited for that. */
  flush(): 'room' | 'room again' | 'full' {
    if (this.gathering || this.#pieces.length === 0) return 'room'
    const pieces = this.#pieces
    this.#pieces = []
    const held = this.answered >= GATHER
    this.answered = 0
    if (this.#stream.write(pieces)) return held ? 'room again' : 'room'
    this.full = true
    return 'full'
  }
}
