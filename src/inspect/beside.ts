/** Two connections beside each other, message by message: a full handshake, and the one that went on with its session. */
import { byConnection } from '../trace/connections.ts'
import type { TraceRecord } from '../trace/recorder.ts'
import type { Leg } from './legs.ts'
import { columnsOf, type Shown } from './shown.ts'
import { clip, line, mark, milliseconds, type Piece, type Style, say, type Tint, widthOf, wrap } from './style.ts'

/** Something that happened on one of them. */
interface Step {
  /** What makes it the same on both sides. */
  readonly key: string
  readonly text: string
  /** Milliseconds from the beginning of its connection. */
  readonly at: number
  readonly tint: Tint
}

/** A row of two; one of them has nothing there where the other has a step of its own. */
type Pair = readonly [Step | undefined, Step | undefined]

/** Undefined where there are not two of them, one after the other. */
export const renderBeside = (
  records: readonly TraceRecord[],
  found: readonly Leg[],
  style: Style,
): readonly Shown[] | undefined => {
  const connections = byConnection(records.filter(({ type }) => type !== 'secret'))
  const [first, second] = found
  if (connections.length !== 2 || first === undefined || second === undefined) return undefined
  const [left, right] = connections.map(of => stepsOf(of, style))
  const rows = pairs(left!, right!).map(([one, other]) => rowOf(cell(one), cell(other), style))
  return [
    rowOf({ text: '1  full handshake', time: 'ms', tint: 'you' }, { ...titleOf(second), time: 'ms' }, style),
    ...rows,
    rowOf(sumOf(first), sumOf(second), style),
    ...verdictOf(first, second, style),
  ]
}

interface Cell {
  readonly text: string
  readonly time: string
  readonly tint: Tint
}

const cell = (step: Step | undefined): Cell =>
  step === undefined
    ? { text: '', time: '', tint: 'quiet' }
    : { text: step.text, time: milliseconds(step.at), tint: step.tint }

const titleOf = ({ tls }: Leg): Pick<Cell, 'text' | 'tint'> => {
  if (tls === undefined) return { text: '2  no TLS, nothing to resume', tint: 'bad' }
  if (!tls.resumed) return { text: '2  not resumed', tint: 'bad' }
  const early = tls.earlyData === undefined ? '' : `, early data ${tls.earlyData}`
  return { text: `2  resumed${early}`, tint: 'good' }
}

/** How long the layer took that a session is good for. */
const tlsTime = ({ timeline }: Leg): number | undefined => {
  const span = timeline.rows.find(({ key }) => key === 'tls')?.span
  return span && span.to - span.from
}

const sumOf = (leg: Leg): Cell => {
  const time = tlsTime(leg)
  return time === undefined
    ? { text: '', time: '', tint: 'quiet' }
    : { text: `${leg.tls?.version.toLowerCase() ?? 'tls'} took`, time: milliseconds(time), tint: 'good' }
}

const verdictOf = (first: Leg, second: Leg, style: Style): Shown[] => {
  const [before, after] = [tlsTime(first), tlsTime(second)]
  if (second.tls === undefined || before === undefined || after === undefined) return []
  if (!second.tls.resumed)
    return told(
      `${mark(style, '✗')} ${say(style, 'the server gave no session to go on with, or did not take it')}`,
      'bad',
      style,
    )
  const saved = before - after
  const time = milliseconds(Math.abs(saved))
  return saved < 0
    ? told(
        `${time} ms more for TLS the second time, by chance: --repeat 20 --resume tells what is usual`,
        'quiet',
        style,
      )
    : told(`${time} ms less for TLS the second time: no certificate to show and to check`, 'quiet', style)
}

const told = (text: string, tint: Tint, style: Style): Shown[] =>
  wrap(say(style, text), widthOf(style) - 1).map(part => line(style, { text: ` ${part}`, tint }))

/** Connected, each message of the handshake, the request and its answer. */
const stepsOf = (records: readonly TraceRecord[], style: Style): Step[] => {
  const start = records.reduce(
    (least, entry) => (entry.type === 'secret' ? least : Math.min(least, entry.record.at)),
    Number.POSITIVE_INFINITY,
  )
  return records.flatMap((entry): Step[] => {
    if (entry.type === 'state' && entry.record.layer === 'tcp' && /^established$/i.test(entry.record.to))
      return [{ key: 'tcp', text: 'tcp connected', at: entry.record.at - start, tint: 'quiet' }]
    if (entry.type !== 'message') return []
    const { layer, name, direction, at } = entry.record
    if (layer !== 'http' && (layer !== 'tls' || LATER.test(name))) return []
    const arrow = mark(style, direction === 'out' ? '→' : '←')
    // Answers may differ, and are answers all the same.
    const key = layer === 'http' ? `http ${direction}` : `${direction} ${name}`
    return [{ key, text: `${arrow} ${name}`, at: at - start, tint: direction === 'out' ? 'you' : 'server' }]
  })
}

/** What is said when the handshake is over, or before it is begun anew. */
const LATER = /^NewSessionTicket$|^Alert/

/** The longest common row of steps stays together (there are some twenty of them); what one has alone stands alone. */
const pairs = (left: readonly Step[], right: readonly Step[]): Pair[] => {
  const [kept, others] = [left.slice(0, MOST), right.slice(0, MOST)]
  const common = kept.map(() => others.map(() => 0))
  const at = (i: number, j: number): number => common[i]?.[j] ?? 0
  for (let i = kept.length - 1; i >= 0; i--)
    for (let j = others.length - 1; j >= 0; j--)
      common[i]![j] = kept[i]!.key === others[j]!.key ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
  const rows: Pair[] = []
  let [i, j] = [0, 0]
  while (i < kept.length || j < others.length) {
    const [one, other] = [kept[i], others[j]]
    if (one !== undefined && other !== undefined && one.key === other.key) {
      rows.push([one, other])
      i++
      j++
    } else if (other === undefined || (one !== undefined && at(i + 1, j) >= at(i, j + 1))) {
      rows.push([one, undefined])
      i++
    } else {
      rows.push([undefined, other])
      j++
    }
  }
  return rows
}

/** Steps of one connection that are shown: a handshake with everything in it has fewer. */
const MOST = 60

/** Two cells, each with its time at its right edge, and a line between them. */
const rowOf = (left: Cell, right: Cell, style: Style): Shown => {
  const half = Math.min(Math.floor(widthOf(style) / 2), WIDEST_HALF)
  return line(
    style,
    ...cellPieces(left, 1, half - 2, style),
    { text: mark(style, '│'), column: half, tint: 'quiet' },
    ...cellPieces(right, half + 2, half * 2 - 1, style),
  )
}

/** More between a message and its time the eye does not bridge. */
const WIDEST_HALF = 40

const cellPieces = ({ text, time, tint }: Cell, from: number, to: number, style: Style): Piece[] => {
  const room = to - from - (time === '' ? 0 : time.length + 1)
  return [
    { text: clip(style, say(style, text), room), column: from, tint },
    { text: time, column: to - columnsOf(time), tint: 'quiet' },
  ]
}
