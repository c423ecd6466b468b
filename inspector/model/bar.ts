/**
 * The time bar: which layer took how long, on one scale. What did not happen any more is drawn behind the end, as long as
 * it would have taken at least: one round trip.
 */
import type { Millis } from '../../src/engine.ts'
import type { TimelineRow } from '../../src/inspect/timeline-types.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import type { Scene } from './scene.ts'
import { troubleOf } from './trouble.ts'

export type SegmentKind = 'name' | 'tcp' | 'tls' | 'request' | 'wait' | 'close' | 'none'

export interface Segment {
  readonly kind: SegmentKind
  /** `tls 1.3`, `POST /login`: bold, before what came of it. */
  readonly label: string
  readonly what: string
  /** Milliseconds from the beginning of the run. */
  readonly from: Millis
  readonly to: Millis
  /** False where it ended here. */
  readonly ok: boolean
  /** How many requests it stands for. */
  readonly requests: number
  /** Stretches of it that another layer took: a machine looked for by ARP. */
  readonly inner: readonly Stretch[]
  /** Stretches in which nothing came, until something was sent again. */
  readonly silence: readonly Stretch[]
}

export interface Stretch {
  readonly from: Millis
  readonly to: Millis
}

export interface Bar {
  /** Of one connection each. */
  readonly lines: readonly { readonly origin: string; readonly segments: readonly Segment[] }[]
  /** When the last thing happened. */
  readonly total: Millis
  /** Where the drawing ends: behind what did not happen. */
  readonly scale: Millis
}

/** The same for the same scene. */
export const barOf = (scene: Scene): Bar => {
  const bar = BARS.get(scene) ?? drawn(scene)
  BARS.set(scene, bar)
  return bar
}

const BARS = new WeakMap<Scene, Bar>()

const drawn = (scene: Scene): Bar => {
  const givenUp = givenUpAt(scene)
  const total = (givenUp ?? scene.end) - scene.start
  const quiet = [...silences(scene), ...(givenUp === undefined ? [] : [{ from: scene.end - scene.start, to: total }])]
  const lines = scene.legs.map(({ timeline, origin, began }, i) => ({
    origin,
    segments: segmentsOf(timeline.rows, began, quiet, {
      total,
      givenUp: i === scene.legs.length - 1 && givenUp !== undefined ? total : undefined,
    }),
  }))
  const last = lines.at(-1)
  const missing = last === undefined ? [] : missed(scene, last.segments, total)
  const all =
    missing.length === 0 ? lines : [...lines.slice(0, -1), { ...last!, segments: [...last!.segments, ...missing] }]
  const scale = Math.max(total, ...all.flatMap(({ segments }) => segments.map(({ to }) => to)))
  return { lines: all, total, scale: scale > 0 ? scale : 1 }
}

/** When the client gave up waiting, where nothing was sent or heard any more at that time. */
const givenUpAt = (scene: Scene): Millis | undefined => {
  if (troubleOf(scene) === undefined) return undefined
  const gone = scene.records.findLast(
    ({ type, record }) => type === 'state' && record.layer === 'tcp' && record.to === 'CLOSED',
  )
  if (gone?.type !== 'state' || gone.record.from === 'TIME-WAIT' || gone.record.at <= scene.end) return undefined
  return gone.record.at
}

interface Ending {
  readonly total: Millis
  /** When it was given up, if nobody said so on the wire. */
  readonly givenUp: Millis | undefined
}

