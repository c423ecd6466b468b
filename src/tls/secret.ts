/**
 * Key material as a type of its own: it does not print and does not serialise (a private field is not shown by
 * `util.inspect` either), and every use can be found by searching for `reveal`.
 */
import { joined } from '../wire/bytes.ts'

const HIDDEN = '[secret]'

export class Secret {
  readonly #bytes: Uint8Array
  readonly #start: number
  readonly #end: number
  /** What of `bytes` it is: everything, where nothing else is said. */
  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes
    this.#start = start
    this.#end = end
  }
  /** The same in one array, for those that are kept long: each array takes seven times what a secret has. Wipes `secrets`. */
  static together<const S extends readonly Secret[]>(secrets: S): { readonly [K in keyof S]: Secret } {
    const bytes = joined(secrets.map(secret => secret.reveal()))
    let end = 0
    const moved = secrets.map(secret => {
      const start = end
      end += secret.reveal().length
      secret.wipe()
      return new Secret(bytes, start, end)
    })
    return moved as { readonly [K in keyof S]: Secret }
  }
  reveal(): Uint8Array {
    const whole = this.#start === 0 && this.#end === this.#bytes.length
    return whole ? this.#bytes : this.#bytes.subarray(this.#start, this.#end)
  }
  /** Best effort: the runtime may have made copies of its own. */
  wipe(): void {
    this.#bytes.fill(0, this.#start, this.#end)
  }
  toString(): string {
    return HIDDEN
  }
  toJSON(): string {
    return HIDDEN
  }
}
