/** The conversations of a capture, a line each; the first lines say what there is and which secrets were used. */
import type { Capture } from '../../dissect/capture.ts'
import type { Conversation } from '../../dissect/conversation.ts'
import { hexText } from '../../wire/bytes.ts'
import { counted } from '../about.ts'
import type { JsonObject } from '../json.ts'
import { columnsOf, type Shown } from '../shown.ts'
import { clip, line, mark, milliseconds, type Piece, type Style, say, widthOf, wrap } from '../style.ts'
import { findingsOf, type Opened } from './opened.ts'
import { type ConversationSummary, summaryOf } from './summary.ts'

/** A conversation as it is listed. */
export interface Listed {
  readonly conversation: Conversation
  readonly summary: ConversationSummary
  readonly secrets: SecretsSeen
}

/** Labels of secrets that were looked for in one conversation. */
export interface SecretsSeen {
  readonly used: number
  readonly missing: number
  readonly unfit: number
  readonly malformed: number
  /** Of a session whose secrets nobody gave. */
  readonly clientRandom: string | undefined
}

export const listed = (conversation: Conversation, opened: Opened | undefined): Listed => {
  const found = opened === undefined ? [] : findingsOf(opened, 'secret')
  const count = (state: (typeof found)[number]['state']): number => found.filter(each => each.state === state).length
  const without = found.find(({ state }) => state !== 'used')
  return {
    conversation,
    summary: summaryOf(conversation, opened),
    secrets: {
      used: count('used'),
      missing: count('missing'),
      unfit: count('unfit'),
      malformed: count('malformed'),
      clientRandom: without === undefined ? undefined : hexText(without.clientRandom),
    },
  }
}

/** `4 conversations  58 frames  0.112 s`, and what became of the secrets. */
export const listHead = (capture: CaptureFacts, rows: readonly Listed[], style: Style): Shown[] => {
  const { frames, duration, conversations } = capture
  const counts = [
    counted(conversations.length, 'conversation'),
    counted(frames, 'frame'),
    `${(duration / 1000).toFixed(3)} s`,
  ]
  const keys = secretsText(rows, style)
  return [
    line(style, { text: ` ${counts.map(text => say(style, text)).join('  ')}`, tint: 'you' }),
    ...(keys === undefined
      ? []
      : wrap(`${say(style, 'keys: ')}${keys}`, widthOf(style) - 1).map(text =>
          line(style, { text: ` ${text}`, tint: 'quiet' }),
        )),
  ]
}

export type CaptureFacts = Pick<Capture, 'frames' | 'duration' | 'start' | 'conversations' | 'damage'>

/** `5 secrets used for conversation 1; none for 2 and 3`. */
const secretsText = (rows: readonly Listed[], style: Style): string | undefined => {
  const ids = (wanted: (secrets: SecretsSeen) => boolean): readonly number[] =>
    rows.filter(({ secrets }) => wanted(secrets)).map(({ conversation }) => conversation.id)
  const used = ids(secrets => secrets.used > 0)
  const count = rows.reduce((sum, { secrets }) => sum + secrets.used, 0)
  const missing = ids(secrets => secrets.used === 0 && secrets.missing > 0)
  const unfit = ids(({ unfit }) => unfit > 0)
  const malformed = ids(secrets => secrets.malformed > 0)
  const parts = [
    used.length > 0 ? `${counted(count, 'secret')} used for ${numbers(used)}` : '',
    missing.length > 0 ? `none for ${numbers(missing)}` : '',
    unfit.length > 0 ? `those given for ${numbers(unfit)} do not fit` : '',
    malformed.length > 0 ? `those given for ${numbers(malformed)} have a wrong length` : '',
  ].filter(text => text !== '')
  return parts.length === 0 ? undefined : parts.map(text => say(style, text)).join(say(style, '; '))
}

const MOST_NUMBERS = 6

/** `conversation 1`, `conversations 2, 3 and 5`. */
const numbers = (ids: readonly number[]): string => {
  const shown = ids.slice(0, MOST_NUMBERS)
  if (ids.length > shown.length) return `conversations ${shown.join(', ')} and ${ids.length - shown.length} more`
  const last = shown.at(-1)!
  return shown.length === 1 ? `conversation ${last}` : `conversations ${shown.slice(0, -1).join(', ')} and ${last}`
}

interface Columns {
  readonly number: number
  readonly ends: number
  readonly spoken: number
  readonly time: number
}

