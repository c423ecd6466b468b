/** The timeline as text: one line per row, with a bar on a common scale where the width allows it. */
import type { Shown } from './shown.ts'
import { line, mark, milliseconds, type Piece, type Style, type Tint, widthOf } from './style.ts'
import type { Timeline, TimelineRow } from './timeline.ts'

/** Lines of the timeline: the scale, the rows, the counts. */
export const renderTimeline = (of: Timeline, style: Style): Shown[] => {
  const width = widthOf(style)
  const bar = width - BAR - 7 >= 12 ? width - BAR - 7 : 0
  const rows = of.rows.flatMap(row =>
    rowLines(row, of.total, { bar, note: bar > 0 ? NOTE : noteColumn(of.rows) }, style),
  )
  const { messages, frames, segments, transfers, retransmitted } = of.counts
  const amount =
    frames > 0
      ? ` in ${frames} frames, ${retransmitted} retransmitted`
      : segments > 0
        ? ` in ${segments} segments`
        : transfers > 0
          ? `, ${transfers} of them socket reads and writes`
          : ''
  const counts = line(style, { text: ` ${messages} messages${amount}`, tint: 'quiet' })
  return [...(bar > 0 && of.total > 0 ? [scale(of.total, bar, style)] : []), ...rows, counts]
}

const WHAT = 11
const NOTE = 47
const BAR = 66

/** Columns where notes begin and how wide bars may be; 0: no bars. */
interface Columns {
  readonly note: number
  readonly bar: number
}

/** Without bars notes move as far left as what stands before them allows. */
const noteColumn = (rows: readonly TimelineRow[]): number =>
  Math.min(NOTE, Math.max(...rows.map(row => (row.note === '' ? 0 : beforeNote(row)))))

const beforeNote = (row: TimelineRow): number => WHAT + (row.ok ? 0 : 2) + row.what.length + 2

/** One line; two where a note does not fit beside what it is about. */
const rowLines = (row: TimelineRow, total: number, columns: Columns, style: Style): Shown[] => {
  const column = Math.max(columns.note, beforeNote(row))
  const time = row.span === undefined ? '' : timeOf(row, row.span, total)
  const room = widthOf(style) - (time === '' ? 0 : time.length + 1)
  if (row.note === '' || column + row.note.length <= room || WHAT + row.note.length > widthOf(style))
    return [rowLine(row, total, columns, style)]
  const note = { text: row.note, column: WHAT, ...(row.ok ? {} : { tint: 'bad' as const }) }
  return [rowLine({ ...row, note: '' }, total, columns, style), line(style, note)]
}

const timeOf = ({ key }: TimelineRow, span: { from: number; to: number }, total: number): string =>
  key === 'close' ? `${milliseconds(total)} ms` : milliseconds(span.to - span.from)

const rowLine = (row: TimelineRow, total: number, columns: Columns, style: Style): Shown => {
  const { span } = row
  const pieces: Piece[] = [
    { text: `${row.level === 1 ? '   ' : ' '}${row.label}`, tint: row.ok ? tintOf(row) : 'bad' },
    { text: row.ok ? '' : `${mark(style, '✗')} `, tint: 'bad', column: WHAT },
    { text: row.what, ...(row.ok ? {} : { tint: 'bad' as const }) },
  ]
  const column = Math.max(columns.note, beforeNote(row))
  if (row.note !== '') pieces.push({ text: row.note, column, ...(row.ok ? {} : { tint: 'bad' as const }) })
  if (span === undefined) return line(style, ...pieces)
  const end = row.note === '' ? beforeNote(row) - 2 : column + row.note.length
  const time = timeOf(row, span, total)
  if (columns.bar > 0 && end < BAR - 1 && row.key !== 'close') {
    const { before, length } = barOf(span, total, columns.bar)
    const glyph = length === 0 ? mark(style, '▏') : mark(style, '█').repeat(length)
    pieces.push({ text: glyph, column: BAR + before, tint: tintOf(row) }, { text: ` ${time}`, tint: 'quiet' })
  } else pieces.push({ text: time, column: Math.max(end + 1, widthOf(style) - time.length), tint: 'quiet' })
  return line(style, ...pieces)
}

/** Cells before the bar and in it; 0 cells: a thin mark. */
const barOf = (span: { from: number; to: number }, total: number, bar: number): { before: number; length: number } => {
  const cell = total === 0 ? 0 : (bar - 1) / total
  const before = Math.round(span.from * cell)
  return { before, length: Math.min(Math.round((span.to - span.from) * cell), bar - before) }
}

/** A scale with marks at 0 and at round numbers. */
const scale = (total: number, bar: number, style: Style): Shown => {
  const step = roundStep(total / 3)
  const pieces: Piece[] = [{ text: '0 ms', column: BAR, tint: 'quiet' }]
  for (let at = step; at <= total; at += step) {
    const column = BAR + Math.round((at / total) * (bar - 1))
    if (column >= BAR + 6 && column + String(at).length <= widthOf(style)) {
      pieces.push({ text: String(Number(at.toPrecision(3))), column, tint: 'quiet' })
    }
  }
  return line(style, ...pieces)
}

/** 1, 2 or 5 times a power of ten, not less than `least`. */
const roundStep = (least: number): number => {
  const power = 10 ** Math.floor(Math.log10(least))
  return ([1, 2, 5, 10].find(f => f * power >= least) ?? 10) * power
}

const tintOf = ({ key }: TimelineRow): Tint => {
  switch (key) {
    case 'request':
      return 'you'
    case 'wait':
    case 'answer':
      return 'server'
    case 'tls':
    case 'who':
    case 'why':
      return 'good'
    case 'cookie':
      return 'secret'
    case 'name':
    case 'arp':
    case 'tcp':
    case 'close':
      return 'quiet'
    default:
      return key satisfies never
  }
}
