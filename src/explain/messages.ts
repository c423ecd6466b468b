/**
 * What a message of another tool means here: the failures that it may stand for, the likeliest first, each with what in
 * the message speaks for it. Hosts, numbers and versions in a message do not matter; an address in it is handed on, so
 * that next steps can be copied. Pure; words are in `remarks.ts`, patterns in `messages.table.ts`.
 */
import { type Failure, type FailureCode, fail, failures, type RequestContext } from '../failures/index.ts'
import { alertNames } from '../tls/alerts.table.ts'
import { type Elsewhere, elsewhere } from './elsewhere.table.ts'
import { type MessageRow, messageRows, type Remark } from './messages.table.ts'
import { type OpensslError, opensslErrors } from './openssl.ts'
import { type Speaker, speakersOf } from './speakers.table.ts'

/** What speaks for a candidate. */
export type Evidence =
  /** These words of the message. */
  | { readonly kind: 'words'; readonly text: string }
  /** An alert that the other side sent. */
  | { readonly kind: 'alert'; readonly number: number }
  /** A number that curl ends with for several things. */
  | { readonly kind: 'exit'; readonly number: number }
  /** A result of OpenSSL's verification. */
  | { readonly kind: 'verify'; readonly number: number }

export interface Candidate {
  readonly failure: Failure
  readonly because: Evidence
}

export interface MessageFinding {
  readonly speakers: readonly Speaker[]
  /** The likeliest first; empty when the message is not known. */
  readonly candidates: readonly Candidate[]
  /** What is said about the message itself. */
  readonly remarks: readonly Remark[]
  /** Numbers of OpenSSL in it, known or not. */
  readonly openssl: readonly OpensslError[]
  /** An alert that somebody sent, even where nothing more is known. */
  readonly alert: number | undefined
}

/** Longer messages are logs; what matters stands near the beginning. */
const LONGEST = 16_384
/** More candidates help nobody. */
const MOST = 6

/** In lower case, spaces for underscores, straight quotes: how the patterns of the table want it. */
export const plain = (text: string): string =>
  text
    .slice(0, LONGEST)
    .toLowerCase()
    .replace(/_/g, ' ')
    .replace(/[‘’`]/g, "'")
    .replace(/[“”]/g, '"')
    .replace(/\s+/g, ' ')
    .trim()

/** Everything that is known about `message`. */
export const explainMessage = (message: string): MessageFinding => {
  const said = plain(message)
  const openssl = opensslErrors(message.slice(0, LONGEST))
  const alert = alertIn(said) ?? openssl.find(error => error.alert !== undefined)?.alert
  const numbered = openssl
    .map(({ text }) => text ?? '')
    .filter(text => text !== '' && !said.includes(text.toLowerCase()))
  const whole = [
    said,
    ...numbered.map(plain),
    ...openssl.map(({ errno }) => (errno === undefined ? '' : `errno=${errno}`)),
  ]
    .filter(text => text !== '')
    .join(' : ')
  const rows = fitting(whole)
  const found = new Map<FailureCode, { weight: number; because: Evidence }>()
  const add = (code: FailureCode, weight: number, because: Evidence): void => {
    const known = found.get(code)
    if (known === undefined || known.weight < weight) found.set(code, { weight, because })
  }
  if (alert !== undefined)
    for (const [i, code] of codesOfAlert(alert).entries()) add(code, 5 - i / 10, { kind: 'alert', number: alert })
  for (const { row, text } of rows)
    for (const [i, code] of row.codes.entries())
      add(code, WEIGHTS[row.weight ?? 'own'] - i / 10, { kind: 'words', text })
  for (const { code, weight, because } of byName(whole, said)) add(code, weight, because)
  return {
    speakers: speakersOf(message),
    candidates: best(found, contextIn(message), alert).map(each => inItsWords(each, message)),
    remarks: [...new Set([...remarksAbout(said, alert), ...rows.flatMap(({ row }) => row.remark ?? [])])],
    openssl,
    alert,
  }
}

const WEIGHTS = { own: 4, general: 2, vague: 1 } as const

/** Rows of the table; what says little is left out where another row says more. */
const fitting = (whole: string): readonly { readonly row: MessageRow; readonly text: string }[] => {
  const all = messageRows.flatMap(row => {
    const found = row.fits.exec(whole)
    return found === null ? [] : [{ row, text: found[0].trim() }]
  })
  const says = all.some(({ row }) => row.weight !== 'vague' && row.codes.length > 0)
  return says ? all.filter(({ row }) => row.weight !== 'vague' || row.codes.length === 0) : all
}

/** The most of them, and none that stands far behind the first. */
const best = (
  found: ReadonlyMap<FailureCode, { readonly weight: number; readonly because: Evidence }>,
  context: RequestContext | undefined,
  alert: number | undefined,
): readonly Candidate[] => {
  const ranked = [...found].sort(([, a], [, b]) => b.weight - a.weight)
  const top = ranked[0]?.[1].weight ?? 0
  return ranked
    .filter(([, { weight }]) => weight > top - FAR)
    .slice(0, MOST)
    .map(([code, { because }]) => {
      const facts = code === 'tls/alert-received' && alert !== undefined ? { number: alert } : {}
      const failure = fail(code, facts)
      return { failure: context === undefined ? failure : failure.within(context), because }
    })
}
/** Words as they stood in the message, not as they were compared, and no word cut in two. */
const inItsWords = (candidate: Candidate, message: string): Candidate => {
  const { because } = candidate
  if (because.kind !== 'words') return candidate
  const pattern = because.text
    .replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replace(/['"]/g, '[\'"‘’“”`]')
    .replace(/ /g, '[\\s_]+')
  const [text] = new RegExp(`${pattern}(?:(?<=[a-z])[a-z]+)?`, 'i').exec(message) ?? []
  return text === undefined ? candidate : { ...candidate, because: { kind: 'words', text } }
}

