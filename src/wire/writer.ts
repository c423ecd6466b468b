/** Writes big-endian numbers and bytes into a growing array. Length prefixes are patched when their body is written. */
import { WireError } from './reader.ts'

/** Room of the first kind: most messages fit, and an array of its own for each costs more than writing it. */
const FIRST = 2048
/** What the writer before has left: zeros. Whoever writes takes it, so that no two have it. */
let spare: Uint8Array | undefined
const NOTHING = new Uint8Array(0)

/** The greatest number in so many bytes. */
const MOST = [0, 0xff, 0xffff, 0xff_ffff, 0xffff_ffff] as const

/** For one array: nothing is written behind `done`. */
export class Writer {
  #bytes: Uint8Array
  #length = 0
  constructor() {
    this.#bytes = spare ?? new Uint8Array(FIRST)
    spare = undefined
  }
  get length(): number {
    return this.#length
  }
  #room(count: number): number {
    const at = this.#length
    if (at + count > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(this.#bytes.length * 2, at + count))
      grown.set(this.#bytes.subarray(0, at))
      this.#leave()
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
    if (!(value >= 0 && value <= MOST[size]!) || !Number.isInteger(value)) {
      throw new WireError('too-long', at, '', `${value} does not fit in ${size} bytes`)
    }
    const bytes = this.#bytes
    for (let i = at + size - 1, rest = value; i >= at; i--, rest >>>= 8) bytes[i] = rest & 0xff
  }
  put(bytes: Uint8Array): void {
    const at = this.#room(bytes.length)
    this.#bytes.set(bytes, at)
  }
  /** A length of `size` bytes, then what `body` writes. The placeholder is 0xff…, so a missed patch is never legal. */
  prefixed(size: number, body: () => void): void {
    const at = this.#room(size)
    for (let i = at; i < at + size; i++) this.#bytes[i] = 0xff
    body()
    this.#put(at, this.#length - at - size, size)
  }
  /** What was written, as an array of its own. */
  done(): Uint8Array {
    const whole = this.#bytes.slice(0, this.#length)
    this.#leave()
    this.#bytes = NOTHING
    return whole
  }
  /** For the writer to come, and without what was in it: that may have been a secret. */
  #leave(): void {
    if (this.#bytes.length !== FIRST) return
    this.#bytes.fill(0, 0, this.#length)
    spare = this.#bytes
  }
}
