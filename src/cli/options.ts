/** Values of options: each parser returns what the command works with or says what it wanted to see. */

import { domainToASCII } from 'node:url'
import type { GroupName } from '../crypto/provider.ts'
import { type Language, languageOf } from '../explain/index.ts'
import { isTopic, TOPICS, type TopicName } from '../explain/topic-types.ts'
import { certificateFailures } from '../failures/certificate.ts'
import { GRADES, type Grade } from '../failures/findings.table.ts'
import { FailureError, fail, failures } from '../failures/index.ts'
import { checkCredentials, type NameAndPassword } from '../http/semantics/challenges.ts'
import { FAMILIES, type Family } from '../net/check/types.ts'
import { START_TLS, type StartTlsName, startTlsProtocols } from '../net/stream/starttls/protocols.table.ts'
import { GROUPS, SUITES } from '../net/stream/tls-options.ts'
import type { AnySuiteName } from '../tls/suites.table.ts'
import type { TlsVersion } from '../tls/types.ts'
import type { RuleSet } from '../x509/lint/types.ts'
import { profiles } from '../x509/path/profile.ts'
import type { ColourChoice } from './story/style.ts'
import { noLayer } from './verbosity.ts'

/** A fixed answer to a name lookup: `--resolve shop.test:443:127.0.0.1`. */
export interface FixedAddress {
  readonly host: string
  readonly port: number
  readonly address: string
}

const usage = (got: string): FailureError => new FailureError(fail('cli/usage', { got }))

/** Appends to a list: for options that may be given several times. */
export const collect =
  <T>(parse: (value: string) => T) =>
  (value: string, before: readonly T[] | undefined): readonly T[] => [...(before ?? []), parse(value)]

/** The same for words that stand for several things. */
export const collectAll =
  <T>(parse: (value: string) => readonly T[]) =>
  (value: string, before: readonly T[] | undefined): readonly T[] => [...(before ?? []), ...parse(value)]

/** `Name: value`. */
export const parseHeader = (text: string): readonly [string, string] => {
  const found = /^([^\s:]+):[ \t]*(.*?)[ \t]*$/.exec(text)
  if (found === null) throw usage(`-H wants "Name: value", not "${text}".`)
  return [found[1]!, found[2]!]
}

/** `name:password`, as `-u` has it. */
export const parseUser = (text: string): NameAndPassword => {
  const colon = text.indexOf(':')
  // The word is not repeated: it is a secret.
  if (colon < 0) throw usage('-u wants name:password.')
  const given = { user: text.slice(0, colon), password: text.slice(colon + 1) }
  try {
    checkCredentials(given)
  } catch {
    throw usage('A name and a password of -u have no control characters (RFC 7617 2).')
  }
  return given
}

/** JSON that is sent as it was typed. */
export const parseJson = (text: string): string => {
  try {
    JSON.parse(text)
  } catch {
    throw usage(`--data-json wants JSON, not "${text.length > 60 ? `${text.slice(0, 60)}…` : text}".`)
  }
  return text
}

/** `4`, or `4,2`: a number of the first and one of the second. */
export const parsePair = (text: string): readonly [number, number] => {
  const [, first, second = first] = /^([1-9]\d{0,8})(?:,([1-9]\d{0,8}))?$/.exec(text) ?? []
  if (first === undefined) throw usage(`--conversation wants a number, or two: 4 or 4,2, not "${text}".`)
  return [Number(first), Number(second)]
}

export const SHELLS = ['bash', 'zsh', 'fish'] as const
export type Shell = (typeof SHELLS)[number]

export const parseShell = (text: string): Shell => {
  const shell = SHELLS.find(known => known === text)
  if (shell === undefined) throw usage(`Completions are made for ${SHELLS.join(', ')}, not for "${text}".`)
  return shell
}

/** How bytes are written that were made of JSON. */
export const EMITTED = ['hex', 'base64', 'raw'] as const
export type EmitForm = (typeof EMITTED)[number]

export const parseEmitted = (text: string): EmitForm => {
  const form = EMITTED.find(known => known === text)
  if (form === undefined) throw usage(`--emit writes ${EMITTED.join(', ')}, not "${text}".`)
  return form
}

/** As RFC 9110 14.1.2 writes them, without the unit. */
export const parseRange = (text: string): string => {
  if (!/^(?:\d+-\d*|-\d+)(?:,(?:\d+-\d*|-\d+))*$/.test(text))
    throw usage(`-r wants ranges of bytes such as 0-499, 500- or -500, not "${text}".`)
  return `bytes=${text}`
}

