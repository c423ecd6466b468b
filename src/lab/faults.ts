/**
 * One direction of a cable that is not perfect: it loses, doubles, delays, mixes and damages frames, each by the seed.
 * The dice are thrown in the same order for every frame, whatever their outcome, so that a change of one probability
 * changes nothing else.
 */
import type { Engine, Millis } from '../engine.ts'
import type { SeededRandom } from '../random.ts'
import type { Frame, FramePool } from '../wire/frame.ts'
import { Queue } from '../wire/queue.ts'

/** What a cable does to frames, in each direction. Probabilities are 0 to 1, and all of it comes from the seed. */
export interface Faults {
  readonly loss?: number | undefined
  readonly duplicate?: number | undefined
  /** A frame that is held back for up to `reorderBy`, so that later ones overtake it. */
  readonly reorder?: number | undefined
  /** How long a reordered frame is held back at most; default: four times the delay, at least 10 ms. */
  readonly reorderBy?: Millis | undefined
  /** One bit of the frame is turned behind the check sequence's back, as netem does. */
  readonly corrupt?: number | undefined
  /** One way. */
  readonly delay?: Millis | undefined
  /** Added to the delay: uniform in [-jitter, +jitter]. Frames keep their order; `reorder` is what mixes them. */
  readonly jitter?: Millis | undefined
  /** Bits per second; undefined: no limit. */
  readonly rate?: number | undefined
  /** Frames that wait for their turn at most when there is a rate; the rest is dropped at the tail. Default 1000. */
  readonly queue?: number | undefined
}

export type Fate = 'lost' | 'queue-full' | 'corrupted' | 'duplicated' | 'held-back'

/** netem's and Linux's default queue (txqueuelen). */
const DEFAULT_QUEUE = 1000

interface Waiting {
  readonly frame: Frame
  readonly at: Millis
}

/** An event for every frame that did not simply pass; a copy of its bytes. */
export interface FaultEvent {
  readonly fate: Fate
  readonly bytes: Uint8Array
}

export class FaultyCable implements Engine<Frame, Frame, FaultEvent> {
  readonly #faults: Faults
  readonly #random: SeededRandom
  readonly #pool: FramePool
  readonly #watched: () => boolean
  /** By time of arrival. */
  readonly #waiting: Waiting[] = []
  /** When each frame that waits for the sender's rate is out. */
  readonly #sending = new Queue<Millis>()
  readonly #events = new Queue<FaultEvent>()
  #free: Millis = 0
  #latest: Millis = 0

  /** `watched`: whether anybody wants the events. */
  constructor(faults: Faults, random: SeededRandom, pool: FramePool, watched: () => boolean = () => true) {
    this.#faults = faults
    this.#random = random
    this.#pool = pool
    this.#watched = watched
  }

  /** Takes the frame. */
  receive(frame: Frame, now: Millis): void {
    const { loss = 0, duplicate = 0, corrupt = 0, reorder = 0, delay = 0, jitter = 0 } = this.#faults
    const { reorderBy = Math.max(10, 4 * delay) } = this.#faults
    const random = this.#random
    const [lossDie, duplicateDie, corruptDie, bitDie] = [
      random.number(),
      random.number(),
      random.number(),
      random.number(),
    ]
    const [reorderDie, holdDie, jitterDie] = [random.number(), random.number(), random.number()]
    const out = this.#serialise(frame.length, now)
    if (out === undefined) {
      this.#end(frame, 'queue-full')
      return
    }
    if (lossDie < loss) {
      this.#end(frame, 'lost')
      return
    }
    if (corruptDie < corrupt) {
      const bit = Math.floor(bitDie * frame.length * 8)
      const at = frame.offset + (bit >> 3)
      frame.buffer[at] = frame.buffer[at]! ^ (1 << (bit & 7))
      this.#tell('corrupted', frame)
    }
    const onTime = Math.max(this.#latest, out + Math.max(0, delay + jitter * (2 * jitterDie - 1)))
    const heldBack = reorderDie < reorder
    if (heldBack) this.#tell('held-back', frame)
    else this.#latest = onTime
    const at = heldBack ? onTime + holdDie * reorderBy : onTime
    if (duplicateDie < duplicate) {
      this.#tell('duplicated', frame)
      this.#wait(this.#pool.copy(frame.view()), at)
    }
    this.#wait(frame, at)
  }

  advance(_now: Millis): void {}

  pollTransmit(now: Millis): Frame | undefined {
    if (this.#waiting.length === 0 || this.#waiting[0]!.at > now) return undefined
    return this.#waiting.shift()!.frame
  }

  pollEvent(): FaultEvent | undefined {
    return this.#events.shift()
  }

  nextDeadline(): Millis | undefined {
    return this.#waiting[0]?.at
  }

  /** When the last bit is out; undefined when the queue is full. */
  #serialise(length: number, now: Millis): Millis | undefined {
    const { rate, queue = DEFAULT_QUEUE } = this.#faults
    if (rate === undefined) return now
    while (this.#sending.length > 0 && this.#sending.first! <= now) this.#sending.shift()
    if (this.#sending.length >= queue) return undefined
    this.#free = Math.max(this.#free, now) + (length * 8000) / rate
    this.#sending.push(this.#free)
    return this.#free
  }

  #end(frame: Frame, fate: Fate): void {
    this.#tell(fate, frame)
    frame.release()
  }

  #tell(fate: Fate, frame: Frame): void {
    if (this.#watched()) this.#events.push({ fate, bytes: frame.view().slice() })
  }

  #wait(frame: Frame, at: Millis): void {
    const entry = { frame, at }
    let i = this.#waiting.length
    while (i > 0 && this.#waiting[i - 1]!.at > at) i--
    this.#waiting.splice(i, 0, entry)
  }
}
