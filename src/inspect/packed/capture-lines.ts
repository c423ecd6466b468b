/**
 * A capture as lines for the page, from a server or from the worker that has read the file: first what is in it by its index
 * alone, which is there at once, then the same conversations with what is inside of them, and each with its records when
 * somebody opens it. Objects are those of `inspect --json` where there is one.
 */
import type { Conversation } from '../../dissect/conversation.ts'
import { redactor } from '../../trace/redact.ts'
import { everyLayer, whatWasSaid } from '../conversations/keeping.ts'
import { jsonOfCapture, jsonOfListed, listed } from '../conversations/list.ts'
import { openedAtOnce, type Readable } from '../conversations/listed-in.ts'
import { SEEN_BY } from '../conversations/opened.ts'
import type { JsonObject } from '../json.ts'
import { type PackedRecord, packed } from './packed.ts'

/** Conversations that are named; the rest is counted. */
const MOST_LISTED = 20_000

/** How much more of a conversation a page has than a terminal shows: 196,608 records, or 192 MiB of bytes. */
const TIMES = 3

export function* contentsLines({ capture, open }: Readable): Generator<JsonObject> {
  const { conversations } = capture
  yield { v: 1, ...jsonOfCapture(capture) }
  for (const each of conversations.slice(0, MOST_LISTED)) yield jsonOfListed(listed(each, undefined))
  if (conversations.length > MOST_LISTED) yield { type: 'missing', conversations: conversations.length - MOST_LISTED }
  for (const each of conversations.slice(0, Math.min(MOST_LISTED, openedAtOnce(conversations))))
    yield jsonOfListed(listed(each, open(each, whatWasSaid())))
}

/**
 * A conversation for a page that has it inside: as many of its records as fit into `room` characters, and behind them its
 * head, which counts the others. Without secrets, whatever else is shown.
 */
export const writtenLines = (
  readable: Readable,
  conversation: Conversation,
  privacy: 'starred' | 'shown',
  room: number,
): { readonly lines: readonly string[]; readonly messages: number } => {
  const told = conversationLines(readable, conversation, privacy)
  const { dropped: before = 0, ...head } = told.next().value as RunHead
  const lines: string[] = []
  let [left, messages, dropped] = [room, 0, 0]
  // One after the other: of two hundred thousand none is held but as its line.
  for (const record of told as Iterable<PackedRecord>) {
    if (record.type === 'secret') continue
    const line = inPage(record)
    left -= line.length
    if (left < 0) dropped++
    else {
      lines.push(line)
      if (record.type === 'message') messages++
    }
  }
  return { lines: [...lines, inPage({ ...head, dropped: before + dropped })], messages }
}

interface RunHead {
  readonly type: 'run'
  readonly dropped?: number
}

/** A line that may stand in an element of a page: nothing in it ends the element. */
export const inPage = (line: object): string => JSON.stringify(line).replaceAll('<', '\\u003c')

/** Its head, then a line for each record, as far as they may be seen. */
export function* conversationLines(
  { capture, open }: Readable,
  conversation: Conversation,
  privacy: 'starred' | 'shown',
): Generator<object> {
  const { records, left } = open(conversation, everyLayer(TIMES))
  const { id, kind, flow, client, server } = conversation
  const { start } = capture
  const date = Number.isNaN(start) ? {} : { date: start }
  const ends = { client: { ...client }, server: { ...server } }
  yield { v: 1, type: 'run', id, kind, flow, ...ends, host: SEEN_BY, privacy, dropped: left.count, ...date }
  const shown = privacy === 'shown' ? undefined : redactor()
  for (const entry of records) {
    const seen = shown === undefined ? entry : shown(entry)
    if (seen !== undefined) yield packed(seen)
  }
}