/** The first request and at least one to compare it with; the times of all of them are kept. */
export const parseRepeat = (text: string): number => {
  const times = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (times < 2 || times > 10_000) throw usage(`--repeat wants a number from 2 to 10000, not "${text}".`)
  return times
}

/** `--retry 5`. */
export const parseTimes = (text: string): number => {
  const times = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (times < 1 || times > 1_000) throw usage(`--retry wants a number from 1 to 1000, not "${text}".`)
  return times
}

/** More at once than there are descriptors for helps nobody; curl's bound is 300. */
export const parseParallel = (text: string): number => {
  const number = /^\d{1,3}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > 300) throw usage(`--parallel-max wants a number from 1 to 300, not "${text}".`)
  return number
}

/** `--most 200`. */
export const parseMost = (text: string): number => {
  const number = /^\d{1,5}$/.test(text) ? Number(text) : 0
  if (number < 1 || number > 10_000) throw usage(`--most wants a number from 1 to 10000, not "${text}".`)
  return number
}

/** `versions,suites`. */
export const parseFamilies = (text: string): readonly Family[] =>
  text.split(',').map(word => {
    const family = FAMILIES.find(known => known === word.trim())
    if (family === undefined) throw usage(`What can be asked is ${FAMILIES.join(', ')}, not "${word}".`)
    return family
  })

export const parseGrade = (text: string): Grade | 'never' => {
  const grade = ([...GRADES, 'never'] as const).find(known => known === text)
  if (grade === undefined) throw usage(`--fail-on wants ${GRADES.join(', ')} or never, not "${text}".`)
  return grade
}

/** `500`, `100k`, `2.5M`, `1G`: bytes a second, counted in 1024s as curl does. */
export const parseRate = (text: string): number => {
  const rate = bytesIn(text)
  if (!(rate >= 1)) throw usage(`--limit-rate wants bytes a second such as 500, 100k or 2M, not "${text}".`)
  return rate
}

/** The same for an amount. */
export const parseBytes = (text: string): number => {
  const bytes = bytesIn(text)
  if (!(bytes >= 1)) throw usage(`--most wants bytes such as 500, 100k or 2M, not "${text}".`)
  return bytes
}

/** NaN for what is no amount. */
const bytesIn = (text: string): number => {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)([kmg]?)b?$/i.exec(text) ?? []
  return Number(amount) * 1024 ** ['', 'k', 'm', 'g'].indexOf(unit.toLowerCase())
}

/** `2s`, `500ms`, or a bare number of seconds. Milliseconds come out. */
export const parseDuration = (text: string): number => {
  const [, amount, unit = 's'] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text) ?? []
  const millis = Number(amount) * { ms: 1, s: 1000, m: 60_000 }[unit as 'ms' | 's' | 'm']
  if (!(millis > 0)) throw usage(`A time looks like 10, 2.5s, 500ms or 1m, not "${text}".`)
  return millis
}

export const parsePort = (text: string): number => {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (port < 0 || port > 65_535) throw usage(`A port is a number from 0 to 65535, not "${text}".`)
  return port
}

/** Where to listen. An empty word would mean every address of this machine, to everybody's surprise. */
export const parseHost = (text: string): string => {
  const given = text.replace(/^\[(.*)\]$/, '$1')
  // A name in its own letters is listened on, and certified, in the form that clients send (RFC 5890 2.3.2.1).
  const host = /[^\0-\x7f]/.test(given) ? domainToASCII(given) : given
  if (!/^[\w.:%-]+$/.test(host))
    throw usage(`--host wants an address such as 127.0.0.1, ::1 or 0.0.0.0, or a name of this machine, not "${text}".`)
  return host
}

/** A server to pass requests on to: a URL, a host with its port, or a port of this machine. */
export const parseUpstream = (text: string): URL => {
  const given = /^\d{1,5}$/.test(text) ? `localhost:${text}` : text
  const url = /^[a-z][a-z\d+.-]*:\/\//i.test(given) ? given : `http://${given}`
  if (URL.canParse(url) && /^https?:$/.test(new URL(url).protocol)) return new URL(url)
  throw usage(`--proxy wants a server such as http://localhost:3000, not "${text}".`)
}

