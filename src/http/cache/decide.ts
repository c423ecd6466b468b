/**
 * What becomes of a request, given what is kept (RFC 9111 4, 4.2.4, 5.2; RFC 5861; fetch standard, 4.6 for `mode`). Pure:
 * whoever asks has the store, the clock and the wire.
 */
import type { Millis } from '../../engine.ts'
import { listed } from '../message/listed.ts'
import type { HeaderList } from '../types.ts'
import { parseCacheControl, secondsOf } from './cache-control.ts'
import { ageOf, directivesOf, lifetimeOf } from './freshness.ts'
import { answersFor, type CacheRequest, newest, type Stored, timed } from './stored.ts'

/** `Request.cache`. */
export type Mode = 'default' | 'no-store' | 'reload' | 'no-cache' | 'force-cache' | 'only-if-cached'

export type Decision<T extends Stored> =
  /** Without asking anybody; `refresh`: the origin is asked behind the answer (RFC 5861 3). */
  | { readonly use: 'stored'; readonly stored: T; readonly age: Millis; readonly as: 'fresh' | 'stale' | 'refresh' }
  /** The origin is asked, on a condition where there is something to compare with. */
  | { readonly use: 'origin'; readonly stored: T | undefined; readonly conditions: HeaderList }
  /** Nothing else was allowed, and nothing is there. */
  | { readonly use: 'nothing' }

export interface Deciding<T extends Stored> {
  readonly request: CacheRequest
  readonly mode: Mode
  /** All that is kept for the URL. */
  readonly among: readonly T[]
  /** Milliseconds since 1970. */
  readonly now: Millis
  /** As for `selectingOf`. */
  readonly conceal: (value: string) => string
}

/** Fields whose sender compares and cuts by himself (fetch standard, 4.6, step 8.14; RFC 9110 13, 14). */
const OWN_AFFAIR = ['if-none-match', 'if-modified-since', 'if-match', 'if-unmodified-since', 'if-range', 'range']

/** Whether a request of this kind is any business of a cache; the others go by. */
export const isCacheable = ({ method, fields }: CacheRequest, mode: Mode): boolean =>
  (method === 'GET' || method === 'HEAD') &&
  mode !== 'no-store' &&
  OWN_AFFAIR.every(name => fields.get(name) === undefined)

const FROM_ORIGIN = { use: 'origin', stored: undefined, conditions: [] } as const

/** For a request that `isCacheable`. */
export const decide = <T extends Stored>({ request, mode, among, now, conceal }: Deciding<T>): Decision<T> => {
  const wanted = parseCacheControl(request.fields.get('cache-control'))
  const offline = mode === 'only-if-cached' || wanted.has('only-if-cached')
  if (mode === 'reload' || wanted.has('no-store')) return FROM_ORIGIN
  const stored = newest(among.filter(each => answersFor(each, request, conceal)))
  if (stored === undefined) return offline ? { use: 'nothing' } : FROM_ORIGIN
  const { age, stale, strict } = standing(stored, now)
  const use = (as: 'fresh' | 'stale' | 'refresh') => ({ use: 'stored', stored, age, as }) as const
  const asks = mode === 'no-cache' || wanted.has('no-cache')
  if (!asks && strict !== 'always') {
    const takes = willTake(wanted, age, stale)
    if (takes === 'fresh') return use('fresh')
    if (strict === undefined) {
      if (takes === 'stale' || mode === 'force-cache' || mode === 'only-if-cached') return use('stale')
      // RFC 5861 3: for so long the answer is worth more than its being the newest.
      if (!offline && takes === undefined && within(stored, 'stale-while-revalidate', stale)) return use('refresh')
    }
  }
  if (offline) return { use: 'nothing' }
  return request.method === 'GET' ? { use: 'origin', stored, conditions: conditionsOf(stored) } : FROM_ORIGIN
}

/** How old, how long beyond its life (negative: still fresh), and whether nobody may use it so without asking. */
const standing = (
  stored: Stored,
  now: Millis,
): { readonly age: Millis; readonly stale: Millis; readonly strict: 'always' | 'stale' | undefined } => {
  const response = timed(stored)
  const directives = directivesOf(response)
  const age = ageOf(response, now)
  // RFC 9111 5.2.2.4: with names of fields it is about these alone; it is obeyed as if it had none, which is stricter.
  const strict = directives.has('no-cache') ? 'always' : directives.has('must-revalidate') ? 'stale' : undefined
  return { age, stale: age - lifetimeOf(response, directives).length, strict }
}

/** RFC 9111 5.2.1: whether the one who asks takes it so; undefined where he does not say; what he says wrongly asks for more. */
const willTake = (
  wanted: ReturnType<typeof parseCacheControl>,
  age: Millis,
  stale: Millis,
): 'fresh' | 'stale' | 'no' | undefined => {
  const maxAge = secondsOf(wanted, 'max-age')
  const minFresh = secondsOf(wanted, 'min-fresh')
  if (maxAge === 'bad' || (maxAge !== undefined && age > maxAge * 1000)) return 'no'
  if (minFresh === 'bad' || (minFresh !== undefined && -stale < minFresh * 1000)) return 'no'
  // RFC 9111 4.2: what has lived exactly as long as it may is not fresh.
  if (stale < 0) return 'fresh'
  const maxStale = wanted.has('max-stale') ? (wanted.get('max-stale') ?? 'any') : undefined
  if (maxStale === 'any') return 'stale'
  const most = secondsOf(wanted, 'max-stale')
  return most !== undefined && most !== 'bad' && stale <= most * 1000 ? 'stale' : undefined
}

const within = (stored: Stored, directive: string, stale: Millis): boolean => {
  const seconds = secondsOf(directivesOf(timed(stored)), directive)
  return seconds !== undefined && seconds !== 'bad' && stale <= seconds * 1000
}

/** RFC 9111 4.3.1. */
export const conditionsOf = ({ headers }: Stored): HeaderList => {
  const fields = listed(headers)
  const [etag, modified] = [fields.get('etag'), fields.get('last-modified')]
  return [
    ...(etag === undefined ? [] : [['If-None-Match', etag] as const]),
    ...(modified === undefined ? [] : [['If-Modified-Since', modified] as const]),
  ]
}

/** RFC 5861 4: answers that are errors of the moment. */
const ERRORS = new Set([500, 502, 503, 504])
export const isErrorOfTheMoment = (status: number): boolean => ERRORS.has(status)

/**
 * RFC 5861 4: whether what is stale may stand for an origin that fails, where it or the request says `stale-if-error`.
 * Nothing else allows it here (RFC 9111 4.2.4 would, of a cache that is cut off): a program wants to know that it failed.
 */
export const mayStandIn = (
  stored: Stored,
  { request, mode, now }: Omit<Deciding<Stored>, 'among' | 'conceal'>,
): boolean => {
  const wanted = parseCacheControl(request.fields.get('cache-control'))
  const { age, stale, strict } = standing(stored, now)
  if (strict !== undefined || mode !== 'default' || wanted.has('no-cache')) return false
  if (willTake(wanted, age, stale) === 'no') return false
  const asked = secondsOf(wanted, 'stale-if-error')
  return within(stored, 'stale-if-error', stale) || (typeof asked === 'number' && stale <= asked * 1000)
}
