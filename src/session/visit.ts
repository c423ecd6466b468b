/**
 * One request's sessions: what it read, what it changed, and the one operation of the store that takes all of it over.
 * Nothing is written before `finish`.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import type { Millis } from '../engine.ts'
import { type FailureCode, FailureError, fail } from '../failures/index.ts'
import type { Facts } from '../failures/registry.ts'
import { serialiseSetCookie } from '../http/cookies/index.ts'
import { base64url } from '../wire/base64url.ts'
import { latin1Bytes } from '../wire/bytes.ts'
import { type Changes, merged, type SessionRecord, type SessionStore, type Terms, type Written } from './store.ts'
import type { Session, SessionValue, Visit } from './types.ts'
import { frozenCopy } from './value.ts'

/** The beginning of an id, the same for all ids of one session: no secret, a store places by it. */
const TAG = { bytes: 6, characters: 8 } as const
/** 144 bits, new with every id. OWASP asks for 64, RFC 6265bis 8.5 for enough that nobody guesses. */
const SECRET_BYTES = 18
/** The form of our ids: nothing else is looked up. */
export const ID = /^[A-Za-z0-9_-]{32}$/
/** Characters of all attributes. */
const SIZE = 16_384
/** A session that was used so recently is not touched in the store again: this long, or this part of the idle limit. */
const TOUCH: Millis = 1000
const TOUCH_PART = 1 / 10
/** Writes of others, one after the other, that a request makes its values anew for before it gives up. */
const ATTEMPTS = 1000
/** How long requests that began with the old id may still write after a change: as a browser waits for an answer. */
const REMEMBERED: Millis = 30_000

/** What a visit needs of the manager's configuration. */
export interface VisitConfig {
  readonly store: SessionStore
  readonly crypto: Pick<CryptoProvider, 'random' | 'hash'>
  readonly date: () => Millis
  readonly idle: Millis
  readonly absolute: Millis
  readonly cookieName: string
  readonly secure: boolean
}

export class OneVisit implements Visit {
  readonly #config: VisitConfig
  #session: OneSession | undefined
  /** The id that the visitor has, if its session was moved before this request began. */
  #movedId: string | undefined
  /** Sessions that end with this request. */
  readonly #ended = new Set<string>()
  #finishing: Promise<readonly string[]> | undefined

  constructor(config: VisitConfig) {
    this.#config = config
  }
  get finished(): boolean {
    return this.#finishing !== undefined
  }
  get moved(): boolean {
    return this.#movedId !== undefined
  }

  /** Looks an id up. True: here is its session, no other id need be tried. */
  async load(id: string): Promise<boolean> {
    const { store, idle } = this.#config
    const record = await store.read(this.#keyOf(id))
    if (record === undefined) return false
    if (record === 'moved') {
      this.#movedId ??= id
      return false
    }
    const now = this.#config.date()
    if (record.ends <= now || record.lastUsed + idle <= now) {
      await store.remove(this.#keyOf(id))
      return false
    }
    this.#session = new OneSession(id, record, this)
    this.#movedId = undefined
    return true
  }

  session(): Session
  session(which: 'existing'): Session | undefined
  session(which?: 'existing'): Session | undefined {
    if (this.#session === undefined && which === undefined) {
      const now = this.#config.date()
      const ends = now + this.#config.absolute
      const empty = {
        created: now,
        lastUsed: now,
        ends,
        version: 1,
        known: false,
        attributes: new Map<string, string>(),
      }
      this.#session = new OneSession(undefined, empty, this)
    }
    return this.#session
  }

  finish(): Promise<readonly string[]> {
    this.#finishing ??= this.#finish().catch((error: unknown) => {
      this.#finishing = undefined
      throw error
    })
    return this.#finishing
  }

  /** An id; with `of`, another one for the same session. */
  newId(of?: string): string {
    const { random } = this.#config.crypto
    const tag = of?.slice(0, TAG.characters) ?? base64url(random.bytes(TAG.bytes))
    return tag + base64url(random.bytes(SECRET_BYTES))
  }

