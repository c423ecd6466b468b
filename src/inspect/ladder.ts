/** The ladder: one line per message with an arrow, as two machines and the wire between them see it. */
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import type { Layer, MessageRecord, VerdictRecord } from '../trace/types.ts'
import { latin1Text } from '../wire/bytes.ts'
import { aboutOf } from './about.ts'
import { columnsOf, type Shown } from './shown.ts'
import { clip, line, mark, type Piece, type Style, say, size, type Tint, widthOf } from './style.ts'

/** How finely to look. `messages` is what was said: handshakes, requests, questions; acknowledgements fold away. */
export type Grain = 'frames' | 'packets' | 'segments' | 'records' | 'messages' | 'requests'

export interface LadderLine {
  readonly id: number
  readonly at: number
  readonly layer: Layer
  /** From the machine that began (left) or to it. */
  readonly direction: 'right' | 'left'
  readonly name: string
  readonly about: string
  readonly bytes: number
  /** Encrypted on the wire. */
  readonly sealed: boolean
  /** It left, and never arrived. */
  readonly lost: boolean
  /** It was sent before. */
  readonly again: boolean
  /** Whether what was checked in it was right; undefined when nothing was. */
  readonly ok: boolean | undefined
}

export interface Ladder {
  /** Who is on the left: the one who began. */
  readonly left: string
  readonly right: string
  readonly lines: readonly LadderLine[]
}

export interface LadderOptions {
  readonly grain?: Grain | undefined
  /** Whose eyes; default: whoever spoke first. */
  readonly host?: string | undefined
  readonly flow?: string | undefined
  /** What to write over the columns. */
  readonly names?: readonly [left: string, right: string] | undefined
}

/** The ladder of `records` as one host saw it. */
export const ladder = (records: readonly TraceRecord[], options: LadderOptions = {}): Ladder => {
  const { grain = 'messages', flow } = options
  const all = messagesOf(records)
  const host = options.host ?? (all.find(m => m.direction === 'out') ?? all[0])?.host ?? ''
  const seen = all.filter(m => m.host === host && (flow === undefined || m.flow === flow))
  const began = seen.find(m => ORDER[grain].includes(m.layer)) ?? seen[0]
  const outgoing = began?.direction === 'in' ? 'left' : 'right'
  const incoming = outgoing === 'left' ? 'right' : 'left'
  const lostIds = lostOf(all, host)
  const verdicts = verdictsOf(records)
  const sealed = sealedIn(seen)
  const lines: LadderLine[] = seen
    .filter(m => shown(m, grain))
    .map(m =>
      ladderLine(m, {
        direction: m.direction === 'out' ? outgoing : incoming,
        sealed: sealed(m),
        lost: lostIds.has(m.id),
        ok: verdicts.get(m.id),
      }),
    )
  const other = otherHost(all, seen, host)
  const [left, right] = options.names ?? (outgoing === 'right' ? [host, other] : [other, host])
  return { left, right, lines }
}

/** Lines of the ladder, a header first. */
export const renderLadder = (of: Ladder, style: Style): Shown[] => {
  const inner = innerWidth(
    style,
    of.lines.reduce((most, each) => Math.max(most, columnsOf(note(each, style))), 0),
  )
  const start = of.lines[0]?.at ?? 0
  let last = ''
  const rows = of.lines.map(each => {
    const time = (each.at - start).toFixed(3)
    const row = ladderRow(each, time === last ? '' : time, inner, style)
    last = time
    return row
  })
  return [ladderHead(of, inner, style), ...rows]
}

/** Columns between the two lines of a ladder whose notes take `noted`; without it what notes usually take. */
export const innerWidth = (style: Style, noted = 8): number =>
  Math.max(16, Math.min(60, widthOf(style) - TIME - noted - 4))

