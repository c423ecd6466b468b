/** What went wrong above TLS: broken messages, requests without an answer, answers that say no. */
import type { Millis } from '../../engine.ts'
import type { FailureCode } from '../../failures/index.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { type HttpExchange, headerOf } from '../exchanges.ts'
import { type End, fromOf, otherEnd } from './ends.ts'
import type { Overview } from './overview.ts'
import { spokenBy } from './protocols.ts'
import { ROUNDS } from './ring.ts'
import { type Diagnosis, isAlertRecord, PATIENCE, placeOf } from './types.ts'

/** `tlsThere`: the server is known to speak TLS on this port. */
export const httpDiagnosis = (view: Overview, tlsThere: boolean): Diagnosis | undefined =>
  otherVersion(view) ??
  tooLate(view) ??
  leftInTheMiddle(view) ??
  broken(view) ??
  unanswered(view, tlsThere) ??
  goneRound(view) ??
  refused(view) ??
  endUnsure(view) ??
  resetAfterwards(view) ??
  unreadGoodbye(view)

/** HTTP/2 without being asked (RFC 9113 3.3), and an answer of HTTP/1.1 or none; or the other way round. */
const otherVersion = ({ stream, messages, exchanges }: Overview): Diagnosis | undefined => {
  const { client, server, ended } = stream
  if (spokenBy(server.head) === 'HTTP/2' && spokenBy(client.head) === 'HTTP') {
    const request = exchanges[0]?.request
    const facts = { expected: request?.name, got: 'HTTP/2', at: placeOf(request) }
    return { code: 'http/unsupported-version', side: 'client', certainty: 'seen', ...facts }
  }
  if (spokenBy(client.head) !== 'HTTP/2') return undefined
  const answer = messages.find(m => m.layer === 'http' && m.direction === 'in')
  const closed = server.bytes === 0 && ended?.by === 'server'
  if (!closed && spokenBy(server.head) !== 'HTTP') return undefined
  return {
    code: 'http/unsupported-version',
    side: 'client',
    by: 'server',
    certainty: closed ? 'likely' : 'seen',
    expected: 'PRI * HTTP/2.0',
    ...(answer === undefined ? {} : { got: answer.name, at: placeOf(answer) }),
  }
}

/** The server says itself that it has waited long enough, whatever it has of the request. */
const tooLate = ({ messages, exchanges }: Overview): Diagnosis | undefined => {
  const answer = messages.findLast(({ layer, direction }) => layer === 'http' && direction === 'in')
  if (answer === undefined || !/^408\b/.test(answer.name)) return undefined
  const expected = exchanges.find(({ response }) => response === answer)?.request.name
  const facts = {
    got: answer.name,
    number: 408,
    at: statusPlace(answer),
    ...(expected === undefined ? {} : { expected }),
  }
  return { code: 'http/head-timeout', side: 'client', by: 'server', certainty: 'seen', ...facts }
}

/** Of an answer that is cut short: the client ended it, not the server. */
const leftInTheMiddle = ({ verdicts, exchanges, stream }: Overview): Diagnosis | undefined => {
  const last = exchanges.at(-1)
  const cut = verdicts.flatMap(({ failure, where }) =>
    failure?.code === 'http/body-cut-short' ? [where?.message] : [],
  )
  // Who did not finish its own question has not left an answer.
  const isCut =
    (cut.includes(last?.response?.id) && !cut.includes(last?.request.id)) || lacks(last, stream.server.reach)
  const { ended } = stream
  if (!isCut || last?.response === undefined || ended?.by !== 'client') return undefined
  return leftBy(last.request, ended.at)
}

/** More bytes than came of the whole stream: nobody said that it ended there. */
const lacks = (exchange: HttpExchange | undefined, reach: number): boolean => {
  if (exchange?.response === undefined || /^HEAD\b/.test(exchange.request.name)) return false
  const { response } = exchange
  return !/^(?:204|304)\b/.test(response.name) && Number(headerOf(response, 'content-length')) > reach
}

const leftBy = (request: MessageRecord, ended: Millis): Diagnosis => {
  const number = Math.max(0, ended - request.at)
  const side: End = number >= PATIENCE ? 'server' : 'client'
  const at = placeOf(request)
  return { code: 'net/client-left', side, by: 'client', certainty: 'seen', got: request.name, number, at }
}

/** What no reader takes, of whoever sent it; an expectation that nobody meets is answered. */
const broken = ({ verdicts, messages, exchanges, stream }: Overview): Diagnosis | undefined => {
  for (const { ok, layer, failure, where, at } of verdicts) {
    if (messages[0] === undefined || ok || layer !== 'http' || failure === undefined) continue
    if (failure.code === 'http/unmet-expectation') continue
    const place = where ?? failure.at
    const message = place === undefined ? undefined : messages.find(each => each.id === place.message)
    // Whoever has its answer may leave the rest of its question unsaid.
    const given = exchanges.find(each => each.request === message)
    if (failure.code === 'http/body-cut-short' && given && (answeredAhead(given, stream) || waits(given))) continue
    const last = messages.findLast(each => each.layer === 'http' && each.at <= at)
    const side = fromOf(message ?? last ?? messages[0]!)
    const { code, got, expected, number, where: about } = failure
    return {
      code,
      side,
      certainty: 'seen',
      ...(got === undefined ? {} : { got }),
      ...(expected === undefined ? {} : { expected }),
      ...(number === undefined ? {} : { number }),
      ...(about === undefined ? {} : { where: about }),
      ...(place === undefined ? {} : { at: place }),
    }
  }
  return undefined
}