  /**
   * The session is over; `id` is what the visitor knew it by. A logout that was sent before the login's answer arrived
   * ends that login: it is what the visitor asked for.
   */
  end(id: string | undefined): void {
    const known = id ?? this.#movedId
    if (known !== undefined) this.#ended.add(known)
    this.#movedId = undefined
    this.#session = undefined
  }

  async #finish(): Promise<readonly string[]> {
    for (const id of this.#ended) await this.#config.store.remove(this.#keyOf(id))
    const given = this.#session === undefined ? undefined : await this.#keep(this.#session)
    if (given !== undefined) return [this.#cookie(given, undefined)]
    return this.#ended.size > 0 ? [this.#cookie('', 0)] : []
  }

  /** Takes the session to the store. Returns the id that the visitor is to have from now on, if it is another one. */
  async #keep(session: OneSession): Promise<string | undefined> {
    const { id, sentId, changes } = session
    if (id === undefined) return undefined
    const { store } = this.#config
    const now = this.#config.date()
    const terms: Terms = {
      lastUsed: now,
      expires: Math.min(session.record.ends, now + this.#config.idle),
      most: SIZE,
    }
    const key = this.#keyOf(id)
    if (sentId === undefined) {
      if (this.moved && !session.isKnown) return undefined
      const attributes = merged(new Map(), changes)
      taken(await store.create(key, { ...session.record, known: session.isKnown, attributes }, terms))
      return id
    }
    if (id !== sentId) {
      const from = this.#keyOf(sentId)
      const written = await carried(session, terms, (all, on) => store.move(from, key, all, on, now + REMEMBERED))
      if (written === 'written') return id
      // Nothing may follow the visitor into a session whose id somebody else was given: that would be fixation.
      if (changes.size > 0)
        throw refusal('session/conflict', { got: written === 'gone' ? 'ended it' : 'changed its id' })
      return undefined
    }
    const untouched = now - session.record.lastUsed
    if (changes.size > 0 || untouched >= Math.min(TOUCH, this.#config.idle * TOUCH_PART)) {
      await carried(session, terms, (all, on) => store.update(key, all, on))
    }
    return undefined
  }

  /** The cookie's name is part of it: an id from a plain connection is none on a protected one. */
  #keyOf(id: string): string {
    const hash = this.#config.crypto.hash('sha256')
    const digest = hash.update(latin1Bytes(`${this.#config.cookieName}=${id}`)).digest()
    return `${id.slice(0, TAG.characters)}.${base64url(digest)}`
  }

  #cookie(value: string, maxAge: number | undefined): string {
    return serialiseSetCookie({
      name: this.#config.cookieName,
      value,
      path: '/',
      secure: this.#config.secure,
      httpOnly: true,
      sameSite: 'lax',
      ...(maxAge === undefined ? {} : { maxAge }),
    })
  }
}

type Maker = (before: SessionValue | undefined) => SessionValue | undefined

class OneSession implements Session {
  readonly #visit: OneVisit
  readonly record: SessionRecord
  /** What the visitor's cookie says. */
  readonly sentId: string | undefined
  /** JSON texts. */
  readonly changes = new Map<string, string | undefined>()
  /** How values were made, by name: from what is there when they are written. */
  readonly #makers = new Map<string, Maker[]>()
  /** What was read or set, as values. */
  readonly #values = new Map<string, SessionValue>()
  #id: string | undefined
  #isKnown: boolean
  #ended = false

  constructor(id: string | undefined, record: SessionRecord, visit: OneVisit) {
    this.#id = id
    this.sentId = id
    this.record = record
    this.#isKnown = record.known
    this.#visit = visit
  }
  get id(): string | undefined {
    return this.#id
  }
  get isNew(): boolean {
    return this.sentId === undefined
  }
  /** Its id was changed, now or earlier. */
  get isKnown(): boolean {
    return this.#isKnown
  }
  get created(): Millis {
    return this.record.created
  }
  get lastUsed(): Millis {
    return this.record.lastUsed
  }

