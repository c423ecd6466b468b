/** The layered summary of an exchange, from what the engines said: how long each layer took and what came of it. */
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord, StateRecord, VerdictRecord } from '../trace/types.ts'
import { latin1Text } from '../wire/bytes.ts'
import { aboutOf, shortSuite } from './about.ts'
import { refusedAnywhere } from './cookie-line.ts'
import { exchanges, type HttpExchange, headerOf, setCookies } from './exchanges.ts'
import { ownWork, within } from './own-work.ts'
import { type Pieces, whole } from './pieces.ts'
import { size } from './style.ts'
import type { RowKey, Timeline, TimelineFacts, TimelineRow } from './timeline-types.ts'

export type { RowKey, Timeline, TimelineFacts, TimelineRow } from './timeline-types.ts'

/** The rows that `records` support; layers that said nothing have no row. */
export const timeline = (records: readonly TraceRecord[], facts: TimelineFacts = {}): Timeline =>
  whole(timelineInPieces(records, facts))

/** A connection may bring a hundred thousand messages. */
export function* timelineInPieces(records: readonly TraceRecord[], facts: TimelineFacts = {}): Pieces<Timeline> {
  const scene = sceneOf(records, facts)
  const { messages, start, end } = scene
  yield
  const http = yield* httpRows(scene)
  const name = nameRows(scene)
  const asked = name[0]?.span?.to ?? 0
  const rows = [
    ...hstsRows(scene, 'upgraded'),
    ...name,
    ...arpRows(scene, 0, asked),
    ...tcpRows(scene),
    ...arpRows(scene, asked, end - start),
    ...tlsRows(scene),
    ...http,
    ...hstsRows(scene, 'noted'),
    ...closeRows(scene),
  ]
  yield
  const layer = (name: MessageRecord['layer']) => messages.filter(m => m.layer === name)
  const work = ownWork(records).map(({ from, to }) => ({ from: from - start, to: to - start }))
  return {
    rows: rows.map(each => (each.span === undefined ? each : { ...each, ours: within(each.span, work) })),
    total: messages.length + scene.states.length === 0 ? 0 : end - start,
    counts: {
      messages: messages.filter(m => m.layer !== 'ethernet' && m.layer !== 'ip').length,
      frames: layer('ethernet').length,
      segments: layer('tcp').filter(m => !isTransfer(m)).length,
      records: layer('record').length,
      transfers: layer('tcp').filter(isTransfer).length,
      retransmitted: layer('tcp').filter(m => /retransmission/i.test(m.about ?? '')).length,
    },
  }
}

/** What a socket of the system says of itself: pieces of the byte stream, not segments. */
const isTransfer = ({ name }: MessageRecord): boolean => name === 'read' || name === 'write'

interface Scene {
  readonly facts: TimelineFacts
  readonly messages: readonly MessageRecord[]
  readonly states: readonly StateRecord[]
  readonly verdicts: readonly VerdictRecord[]
  /** Flows over which TLS was spoken. */
  readonly secured: ReadonlySet<string>
  readonly start: number
  readonly end: number
}

const sceneOf = (records: readonly TraceRecord[], facts: TimelineFacts): Scene => {
  const all = messagesOf(records)
  const host = facts.host ?? (all.find(m => m.direction === 'out') ?? all[0])?.host
  // What was decided before there was a connection has nobody's name.
  const mine = (r: { host: string; flow: string }): boolean => host === undefined || r.host === host || r.host === ''
  const ofFlow = (r: { flow: string; layer: string }): boolean =>
    facts.flow === undefined || r.flow === facts.flow || !FLOWING.has(r.layer)
  const messages = all.filter(m => mine(m) && ofFlow(m))
  const states = records.flatMap(r => (r.type === 'state' && mine(r.record) && ofFlow(r.record) ? [r.record] : []))
  const verdicts = records.flatMap(r => (r.type === 'verdict' && mine(r.record) && ofFlow(r.record) ? [r.record] : []))
  // Engines above TCP change state on a command, before anybody told them the time.
  const timed = states.filter(s => s.layer === 'tcp')
  // Verdicts are made about messages and have no time of their own to add.
  const times = [...messages, ...timed].map(each => each.at)
  return {
    facts,
    messages,
    states,
    verdicts,
    secured: new Set(messages.filter(m => m.layer === 'tls').map(m => m.flow)),
    start: times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY),
    end: times.reduce((a, b) => Math.max(a, b), facts.until ?? Number.NEGATIVE_INFINITY),
  }
}