/** A tool's number for twenty things is no candidate beside words that name one. */
const FAR = 1.5

/** What our client reports when this alert comes. */
const codesOfAlert = (alert: number): readonly FailureCode[] => ALERT_CODES[alert] ?? ['tls/alert-received']
const ALERT_CODES: Readonly<Record<number, readonly FailureCode[]>> = {
  40: ['tls/nothing-in-common', 'tls/client-certificate-wanted', 'tls/no-common-suite', 'tls/no-common-group'],
  70: ['tls/no-common-version'],
  86: ['tls/fallback'],
  112: ['tls/name-unknown'],
  116: ['tls/client-certificate-wanted'],
  120: ['tls/alpn-none'],
}

/** Other names of alerts: of Go, GnuTLS, Firefox, OpenSSL. */
const ALIASES: Readonly<Record<string, number>> = {
  'unknown certificate authority': 48,
  'revoked certificate': 44,
  'expired certificate': 45,
  'unknown certificate': 46,
  'error decoding message': 50,
  'error decrypting message': 51,
  'protocol version not supported': 70,
  'insufficient security level': 71,
  'user cancelled': 90,
  'bad mac': 20,
  'bad cert': 42,
  'unsupported cert': 43,
  'revoked cert': 44,
  'expired cert': 45,
}
const NUMBERS: ReadonlyMap<string, number> = new Map([
  ...Object.entries(alertNames).map(([number, name]) => [name.replaceAll('_', ' '), Number(number)] as const),
  ...Object.entries(ALIASES),
])
const NAMES = [...NUMBERS.keys()].sort((a, b) => b.length - a.length).join('|')

