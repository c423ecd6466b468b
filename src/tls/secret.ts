/**
 * Key material as a type of its own: it does not print and does not serialise (a private field is not shown by
 * `util.inspect` either), and every use can be found by searching for `reveal`.
 */
const HIDDEN = '[secret]'

export class Secret {
  readonly #bytes: Uint8Array
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }
  reveal(): Uint8Array {
    return this.#bytes
  }
  /** Best effort: the runtime may have made copies of its own. */
  wipe(): void {
    this.#bytes.fill(0)
  }
  toString(): string {
    return HIDDEN
  }
  toJSON(): string {
    return HIDDEN
  }
}
