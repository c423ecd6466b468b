/** A complete head becomes an event, or the first reason why it must not (RFC 9112 3, 6; RFC 9110 7.2, 10.1.1). */
import type { Bytes } from '../../engine.ts'
import { type Failure, fail, isFailure } from '../../failures/index.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { HttpLimits } from '../limits.ts'
import {
  expectation,
  factsOf,
  hostFailure,
  isAmong,
  persists,
  requestFraming,
  responseFraming,
  targetOf,
  upgradesIn,
} from '../message/framing.ts'
import type { HeadReader } from '../message/head-reader.ts'
import { ReceivedRequest, ReceivedResponse } from '../message/heads.ts'
import type { BodyFraming } from '../types.ts'

const SLASH = 0x2f
const NO_BODY: BodyFraming = { kind: 'none' }

/** `bytes` begin where the reader began. */
export const acceptRequest = (
  bytes: Bytes,
  reader: HeadReader,
  limits: HttpLimits,
  methods?: ReadonlySet<string>,
): ReceivedRequest | Failure => {
  const method = methodOf(bytes, reader.start, reader.methodEnd)
  if (bytes[reader.targetStart] !== SLASH || method === 'CONNECT') {
    const target = latin1Text(bytes, reader.targetStart, reader.targetEnd)
    if (targetOf(method, target) === undefined) {
      return fail('http/bad-target', {
        got: JSON.stringify(target.slice(0, 80)),
        at: { message: 0, start: reader.targetStart, end: reader.targetEnd },
      })
    }
  }
  const facts = factsOf(bytes, 0, reader)
  if (isFailure(facts)) return facts
  const host = hostFailure(bytes, facts, reader.minor)
  if (host !== undefined) return host
  const body = requestFraming(facts, reader.minor, limits)
  if (isFailure(body)) return body
  const expects = expectation(facts, reader.minor)
  if (typeof expects === 'object') return expects
  if (methods?.has(method) === false) {
    const at = { message: 0, start: reader.start, end: reader.methodEnd }
    return fail('http/unknown-method', { got: method.slice(0, 80), at })
  }
  const empty = body.kind === 'none' || (body.kind === 'length' && body.length === 0)
  // RFC 9110 9.3.6: it would not be clear whether what follows is a body or the first bytes in the tunnel.
  if (method === 'CONNECT' && !empty) return fail('http/tunnel-with-body')
  return new ReceivedRequest({
    bytes,
    offsets: reader.offsets,
    method,
    targetStart: reader.targetStart,
    targetEnd: reader.targetEnd,
    version: reader.minor === 0 ? '1.0' : '1.1',
    host: facts.host,
    hostEnd: facts.hostEnd,
    framing: body,
    expectsContinue: expects === 'continue' && !empty,
    upgrade: upgradesIn(facts, reader.minor),
    persists: persists(facts, reader.minor),
  })
}

/** What a response must be judged by, of the request that it answers. */
export interface Asked {
  readonly method: string
  /** The protocols of Upgrade. */
  readonly offers: readonly string[]
  /** It is complete, and may be answered by another protocol or a tunnel. */
  readonly mightSwitch: boolean
}

/** 101, or 2xx to CONNECT: the last that is HTTP (RFC 9110 15.2.2, 9.3.6). */
export const isSwitch = (status: number, method: string): boolean =>
  status === 101 || (method === 'CONNECT' && status >= 200 && status < 300)

export const acceptResponse = (
  bytes: Bytes,
  reader: HeadReader,
  { method, offers, mightSwitch }: Asked,
  limits: HttpLimits,
): ReceivedResponse | Failure => {
  const facts = factsOf(bytes, 0, reader)
  if (isFailure(facts)) return facts
  const switches = isSwitch(reader.status, method)
  if (reader.status === 101) {
    const agreed = upgradesIn(facts, reader.minor)
    if (!mightSwitch || !isAmong(agreed, offers)) {
      return fail('http/unexpected-upgrade', { got: facts.upgrade ?? 'nothing', expected: offers.join(', ') })
    }
  }
  // RFC 9112 6.3: a length in the answer that opens a tunnel says nothing.
  const body = switches ? NO_BODY : responseFraming(facts, reader.minor, reader.status, method, limits)
  if (isFailure(body)) return body
  return new ReceivedResponse(bytes, reader.offsets, {
    status: reader.status,
    version: reader.minor === 0 ? '1.0' : '1.1',
    reason: [reader.reasonStart, reader.reasonEnd],
    framing: body,
    persists: persists(facts, reader.minor) && body.kind !== 'until-close',
  })
}

/** The common one without making a string. */
const methodOf = (bytes: Bytes, start: number, end: number): string =>
  end - start === 3 && bytes[start] === 0x47 && bytes[start + 1] === 0x45 && bytes[start + 2] === 0x54
    ? 'GET'
    : latin1Text(bytes, start, end)