const WIDEST_ENDS = 44

/** A line for each conversation, two where the terminal is narrow. */
export const listLines = (rows: readonly Listed[], style: Style): Shown[] => {
  const widest = (text: (row: Listed) => string, most: number): number =>
    Math.min(
      most,
      rows.reduce((columns, row) => Math.max(columns, columnsOf(text(row))), 0),
    )
  const columns = {
    number: widest(({ conversation }) => `${conversation.id}`, 9),
    ends: widest(({ summary }) => say(style, summary.ends), Math.min(WIDEST_ENDS, widthOf(style) - 24)),
    spoken: widest(({ summary }) => summary.spoken, 18),
    time: widest(timeText, 9),
  }
  return rows.flatMap(row => rowLines(row, columns, style))
}

const rowLines = ({ conversation, summary, ...row }: Listed, columns: Columns, style: Style): Shown[] => {
  const { ok } = summary
  // In ASCII a mark is two letters, and so is an arrow.
  const more = style.unicode ? 0 : 1
  const at = columns.number + 4 + more
  const spoken = at + columns.ends + more + 2
  const time = spoken + columns.spoken + 2
  const what = time + columns.time + 2
  const glyph = ok === undefined ? '·' : ok ? '✓' : '✗'
  const head: readonly Piece[] = [
    { text: `${conversation.id}`.padStart(columns.number + 1), tint: 'you' },
    { text: ` ${mark(style, glyph)}`, tint: ok === undefined ? 'quiet' : ok ? 'good' : 'bad' },
    { text: clip(style, say(style, summary.ends), columns.ends + more), column: at },
    { text: clip(style, summary.spoken, columns.spoken), column: spoken },
    { text: timeText({ conversation, summary, ...row }).padStart(columns.time), column: time, tint: 'quiet' },
  ]
  const said = saidOf(summary, style)
  const room = widthOf(style) - what
  if (columnsOf(said) <= room) return [line(style, ...head, { text: said, column: what, tint: tintOf(ok) })]
  return [
    line(style, ...head),
    ...wrap(said, widthOf(style) - at).map(text => line(style, { text, column: at, tint: tintOf(ok) })),
  ]
}

const tintOf = (ok: boolean | undefined) => (ok === false ? ('bad' as const) : undefined)

const saidOf = ({ what, reading, why }: ConversationSummary, style: Style): string => {
  const read = [reading, why].filter(text => text !== undefined).map(text => say(style, text))
  const parts = [...what.map(text => say(style, text)), ...(read.length === 0 ? [] : [read.join(say(style, ': '))])]
  return parts.join(say(style, ', '))
}

const timeText = ({ conversation: { start, end } }: Listed): string => `${milliseconds(end - start)} ms`

/** The capture as a whole, for programs. */
export const jsonOfCapture = ({ frames, start, duration, conversations, damage }: CaptureFacts): JsonObject => ({
  type: 'contents',
  frames,
  start: Number.isNaN(start) ? null : new Date(start).toISOString(),
  duration,
  conversations: conversations.length,
  damage: damage.map(({ code }) => code),
})

export const jsonOfListed = ({ conversation, summary, secrets }: Listed): JsonObject => {
  const { id, kind, client, server, flow, protocol, frames, wireBytes, bytes, copies, start, end, tcp } = conversation
  return {
    type: 'conversation',
    id,
    kind,
    client: { ...client },
    server: { ...server },
    flow,
    protocol: protocol ?? null,
    spoken: summary.spoken,
    ok: summary.ok ?? null,
    what: [...summary.what],
    reading: summary.reading ?? null,
    why: summary.why ?? null,
    secrets: {
      used: secrets.used,
      missing: secrets.missing,
      unfit: secrets.unfit,
      malformed: secrets.malformed,
      clientRandom: secrets.clientRandom ?? null,
    },
    frames: { ...frames },
    wireBytes: { ...wireBytes },
    bytes: { ...bytes },
    copies,
    start,
    end,
    tcp: tcp === undefined ? null : jsonOfTcp(tcp),
  }
}

const jsonOfTcp = ({ opened, closed, ...counts }: NonNullable<Conversation['tcp']>): JsonObject => ({
  opened,
  closed: closed ?? null,
  ...Object.fromEntries(Object.entries(counts).map(([name, both]) => [name, { ...both }])),
})
