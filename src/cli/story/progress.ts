/** How far a long download or upload is, in one line at the end of the terminal; nothing for short ones. */

/** What is done before this needs no line. */
const PATIENCE = 1000
const EVERY = 200

export class Progress {
  readonly #show: (text: string) => void
  readonly #expected: number | undefined
  readonly #verb: 'received' | 'sent'
  readonly #now: () => number
  readonly #began: number
  #next = PATIENCE

  /** `expected`: how many bytes there will be, where that is known. `now` in milliseconds. */
  constructor(
    show: (text: string) => void,
    expected: number | undefined,
    verb: 'received' | 'sent' = 'received',
    now: () => number = () => performance.now(),
  ) {
    this.#show = show
    this.#expected = expected
    this.#verb = verb
    this.#now = now
    this.#began = now()
  }

  /** `bytes` have been moved by now. */
  moved(bytes: number): void {
    const elapsed = this.#now() - this.#began
    if (elapsed < this.#next) return
    this.#next = elapsed + EVERY
    const rate = bytes / (elapsed / 1000)
    const expected = this.#expected
    const of = expected === undefined ? '' : ` of ${megabytes(expected)}`
    const left = expected === undefined || rate === 0 ? '' : `, ${duration((expected - bytes) / rate)} left`
    this.#show(`${this.#verb} ${megabytes(bytes)}${of}, ${(rate / 1e6).toFixed(1)} MB/s${left}`)
  }

  clear(): void {
    this.#show('')
  }
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`

/** `9 s`, `2 min 5 s`, `3 h 20 min`. */
const duration = (seconds: number): string => {
  const whole = Math.max(0, Math.ceil(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
