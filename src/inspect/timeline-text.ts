/** The timeline as text: one line per row, with a bar on a common scale where the width allows it. */
import { type Span, within } from './own-work.ts'
import { columnsOf, type Shown } from './shown.ts'
import { line, mark, milliseconds, type Piece, type Style, say, type Tint, widthOf } from './style.ts'
import type { Timeline, TimelineRow } from './timeline.ts'

/** Lines of the timeline: the scale, the rows, the counts. */
export const renderTimeline = (timeline: Timeline, style: Style): Shown[] => {
  const of = { ...timeline, rows: timeline.rows.map(row => saidIn(row, style)) }
  const columns = columnsFor(of, style)
  const rows = of.rows.flatMap(row => rowLines(row, of.total, columns, style))
  const hasBars = columns.bar > 0 && of.total > 0
  // The legend stands where there is something to explain.
  const shaded =
    hasBars &&
    of.rows.some(
      row =>
        row.span !== undefined &&
        row.key !== 'close' &&
        barOf(row, row.span, of.total, columns.bar, style).text.includes(mark(style, OURS)),
    )
  return [...(hasBars ? [scale(of.total, columns, style)] : []), ...rows, ...countsLines(of, shaded, style)]
}

/** Between the marks of checks stands what is said of them. */
const saidIn = (row: TimelineRow, style: Style): TimelineRow => ({
  ...row,
  label: say(style, row.label),
  what: say(style, row.what),
  note: row.note.replace(/[^✓✗ ](?:[^✓✗]*[^✓✗ ])?/g, text => say(style, text)),
})

const countsLines = ({ counts: of }: Timeline, shaded: boolean, style: Style): Shown[] => {
  const { messages, frames, segments, records, transfers, retransmitted } = of
  const said = messages - transfers - (transfers > 0 ? records : 0)
  const amount =
    frames > 0
      ? ` in ${frames} frames, ${retransmitted} retransmitted`
      : segments > 0
        ? ` in ${segments} segments`
        : transfers > 0
          ? `${records > 0 ? ` in ${records} records` : ''}, ${transfers} reads and writes`
          : ''
  if (messages === 0) return []
  const counts = ` ${say(style, `${said} message${said === 1 ? '' : 's'}${amount}`)}`
  const legend = shaded ? say(style, `${mark(style, WAITING)} waiting  ${mark(style, OURS)} our work`) : ''
  const both = `${counts}    ${legend}`
  const told = shaded && columnsOf(both) > widthOf(style) ? [counts, ` ${legend}`] : [both]
  return told.map(text => line(style, { text, tint: 'quiet' }))
}

/** Time that the network or the other side took. */
const WAITING = '█'
/** Time that we took ourselves. */
const OURS = '▒'

const WHAT = 11
/** The narrowest bars that say anything, and what they leave to the text where there is plenty. */
const LEAST_BAR = 14
const MOST_BAR = 40
/** Columns of ` 12.4` behind a bar. */
const TIME = 7

/** Columns where notes and bars begin, and how wide bars may be; 0: no bars. */
interface Columns {
  readonly note: number
  readonly bar: number
  readonly at: number
}

/** Text gets what it needs, as far as there is room for bars then; notes that do not fit go below. */
const columnsFor = ({ rows }: Timeline, style: Style): Columns => {
  const width = widthOf(style)
  const timed = rows.filter(row => row.span !== undefined && row.key !== 'close')
  const note = Math.max(WHAT, ...rows.map(row => (row.note === '' ? 0 : beforeNote(row))))
  const room = width - LEAST_BAR - TIME
  const most = (list: readonly number[]): number => Math.max(0, ...list.filter(end => end + 2 <= room))
  const ends = timed.map(row => (row.note === '' ? beforeNote(row) - 2 : note + columnsOf(row.note)))
  const at = Math.max(most(ends), most(timed.map(row => beforeNote(row) - 2))) + 2
  const bar = Math.min(MOST_BAR, width - at - TIME)
  return bar < LEAST_BAR ? { note, bar: 0, at: width } : { note, bar, at }
}

const beforeNote = (row: TimelineRow): number => WHAT + (row.ok ? 0 : 2) + columnsOf(row.what) + 2