/** Who stands on which side. */
export const ladderHead = ({ left, right }: Pick<Ladder, 'left' | 'right'>, inner: number, style: Style): Shown => {
  const first = clip(style, left, inner - 2)
  const room = widthOf(style) - TIME
  const second = clip(style, right, room - columnsOf(first) - 3)
  return line(
    style,
    { text: 'ms', column: TIME - 5, tint: 'quiet' },
    { text: first, column: TIME, tint: 'you' },
    {
      text: second,
      // Its end stands over the right line, as far as there is room.
      column: TIME + Math.max(columnsOf(first) + 3, Math.min(inner + 2, room) - columnsOf(second)),
      tint: 'server',
    },
  )
}

/** One message; `time` as it is to be shown. */
export const ladderRow = (
  each: LadderLine,
  time: string,
  inner: number,
  style: Style,
  noted: string = note(each, style),
): Shown =>
  line(
    style,
    { text: time.padStart(TIME - 3), tint: 'quiet' },
    { text: mark(style, '│'), column: TIME },
    ...arrow(each, inner, style),
    { text: mark(style, '│') },
    { text: `  ${noted}`, tint: each.lost ? 'bad' : 'quiet' },
  )

/** A message as a line of a ladder, with what only those know who have seen the others. */
export const ladderLine = (
  m: MessageRecord,
  {
    direction,
    sealed,
    ok,
    lost = false,
  }: Pick<LadderLine, 'direction' | 'sealed' | 'ok'> & { readonly lost?: boolean },
): LadderLine => {
  const { id, at, layer, name, bytes } = m
  const again = m.about !== undefined && /retransmission/i.test(m.about)
  return Object.assign(new About(m), { id, at, layer, name, bytes: bytes.length, again, direction, sealed, lost, ok })
}

/** Reading what a message says costs more than all the rest, and of thousands few are looked at. An accessor that is each line's own takes a kilobyte. */
class About {
  readonly #message: MessageRecord

  constructor(message: MessageRecord) {
    this.#message = message
  }

