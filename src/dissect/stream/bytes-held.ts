/** Bytes of a stream that came and are not used up: in one array of ours, which grows by doubling. */
import type { Bytes } from '../../engine.ts'

const LEAST = 256

export class HeldBytes {
  #buffer: Uint8Array = new Uint8Array(0)
  #from = 0
  #to = 0
  /** Offset in the stream of the first byte that is held. */
  start = 0
  get length(): number {
    return this.#to - this.#from
  }
  /** Those that are held; the view holds until the next call that changes something. */
  get view(): Bytes {
    return this.#buffer.subarray(this.#from, this.#to)
  }
  push(bytes: Bytes, offset: number): void {
    if (this.length === 0) {
      this.start = offset
      this.#from = 0
      this.#to = 0
    }
    this.#room(bytes.length)
    this.#buffer.set(bytes, this.#to)
    this.#to += bytes.length
  }
  /** Zeros for bytes that were never seen. */
  pad(count: number): void {
    this.#room(count)
    this.#buffer.fill(0, this.#to, this.#to + count)
    this.#to += count
  }
  /** The first `count` are used up. */
  drop(count: number): void {
    this.#from += count
    this.start += count
    if (this.#from < this.#to) return
    this.#from = 0
    this.#to = 0
  }
  #room(count: number): void {
    if (this.#to + count <= this.#buffer.length) return
    const held = this.view
    const needed = held.length + count
    if (needed <= this.#buffer.length && this.#from >= held.length) this.#buffer.copyWithin(0, this.#from, this.#to)
    else {
      const grown = new Uint8Array(Math.max(LEAST, 2 * needed))
      grown.set(held)
      this.#buffer = grown
    }
    this.#from = 0
    this.#to = held.length
  }
}
