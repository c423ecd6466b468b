/** The sessions of a client, by whatever distinguishes those for whom they are good: bounded, and in memory only. */
import { factsOf, type Session } from './session.ts'

/** Servers for which sessions are kept; beyond, the one that was asked longest ago goes. */
const MOST_SERVERS = 500

/** Octets of tickets and certificates, which are as long as servers like: of 500 that show two and give four, some 6 MB. */
const MOST_BYTES = 8 * 1024 * 1024

/** For each of them: a ticket of TLS 1.3 is good once, and a browser opens some connections at a time. */
const MOST_EACH = 4

export class SessionCache {
  readonly #sessions = new Map<string, Session[]>()
  #bytes = 0

  get size(): number {
    return this.#sessions.size
  }
  /** One to resume; `at` in milliseconds since 1970. RFC 9846 appendix C.4: one of TLS 1.3 is not used twice. */
  take(key: string, at: number): Session | undefined {
    const fresh = this.#sessions.get(key)?.filter(session => session.expires > at)
    const newest = fresh?.at(-1)
    if (fresh === undefined || newest === undefined) {
      this.forget(key)
      return undefined
    }
    this.#put(key, newest.version === 'TLS 1.3' ? fresh.slice(0, -1) : fresh)
    return newest
  }
  keep(key: string, session: Session): void {
    const before = this.#sessions.get(key) ?? []
    this.#put(key, session.version === 'TLS 1.3' ? [...before, session].slice(-MOST_EACH) : [session])
    for (const oldest of this.#sessions.keys()) {
      if (this.#sessions.size <= MOST_SERVERS && this.#bytes <= MOST_BYTES) break
      this.forget(oldest)
    }
  }
  /** RFC 5246 7.2.2: what a connection that failed was resumed from is not tried again. */
  forget(key: string): void {
    this.#bytes -= weight(this.#sessions.get(key))
    this.#sessions.delete(key)
  }
  /** As the one that was used last. */
  #put(key: string, sessions: Session[]): void {
    this.forget(key)
    if (sessions.length === 0) return
    this.#sessions.set(key, sessions)
    this.#bytes += weight(sessions)
  }
}

const weight = (sessions: readonly Session[] = []): number =>
  sessions
    .map(factsOf)
    .flatMap(({ id, ticket, peerChain }) => [id, ticket, ...peerChain])
    .reduce((sum, bytes) => sum + bytes.length, 0)