const answeredAhead = ({ response }: HttpExchange, { ended }: Overview['stream']): boolean =>
  response !== undefined && (ended?.by !== 'client' || response.at < ended.at)

/** Its body is held back until the server says 100 (Continue), which it did not (RFC 9110 10.1.1). */
const waits = ({ request }: HttpExchange): boolean => /^100-continue$/i.test(headerOf(request, 'expect') ?? '')

const unanswered = ({ exchanges, stream }: Overview, tlsThere: boolean): Diagnosis | undefined => {
  const waiting = exchanges.find(({ response }) => response === undefined)?.request
  const { ended } = stream
  if (waiting === undefined || ended === undefined) return undefined
  const number = Math.max(0, ended.at - waiting.at)
  const at = placeOf(waiting)
  if (ended.by === 'server' && tlsThere && spokenBy(stream.client.head) === 'HTTP')
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

/** At the end of a connection nothing but redirects, among them the same question again and again. */
const goneRound = ({ exchanges }: Overview): Diagnosis | undefined => {
  const first = exchanges.findLastIndex(({ response }) => !/^30[12378]\b/.test(response?.name ?? ''))
  const redirects = exchanges.slice(first + 1)
  const last = redirects.at(-1)
  const rounds = redirects.filter(({ request }) => request.name === last?.request.name).length
  if (last?.response === undefined || rounds < ROUNDS) return undefined
  return {
    code: 'net/too-many-redirects',
    side: 'server',
    certainty: 'seen',
    number: redirects.length,
    got: headerOf(last.response, 'location'),
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
const resetAfterwards = (view: Overview): Diagnosis | undefined => {
  const { exchanges, stream } = view
  const last = exchanges.at(-1)?.response
  const { ended } = stream
  if (ended?.how !== 'RST' || ended.by !== 'server') return undefined
  // Without keys nobody knows what was under way; whoever is done says FIN.
  if (last === undefined ? asked(view) === undefined : hasLength(last)) return undefined
  return { code: 'tcp/reset', side: otherEnd('client'), by: 'server', certainty: 'likely' }
}

/** Over TLS: an answer that goes on to the end of the connection, and an end that the server did not announce (RFC 9112 9.8). */
const endUnsure = ({ exchanges, stream, alerts }: Overview): Diagnosis | undefined => {
  const last = exchanges.at(-1)?.response
  const { fin } = stream.server
  if (last === undefined || fin === undefined || stream.ended?.by !== 'server') return undefined
  if (hasLength(last) || spokenBy(stream.server.head) !== 'TLS') return undefined
  if (alerts.some(({ from }) => from === 'server')) return undefined
  return { code: 'tls/cut-short', side: 'server', by: 'server', certainty: 'seen', at: placeOf(fin) }
}

/** The end of its body is known before the connection ends (RFC 9112 6.3). */
const hasLength = (response: MessageRecord): boolean =>
  /^(?:1\d\d|204|304)\b/.test(response.name) ||
  headerOf(response, 'content-length') !== undefined ||
  headerOf(response, 'transfer-encoding') !== undefined

/** What a Finished in TLS 1.3 weighs at most; a request is longer. */
const FINISHED_RECORD = 80

/** The last that the client asked for in TLS 1.3, of which one has no keys. */
const asked = (view: Overview): MessageRecord | undefined =>
  view
    .sealed('client')
    .slice(1)
    .findLast(({ bytes }) => bytes.length > FINISHED_RECORD)

/** TLS 1.3 without keys: the client asked, and all that came was an alert or nothing, and the server left. */
const unreadGoodbye = (view: Overview): Diagnosis | undefined => {
  const { messages, stream } = view
  const question = asked(view)
  if (question === undefined || stream.ended?.by !== 'server') return undefined
  const gone = messages[stream.ended.index]!
  // What the client says behind that is its own goodbye.
  if (view.sealed('client').some(each => isAlertRecord(each) && each.id < gone.id)) return undefined
  const [first, ...more] = answersOf(view.sealed('server').filter(({ id }) => id > question.id))
  if (more.length > 0 || (first !== undefined && !isAlertRecord(first))) return undefined
  const number = Math.max(0, stream.ended.at - question.at)
  const at = placeOf(first ?? gone)
  return { code: 'http/no-answer', side: 'server', by: 'server', certainty: 'likely', number, at }
}

/** Without the two tickets of OpenSSL, which may come behind the question and weigh the same. */
const answersOf = (sealed: readonly MessageRecord[]): readonly MessageRecord[] =>
  sealed.length > 1 && sealed[0]!.bytes.length === sealed[1]!.bytes.length ? sealed.slice(2) : sealed
