/** `barewire diff A B`: one that works beside one that fails. */
import { EXIT, FailureError, fail } from '../../failures/index.ts'
import { type Compared, compare, differs } from '../../inspect/compare/compare.ts'
import { isUnread } from '../../inspect/compare/course.ts'
import { comparisonJson, differenceJson } from '../../inspect/compare/json.ts'
import { likely } from '../../inspect/compare/likely.ts'
import { bestPair, type Candidate, candidateOf, candidatesIn } from '../../inspect/compare/pair.ts'
import { diffLines, type Side } from '../../inspect/compare/text.ts'
import type { Each } from '../../inspect/compare/types.ts'
import { summaryOf } from '../../inspect/conversations/summary.ts'
import { lines } from '../../inspect/index.ts'
import { type CommonOptions, privacyOf } from '../command.ts'
import type { Io } from '../io.ts'
import { jsonLine } from '../json.ts'
import { wordsFor } from '../language.ts'
import { styleFor } from '../story/style.ts'
import { type Look, lookAt } from './inspect/look.ts'

export interface DiffOptions extends CommonOptions {
  /** Of the first, and of the second. */
  readonly conversation?: readonly [number, number] | undefined
  readonly keys?: readonly string[] | undefined
  readonly privateKey?: readonly string[] | undefined
}

export const diff = async (words: readonly string[], options: DiffOptions, io: Io): Promise<number> => {
  const [one, other, ...more] = words
  if (one === undefined || other === undefined || more.length > 0)
    throw new FailureError(fail('cli/usage', { got: 'Two captures or runs are compared: barewire diff @2 @1.' }))
  if (one === '-' && other === '-')
    throw new FailureError(fail('cli/usage', { got: 'Only one of the two can come from standard input.' }))
  const A = await lookAt(one, options, io)
  try {
    const B = await lookAt(other, options, io)
    try {
      return await told({ A, B }, options, io)
    } finally {
      B.close()
    }
  } finally {
    A.close()
  }
}

const told = async (looks: Each<Look>, options: DiffOptions, io: Io): Promise<number> => {
  for (const look of [looks.A, looks.B]) checkReadable(look)
  const pair = pairIn(looks, options.conversation)
  const both = { A: compared(looks.A, pair.A), B: compared(looks.B, pair.B) }
  const comparison = compare(both, privacyOf(options))
  const sides = { A: sideOf(looks.A, pair.A, both.A), B: sideOf(looks.B, pair.B, both.B) }
  const cause = likely(comparison, pair)
  if (options.json) {
    for (const each of comparison.differences) await io.out.write(jsonLine(differenceJson(each)))
    await io.out.write(jsonLine(comparisonJson(comparison, sides, cause)))
  } else {
    const style = styleFor(io.out, io.env, options)
    const { language } = wordsFor(io.env, options.lang)
    await io.out.write(lines(diffLines(comparison, sides, cause, { style, language })))
  }
  return differs(comparison) ? EXIT.check : 0
}

const checkReadable = ({ capture: { frames, damage }, label }: Look): void => {
  if (frames === 0 && damage[0] !== undefined) throw new FailureError(damage[0].with({ where: label }))
}

/** Throws `inspect/no-conversation`. */
const pairIn = ({ A, B }: Each<Look>, given: DiffOptions['conversation']): Each<Candidate> => {
  if (given !== undefined) return { A: numbered(A, given[0]), B: numbered(B, given[1]) }
  const all = { A: candidatesIn(A.capture, A.open), B: candidatesIn(B.capture, B.open) }
  const empty = all.A.length === 0 ? A : all.B.length === 0 ? B : undefined
  if (empty !== undefined) throw none(empty, 1, 'none')
  const best = bestPair(all)
  if (best === undefined)
    throw new FailureError(
      fail('cli/usage', { got: 'No conversation of one is like one of the other: --conversation N,M says which.' }),
    )
  return best
}

const numbered = (look: Look, id: number): Candidate => {
  const { capture, open } = look
  const { conversations } = capture
  const conversation = conversations[id - 1]
  if (conversation === undefined)
    throw none(look, id, conversations.length === 0 ? 'none' : `1 to ${conversations.length}`)
  return candidateOf(capture, open(conversation))
}

const none = ({ label }: Look, number: number, got: string): FailureError =>
  new FailureError(fail('inspect/no-conversation', { number, where: label, got }))

const compared = (look: Look, { conversation }: Candidate): Compared => ({
  opened: look.open(conversation),
  lookups: lookupsFor(look, conversation.server.address),
})

/** Questions to DNS that are looked at. */
const MOST_LOOKUPS = 200

/** What DNS was asked that answered with the address. */
const lookupsFor = ({ capture, open }: Look, address: string): readonly string[] => {
  const asked = capture.conversations.filter(({ protocol, kind }) => protocol === 'DNS' && kind === 'UDP')
  const said = asked.slice(0, MOST_LOOKUPS).flatMap(each => summaryOf(each, open(each)).what)
  return [...new Set(said.filter(text => text.split(' → ')[1]?.split(/[ ,]+/).includes(address)))]
}

const sideOf = ({ label }: Look, candidate: Candidate, { opened }: Compared): Side => ({
  ...candidate,
  label,
  unread: isUnread(opened),
})