/** One line; two where a note does not fit beside what it is about. */
const rowLines = (row: TimelineRow, total: number, columns: Columns, style: Style): Shown[] => {
  const column = Math.max(columns.note, beforeNote(row))
  const time = row.span === undefined ? '' : timeOf(row, row.span, total)
  const hasBar = columns.bar > 0 && row.span !== undefined && row.key !== 'close'
  const room = hasBar ? columns.at - 1 : widthOf(style) - (time === '' ? 0 : time.length + 1)
  if (row.note === '' || column + columnsOf(row.note) <= room || WHAT + columnsOf(row.note) > widthOf(style))
    return [rowLine(row, total, columns, style)]
  const note = { text: row.note, column: WHAT, tint: badIn(row) }
  return [rowLine({ ...row, note: '' }, total, columns, style), line(style, note)]
}

const timeOf = ({ key }: TimelineRow, span: Span, total: number): string =>
  key === 'close' ? `${milliseconds(total)} ms` : milliseconds(span.to - span.from)

const badIn = ({ ok }: TimelineRow): Tint | undefined => (ok ? undefined : 'bad')

const rowLine = (row: TimelineRow, total: number, columns: Columns, style: Style): Shown => {
  const { span } = row
  const pieces: Piece[] = [
    { text: `${row.level === 1 ? '   ' : ' '}${row.label}`, tint: badIn(row) ?? tintOf(row) },
    { text: row.ok ? '' : `${mark(style, '✗')} `, tint: 'bad', column: WHAT },
    { text: row.what, tint: badIn(row) },
  ]
  const column = Math.max(columns.note, beforeNote(row))
  if (row.note !== '') pieces.push({ text: row.note, column, tint: badIn(row) })
  if (span === undefined) return line(style, ...pieces)
  const end = row.note === '' ? beforeNote(row) - 2 : column + columnsOf(row.note)
  const time = timeOf(row, span, total)
  if (columns.bar > 0 && end < columns.at && row.key !== 'close') {
    const { before, text } = barOf(row, span, total, columns.bar, style)
    pieces.push({ text, column: columns.at + before, tint: tintOf(row) }, { text: ` ${time}`, tint: 'quiet' })
  } else pieces.push({ text: time, column: Math.max(end + 1, widthOf(style) - time.length), tint: 'quiet' })
  return line(style, ...pieces)
}

/** Cells before the bar, and its cells; a thin mark for what took no time. Whatever the times are, it lies on the scale. */
const barOf = (
  { ours }: TimelineRow,
  span: Span,
  total: number,
  bar: number,
  style: Style,
): { readonly before: number; readonly text: string } => {
  const cell = total > 0 && Number.isFinite(total) ? (bar - 1) / total : 0
  const on = (time: number): number => Math.max(0, Math.min(bar - 1, Math.round(time * cell) || 0))
  const before = on(span.from)
  const length = Math.max(0, on(span.to) - before)
  if (length === 0) return { before, text: mark(style, '▏') }
  const cells = Array.from({ length }, (_, i) => {
    const [from, to] = [(before + i - 0.5) / cell, (before + i + 0.5) / cell]
    const own = within({ from, to }, ours).reduce((sum, part) => sum + part.to - part.from, 0)
    return mark(style, own * 2 > to - from ? OURS : WAITING)
  })
  return { before, text: cells.join('') }
}

/** A scale with marks at 0 and at round numbers. */
const scale = (total: number, { at: first, bar }: Columns, style: Style): Shown => {
  const step = roundStep(total / 3)
  const pieces: Piece[] = [{ text: '0 ms', column: first, tint: 'quiet' }]
  for (let i = 1; i <= MOST_MARKS && i * step <= total; i++) {
    const text = String(Number((i * step).toPrecision(3)))
    const column = first + Math.round(((i * step) / total) * (bar - 1))
    if (column >= first + 6 && column + text.length <= widthOf(style)) pieces.push({ text, column, tint: 'quiet' })
  }
  return line(style, ...pieces)
}

/** Three steps fit by their making; one more for rounding. */
const MOST_MARKS = 4

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
    case 'cache':
      return 'server'
    case 'tls':
    case 'resumed':
    case 'who':
    case 'why':
    case 'hsts':
      return 'good'
    case 'cookie':
      return 'secret'
    case 'name':
    case 'offer':
    case 'tried':
    case 'arp':
    case 'tcp':
    case 'close':
      return 'quiet'
    default:
      return key satisfies never
  }
}
