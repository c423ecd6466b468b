/** One line on a terminal that says how far a long download is; nothing anywhere else, nothing for short ones. */
import { ours } from '../../inspect/index.ts'
import { ReaderGone, type Sink } from '../io.ts'

/** A download that is done before this needs no line. */
const PATIENCE = 1000
const EVERY = 200

export class Progress {
  readonly #err: Sink
  readonly #expected: number | undefined
  readonly #began = performance.now()
  readonly #shown: boolean
  #next = PATIENCE
  #drawn = false

  constructor(err: Sink, mode: 'shown' | 'silent', expected: number | undefined) {
    this.#err = err
    this.#shown = mode === 'shown' && err.isTerminal
    this.#expected = expected
  }

  /** `bytes` have been written by now. */
  async moved(bytes: number): Promise<void> {
    const elapsed = performance.now() - this.#began
    if (!this.#shown || elapsed < this.#next) return
    this.#next = elapsed + EVERY
    this.#drawn = true
    const rate = bytes / 1e6 / (elapsed / 1000)
    const of = this.#expected === undefined ? '' : ` of ${megabytes(this.#expected)}`
    await this.#write(`  ${megabytes(bytes)}${of}, ${rate.toFixed(1)} MB/s`)
  }

  async clear(): Promise<void> {
    if (this.#drawn) await this.#write('')
  }

  /** In place of what the line said before. */
  async #write(text: string): Promise<void> {
    await this.#err.write(ours(`\r\u001b[K${text}`)).catch(error => {
      if (!(error instanceof ReaderGone)) throw error
    })
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`
