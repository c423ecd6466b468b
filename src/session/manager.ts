/**
 * Sessions with the logic of servlet containers: the one that the cookie names if the store knows it, else a new one,
 * made when something is written to it. Ids are the server's alone; an id that it did not make is no id. What a request
 * does to its session is in `visit.ts`.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Millis } from '../engine.ts'
import { parseCookies } from '../http/cookies/index.ts'
import type { TraceContext } from '../trace/types.ts'
import type { SessionStore } from './store.ts'
import type { Visit } from './types.ts'
import { ID, OneVisit } from './visit.ts'

/** Tomcat's default. */
const IDLE: Millis = 30 * 60_000
/** OWASP: 4 to 8 hours for office work. Tomcat and express-session have no such limit. */
const ABSOLUTE: Millis = 12 * 3_600_000
/** Cookies of our name that are tried: a second one may come from a sibling domain. */
const CANDIDATES = 2

export interface SessionConfig {
  readonly store: SessionStore
  readonly crypto: Pick<CryptoProvider, 'random' | 'hash'>
  /** Milliseconds since 1970, as `Clock.date`. */
  readonly date: () => Millis
  readonly idle?: Millis | undefined
  readonly absolute?: Millis | undefined
  /** `plain`: cookies without Secure and `__Host-`, for a server without TLS. Whoever listens can take the session. */
  readonly transport?: 'tls' | 'plain' | undefined
}

export interface SessionManager {
  /** The cookie's name: `__Host-sid`, or `sid` without TLS. */
  readonly cookieName: string
  /** Begins a request; `cookie` is its Cookie field, `now` the time of the trace (`Clock.now`). */
  open(cookie: string | undefined, trace?: TraceContext, now?: Millis): Promise<Visit>
}

export const sessionManager = (config: SessionConfig): SessionManager => {
  const { store, crypto, date, idle = IDLE, absolute = ABSOLUTE } = config
  const secure = config.transport !== 'plain'
  const cookieName = secure ? '__Host-sid' : 'sid'
  return {
    cookieName,
    async open(cookie, trace, now = 0) {
      const visit = new OneVisit({ store, crypto, date, idle, absolute, cookieName, secure })
      const sent = parseCookies(cookie).filter(([name]) => name === cookieName)
      const ids = sent.map(([, value]) => value).filter(value => ID.test(value))
      for (const id of ids.slice(0, CANDIDATES)) {
        if (await visit.load(id)) break
      }
      if (trace !== undefined && sent.length > 0) judge(visit, trace, now)
      return visit
    },
  }
}

const judge = (visit: OneVisit, { sink, flow, host }: TraceContext, at: Millis): void => {
  const ok = visit.session('existing') !== undefined
  const stranger = visit.moved
    ? 'the cookie is from before a change of id'
    : 'the cookie names no session that is alive'
  const about = ok ? 'the visitor is known by the cookie' : `${stranger}: ignored`
  sink.verdict({ layer: 'session', flow, host, at, check: 'session', ok, about })
}
