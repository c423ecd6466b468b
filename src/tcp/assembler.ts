/**
 * What arrived, in order or not. Text in order lies in a queue; text ahead of it lies in pieces of its own size, so that
 * a byte at the far end of the window costs a byte and not the window. Of bytes that come twice the first copy counts,
 * as in Linux and FreeBSD: whoever watches the wire and knows that reads what we read.
 */
import { ByteQueue } from './byte-queue.ts'
import type { Keeper, Memory } from './memory.ts'

/** What a piece costs besides its bytes: three objects of the engine, counted generously. */
const PIECE_OVERHEAD = 512
/** Segments that follow each other share pieces up to this size. */
const LARGEST_PIECE = 16_384
/** However small the buffer is, this many pieces may be kept. */
const FEWEST_PIECES = 64

interface Piece {
  readonly start: number
  end: number
  /** From `start` on; it may be longer than what is in it. */
  memory: Uint8Array
}

export class Assembler implements Keeper {
  readonly inOrder: ByteQueue
  /** Bytes of the stream that have arrived in order since its beginning. */
  received = 0
  readonly #budget: Memory
  /** By offset in the stream; apart from each other, all behind `received`. */
  readonly #ahead: Piece[] = []
  /** What the pieces cost. */
  #cost = 0

  constructor(capacity: number, budget: Memory) {
    this.inOrder = new ByteQueue(capacity, budget)
    this.#budget = budget
  }

  /** Bytes that may be read now. */
  get readable(): number {
    return this.inOrder.length
  }

  /** What may be offered from the next expected byte on: no more than is held already when memory is short. */
  get room(): number {
    return this.#budget.isShort ? this.inOrder.assured : this.inOrder.free
  }

  get hasHoles(): boolean {
    return this.#ahead.length > 0
  }

  /**
   * Stores `count` bytes that lie `offset` behind the next expected one; the caller has cut them to the window. Returns
   * how many bytes are now in order that were not before. What there is no memory for is dropped, and comes again.
   */
  store(offset: number, source: Uint8Array, at: number, count: number): number {
    const before = this.received
    if (offset === 0 && this.#ahead.length === 0) {
      this.received += this.inOrder.append(source, at, count)
      return this.received - before
    }
    const start = before + offset
    const end = start + count
    for (let from = start; from < end; from = Math.max(from, this.received)) {
      const piece = this.#ahead[this.#endingAfter(from)]
      if (piece !== undefined && piece.start <= from) {
        from = piece.end
        continue
      }
      const until = piece === undefined ? end : Math.min(end, piece.start)
      const where = at + from - start
      const taken =
        from === this.received
          ? this.#extend(source, where, until - from)
          : this.#keep(from, source, where, until - from)
      if (taken < until - from) break
      from = until
    }
    return this.received - before
  }

  /** Moves up to `target.length` bytes out. */
  take(target: Uint8Array): number {
    const count = Math.min(target.length, this.inOrder.length)
    this.inOrder.peek(0, count, target, 0)
    this.inOrder.drop(count)
    return count
  }

  /** Forgets what lies ahead. The peer has no acknowledgment of it and sends it again. */
  dropAhead(): void {
    this.#ahead.length = 0
    this.#budget.giveBack(this.#cost)
    this.#cost = 0
    this.#budget.keepsNothing(this)
  }

  #extend(source: Uint8Array, at: number, count: number): number {
    let taken = this.inOrder.append(source, at, count)
    if (taken < count && this.#ahead.length > 0) {
      // What is in order comes first: it can be read, and then there is room again.
      this.dropAhead()
      taken += this.inOrder.append(source, at + taken, count - taken)
    }
    this.received += taken
    while (this.#ahead[0]?.start === this.received) this.#join(this.#ahead.shift()!)
    return taken
  }

  /** The first piece follows the text in order. */
  #join({ start, end, memory }: Piece): void {
    this.#release(memory.length + PIECE_OVERHEAD)
    const taken = this.inOrder.append(memory, 0, end - start)
    this.received += taken
    if (taken < end - start) this.dropAhead()
  }

  /** Keeps bytes of which none is here; says how many. */
  #keep(from: number, source: Uint8Array, at: number, count: number): number {
    const index = this.#endingAfter(from)
    const before = this.#ahead[index - 1]
    if (before !== undefined && before.end === from && before.end - before.start + count <= LARGEST_PIECE)
      return this.#lengthen(before, source, at, count)
    if (!this.#afford(count + PIECE_OVERHEAD)) return 0
    this.#ahead.splice(index, 0, { start: from, end: from + count, memory: source.slice(at, at + count) })
    if (this.#ahead.length === 1) this.#budget.keeps(this)
    return count
  }

  #lengthen(piece: Piece, source: Uint8Array, at: number, count: number): number {
    const length = piece.end - piece.start
    if (length + count > piece.memory.length) {
      const size = Math.min(LARGEST_PIECE, Math.max(2 * length, length + count))
      if (!this.#afford(size - piece.memory.length)) return 0
      const memory = new Uint8Array(size)
      memory.set(piece.memory.subarray(0, length))
      piece.memory = memory
    }
    piece.memory.set(source.subarray(at, at + count), length)
    piece.end += count
    return count
  }

  #afford(cost: number): boolean {
    if (this.#cost + cost > this.inOrder.capacity + FEWEST_PIECES * PIECE_OVERHEAD) return false
    if (!this.#budget.grant(cost, this)) return false
    this.#cost += cost
    return true
  }

  #release(cost: number): void {
    this.#cost -= cost
    this.#budget.giveBack(cost)
    if (this.#ahead.length === 0) this.#budget.keepsNothing(this)
  }

  /** The place of the first piece that ends behind `offset`. */
  #endingAfter(offset: number): number {
    let [low, high] = [0, this.#ahead.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#ahead[middle]!.end > offset) high = middle
      else low = middle + 1
    }
    return low
  }
}
