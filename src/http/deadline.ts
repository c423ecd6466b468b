/** The one timer of a connection. It is moved lazily: a deadline that lies further off than the armed one waits for it. */
import type { Millis } from '../engine.ts'
import { type Failure, fail } from '../failures/index.ts'
import type { HttpTimeouts } from './types.ts'

export type Waited = 'idle' | 'head' | 'body'

const codes = { idle: 'http/idle-timeout', head: 'http/head-timeout', body: 'http/body-timeout' } as const

export class Deadline {
  readonly #timeouts: HttpTimeouts
  #waited: Waited | undefined
  #due: Millis | undefined
  #armed: Millis | undefined

  constructor(timeouts: HttpTimeouts) {
    this.#timeouts = timeouts
  }

  /** When to look at the clock again. */
  get at(): Millis | undefined {
    return this.#armed
  }

  /** Bytes move the deadline of a body on, but not that of a head: a slow sender gets no more time (slowloris). */
  watch(waited: Waited | undefined, now: Millis, what: 'bytes came' | 'nothing came'): void {
    if (waited === this.#waited && !(waited === 'body' && what === 'bytes came')) return
    this.#waited = waited
    const limit = waited === undefined ? undefined : this.#timeouts[waited]
    this.#due = limit === undefined ? undefined : now + limit
    if (this.#due !== undefined && (this.#armed === undefined || this.#armed > this.#due)) this.#armed = this.#due
  }

  advance(now: Millis): Failure | undefined {
    if (this.#due !== undefined && this.#waited !== undefined && this.#due <= now) {
      const number = this.#timeouts[this.#waited]
      return fail(codes[this.#waited], number === undefined ? {} : { number })
    }
    this.#armed = this.#due
    return undefined
  }
}
