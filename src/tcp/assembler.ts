/** What arrived, in order or not: bytes go into one ring at their place, and a list says which places ahead are filled. */
import { ByteRing } from './ring.ts'

/**
 * Holes remembered at once; a segment that would make one more is dropped and comes again. smoltcp keeps 4 by default;
 * 64 are two of three segments lost in a window of 256 KB.
 */
export const MAX_RANGES = 64

interface Filled {
  start: number
  end: number
}

export class Assembler {
  readonly ring: ByteRing
  /** Bytes of the stream that have arrived in order since its beginning. */
  received = 0
  /** Filled places ahead, by offset in the stream; sorted, apart from each other, all behind `received`. */
  readonly #ahead: Filled[] = []

  constructor(capacity: number) {
    this.ring = new ByteRing(capacity)
  }

  /** Bytes that may be read now. */
  get readable(): number {
    return this.ring.length
  }

  /** Room from the next expected byte on. */
  get room(): number {
    return this.ring.free
  }

  get hasHoles(): boolean {
    return this.#ahead.length > 0
  }

  /**
   * Stores `count` bytes that lie `offset` behind the next expected one; the caller has cut them to the window. Returns
   * how many bytes are now in order that were not before.
   */
  store(offset: number, source: Uint8Array, at: number, count: number): number {
    if (offset === 0 && this.#ahead.length === 0) {
      this.ring.place(0, source, at, count)
      return this.#extend(count)
    }
    const start = this.received + offset
    if (!this.#mark(start, start + count)) return 0
    this.ring.place(offset, source, at, count)
    const first = this.#ahead[0]
    if (first === undefined || first.start > this.received) return 0
    this.#ahead.shift()
    return this.#extend(first.end - this.received)
  }

  /** Moves up to `target.length` bytes out. */
  take(target: Uint8Array): number {
    const count = Math.min(target.length, this.ring.length)
    this.ring.peek(0, count, target, 0)
    this.ring.drop(count)
    if (this.#ahead.length === 0) this.ring.rewind()
    return count
  }

  /** Forgets what lies ahead and will never be asked for. */
  clear(): void {
    this.#ahead.length = 0
    if (this.ring.length === 0) this.ring.clear()
  }

  #extend(count: number): number {
    this.ring.length += count
    this.received += count
    return count
  }

  /** Adds a filled place and joins it with its neighbours; false when the list is full. */
  #mark(start: number, end: number): boolean {
    const list = this.#ahead
    let from = 0
    while (from < list.length && list[from]!.end < start) from++
    let to = from
    while (to < list.length && list[to]!.start <= end) to++
    if (from === to && list.length >= MAX_RANGES && start > this.received) return false
    const joined = {
      start: from < to ? Math.min(start, list[from]!.start) : start,
      end: from < to ? Math.max(end, list[to - 1]!.end) : end,
    }
    list.splice(from, to - from, joined)
    return true
  }
}
