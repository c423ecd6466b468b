/**
 * Sessions with the logic of servlet containers: the one that the cookie names if the store knows it, else a new one,
 * made when something is written to it. Ids are the server's alone; an id that it did not make is no id.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Millis } from '../engine.ts'
import { FailureError, fail } from '../failures/index.ts'
import { parseCookies, serialiseSetCookie } from '../http/cookies.ts'
import type { TraceContext } from '../trace/types.ts'
import { latin1Bytes, latin1Text } from '../wire/bytes.ts'
import type { Session, SessionRecord, SessionStore, SessionValue, Visit } from './types.ts'
import { frozenCopy } from './value.ts'

/** 192 bits, 32 characters. OWASP asks for 64, RFC 6265bis 8.5 for enough that nobody guesses. */
const ID_BYTES = 24
/** Tomcat's default. */
const IDLE: Millis = 30 * 60_000
/** OWASP: 4 to 8 hours for office work. Tomcat and express-session have no such limit. */
const ABSOLUTE: Millis = 12 * 3_600_000
/** Characters of JSON of all attributes. */
const SIZE = 16_384
/** A session that was used so recently is not touched in the store again. */
const TOUCH: Millis = 1000
/** Writes of one session that may be overtaken by others before a request gives up. */
const ATTEMPTS = 8
/** Cookies of our name that are tried: a second one may come from a sibling domain. */
const CANDIDATES = 2

export interface SessionConfig {
  readonly store: SessionStore
  readonly crypto: Pick<CryptoProvider, 'random' | 'hash'>
  /** Milliseconds since 1970, as `Clock.date`. */
  readonly date: () => Millis
  readonly idle?: Millis
  readonly absolute?: Millis
  /** `plain`: cookies without Secure and `__Host-`, for a server without TLS. Whoever listens can take the session. */
  readonly transport?: 'tls' | 'plain'
}

export interface SessionManager {
  /** The cookie's name: `__Host-sid`, or `sid` without TLS. */
  readonly cookieName: string
  /** Begins a request; `cookie` is its Cookie field, `now` the time of the trace (`Clock.now`). */
  open(cookie: string | undefined, trace?: TraceContext, now?: Millis): Promise<Visit>
}

export const sessionManager = (config: SessionConfig): SessionManager => {
  const cookieName = config.transport === 'plain' ? 'sid' : '__Host-sid'
  return {
    cookieName,
    async open(cookie, trace, now = 0) {
      const visit = new OneVisit(config, cookieName)
      for (const id of candidates(cookie, cookieName)) {
        if (await visit.load(id)) break
      }
      judge(visit, cookie, cookieName, trace, now)
      return visit
    },
  }
}

/** Only what has the form of our ids is looked up. */
const candidates = (cookie: string | undefined, name: string): string[] =>
  parseCookies(cookie)
    .filter(([key, value]) => key === name && /^[A-Za-z0-9_-]{32}$/.test(value))
    .slice(0, CANDIDATES)
    .map(([, value]) => value)

const judge = (
  visit: OneVisit,
  cookie: string | undefined,
  name: string,
  trace: TraceContext | undefined,
  at: Millis,
): void => {
  if (trace === undefined || !parseCookies(cookie).some(([key]) => key === name)) return
  const { sink, flow, host } = trace
  const ok = visit.session('existing') !== undefined
  const about = ok ? 'the visitor is known by the cookie' : 'the cookie names no session that is alive: ignored'
  sink.verdict({ layer: 'session', flow, host, at, check: 'session', ok, about })
}

class OneVisit implements Visit {
  readonly #config: SessionConfig
  readonly #cookieName: string
  #session: OneSession | undefined
  /** Sessions that end with this request. */
  readonly #dead: string[] = []
  #cookieDies = false

  constructor(config: SessionConfig, cookieName: string) {
    this.#config = config
    this.#cookieName = cookieName
  }

