/** A large file seen through one piece of it at a time. */
import type { Bytes } from '../../engine.ts'

/** The bytes of a capture, wherever they lie. */
export interface Source {
  readonly size: number
  /** Bytes [start, end), fewer where the file ends. Valid until the next call. */
  read(start: number, end: number): Bytes
}

/** One read. Larger pieces were not faster (they leave the processor's cache), smaller ones cost more calls. */
export const PIECE = 1 << 20

export class Window {
  readonly #source: Source
  readonly size: number
  /** How much is read at once, in bytes: less where few of them are wanted. */
  piece: number
  /** Where in the file `bytes` begin. */
  start = 0
  bytes: Bytes = new Uint8Array(0)
  /** Of `bytes`. */
  view: DataView = new DataView(this.bytes.buffer)

  constructor(source: Source, piece: number = PIECE) {
    this.piece = piece
    this.#source = source
    this.size = source.size
  }

  /** Where in `bytes` the `count` bytes at `offset` of the file begin; -1 when the file ends before they do. */
  at(offset: number, count: number, piece: number = this.piece): number {
    const at = offset - this.start
    if (at >= 0 && at + count <= this.bytes.length) return at
    if (offset + count > this.size) return -1
    this.bytes = this.#source.read(offset, Math.min(this.size, offset + Math.max(count, piece)))
    this.view = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length)
    this.start = offset
    return this.bytes.length < count ? -1 : 0
  }
}
