/**
 * A bounded queue of bytes, in blocks of one size that are taken as bytes come and given back as they go, so that a
 * connection that carries nothing costs nothing, and what is in the queue is never moved.
 */
import { BLOCK, type Memory } from './memory.ts'

const MASK = BLOCK - 1
const SHIFT = Math.log2(BLOCK)
/** Given-back blocks at the front of the list that are put up with before it is cut. */
const UNUSED = 32
const NONE: Uint8Array[] = []
const NOTHING = new Uint8Array(0)

export class ByteQueue {
  readonly capacity: number
  /** Bytes that are in the queue. */
  length = 0
  #budget: Memory | undefined
  #blocks: Uint8Array[] = NONE
  /** The place of the first block in the list, and of the first byte in that block. */
  #head = 0
  #start = 0

  constructor(capacity: number, budget: Memory) {
    this.capacity = capacity
    this.#budget = budget
  }

  get free(): number {
    return this.capacity - this.length
  }

  /** What it could take without more memory; an empty queue always gets one block. */
  get assured(): number {
    const blocks = Math.max(1, this.#blocks.length - this.#head)
    return Math.min(this.free, blocks * BLOCK - this.#start - this.length)
  }

  /** Takes what there is room for of `count` bytes from `at` on, and says how much. */
  append(source: Uint8Array, at: number, count: number): number {
    const wanted = Math.min(count, this.free)
    let taken = 0
    while (taken < wanted) {
      const end = this.#start + this.length
      const block = this.#blocks[this.#head + (end >>> SHIFT)] ?? this.#another()
      if (block === undefined) break
      const piece = Math.min(wanted - taken, BLOCK - (end & MASK))
      copy(source, at + taken, piece, block, end & MASK)
      this.length += piece
      taken += piece
    }
    return taken
  }

  /** Copies `count` bytes that begin `offset` behind the front into `target`. */
  peek(offset: number, count: number, target: Uint8Array, at: number): void {
    let from = this.#start + offset
    for (let copied = 0; copied < count; ) {
      const piece = Math.min(count - copied, BLOCK - (from & MASK))
      copy(this.#blocks[this.#head + (from >>> SHIFT)]!, from & MASK, piece, target, at + copied)
      copied += piece
      from += piece
    }
  }

  /** Takes `count` bytes off the front. */
  drop(count: number): void {
    this.length -= count
    if (this.length === 0) {
      this.clear()
      return
    }
    for (this.#start += count; this.#start >= BLOCK; this.#start -= BLOCK) {
      this.#budget?.put(this.#blocks[this.#head]!)
      this.#blocks[this.#head++] = NOTHING
    }
    if (this.#head < UNUSED || this.#head * 2 < this.#blocks.length) return
    this.#blocks = this.#blocks.slice(this.#head)
    this.#head = 0
  }

  /** Forgets what is in it and gives the memory back. */
  clear(): void {
    for (let i = this.#head; i < this.#blocks.length; i++) this.#budget?.put(this.#blocks[i]!)
    this.#blocks = NONE
    this.#head = 0
    this.#start = 0
    this.length = 0
  }

  /** What is in it no longer counts; nothing more can be put in. */
  leave(): void {
    this.#budget?.giveBack((this.#blocks.length - this.#head) * BLOCK)
    this.#budget = undefined
  }

  #another(): Uint8Array | undefined {
    const block = this.#budget?.take(this.#blocks === NONE ? 'first' : 'next')
    if (block === undefined) return undefined
    if (this.#blocks === NONE) this.#blocks = [block]
    else this.#blocks.push(block)
    return block
  }
}

const copy = (source: Uint8Array, from: number, count: number, target: Uint8Array, to: number): void => {
  target.set(from === 0 && count === source.length ? source : source.subarray(from, from + count), to)
}
