/**
 * The cache of a client (RFC 9111), for one user: an interceptor that asks `http/cache` what to do and does it. It sits next
 * to the wire, so it sees requests as they go out. Two requests for the same at once both go: neither waits for how fast the
 * other is read. What is kept is what came whole.
 */
import type { Clock } from '../../clock.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import {
  conditionsOf,
  type Decision,
  decide,
  isCacheable,
  isErrorOfTheMoment,
  type Mode,
  mayStandIn,
} from '../../http/cache/decide.ts'
import { ageOf, lifetimeOf } from '../../http/cache/freshness.ts'
import { partOfStored, rangeOf } from '../../http/cache/part.ts'
import {
  answersFor,
  type CacheRequest,
  isNewer,
  type Stored,
  selectingOf,
  timed,
  varyOf,
  whyNotStored,
} from '../../http/cache/stored.ts'
import { freshened, handedOut, invalidated, isAbout, isSameByHead, keptFields, keyOf } from '../../http/cache/update.ts'
import { listed } from '../../http/message/listed.ts'
import type { BodyFraming, HeaderList } from '../../http/types.ts'
import type { TraceContext, TraceSink } from '../../trace/types.ts'
import { hexText } from '../../wire/bytes.ts'
import { CopiedPieces, type NoCopy } from './cache-body.ts'
import { type CacheEntry, type CacheStore, memoryStore } from './cache-store.ts'
import { contextOf, type Outline } from './request.ts'
import { type Answer, type Ask, type Interceptor, madeAnswer, madeHead } from './seam.ts'

export interface CacheOptions {
  /** In this process where undefined: `memoryStore()`. */
  readonly store?: CacheStore | undefined
  /** Bytes of the longest body that is kept; 4 MiB where undefined. So much is held besides of each body under way. */
  readonly largest?: number | undefined
}

/** undici keeps 5 MB of one. */
const LARGEST = 4 * 1024 * 1024

export interface CacheParts {
  readonly clock: Clock
  readonly crypto: CryptoProvider
  /** The fields of a request as they go out. */
  readonly fieldsOf: (outline: Outline) => HeaderList
  readonly trace: TraceSink | undefined
}

/** A request that is under way to the origin; `overtaken`: what it is about was changed meanwhile, so the answer is not kept. */
interface Flight {
  readonly key: string
  overtaken: boolean
}

/** A request with all that decisions are made by. */
interface Job {
  readonly outline: Outline
  readonly key: string
  readonly request: CacheRequest
  readonly mode: Mode
  readonly next: Ask
}

/** What came, and when (ms since 1970). */
interface Came {
  readonly flight: Flight
  readonly requestedAt: Millis
  readonly receivedAt: Millis
}

export const cacheOf = (options: CacheOptions, parts: CacheParts): Interceptor => {
  const cache = new Cache(options, parts)
  return (outline, next) => cache.answer(outline, next)
}

class Cache {
  readonly #store: CacheStore
  readonly #largest: number
  readonly #parts: CacheParts
  readonly #flights = new Set<Flight>()
  /** What is asked for again behind an answer, by URL and id: once at a time. */
  readonly #refreshing = new Set<string>()
  /** Of the connection that was used last: who we are in the trace. */
  #seen: TraceContext | undefined

  constructor({ store = memoryStore(), largest = LARGEST }: CacheOptions, parts: CacheParts) {
    this.#store = store
    this.#largest = largest
    this.#parts = parts
  }

