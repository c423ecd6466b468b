/** One conversation of a capture with everything that was found in it. */
import type { Capture, Reading } from '../../dissect/capture.ts'
import type { Conversation } from '../../dissect/conversation.ts'
import type { Finding } from '../../dissect/stream/types.ts'
import { owned, type Recording, sinkOf, type TraceRecord } from '../../trace/recorder.ts'
import { everyLayer } from './keeping.ts'

export interface Opened {
  readonly conversation: Conversation
  /** In the order in which they were told. */
  readonly records: readonly TraceRecord[]
  readonly findings: readonly Finding[]
  /** How many records are not among them, because they are too many, and how many of them were told before those. */
  readonly left: { readonly count: number; readonly behind: number }
}

/** Whose eyes a capture is seen with. */
export const SEEN_BY = 'client'

/** Makes what reads the streams of a conversation; it tells what it finds. */
export type ReadingTelling = (tell: (finding: Finding) => void) => Reading

/** `keep`: what is kept of its records; of very many those of both ends where undefined. */
export const opened = (
  capture: Pick<Capture, 'dissect'>,
  conversation: Conversation,
  reading: ReadingTelling,
  keep: Recording = everyLayer(),
): Opened => {
  const findings: Finding[] = []
  capture.dissect(
    conversation.id,
    keep,
    reading(finding => void findings.push(finding)),
  )
  const { records, dropped, beginning } = keep
  return { conversation, records, findings, left: { count: dropped, behind: beginning } }
}

/** All records of a conversation, one after the other; none of them is kept. */
export function* told(
  capture: Pick<Capture, 'steps'>,
  conversation: Conversation,
  reading: ReadingTelling,
): Generator<TraceRecord> {
  const found: TraceRecord[] = []
  const sink = sinkOf(entry => found.push(owned(entry)))
  for (const _ of capture.steps(
    conversation.id,
    sink,
    reading(() => {}),
  ))
    yield* found.splice(0)
}

/** What was found of one kind. */
export const findingsOf = <A extends Finding['about']>(
  { findings }: Pick<Opened, 'findings'>,
  about: A,
): readonly Extract<Finding, { readonly about: A }>[] =>
  findings.filter((each): each is Extract<Finding, { readonly about: A }> => each.about === about)
