/** Our heads: what is sent, and how their bodies are framed (RFC 9112 3, 4, 6.1, 6.2; RFC 9110 8.6, 9.3, 15). */
import type { Bytes } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { joined, latin1Bytes } from '../../wire/bytes.ts'
import { isAmong, targetOf, upgradesIn } from '../message/framing.ts'
import { badInTarget, isToken, members } from '../message/grammar.ts'
import { firstBad, isBlock, refused } from '../message/header-block.ts'
import { reasons } from '../message/reasons.table.ts'
import type { Outgoing as OutgoingPart } from '../types.ts'
import { isSwitch } from './accept.ts'
import { checkReason, type Fields, fieldsToSend, type Outgoing, type OutgoingFraming } from './outgoing.ts'

export interface WrittenRequest {
  readonly persists: boolean
  /** What it offers to speak instead (RFC 9110 7.8). */
  readonly offers: readonly string[]
}

/** Methods whose requests say a length even when it is 0 (RFC 9110 8.6). */
const withContent = new Set(['POST', 'PUT', 'PATCH'])

export const writeRequest = (out: Outgoing, part: OutgoingPart & { type: 'request' }): WrittenRequest => {
  const { method, target, body } = part
  if (!isToken(method)) throw refused('The method', firstBad(method, 1))
  const bad = badInTarget(target)
  if (bad !== undefined) throw refused('The request target', firstBad(bad, 0))
  if (targetOf(method, target) === undefined) throw refused('The request target', JSON.stringify(target))
  const fields = fieldsToSend(part.headers)
  const { facts } = fields
  if (facts.hosts !== 1) throw refused('The request', 'no Host')
  // RFC 9110 7.8: without it a proxy would pass on what is meant for itself.
  const offers = upgradesIn(facts, 1)
  if (facts.upgrade !== undefined && !facts.upgrades)
    throw refused('The request', 'Upgrade without Connection: upgrade')
  if (offers.length < members(facts.upgrade ?? '').filter(each => each !== '').length)
    throw refused('Upgrade', JSON.stringify(facts.upgrade))
  if (method === 'CONNECT' && (body !== undefined || facts.length !== undefined || facts.chunked))
    throw refused('A request with CONNECT', 'a body')
  // RFC 9110 9.3.8.
  if (method === 'TRACE' && ((body?.length ?? 0) > 0 || (facts.length ?? 0) > 0 || facts.chunked))
    throw refused('A request with TRACE', 'a body')
  const more: string[] = []
  if (body === undefined) {
    const framing: OutgoingFraming = facts.chunked ? 'chunked' : facts.length === undefined ? 'none' : 'length'
    out.frame(framing, facts.length ?? 0)
  } else if (needsLength(fields, body) && (body.length > 0 || withContent.has(method))) {
    more.push(`Content-Length: ${body.length}\r\n`)
  }
  out.head(`${method} ${target} HTTP/1.1\r\n`, fields, more, body)
  return { persists: facts.connection !== 'close', offers }
}

/** The answer after which the connection is not HTTP any more. `status` was given. */
export const writeSwitch = (
  out: Outgoing,
  part: OutgoingPart & { type: 'switch' },
  { method, offers, date }: { readonly offers: readonly string[] } & Pick<ResponseContext, 'method' | 'date'>,
): void => {
  const status = part.status ?? 0
  if (part.reason !== undefined) checkReason(part.reason)
  const fields = fieldsToSend(part.headers ?? [])
  const { facts } = fields
  const isTunnel = method === 'CONNECT'
  if (isTunnel ? !(status >= 200 && status < 300) : status !== 101)
    throw refused('The answer that switches', `${status}`)
  // RFC 9110 15.2.2, 7.8: it names what was chosen, of what was offered.
  if (!isTunnel && !isAmong(upgradesIn(facts, 1), offers)) {
    throw refused('An answer 101', facts.upgrade === undefined ? 'no Upgrade' : `Upgrade: ${facts.upgrade}`)
  }
  if (facts.length !== undefined || facts.chunked) throw refused(`An answer ${status}`, 'a body length')
  const more = isTunnel && date !== undefined && !facts.hasDate ? [dateLine(date())] : []
  out.head(lineOf(status, part.reason), fields, more, undefined)
}

/** What a response must know of its request and its connection. */
export interface ResponseContext {
  /** '' when the request could not be read. */
  readonly method: string
  readonly minor: number
  readonly persists: boolean
  readonly date: (() => string) | undefined
}

/** Returns whether the connection goes on after it. */
export const writeResponse = (
  out: Outgoing,
  part: OutgoingPart & { type: 'response' },
  context: ResponseContext,
): boolean => {
  if (writeUsual(out, part, context)) return true
  const { status } = part
  if (!Number.isInteger(status) || status < 100 || status > 999 || isSwitch(status, context.method))
    throw refused('The status', `${status}`)
  if (part.reason !== undefined) checkReason(part.reason)
  const fields = fieldsToSend(part.headers)
  const line = lineOf(status, part.reason)
  if (status < 200 || status === 204) {
    // RFC 9110 8.6, RFC 9112 6.1: a response that cannot have content says nothing about its framing.
    if (fields.facts.length !== undefined || fields.facts.chunked)
      throw refused(`A response ${status}`, 'a body length')
  }
  if (status < 200) {
    // RFC 9110 15.2: a client that speaks HTTP/1.0 does not know that a final response follows.
    if (context.minor === 0) throw refused('An answer to HTTP/1.0', `the status ${status}`)
    if (part.body !== undefined) throw wrongLength(0, part.body.length)
    out.head(line, fields, [], undefined)
    return context.persists
  }
  const { framing, length, said } = frame(fields, part.body, status, context)
  const persists = context.persists && fields.facts.connection !== 'close' && framing !== 'until-close'
  const more: (string | Bytes)[] = said === '' ? [] : [said]
  if (!persists && fields.facts.connection !== 'close') more.push('Connection: close\r\n')
  if (persists && context.minor === 0 && fields.facts.connection === undefined) more.push('Connection: keep-alive\r\n')
  if (context.date !== undefined && !fields.facts.hasDate) more.push(dateLine(context.date()))
  const body = framing === 'dropped' || framing === 'none' ? undefined : part.body
  if (part.body === undefined) out.frame(framing, length)
  out.head(line, fields, more, body)
  return persists
}