  async answer(given: Outline, next: Ask): Promise<Answer> {
    const { url, method, cache: mode = 'default' } = given
    const cookie = given.headers.get('cookie') ?? given.cookie?.(undefined)
    // One look at the jar: what is asked and what is kept are for the same asker.
    const outline: Outline = {
      ...given,
      cookie(trace) {
        // The trace hears of those that stay behind.
        if (trace !== undefined) given.cookie?.(trace)
        return cookie
      },
    }
    const fields = listed(this.#parts.fieldsOf(outline))
    const credentials = [fields.get('authorization'), fields.get('cookie')]
    const asker = credentials.every(each => each === undefined) ? '' : this.#conceal(JSON.stringify(credentials))
    const job: Job = { outline, key: keyOf(url), request: { method, fields, asker }, mode, next }
    if (!isOfUrl(given) || !isCacheable(job.request, mode)) {
      const part = isOfUrl(given) ? await this.#part(job) : undefined
      if (part !== undefined) return part
      if (mode === 'only-if-cached') throw notCached(given)
      return this.#through(job)
    }
    const among = await this.#kept(job.key)
    const decision = decide({ request: job.request, mode, among, now: this.#date(), conceal: this.#conceal })
    switch (decision.use) {
      case 'stored':
        if (decision.as === 'refresh') void this.#refresh(job, decision.stored)
        return this.#served(job, decision.stored, decision.as)
      case 'nothing':
        if (mode === 'only-if-cached') throw notCached(given)
        return madeAnswer(madeHead(504, 'Gateway Timeout', [['Content-Length', '0']]), EMPTY, this.#parts.clock)
      case 'origin':
        return method === 'HEAD' ? this.#head(job, among) : this.#origin(job, decision)
      default:
        return decision satisfies never
    }
  }

  /** One range of what is kept whole, and may be used without asking. */
  async #part(job: Job): Promise<Answer | undefined> {
    const { request, mode, key } = job
    const range = rangeOf(request, mode)
    if (range === undefined) return undefined
    const decision = decide({ request, mode, among: await this.#kept(key), now: this.#date(), conceal: this.#conceal })
    if (decision.use !== 'stored' || decision.as === 'refresh') return undefined
    const { stored, as } = decision
    const part = partOfStored(stored, range, stored.body.length)
    if (part === undefined) return undefined
    const { headers } = part
    const body = stored.body.subarray(part.range.start, part.range.end)
    return this.#served(job, { ...stored, status: 206, reason: 'Partial Content', headers, body }, as)
  }

  /** What is not kept may end what is (RFC 9111 4.4). */
  async #through({ outline, next }: Job): Promise<Answer> {
    const answer = await next(outline)
    const { status, headers } = answer.head
    for (const key of invalidated(outline, { status, fields: headers })) {
      for (const flight of this.#flights) if (flight.key === key) flight.overtaken = true
      await this.#tried(() => this.#store.delete(key))
    }
    return answer
  }

  /** RFC 9111 4.3.5. */
  async #head(job: Job, among: readonly CacheEntry[]): Promise<Answer> {
    const { answer, came } = await this.#asked(job, [])
    const { status, headers } = answer.head
    const could = status === 200 ? among.filter(entry => answersFor(entry, job.request, this.#conceal)) : []
    for (const entry of could) {
      if (isSameByHead({ fields: headers }, entry)) await this.#renewed(job, entry, headers.list(), came)
      else await this.#tried(() => this.#store.delete(job.key, entry.id))
    }
    this.#flights.delete(came.flight)
    return answer
  }

  async #origin(job: Job, { stored, conditions }: Comparison): Promise<Answer> {
    let asked: { readonly answer: Answer; readonly came: Came }
    try {
      asked = await this.#asked(job, conditions)
    } catch (error) {
      if (error instanceof FailureError && this.#standsIn(stored, job)) return this.#served(job, stored, 'stand-in')
      throw error
    }
    const { answer, came } = asked
    const { status } = answer.head
    if (status === 304 && stored !== undefined && conditions.length > 0) {
      return this.#unchanged(job, stored, answer, came)
    }
    if (!isErrorOfTheMoment(status) || !this.#standsIn(stored, job)) return this.#keeping(job, stored, answer, came)
    this.#flights.delete(came.flight)
    answer.pieces.discard()
    return this.#served(job, stored, 'stand-in')
  }

  async #asked({ outline, key, next }: Job, conditions: HeaderList): Promise<{ answer: Answer; came: Came }> {
    const flight: Flight = { key, overtaken: false }
    this.#flights.add(flight)
    const requestedAt = this.#date()
    try {
      const answer = await next(conditions.length === 0 ? outline : withFields(outline, conditions))
      this.#seen = answer.trace ?? this.#seen
      return { answer, came: { flight, requestedAt, receivedAt: this.#date() } }
    } catch (error) {
      this.#flights.delete(flight)
      throw error
    }
  }

  #standsIn(stored: CacheEntry | undefined, { request, mode }: Job): stored is CacheEntry {
    return stored !== undefined && mayStandIn(stored, { request, mode, now: this.#date() })
  }

  async #unchanged(job: Job, stored: CacheEntry, answer: Answer, came: Came): Promise<Answer> {
    const { headers } = answer.head
    answer.pieces.discard()
    if (isAbout({ fields: headers }, stored)) {
      const entry = await this.#renewed(job, stored, headers.list(), came)
      this.#flights.delete(came.flight)
      const { connection, trace } = answer
      return { ...this.#served(job, entry, 'unchanged'), connection, trace }
    }
    // RFC 9111 4.3.4: it is about something that is not here.
    this.#flights.delete(came.flight)
    await this.#tried(() => this.#store.delete(job.key, stored.id))
    return this.#origin(job, { stored: undefined, conditions: [] })
  }

  /** `stored` as `headers` renew it, and kept so if it still may be. */
  async #renewed(job: Job, stored: CacheEntry, headers: HeaderList, came: Came): Promise<CacheEntry> {
    const renewed = freshened(stored, { ...came, headers })
    const request = { ...job.request, method: 'GET' }
    const why = whyNotStored(request, { ...timed(renewed), framing: { kind: 'length', length: stored.body.length } })
    const entry = why === undefined ? this.#entry(renewed, request, stored) : renewed
    if (entry.id !== stored.id || why !== undefined) await this.#tried(() => this.#store.delete(job.key, stored.id))
    if (why === undefined && !came.flight.overtaken) await this.#tried(() => this.#store.put(job.key, entry))
    return entry
  }

  /** Hands `answer` on, and keeps what comes of it if all of it comes. */
  async #keeping(job: Job, stored: CacheEntry | undefined, answer: Answer, came: Came): Promise<Answer> {
    const { head, connection, pieces, trace } = answer
    const { status, reason, headers, framing } = head
    const response = { ...came, status, fields: headers, framing }
    const why =
      whyNotStored(job.request, response) ??
      ((connection.tls?.trusted?.accepted.length ?? 0) > 0
        ? 'the certificate was accepted in spite of a failure'
        : undefined) ??
      (framing.kind === 'length' && framing.length > this.#largest ? 'it is too long' : undefined)
    if (why !== undefined) {
      this.#flights.delete(came.flight)
      this.#say(`not kept: ${why}`, trace)
      // What was kept is of the past, whether or not something comes in its place.
      if (stored !== undefined) await this.#tried(() => this.#store.delete(job.key, stored.id))
      return answer
    }
    const done = async (body: Bytes | NoCopy): Promise<void> => {
      this.#flights.delete(came.flight)
      if (typeof body === 'string') return this.#say(`not kept: it is ${body}`, trace)
      if (came.flight.overtaken) return this.#say('not kept: it was changed meanwhile', trace)
      const plain = { status, reason, headers: keptFields(headers.list(), came.receivedAt), ...timesOf(came) }
      const entry = this.#entry(plain, job.request, { body, connection })
      const same = (await this.#kept(job.key)).find(({ id }) => id === entry.id)
      if (same === undefined || isNewer(entry, same)) await this.#tried(() => this.#store.put(job.key, entry))
      const { length, from } = lifetimeOf(timed(entry))
      this.#say(`kept, fresh for ${seconds(length - ageOf(timed(entry), came.receivedAt))} (${from})`, trace)
    }
    if (framing.kind !== 'none' && !(framing.kind === 'length' && framing.length === 0)) {
      return { ...answer, pieces: new CopiedPieces(pieces, { largest: this.#largest, done }) }
    }
    await done(EMPTY)
    return answer
  }

  /** Asks the origin behind an answer that was given already (RFC 5861 3). */
  async #refresh(job: Job, stored: CacheEntry): Promise<void> {
    const name = `${job.key} ${stored.id}`
    if (this.#refreshing.has(name)) return
    this.#refreshing.add(name)
    const { url, headers, cookie, credentials } = job.outline
    const outline: Outline = { url, headers, cookie, credentials, method: 'GET', body: undefined, signal: undefined }
    const again = { ...job, outline, request: { ...job.request, method: 'GET' } }
    try {
      const { pieces } = await this.#origin(again, { stored, conditions: conditionsOf(stored) })
      let size = 0
      for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next()) {
        size += piece.length
        if (size > this.#largest) return pieces.cancel()
      }
    } catch {
      // Whoever asks next finds what is kept as stale as before.
    } finally {
      this.#refreshing.delete(name)
    }
  }

  #served(job: Job, entry: CacheEntry, as: keyof typeof SERVED): Answer {
    const { status, reason, body, connection } = entry
    const age = ageOf(timed(entry), this.#date())
    const bytes = job.request.method === 'HEAD' ? EMPTY : body.slice()
    const framing: BodyFraming = bytes.length === 0 ? { kind: 'none' } : { kind: 'length', length: bytes.length }
    const made = madeAnswer(madeHead(status, reason, handedOut(entry, age), framing), bytes, this.#parts.clock)
    this.#say(`${SERVED[as]}, ${seconds(age)} old: ${job.key}`, undefined)
    return { ...made, connection: connection ?? made.connection, cookies: 'taken' }
  }

  #entry(
    stored: Omit<Stored, 'selecting' | 'asker'>,
    request: CacheRequest,
    more: Pick<CacheEntry, 'body' | 'connection'>,
  ): CacheEntry {
    const names = varyOf(listed(stored.headers))
    const selecting = names === 'everything' ? [] : selectingOf(names, request, this.#conceal)
    const { asker } = request
    const { body, connection } = more
    return { ...stored, selecting, asker, id: this.#conceal(JSON.stringify([asker, selecting])), body, connection }
  }

  /** Only what is whole: whatever became of it where it was. */
  async #kept(key: string): Promise<readonly CacheEntry[]> {
    const found = (await this.#tried(() => this.#store.get(key))) ?? []
    return found.filter(({ headers, body }) => {
      const length = listed(headers).get('content-length')
      return length === undefined || Number(length) === body.length
    })
  }

  /** A store that fails is one that keeps nothing. */
  async #tried<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      this.#say(`the store fails: ${error}`, undefined)
      return undefined
    }
  }

  readonly #conceal = (value: string): string =>
    hexText(this.#parts.crypto.hash('sha256').update(new TextEncoder().encode(value)).digest())

  #date(): Millis {
    return this.#parts.clock.date()
  }

  #say(about: string, trace: TraceContext | undefined): void {
    const { trace: sink, clock } = this.#parts
    const { flow, host } = trace ?? this.#seen ?? { flow: 'cache', host: '' }
    sink?.verdict({ layer: 'http', flow, host, at: clock.now(), check: 'cache', ok: true, rule: 'RFC 9111', about })
  }
}

type Comparison = Omit<Extract<Decision<CacheEntry>, { readonly use: 'origin' }>, 'use'>

const SERVED = {
  fresh: 'served from the cache',
  stale: 'served from the cache though it is stale',
  refresh: 'served from the cache while it is asked for again',
  unchanged: 'not changed (304), served from the cache',
  'stand-in': 'served from the cache because the origin fails',
} as const

const EMPTY = new Uint8Array()

const seconds = (length: Millis): string => `${Math.floor(length / 1000)} s`

const timesOf = ({ requestedAt, receivedAt }: Came) => ({ requestedAt, receivedAt })

/** Whether all that says what is asked for is in the URL: no other Host, no target to the letter, no trailers of ours. */
const isOfUrl = ({ url, headers, target, body }: Outline): boolean =>
  target === undefined && body === undefined && (headers.get('host') ?? url.host) === url.host

const withFields = (outline: Outline, fields: HeaderList): Outline => {
  const headers = new Headers(outline.headers)
  for (const [name, value] of fields) headers.set(name, value)
  return { ...outline, headers }
}

const notCached = (outline: Outline): FailureError =>
  new FailureError(fail('net/not-cached').within(contextOf(outline)))