/** By number, or by a name where the words around it say that it is one. */
const NUMBERED = /\balert(?: number| code| description)?:? ?[[(]?(\d{1,3})\b/
const NAMED = new RegExp(
  `(?:(?:sslv3|tlsv1[123]?|ssl\\/tls)(?: alert)?|fatal alert:|remote error: tls:|received (?:a )?(?:fatal )?(?:tls )?alert:?|^alert|\\balert \\d+) (${NAMES})\\b`,
)
const BEFORE = new RegExp(`(?:^|ssl (?:error )?)(${NAMES}) alert\\b`)
const ALONE = new RegExp(`^(?:fatal )?(${NAMES})$`)

const alertIn = (said: string): number | undefined => {
  const [, number] = NUMBERED.exec(said) ?? []
  if (number !== undefined) return Number(number) < 256 ? Number(number) : undefined
  const [, name] = NAMED.exec(said) ?? BEFORE.exec(said) ?? ALONE.exec(said) ?? []
  return name === undefined ? undefined : NUMBERS.get(name)
}

const remarksAbout = (said: string, alert: number | undefined): readonly Remark[] =>
  alert !== undefined && /\b(?:sslv3|tlsv1\d?) /.test(said) ? ['sslv3 is a name'] : []

/** Names that `elsewhere` has for our codes, found in a message. */
const byName = function* (
  whole: string,
  said: string,
): Generator<{ readonly code: FailureCode; readonly weight: number; readonly because: Evidence }> {
  const exit = Number(/\bcurl(?: error)?:? ?\(?(?:exit (?:code |status )?)?(\d{1,3})\b/.exec(said)?.[1])
  const verify = Number(/(?:\bnum=|verify (?:error|return code|result):? ?\(?)(\d{1,3})\b/.exec(said)?.[1])
  for (const code of Object.keys(failures) as FailureCode[]) {
    const names = elsewhere({ code })
    for (const name of wordsOf(names))
      if (holds(whole, name)) yield { code, weight: 3, because: { kind: 'words', text: name } }
    if (names.curl === exit) yield { code, weight: 0.5, because: { kind: 'exit', number: exit } }
    if (names.openssl === verify) yield { code, weight: 4, because: { kind: 'verify', number: verify } }
  }
}

/** Its names as patterns want them, without OpenSSL's number in front. */
const wordsOf = (names: Elsewhere): readonly string[] =>
  Object.values(names)
    .filter((name): name is string => typeof name === 'string')
    .flatMap(name => name.split(', '))
    .map(name => plain(name).replace(/^(?:0a[0-9a-f]{6}|\d+) /, ''))
    .filter(name => name.length >= 4 && !GENERAL.has(name))

/** Names of Node that stand for too much; rows of the table have them. */
const GENERAL: ReadonlySet<string> = new Set([
  'econnreset',
  'etimedout',
  'eacces',
  'unspecified',
  'invalid purpose',
  'certificate verify failed',
  'decode error',
  'length mismatch',
  'eproto',
  'err ssl protocol error',
])

/** Whole words only. */
const holds = (text: string, name: string): boolean => {
  const at = text.indexOf(name)
  return at >= 0 && !/\w/.test(text[at - 1] ?? ' ') && !/\w/.test(text[at + name.length] ?? ' ')
}

/** The address that a message is about, where it has one. */
const contextIn = (message: string): RequestContext | undefined => {
  const [url] = /\bhttps?:\/\/[^\s"'<>),;]+/.exec(message) ?? []
  if (url !== undefined && URL.canParse(url)) {
    const { hostname, port, protocol, href } = new URL(url)
    const host = hostname.replace(/^\[(.*)\]$/, '$1')
    return { url: href, host, port: port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port) }
  }
  const [, name, port] = HOST_PORT.exec(message) ?? []
  if (name !== undefined) return { host: name.replace(/^\[(.*)\]$/, '$1'), port: Number(port) }
  const [, host] = HOST.exec(message) ?? []
  return host === undefined ? undefined : { host }
}
/** `connect ECONNREFUSED 127.0.0.1:1`, `in connection to shop.test:443`. */
const HOST_PORT =
  /(?:connect \w+|connection to|connect to|dial tcp|while connecting to|tcp) (\[[0-9a-f:]+\]|[\w.-]*[\w]):(\d{1,5})\b/i
/** `target host name 'shop.test'`, `getaddrinfo ENOTFOUND shop.test`. */
const HOST =
  /(?:host ?name ['"‘]?|resolve host:? ['"]?|ENOTFOUND |EAI_AGAIN |not valid for ['"]|lookup |matching )([a-z0-9-]+(?:\.[a-z0-9-]+)*\.?[a-z][a-z0-9-]*)\b/i
