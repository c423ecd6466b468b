/** Every conversation of a capture that went wrong, and why; those that went wrong in the same way together. */
import type { Capture } from '../../dissect/capture.ts'
import type { Conversation } from '../../dissect/conversation.ts'
import { messagesOf } from '../../trace/recorder.ts'
import type { MessageRecord } from '../../trace/types.ts'
import type { Opened } from '../conversations/opened.ts'
import { diagnose } from './index.ts'
import { Rings } from './ring.ts'
import type { Diagnosis } from './types.ts'

export interface Diagnosed {
  readonly diagnosis: Diagnosis
  /** The first of them. */
  readonly conversation: Conversation
  /** The message in which it can be seen. */
  readonly shown: MessageRecord | undefined
  /** Others to the same server that went wrong in the same way. */
  readonly alike: readonly number[]
}

type Indexed = Pick<Capture, 'start' | 'conversations'>

/** What went wrong in one conversation of a capture. */
export const diagnosisIn = (
  { start, conversations }: Indexed,
  { conversation, records }: Pick<Opened, 'conversation' | 'records'>,
): Diagnosis | undefined => {
  const server = serverOf(conversation)
  const tlsThere = conversations.some(each => each.protocol === 'TLS' && serverOf(each) === server)
  return diagnose(records, { date: start, tlsThere })
}

export interface Looking {
  /** Reads one conversation; called once for each, in turn. */
  open(conversation: Conversation): Opened
  readonly conversations: readonly Conversation[]
  /** What only whoever expands bodies sees. */
  inBodies(opened: Opened): Promise<Diagnosis | undefined>
  /** After each. */
  looked(count: number): Promise<void>
}

export const diagnosed = async (
  capture: Indexed,
  { open, conversations, inBodies, looked }: Looking,
): Promise<readonly Diagnosed[]> => {
  const found = new Map<string, Diagnosed & { readonly alike: number[] }>()
  const rings = new Rings()
  for (const [i, conversation] of conversations.entries()) {
    const opened = open(conversation)
    const diagnosis = diagnosisIn(capture, opened) ?? (await inBodies(opened))
    await looked(i + 1)
    if (diagnosis === undefined) {
      rings.take(conversation, opened.records)
      continue
    }
    const kind = `${diagnosis.code} ${diagnosis.certainty} ${serverOf(conversation)}`
    const before = found.get(kind)
    if (before !== undefined) before.alike.push(conversation.id)
    else {
      const shown = messagesOf(opened.records).find(({ id }) => id === diagnosis.at?.message)
      found.set(kind, { diagnosis, conversation, shown, alike: [] })
    }
  }
  return [...found.values(), ...rings.found()]
}

const serverOf = ({ server: { address, port } }: Conversation): string => `${address} ${port}`
