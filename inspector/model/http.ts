/**
 * The requests of a run with their answers, read from the streams that the client saw: heads field by field, bodies by
 * their places in the stream, and what became of the cookies.
 */
import { HttpReader } from '../../src/dissect/stream/http/reader.ts'
import type { ExchangeFound, HttpMessageFound } from '../../src/dissect/stream/types.ts'
import type { Bytes } from '../../src/engine.ts'
import type { Failure } from '../../src/failures/index.ts'
import { bytesIn, type Followed, followed } from '../../src/inspect/follow.ts'
import { recorder, type TraceRecord } from '../../src/trace/recorder.ts'
import type { Carrier, MessageRecord, VerdictRecord } from '../../src/trace/types.ts'
import { dissect } from '../../src/wire/codec.ts'
import type { Parties } from './run.ts'

export interface HeadField {
  readonly name: string
  readonly value: string
  readonly where: Carrier
}

export interface Body {
  readonly framing: HttpMessageFound['body']['framing']
  /** On the wire, without the lines between chunks. */
  readonly length: number
  /** In the order in which they were applied. */
  readonly codings: readonly string[]
  /** False: it was cut short, or bytes of it were not seen. */
  readonly complete: boolean
  /** Undefined where they were not all seen, or are too many. */
  readonly bytes: Bytes | undefined
  readonly type: string | undefined
}

export interface HttpMessage {
  /** As the host saw it; undefined where its head was not kept. */
  readonly message: MessageRecord | undefined
  /** The three parts of the first line. */
  readonly start: readonly [string, string, string]
  readonly at: number
  readonly fields: readonly HeadField[]
  readonly body: Body
}

/** What became of one cookie. */
export interface CookieOutcome {
  readonly what: 'kept' | 'refused' | 'kept back'
  readonly name: string
  /** `HttpOnly`, `Secure`, `Lax`: those that decide who gets it. */
  readonly attributes: readonly string[]
  /** For which host. */
  readonly domain: string | undefined
  readonly rule: string | undefined
  readonly failure: Failure | undefined
}

export interface HttpExchange {
  readonly flow: string
  /** From 1. */
  readonly number: number
  /** Inside of TLS. */
  readonly secure: boolean
  readonly request: HttpMessage | undefined
  /** The final one. */
  readonly response: HttpMessage | undefined
  readonly cookies: readonly CookieOutcome[]
  /** What the server says of who this is. */
  readonly sessions: readonly { readonly ok: boolean; readonly about: string }[]
}

/** Exchanges that are shown; the rest is counted. */
export const MOST_EXCHANGES = 500
/** Bytes of a body that are taken out of the stream; the rest is where the messages are. */
const MOST_BODY = 8 * 1024 * 1024

export interface HttpOfRun {
  readonly exchanges: readonly HttpExchange[]
  readonly more: number
}

export const httpOf = (records: readonly TraceRecord[], { client }: Parties): HttpOfRun => {
  const { host } = client
  const own = host === undefined ? records : records.filter(entry => entry.record.host === host)
  const flows = new Set(
    own.flatMap(entry => (entry.type === 'message' && entry.record.layer === 'http' ? [entry.record.flow] : [])),
  )
  const all = [...flows].flatMap(flow => exchangesOf(flow, own, records)).sort((a, b) => beginOf(a) - beginOf(b))
  const shown = all.slice(0, MOST_EXCHANGES).map((exchange, i) => ({ ...exchange, number: i + 1 }))
  return { exchanges: shown, more: all.length - shown.length }
}

const beginOf = ({ request, response }: HttpExchange): number => request?.at ?? response?.at ?? 0

const exchangesOf = (
  flow: string,
  own: readonly TraceRecord[],
  all: readonly TraceRecord[],
): readonly HttpExchange[] => {
  const said = followed(own, flow, 'shown')
  const { found, heads } = read(said, flow)
  const secure = own.some(
    entry => entry.type === 'message' && entry.record.flow === flow && entry.record.layer === 'record',
  )
  const places = placesOf(own, flow)
  const begins = found.map(
    ({ request, response }) => (headOf(request, heads, places) ?? headOf(response, heads, places))?.order ?? 0,
  )
  const cookies = cookiesIn(own, flow, begins)
  const sessions = sessionsIn(all, flow)
  return found.map((exchange, i) => {
    const request = messageOf(exchange.request, 'client', said, heads, places)
    const response = messageOf(exchange.response, 'server', said, heads, places)
    return {
      flow,
      number: i + 1,
      secure,
      request,
      response,
      cookies: cookies.get(i) ?? [],
      sessions: sessions.get(request?.message?.stream?.start ?? -1) ?? [],
    }
  })
}

