/** One message: how it lies in the layers below, its fields with their byte ranges, and beside them its bytes. */
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import { threads, threadText } from '../trace/thread.ts'
import type { MessageRecord } from '../trace/types.ts'
import { dissect } from '../wire/codec.ts'
import { aboutOf } from './about.ts'
import { type Detail, type JsonObject, jsonOf } from './json.ts'
import type { Meanings } from './meanings.ts'
import { fieldLines } from './message-text.ts'
import type { Shown } from './shown.ts'
import { hexLines, line, mark, moreBytes, type Style, say, size, widthOf, wrap } from './style.ts'

/** What is shown of it below its first lines. */
export type MessagePart = 'fields' | 'bytes'

/** Columns of eight bytes a line: offset, digits, characters. */
const HEX = 40
/** Narrower than this, values are broken in every second line, and the bytes stand below. */
const NARROWEST_TREE = 50
/** Lines of bytes; the rest is counted. */
const MOST_HEX_LINES = 128

export const messageLines = (
  message: MessageRecord,
  records: readonly TraceRecord[],
  parts: readonly MessagePart[],
  style: Style,
  means: Meanings = () => () => undefined,
): Shown[] => {
  const { format, bytes, name } = message
  const tree = format !== undefined && parts.includes('fields') ? dissect(format, bytes, name) : undefined
  const width = widthOf(style)
  const beside = tree !== undefined && parts.includes('bytes') && width - HEX - 3 >= NARROWEST_TREE
  const left =
    tree === undefined
      ? []
      : fieldLines(tree, 1, beside ? { ...style, width: width - HEX - 3 } : style, means(message.layer))
  const broken =
    tree?.note === undefined
      ? []
      : [line(style, { text: ` ${say(style, 'the fields end here: ')}${say(style, tree.note)}`, tint: 'bad' })]
  const hex = parts.includes('bytes')
    ? hexLines(bytes, 0, bytes.length, MOST_HEX_LINES, beside ? HEX : width - 1, moreBytes(style))
    : []
  return [
    ...headOf(message, records, style),
    ...(beside
      ? sideBySide([...left, ...broken], hex, width - HEX, style)
      : [...left, ...broken, ...below(hex, style)]),
  ]
}

const below = (hex: readonly string[], style: Style): Shown[] =>
  hex.map(text => line(style, { text: ` ${text}`, tint: 'quiet' }))

const sideBySide = (left: readonly Shown[], hex: readonly string[], column: number, style: Style): Shown[] =>
  Array.from({ length: Math.max(left.length, hex.length) }, (_, i) =>
    line(style, { text: left[i] ?? '' }, { text: hex[i] ?? '', column, tint: 'quiet' }),
  )

/** `#51 → ClientHello  shop.test, 3 suites`, and where it lies. */
const headOf = (message: MessageRecord, records: readonly TraceRecord[], style: Style): Shown[] => {
  const about = say(style, aboutOf(message))
  const arrow = mark(style, message.direction === 'out' ? '→' : '←')
  const index = threads(messagesOf(records))
  const crumbs = index.down(message.id)
  const seal = message.sealed === true ? 'decrypted in its place' : ''
  const head = [
    message.layer,
    size(message.bytes.length),
    `${message.at.toFixed(3)} ms`,
    ...(seal === '' ? [] : [seal]),
  ].join(', ')
  return [
    line(
      style,
      { text: ` #${message.id} ${arrow} ` },
      { text: say(style, message.name), tint: message.direction === 'out' ? 'you' : 'server' },
      { text: about === '' ? '' : `  ${about}` },
    ),
    line(style, { text: ` ${say(style, head)}`, tint: 'quiet' }),
    ...(crumbs.length > 1
      ? wrap(threadText(index, crumbs), widthOf(style) - 1).map(text =>
          line(style, { text: ` ${text}`, tint: 'quiet' }),
        )
      : []),
    line(style),
  ]
}

/** The same for programs: the message, and how it lies in the layers below. */
export const jsonOfMessage = (
  message: MessageRecord,
  records: readonly TraceRecord[],
  detail: readonly Detail[],
): readonly JsonObject[] => {
  const index = threads(messagesOf(records))
  const crumbs = index.down(message.id)
  const where = crumbs.map(({ layer, places }) => ({
    layer,
    places: places.map(({ message: { id }, start, end }) => ({ message: id, bytes: [start, end] })),
  }))
  return [
    jsonOf({ type: 'message', record: message }, detail),
    { type: 'thread', text: threadText(index, crumbs), where },
  ]
}
