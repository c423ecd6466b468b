/** Set-Cookie read by RFC 6265bis 5.6 and written by 4.1.1; Cookie read by 4.2.1. Text is Latin-1, octet by octet. */
import type { Millis } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { imfDate } from '../message/date.ts'
import { isToken, trimmed } from '../message/grammar.ts'
import { firstBad } from '../message/header-block.ts'
import { parseCookieDate } from './date.ts'

export type SameSite = 'strict' | 'lax' | 'none' | 'default'

/** What Set-Cookie says; undefined where it says nothing (or nothing that counts). */
export interface CookieAttributes {
  readonly name: string
  readonly value: string
  /** Lower-case, without a leading dot. */
  readonly domain?: string
  readonly path?: string
  /** Seconds. */
  readonly maxAge?: number
  readonly expires?: Millis
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: SameSite
  /** For the page at the top of the window alone (CHIPS). */
  readonly partitioned?: true
}

/** A cookie that is kept. */
export interface Cookie {
  readonly name: string
  readonly value: string
  readonly domain: string
  readonly hostOnly: boolean
  readonly path: string
  readonly secure: boolean
  readonly httpOnly: boolean
  readonly sameSite: SameSite
  readonly created: Millis
  readonly lastUsed: Millis
  /** Undefined: until the program ends. */
  readonly expires: Millis | undefined
  /** The site of the page at the top when a Partitioned cookie came; undefined: it is the same for all. */
  readonly partition?: string | undefined
}

/** RFC 6265bis 5.6: octets of name and value together. */
const NAME_AND_VALUE = 4096
/** RFC 6265bis 5.6: longer attribute values are ignored. */
const ATTRIBUTE_VALUE = 1024

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/

/** RFC 6265bis 5.6. A failure is why all of it is ignored. */
export const parseSetCookie = (line: string): CookieAttributes | Failure => {
  const control = CONTROL.exec(line)
  const [pair = '', ...attributes] = line.split(';')
  const equals = pair.indexOf('=')
  const name = equals < 0 ? '' : trimmed(pair.slice(0, equals))
  const value = trimmed(equals < 0 ? pair : pair.slice(equals + 1))
  const where = name === '' ? 'The cookie' : name.slice(0, 64)
  if (control !== null) {
    const got = `0x${control[0].charCodeAt(0).toString(16).padStart(2, '0')}`
    return fail('cookie/control-character', { where: where.replace(CONTROL, '?'), got })
  }
  if (name === '' && value === '') return fail('cookie/empty', { where })
  if (name.length + value.length > NAME_AND_VALUE) return fail('cookie/too-big', { where, number: NAME_AND_VALUE })
  const cookie: { -readonly [K in keyof CookieAttributes]: CookieAttributes[K] } = {
    name,
    value,
    secure: false,
    httpOnly: false,
    sameSite: 'default',
  }
  for (const attribute of attributes) note(cookie, attribute)
  return cookie
}

/** RFC 6265bis 5.6.1 to 5.6.7: the last of each kind counts; unknown ones are ignored. */
const note = (cookie: { -readonly [K in keyof CookieAttributes]: CookieAttributes[K] }, attribute: string): void => {
  const equals = attribute.indexOf('=')
  const key = trimmed(equals < 0 ? attribute : attribute.slice(0, equals)).toLowerCase()
  const value = equals < 0 ? '' : trimmed(attribute.slice(equals + 1))
  if (value.length > ATTRIBUTE_VALUE) return
  switch (key) {
    case 'expires': {
      const expires = parseCookieDate(value)
      if (expires !== undefined) cookie.expires = expires
      return
    }
    case 'max-age':
      if (/^-?\d+$/.test(value)) cookie.maxAge = Number(value)
      return
    case 'domain':
      cookie.domain = value.replace(/^\./, '').toLowerCase()
      return
    case 'path':
      // An empty path is the default one, and takes back what an earlier attribute said.
      cookie.path = value.startsWith('/') ? value : ''
      return
    case 'secure':
      cookie.secure = true
      return
    case 'httponly':
      cookie.httpOnly = true
      return
    case 'samesite': {
      const lower = value.toLowerCase()
      cookie.sameSite = lower === 'strict' || lower === 'lax' || lower === 'none' ? lower : 'default'
      return
    }
    case 'partitioned':
      cookie.partitioned = true
      return
    default:
      return
  }
}

