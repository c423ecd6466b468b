/**
 * A bounded queue of bytes, in blocks that are taken as bytes come and given back as they go, so that a connection that
 * carries nothing costs nothing, one that carries little costs little, and what is in the queue is never moved. The block
 * that an empty queue takes is small, those behind it are not.
 */
import { FIRST_BLOCK, type Memory, NEXT_BLOCK } from './memory.ts'

const MASK = NEXT_BLOCK - 1
const SHIFT = Math.log2(NEXT_BLOCK)
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
  /** The place of the first block in the list, its size, and the place of the first byte in it. */
  #head = 0
  #size = FIRST_BLOCK
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
    return Math.min(this.free, this.#held - this.#start - this.length)
  }

  /** Takes what there is room for of `count` bytes from `at` on, and says how much. */
  append(source: Uint8Array, at: number, count: number): number {
    const wanted = Math.min(count, this.free)
    let taken = 0
    while (taken < wanted) {
      const end = this.#start + this.length
      const block = this.#blocks[this.#blockOf(end)] ?? this.#another()
      if (block === undefined) break
      const place = this.#placeOf(end)
      const piece = Math.min(wanted - taken, block.length - place)
      copy(source, at + taken, piece, block, place)
      this.length += piece
      taken += piece
    }
    return taken
  }

  /** Copies `count` bytes that begin `offset` behind the front into `target`. */
  peek(offset: number, count: number, target: Uint8Array, at: number): void {
    let from = this.#start + offset
    for (let copied = 0; copied < count; ) {
      const block = this.#blocks[this.#blockOf(from)]!
      const place = this.#placeOf(from)
      const piece = Math.min(count - copied, block.length - place)
      copy(block, place, piece, target, at + copied)
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
    for (this.#start += count; this.#start >= this.#size; this.#size = NEXT_BLOCK) {
      this.#start -= this.#size
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
    this.#size = FIRST_BLOCK
    this.#start = 0
    this.length = 0
  }

  /** What is in it no longer counts; nothing more can be put in. */
  leave(): void {
    if (this.#blocks !== NONE) this.#budget?.giveBack(this.#held)
    this.#budget = undefined
  }

  /** Bytes of its blocks; of an empty queue, of the one that it gets. */
  get #held(): number {
    return this.#size + Math.max(0, this.#blocks.length - this.#head - 1) * NEXT_BLOCK
  }
  /** Where in the list the block is that holds the byte at `at`, counted from the first byte of the first block. */
  #blockOf(at: number): number {
    return at < this.#size ? this.#head : this.#head + 1 + ((at - this.#size) >>> SHIFT)
  }
  #placeOf(at: number): number {
    return at < this.#size ? at : (at - this.#size) & MASK
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