/** What the lab's dice begin with: 32 bits. */
export const parseSeed = (text: string): number => {
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : -1
  if (seed < 0 || seed > 0xffff_ffff) throw usage(`A seed is a number from 0 to 4294967295, not "${text}".`)
  return seed
}

/** `host:port:address`; an IPv6 address may stand in brackets. */
export const parseResolve = (text: string): FixedAddress => {
  const [, host, port, address] = /^([^:]+):(\d+):\[?([0-9a-fA-F.:]+)\]?$/.exec(text) ?? []
  if (host === undefined || port === undefined || address === undefined)
    throw usage(`--resolve wants host:port:address, not "${text}".`)
  return { host: inAscii(host), port: parsePort(port), address }
}

/** A name as URLs have it: in lower case, and as `xn--…` where it is not ASCII. */
const inAscii = (host: string): string => {
  const url = `http://${host}/`
  if (!URL.canParse(url)) throw usage(`--resolve wants a host name, not "${host}".`)
  return new URL(url).hostname
}

/** A capture goes into a file: standard output has the product of the command. */
export const parseCapture = (path: string): string => {
  if (path === '-') throw usage('--pcapng wants the name of a file: standard output has the answer.')
  return path
}

/** The same for `capture -o`. */
export const parseCaptured = (path: string): string => {
  if (path === '-') throw usage("-o wants the name of a file: standard output is the program's.")
  return path
}

/** A topic of `help`. */
export const parseTopic = (text: string): TopicName => {
  if (!isTopic(text))
    throw usage(`There is no command and no topic "${text}" to help with; topics are ${TOPICS.join(', ')}.`)
  return text
}

/** Every code, for completion. */
export const FAILURE_CODES: readonly string[] = Object.keys(failures)

/** Failures of a chain that a person may decide to live with. What cannot be read or ends nowhere is not among them. */
export const ACCEPTABLE: readonly string[] = Object.keys(certificateFailures).filter(
  code => code.startsWith('tls/') && code !== 'tls/certificate-malformed' && code !== 'tls/chain-too-complex',
)

export const parseAccept = (code: string): string => {
  if (!ACCEPTABLE.includes(code))
    throw usage(`--accept takes the code of a certificate failure, not "${code}": ${ACCEPTABLE.join(', ')}.`)
  return code
}

/** A day or a moment, as milliseconds since 1970; a day begins in UTC. */
export const parseDate = (text: string): number => {
  const at = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/.test(text) ? Date.parse(text) : Number.NaN
  if (Number.isNaN(at)) throw usage(`A date looks like 2027-01-31 or 2027-01-31T12:00:00Z, not "${text}".`)
  return at
}

export const PROFILES: readonly string[] = Object.keys(profiles)

export const parseProfile = (text: string): string => {
  if (!PROFILES.includes(text)) throw usage(`--profile is ${PROFILES.join(', ')}, not "${text}".`)
  return text
}

export const RULE_SETS: readonly RuleSet[] = ['rfc5280', 'webpki']

export const parseRules = (text: string): RuleSet => {
  const found = RULE_SETS.find(each => each === text)
  if (found === undefined) throw usage(`--rules is ${RULE_SETS.join(' or ')}, not "${text}".`)
  return found
}

export const parsePurpose = (text: string): string => {
  if (text !== 'server' && text !== 'client' && text !== 'any')
    throw usage(`--purpose is server, client or any, not "${text}".`)
  return text
}

const GROUP_NAMES: Readonly<Record<string, GroupName>> = {
  ...Object.fromEntries(GROUPS.map(name => [name.toLowerCase(), name])),
  'p-256': 'secp256r1',
  'p-384': 'secp384r1',
  'p-521': 'secp521r1',
}
const SUITE_NAMES: Readonly<Record<string, AnySuiteName>> = Object.fromEntries(
  SUITES.map(name => [name.toLowerCase(), name]),
)
const VERSION_NAMES: Readonly<Record<string, TlsVersion>> = { '1.2': 'TLS 1.2', '1.3': 'TLS 1.3' }

/** `1.3`, or both with a comma between them. */
export const parseVersions = (text: string): readonly TlsVersion[] => named(text, '--tls', VERSION_NAMES)

/** `x25519,P-256`, best first; `all` for every one, also those that are used only when they are asked for. */
export const parseGroups = (text: string): readonly GroupName[] =>
  text === 'all' ? GROUPS : named(text, '--groups', GROUP_NAMES)

