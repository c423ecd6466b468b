/** What newer messages do to what is kept: 304 and HEAD renew it, methods that change something end it (RFC 9111 3.2, 4.3, 4.4). */
import type { Millis } from '../../engine.ts'
import { imfDate } from '../message/date.ts'
import { members } from '../message/grammar.ts'
import { listed } from '../message/listed.ts'
import { matchesWeakly, parseEntityTag } from '../semantics/conditional.ts'
import type { HeaderList } from '../types.ts'
import type { Timed } from './freshness.ts'
import type { Stored } from './stored.ts'

/** RFC 9111 3.1: those of one connection, and of one proxy. */
const OF_THE_CONNECTION = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'proxy-authenticate',
  'proxy-authentication-info',
  'proxy-authorization',
])

/** What is kept of the fields of a response; one without a Date is of the time when it came (RFC 9110 6.6.1). */
export const keptFields = (headers: HeaderList, receivedAt: Millis): HeaderList => {
  const fields = listed(headers)
  const named = members(fields.get('connection') ?? '').map(name => name.toLowerCase())
  const kept = headers.filter(([name]) => {
    const lower = name.toLowerCase()
    return !OF_THE_CONNECTION.has(lower) && !named.includes(lower)
  })
  return fields.has('date') ? kept : [...kept, ['Date', imfDate(receivedAt)]]
}

/** RFC 9111 3.2: what tells how the body that is kept is to be read; another body's is of no use to it. */
const OF_THE_BODY = new Set(['content-length', 'content-encoding', 'content-range'])

/** `stored` with the fields of a 304, or of an answer to HEAD (RFC 9111 3.2). */
export const freshened = <T extends Stored>(
  stored: T,
  { headers, requestedAt, receivedAt }: Pick<Stored, 'headers' | 'requestedAt' | 'receivedAt'>,
): T => {
  const newer = keptFields(headers, receivedAt).filter(([name]) => !OF_THE_BODY.has(name.toLowerCase()))
  // How old the former answer was says nothing of this one.
  const replaced = new Set(['age', ...newer.map(([name]) => name.toLowerCase())])
  const older = stored.headers.filter(([name]) => !replaced.has(name.toLowerCase()))
  return { ...stored, headers: [...older, ...newer], requestedAt, receivedAt }
}

/**
 * RFC 9111 4.3.4: whether a 304 is about `stored`, whose validators the request named. With a strong tag it must be the same;
 * with weaker validators they must not contradict; with none at all the condition says what it is about.
 */
export const isAbout = (answer: Pick<Timed, 'fields'>, stored: Pick<Stored, 'headers'>): boolean => {
  const kept = listed(stored.headers)
  const tag = tagOf(answer.fields.get('etag'))
  const known = tagOf(kept.get('etag'))
  if (tag !== undefined) {
    if (!tag.weak) return known !== undefined && !known.weak && known.opaque === tag.opaque
    if (known !== undefined) return matchesWeakly(tag, known)
  }
  const modified = answer.fields.get('last-modified')
  return modified === undefined || !kept.has('last-modified') || modified === kept.get('last-modified')
}

const tagOf = (text: string | undefined) => (text === undefined ? undefined : parseEntityTag(text))

/** RFC 9111 4.3.5: what an answer of 200 to HEAD says of a stored answer to GET: the same, or that it is out of date. */
export const isSameByHead = ({ fields }: Pick<Timed, 'fields'>, stored: Pick<Stored, 'headers'>): boolean => {
  const kept = listed(stored.headers)
  return ['etag', 'last-modified', 'content-length'].every(name => {
    const said = fields.get(name)
    return said === undefined || said === kept.get(name)
  })
}

/** RFC 9110 9.2.1. */
const SAFE = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'TRACE'])

/**
 * RFC 9111 4.4: the URLs of which nothing that is kept may be used any more: the one that was asked and those of its origin
 * that the answer names. An error changed nothing.
 */
export const invalidated = (
  { method, url }: { readonly method: string; readonly url: URL },
  { status, fields }: Pick<Timed, 'status' | 'fields'>,
): readonly string[] => {
  if (SAFE.has(method) || status < 200 || status >= 400) return []
  const named = ['location', 'content-location'].flatMap(name => {
    const given = fields.get(name)
    const other = given === undefined || !URL.canParse(given, url.href) ? undefined : new URL(given, url)
    return other?.origin === url.origin ? [keyOf(other)] : []
  })
  return [...new Set([keyOf(url), ...named])]
}

/** What responses are kept under: the URL without its fragment (RFC 9111 2). */
export const keyOf = (url: URL): string => url.href.replace(/#.*$/, '')

/** The fields of a stored response as they are handed out: with its age (RFC 9111 4), in whole seconds. */
export const handedOut = ({ headers }: Stored, age: Millis): HeaderList => [
  ...headers.filter(([name]) => name.toLowerCase() !== 'age'),
  ['Age', `${Math.floor(age / 1000)}`],
]
