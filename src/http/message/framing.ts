/**
 * What a received head says about its body and its connection: the rules that keep two recipients from disagreeing about
 * where a message ends (RFC 9112 6). Everything ambiguous is refused, never repaired.
 */
import type { Bytes } from '../../engine.ts'
import { type Facts, type Failure, type FailureCode, fail, isFailure } from '../../failures/index.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { HttpLimits } from '../limits.ts'
import type { BodyFraming } from '../types.ts'
import { PER_FIELD } from './fields.ts'
import { allOf, DIGIT, hasMember, isHost, isPlainHost, isToken, isWord, members } from './grammar.ts'
import type { HeadReader } from './head-reader.ts'

/** The fields that the protocol itself acts on. */
export interface HeadFacts {
  length: number | undefined
  transferEncoding: string | undefined
  close: boolean
  keepAlive: boolean
  hosts: number
  /** Where the value of the last Host is. */
  host: number
  hostEnd: number
  expect: string | undefined
  /** What Upgrade lists, and whether Connection names it: only then it counts (RFC 9110 7.8). */
  upgrade: string | undefined
  upgrades: boolean
}

const NO_BODY: BodyFraming = { kind: 'none' }
const CHUNKED: BodyFraming = { kind: 'chunked' }
const UNTIL_CLOSE: BodyFraming = { kind: 'until-close' }

/** Collects the facts of a head's fields, or the first failure among them. */
export const factsOf = (bytes: Bytes, base: number, reader: HeadReader): HeadFacts | Failure => {
  const facts: HeadFacts = {
    length: undefined,
    transferEncoding: undefined,
    close: false,
    keepAlive: false,
    hosts: 0,
    host: 0,
    hostEnd: 0,
    expect: undefined,
    upgrade: undefined,
    upgrades: false,
  }
  const offsets = reader.offsets
  for (let at = 0; at < offsets.length; at += PER_FIELD) {
    const start = base + offsets[at]!
    const end = base + offsets[at + 1]!
    // Five bits of a letter, as in either case, and a length modulo 32: the word itself is compared below.
    const first = bytes[start]! & 31
    if (((lengths[first]! >> (end - start)) & 1) === 0) continue
    const field = fields[first]![end - start]
    if (field === undefined || !isWord(bytes, start, end, field.name)) continue
    const failure = field.note(facts, bytes, base + offsets[at + 2]!, base + offsets[at + 3]!)
    if (failure !== undefined) {
      const range = { message: 0, start: start - base, end: offsets[at + 3]! + 2 }
      return fail(failure.code, { ...failure.facts, at: range })
    }
  }
  return facts
}

interface Refusal {
  readonly code: FailureCode
  readonly facts: Facts
}

/** What is noted of one field; its value is bytes [start, end). */
type Note = (facts: HeadFacts, bytes: Bytes, start: number, end: number) => Refusal | undefined

/** The fields that count here, by name in small letters; all others are nobody's business. */
const notes: Readonly<Record<string, Note>> = {
  host: (facts, _, start, end) => {
    facts.hosts++
    facts.host = start
    facts.hostEnd = end
    return undefined
  },
  expect: (facts, bytes, start, end) => {
    facts.expect = joined(facts.expect, latin1Text(bytes, start, end))
    return undefined
  },
  connection: (facts, bytes, start, end) => {
    if (isWord(bytes, start, end, 'keep-alive')) {
      facts.keepAlive = true
      return undefined
    }
    const list = latin1Text(bytes, start, end)
    facts.close ||= hasMember(list, 'close')
    facts.keepAlive ||= hasMember(list, 'keep-alive')
    facts.upgrades ||= hasMember(list, 'upgrade')
    return undefined
  },
  upgrade: (facts, bytes, start, end) => {
    facts.upgrade = joined(facts.upgrade, latin1Text(bytes, start, end))
    return undefined
  },
  'content-length': (facts, bytes, start, end) => noteLength(facts, latin1Text(bytes, start, end)),
  'transfer-encoding': (facts, bytes, start, end) => {
    facts.transferEncoding = joined(facts.transferEncoding, latin1Text(bytes, start, end))
    return undefined
  },
}

/** One look that most fields do not survive: of the names above that begin with this letter, a bit for each length. */
const lengths = new Int32Array(32)
/** These names by letter and length, of which no two agree in both. */
const fields: { readonly name: string; readonly note: Note }[][] = Array.from({ length: 32 }, () => [])
for (const [name, note] of Object.entries(notes)) {
  const first = name.charCodeAt(0) & 31
  lengths[first]! |= 1 << name.length
  fields[first]![name.length] = { name, note }
}

const joined = (before: string | undefined, value: string): string =>
  before === undefined ? value : `${before}, ${value}`

/** Differs from RFC 9112 6.3: equal repeated lengths are refused too, which it allows. */
const noteLength = (facts: HeadFacts, text: string): Refusal | undefined => {
  if (facts.length !== undefined) return { code: 'http/two-lengths', facts: { got: `${facts.length} and ${text}` } }
  if (text.includes(',')) return { code: 'http/two-lengths', facts: { got: text } }
  const length = Number(text)
  if (text === '' || !allOf(text, DIGIT) || !Number.isSafeInteger(length)) {
    return { code: 'http/bad-length', facts: { got: JSON.stringify(text) } }
  }
  facts.length = length
  return undefined
}

/** RFC 9112 6.3, for a request: none, a length, or chunked. */
export const requestFraming = (facts: HeadFacts, minor: number, limits: HttpLimits): BodyFraming | Failure => {
  if (facts.transferEncoding !== undefined) return chunkedOrFailure(facts, minor)
  if (facts.length === undefined) return NO_BODY
  return ofLength(facts.length, limits)
}

