/**
 * A hierarchical timing wheel: arming and disarming cost the same however many timers there are (Varghese and Lauck,
 * 1987). One tick is a millisecond; four levels of 64 slots reach 4.6 hours, and what lies further ahead is looked at
 * again then.
 */
import type { Millis } from '../engine.ts'

const SLOTS = 64
const LEVELS = 4
const REACH = SLOTS ** LEVELS

/** What hangs in a wheel: one timer. */
export class WheelEntry {
  /** The tick at which it fires; Infinity when it is not armed. */
  dueTick = Number.POSITIVE_INFINITY
  /** Which list it hangs in; -1 = none. */
  slot = -1
  next: WheelEntry | undefined
  previous: WheelEntry | undefined
}

/** The list behind the slots: what was overdue when it was armed. */
const OVERDUE = SLOTS * LEVELS

export class TimerWheel<T extends WheelEntry> {
  /** Slots of level 0, then of level 1, …, then the overdue. */
  readonly #heads: (WheelEntry | undefined)[] = Array<WheelEntry | undefined>(OVERDUE + 1).fill(undefined)
  /** How many entries each level holds, so that empty ones need no look. */
  readonly #filled: number[] = Array<number>(LEVELS + 1).fill(0)
  #size = 0
  #tick = 0
  #next: number | undefined
  #nextKnown = true

  /** Fires at the first `advance` whose time is at or after `at`. Moves it when it was armed. */
  arm(entry: T, at: Millis, now: Millis): void {
    this.disarm(entry)
    if (this.#size === 0) this.#tick = Math.max(this.#tick, Math.floor(now))
    entry.dueTick = Math.ceil(at)
    this.#place(entry)
    const looked = this.#lookAt(entry.slot)
    if (this.#nextKnown && (this.#next === undefined || looked < this.#next)) this.#next = looked
  }

  disarm(entry: T): void {
    if (entry.slot < 0) return
    if (this.#next === this.#lookAt(entry.slot)) this.#nextKnown = false
    this.#unlink(entry)
    entry.dueTick = Number.POSITIVE_INFINITY
  }

  /** Fires everything due at or before `now`, in order of milliseconds. What `fire` arms as overdue waits. */
  advance(now: Millis, fire: (entry: T) => void): void {
    const target = Math.floor(now)
    this.#fire(OVERDUE, fire)
    for (let at = this.#scan(); at !== undefined && at <= target; at = this.#scan()) {
      this.#tick = at
      for (let level = LEVELS - 1; level > 0; level--) if (at % SLOTS ** level === 0) this.#cascade(level)
      this.#fire(at % SLOTS, fire)
    }
    if (target > this.#tick) this.#tick = target
    this.#nextKnown = false
  }

  /** When `advance` has something to do; never later than the first timer. */
  nextDeadline(): Millis | undefined {
    if (!this.#nextKnown) {
      this.#next = this.#heads[OVERDUE] === undefined ? this.#scan() : this.#tick
      this.#nextKnown = true
    }
    return this.#next
  }

  #place(entry: WheelEntry): void {
    const ahead = entry.dueTick - this.#tick
    if (ahead <= 0) {
      this.#link(entry, OVERDUE)
      return
    }
    const tick = ahead < REACH ? entry.dueTick : this.#tick + REACH - 1
    let level = 0
    while (level < LEVELS - 1 && ahead >= SLOTS ** (level + 1)) level++
    this.#link(entry, level * SLOTS + (Math.floor(tick / SLOTS ** level) % SLOTS))
  }

  #link(entry: WheelEntry, slot: number): void {
    const head = this.#heads[slot]
    entry.slot = slot
    entry.next = head
    entry.previous = undefined
    if (head !== undefined) head.previous = entry
    this.#heads[slot] = entry
    this.#filled[Math.floor(slot / SLOTS)]!++
    this.#size++
  }

  #unlink(entry: WheelEntry): void {
    if (entry.previous === undefined) this.#heads[entry.slot] = entry.next
    else entry.previous.next = entry.next
    if (entry.next !== undefined) entry.next.previous = entry.previous
    this.#filled[Math.floor(entry.slot / SLOTS)]!--
    this.#size--
    entry.slot = -1
    entry.next = undefined
    entry.previous = undefined
  }

  #fire(slot: number, fire: (entry: T) => void): void {
    const due: T[] = []
    for (let entry = this.#heads[slot]; entry !== undefined; entry = entry.next) due.push(entry as T)
    for (const entry of due) {
      // A timer fired before it may have moved or disarmed this one.
      if (entry.slot !== slot) continue
      this.#unlink(entry)
      entry.dueTick = Number.POSITIVE_INFINITY
      fire(entry)
    }
  }

  #cascade(level: number): void {
    const slot = level * SLOTS + (Math.floor(this.#tick / SLOTS ** level) % SLOTS)
    let entry = this.#heads[slot]
    while (entry !== undefined) {
      const next = entry.next
      this.#unlink(entry)
      // What is due at this very tick belongs into the slot that is fired next, not among the overdue.
      if (entry.dueTick <= this.#tick) this.#link(entry, this.#tick % SLOTS)
      else this.#place(entry)
      entry = next
    }
  }

  /** The tick at which the list must be looked at: its own for level 0, the first it covers for the others. */
  #lookAt(slot: number): number {
    if (slot === OVERDUE) return this.#tick
    const level = Math.floor(slot / SLOTS)
    const span = SLOTS ** level
    const current = Math.floor(this.#tick / span)
    const ahead = (slot % SLOTS) - (current % SLOTS)
    return (current + (ahead <= 0 ? ahead + SLOTS : ahead)) * span
  }

  /** The first tick at which a list of the levels must be looked at. */
  #scan(): number | undefined {
    let best: number | undefined
    for (let level = 0; level < LEVELS; level++) {
      if (this.#filled[level] === 0) continue
      for (let slot = level * SLOTS; slot < (level + 1) * SLOTS; slot++) {
        if (this.#heads[slot] === undefined) continue
        const at = this.#lookAt(slot)
        if (best === undefined || at < best) best = at
      }
    }
    return best
  }
}
