/**
 * Virtual time: it stands still while anything happens and jumps to the next deadline when everything has settled. An
 * hour of time-outs passes in milliseconds, and always in the same order.
 */
import type { Clock } from '../clock.ts'
import type { Millis } from '../engine.ts'
import { Tasks } from './clock-tasks.ts'

export interface VirtualClockOptions {
  /**
   * Lets one turn of the event loop's macrotasks pass, so that promises settle before time jumps
   * (`() => new Promise(setImmediate)`). Without it time only moves when `step` or `run` is called.
   */
  readonly turn?: (() => Promise<unknown>) | undefined
  /** What `date()` says when the clock begins: milliseconds since 1970. */
  readonly date?: Millis | undefined
}

export interface VirtualClock extends Clock {
  /** Jumps to the next deadline and runs what is due. False when nothing is waiting. */
  step(): boolean
  /** Steps until nothing waits or `until` (a time on this clock) has come. */
  run(until?: Millis): void
  /** Resolves when nothing is waiting any more and nothing holds the clock. Needs `turn`. */
  idle(): Promise<void>
  /** Deadlines that are waiting. */
  readonly waiting: number
}

/** A fixed day, so that runs repeat: 2026-11-20T12:00:00Z. */
export const LAB_DATE: Millis = Date.UTC(2026, 10, 20, 12)

export const virtualClock = (options: VirtualClockOptions = {}): VirtualClock => new JumpingClock(options)

class JumpingClock implements VirtualClock {
  readonly #turn: (() => Promise<unknown>) | undefined
  readonly #date: Millis
  readonly #tasks = new Tasks()
  #now: Millis = 0
  #holds = 0
  #looping = false
  #settled: (() => void)[] = []

  constructor({ turn, date = LAB_DATE }: VirtualClockOptions) {
    this.#turn = turn
    this.#date = date
  }

  now(): Millis {
    return this.#now
  }

  date(): Millis {
    return this.#date + this.#now
  }

  get waiting(): number {
    return this.#tasks.live
  }

  later(at: Millis, run: () => void): () => void {
    const task = this.#tasks.add(at, run)
    this.#wake()
    return () => this.#tasks.cancel(task)
  }

  hold(): () => void {
    this.#holds++
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#holds--
      this.#wake()
    }
  }

  step(): boolean {
    const at = this.#tasks.next()
    if (at === undefined) return false
    this.#now = Math.max(this.#now, at)
    for (let run = this.#tasks.take(this.#now); run !== undefined; run = this.#tasks.take(this.#now)) run()
    return true
  }

  run(until: Millis = Number.POSITIVE_INFINITY): void {
    for (let at = this.#tasks.next(); at !== undefined && at <= until; at = this.#tasks.next()) this.step()
    if (until !== Number.POSITIVE_INFINITY) this.#now = Math.max(this.#now, until)
  }

  idle(): Promise<void> {
    return new Promise(resolve => {
      this.#settled.push(resolve)
      this.#wake()
    })
  }

  /** Begins to jump, when time may move. */
  #wake(): void {
    if (this.#turn !== undefined && !this.#looping && this.#holds === 0) void this.#loop(this.#turn)
  }

  /** A task that throws ends the loop as an unhandled rejection, never silently. */
  async #loop(turn: () => Promise<unknown>): Promise<void> {
    this.#looping = true
    try {
      do await turn()
      while (this.#holds === 0 && this.step())
    } finally {
      this.#looping = false
    }
    if (this.#holds > 0) return
    for (const resolve of this.#settled.splice(0)) resolve()
  }
}