/** Layers whose messages belong to one connection. */
const FLOWING: ReadonlySet<string> = new Set(['tcp', 'record', 'tls', 'http', 'session'])

const row = (
  key: RowKey,
  what: string,
  note: string,
  more: { label?: string; level?: 0 | 1; span?: TimelineRow['span']; ok?: boolean } = {},
): TimelineRow => ({
  key,
  label: more.label ?? key,
  level: more.level ?? 0,
  what,
  note,
  span: more.span,
  ours: [],
  ok: more.ok ?? true,
})

const spanOf = (scene: Scene, list: readonly { at: number }[]): TimelineRow['span'] =>
  list.length === 0 ? undefined : { from: list[0]!.at - scene.start, to: list.at(-1)!.at - scene.start }

/** From the first of `list` to its last; to the end of the run where nothing came after it. */
const spanUntil = (scene: Scene, list: readonly { at: number }[], done: Done): TimelineRow['span'] => {
  const span = spanOf(scene, list)
  return span === undefined || done === 'done' || scene.facts.until === undefined
    ? span
    : { from: span.from, to: Math.max(span.to, scene.facts.until - scene.start) }
}
type Done = 'done' | 'under way'

const nameRows = (scene: Scene): TimelineRow[] => {
  const { name } = scene.facts
  const asked = scene.messages.filter(m => m.layer === 'dns')
  if (name === undefined && asked.length === 0) return triedRows(scene)
  const answer = asked.findLast(m => m.direction === 'in')
  const found = asked.length === 0 || (answer !== undefined && !/^no address/.test(answer.name))
  const span =
    spanUntil(scene, asked, answer === undefined ? 'under way' : 'done') ??
    (name?.took === undefined ? undefined : { from: 0, to: name.took })
  const what = name === undefined ? resolved(asked) : `${name.asked} → ${name.address}`
  return [row('name', what, name?.from ?? asked.at(-1)?.about ?? 'DNS', { span, ok: found }), ...triedRows(scene)]
}

/** Addresses that did not take the connection. */
const triedRows = ({ verdicts }: Scene): TimelineRow[] =>
  verdicts
    .filter(verdict => verdict.check === 'address')
    .map(({ about, flow, failure, ok }) => row('tried', about ?? flow, failure?.code ?? '', { level: 1, ok }))

/** Who has an address on the wire, where that was asked at a time in [from, to). */
const arpRows = (scene: Scene, from: number, to: number): TimelineRow[] => {
  const asked = scene.messages.filter(m => m.layer === 'arp')
  return [...new Set(asked.map(m => m.flow))].flatMap(flow => {
    const about = asked.filter(m => m.flow === flow)
    const span = spanOf(scene, about)
    if (span === undefined || span.from < from || span.from >= to || about[0]!.direction === 'in') return []
    const answer = about.find(m => m.direction === 'in')
    return [row('arp', (answer ?? about[0]!).name, '', { level: 1, span, ok: answer !== undefined })]
  })
}

/** `shop.test → 10.0.0.80`, from a question and its answer. */
const resolved = (asked: readonly MessageRecord[]): string => {
  const question = asked[0]!.name.replace(/^(A|AAAA) (.*)\?$/, '$2')
  const answer = asked.findLast(m => m.direction === 'in')
  return answer === undefined ? question : `${question} → ${answer.name}`
}

