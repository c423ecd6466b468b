/**
 * Requests on a condition (RFC 9110 13): what the client says it has, against what there is. Pure: whoever answers knows
 * the validators and the time.
 */
import type { Millis } from '../../engine.ts'
import { parseHttpDate } from '../message/date.ts'
import type { HeaderList } from '../types.ts'

/** RFC 9110 8.8.3: strong says the same octets, weak as good as the same. */
export interface EntityTag {
  readonly weak: boolean
  /** Between the quotes. */
  readonly opaque: string
}

/** What is known of a representation that exists. */
export interface Validators {
  /** As the field has it, `"x"` or `W/"x"`. */
  readonly etag?: string | undefined
  /** Milliseconds since 1970; what is less than a second of it is not said to clients, and not compared. */
  readonly lastModified?: Millis | undefined
}

/** Fields of a request: a `Headers` or what the engine gives. */
export interface Asked {
  get(name: string): string | null | undefined
}

/** Entity tags of one field that are looked at. Browsers send one, caches a few; a field has room for some thousands. */
const TAGS = 256

/** In a list, behind commas; and alone. */
const MEMBER = /[\t ,]*(W\/)?"([!\x23-\x7e\x80-\xff]*)"[\t ]*(?=,|$)/y
const ALONE = /^(W\/)?"([!\x23-\x7e\x80-\xff]*)"$/

/** Undefined for what is none: no quotes, octets that may not stand between them, anything before or behind. */
export const parseEntityTag = (text: string): EntityTag | undefined => {
  const match = ALONE.exec(text)
  return match === null ? undefined : { weak: match[1] !== undefined, opaque: match[2]! }
}

/** The members of `#entity-tag`; undefined where anything else stands among them, or more than are looked at. */
const entityTags = (list: string): readonly EntityTag[] | undefined => {
  const tags: EntityTag[] = []
  MEMBER.lastIndex = 0
  for (let at = 0; at < list.length; at = MEMBER.lastIndex) {
    const match = MEMBER.exec(list)
    // Empty members may follow (RFC 9110 5.6.1.2).
    if (match === null) return /^[\t ,]*$/.test(list.slice(at)) ? tags : undefined
    if (tags.push({ weak: match[1] !== undefined, opaque: match[2]! }) > TAGS) return undefined
  }
  return tags
}

/** RFC 9110 8.8.3.2. */
export const matchesStrongly = (a: EntityTag, b: EntityTag): boolean => !a.weak && !b.weak && a.opaque === b.opaque
export const matchesWeakly = (a: EntityTag, b: EntityTag): boolean => a.opaque === b.opaque

type Comparison = typeof matchesStrongly

/** Whether a list, or `*`, has the tag of what there is. What cannot be read names nothing. */
const names = (list: string, there: Validators | undefined, same: Comparison): boolean => {
  if (list.trim() === '*') return there !== undefined
  const own = there?.etag === undefined ? undefined : parseEntityTag(there.etag)
  return own !== undefined && (entityTags(list) ?? []).some(tag => same(tag, own))
}

const wholeSecond = (at: Millis): Millis => Math.floor(at / 1000) * 1000

/** RFC 9110 13.2.1: of CONNECT, OPTIONS and TRACE nothing is selected, so no condition is about anything. */
const UNCONDITIONAL = new Set(['CONNECT', 'OPTIONS', 'TRACE'])

/**
 * What a condition makes of a request that would succeed without it (RFC 9110 13.2.1: one that would not is answered as if
 * it had none), in the order of 13.2.2. `there` is undefined where nothing exists yet: PUT with `If-None-Match: *` is for
 * that. `now` tells the century of dates that say only two digits of it.
 */