  get(name: string): SessionValue | undefined {
    const text = this.#textOf(name)
    if (text === undefined) return undefined
    let value = this.#values.get(name)
    if (value === undefined) {
      value = frozenCopy(name, JSON.parse(text))
      this.#values.set(name, value)
    }
    return value
  }
  set(name: string, value: SessionValue): void {
    this.#mayWrite(name)
    const copy = frozenCopy(name, value)
    this.#makers.delete(name)
    this.#keep(name, copy)
  }
  change(name: string, make: Maker): void {
    this.#mayWrite(name)
    const makers = this.#makers.get(name)
    // What this request set or deleted itself depends on nothing.
    const depends = makers !== undefined || !this.changes.has(name)
    const made = make(this.get(name))
    this.#keep(name, made === undefined ? undefined : frozenCopy(name, made))
    if (depends) this.#makers.set(name, [...(makers ?? []), make])
  }
  delete(name: string): void {
    if (this.#ended) return
    this.#mayWrite(name)
    if (this.#textOf(name) === undefined) return
    this.#makers.delete(name)
    this.#keep(name, undefined)
  }
  /** Some change was made from what was read. */
  get depends(): boolean {
    return this.#makers.size > 0
  }
  /** The changes as they are over `base`. */
  changesOf(base: SessionRecord): Changes {
    if (base === this.record) return this.changes
    const all = new Map(this.changes)
    for (const [name, makers] of this.#makers) {
      const text = base.attributes.get(name)
      let value = text === undefined ? undefined : frozenCopy(name, JSON.parse(text))
      for (const make of makers) {
        const made = make(value)
        value = made === undefined ? undefined : frozenCopy(name, made)
      }
      all.set(name, value === undefined ? undefined : JSON.stringify(value))
    }
    return all
  }
  names(): readonly string[] {
    return this.#ended ? [] : [...merged(this.record.attributes, this.changes).keys()]
  }
  changeId(): void {
    if (this.#ended) return
    this.#mayWrite('changeId')
    this.#isKnown = true
    if (this.#id !== undefined) this.#id = this.#visit.newId(this.#id)
  }
  invalidate(): void {
    if (this.#ended) return
    this.#mayWrite('invalidate')
    this.#ended = true
    this.#visit.end(this.sentId)
  }

  #textOf(name: string): string | undefined {
    if (this.#ended) return undefined
    return this.changes.has(name) ? this.changes.get(name) : this.record.attributes.get(name)
  }
  #mayWrite(where: string): void {
    if (this.#visit.finished) throw refusal('session/over', { where, got: 'the request was finished' })
    if (this.#ended) throw refusal('session/over', { where, got: 'its session was ended' })
  }
  #keep(name: string, value: SessionValue | undefined): void {
    this.#id ??= this.#visit.newId()
    if (value === undefined) this.#values.delete(name)
    else this.#values.set(name, value)
    this.changes.set(name, value === undefined ? undefined : JSON.stringify(value))
  }
}

/** Lets `write` take the changes over, made again each time that another request was faster with what they depend on. */
const carried = async (
  session: OneSession,
  terms: Terms,
  write: (changes: Changes, terms: Terms) => Promise<Written>,
): Promise<'written' | 'gone' | 'moved'> => {
  let base = session.record
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const version = session.depends ? base.version : undefined
    const written = await write(session.changesOf(base), { ...terms, version })
    if (written.is !== 'overtaken') return taken(written)
    base = written.record
  }
  throw refusal('session/conflict', { got: `wrote it ${ATTEMPTS} times` })
}

/** What was written, unless it is too big: then nothing was. */
const taken = <W extends Written>(written: W): Exclude<W['is'], 'too-big'> => {
  if (written.is === 'too-big') throw refusal('session/too-big', { got: `${written.size}`, number: SIZE })
  return written.is as Exclude<W['is'], 'too-big'>
}

const refusal = (code: FailureCode, facts: Facts): FailureError => new FailureError(fail(code, facts))
