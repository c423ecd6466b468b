/** Requests that came before the one in front of them was answered: how many bytes of them are read. */

/** Bytes that are taken in before somebody wants them, so that the client's FIN behind them is heard. */
export const EARLY = 64 * 1024

export class Ahead {
  #waiting = false
  #bytes = 0
  #allowed = EARLY

  /** No more is to be read for now. */
  get enough(): boolean {
    return this.#waiting && this.#bytes >= this.#allowed
  }

  /** The first of them is here. */
  begin(): void {
    this.#waiting = true
  }
  /** True where they count. */
  came(bytes: number): boolean {
    if (this.#waiting) this.#bytes += bytes
    return this.#waiting
  }
  allowMore(): void {
    this.#allowed *= 2
  }
  /** It is their turn. */
  end(): void {
    this.#waiting = false
    this.#bytes = 0
    this.#allowed = EARLY
  }
}
