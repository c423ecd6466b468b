/** One message, opened: how it lies in the layers below, its fields with what they mean, and its bytes. */
import type { SheetWords } from '../../explain/sheet/index.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import { type Threads, threads, threadText } from '../../trace/thread.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { dissect } from '../../wire/codec.ts'
import type { Field } from '../../wire/field.ts'
import type { Meaning } from '../message-text.ts'
import { isPair, rangeOf, valueText } from '../message-text.ts'
import { hexLines, size } from '../style.ts'
import { type Html, html, told } from './html.ts'

/** A body that an HTTP head announced; its bytes where they may be shown. */
export interface Body {
  readonly length: number
  readonly bytes: Uint8Array | undefined
}

/** Fields of one message; the rest is counted. A list of some thousands is of no use to a reader. */
const MOST_FIELDS = 500
/** Lines of eight bytes of one message; the rest is counted. */
const MOST_HEX_LINES = 128
/** Characters of one value. */
const MOST_VALUE = 600
/** How deep details stand open at first. */
const OPEN_DEPTH = 2
/** `hexLines` writes eight bytes a line where there is no more room: they stand beside fields, and on a telephone. */
export const HEX_COLUMNS = 40

export const indexOf = (records: readonly TraceRecord[]): Threads => threads(messagesOf(records))

export interface MessageContext {
  readonly index: Threads
  readonly words: SheetWords
  readonly means: Meaning
  readonly body: Body | undefined
}

export const messageHtml = (message: MessageRecord, context: MessageContext): Html => {
  const { index, words, body } = context
  const crumbs = index.down(message.id)
  const { labels } = words
  return html`<h3>${told(message.name, MOST_VALUE)}</h3>
<p class="crumbs">#${message.id} · ${message.layer} · ${size(message.bytes.length)}${
    crumbs.length > 1 ? html` · ${labels.place} ${told(threadText(index, crumbs), MOST_VALUE)}` : ''
  }</p>
<div class="pane">${fieldsHtml(message, context)}<div class="bytes"><h4>${labels.bytes}</h4>${hexHtml(message.bytes)}${
    body === undefined ? '' : bodyHtml(body, words)
  }</div></div>`
}

const hexHtml = (bytes: Uint8Array): Html => preformatted(hexLines(bytes, 0, bytes.length, MOST_HEX_LINES, HEX_COLUMNS))

/** Lines with their white space. */
export const preformatted = (lines: readonly string[]): Html =>
  html`<pre>${lines.map(
    text => html`${text}
`,
  )}</pre>`

const bodyHtml = ({ length, bytes }: Body, words: SheetWords): Html =>
  html`<h4>${words.labels.body}</h4>${bytes === undefined ? html`<p class="left-out">${words.bodyLeftOut(size(length))}</p>` : hexHtml(bytes)}`

const fieldsHtml = ({ format, bytes, name }: MessageRecord, context: MessageContext): Html | string => {
  if (format === undefined) return ''
  const tree = dissect(format, bytes, name)
  const room = { fields: MOST_FIELDS, left: 0 }
  const rows = siblings(tree.children ?? [], [], context, room)
  const { words } = context
  return html`<div class="fields"><h4>${words.labels.fields}</h4>${rows}${
    room.left === 0 ? '' : html`<p class="left-out">${words.moreFields(room.left)}</p>`
  }${tree.note === undefined ? '' : html`<p class="bad">✗ ${words.fieldsEnd(tree.note)}</p>`}</div>`
}

/** How many fields may still be drawn, and how many were not. */
interface Room {
  fields: number
  left: number
}

const siblings = (fields: readonly Field[], above: readonly string[], context: MessageContext, room: Room): Html[] =>
  fields.flatMap(field => {
    if (room.fields === 0) {
      room.left += countOf(field)
      return []
    }
    room.fields--
    return [branch(field, [...above, field.name], context, room)]
  })

const countOf = ({ children = [] }: Field): number => children.reduce((sum, child) => sum + countOf(child), 1)

const branch = (field: Field, path: readonly string[], context: MessageContext, room: Room): Html => {
  const children = isPair(field) ? [] : (field.children ?? [])
  const value = field.text ?? (children.length > 0 ? '' : valueText(field.value))
  const said = context.means(path)
  const note = field.note === undefined ? '' : html`<span class="note">${told(field.note, MOST_VALUE)}</span>`
  const head = html`<span class="f"><b>${told(field.name, MOST_VALUE)}</b><span class="v">${told(value, MOST_VALUE)}${note}</span><span class="r">${rangeOf(field)}</span></span>${
    said === undefined ? '' : html`<span class="m">${said}</span>`
  }`
  if (children.length === 0) return html`<div class="leaf">${head}</div>`
  const below = siblings(children, path, context, room)
  return path.length < OPEN_DEPTH
    ? html`<details open><summary>${head}</summary>${below}</details>`
    : html`<details><summary>${head}</summary>${below}</details>`
}
