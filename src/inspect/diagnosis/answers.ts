/** What went wrong above TLS: broken messages, requests without an answer, answers that say no. */
import type { Millis } from '../../engine.ts'
import type { FailureCode } from '../../failures/index.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { headerOf } from '../exchanges.ts'
import { type End, fromOf, otherEnd } from './ends.ts'
import type { Overview } from './overview.ts'
import { type Diagnosis, placeOf } from './types.ts'

/** `tlsThere`: the server is known to speak TLS on this port. */
export const httpDiagnosis = (view: Overview, tlsThere: boolean): Diagnosis | undefined =>
  leftInTheMiddle(view) ?? broken(view) ?? unanswered(view, tlsThere) ?? refused(view) ?? resetAfterwards(view)

/** Of an answer that is cut short: the client ended it, not the server. */
const leftInTheMiddle = ({ verdicts, exchanges, stream }: Overview): Diagnosis | undefined => {
  const isCut = verdicts.some(({ failure }) => failure?.code === 'http/body-cut-short')
  const last = exchanges.at(-1)
  const { ended } = stream
  if (!isCut || last?.response === undefined || ended?.by !== 'client') return undefined
  return leftBy(last.request, ended.at)
}

const leftBy = (request: MessageRecord, ended: Millis): Diagnosis => {
  const number = Math.max(0, ended - request.at)
  const side: End = number >= PATIENCE ? 'server' : 'client'
  const at = placeOf(request)
  return { code: 'net/client-left', side, by: 'client', certainty: 'seen', got: request.name, number, at }
}

/** What no reader takes, of whoever sent it; an expectation that nobody meets is answered. */
const broken = ({ verdicts, messages }: Overview): Diagnosis | undefined => {
  for (const { ok, layer, failure, where, at } of verdicts) {
    if (messages[0] === undefined || ok || layer !== 'http' || failure === undefined) continue
    if (failure.code === 'http/unmet-expectation') continue
    const place = where ?? failure.at
    const message = place === undefined ? undefined : messages.find(each => each.id === place.message)
    const last = messages.findLast(each => each.layer === 'http' && each.at <= at)
    const side = fromOf(message ?? last ?? messages[0]!)
    const { code, got, expected, number } = failure
    return {
      code,
      side,
      certainty: 'seen',
      ...(got === undefined ? {} : { got }),
      ...(expected === undefined ? {} : { expected }),
      ...(number === undefined ? {} : { number }),
      ...(place === undefined ? {} : { at: place }),
    }
  }
  return undefined
}

/** Whoever waits so long and gives up has waited for a slow server, not changed its mind. */
const PATIENCE = 1_000

const unanswered = ({ exchanges, stream }: Overview, tlsThere: boolean): Diagnosis | undefined => {
  const waiting = exchanges.find(({ response }) => response === undefined)?.request
  const { ended } = stream
  if (waiting === undefined || ended === undefined) return undefined
  const number = Math.max(0, ended.at - waiting.at)
  const at = placeOf(waiting)
  if (ended.by === 'server' && tlsThere)
    return { code: 'tls/http-spoken', side: 'client', by: 'server', certainty: 'likely', at }
  if (ended.by === 'server')
    return ended.how === 'RST'
      ? { code: 'tcp/reset', side: 'server', by: 'server', certainty: 'seen', got: waiting.name, number, at }
      : { code: 'http/no-answer', side: 'server', by: 'server', certainty: 'seen', got: waiting.name, number, at }
  return leftBy(waiting, ended.at)
}

const BY_STATUS: Readonly<Record<number, FailureCode>> = {
  401: 'http/unauthorized',
  404: 'http/not-found',
  405: 'http/method-not-allowed',
  406: 'http/not-acceptable',
  407: 'net/proxy-authentication',
  408: 'http/head-timeout',
  412: 'http/precondition-failed',
  413: 'http/body-too-big',
  414: 'http/target-too-long',
  415: 'http/unsupported-media-type',
  416: 'http/range-not-satisfiable',
  417: 'http/unmet-expectation',
  425: 'http/too-early',
  431: 'http/header-too-big',
  505: 'http/unsupported-version',
}

/** Bytes of a head that every server takes. */
const USUAL_HEAD = 8_192

/** The last answer counts: a 401 before a login that worked is no failure. */
const refused = ({ exchanges }: Overview): Diagnosis | undefined => {
  const last = exchanges.at(-1)
  if (last?.response === undefined) return undefined
  const number = Number(last.response.name.slice(0, 3))
  if (!(number >= 400)) return undefined
  // nginx and others had no 431 when they were written.
  const isTooBig = number === 400 && last.request.bytes.length > USUAL_HEAD
  const side: End = number >= 500 && number !== 505 ? 'server' : 'client'
  return {
    code: isTooBig ? 'http/header-too-big' : (BY_STATUS[number] ?? 'http/status'),
    side,
    certainty: isTooBig ? 'likely' : 'seen',
    got: last.response.name,
    expected: last.request.name,
    number,
    at: statusPlace(last.response),
  }
}

/** The status line. */
const statusPlace = (response: MessageRecord): Diagnosis['at'] => {
  const place = placeOf(response)!
  const end = response.bytes.indexOf(0x0d)
  return end < 0 ? place : { ...place, end }
}

/** An answer that was cut by RST, where its length did not tell. */
const resetAfterwards = ({ exchanges, stream }: Overview): Diagnosis | undefined => {
  const last = exchanges.at(-1)?.response
  const { ended } = stream
  if (last === undefined || ended?.how !== 'RST' || ended.by !== 'server') return undefined
  const whole = headerOf(last, 'content-length') !== undefined || headerOf(last, 'transfer-encoding') !== undefined
  if (whole) return undefined
  return { code: 'tcp/reset', side: otherEnd('client'), by: 'server', certainty: 'likely' }
}