  async load(id: string): Promise<boolean> {
    const now = this.#config.date()
    const record = await this.#config.store.read(this.#keyOf(id))
    if (record === undefined) return false
    if (record.ends <= now || record.lastUsed + (this.#config.idle ?? IDLE) <= now) {
      await this.#config.store.remove(this.#keyOf(id))
      return false
    }
    this.#session = new OneSession(id, record, this)
    return true
  }

  session(): Session
  session(which: 'existing'): Session | undefined
  session(which?: 'existing'): Session | undefined {
    if (this.#session === undefined && which === undefined) {
      const now = this.#config.date()
      const ends = now + (this.#config.absolute ?? ABSOLUTE)
      const empty = { created: now, lastUsed: now, ends, version: 0, attributes: {} }
      this.#session = new OneSession(undefined, empty, this)
    }
    return this.#session
  }

  async finish(): Promise<readonly string[]> {
    for (const id of this.#dead) await this.#config.store.remove(this.#keyOf(id))
    const session = this.#session
    if (session?.id === undefined) return this.#cookieDies ? [this.#cookie('', 0)] : []
    const now = this.#config.date()
    const expires = Math.min(session.record.ends, now + (this.#config.idle ?? IDLE))
    if (session.isChanged) await this.#write(session, session.id, now, expires)
    else if (now - session.record.lastUsed >= TOUCH) {
      await this.#config.store.touch(this.#keyOf(session.id), now, expires)
    }
    return session.sentId === session.id ? [] : [this.#cookie(session.id, undefined)]
  }

  newId(): string {
    return base64url(this.#config.crypto.random.bytes(ID_BYTES))
  }

  /** The session is over; `id` is what the visitor knew it by. */
  end(id: string | undefined): void {
    if (id !== undefined) this.#dead.push(id)
    this.#cookieDies ||= id !== undefined
    this.#session = undefined
  }

  replace(id: string): void {
    this.#dead.push(id)
  }

  /** Writes over the version that was read; overtaken by another request, it adds its changes to what that one wrote. */
  async #write(session: OneSession, id: string, now: Millis, expires: Millis): Promise<void> {
    const key = this.#keyOf(id)
    let base = session.record
    let version = session.isFresh ? 0 : base.version
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const attributes = session.merged(base)
      checkSize(attributes)
      const record = { ...base, lastUsed: now, version: version + 1, attributes }
      if (await this.#config.store.write(key, record, version, expires)) return
      const current = await this.#config.store.read(key)
      // Ended meanwhile by another request: what is dead stays dead.
      if (current === undefined) return
      base = current
      version = current.version
    }
    throw new FailureError(fail('session/conflict', { number: ATTEMPTS }))
  }

  #keyOf(id: string): string {
    return base64url(this.#config.crypto.hash('sha256').update(latin1Bytes(id)).digest())
  }

  #cookie(value: string, maxAge: number | undefined): string {
    return serialiseSetCookie({
      name: this.#cookieName,
      value,
      path: '/',
      secure: this.#config.transport !== 'plain',
      httpOnly: true,
      sameSite: 'lax',
      ...(maxAge === undefined ? {} : { maxAge }),
    })
  }
}

class OneSession implements Session {
  readonly #visit: OneVisit
  readonly record: SessionRecord
  /** What the visitor's cookie says. */
  readonly sentId: string | undefined
  readonly #changes = new Map<string, SessionValue | undefined>()
  #id: string | undefined
  #over = false

  constructor(id: string | undefined, record: SessionRecord, visit: OneVisit) {
    this.#id = id
    this.sentId = id
    this.record = record
    this.#visit = visit
  }
  get id(): string | undefined {
    return this.#id
  }
  get isNew(): boolean {
    return this.sentId === undefined
  }
  /** The store has nothing under this id yet. */
  get isFresh(): boolean {
    return this.#id !== this.sentId
  }
  get isChanged(): boolean {
    return this.#changes.size > 0 || this.isFresh
  }
  get created(): Millis {
    return this.record.created
  }
  get lastUsed(): Millis {
    return this.record.lastUsed
  }
  get(name: string): SessionValue | undefined {
    if (this.#over) return undefined
    if (this.#changes.has(name)) return this.#changes.get(name)
    return Object.hasOwn(this.record.attributes, name) ? this.record.attributes[name] : undefined
  }
  set(name: string, value: SessionValue): void {
    const copy = frozenCopy(name, value)
    if (this.#over)
      throw new FailureError(fail('session/bad-value', { where: name, got: 'set after the session ended' }))
    this.#id ??= this.#visit.newId()
    this.#changes.set(name, copy)
  }
  delete(name: string): void {
    if (this.get(name) !== undefined) this.#changes.set(name, undefined)
  }
  names(): readonly string[] {
    return this.#over ? [] : Object.keys(this.merged(this.record))
  }
  changeId(): void {
    if (this.#over || this.#id === undefined) return
    if (this.#id === this.sentId) this.#visit.replace(this.#id)
    this.#id = this.#visit.newId()
  }
  invalidate(): void {
    if (this.#over) return
    this.#over = true
    this.#visit.end(this.sentId)
  }
  /** `base` with our changes. No prototype, so every name is only a name. */
  merged(base: SessionRecord): Record<string, SessionValue> {
    const attributes = Object.assign(Object.create(null), base.attributes) as Record<string, SessionValue>
    for (const [name, value] of this.#changes) {
      if (value === undefined) delete attributes[name]
      else attributes[name] = value
    }
    return attributes
  }
}

const checkSize = (attributes: Record<string, SessionValue>): void => {
  const length = JSON.stringify(attributes).length
  if (length > SIZE) throw new FailureError(fail('session/too-big', { got: `${length}`, number: SIZE }))
}

/** RFC 4648 5, without padding. */
const base64url = (bytes: Uint8Array): string =>
  btoa(latin1Text(bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