const segmentsOf = (
  rows: readonly TimelineRow[],
  began: Millis,
  quiet: readonly Stretch[],
  { total, givenUp }: Ending,
): readonly Segment[] => {
  const found: Segment[] = []
  const failed = rows.find(({ ok, key }) => !ok && (key === 'name' || key === 'tcp' || key === 'tls'))
  const closed = rows.find(({ key }) => key === 'close')?.span?.from ?? total - began
  let at = began
  let asked = ''
  for (const [i, row] of rows.entries()) {
    const kind = kindOf(row)
    if (row.key === 'request') asked = row.what
    if (kind === undefined || row.span === undefined) continue
    // One thing after the other: what begins while another is under way is drawn behind it.
    const from = Math.max(at, row.span.from + began)
    // What failed before anything came of it took until that was plain.
    const end = row === failed && row.span.to === row.span.from ? closed : row.span.to
    const to = Math.max(from, end + began, (row === failed && givenUp) || 0)
    if (to === from && kind !== 'name' && kind !== 'tcp' && kind !== 'tls') continue
    at = to
    found.push({
      kind,
      label: kind === 'wait' ? asked : row.label,
      what: whatOf(kind, row),
      from,
      to,
      // How it was closed is the end of what failed, no failure more.
      ok: row.ok || (kind === 'close' && failed !== undefined),
      requests: kind === 'wait' ? 1 : 0,
      inner: kind === 'name' || kind === 'tcp' ? innerOf(rows, i, began, { from, to }) : [],
      silence: quiet
        .filter(each => each.from >= from && each.from < to)
        .map(each => ({ ...each, to: Math.min(each.to, to) })),
    })
  }
  return drawable(found)
}

/** Segments of one line; more are drawn together. */
const MOST_SEGMENTS = 60

/** Requests that would be drawn finer than can be seen, as one stretch with their number. */
const drawable = (segments: readonly Segment[]): readonly Segment[] => {
  if (segments.length <= MOST_SEGMENTS) return segments
  const found: Segment[] = []
  for (const segment of segments) {
    const last = found.at(-1)
    const isTalk = segment.kind === 'wait' || segment.kind === 'request'
    if (!isTalk || last === undefined || (last.kind !== 'wait' && last.kind !== 'request')) found.push(segment)
    else
      found[found.length - 1] = {
        ...last,
        to: segment.to,
        ok: last.ok && segment.ok,
        requests: last.requests + segment.requests,
        silence: [...last.silence, ...segment.silence].slice(0, MOST_SEGMENTS),
      }
  }
  return found
}

/** Our own end says nothing that its address does not. */
const whatOf = (kind: SegmentKind, { what }: TimelineRow): string =>
  kind === 'close' || kind === 'wait' ? '' : kind === 'tcp' ? what.replace(/^.* → /, '→ ') : what

const kindOf = ({ key }: TimelineRow): SegmentKind | undefined =>
  key === 'name' || key === 'tcp' || key === 'tls' || key === 'request' || key === 'wait' || key === 'close'
    ? key
    : key === 'answer'
      ? 'request'
      : undefined

const innerOf = (rows: readonly TimelineRow[], at: number, began: Millis, { from, to }: Stretch): readonly Stretch[] =>
  rows
    .slice(at + 1)
    .flatMap(({ key, span }) =>
      key === 'arp' && span !== undefined && span.from + began >= from && span.from + began < to
        ? [{ from: span.from + began, to: Math.min(to, span.to + began) }]
        : [],
    )

/** Until a segment was sent again, from the last that was heard or said. */
const silences = ({ own, start }: Scene): readonly Stretch[] => {
  const segments = own.filter(({ layer }) => layer === 'tcp')
  const found = segments.flatMap((message, i) => {
    const before = segments[i - 1]
    return isAgain(message) && before !== undefined && message.direction === 'out' && message.at > before.at
      ? [{ from: before.at - start, to: message.at - start }]
      : []
  })
  return found.sort((a, b) => b.to - b.from - (a.to - a.from)).slice(0, MOST_SILENCES)
}

/** The longest; shorter ones are told in the ladder. */
const MOST_SILENCES = 60

const isAgain = ({ about }: MessageRecord): boolean => /retransmission/i.test(about ?? '')

/** What would have come next, had it not failed. */
const missed = (scene: Scene, segments: readonly Segment[], total: Millis): readonly Segment[] => {
  const trouble = troubleOf(scene)
  if (trouble === undefined || scene.own.some(({ layer }) => layer === 'http')) return []
  const connect = segments.find(({ kind }) => kind === 'tcp')
  // Who waited in vain does not know how long a round trip is.
  const trip = Math.max(total / 4, connect === undefined || connect.silence.length > 0 ? 0 : connect.to - connect.from)
  return [
    { kind: 'none', label: '', what: '', from: total, to: total + trip, ok: true, requests: 0, inner: [], silence: [] },
  ]
}