/** The streams read once more: where each head and each body lies. */
const read = (
  { pieces }: Followed,
  flow: string,
): { readonly found: readonly ExchangeFound[]; readonly heads: ReadonlyMap<number, MessageRecord> } => {
  const found: ExchangeFound[] = []
  const sink = recorder(Number.POSITIVE_INFINITY)
  const reader = new HttpReader(
    { sink, flow, tell: each => void (each.about === 'exchange' && found.push(each)) },
    { secure: true, tunnel: () => ({ data: () => undefined, gap: () => undefined, end: () => undefined }) },
  )
  let last = 0
  for (const { from, bytes, start, at, missing } of pieces) {
    if (missing > 0) reader.gap(from, missing, at)
    reader.data(from, bytes, start, at)
    last = at
  }
  for (const side of ['client', 'server'] as const) reader.end(side, 'the capture ends', last)
  const heads = sink.records.flatMap(entry =>
    entry.type === 'message' ? [[entry.record.id, entry.record] as const] : [],
  )
  return { found, heads: new Map(heads) }
}

/** Heads of the run by where they lie in the stream, with their place among the records. */
type Places = ReadonlyMap<string, { readonly message: MessageRecord; readonly order: number }>

const placesOf = (own: readonly TraceRecord[], flow: string): Places => {
  const places = new Map<string, { readonly message: MessageRecord; readonly order: number }>()
  own.forEach((entry, order) => {
    if (entry.type !== 'message' || entry.record.layer !== 'http' || entry.record.flow !== flow) return
    const { direction, stream } = entry.record
    if (stream !== undefined) places.set(`${direction} ${stream.start}`, { message: entry.record, order })
  })
  return places
}

const headOf = (
  found: HttpMessageFound | undefined,
  heads: ReadonlyMap<number, MessageRecord>,
  places: Places,
): { readonly message: MessageRecord; readonly order: number } | undefined => {
  const head = found && heads.get(found.head)
  return head && places.get(`${head.direction} ${head.stream?.start ?? -1}`)
}

const messageOf = (
  found: HttpMessageFound | undefined,
  from: 'client' | 'server',
  said: Followed,
  heads: ReadonlyMap<number, MessageRecord>,
  places: Places,
): HttpMessage | undefined => {
  if (found === undefined) return undefined
  const { framing, length, ranges, codings, complete, leftOut } = found.body
  const message = headOf(found, heads, places)?.message
  return {
    message,
    start: found.start,
    at: message?.at ?? found.at,
    fields: fieldsOf(message, found),
    body: {
      framing,
      length,
      codings,
      complete,
      bytes: leftOut || length > MOST_BODY ? undefined : bytesIn(said, from, ranges),
      type: found.headers.find(([name]) => name.toLowerCase() === 'content-type')?.[1],
    },
  }
}

/** As the host told the head, for it may be starred; with the place of each field. */
const fieldsOf = (message: MessageRecord | undefined, { headers }: HttpMessageFound): readonly HeadField[] => {
  if (message?.format === undefined)
    return headers.map(([name, value]) => ({ name, value, where: { message: message?.id ?? 0, start: 0, end: 0 } }))
  const tree = dissect(message.format, message.bytes, message.name)
  return (tree.children ?? []).flatMap(({ name, text, start, end, children }) =>
    children?.some(child => child.name === 'value')
      ? [{ name, value: text ?? '', where: { message: message.id, start, end } }]
      : [],
  )
}

const KEPT = /^(\S+) \(([^)]*)\) kept for (\S+)$/

/** By the exchange that they belong to: what came with an answer, and what was kept back before a request was written. */
const cookiesIn = (
  own: readonly TraceRecord[],
  flow: string,
  begins: readonly number[],
): ReadonlyMap<number, readonly CookieOutcome[]> => {
  const byExchange = new Map<number, CookieOutcome[]>()
  let begun = 0
  own.forEach((entry, order) => {
    while (begun < begins.length && begins[begun]! <= order) begun++
    if (entry.type !== 'verdict' || entry.record.flow !== flow || !entry.record.check.startsWith('cookie')) return
    const index = entry.record.check === 'cookie' ? begun - 1 : begun
    byExchange.set(index, [...(byExchange.get(index) ?? []), outcomeOf(entry.record)])
  })
  return byExchange
}

const outcomeOf = ({ check, ok, about, rule, failure }: VerdictRecord): CookieOutcome => {
  const [, name, attributes = '', domain] = KEPT.exec(about ?? '') ?? []
  return {
    what: ok ? 'kept' : check === 'cookie' ? 'refused' : 'kept back',
    name: name ?? failure?.where ?? about ?? '',
    attributes: attributes === '' ? [] : attributes.split(', '),
    domain,
    rule: rule ?? failure?.rule,
    failure,
  }
}

/** What a server's sessions say of each request, by where its head lies in the stream of the client. */
const sessionsIn = (all: readonly TraceRecord[], flow: string): ReadonlyMap<number, HttpExchange['sessions']> => {
  const byHead = new Map<number, { ok: boolean; about: string }[]>()
  const current = new Map<string, number>()
  for (const entry of all) {
    if (entry.record.flow !== flow) continue
    if (entry.type === 'message' && entry.record.layer === 'http' && entry.record.direction === 'in')
      current.set(entry.record.host, entry.record.stream?.start ?? -1)
    if (entry.type !== 'verdict' || entry.record.layer !== 'session') continue
    const { host, ok, about = '' } = entry.record
    const at = current.get(host)
    if (at !== undefined) byHead.set(at, [...(byHead.get(at) ?? []), { ok, about }])
  }
  return byHead
}
