/** One conversation: its ladder, one of its messages, or what both sides said. */
import type { Conversation } from '../../../dissect/conversation.ts'
import { quoted } from '../../../explain/steps.ts'
import { FailureError, fail } from '../../../failures/index.ts'
import { onlyThese, upTo, whatWasBrought, whatWasSaid } from '../../../inspect/conversations/keeping.ts'
import { jsonOfListed, listed, listLines } from '../../../inspect/conversations/list.ts'
import { meantIn } from '../../../inspect/conversations/listed-in.ts'
import { type Opened, SEEN_BY } from '../../../inspect/conversations/opened.ts'
import type { Filter } from '../../../inspect/filter/filter.ts'
import { followed, followLines, jsonOfPiece } from '../../../inspect/follow.ts'
import {
  columnsOf,
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
import { layersOf, note } from '../../../inspect/ladder.ts'
import { ladderOfLayers } from '../../../inspect/ladder-layers.ts'
import type { Meanings } from '../../../inspect/meanings.ts'
import { jsonOfMessage, type MessagePart, messageLines } from '../../../inspect/message-view.ts'
import { say } from '../../../inspect/style.ts'
import { messagesOf, type Recording, selecting, type TraceRecord } from '../../../trace/recorder.ts'
import { redactor } from '../../../trace/redact.ts'
import { LAYERS, type Layer, type MessageRecord } from '../../../trace/types.ts'
import { privacyOf } from '../../command.ts'
import { jsonLine, jsonRecords } from '../../json.ts'
import { belowStep } from '../../story/people.ts'
import { QUIET } from '../../verbosity.ts'
import type { Look } from './look.ts'
import type { InspectOptions } from './options.ts'

export interface Scene {
  readonly label: string
  readonly opened: Opened
  /** All of its records, where those of `opened` may be too few. */
  readonly told: () => Iterable<TraceRecord>
  /** Messages that the filter means; undefined without one. */
  readonly meant: ReadonlySet<number> | undefined
  readonly options: InspectOptions
  readonly filter: Filter | undefined
  readonly style: Style
  /** A command as it has to be typed here. */
  readonly typed: (command: string) => string
  /** What fields mean. */
  readonly means: Meanings
}

/** As much of it as what is asked for needs, and as it may be shown; streams are starred where they are put together. */
export const openedFor = (
  look: Look,
  conversation: Conversation,
  filter: Filter | undefined,
  options: InspectOptions,
): Pick<Scene, 'opened' | 'meant'> => {
  const { message, follow, json, verbose, layer = 'messages' } = options
  if (follow) return { opened: look.open(conversation, whatWasBrought()), meant: undefined }
  const seen = (keep: Recording): Opened =>
    look.open(conversation, privacyOf(options) === 'shown' ? keep : selecting(keep, redactor()))
  if (message !== undefined) return { opened: seen(upTo(message)), meant: undefined }
  if (filter !== undefined) {
    const meant = new Set(meantIn(look.told(conversation), filter))
    return { opened: seen(onlyThese(meant)), meant }
  }
  const layers = json ? [] : (verbose?.layers ?? (layer === 'messages' ? [] : layersOf(layer)))
  return { opened: seen(whatWasSaid(layers)), meant: undefined }
}

/** The first line of the list, and the ladder below it. */
export function* ladderText(scene: Scene): Generator<Shown> {
  const { label, opened, style } = scene
  const { conversation } = opened
  const steps = laddered(scene)
  yield* listLines([listed(conversation, opened)], style)
  yield line(style)
  yield* rowsOf(scene, steps)
  const one = steps.lines.find(({ layer }) => layer === 'tls' || layer === 'http') ?? steps.lines[0]
  if (one === undefined) return
  yield line(style)
  const command = scene.typed(`barewire inspect ${quoted(label)} ${conversation.id} --message ${one.id}`)
  yield line(style, { text: ` ${say(style, 'one of them: ')}`, tint: 'quiet' }, { text: command })
}

function* rowsOf(scene: Scene, steps: Ladder): Generator<Shown> {
  const { opened, options, filter, style, means } = scene
  const level = options.verbose?.level ?? 0
  if (steps.lines.length === 0)
    yield line(style, {
      text: ` ${say(style, filter === undefined ? 'Nothing at this layer.' : 'No message matches.')}`,
    })
  const numbered = (each: Parameters<typeof note>[0]): string => `${note(each, style)}  #${each.id}`
  const widest = steps.lines.reduce((most, each) => Math.max(most, columnsOf(numbered(each))), 0)
  const inner = innerWidth(style, widest)
  const byId = level < 2 ? undefined : new Map(messagesOf(opened.records).map(message => [message.id, message]))
  if (steps.lines.length > 0) yield ladderHead(steps, inner, style)
  let behind = opened.left.count === 0 ? undefined : lastOf(opened.records.slice(0, opened.left.behind))
  let last = ''
  for (const step of steps.lines) {
    if (behind !== undefined && step.id > behind) {
      behind = undefined
      yield leftOut(opened, style)
    }
    const time = (step.at - opened.conversation.start).toFixed(3)
    yield ladderRow(step, time === last ? '' : time, inner, style, numbered(step))
    last = time
    const message = byId?.get(step.id)
    if (message !== undefined) yield* belowStep(message, level, means, style)
  }
  if (behind !== undefined) yield leftOut(opened, style)
}

/** The number of the last message; 0 without one. */
const lastOf = (records: readonly TraceRecord[]): number => messagesOf(records).at(-1)?.id ?? 0

const leftOut = ({ left }: Opened, style: Style): Shown =>
  line(style, { text: ` ${say(style, `${left.count} more are left out here: --json tells all of them`)}`, tint: 'bad' })

const laddered = ({ opened, options, filter, meant }: Scene): Ladder => {
  const { records } = opened
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
  return meant === undefined ? steps : { ...steps, lines: steps.lines.filter(({ id }) => meant.has(id)) }
}

const nameOf = ({ address, port }: Conversation['client']): string => (port === 0 ? address : `${address}:${port}`)

/** Throws `inspect/no-message`. */
const messageOf = (opened: Opened, id: number): MessageRecord => {
  const messages = messagesOf(opened.records)
  const found = messages.find(message => message.id === id)
  if (found !== undefined) return found
  const ids = messages.map(message => message.id)
  const first = opened.left.count > 0 ? 1 : ids[0]
  const got = first === undefined ? 'none' : `${first} to ${ids.at(-1)}`
  throw new FailureError(
    fail('inspect/no-message', { number: id, got, where: `conversation ${opened.conversation.id}` }),
  )
}

/** `--message N`: fields and bytes beside each other; with `--fields` the fields alone. */
export const messageText = (scene: Scene, id: number): Shown[] => {
  const { records } = scene.opened
  const parts: readonly MessagePart[] = scene.options.fields ? ['fields'] : ['fields', 'bytes']
  return messageLines(messageOf(scene.opened, id), records, parts, scene.style, scene.means)
}

export const messageJson = (scene: Scene, id: number): readonly Shown[] => {
  const { records } = scene.opened
  const { fields, verbose = QUIET } = scene.options
  const detail: readonly Detail[] = fields && verbose.level < 3 ? ['fields'] : ['fields', 'bytes']
  return jsonOfMessage(messageOf(scene.opened, id), records, detail).map(each => jsonLine(each))
}

const streams = ({ opened, options }: Scene) => followed(opened.records, opened.conversation.flow, privacyOf(options))

export function* followText(scene: Scene): Generator<Shown> {
  yield* followLines(streams(scene), scene.style)
  if (scene.opened.left.count > 0) yield line(scene.style, { text: say(scene.style, LEFT_OUT), tint: 'bad' })
}

const LEFT_OUT = 'The rest is left out: so much is shown in one piece at most.'

/** With its bytes; stars stand where they stand in the text. */
export function* followJson(scene: Scene): Generator<Shown> {
  for (const piece of streams(scene).pieces) yield jsonLine(jsonOfPiece(piece))
  const { count } = scene.opened.left
  if (count > 0) yield jsonLine({ type: 'missing', records: count })
}

/** The conversation and its records, those that a filter means. */
export function* conversationJson(scene: Scene): Generator<Shown> {
  const { opened, options, meant, told } = scene
  yield jsonLine(jsonOfListed(listed(opened.conversation, opened)))
  const level = options.fields ? 2 : (options.verbose?.level ?? 0)
  const detail = (['fields', 'bytes'] as const).slice(0, Math.max(0, level - 1))
  const asLine = jsonRecords(privacyOf(options))
  for (const entry of told()) {
    const text = asLine(entry, detail)
    const wanted = meant === undefined || (entry.type === 'message' && meant.has(entry.record.id))
    if (wanted && text !== undefined) yield text
  }
}
