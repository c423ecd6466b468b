/** How far a long download is, in one line at the end of the terminal; nothing for short ones. */

/** A download that is done before this needs no line. */
const PATIENCE = 1000
const EVERY = 200

export class Progress {
  readonly #show: (text: string) => void
  readonly #expected: number | undefined
  readonly #began = performance.now()
  #next = PATIENCE

  constructor(show: (text: string) => void, expected: number | undefined) {
    this.#show = show
    this.#expected = expected
  }

  /** `bytes` have been written by now. */
  moved(bytes: number): void {
    const elapsed = performance.now() - this.#began
    if (elapsed < this.#next) return
    this.#next = elapsed + EVERY
    const rate = bytes / 1e6 / (elapsed / 1000)
    const of = this.#expected === undefined ? '' : ` of ${megabytes(this.#expected)}`
    this.#show(`${megabytes(bytes)}${of}, ${rate.toFixed(1)} MB/s`)
  }

  clear(): void {
    this.#show('')
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
