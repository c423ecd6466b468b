/** Sessions by their id, for a server that answers the question `session` (RFC 5246 7.4.1.3): bounded, and in memory only. */
import type { Bytes } from '../../engine.ts'
import { hexText } from '../../wire/bytes.ts'
import { SESSION_LIFETIME } from './session.ts'

export interface SessionStoreOptions {
  /** Bytes of states; beyond, the oldest goes. 16 MiB when left out: some 100,000 clients without certificates. */
  readonly bytes?: number | undefined
  /** Milliseconds for which a state is kept; half a day when left out. */
  readonly lifetime?: number | undefined
}

interface Kept {
  readonly state: Bytes
  readonly until: number
}

const MOST_BYTES = 16 * 1024 * 1024

export class SessionStore {
  readonly #most: number
  readonly #lifetime: number
  /** The oldest first. */
  readonly #kept = new Map<string, Kept>()
  #bytes = 0
  constructor({ bytes = MOST_BYTES, lifetime = SESSION_LIFETIME * 1_000 }: SessionStoreOptions = {}) {
    this.#most = bytes
    this.#lifetime = lifetime
  }
  get size(): number {
    return this.#kept.size
  }
  /** `at`: the time in milliseconds, on any clock that is the same for all calls. */
  put(id: Bytes, state: Bytes, at: number): void {
    const name = hexText(id)
    this.#drop(name)
    this.#kept.set(name, { state, until: at + this.#lifetime })
    this.#bytes += state.length
    for (const [oldest, { until }] of this.#kept) {
      if (this.#bytes <= this.#most && until > at) break
      this.#drop(oldest)
    }
  }
  get(id: Bytes, at: number): Bytes | undefined {
    const name = hexText(id)
    const found = this.#kept.get(name)
    if (found === undefined || found.until > at) return found?.state
    this.#drop(name)
    return undefined
  }
  /** RFC 5246 7.2.2: the session of a connection that failed. */
  forget(id: Bytes): void {
    this.#drop(hexText(id))
  }
  #drop(name: string): void {
    this.#bytes -= this.#kept.get(name)?.state.length ?? 0
    this.#kept.delete(name)
  }
}
