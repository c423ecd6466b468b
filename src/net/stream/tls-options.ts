/**
 * What callers decide about TLS, checked at the call: a name that nobody knows, or an option that is none, must not look
 * like a decision that was heard.
 */
import type { GroupName } from '../../crypto/provider.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { listed } from '../../tls/hello/listed.ts'
import { versionsOf } from '../../tls/hello/offer.ts'
import { type AnySuiteName, DEFAULT_GROUPS, rsaSuites, suites, suites13 } from '../../tls/suites.table.ts'
import type { TlsVersion } from '../../tls/types.ts'

/** What may be agreed on in the handshake. */
export interface TlsChoices {
  /** Application protocols (ALPN), best first. */
  readonly alpn?: readonly string[] | undefined
  /** Versions that are spoken: the newest that both know is used. Both where undefined. */
  readonly versions?: readonly TlsVersion[] | undefined
  /** Cipher suites of all versions by their IANA names, best first; a version of which none is named is not spoken. */
  readonly suites?: readonly AnySuiteName[] | undefined
  /** Groups of the key exchange by their IANA names, best first. */
  readonly groups?: readonly GroupName[] | undefined
}

/** Every version, suite and group that can be chosen. */
export const VERSIONS: readonly TlsVersion[] = ['TLS 1.3', 'TLS 1.2']
export const SUITES: readonly AnySuiteName[] = [...suites13, ...suites, ...rsaSuites].map(suite => suite.name)
export const GROUPS: readonly GroupName[] = [...DEFAULT_GROUPS, 'X25519MLKEM768']

/** Throws `FailureError` `net/bad-tls-options`. `Known` lists the options that there are: a misspelt one is refused. */
export const checkTlsOptions = (tls: TlsChoices, known: Readonly<Record<string, true>>): void => {
  if (typeof tls !== 'object' || tls === null) throw wrong('tls', `a value of type ${typeof tls}`, 'an object')
  for (const [name, value] of Object.entries(tls)) {
    if (!Object.hasOwn(known, name) && value !== undefined)
      throw wrong(`tls.${name}`, 'there is no such option', Object.keys(known).join(', '))
  }
  checkNames('versions', tls.versions, VERSIONS)
  checkNames('suites', tls.suites, SUITES)
  checkNames('groups', tls.groups, GROUPS)
  checkProtocols(tls.alpn)
  checkTogether(tls)
}

/** Each list may be right, and all of them leave nothing that could be spoken. */
const checkTogether = ({ versions = VERSIONS, suites: named = SUITES, groups = GROUPS }: TlsChoices): void => {
  const spoken = versions.filter(version => named.some(name => isOf(version, name)))
  if (spoken.length === 0) throw wrong('tls.suites', `none of ${versions.join(', ')}`, 'one of each version')
  if (!spoken.includes('TLS 1.3') && groups.every(group => group === 'X25519MLKEM768'))
    throw wrong('tls.groups', 'X25519MLKEM768 alone, which TLS 1.2 does not have', DEFAULT_GROUPS.join(', '))
}

const isOf = (version: TlsVersion, name: AnySuiteName): boolean =>
  (version === 'TLS 1.3') === suites13.some(suite => suite.name === name)

/**
 * Throws `FailureError` `net/bad-tls-options` for an option of TLS that stands beside `tls` and not in it: a program
 * without types would be served in clear text, or believe other roots than it named.
 */
export const checkPlaces = (options: object, known: Readonly<Record<string, true>>): void => {
  for (const [name, value] of Object.entries(options))
    if (Object.hasOwn(known, name) && value !== undefined)
      throw wrong(name, 'it stands beside tls', `it in tls.${name}`)
}

/** Throws `FailureError` `net/bad-tls-options`, for options of TLS 1.3 that are `allowed` or not there. */
export const checkAllowances = <N extends string>(
  options: TlsChoices & { readonly [name in N]?: unknown },
  names: readonly N[],
): void => {
  for (const name of names) {
    const value = options[name]
    if (value === undefined) continue
    if (value !== 'allowed') throw wrong(`tls.${name}`, String(value), 'allowed')
    if (!versionsOf(options).includes('TLS 1.3'))
      throw wrong(`tls.${name}`, 'TLS 1.3 is switched off', 'it in versions')
  }
}

export const wrong = (where: string, got: string, expected?: string): FailureError =>
  new FailureError(fail('net/bad-tls-options', { where, got, ...(expected === undefined ? {} : { expected }) }))

const checkNames = (name: string, given: readonly string[] | undefined, known: readonly string[]): void => {
  if (given === undefined) return
  if (!Array.isArray(given) || given.length === 0) throw wrong(`tls.${name}`, 'no list of names', known.join(', '))
  const strange = given.filter(one => !known.includes(one))
  if (strange.length > 0)
    throw wrong(
      `tls.${name}`,
      listed(strange, one => `${one}`),
      known.join(', '),
    )
}

/** RFC 7301 3.1: each 1 to 255 bytes, and all together what a length of two bytes can say. */
const checkProtocols = (given: readonly string[] | undefined): void => {
  if (given === undefined) return
  const expected = 'names of 1 to 255 Latin-1 characters'
  if (!Array.isArray(given)) throw wrong('tls.alpn', `a value of type ${typeof given}`, `a list of ${expected}`)
  const bad = given.find(name => typeof name !== 'string' || !/^[\0-\xff]{1,255}$/.test(name))
  if (bad !== undefined) throw wrong('tls.alpn', JSON.stringify(bad).slice(0, 60), expected)
  const bytes = given.reduce((sum, name) => sum + 1 + name.length, 0)
  if (bytes > 0xffff) throw wrong('tls.alpn', `${bytes} bytes`, 'at most 65535 in all')
}
