/** How many requests are under way to an origin, for whoever heeds what `dispatch` says and waits for `drain`. */
export class Busy {
  readonly #most: number
  readonly #drained: (origin: string) => void
  readonly #origins = new Map<string, { count: number; full: boolean }>()

  /** `drained` is told when less than `most` are under way, and were not before. */
  constructor(most: number, drained: (origin: string) => void) {
    this.#most = most
    this.#drained = drained
  }

  /** True where one more would have to wait. */
  began(origin: string): boolean {
    const one = this.#origins.get(origin) ?? { count: 0, full: false }
    this.#origins.set(origin, one)
    one.count++
    one.full ||= one.count >= this.#most
    return one.full
  }

  ended(origin: string): void {
    const one = this.#origins.get(origin)!
    one.count--
    if (one.count === 0) this.#origins.delete(origin)
    if (!one.full || one.count >= this.#most) return
    one.full = false
    this.#drained(origin)
  }
}