/** Names as IANA has them, best first; `all` for every one, also those that are used only when they are asked for. */
export const parseSuites = (text: string): readonly AnySuiteName[] =>
  text === 'all' ? SUITES : named(text, '--suites', SUITE_NAMES)

const named = <T extends string>(text: string, option: string, known: Readonly<Record<string, T>>): readonly T[] =>
  text.split(/[,:]/).map(word => {
    const name = known[word.trim().toLowerCase()]
    if (name === undefined)
      throw usage(
        `${option} takes names with commas between them, not "${word}": ${[...new Set(Object.values(known))].join(', ')}.`,
      )
    return name
  })

/** Keys go into a file: standard output has the answer. */
export const parseKeyLog = (path: string): string => {
  if (path === '-') throw usage('--keylog wants the name of a file: standard output has the answer.')
  return path
}

export const parseColour = (text: string): ColourChoice => {
  if (text !== 'auto' && text !== 'always' && text !== 'never')
    throw usage(`--color is auto, always or never, not "${text}".`)
  return text
}

export const parseLanguage = (text: string): Language => {
  const language = languageOf(text)
  if (language === undefined) throw usage(`--lang is en or zh, not "${text}".`)
  return language
}

/** `-C -`: where to go on is seen from the file. */
export const parseContinue = (text: string): true => {
  if (text !== '-')
    throw usage(`-C wants -, which goes on where a file ends, not "${text}"; -r ${text}- asks for the rest.`)
  return true
}

export interface TypedUrl {
  readonly text: string
  readonly url: URL
}

export const parseTyped = (text: string): TypedUrl => ({ text, url: parseUrl(text) })

/** Throws `cli/usage` for a bare word among several: that is rather a layer that `-v` does not know. */
export const urlsOf = (typed: readonly TypedUrl[]): readonly URL[] => {
  const stray = typed.find(({ text }) => /^[a-z,]+$/i.test(text) && text !== 'localhost')
  if (typed.length > 1 && stray !== undefined)
    throw usage(`${noLayer(stray.text)} Nor is it a URL beside others: that has a dot, a port or a scheme.`)
  return typed.map(({ url }) => url)
}

/** An address with a scheme; `localhost:8443` and `shop.test/cart` mean https. */
export const parseUrl = (text: string): URL => {
  const [, scheme] = /^([a-z][a-z0-9+.-]*):\/\//i.exec(text) ?? []
  if (scheme !== undefined && !/^https?$/i.test(scheme)) throw usage(`Barewire speaks https and http, not ${scheme}.`)
  const whole = scheme === undefined ? `https://${text}` : text
  const url = URL.canParse(whole) ? new URL(whole) : undefined
  // A path without a host would be read as one: /etc/hosts as https://etc/hosts.
  if (url === undefined || url.hostname === '' || (scheme === undefined && /^[/\\?#.]/.test(text)))
    throw usage(`This is not a URL: ${text.length > 200 ? `${text.slice(0, 200)}…` : `"${text}"`}.`)
  if (url.username !== '' || url.password !== '')
    throw usage('A user name or password has no place in a URL: give it with -u name:password.')
  if (url.port === '0') throw usage('Port 0 is no port that a server can have.')
  return url
}

/** Host and port of a server; a protocol that begins in clear has a port of its own where none is said. */
export const serverIn = (text: string, starttls?: StartTlsName): { readonly host: string; readonly port: number } => {
  const { hostname, port } = parseUrl(text)
  const isUsual = starttls === undefined || /:0*443(?:[/?#]|$)/.test(text)
  const usual = isUsual ? 443 : startTlsProtocols[starttls].port
  return { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: port === '' ? usual : Number(port) }
}

export const parseStartTls = (text: string): StartTlsName => parseWord('--starttls', START_TLS)(text)

/** One of these words. */
export const parseWord =
  <W extends string>(flag: string, words: readonly W[]) =>
  (text: string): W => {
    const found = words.find(word => word === text)
    if (found === undefined) throw usage(`${flag} wants ${words.join(', ')}, not "${text}".`)
    return found
  }

/** A whole number, at least one. */
export const parseNumber =
  (flag: string) =>
  (text: string): number => {
    if (!/^[1-9]\d{0,8}$/.test(text)) throw usage(`${flag} wants a number, not "${text}".`)
    return Number(text)
  }

/** A whole number of days, at least one. */
export const parseDays = (text: string): number => {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw usage(`--days wants a number from 1 to 99999, not "${text}".`)
  return Number(text)
}