export const evaluate = (
  method: string,
  headers: Asked,
  there: Validators | undefined,
  now: Millis,
): 'go on' | 304 | 412 => {
  if (UNCONDITIONAL.has(method)) return 'go on'
  const reads = method === 'GET' || method === 'HEAD'
  const modified = there?.lastModified === undefined ? undefined : wholeSecond(there.lastModified)
  const ifMatch = headers.get('if-match') ?? undefined
  if (ifMatch !== undefined) {
    if (!names(ifMatch, there, matchesStrongly)) return 412
  } else if (modified !== undefined) {
    const since = dateOf(headers, 'if-unmodified-since', now)
    if (since !== undefined && modified > since) return 412
  }
  const ifNoneMatch = headers.get('if-none-match') ?? undefined
  if (ifNoneMatch !== undefined) {
    if (names(ifNoneMatch, there, matchesWeakly)) return reads ? 304 : 412
  } else if (reads && modified !== undefined) {
    const since = dateOf(headers, 'if-modified-since', now)
    if (since !== undefined && modified <= since) return 304
  }
  return 'go on'
}

/** Undefined for what is no date, or more than one: such a condition is ignored (RFC 9110 13.1.3, 13.1.4). */
const dateOf = (headers: Asked, name: string, now: Millis): Millis | undefined => {
  const value = headers.get(name) ?? undefined
  return value === undefined ? undefined : parseHttpDate(value, now)
}

/**
 * RFC 9110 13.1.5: whether the range that was asked for may be sent; otherwise all of what there is. True without If-Range.
 * A part is put behind what the client has, so only what is strong will do. A date is strong when it is a second old and
 * more (8.8.2.2): a file can change twice in one second.
 */
export const mayBePartial = (headers: Asked, there: Validators, now: Millis): boolean => {
  const value = headers.get('if-range') ?? undefined
  if (value === undefined) return true
  const tag = parseEntityTag(value)
  if (tag !== undefined) {
    const own = there.etag === undefined ? undefined : parseEntityTag(there.etag)
    return own !== undefined && matchesStrongly(tag, own)
  }
  if (there.lastModified === undefined) return false
  const modified = wholeSecond(there.lastModified)
  return now - modified >= 1000 && parseHttpDate(value, now) === modified
}

/** What describes a body that 304 does not have. Whoever stores it has these already, and may not be made to change them. */
const OF_THE_BODY = new Set(['content-type', 'content-length', 'content-encoding', 'content-language', 'content-range'])

/**
 * The fields of 304 from those that 200 would have (RFC 9110 15.4.5): Cache-Control, Content-Location, Date, ETag, Expires
 * and Vary stay, as does what is not about the body; Last-Modified only where no ETag guides whoever stored it.
 */
export const fieldsOfUnchanged = (headers: HeaderList): HeaderList => {
  const tagged = headers.some(([name]) => name.toLowerCase() === 'etag')
  return headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return !OF_THE_BODY.has(lower) && !(tagged && lower === 'last-modified')
  })
}

/**
 * The ETag of 304: weak where the client named ours weakly. It has the answer with a content coding, whose tag was made
 * weak, and may put a 304 with a strong tag to nothing that it keeps under a weak one (RFC 9111 4.3.4).
 */
export const tagAsKnown = (headers: Asked, etag: string): string => {
  const own = parseEntityTag(etag)
  const known = entityTags(headers.get('if-none-match') ?? '')?.filter(tag => tag.opaque === own?.opaque) ?? []
  return known.length > 0 && known.every(tag => tag.weak) && own?.weak === false ? `W/${etag}` : etag
}

/** RFC 9110 8.8.2.2: long enough that two clocks which differ a little do not matter. */
const LONG_AGO: Millis = 60_000

/**
 * What If-Range may name (RFC 9110 13.1.5) of an answer with these fields: its tag, if that is strong, or its date, if it was
 * long unchanged when the answer was made. Undefined: nothing says of a part that it is of the same.
 */
export const strongValidator = (headers: Asked): string | undefined => {
  const etag = headers.get('etag') ?? undefined
  if (etag !== undefined) return parseEntityTag(etag)?.weak === false ? etag : undefined
  const [modified, date] = ['last-modified', 'date'].map(name => headers.get(name) ?? undefined)
  if (modified === undefined || date === undefined) return undefined
  // Two digits of a year are the same of both.
  const [changed, made] = [parseHttpDate(modified, 0), parseHttpDate(date, 0)]
  return changed !== undefined && made !== undefined && made - changed >= LONG_AGO ? modified : undefined
}
