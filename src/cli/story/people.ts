/**
 * `-v` for people, as it happens: each message of the wanted layers as a step of the ladder, the fields of a request and
 * an answer below it, each once; with `-vv` where every field lies, with `-vvv` the bytes.
 */
import type { Words } from '../../explain/index.ts'
import {
  fingerprintsOf,
  innerWidth,
  type LadderLine,
  ladderHead,
  ladderLine,
  ladderRow,
  line,
  type Shown,
  type Style,
} from '../../inspect/index.ts'
import { type Meanings, meanings } from '../../inspect/meanings.ts'
import { bytesLines, fieldLines, headLines } from '../../inspect/message-text.ts'
import { say as inWords } from '../../inspect/style.ts'
import { connectionCounter } from '../../trace/connections.ts'
import type { TraceRecord } from '../../trace/recorder.ts'
import { redactor } from '../../trace/redact.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { dissect } from '../../wire/codec.ts'
import type { Privacy } from '../command.ts'
import { DIGESTS } from '../digests.ts'
import type { Verbosity } from '../verbosity.ts'

export interface PeopleOptions {
  readonly verbosity: Verbosity
  readonly privacy: Privacy
  readonly style: Style
  /** Of what fields mean. */
  readonly words: Words
  readonly say: (lines: readonly Shown[]) => void
}

/** Told what was said in each turn, in the order of the wire. */
export type Teller = (turn: readonly TraceRecord[]) => void

/** A run with one connection after another: a ladder for each. */
export const ladderTeller = ({ verbosity, privacy, style, words, say }: PeopleOptions): Teller => {
  const { level, layers } = verbosity
  const seen = sight(privacy)
  const means = meanings(words.language)
  const connectionOf = connectionCounter()
  const inner = innerWidth(style)
  let start: number | undefined
  let last = ''
  let current = -1
  return turn => {
    const told: Shown[] = []
    for (const { record, step, connection } of seen(turn, connectionOf)) {
      start ??= record.at
      if (level === 0 || !layers.includes(record.layer)) continue
      if (connection !== current) {
        if (current >= 0) told.push(line(style))
        told.push(ladderHead({ left: inWords(style, 'you'), right: otherEnd(record) }, inner, style))
        current = connection
      }
      const time = (record.at - start).toFixed(3)
      told.push(ladderRow(step, time === last ? '' : time, inner, style), ...belowStep(record, level, means, style))
      last = time
    }
    if (told.length > 0) say(told)
  }
}

/** A server with many connections at once: each message a line with the time of day, and whose it is. */
export const logTeller = ({ verbosity, privacy, style, words, say }: PeopleOptions): Teller => {
  const { level, layers } = verbosity
  const seen = sight(privacy)
  const means = meanings(words.language)
  const [out, into] = style.unicode ? ['→', '←'] : ['->', '<-']
  return turn => {
    const now = new Date()
    const time = `${now.toTimeString().slice(0, 8)}.${String(now.getMilliseconds()).padStart(3, '0')}`
    const told = [...seen(turn, () => 0)].flatMap(({ record, step }) => {
      if (level === 0 || !layers.includes(record.layer)) return []
      const said = step.about === '' ? '' : `  ${inWords(style, step.about)}`
      return [
        line(
          style,
          { text: ` ${time} `, tint: 'quiet' },
          { text: record.direction === 'out' ? out : into, tint: record.direction === 'out' ? 'server' : 'you' },
          { text: ` ${record.layer.padEnd(6)} ${record.name}${said}` },
          { text: `  ${otherEnd(record)}`, tint: 'quiet' },
        ),
        ...below(record, { indent: LOG_BELOW, level, means, style }),
      ]
    })
    if (told.length > 0) say(told)
  }
}

/** Columns of what stands below a step, and below a line of the log. */
const BELOW = 17
const LOG_BELOW = 16

/** What a message has to say below its step of a ladder. */
export const belowStep = (record: MessageRecord, level: Verbosity['level'], means: Meanings, style: Style): Shown[] =>
  below(record, { indent: BELOW, level, means, style })

interface Below {
  readonly indent: number
  readonly level: Verbosity['level']
  readonly means: Meanings
  readonly style: Style
}

const below = (record: MessageRecord, { indent, level, means, style }: Below): Shown[] => {
  const { format, bytes, name, layer } = record
  const head = level === 1 || format === undefined
  const tree = head
    ? layer === 'http'
      ? headLines(bytes, indent, style)
      : []
    : fieldLines(dissect(format, bytes, name), NARROW, style, means(layer))
  const prints = fingerprintsOf(record, DIGESTS).map(([title, print]) =>
    line(style, { text: `${title} ${print}`, column: indent, tint: 'quiet' }),
  )
  return [...prints, ...tree, ...(level > 2 ? bytesLines(bytes, NARROW, style) : [])]
}

/** A tree has a gutter of its own. */
const NARROW = 4

interface Sight {
  readonly record: MessageRecord
  readonly step: LadderLine
  readonly connection: number
}

/** Messages of a turn without what is private, and what the others around them say about them. */
const sight = (privacy: Privacy) => {
  const redacted = privacy === 'shown' ? (entry: TraceRecord) => entry : redactor()
  const sealed = new Seals()
  return function* (turn: readonly TraceRecord[], connectionOf: (entry: TraceRecord) => number): Generator<Sight> {
    const verdicts = verdictsIn(turn)
    for (const entry of turn) {
      const connection = connectionOf(entry)
      const left = redacted(entry)
      if (left?.type !== 'message') continue
      const { record } = left
      const direction = record.direction === 'out' ? 'right' : 'left'
      yield {
        record,
        connection,
        step: ladderLine(record, { direction, sealed: sealed.of(record), ok: verdicts.get(record.id) }),
      }
    }
  }
}

const verdictsIn = (turn: readonly TraceRecord[]): ReadonlyMap<number, boolean> => {
  const found = new Map<number, boolean>()
  for (const entry of turn) {
    if (entry.type !== 'verdict' || entry.record.where === undefined) continue
    const { where, ok } = entry.record
    found.set(where.message, ok && (found.get(where.message) ?? true))
  }
  return found
}

/** Records and connections remembered at once: a message follows its record closely. */
const MOST_SEALS = 10_000

/** Which messages were encrypted on the wire: the record that carries them says so. */
class Seals {
  readonly #known = new Set<string | number>()

  of({ id, layer, flow, sealed = false, carriedBy = [] }: MessageRecord): boolean {
    if (sealed) {
      this.#note(id)
      this.#note(flow)
    }
    // A request is told before the record that it goes into: a connection that was encrypted once stays so.
    return (
      sealed || carriedBy.some(each => this.#known.has(each.message)) || (layer === 'http' && this.#known.has(flow))
    )
  }

  #note(key: string | number): void {
    if (this.#known.size >= MOST_SEALS) this.#known.delete(this.#known.values().next().value!)
    this.#known.add(key)
  }
}

/** `a:1-b:2` is named after both ends, a look-up after what was asked. */
const otherEnd = ({ flow }: MessageRecord): string =>
  flow.startsWith('lookup ') ? flow.slice('lookup '.length) : (/(?:-| > )(\[?[^-]+)$/.exec(flow)?.[1] ?? flow)
