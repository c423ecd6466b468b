/** What a caller of undici asks for: read at once, before he uses the same objects again, and refused as undici does. */
import { stringify } from 'node:querystring'
import { type Dispatcher, errors } from 'undici'
import { badInTarget, isToken } from '../../http/message/grammar.ts'
import type { HeaderList } from '../../http/types.ts'
import { type Body, bodyOf } from './body.ts'

export interface Asked {
  readonly url: URL
  /** To the letter, where it holds nothing that a target must not; as `url` has it otherwise. Of CONNECT: where to. */
  readonly target: string | undefined
  readonly method: string
  readonly headers: Headers
  /** The same, each as it was given. */
  readonly fields: HeaderList
  readonly body: Body | undefined
  /** The protocol that is offered. */
  readonly upgrade: string | undefined
  /** Its connection ends with it. */
  readonly once: boolean
  /** In ms; undefined: as the dispatcher has it, Infinity: none. */
  readonly headersTimeout: number | undefined
  readonly bodyTimeout: number | undefined
}

/** Throws undici's `InvalidArgumentError`, `NotSupportedError` and `RequestContentLengthMismatchError`. */
export const askedOf = (options: Dispatcher.DispatchOptions): Asked => {
  if (typeof options !== 'object' || options === null) throw invalid('opts must be an object.')
  const { method, reset, upgrade } = options
  if (typeof method !== 'string') throw invalid('method must be a string')
  if (!isToken(method)) throw invalid('invalid request method')
  if (upgrade && typeof upgrade !== 'string') throw invalid('upgrade must be a string')
  if (upgrade && /[^\t\x20-\x7e\x80-\xff]/.test(upgrade)) throw invalid('invalid upgrade header')
  refuseUnknown(options)
  const { url, target } = placeOf(options)
  const given = fieldsOf(options.headers)
  const headers = headersOf(given)
  const body = bodyOf(options.body, headers, method)
  const type = body?.type
  return {
    url,
    target,
    method,
    headers,
    fields: type === undefined ? given : [...given, ['content-type', type]],
    body,
    upgrade: upgrade || undefined,
    once: reset === true || (reset !== false && closes(headers.get('connection'))),
    headersTimeout: timeOf('headersTimeout', options.headersTimeout),
    bodyTimeout: timeOf('bodyTimeout', options.bodyTimeout),
  }
}

const invalid = (message: string, cause?: unknown): Error =>
  Object.assign(new errors.InvalidArgumentError(message), cause === undefined ? {} : { cause })

const refuseUnknown = (options: Dispatcher.DispatchOptions): void => {
  const { reset, expectContinue, throwOnError, maxRedirections } = options as typeof options & {
    readonly expectContinue?: unknown
    readonly maxRedirections?: unknown
    readonly throwOnError?: unknown
  }
  for (const [name, value] of Object.entries({ reset, expectContinue }))
    if (value !== undefined && value !== null && typeof value !== 'boolean') throw invalid(`invalid ${name}`)
  if (throwOnError !== undefined && throwOnError !== null) throw invalid('invalid throwOnError')
  if (maxRedirections) throw invalid('maxRedirections is not supported, use the redirect interceptor')
}

const timeOf = (name: string, given: number | null | undefined): number | undefined => {
  if (given === undefined || given === null) return undefined
  if (!Number.isFinite(given) || given < 0) throw invalid(`invalid ${name}`)
  return given === 0 ? Number.POSITIVE_INFINITY : given
}

