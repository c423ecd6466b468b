/**
 * How old a stored response is, and how old it may become (RFC 9111 4.2). All by the clock that is given: whole times in
 * milliseconds, ages and lifetimes too.
 */
import type { Millis } from '../../engine.ts'
import { parseHttpDate } from '../message/date.ts'
import { type Directives, deltaSeconds, LONGEST, parseCacheControl, secondsOf } from './cache-control.ts'

/** Fields of a message. */
export interface Fields {
  /** Lines of one name joined with commas. */
  get(name: string): string | undefined
}

/** What has to be known of a response to say how fresh it is. */
export interface Timed {
  readonly status: number
  readonly fields: Fields
  /** When the request left and when the head came, in ms since 1970. */
  readonly requestedAt: Millis
  readonly receivedAt: Millis
}

/** RFC 9110 15.1. 206 is among them, but nothing partial is stored here. */
const HEURISTIC = new Set([200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501])

/** Whether a response of this status may be kept without being told for how long. */
export const isHeuristic = (status: number): boolean => HEURISTIC.has(status)

/** RFC 9111 4.2.2: "a typical setting of this fraction might be 10%"; and no longer than a week, as Firefox has it. */
const FRACTION = 0.1
const LONGEST_GUESS: Millis = 7 * 86_400_000

/** RFC 9111 4.2: dates are read in any case of their letters; other zones than GMT are none. */
export const dateOf = (text: string | undefined, now: Millis): Millis | undefined =>
  text === undefined
    ? undefined
    : parseHttpDate(
        text
          .toLowerCase()
          .replace(/[a-z]+/g, word => word[0]!.toUpperCase() + word.slice(1))
          .replace(/Gmt$/, 'GMT'),
        now,
      )

/** The time that the origin says it made the response; when it came where it does not say (RFC 9110 6.6.1). */
export const dateValue = ({ fields, receivedAt }: Timed): Millis => dateOf(fields.get('date'), receivedAt) ?? receivedAt

export interface Lifetime {
  readonly length: Millis
  /** `guessed`: nobody said it, and it follows from how long the response was unchanged. */
  readonly from: 'max-age' | 'expires' | 'guessed' | 'nothing'
}

/** RFC 9111 4.2.1, for one user: `s-maxage` is for shared caches. What is wrong in it is a lifetime of nothing. */
export const lifetimeOf = (response: Timed, directives: Directives = directivesOf(response)): Lifetime => {
  const { fields, status, receivedAt } = response
  const maxAge = secondsOf(directives, 'max-age')
  if (maxAge !== undefined) return { length: maxAge === 'bad' ? 0 : maxAge * 1000, from: 'max-age' }
  const expires = fields.get('expires')
  if (expires !== undefined) {
    // RFC 9111 5.3: what is no date is in the past, "0" above all.
    const length = (dateOf(expires, receivedAt) ?? 0) - dateValue(response)
    return { length: Math.min(Math.max(0, length), LONGEST * 1000), from: 'expires' }
  }
  // RFC 9111 4.2.2; 5.2.2.7: `private` allows a cache of one user as much as `public` all of them.
  const allowed = isHeuristic(status) || directives.has('public') || directives.has('private')
  const modified = dateOf(fields.get('last-modified'), receivedAt)
  if (!allowed || modified === undefined) return { length: 0, from: 'nothing' }
  const guess = Math.max(0, dateValue(response) - modified) * FRACTION
  return { length: Math.min(guess, LONGEST_GUESS), from: 'guessed' }
}

export const directivesOf = ({ fields }: Pick<Timed, 'fields'>): Directives =>
  parseCacheControl(fields.get('cache-control'))

/** RFC 9111 4.2.3. A clock that was set back since makes nothing younger than it was. */
export const ageOf = (response: Timed, now: Millis): Millis => {
  const { fields, requestedAt, receivedAt } = response
  const apparent = Math.max(0, receivedAt - dateValue(response))
  // RFC 9111 5.1: of several the first counts, and one that is no number does not.
  const said = deltaSeconds(fields.get('age')?.replace(/,.*$/s, '').trim()) ?? 0
  const corrected = said * 1000 + Math.max(0, receivedAt - requestedAt)
  return Math.max(apparent, corrected) + Math.max(0, now - receivedAt)
}
