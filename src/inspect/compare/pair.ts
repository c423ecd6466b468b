/** Which conversation of one capture is to be laid beside which of the other. */
import type { Capture } from '../../dissect/capture.ts'
import type { Conversation } from '../../dissect/conversation.ts'
import type { Opened } from '../conversations/opened.ts'
import { nameAsked } from '../diagnosis/certificate.ts'
import { type Diagnosis, diagnose } from '../diagnosis/index.ts'
import { overview } from '../diagnosis/overview.ts'
import { EPHEMERAL } from './head-facts.ts'
import type { Each } from './types.ts'

/** What is looked into of one capture: a second's work. The first is, however long it is. */
const MOST_CANDIDATES = 500
const MOST_BYTES = 64_000_000

export interface Candidate {
  readonly conversation: Conversation
  /** What the client asked for by name. */
  readonly name: string | undefined
  /** Undefined: nothing is to be seen that failed. */
  readonly diagnosis: Diagnosis | undefined
}

type Readable = Pick<Capture, 'start' | 'conversations'>

/** Streams; where there are none, everything else. */
export const candidatesIn = (capture: Readable, open: (conversation: Conversation) => Opened): readonly Candidate[] => {
  const streams = capture.conversations.filter(({ kind }) => kind === 'TCP')
  const wanted = streams.length > 0 ? streams : capture.conversations
  let bytes = 0
  return wanted.slice(0, MOST_CANDIDATES).flatMap((conversation, i) => {
    bytes += conversation.wireBytes.client + conversation.wireBytes.server
    return i > 0 && bytes > MOST_BYTES ? [] : [candidateOf(capture, open(conversation))]
  })
}

export const candidateOf = ({ start, conversations }: Readable, { conversation, records }: Opened): Candidate => {
  const { server } = conversation
  const isSamePort = (each: Conversation): boolean =>
    each.server.address === server.address && each.server.port === server.port
  const tlsThere = conversations.some(each => each.protocol === 'TLS' && isSamePort(each))
  return {
    conversation,
    name: nameAsked(overview(records)),
    diagnosis: diagnose(records, { date: start, tlsThere }),
  }
}

/** How much speaks for the two being about the same; 0 where nothing does. */
const likeness = (a: Candidate, b: Candidate): number => {
  const [one, other] = [a.conversation, b.conversation]
  if (one.kind !== other.kind) return 0
  const isPort = one.server.port === other.server.port
  const isMoment = one.server.port >= EPHEMERAL && other.server.port >= EPHEMERAL
  return (
    1 +
    (a.name !== undefined && a.name === b.name ? 8 : 0) +
    (isPort ? 4 : isMoment ? 3 : 0) +
    (one.server.address === other.server.address ? 2 : 0) +
    (one.protocol === other.protocol ? 2 : 0)
  )
}

const bestFor = (one: Candidate, others: readonly Candidate[]): Candidate | undefined =>
  others
    .map(other => ({ other, like: likeness(one, other) }))
    .filter(({ like }) => like > 0)
    // The first of those that are equally like it.
    .toSorted((x, y) => y.like - x.like)[0]?.other

/** Undefined where one of them has nothing to compare. */
export const bestPair = (all: Each<readonly Candidate[]>): Each<Candidate> | undefined => {
  const { A, B } = all
  if (!isAlike(A, B)) {
    const failed = crossed(B, A)
    if (failed !== undefined) return { A: failed.good, B: failed.bad }
    const backwards = crossed(A, B)
    if (backwards !== undefined) return { A: backwards.bad, B: backwards.good }
  }
  const place = Math.max(
    0,
    B.findIndex(({ diagnosis }) => diagnosis !== undefined),
  )
  const b = B[place] ?? B[0]
  const beside = A[place]
  if (b === undefined) return undefined
  const a = beside !== undefined && likeness(beside, b) === likeness(b, b) ? beside : bestFor(b, A)
  return a === undefined ? undefined : { A: a, B: b }
}

/** Conversation by conversation the two went the same way: then there is nothing to be matched across. */
const isAlike = (A: readonly Candidate[], B: readonly Candidate[]): boolean =>
  A.length === B.length && A.every((a, i) => a.diagnosis?.code === B[i]!.diagnosis?.code && likeness(a, B[i]!) > 1)

/** The first that failed, and what is most like it of those that did not. */
const crossed = (
  failing: readonly Candidate[],
  working: readonly Candidate[],
): { readonly bad: Candidate; readonly good: Candidate } | undefined => {
  const whole = working.filter(({ diagnosis }) => diagnosis === undefined)
  for (const bad of failing) {
    const good = bad.diagnosis === undefined ? undefined : bestFor(bad, whole)
    if (good !== undefined) return { bad, good }
  }
  return undefined
}
