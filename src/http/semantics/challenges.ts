/** Who asks whom to prove what (RFC 9110 11): lists of challenges, and the credentials that need no secrets of ours. */
import { FailureError, fail } from '../../failures/index.ts'
import { latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import { isToken } from '../message/grammar.ts'
import { PAIR, pairOf, quoted } from './parameters.ts'

export interface Challenge {
  /** In small letters. */
  readonly scheme: string
  /** Of a challenge that has no parameters but this. */
  readonly token68: string | undefined
  /** By their names in small letters. */
  readonly parameters: ReadonlyMap<string, string>
}

/** Challenges of one field, and parameters of each, that are read. Servers send three with five. */
const CHALLENGES = 32
const PARAMETERS = 32

const SCHEME = /([\w!#$%&'*+.^`|~-]+)(?: +([\w.~+/-]+=*)(?=[\t ]*(?:,|$))| +(?=[^ ,])|(?=[\t ]*(?:,|$)))/y
const PARAMETER = new RegExp(`${PAIR}(?=[\\t ]*(?:,|$))`, 'y')

/**
 * The challenges of a WWW-Authenticate or Proxy-Authenticate, several lines of it joined by commas; or the one credentials
 * of an Authorization. Of one that is malformed, or says a thing twice, neither it nor what stands behind it is there.
 */
export const parseChallenges = (value: string): readonly Challenge[] => {
  const found: { scheme: string; token68: string | undefined; parameters: Map<string, string> }[] = []
  let at = 0
  for (;;) {
    while (at < value.length && ' \t,'.includes(value[at]!)) at++
    if (at === value.length) return found
    const last = found.at(-1)
    PARAMETER.lastIndex = at
    const parameter = last?.token68 === undefined ? PARAMETER.exec(value) : null
    if (parameter !== null) {
      if (last === undefined) return []
      const { name, value: said } = pairOf(parameter, 1)
      if (last.parameters.has(name) || last.parameters.size === PARAMETERS) return found.slice(0, -1)
      last.parameters.set(name, said)
      at = PARAMETER.lastIndex
      continue
    }
    SCHEME.lastIndex = at
    const scheme = SCHEME.exec(value)
    if (scheme === null) return found.slice(0, -1)
    if (found.length === CHALLENGES) return found
    found.push({ scheme: scheme[1]!.toLowerCase(), token68: scheme[2], parameters: new Map() })
    at = SCHEME.lastIndex
  }
}

/** Parameters that RFC 7616 3.3, 3.4 wants without quotation marks. */
const BARE = new Set(['stale', 'algorithm', 'qop', 'nc', 'userhash', 'username*'])

/**
 * A challenge or credentials with parameters; `qop` is between quotation marks in a challenge alone. Throws `FailureError`
 * http/bad-outgoing for what cannot stand there.
 */
export const writeChallenge = (
  scheme: string,
  parameters: Readonly<Record<string, string | undefined>>,
  as: 'challenge' | 'credentials' = 'challenge',
): string => {
  const parts = Object.entries(parameters).flatMap(([name, value]) => {
    if (value === undefined) return []
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value))
      throw new FailureError(
        fail('http/bad-outgoing', { where: name, got: 'a control character, or one beyond U+00FF' }),
      )
    const bare = BARE.has(name) && isToken(value) && !(as === 'challenge' && name === 'qop')
    return [`${name}=${bare || name === 'username*' ? value : quoted(value)}`]
  })
  return parts.length === 0 ? scheme : `${scheme} ${parts.join(', ')}`
}

export interface NameAndPassword {
  readonly user: string
  readonly password: string
}

/** Throws `FailureError` http/bad-credentials: RFC 7617 2 (and A1 of RFC 7616) has no place for a colon in a name. */
export const checkCredentials = ({ user, password }: NameAndPassword): void => {
  if (user.includes(':')) throw badCredentials('the name', 'a colon')
  for (const [where, text] of [
    ['the name', user],
    ['the password', password],
  ] as const)
    if (/\p{Cc}/u.test(text)) throw badCredentials(where, 'a control character')
}

/** What was given is not repeated: it is a secret. */
const badCredentials = (where: string, got: string): FailureError =>
  new FailureError(fail('http/bad-credentials', { where, got }))

/** The value of Authorization (RFC 7617), in UTF-8. Throws as `checkCredentials`. */
export const basicCredentials = (given: NameAndPassword): string => {
  checkCredentials(given)
  return `Basic ${btoa(latin1Text(new TextEncoder().encode(`${given.user}:${given.password}`)))}`
}

/** What a client says by Basic; undefined for anything else, and for what is not UTF-8. */
export const parseBasic = (authorization: string): NameAndPassword | undefined => {
  const [, coded] = /^basic +([a-z\d+/]+={0,2})$/i.exec(authorization) ?? []
  if (coded === undefined) return undefined
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(latin1Bytes(atob(coded)))
    const colon = text.indexOf(':')
    return colon < 0 || /\p{Cc}/u.test(text)
      ? undefined
      : { user: text.slice(0, colon), password: text.slice(colon + 1) }
  } catch {
    return undefined
  }
}

const BEARER = /^[\w.~+/-]+=*$/

/** The value of Authorization (RFC 6750 2.1). Throws `FailureError` http/bad-credentials. */
export const bearerCredentials = (token: string): string => {
  if (!BEARER.test(token)) throw badCredentials('the token', 'what no token has')
  return `Bearer ${token}`
}

/** Undefined for anything else. */
export const parseBearer = (authorization: string): string | undefined => {
  const [scheme = '', token = '', ...more] = authorization.split(/ +/)
  return scheme.toLowerCase() === 'bearer' && more.length === 0 && BEARER.test(token) ? token : undefined
}