const tcpRows = (scene: Scene): TimelineRow[] => {
  const { tcp } = scene.facts
  const states = scene.states.filter(s => s.layer === 'tcp')
  const established = states.findIndex(s => /^established$/i.test(s.to))
  const syns = scene.messages.filter(m => m.layer === 'tcp' && /\bSYN\b/.test(m.name))
  if (tcp === undefined && states.length === 0 && syns.length === 0) return unansweredRows(scene)
  const span = established >= 0 ? spanOf(scene, states.slice(0, established + 1)) : spanOf(scene, syns)
  const [local = '', remote = ''] =
    tcp === undefined ? endsOf(states[0]?.flow ?? syns[0]?.flow ?? '') : [tcp.local, tcp.remote]
  const what = remote === '' ? local : `${local} → ${shorter(local, remote)}`
  const opened = established >= 0 || states.length === 0
  return [row('tcp', what, syns.findLast(m => m.about !== undefined)?.about ?? '', { span, ok: opened })]
}

/** A connection of the system's TCP is named when it is there: until then there is only what is waited for. */
const unansweredRows = (scene: Scene): TimelineRow[] => {
  const found = scene.messages.findLast(m => m.layer === 'dns' && m.direction === 'in')
  const tried = scene.verdicts.some(verdict => verdict.check === 'address')
  if (found === undefined || tried || scene.facts.until === undefined || /^no address/.test(found.name)) return []
  return [row('tcp', `${found.name} did not answer`, '', { span: spanUntil(scene, [found], 'under way'), ok: false })]
}

