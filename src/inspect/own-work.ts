/**
 * Which stretches of time were our own work, and which were spent waiting for the other side or the network. A socket of
 * the system tells when bytes came and when bytes went: from one to the next that went it was our turn, to the next that
 * came it was not. Where segments are told instead, timers of TCP lie between them, and nothing can be said.
 */
import type { TraceRecord } from '../trace/recorder.ts'

export interface Span {
  readonly from: number
  readonly to: number
}

/** Stretches of our own work among `records` of one connection, in order, on their clock. */
export const ownWork = (records: readonly TraceRecord[]): readonly Span[] => {
  const moments = records.flatMap(momentsOf).sort((a, b) => a.at - b.at)
  if (!moments.some(({ turn }) => turn === 'bytes')) return []
  return moments.flatMap((moment, i) => {
    const before = moments[i - 1]
    return before === undefined || moment.by === 'them' || moment.at <= before.at
      ? []
      : [{ from: before.at, to: moment.at }]
  })
}

/** The parts of `stretches` that lie in `span`. */
export const within = (span: Span, stretches: readonly Span[]): Span[] =>
  stretches
    .map(({ from, to }) => ({ from: Math.max(from, span.from), to: Math.min(to, span.to) }))
    .filter(({ from, to }) => to > from)

interface Moment {
  readonly at: number
  /** Whose doing it was that something happened then. */
  readonly by: 'us' | 'them'
  readonly turn: 'bytes' | 'other'
}

const momentsOf = (entry: TraceRecord): Moment[] => {
  if (entry.type === 'message') {
    const { layer, name, direction, at } = entry.record
    const by = direction === 'out' ? 'us' : 'them'
    if (layer === 'tcp' && (name === 'read' || name === 'write')) return [{ at, by, turn: 'bytes' }]
    return layer === 'dns' ? [{ at, by, turn: 'other' }] : []
  }
  if (entry.type !== 'state' || entry.record.layer !== 'tcp') return []
  const { at, to } = entry.record
  return to === 'SYN-SENT'
    ? [{ at, by: 'us', turn: 'other' }]
    : to === 'ESTABLISHED'
      ? [{ at, by: 'them', turn: 'other' }]
      : []
}
