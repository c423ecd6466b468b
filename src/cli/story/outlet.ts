/**
 * Text on its way to a sink: in order, and without making whoever says it wait, so that a slow reader of the story does
 * not hold up the connection that it is about. On a terminal one more line may stand at the end, which is written over.
 */
import { ours, type Shown } from '../../inspect/index.ts'
import { ReaderGone, type Sink } from '../io.ts'

/** Characters that wait for a slow reader; what comes on top is counted. As much as a run keeps of its beginning. */
const MOST_WAITING = 4 * 1024 * 1024

export interface OutletOptions {
  /** Told once: nobody reads any more, or the disk is full. Everything else is dropped from then on. */
  readonly broken?: ((error: unknown) => void) | undefined
  /** What stands for `texts` texts that were left out. */
  readonly missing: (texts: number) => Shown
}

export class Outlet {
  readonly #sink: Sink
  readonly #options: OutletOptions
  #waiting: Shown[] = []
  #length = 0
  #missing = 0
  #writing: Promise<void> | undefined
  #broken: { readonly error: unknown } | undefined
  /** The line at the end of the terminal says something. */
  #drawn = false

  constructor(sink: Sink, options: OutletOptions) {
    this.#sink = sink
    this.#options = options
  }

  say(text: Shown): void {
    if (this.#broken !== undefined || text === '') return
    if (this.#length + text.length > MOST_WAITING) {
      this.#missing++
      return
    }
    this.#missed()
    this.#add(text)
  }

  /** The line at the end, on a terminal that keeps up; the next text takes its place. Empty: away with it. */
  status(text: Shown): void {
    if (this.#broken !== undefined || !this.#sink.isTerminal) return
    if (text === '' ? !this.#drawn : this.#writing !== undefined) return
    this.#add(text)
    this.#drawn = text !== ''
  }

  /** When everything is written. Rejects with what kept it from being written, unless that was a reader who left. */
  async settled(): Promise<void> {
    this.#missed()
    this.status(NOTHING)
    await this.#writing
    if (this.#broken !== undefined && !(this.#broken.error instanceof ReaderGone)) throw this.#broken.error
  }

  #missed(): void {
    if (this.#missing === 0) return
    const text = this.#options.missing(this.#missing)
    this.#missing = 0
    this.#add(text)
  }

  #add(text: Shown): void {
    if (this.#drawn) this.#waiting.push(CLEAR)
    this.#drawn = false
    this.#waiting.push(text)
    this.#length += text.length
    this.#writing ??= this.#write()
  }

  async #write(): Promise<void> {
    // What the same turn says goes out in one piece.
    await Promise.resolve()
    try {
      while (this.#waiting.length > 0) {
        const whole = this.#waiting.join('') as Shown
        this.#waiting = []
        await this.#sink.write(whole)
        this.#length = this.#waiting.reduce((sum, { length }) => sum + length, 0)
      }
    } catch (error) {
      this.#broken = { error }
      this.#waiting = []
      this.#options.broken?.(error)
    } finally {
      this.#writing = undefined
    }
  }
}

const NOTHING = ours('')
const CLEAR = ours('\r\u001b[K')