/** The two ends that a flow is named after: `a:1 > b:2`, or `a:1-b:2` where the kernel carries it. */
const endsOf = (flow: string): string[] => flow.split(/ > |(?<=\d)-(?=[\d[])/)

/** `:443` where the address was just said in the name row or is the same machine. */
const shorter = (local: string, remote: string): string => {
  const host = (endpoint: string): string => endpoint.slice(0, endpoint.lastIndexOf(':'))
  return host(local) === host(remote) ? remote.slice(remote.lastIndexOf(':')) : remote
}

const tlsRows = (scene: Scene): TimelineRow[] => {
  const { facts } = scene
  const handshake = scene.messages.filter(m => m.layer === 'tls' && !/alert/i.test(m.name))
  if (handshake.length === 0 && facts.tls === undefined) return []
  const count = countRoundTrips(handshake)
  const trips = `${count} round trip${count === 1 ? '' : 's'}`
  const finished = handshake.length === 0 || handshake.filter(m => /^finished/i.test(m.name)).length >= 2
  const checks = scene.verdicts.filter(v => v.layer === 'tls')
  const failed = checks.find(v => !v.ok)
  const hello = handshake.find(m => /server\s*hello$/i.test(m.name))
  const what =
    facts.tls === undefined
      ? (hello?.about ?? handshake.at(-1)?.name ?? '')
      : [facts.tls.group, shortSuite(facts.tls.suite), facts.tls.alpn].filter(Boolean).join(', ')
  const early = facts.tls?.earlyData === undefined ? '' : `early data ${facts.tls.earlyData}`
  const rows = [
    row('tls', what, [early, trips].filter(Boolean).join(', '), {
      label: facts.tls?.version.toLowerCase() ?? 'tls',
      span: spanUntil(
        scene,
        awaitedOf(handshake),
        finished || failed !== undefined || isAlerted(scene) ? 'done' : 'under way',
      ),
      ok: finished && failed === undefined,
    }),
  ]
  // No certificate comes then, and nobody is judged.
  if (facts.tls?.resumed)
    rows.push(row('resumed', 'a session from before: whose it is was shown then', '', { level: 1 }))
  for (const [label, text] of facts.offer ?? []) rows.push(row('offer', text, '', { level: 1, label }))
  const said = checks.filter(v => !v.ok || PEOPLE.test(v.check))
  if (facts.who !== undefined || said.length > 0) {
    const why = (v: VerdictRecord): string =>
      v.about === undefined || /^chain$|key$/.test(v.check) ? '' : ` (${v.about})`
    const marks = said.map(v => `${v.ok ? '✓' : '✗'} ${v.check}${why(v)}`)
    const shown = handshake.find(m => m.name === 'Certificate' && m.direction === 'in')
    const who = facts.who ?? (shown === undefined ? '' : aboutOf(shown))
    rows.push(row('who', who, [...new Set(marks)].join(' '), { level: 1, ok: failed === undefined }))
  }
  if (facts.trustedThrough !== undefined) {
    rows.push(row('why', `trusted through "${facts.trustedThrough}"`, '', { level: 1 }))
  }
  return rows
}

const isAlerted = ({ messages }: Scene): boolean => messages.some(m => m.layer === 'tls' && /alert/i.test(m.name))

/** Checks that say who the other side is; what else was checked is said when it failed. */
const PEOPLE = /^(name|dates|chain|key|external key|signature)$/

/**
 * How often the direction turned from us to the other side. ChangeCipherSpec waits for nothing: in TLS 1.3 it is there for middleboxes alone (RFC 9846 appendix D.4). Tickets and new
 * keys come when the handshake is over, and nobody waits for those.
 */
const countRoundTrips = (handshake: readonly MessageRecord[]): number => {
  const list = handshake.filter(({ name }) => name !== 'ChangeCipherSpec' && !LATER.has(name))
  return list.filter((m, i) => m.direction === 'in' && list[i - 1]?.direction === 'out').length
}

const LATER: ReadonlySet<string> = new Set(['NewSessionTicket', 'KeyUpdate'])

/** A ticket that comes before Finished, as in TLS 1.2, changes nothing: the handshake ends behind it. */
const awaitedOf = (handshake: readonly MessageRecord[]): readonly MessageRecord[] =>
  handshake.filter(({ name }) => !LATER.has(name))

/** Exchanges of one piece. */
const AT_ONCE = 5000

function* httpRows(scene: Scene): Pieces<readonly TimelineRow[]> {
  // A jar judges every cookie that comes, in their order.
  const judged = new Map<string, VerdictRecord[]>()
  for (const verdict of scene.verdicts.filter(each => each.check === 'cookie')) {
    const list = judged.get(verdict.flow)
    if (list === undefined) judged.set(verdict.flow, [verdict])
    else list.push(verdict)
  }
  const keptBack = scene.verdicts.filter(each => each.check === 'cookie kept back')
  const cached = scene.verdicts.filter(each => each.check === 'cache')
  const all = exchanges(scene.messages)
  yield
  const before = cached.filter(({ at }) => at < (all[0]?.request.at ?? Number.POSITIVE_INFINITY))
  const rows = before.map(cacheRow)
  for (const [i, exchange] of all.entries()) {
    if (i % AT_ONCE === AT_ONCE - 1) yield
    const verdicts = judged.get(exchange.request.flow)
    const next = all[i + 1]?.request.at ?? Number.POSITIVE_INFINITY
    const said = cached.filter(({ at }) => at >= exchange.request.at && at < next)
    const { flow, at } = exchange.request
    const from = all[i - 1]?.request.at ?? Number.NEGATIVE_INFINITY
    const back = keptBack.filter(each => each.flow === flow && each.at <= at && (each.at > from || from === at))
    const [request, ...rest] = rowsOf(scene, exchange, { i, judge: () => verdicts?.shift() })
    rows.push(request!, ...back.map(keptBackRow), ...rest, ...said.map(cacheRow))
  }
  return rows
}

/** A cookie that belongs to the server, and why it did not go along. */
const keptBackRow = ({ about = '', failure }: VerdictRecord): TimelineRow =>
  row('cookie', about, `not sent: ${failure?.code ?? ''}`, { level: 1 })

/** URLs that were asked for by TLS because their hosts want that, and hosts that say they do. */
const hstsRows = ({ verdicts }: Scene, which: 'upgraded' | 'noted'): TimelineRow[] =>
  verdicts
    .filter(({ check, host }) => check === 'hsts' && (host === '') === (which === 'upgraded'))
    .map(({ about = '' }) => row('hsts', about, ''))

/** What a cache made of an answer, or answered by itself. */
const cacheRow = ({ about = '' }: VerdictRecord): TimelineRow => row('cache', about, '')

interface Turn {
  /** Which exchange, from 0. */
  readonly i: number
  /** What the jar said about the next cookie; undefined without a jar. */
  judge(): VerdictRecord | undefined
}

const rowsOf = (scene: Scene, { request, response, until }: HttpExchange, { i, judge }: Turn): TimelineRow[] => {
  const at = (message: MessageRecord): number => message.at - scene.start
  const span = { from: at(request), to: at(request) }
  const rows = [
    row('request', request.name, `${size(request.bytes.length)}${i === 0 ? '' : ', same connection'}`, { span }),
  ]
  if (response === undefined) {
    const waited = row('wait', '', '', { span: spanUntil(scene, [request], 'under way') })
    return [...rows, ...(scene.facts.until === undefined ? [] : [waited]), row('answer', 'none', '', { ok: false })]
  }
  const body = scene.facts.bodies?.[i]
  const type = headerOf(response, 'content-type')?.split(';')[0]
  const length = body === undefined ? sizeText(headerOf(response, 'content-length')) : size(body.length)
  const wire = body !== undefined && body.onTheWire !== body.length ? ` (${size(body.onTheWire)} on the wire)` : ''
  const done = Math.max(at(response), until - scene.start)
  rows.push(
    row('wait', '', '', { span: { from: at(request), to: at(response) } }),
    row('answer', [response.name, type].filter(Boolean).join(', '), `${length}${wire}`, {
      span: { from: at(response), to: done },
      ok: !/^[45]\d\d\b/.test(response.name),
    }),
  )
  for (const cookie of setCookies(response)) {
    const verdict = judge()
    const refused = verdict === undefined ? refusedAnywhere(cookie.line, request, isSecure(scene, request)) : undefined
    const text = cookie.attributes.length === 0 ? cookie.name : `${cookie.name} (${cookie.attributes.join(', ')})`
    // Without a jar nobody keeps it and nobody refuses it.
    const note =
      verdict !== undefined
        ? verdict.ok
          ? 'kept'
          : 'refused'
        : refused === undefined
          ? ''
          : `no browser keeps it: ${refused.code}`
    rows.push(row('cookie', text, note, { level: 1, ok: verdict?.ok ?? refused === undefined }))
  }
  return rows
}

/** Over TLS, or to this machine itself, where nobody listens in. */
const isSecure = ({ secured }: Scene, { flow, bytes }: MessageRecord): boolean =>
  secured.has(flow) ||
  /^host:[ \t]*(?:[^\s]+\.)?(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?[ \t]*$/im.test(latin1Text(bytes))

const sizeText = (length: string | undefined): string =>
  length !== undefined && /^\d+$/.test(length) ? size(Number(length)) : ''

const closeRows = (scene: Scene): TimelineRow[] => {
  const notify = scene.messages.filter(m => /close.?notify/i.test(`${m.name} ${m.about ?? ''}`))
  const fins = scene.messages.filter(m => m.layer === 'tcp' && /\bFIN\b/.test(m.name))
  const resets = scene.messages.filter(m => m.layer === 'tcp' && /\bRST\b/.test(m.name))
  const alerts = scene.messages.filter(m => m.layer === 'tls' && /alert/i.test(m.name) && !notify.includes(m))
  const said: string[] = []
  for (const alert of alerts)
    said.push(`${alert.direction === 'in' ? 'received' : 'sent'} ${alert.name} ${alert.about ?? ''}`.trim())
  if (notify.length > 0) said.push(`close_notify ${ways(notify)}`)
  if (fins.length > 0) said.push(`FIN ${ways(fins)}`)
  if (resets.length > 0) said.push(`RST ${ways(resets)}`)
  if (said.length === 0) return []
  const all = [...alerts, ...notify, ...fins, ...resets].sort((a, b) => a.at - b.at)
  return [
    row('close', said.join(', '), '', { span: spanOf(scene, all), ok: alerts.length === 0 && resets.length === 0 }),
  ]
}

const ways = (list: readonly MessageRecord[]): string => {
  const directions = new Set(list.map(m => m.direction))
  if (directions.size === 2) return 'both ways'
  return directions.has('in') ? 'from the other side' : 'from us'
}
