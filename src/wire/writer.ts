/** Writes big-endian numbers and bytes into a growing array. Length prefixes are patched when their body is written. */
import { WireError } from './reader.ts'

export class Writer {
  #bytes: Uint8Array = new Uint8Array(256)
  #length = 0
  get length(): number {
    return this.#length
  }
  #room(count: number): number {
    const at = this.#length
    if (at + count > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, at + count))
      grown.set(this.#bytes.subarray(0, at))
      this.#bytes = grown
    }
    this.#length = at + count
    return at
  }
  /** A whole number in `size` bytes (1 to 4), most significant first. */
  uint(value: number, size: number): void {
    const at = this.#room(size)
    this.#put(at, value, size)
  }
  #put(at: number, value: number, size: number): void {
    if (value < 0 || value >= 2 ** (8 * size) || !Number.isInteger(value)) {
      throw new WireError('too-long', at, '', `${value} does not fit in ${size} bytes`)
    }
    for (let i = size - 1, rest = value; i >= 0; i--) {
      this.#bytes[at + i] = rest & 0xff
      rest = Math.floor(rest / 256)
    }
  }
  put(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }
  /** A length of `size` bytes, then what `body` writes. The placeholder is 0xff…, so a missed patch is never legal. */
  prefixed(size: number, body: () => void): void {
    const at = this.#room(size)
    this.#bytes.fill(0xff, at, at + size)
    body()
    this.#put(at, this.#length - at - size, size)
  }
  /** A copy of what was written. */
  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length)
  }
}