const placeOf = (options: Dispatcher.DispatchOptions): Pick<Asked, 'url' | 'target'> => {
  const { origin, path, query, method } = options
  if (origin === undefined) throw invalid('origin is missing: it says where to go')
  if (typeof path !== 'string') throw invalid('path must be a string')
  let base: URL
  try {
    base = new URL(String(origin))
  } catch (error) {
    throw invalid('origin is no URL', error)
  }
  if (base.protocol !== 'http:' && base.protocol !== 'https:') throw invalid(`${base.protocol} is not asked here`)
  if (method === 'CONNECT') return { url: base, target: path }
  const whole = /^https?:\/\//i.test(path)
  if (!path.startsWith('/') && !whole) throw invalid('path must be an absolute URL or start with a slash')
  if (/[^\x21-\xff]/.test(path)) throw invalid('invalid request path')
  if (query && /[?#]/.test(path)) throw invalid('query is given, and path has one, or a fragment')
  const search = query ? stringify(query as Parameters<typeof stringify>[0]) : ''
  const all = search === '' ? path : `${path}?${search}`
  const target = badInTarget(all) === undefined ? all : undefined
  try {
    // The URL of one that names its own server says whom it is sent to: a proxy.
    return { url: whole ? base : new URL(`${base.origin}${all}`), target: whole ? all : target }
  } catch (error) {
    throw invalid('origin and path are no URL', error)
  }
}

/** RFC 9112 9.6. Throws for what is no list of names. */
const closes = (connection: string | null): boolean => {
  if (connection === null) return false
  const names = connection.split(',').map(name => name.trim())
  if (!names.every(isToken)) throw invalid('invalid connection header')
  return names.some(name => name.toLowerCase() === 'close')
}

/** Those that follow from the body and the connection. */
const NOT_GIVEN = new Set(['transfer-encoding', 'keep-alive', 'upgrade'])
const ONCE = new Set(['host', 'content-length'])

/** From each of the forms in which undici takes them. */
const fieldsOf = (given: Dispatcher.DispatchOptions['headers']): [string, string][] => {
  const fields: [string, string][] = []
  const seen = new Set<string>()
  const add = (name: unknown, value: unknown): void => {
    if (value === undefined) return
    if (typeof name !== 'string' || !isToken(name)) throw invalid('invalid header key')
    const lower = name.toLowerCase()
    if (NOT_GIVEN.has(lower)) throw invalid(`invalid ${lower} header`)
    if (ONCE.has(lower) && seen.has(lower)) throw invalid(`duplicate ${lower} header`)
    seen.add(lower)
    if (lower === 'expect' && String(value).toLowerCase() !== '100-continue')
      throw new errors.NotSupportedError('no expectation but 100-continue is known')
    if (lower === 'content-length' && !/^\d{1,15}$/.test(String(value))) throw invalid('invalid content-length header')
    for (const each of Array.isArray(value) ? value : [value]) {
      if (typeof each === 'object' && each !== null) throw invalid(`invalid ${name} header`)
      fields.push([name, each === null ? '' : textOf(name, each)])
    }
  }
  if (Array.isArray(given) && !Array.isArray(given[0])) {
    if (given.length % 2 !== 0) throw invalid('headers array must be even')
    for (let i = 0; i < given.length; i += 2) add(given[i], given[i + 1])
  } else if (typeof given !== 'object' && given !== undefined && given !== null) {
    throw invalid('headers must be an object or an array')
  } else if (iterates(given)) {
    for (const pair of given) {
      if (!Array.isArray(pair) || pair.length !== 2) throw invalid('headers must be in key-value pair format')
      add(pair[0], pair[1])
    }
  } else for (const [name, value] of Object.entries(given ?? {})) add(name, value)
  return oneCookie(fields)
}

/** Of its own: what somebody did to `Object.prototype` makes no list of an object. */
const iterates = (given: unknown): given is Iterable<unknown> => {
  for (let at = given; at && at !== Object.prototype; at = Object.getPrototypeOf(at))
    if (Object.hasOwn(at, Symbol.iterator)) return true
  return false
}

const textOf = (name: string, value: unknown): string => {
  try {
    return `${value}`
  } catch (error) {
    throw invalid(`invalid ${name} header`, error)
  }
}

/** RFC 6265 5.4: one field; two that were joined by a comma would be one cookie. */
const oneCookie = (fields: readonly [string, string][]): [string, string][] => {
  const isCookie = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'cookie'
  const cookies = fields.filter(isCookie)
  if (cookies.length < 2) return [...fields]
  return [...fields.filter(field => !isCookie(field)), ['cookie', cookies.map(([, value]) => value).join('; ')]]
}

const headersOf = (fields: HeaderList): Headers => {
  const headers = new Headers()
  for (const [name, value] of fields) {
    try {
      headers.append(name, value)
    } catch (error) {
      throw invalid(`invalid ${name} header`, error)
    }
  }
  return headers
}
