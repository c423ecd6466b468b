/** What a cache of one user keeps: which responses, for whom, and which of them a request may have (RFC 9111 3, 4, 4.1). */
import type { Millis } from '../../engine.ts'
import { members } from '../message/grammar.ts'
import { listed } from '../message/listed.ts'
import type { BodyFraming, HeaderList } from '../types.ts'
import { parseCacheControl, secondsOf } from './cache-control.ts'
import { dateValue, directivesOf, type Fields, isHeuristic, lifetimeOf, type Timed } from './freshness.ts'

/** A response that is kept, without its body. All of it is data: it may be written somewhere and read again. */
export interface Stored {
  readonly status: number
  readonly reason: string
  readonly headers: HeaderList
  /** When the request left and when the head came, in ms since 1970. */
  readonly requestedAt: Millis
  readonly receivedAt: Millis
  /** The fields that Vary names, as the request had them; undefined where it had none. */
  readonly selecting: HeaderListOrNone
  /** Who asked, as a digest or the like: '' for nobody in particular. */
  readonly asker: string
}

type HeaderListOrNone = readonly (readonly [name: string, value: string | undefined])[]

/** A request as it goes out. */
export interface CacheRequest {
  readonly method: string
  readonly fields: Fields
  /** As `Stored.asker`. */
  readonly asker: string
}

export interface CacheResponse extends Timed {
  readonly framing: BodyFraming
}

export const timed = ({ status, headers, requestedAt, receivedAt }: Stored): Timed => ({
  status,
  fields: listed(headers),
  requestedAt,
  receivedAt,
})

/** Why a response is not kept, in words for whoever looks on. */
export type Unstorable =
  | 'the method is not GET'
  | 'the request says no-store'
  | 'the answer says no-store'
  | 'the status means a part of it'
  | 'the status is not understood'
  | 'nothing says that it may be'
  | 'it varies by everything'
  | 'it would never be fresh, and cannot be compared'
  | 'nothing says where it ends'

/** RFC 9111 3, and what could never be used again; undefined: it may be kept. */
export const whyNotStored = (request: CacheRequest, response: CacheResponse): Unstorable | undefined => {
  const { status, fields, framing } = response
  // POST could be kept too where it says so (RFC 9110 9.3.3); nobody does that.
  if (request.method !== 'GET') return 'the method is not GET'
  if (parseCacheControl(request.fields.get('cache-control')).has('no-store')) return 'the request says no-store'
  const directives = directivesOf(response)
  // RFC 9111 3.3: nothing partial is kept, so that nothing need be put together; and 304 is a part of an exchange.
  if (status === 206 || status === 304 || status < 200) return 'the status means a part of it'
  // RFC 9111 5.2.2.3: of those who understand the status no-store is not meant.
  const understands = directives.has('must-understand')
  if (understands && !UNDERSTOOD.has(status)) return 'the status is not understood'
  if (!understands && directives.has('no-store')) return 'the answer says no-store'
  const allowed =
    directives.has('public') ||
    directives.has('private') ||
    directives.has('max-age') ||
    fields.get('expires') !== undefined ||
    isHeuristic(status)
  if (!allowed) return 'nothing says that it may be'
  if (varyOf(fields) === 'everything') return 'it varies by everything'
  // RFC 5861: for so long it is better than nothing.
  const servesStale = STALE.some(name => Number(secondsOf(directives, name)) > 0)
  if (lifetimeOf(response, directives).length === 0 && !hasValidator(fields) && !servesStale) {
    return 'it would never be fresh, and cannot be compared'
  }
  // A body that ends with its connection may have been cut short; nobody would notice.
  return framing.kind === 'until-close' ? 'nothing says where it ends' : undefined
}

const STALE = ['stale-while-revalidate', 'stale-if-error'] as const

/** Statuses whose meaning for caches is known: those of RFC 9110 15 that are final and whole. */
const UNDERSTOOD = new Set([
  ...[200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 307, 308],
  ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426],
  ...[500, 501, 502, 503, 504, 505],
])

const hasValidator = (fields: Fields): boolean =>
  fields.get('etag') !== undefined || fields.get('last-modified') !== undefined

/** The names in Vary, in small letters and in order. */
export const varyOf = (fields: Fields): readonly string[] | 'everything' => {
  const names = members(fields.get('vary') ?? '').filter(name => name !== '')
  if (names.includes('*')) return 'everything'
  return [...new Set(names.map(name => name.toLowerCase()))].sort()
}

/** The value of a selecting field, with white space and the lines it came in made alike (RFC 9111 4.1). */
const normalized = (value: string | undefined): string | undefined =>
  value
    ?.replace(/[\t ]*,[\t ]*/g, ',')
    .replace(/[\t ]+/g, ' ')
    .trim()

/** What of a request selects among the responses to it. `conceal`: for values that must not be kept as they are. */
export const selectingOf = (
  names: readonly string[],
  request: Pick<CacheRequest, 'fields'>,
  conceal: (value: string) => string,
): Stored['selecting'] =>
  names.map(name => {
    const value = normalized(request.fields.get(name))
    return [name, value === undefined || !SECRET.has(name) ? value : conceal(value)]
  })

const SECRET = new Set(['authorization', 'cookie', 'proxy-authorization'])

/**
 * Whether a stored response may answer for this request at all, fresh or not (RFC 9111 4, 4.1). What came for one asker is
 * for others only where it is `public`: several users of one client are as strangers who share a cache (RFC 9111 3.5).
 */
export const answersFor = (stored: Stored, request: CacheRequest, conceal: (value: string) => string): boolean => {
  if (stored.asker !== request.asker && !directivesOf(timed(stored)).has('public')) return false
  const now = selectingOf(
    stored.selecting.map(([name]) => name),
    request,
    conceal,
  )
  return stored.selecting.every(([, value], i) => value === now[i]![1])
}

/** RFC 9111 4: of several that answer the one that was made last. */
export const newest = <T extends Stored>(among: readonly T[]): T | undefined =>
  among.reduce<T | undefined>((best, each) => (best === undefined || isNewer(each, best) ? each : best), undefined)

/** By Date, and where that says nothing by when they came. */
export const isNewer = (one: Stored, other: Stored): boolean => {
  const [a, b] = [dateValue(timed(one)), dateValue(timed(other))]
  return a === b ? one.receivedAt >= other.receivedAt : a > b
}
