/** The conversations of a capture: those that a filter means, each opened as long as that does not take long. */
import type { Capture } from '../../dissect/capture.ts'
import type { Conversation } from '../../dissect/conversation.ts'
import type { Recording, TraceRecord } from '../../trace/recorder.ts'
import type { Filter } from '../filter/filter.ts'
import { everyLayer, whatWasSaid } from './keeping.ts'
import { type Listed, listed } from './list.ts'
import type { Opened } from './opened.ts'

/** A capture whose conversations can be read. */
export interface Readable {
  readonly capture: Capture
  /** `keep`: what is kept of its records; of very many those of both ends where undefined. */
  open(conversation: Conversation, keep?: Recording): Opened
}

/** One of which all records can be told, however many there are. */
export interface Tellable extends Readable {
  told(conversation: Conversation): Iterable<TraceRecord>
}

/** What is opened for a list without a filter: a second's work. Of the others their index is told. */
const MOST_OPENED = 500
const MOST_BYTES = 16_000_000

/** How many of them, from the first, are opened at once. */
export const openedAtOnce = (conversations: readonly Conversation[]): number => {
  let bytes = 0
  const beyond = conversations.findIndex(({ wireBytes: { client, server } }, i) => {
    bytes += client + server
    return i >= MOST_OPENED || bytes > MOST_BYTES
  })
  return beyond < 0 ? conversations.length : beyond
}

/** In their order. With a filter each is opened, and those are left out in which nothing is meant. */
export function* listedIn(look: Tellable, filter: Filter | undefined): Generator<Listed> {
  const { conversations } = look.capture
  const near = filter === undefined ? openedAtOnce(conversations) : conversations.length
  for (const [i, conversation] of conversations.entries()) {
    const opened = i < near ? look.open(conversation, filter === undefined ? whatWasSaid() : everyLayer()) : undefined
    if (filter !== undefined && opened !== undefined && !isMeant(look, opened, filter)) continue
    yield listed(conversation, opened)
  }
}

const isMeant = (look: Tellable, { conversation, records, left }: Opened, filter: Filter): boolean =>
  filter.matching(records).size > 0 || (left.count > 0 && !meantIn(look.told(conversation), filter).next().done)

/** Looked at together, and how many of those before them: what carries a message lies not far from it. */
const WINDOW = 20_000
const BEFORE = 10_000

/** The numbers of the messages of one conversation that are meant, however many it has. */
export function* meantIn(told: Iterable<TraceRecord>, filter: Filter): Generator<number> {
  let window: TraceRecord[] = []
  let from = 0
  for (const entry of told) {
    window.push(entry)
    if (window.length < WINDOW + from) continue
    yield* filter.matching(window, from)
    window = window.slice(-BEFORE)
    from = BEFORE
  }
  yield* filter.matching(window, from)
}
