/** One conversation: its ladder, one of its messages, or what both sides said. */
import type { Conversation } from '../../../dissect/conversation.ts'
import { quoted } from '../../../explain/steps.ts'
import { FailureError, fail } from '../../../failures/index.ts'
import { jsonOfListed, listed, listLines } from '../../../inspect/conversations/list.ts'
import { type Opened, SEEN_BY } from '../../../inspect/conversations/opened.ts'
import type { Filter } from '../../../inspect/filter/filter.ts'
import { followed, followLines, jsonOfPiece } from '../../../inspect/follow.ts'
import {
  type Detail,
  innerWidth,
  type Ladder,
  ladder,
  ladderHead,
  ladderRow,
  line,
  type Shown,
  type Style,
} from '../../../inspect/index.ts'
import { note } from '../../../inspect/ladder.ts'
import { ladderOfLayers } from '../../../inspect/ladder-layers.ts'
import type { Meanings } from '../../../inspect/meanings.ts'
import { jsonOfMessage, type MessagePart, messageLines } from '../../../inspect/message-view.ts'
import { messagesOf, type TraceRecord } from '../../../trace/recorder.ts'
import { redact } from '../../../trace/redact.ts'
import { LAYERS, type Layer, type MessageRecord } from '../../../trace/types.ts'
import { privacyOf } from '../../command.ts'
import { jsonLine, jsonRecords } from '../../json.ts'
import { belowStep } from '../../story/people.ts'
import { QUIET } from '../../verbosity.ts'
import type { InspectOptions } from './options.ts'

export interface Scene {
  readonly label: string
  readonly opened: Opened
  readonly options: InspectOptions
  readonly filter: Filter | undefined
  readonly style: Style
  /** A command as it has to be typed here. */
  readonly typed: (command: string) => string
  /** What fields mean. */
  readonly means: Meanings
}

/** What may be shown of it. */
export const shownOf = ({ opened, options }: Pick<Scene, 'opened' | 'options'>): readonly TraceRecord[] =>
  privacyOf(options) === 'shown' ? opened.records : redact(opened.records)

/** The first line of the list, and the ladder below it. */
export const ladderText = (scene: Scene): Shown[] => {
  const { label, opened, options, style } = scene
  const { conversation } = opened
  const records = shownOf(scene)
  const steps = laddered(scene, records)
  const level = options.verbose?.level ?? 0
  const numbered = (each: Parameters<typeof note>[0]): string => `${note(each)}  #${each.id}`
  const widest = steps.lines.reduce((most, each) => Math.max(most, numbered(each).length), 0)
  const inner = innerWidth(style, widest)
  const byId = new Map(messagesOf(records).map(message => [message.id, message]))
  const start = conversation.start
  let last = ''
  const rows = steps.lines.flatMap(step => {
    const time = (step.at - start).toFixed(3)
    const row = ladderRow(step, time === last ? '' : time, inner, style, numbered(step))
    last = time
    const message = byId.get(step.id)
    return [row, ...(level < 2 || message === undefined ? [] : belowStep(message, level, scene.means, style))]
  })
  const one = steps.lines.find(({ layer }) => layer === 'tls' || layer === 'http') ?? steps.lines[0]
  return [
    ...listLines([listed(conversation, opened)], style),
    line(style),
    ...(rows.length === 0
      ? [line(style, { text: ` ${scene.filter === undefined ? 'Nothing at this layer.' : 'No message matches.'}` })]
      : [ladderHead(steps, inner, style), ...rows]),
    ...(one === undefined
      ? []
      : [
          line(style),
          line(
            style,
            { text: ' one of them:', tint: 'quiet' },
            { text: ` ${scene.typed(`barewire inspect ${quoted(label)} ${conversation.id} --message ${one.id}`)}` },
          ),
        ]),
  ]
}

export const laddered = (
  { opened, options, filter }: Pick<Scene, 'opened' | 'options' | 'filter'>,
  records: readonly TraceRecord[],
): Ladder => {
  const { client, server } = opened.conversation
  const names = [nameOf(client), nameOf(server)] as const
  const look = { host: SEEN_BY, names }
  if (filter === undefined && options.verbose === undefined) {
    return ladder(records, { ...look, grain: options.layer })
  }
  const layers: readonly Layer[] =
    options.verbose !== undefined
      ? options.verbose.layers
      : filter !== undefined && filter.layers.size > 0
        ? [...filter.layers]
        : LAYERS
  const steps = ladderOfLayers(records, layers, look)
  if (filter === undefined) return steps
  const meant = filter.matching(opened.records)
  return { ...steps, lines: steps.lines.filter(({ id }) => meant.has(id)) }
}

const nameOf = ({ address, port }: Conversation['client']): string => (port === 0 ? address : `${address}:${port}`)

/** Throws `inspect/no-message`. */
const messageOf = (opened: Opened, records: readonly TraceRecord[], id: number): MessageRecord => {
  const messages = messagesOf(records)
  const found = messages.find(message => message.id === id)
  if (found !== undefined) return found
  const ids = messages.map(message => message.id)
  const got = ids.length === 0 ? 'none' : `${Math.min(...ids)} to ${Math.max(...ids)}`
  throw new FailureError(
    fail('inspect/no-message', { number: id, got, where: `conversation ${opened.conversation.id}` }),
  )
}

/** `--message N`: fields and bytes beside each other; with `--fields` the fields alone. */
export const messageText = (scene: Scene, id: number): Shown[] => {
  const records = shownOf(scene)
  const parts: readonly MessagePart[] = scene.options.fields ? ['fields'] : ['fields', 'bytes']
  return messageLines(messageOf(scene.opened, records, id), records, parts, scene.style, scene.means)
}

export const messageJson = (scene: Scene, id: number): readonly Shown[] => {
  const records = shownOf(scene)
  const { fields, verbose = QUIET } = scene.options
  const detail: readonly Detail[] = fields && verbose.level < 3 ? ['fields'] : ['fields', 'bytes']
  return jsonOfMessage(messageOf(scene.opened, records, id), records, detail).map(each => jsonLine(each))
}

const streams = ({ opened, options }: Scene) => followed(opened.records, opened.conversation.flow, privacyOf(options))

export const followText = (scene: Scene): Shown[] => followLines(streams(scene), scene.style)

/** With its bytes; stars stand where they stand in the text. */
export const followJson = (scene: Scene): readonly Shown[] =>
  streams(scene).pieces.map(piece => jsonLine(jsonOfPiece(piece)))

/** The conversation and its records, those that a filter means. */
export function* conversationJson(scene: Scene): Generator<Shown> {
  const { opened, options, filter } = scene
  yield jsonLine(jsonOfListed(listed(opened.conversation, opened)))
  const meant = filter?.matching(opened.records)
  const level = options.fields ? 2 : (options.verbose?.level ?? 0)
  const detail = (['fields', 'bytes'] as const).slice(0, Math.max(0, level - 1))
  const asLine = jsonRecords(privacyOf(options))
  for (const entry of opened.records) {
    const told = asLine(entry, detail)
    const wanted = meant === undefined || (entry.type === 'message' && meant.has(entry.record.id))
    if (wanted && told !== undefined) yield told
  }
}
