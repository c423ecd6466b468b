/**
 * Who gets a connection when there are many: how many one remote address may have, and who makes room in a full table.
 */
import type { Millis } from '../engine.ts'
import type { Tcb } from './tcb.ts'

/** As many as one address has ports; a connection without data under way holds about 2 KB. */
const DEFAULT_MAX_CONNECTIONS = 65_536
/** A sixteenth of the table: many people behind one translated address, but not the whole table. */
const DEFAULT_PER_REMOTE = 4096
/** Nobody is given up who was heard within this time: a full table then turns the newcomer away. */
export const IDLE: Millis = 60_000
/** Connections looked at for the longest idle one; they go to the end of the row, so the next look finds others. */
const LOOKS = 32

export class Admission {
  readonly #limit: number
  readonly #perRemote: number
  /** In TIME-WAIT, the oldest first. */
  readonly #timeWait = new Set<Tcb>()
  /** Accepted and not yet in TIME-WAIT, in the order in which they are looked at. */
  readonly #accepted = new Set<Tcb>()
  readonly #byRemote = new Map<string, number>()

  constructor(limit: number = DEFAULT_MAX_CONNECTIONS, perRemote: number = DEFAULT_PER_REMOTE) {
    this.#limit = limit
    this.#perRemote = perRemote
  }

  /** Whether a table of `size` takes one more without anybody's leaving. */
  hasRoom(size: number): boolean {
    return size < this.#limit
  }

  /** Whether this remote address may open one more. */
  mayOpen(remote: Tcb['remote']['address']): boolean {
    return (this.#byRemote.get(remote.text) ?? 0) < this.#perRemote
  }

  /** The oldest in TIME-WAIT: better than serving nobody, as Linux finds beyond tcp_max_tw_buckets. */
  get oldestTimeWait(): Tcb | undefined {
    for (const oldest of this.#timeWait) return oldest
    return undefined
  }

  /** One that was accepted and not heard of for long; the longest idle of those looked at. */
  idle(now: Millis): Tcb | undefined {
    let longest: Tcb | undefined
    let looks = 0
    for (const tcb of this.#accepted) {
      if (looks++ === Math.min(LOOKS, this.#accepted.size)) break
      this.#accepted.delete(tcb)
      this.#accepted.add(tcb)
      // Closed in this very turn.
      if (tcb.state === 'CLOSED' || tcb.state === 'TIME-WAIT') continue
      if (now - tcb.heardAt >= IDLE && tcb.heardAt < (longest?.heardAt ?? now)) longest = tcb
    }
    return longest
  }

  accepted(tcb: Tcb): void {
    this.#accepted.add(tcb)
    const { text } = tcb.remote.address
    this.#byRemote.set(text, (this.#byRemote.get(text) ?? 0) + 1)
  }

  inTimeWait(tcb: Tcb): void {
    this.#timeWait.add(tcb)
    this.#leave(tcb)
  }

  forgotten(tcb: Tcb): void {
    this.#timeWait.delete(tcb)
    this.#leave(tcb)
  }

  #leave(tcb: Tcb): void {
    if (!this.#accepted.delete(tcb)) return
    const { text } = tcb.remote.address
    const left = this.#byRemote.get(text)! - 1
    if (left > 0) this.#byRemote.set(text, left)
    else this.#byRemote.delete(text)
  }
}