  get about(): string {
    return aboutOf(this.#message)
  }
}

/** Columns of the time and the space behind it. */
export const TIME = 11

const ORDER: Readonly<Record<Grain, readonly Layer[]>> = {
  frames: ['ethernet'],
  packets: ['ip', 'arp'],
  segments: ['tcp', 'udp', 'icmp', 'arp'],
  records: ['record', 'tcp', 'dns', 'arp', 'icmp'],
  messages: ['tls', 'http', 'dns', 'arp', 'icmp', 'tcp', 'record'],
  requests: ['http', 'session'],
}

/** Segments that open or close a connection are said at every grain; those that only carry are not. */
const TURNING = /\b(SYN|FIN|RST)\b/
/** A record that nobody here could read speaks for itself; the content of the others has messages of its own. */
const UNREAD = /not readable/

/** Of what a ladder that looks so finely tells, and no other layer. */
export const layersOf = (grain: Grain): readonly Layer[] => ORDER[grain]

/** Does a ladder of messages show it, or one of requests? */
export const isSaid = (message: MessageRecord): boolean => shown(message, 'messages') || shown(message, 'requests')

const shown = (message: MessageRecord, grain: Grain): boolean => {
  if (!ORDER[grain].includes(message.layer)) return false
  if (message.layer === 'tcp' && grain !== 'segments') return TURNING.test(message.name)
  if (message.layer === 'record' && grain === 'messages') return UNREAD.test(message.about ?? '')
  return true
}

/** Who is at the other end of the conversation that goes highest. */
const otherHost = (all: readonly MessageRecord[], seen: readonly MessageRecord[], host: string): string => {
  const { flow } = seen.find(m => m.layer === 'tls' || m.layer === 'http') ?? seen.find(m => m.layer === 'tcp') ?? {}
  const others = all.filter(m => m.host !== host)
  return (others.find(m => m.flow === flow) ?? others[0])?.host ?? 'peer'
}

/** Whether a message was encrypted on the wire: it says so, or the record that carries it does. */
const sealedIn = (seen: readonly MessageRecord[]): ((message: MessageRecord) => boolean) => {
  const records = new Set<number>()
  // What was put together from an encrypted message was encrypted too: a certificate that came compressed.
  for (const { id, sealed, carriedBy = [] } of seen)
    if (sealed === true || carriedBy.some(({ message }) => records.has(message))) records.add(id)
  const flows = new Set(seen.filter(m => m.layer === 'record' && m.sealed === true && m.payload).map(m => m.flow))
  return message =>
    message.sealed === true ||
    (message.carriedBy?.some(carrier => records.has(carrier.message)) ?? false) ||
    (message.layer === 'http' && flows.has(message.flow))
}

/**
 * Messages that `host` sent and that the other machine never received, where that was watched too: in this layer, or whatever
 * came by its cable. What arrived is the copy
 * that was sent last before that: of two that are alike the first was lost, if one was.
 */
const lostOf = (all: readonly MessageRecord[], host: string): ReadonlySet<number> => {
  const watched = new Set(all.flatMap(m => (m.direction === 'in' && m.host !== host ? [m.layer] : [])))
  const underWay = new Map<string, MessageRecord[]>()
  for (const m of all) {
    if (!WIRE.has(m.layer) || !(watched.has(m.layer) || watched.has('ethernet'))) continue
    if ((m.host === host) !== (m.direction === 'out')) continue
    const key = keyOf(m)
    const copies = underWay.get(key)
    if (m.direction === 'in') copies?.pop()
    else if (copies === undefined) underWay.set(key, [m])
    else copies.push(m)
  }
  return new Set([...underWay.values()].flatMap(left => left.map(({ id }) => id)))
}

/** Layers whose messages pass from machine to machine one by one, unchanged where nothing goes wrong. */
const WIRE: ReadonlySet<Layer> = new Set<Layer>(['tcp', 'udp', 'arp', 'icmp'])

/** Whoever puts other addresses on a packet on its way must change the checksums of what it carries with them. */
const CHECKSUM_AT: Readonly<Partial<Record<Layer, number>>> = { tcp: 16, udp: 6 }

const keyOf = ({ layer, bytes }: MessageRecord): string => {
  const at = CHECKSUM_AT[layer] ?? bytes.length
  return `${layer} ${latin1Text(bytes.subarray(0, at))} ${latin1Text(bytes.subarray(at + 2, 64))} ${bytes.length}`
}

const verdictsOf = (records: readonly TraceRecord[]): ReadonlyMap<number, boolean> => {
  const verdicts = new Map<number, boolean>()
  const judge = ({ where, ok }: VerdictRecord): void => {
    if (where !== undefined) verdicts.set(where.message, ok && (verdicts.get(where.message) ?? true))
  }
  for (const entry of records) if (entry.type === 'verdict') judge(entry.record)
  return verdicts
}

const arrow = (each: LadderLine, inner: number, style: Style): Piece[] => {
  const stroke = mark(style, each.lost ? '╌' : each.sealed ? '═' : '─')
  const right = each.direction === 'right'
  const end = mark(style, each.lost ? '✗' : right ? '▶' : '◀')
  const checked = each.ok === undefined ? '' : ` ${mark(style, each.ok ? '✓' : '✗')}`
  // The size stands at the end of the line.
  const name = say(style, each.name)
  const said = each.about === '' || /^\d+ bytes$/.test(each.about) ? name : `${name}  ${say(style, each.about)}`
  const text = `${clip(style, said, inner - 10 - columnsOf(checked))}${checked}`
  const tail = stroke.repeat(Math.max(1, inner - 7 - columnsOf(text)))
  const tint: Tint = each.lost || each.ok === false ? 'bad' : right ? 'you' : 'server'
  const label: Piece = { text: ` ${text} `, ...(each.ok === false ? { tint: 'bad' as const } : {}) }
  return right
    ? [{ text: stroke.repeat(4), tint }, label, { text: `${tail}${end}`, tint }]
    : [{ text: `${end}${stroke.repeat(3)}`, tint }, label, { text: `${stroke}${tail}`, tint }]
}

/** Its size, and what became of it. */
export const note = (each: LadderLine, style: Pick<Style, 'say'>): string =>
  say(style, `${size(each.bytes)}${each.lost ? ', lost' : ''}${each.again ? ', again' : ''}`)
