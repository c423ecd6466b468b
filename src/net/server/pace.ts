/** The slowest pace at which bytes may move: a byte now and then keeps a connection from being idle, not from this. */
import type { Clock } from '../../clock.ts'
import type { Millis } from '../../engine.ts'
import type { ByteStream } from '../stream/types.ts'

export interface PaceOptions {
  /** How long nothing need have moved: at the beginning, and after what came faster than it had to. */
  readonly grace: Millis
  /** Bytes a second. */
  readonly rate: number
}

/**
 * Each byte buys time, and so does time in which nobody waits, but never more than `grace`: to have been quick once is no
 * excuse for later, and to move a little before each rest no new beginning.
 */
export class Pace {
  readonly #clock: Clock
  readonly #grace: Millis
  readonly #perByte: Millis
  readonly #over: () => void
  #disarm: (() => void) | undefined
  #due = 0
  /** Since when nobody waits, and how much was left then. */
  #rests = { since: Number.NEGATIVE_INFINITY, left: 0 }

  /** `over` is called once, when the time that was bought is over. */
  constructor(clock: Clock, { grace, rate }: PaceOptions, over: () => void) {
    this.#clock = clock
    this.#grace = grace
    this.#perByte = 1000 / rate
    this.#over = over
  }

  /** From the beginning. */
  start(): void {
    this.#rests = { since: Number.NEGATIVE_INFINITY, left: 0 }
    this.resume()
  }
  /** Where it stopped. */
  resume(): void {
    if (this.#grace === Number.POSITIVE_INFINITY) return
    const now = this.#clock.now()
    this.#due = now + Math.min(this.#grace, this.#rests.left + now - this.#rests.since)
    this.#disarm ??= this.#clock.later(this.#due, () => this.#fire())
  }

  moved(bytes: number): void {
    this.#due = Math.min(this.#due + bytes * this.#perByte, this.#clock.now() + this.#grace)
  }

  stop(): void {
    if (this.#disarm === undefined) return
    const since = this.#clock.now()
    this.#rests = { since, left: this.#due - since }
    this.#disarm()
    this.#disarm = undefined
  }

  #fire(): void {
    this.#disarm = undefined
    if (this.#clock.now() < this.#due) this.#disarm = this.#clock.later(this.#due, () => this.#fire())
    else this.#over()
  }
}

/** How often it is looked at how much has left. */
const LOOK: Millis = 5_000

export interface TakingHandler {
  /** Some bytes have left, if not all. */
  moved(): void
  /** Too few of them, for too long. */
  tooSlow(): void
}

/**
 * What a client takes of what waits to leave. Its stream says that there is room again when that is nearly all of it: until
 * then how much is left is asked for, so that whoever reads slowly is told from whoever does not read.
 */
export class Taking {
  readonly #clock: Clock
  readonly #stream: Pick<ByteStream, 'unsent'>
  readonly #handler: TakingHandler
  readonly #pace: Pace
  #left = 0
  #disarm: (() => void) | undefined

  constructor(clock: Clock, stream: Pick<ByteStream, 'unsent'>, pace: PaceOptions, handler: TakingHandler) {
    this.#clock = clock
    this.#stream = stream
    this.#handler = handler
    this.#pace = new Pace(clock, pace, () => handler.tooSlow())
  }

  /** From now on bytes wait; nothing where they do already, or where the stream does not know how many. */
  start(): void {
    if (this.#disarm !== undefined || this.#stream.unsent === undefined) return
    this.#left = this.#stream.unsent
    this.#pace.resume()
    this.#look()
  }
  stop(): void {
    if (this.#disarm === undefined) return
    this.#disarm()
    this.#disarm = undefined
    this.#count()
    this.#pace.stop()
  }

  #look(): void {
    this.#disarm = this.#clock.later(this.#clock.now() + LOOK, () => {
      this.#look()
      if (this.#count() > 0) this.#handler.moved()
    })
  }

  #count(): number {
    const left = this.#stream.unsent ?? 0
    const moved = Math.max(0, this.#left - left)
    this.#left = left
    this.#pace.moved(moved)
    return moved
  }
}