/** RFC 9112 6.3, for a response to `method`. */
export const responseFraming = (
  facts: HeadFacts,
  minor: number,
  status: number,
  method: string,
  limits: HttpLimits,
): BodyFraming | Failure => {
  if (status < 200 || status === 204 || status === 304) return NO_BODY
  if (facts.transferEncoding !== undefined) {
    const framing = chunkedOrFailure(facts, minor)
    return method === 'HEAD' && !isFailure(framing) ? NO_BODY : framing
  }
  if (method === 'HEAD') return NO_BODY
  return facts.length === undefined ? UNTIL_CLOSE : ofLength(facts.length, limits)
}

const ofLength = (length: number, limits: HttpLimits): BodyFraming | Failure =>
  length > limits.body ? fail('http/body-too-big', { number: limits.body }) : { kind: 'length', length }

/** RFC 9112 6.1: chunked must be the last coding, once; with a length beside it somebody is fooled. */
const chunkedOrFailure = (facts: HeadFacts, minor: number): BodyFraming | Failure => {
  const got = facts.transferEncoding ?? ''
  if (facts.length !== undefined) return fail('http/length-and-chunked')
  if (minor === 0) return fail('http/bad-transfer-encoding', { got: `${got}, in HTTP/1.0` })
  const codings = members(got).map(coding => coding.toLowerCase())
  const chunked = codings.filter(coding => coding === 'chunked').length
  if (chunked !== 1 || codings.at(-1) !== 'chunked' || !codings.every(isToken)) {
    return fail('http/bad-transfer-encoding', { got: JSON.stringify(got) })
  }
  return codings.length > 1 ? fail('http/unknown-transfer-encoding', { got }) : CHUNKED
}

/** RFC 9112 3.2: exactly one valid Host in HTTP/1.1; in HTTP/1.0 there may be none. */
export const hostFailure = (bytes: Bytes, facts: HeadFacts, minor: number): Failure | undefined => {
  if (facts.hosts === 0) return minor === 0 ? undefined : fail('http/bad-host', { got: 'missing' })
  if (facts.hosts > 1) return fail('http/bad-host', { got: `given ${facts.hosts} times` })
  if (isPlainHost(bytes, facts.host, facts.hostEnd)) return undefined
  const host = latin1Text(bytes, facts.host, facts.hostEnd)
  return isHost(host) ? undefined : fail('http/bad-host', { got: JSON.stringify(host) })
}

/** RFC 9110 10.1.1. HTTP/1.0 clients are not understood to expect anything. */
export const expectation = (facts: HeadFacts, minor: number): 'none' | 'continue' | Failure => {
  if (facts.expect === undefined || minor === 0) return 'none'
  return facts.expect.toLowerCase() === '100-continue'
    ? 'continue'
    : fail('http/unmet-expectation', { got: facts.expect })
}

/** RFC 9112 9.3: whether the connection goes on after this message. */
export const persists = (facts: HeadFacts, minor: number): boolean => !facts.close && (minor === 1 || facts.keepAlive)

const NOTHING: readonly string[] = []

/** RFC 9110 7.8: the protocols that a message names for its connection, best first; HTTP/1.0 has no such thing. */
export const upgradesIn = ({ upgrade, upgrades }: Pick<HeadFacts, 'upgrade' | 'upgrades'>, minor: number) =>
  upgrade === undefined || !upgrades || minor === 0 ? NOTHING : members(upgrade).filter(isProtocol)

/** RFC 9110 7.8: a name and perhaps a version. */
const isProtocol = (text: string): boolean => {
  const [name = '', version = 'any', more] = text.split('/')
  return isToken(name) && isToken(version) && more === undefined
}

/** Whether `answer` names protocols, and none that was not among `offered`: their names have no case. */
export const isAmong = (answer: readonly string[], offered: readonly string[]): boolean => {
  const known = offered.map(protocol => protocol.toLowerCase())
  return answer.length > 0 && answer.every(protocol => known.includes(protocol.toLowerCase()))
}

export interface Target {
  /** From an absolute-form target; undefined: that of Host. */
  readonly authority: string | undefined
  readonly path: string
}

/** RFC 9112 3.2: authority-form with CONNECT alone; origin-form, absolute-form, or asterisk-form with OPTIONS. */
export const targetOf = (method: string, target: string): Target | undefined => {
  if (method === 'CONNECT') return isTunnelEnd(target) ? { authority: target, path: '' } : undefined
  if (target.startsWith('/')) return { authority: undefined, path: target }
  if (target === '*') return method === 'OPTIONS' ? { authority: undefined, path: '*' } : undefined
  const match = /^https?:\/\/([^/?]*)(.*)$/i.exec(target)
  if (match === null || !isHost(match[1]!)) return undefined
  const rest = match[2]!
  // RFC 9112 3.2.4: OPTIONS with an absolute target without a path is about the server as a whole.
  if (rest === '') return { authority: match[1]!, path: method === 'OPTIONS' ? '*' : '/' }
  return { authority: match[1]!, path: rest.startsWith('/') ? rest : `/${rest}` }
}

/** RFC 9112 3.2.3, RFC 9110 9.3.6: a host and a port that can be connected to, both said. */
const isTunnelEnd = (target: string): boolean => {
  const port = /:(\d{1,5})$/.exec(target)?.[1]
  return port !== undefined && Number(port) > 0 && Number(port) <= 65_535 && isHost(target)
}
