/** One conversation of a capture with everything that was found in it. */
import type { Capture, Reading } from '../../dissect/capture.ts'
import type { Conversation } from '../../dissect/conversation.ts'
import type { Finding } from '../../dissect/stream/types.ts'
import { type Recording, recorder, type TraceRecord } from '../../trace/recorder.ts'

export interface Opened {
  readonly conversation: Conversation
  /** In the order in which they were told. */
  readonly records: readonly TraceRecord[]
  readonly findings: readonly Finding[]
}

/** Whose eyes a capture is seen with. */
export const SEEN_BY = 'client'

/** Makes what reads the streams of a conversation; it tells what it finds. */
export type ReadingTelling = (tell: (finding: Finding) => void) => Reading

/** `keep`: what is kept of its records; all of them where undefined. */
export const opened = (
  capture: Pick<Capture, 'dissect'>,
  conversation: Conversation,
  reading: ReadingTelling,
  keep: Recording = recorder(Number.POSITIVE_INFINITY),
): Opened => {
  const findings: Finding[] = []
  capture.dissect(
    conversation.id,
    keep,
    reading(finding => void findings.push(finding)),
  )
  return { conversation, records: keep.records, findings }
}

/** What was found of one kind. */
export const findingsOf = <A extends Finding['about']>(
  { findings }: Pick<Opened, 'findings'>,
  about: A,
): readonly Extract<Finding, { readonly about: A }>[] =>
  findings.filter((each): each is Extract<Finding, { readonly about: A }> => each.about === about)
