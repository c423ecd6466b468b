/** The one timer of a connection. It is moved lazily: a deadline that lies further off than the armed one waits for it. */
import type { Millis } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import type { HttpTimeouts } from '../types.ts'
import type { Waits } from './incoming.ts'

export type Waited = 'idle' | 'head' | 'body'

/** What a server waits for, and a client but for a head. `untouched`: not a byte of the next message is here. */
export const waitedFor = (waits: Waits, untouched: boolean, awaitsContinue: boolean): Waited | undefined => {
  switch (waits) {
    case 'head':
      return untouched ? 'idle' : 'head'
    case 'length':
    case 'until-close':
    case 'chunks':
    case 'trailers':
      return awaitsContinue ? undefined : 'body'
    case 'done':
    case 'switched':
    case 'failed':
      return undefined
    default:
      return waits satisfies never
  }
}

const codes = { idle: 'http/idle-timeout', head: 'http/head-timeout', body: 'http/body-timeout' } as const

/** Later than any deadline. */
const NEVER = Number.POSITIVE_INFINITY

export class Deadline {
  readonly #timeouts: HttpTimeouts
  #waited: Waited | undefined
  /** No request has begun yet. */
  #isFirst = true
  #due: Millis = NEVER
  #armed: Millis = NEVER

  constructor(timeouts: HttpTimeouts) {
    this.#timeouts = timeouts
  }

  /** When to look at the clock again. */
  get at(): Millis | undefined {
    return this.#armed === NEVER ? undefined : this.#armed
  }

  /** Bytes move the deadline of a body on, but not that of a head: a slow sender gets no more time (slowloris). */
  watch(waited: Waited | undefined, now: Millis, what: 'bytes came' | 'nothing came'): void {
    if (waited === this.#waited && !(waited === 'body' && what === 'bytes came')) return
    this.#waited = waited
    if (waited !== 'idle') this.#isFirst = false
    const limit = this.#limit
    this.#due = limit === undefined ? NEVER : now + limit
    this.#armed = Math.min(this.#armed, this.#due)
  }

  get #limit(): Millis | undefined {
    if (this.#waited === undefined) return undefined
    if (this.#waited === 'idle' && this.#isFirst && this.#timeouts.first !== undefined) return this.#timeouts.first
    return this.#timeouts[this.#waited]
  }

  advance(now: Millis): Failure | undefined {
    if (this.#due <= now) {
      return fail(codes[this.#waited!], { number: this.#limit! })
    }
    this.#armed = this.#due
    return undefined
  }
}