/**
 * The answer that most are: whole, on a connection that goes on, with fields that were encoded before. All but its length
 * is then octets that are there already. False, and nothing is written, for any other.
 */
const writeUsual = (
  out: Outgoing,
  { status, reason, headers, body }: OutgoingPart & { type: 'response' },
  { method, minor, persists, date }: ResponseContext,
): boolean => {
  if (!persists || minor === 0 || method === 'HEAD' || method === 'CONNECT') return false
  if (reason !== undefined || body === undefined || !isBlock(headers) || !isUsual(status)) return false
  const { facts, starts } = headers
  if (facts.length !== undefined || facts.chunked || facts.connection !== undefined) return false
  if (starts.status !== status) {
    starts.bytes = joined([statusLine(status), headers.bytes, LENGTH])
    starts.status = status
  }
  out.whole(starts.bytes, date === undefined || facts.hasDate ? EMPTY_LINE : dateEnd(date()), body)
  return true
}

/** The final statuses whose answers have content. */
const isUsual = (status: number): boolean =>
  reasons[status] !== undefined && status >= 200 && status !== 204 && status !== 205 && status !== 304

const LENGTH = latin1Bytes('Content-Length: ')
const EMPTY_LINE = latin1Bytes('\r\n\r\n')

const lineOf = (status: number, reason: string | undefined): string | Bytes =>
  reason === undefined ? statusLine(status) : `HTTP/1.1 ${status} ${reason}\r\n`

let lastDate = ''
let lastDateEnd: Bytes = new Uint8Array(0)

/** The end of the line before it, Date, and the end of the head; encoded once a second. */
const dateEnd = (date: string): Bytes => {
  if (date !== lastDate) {
    lastDate = date
    lastDateEnd = latin1Bytes(`\r\nDate: ${date}\r\n\r\n`)
  }
  return lastDateEnd
}
const dateLine = (date: string): Bytes => dateEnd(date).subarray(2, -2)

/** Status lines with the usual phrase, encoded once. */
const statusLines = new Map<number, Bytes>()
const statusLine = (status: number): Bytes => {
  const known = statusLines.get(status)
  if (known !== undefined) return known
  const line = latin1Bytes(`HTTP/1.1 ${status} ${reasons[status] ?? ''}\r\n`)
  if (reasons[status] !== undefined) statusLines.set(status, line)
  return line
}

/** How the body of a final response is framed, and the field that says so where the caller's do not. */
const frame = (
  fields: Fields,
  body: Bytes | undefined,
  status: number,
  { method, minor }: ResponseContext,
): { framing: OutgoingFraming; length: number; said: string } => {
  const { facts } = fields
  const length = facts.length ?? 0
  if (status === 204 || status === 304) {
    if (body !== undefined && body.length > 0) throw wrongLength(0, body.length)
    return { framing: 'none', length: 0, said: '' }
  }
  // RFC 9110 15.3.6: 205 has no content, and must say so.
  if (status === 205 && (length > 0 || (body?.length ?? 0) > 0 || facts.chunked))
    throw wrongLength(0, body?.length ?? length)
  if (body !== undefined) {
    const said = needsLength(fields, body, method) ? `Content-Length: ${body.length}\r\n` : ''
    return { framing: method === 'HEAD' ? 'dropped' : 'length', length: body.length, said }
  }
  if (method === 'HEAD') return { framing: 'dropped', length, said: '' }
  if (facts.length !== undefined) return { framing: 'length', length, said: '' }
  if (facts.chunked && minor === 0) throw refused('An answer to HTTP/1.0', 'Transfer-Encoding')
  if (facts.chunked) return { framing: 'chunked', length, said: '' }
  if (status === 205) return { framing: 'length', length: 0, said: 'Content-Length: 0\r\n' }
  if (minor === 0) return { framing: 'until-close', length, said: '' }
  return { framing: 'chunked', length, said: 'Transfer-Encoding: chunked\r\n' }
}

/** A whole body: whether its length is still to be said. Throws when another one was. */
const needsLength = ({ facts }: Fields, body: Bytes, method = ''): boolean => {
  if (facts.chunked) throw refused('A whole message', 'Transfer-Encoding')
  if (facts.length === undefined) return true
  if (facts.length !== body.length && method !== 'HEAD') throw wrongLength(facts.length, body.length)
  return false
}

const wrongLength = (expected: number, got: number): FailureError =>
  new FailureError(fail('http/wrong-length', { expected: `${expected}`, got: `${got}` }))
