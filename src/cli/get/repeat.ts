/** `--repeat N`: how long each layer takes, for the first request and for those after it. */
import { legs, line, type Piece, type Shown, type Style } from '../../inspect/index.ts'
import type { RowKey } from '../../inspect/timeline.ts'
import type { FetchResponse } from '../../net/client/response.ts'
import { type Recording, sinkOf, type TraceRecord, tee, tell } from '../../trace/recorder.ts'
import type { TraceSink } from '../../trace/types.ts'
import { runRecording } from '../recording.ts'

/** What is timed, in the order in which it happens. */
export const LAYERS = ['name', 'tcp', 'tls', 'first byte', 'body', 'total'] as const
export type Layer = (typeof LAYERS)[number]

/** Milliseconds; what did not happen is not there. */
export type Times = Readonly<Partial<Record<Layer, number>>>

const ROWS: readonly (readonly [Layer, RowKey])[] = [
  ['name', 'name'],
  ['tcp', 'tcp'],
  ['tls', 'tls'],
  ['first byte', 'wait'],
  ['body', 'answer'],
]

/** What one request was made of. */
export interface Made {
  readonly times: Times
  /** On which connection: one that was there, a new one, or a new one with what TLS remembers. */
  readonly on: 'same' | 'new' | 'resumed'
}

/** From what was said during one request; redirects count as a part of it. */
export const madeOf = (records: readonly TraceRecord[]): Made => {
  const found = legs(records)
  const rows = found.flatMap(leg => leg.timeline.rows)
  const times: Partial<Record<Layer, number>> = {}
  for (const [layer, key] of ROWS) {
    const spans = rows.flatMap(row => (row.key === key && row.span !== undefined ? [row.span] : []))
    if (spans.length > 0) times[layer] = spans.reduce((sum, { from, to }) => sum + to - from, 0)
  }
  const total = Object.values(times).reduce((sum, each) => sum + each, 0)
  const isNew = rows.some(({ key, span }) => key === 'tcp' && span !== undefined)
  const on = !isNew ? 'same' : found.some(({ tls }) => tls?.resumed) ? 'resumed' : 'new'
  return { times: { ...times, total }, on }
}

/** What those after the first have: as it was, whatever was asked for. */
export const howMade = ([, ...others]: readonly Made[]): string => {
  const count = (which: Made['on']): number => others.filter(({ on }) => on === which).length
  if (count('same') === others.length) return 'same connection'
  if (count('resumed') === others.length) return 'sessions resumed'
  const said = [`${count('new') + count('resumed')} new connections`]
  if (count('resumed') > 0) said.push(`${count('resumed')} resumed`)
  if (count('same') > 0) said.push(`${count('same')} on the same`)
  return said.join(', ')
}

export interface Summary {
  readonly layer: Layer
  /** Of the first request; undefined where that had none. */
  readonly first: number | undefined
  /** Of those after it; undefined where none of them had any. */
  readonly others: { readonly min: number; readonly median: number; readonly p95: number } | undefined
}

export const summaryOf = ([first, ...others]: readonly Times[]): readonly Summary[] =>
  LAYERS.flatMap(layer => {
    const times = others.flatMap(each => each[layer] ?? []).sort((a, b) => a - b)
    const at = first?.[layer]
    if (at === undefined && times.length === 0) return []
    return [{ layer, first: at, others: times.length === 0 ? undefined : spread(times) }]
  })

/** The median of an even number lies between the two in the middle; p95 is the value that 95 % do not exceed. */
const spread = (sorted: readonly number[]): NonNullable<Summary['others']> => {
  const half = sorted.length / 2
  return {
    min: sorted[0]!,
    median: (sorted[Math.floor(half - 0.5)]! + sorted[Math.floor(half)]!) / 2,
    p95: sorted[Math.ceil(sorted.length * 0.95) - 1]!,
  }
}

/** Makes the requests, and keeps what was said of each only until its times are known. */
export class Watch {
  readonly trace: TraceSink
  readonly #repeat: number
  readonly #made: Made[] = []
  #recording: Recording = runRecording()

  constructor(repeat: number, trace: TraceSink | undefined) {
    this.#repeat = repeat
    const kept = sinkOf(entry => tell(this.#recording, entry))
    this.trace = trace === undefined ? kept : tee(trace, kept)
  }

  /** The answer to the last; those before are read to their ends. */
  async repeated(ask: () => Promise<FetchResponse>): Promise<FetchResponse> {
    for (let i = 1; i < this.#repeat; i++) {
      const response = await ask()
      await response.body?.pipeTo(new WritableStream())
      this.#next()
    }
    return ask()
  }

  /** When the body of the last has come to its end. */
  made(): readonly Made[] {
    this.#next()
    return this.#made
  }

  #next(): void {
    this.#made.push(madeOf(this.#recording.records))
    this.#recording = runRecording()
  }
}

/** A table; `how` says what the others have that the first has not: `same connection`. */
export const summaryLines = (rows: readonly Summary[], how: string, style: Style): Shown[] => {
  const cells = rows.map(
    ({ layer, first, others }) => [layer, first, others?.min, others?.median, others?.p95] as const,
  )
  const right = (text: string, end: number): Piece => ({ text, column: end - text.length })
  return [
    line(style, { ...right('first', ENDS[0]!), tint: 'quiet' }, { text: `   after it, ${how}`, tint: 'quiet' }),
    line(
      style,
      { text: ' ms', tint: 'quiet' },
      ...['min', 'median', 'p95'].map((text, i): Piece => ({ ...right(text, ENDS[i + 1]!), tint: 'quiet' })),
    ),
    ...cells.map(([layer, ...times]) =>
      line(
        style,
        { text: ` ${layer}`, tint: layer === 'total' ? 'you' : 'quiet' },
        ...times.flatMap((time, i) => (time === undefined ? [] : [right(milliseconds(time), ENDS[i]!)])),
      ),
    ),
  ]
}

/** Where the columns of times end. */
const ENDS = [19, 30, 40, 50]

const milliseconds = (time: number): string => time.toFixed(time < 100 ? 2 : 0)
