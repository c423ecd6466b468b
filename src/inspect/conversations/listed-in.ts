/** The conversations of a capture: those that a filter means, each opened as long as that does not take long. */
import type { Capture } from '../../dissect/capture.ts'
import type { Conversation } from '../../dissect/conversation.ts'
import type { Recording } from '../../trace/recorder.ts'
import type { Filter } from '../filter/filter.ts'
import { type Listed, listed } from './list.ts'
import type { Opened } from './opened.ts'

/** A capture whose conversations can be read. */
export interface Readable {
  readonly capture: Capture
  /** `keep`: what is kept of its records; all of them where undefined. */
  open(conversation: Conversation, keep?: Recording): Opened
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
export function* listedIn({ capture, open }: Readable, filter: Filter | undefined): Generator<Listed> {
  const { conversations } = capture
  const near = filter === undefined ? openedAtOnce(conversations) : conversations.length
  for (const [i, conversation] of conversations.entries()) {
    const opened = i < near ? open(conversation) : undefined
    if (filter !== undefined && !isMeant(opened, filter)) continue
    yield listed(conversation, opened)
  }
}

const isMeant = (opened: Opened | undefined, filter: Filter): boolean =>
  opened !== undefined && filter.matching(opened.records).size > 0