/** A cookie as a server sends it. */
export interface OutgoingCookie {
  readonly name: string
  readonly value: string
  readonly domain?: string | undefined
  readonly path?: string | undefined
  /** Seconds; 0 removes the cookie. */
  readonly maxAge?: number | undefined
  readonly expires?: Millis | undefined
  readonly secure?: boolean | undefined
  readonly httpOnly?: boolean | undefined
  readonly sameSite?: Exclude<SameSite, 'default'> | undefined
  /** Only below the page at the top of the window where it was set (CHIPS); needs Secure. */
  readonly partitioned?: boolean | undefined
}

const VALUE_OCTETS = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e]*$/
const ATTRIBUTE_OCTETS = /^[\x20-\x3a\x3c-\x7e]*$/

/** The value of Set-Cookie (RFC 6265bis 4.1.1). Throws `FailureError` `cookie/bad-outgoing`. */
export const serialiseSetCookie = (cookie: OutgoingCookie): string => {
  const { name, value, domain, path, maxAge, expires, secure, httpOnly, sameSite, partitioned } = cookie
  if (!isToken(name)) throw refused('The name', firstBad(name, 1))
  if (!VALUE_OCTETS.test(value)) throw refused(name, 'an octet that no cookie value may have')
  if (name.length + value.length > NAME_AND_VALUE) throw refused(name, `more than ${NAME_AND_VALUE} bytes`)
  if (path !== undefined && (!ATTRIBUTE_OCTETS.test(path) || !path.startsWith('/'))) throw refused('Path', path)
  if (domain !== undefined && !/^[a-z0-9.-]+$/i.test(domain)) throw refused('Domain', domain)
  if (maxAge !== undefined && !Number.isSafeInteger(maxAge)) throw refused('Max-Age', `${maxAge}`)
  const prefix = prefixFailure({ ...cookie, name }, path, domain === undefined)
  if (prefix !== undefined) throw refused(name, 'a prefix whose rules it does not keep')
  if (sameSite === 'none' && secure !== true) throw refused(name, 'SameSite=None without Secure')
  if (partitioned === true && secure !== true) throw refused(name, 'Partitioned without Secure')
  return [
    `${name}=${value}`,
    ...(domain === undefined ? [] : [`Domain=${domain}`]),
    ...(path === undefined ? [] : [`Path=${path}`]),
    ...(maxAge === undefined ? [] : [`Max-Age=${maxAge}`]),
    ...(expires === undefined ? [] : [`Expires=${imfDate(expires)}`]),
    ...(secure === true ? ['Secure'] : []),
    ...(httpOnly === true ? ['HttpOnly'] : []),
    ...(sameSite === undefined ? [] : [`SameSite=${sameSite[0]!.toUpperCase()}${sameSite.slice(1)}`]),
    ...(partitioned === true ? ['Partitioned'] : []),
  ].join('; ')
}

const refused = (where: string, got: string): FailureError =>
  new FailureError(fail('cookie/bad-outgoing', { where, got }))

/** RFC 6265bis 4.1.3, 5.7: what a prefixed name promises must be true, in any case of letters. */
export const prefixFailure = (
  cookie: { readonly name: string; readonly value: string; readonly secure?: boolean | undefined },
  path: string | undefined,
  hostOnly: boolean,
): Failure | undefined => {
  const where = cookie.name
  if (cookie.name === '' && /^__(?:secure|host)-/i.test(cookie.value)) return fail('cookie/nameless-prefix')
  if (/^__secure-/i.test(cookie.name) && cookie.secure !== true) return fail('cookie/secure-prefix', { where })
  if (/^__host-/i.test(cookie.name) && !(cookie.secure === true && hostOnly && path === '/')) {
    return fail('cookie/host-prefix', { where })
  }
  return undefined
}

/** Pairs of one Cookie field that are looked at: more than a jar may hold for one domain. */
const PAIRS = 200

/** The pairs of a Cookie field, in order; a pair without "=" is a value without a name. */
export const parseCookies = (header: string | undefined): readonly (readonly [name: string, value: string])[] =>
  header === undefined
    ? []
    : header.split(';', PAIRS).flatMap(pair => {
        const equals = pair.indexOf('=')
        const name = equals < 0 ? '' : trimmed(pair.slice(0, equals))
        const value = trimmed(equals < 0 ? pair : pair.slice(equals + 1))
        return name === '' && value === '' ? [] : [[name, value] as const]
      })
