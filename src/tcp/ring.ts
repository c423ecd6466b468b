/**
 * A bounded queue of bytes in a ring of memory. The memory grows with what is in it, so that a connection that carries
 * little costs little.
 */

const SMALLEST = 4096
const NOTHING = new Uint8Array(0)

export class ByteRing {
  readonly capacity: number
  /** Bytes that are in the queue. */
  length = 0
  #memory: Uint8Array = NOTHING
  #start = 0

  constructor(capacity: number) {
    this.capacity = capacity
  }

  get free(): number {
    return this.capacity - this.length
  }

  /** Takes what there is room for and says how much. */
  append(bytes: Uint8Array): number {
    const count = Math.min(bytes.length, this.free)
    this.place(0, bytes, 0, count)
    this.length += count
    return count
  }

  /** Puts bytes `ahead` of the end without counting them; `length` is raised when what lies before has come. */
  place(ahead: number, source: Uint8Array, at: number, count: number): void {
    if (count === 0) return
    const offset = this.length + ahead
    if (offset + count > this.#memory.length) this.#grow(offset + count)
    const size = this.#memory.length
    const to = (this.#start + offset) & (size - 1)
    const first = Math.min(count, size - to)
    copy(source, at, first, this.#memory, to)
    if (first < count) copy(source, at + first, count - first, this.#memory, 0)
  }

  /** Copies `count` bytes that begin `offset` behind the front into `target`. */
  peek(offset: number, count: number, target: Uint8Array, at: number): void {
    if (count === 0) return
    const size = this.#memory.length
    const from = (this.#start + offset) & (size - 1)
    const first = Math.min(count, size - from)
    copy(this.#memory, from, first, target, at)
    if (first < count) copy(this.#memory, 0, count - first, target, at + first)
  }

  /** Takes `count` bytes off the front. */
  drop(count: number): void {
    this.length -= count
    this.#start = (this.#start + count) & (this.#memory.length - 1)
  }

  /** Begins at the front of the memory again; only while nothing lies ahead of the end. */
  rewind(): void {
    if (this.length === 0) this.#start = 0
  }

  /** Gives the memory back and forgets what is in it. */
  clear(): void {
    this.length = 0
    this.#start = 0
    this.#memory = NOTHING
  }

  #grow(needed: number): void {
    let size = Math.max(SMALLEST, this.#memory.length)
    while (size < needed) size *= 2
    const memory = new Uint8Array(size)
    const old = this.#memory
    memory.set(old.subarray(this.#start), 0)
    memory.set(old.subarray(0, this.#start), old.length - this.#start)
    this.#memory = memory
    this.#start = 0
  }
}

const copy = (source: Uint8Array, from: number, count: number, target: Uint8Array, to: number): void => {
  target.set(from === 0 && count === source.length ? source : source.subarray(from, from + count), to)
}
