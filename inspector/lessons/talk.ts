/** HTTP between machines as arrows that name the cookie they carry, and what the jar of a client said of cookies. */
import { type Failure, isFailure } from '../../src/failures/index.ts'
import { parseCookies } from '../../src/http/cookies/index.ts'
import { messagesOf, type TraceRecord } from '../../src/trace/recorder.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import type { Field } from '../../src/wire/field.ts'
import type { Cell, Drawing } from './drawings.ts'
import { type Ladder, type Lifeline, ladderSteps } from './ladder.ts'
import { found, ms, since, treeOf } from './stage.ts'
import { talkOf } from './world.ts'

/** The field of HTTP of this name, whatever its letters. */
export const headerIn = (message: MessageRecord, name: string): Field | undefined =>
  treeOf(message).children?.find(each => each.name.toLowerCase() === name)

/** A secret is told apart by its first letters. */
export const short = (value: string): string => (value.length > 6 ? `${value.slice(0, 4)}…` : value)

/** What a Cookie field brings, or the first Set-Cookie gives: `sid=KNWiMw…`. */
export const cookieIn = (message: MessageRecord): string | undefined => {
  const sent = headerIn(message, 'cookie')?.text
  const given = headerIn(message, 'set-cookie')?.text?.split(';')[0]
  const pairs = parseCookies(sent ?? given).map(([name, value]) => `${name}=${short(value)}`)
  return pairs.length === 0 ? undefined : pairs.join('; ')
}

/** Everything from the first request on, with times that count from there. */
export const fromFirstRequest = (records: readonly TraceRecord[]): TraceRecord[] =>
  since(records, found(requestsAndAnswers(records)[0], 'request').at)

const requestsAndAnswers = (records: readonly TraceRecord[]): MessageRecord[] =>
  messagesOf(records).filter(m => m.layer === 'http' && m.direction === 'out')

/** The first request of a host that begins so, from the `place`th on. */
export const asked = (records: readonly TraceRecord[], host: string, name: string, place = 0): MessageRecord =>
  found(
    requestsAndAnswers(records).filter(m => m.host === host && m.name.startsWith(name))[place],
    `${name} of ${host}`,
  )

/** What came back to a request. */
export const answerTo = (records: readonly TraceRecord[], request: MessageRecord): MessageRecord =>
  found(
    messagesOf(records).find(
      m => m.layer === 'http' && m.direction === 'out' && m.host !== request.host && m.at > request.at,
    ),
    `answer to ${request.name}`,
  )

export const httpLadder = <L extends string>(
  records: readonly TraceRecord[],
  lifelines: readonly Lifeline[],
): Ladder<L> => {
  const arrows = talkOf<L>(records, lifelines, message => {
    if (message.layer !== 'http') return undefined
    const cookie = cookieIn(message)
    return { text: cookie === undefined ? message.name : `${message.name}  ${cookie}` }
  })
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  return { lifelines, arrows, brackets: [], from: 0, to }
}

/** A step that speaks of a message; `field` is opened in it, and `more` stands below. */
export interface Telling<S extends string, L extends string> {
  readonly name: S
  readonly message: MessageRecord
  readonly field?: 'cookie' | 'set-cookie' | 'line' | undefined
  readonly more?: readonly Drawing<L>[]
}

export const tellings = <S extends string, L extends string>(
  ladder: Ladder<L>,
  plan: readonly Telling<S, L>[],
): { readonly name: S; readonly at: number; readonly drawings: readonly Drawing<L>[] }[] => {
  const arrival = (id: number): number | undefined => ladder.arrows.find(arrow => arrow.id === id)?.arrived
  const spoken = plan.map(({ name, message }) => ({
    name,
    at: ms(message.at),
    now: arrival(message.id) ?? message.at,
    fresh: [message.id],
  }))
  return ladderSteps(ladder, spoken).map((step, i) => {
    const { message, field, more = [] } = plan[i]!
    const path = field === 'line' ? treeOf(message).children?.[0]?.name : field && headerIn(message, field)?.name
    const opened: Drawing<L>[] = path === undefined ? [] : [{ kind: 'message', message, field: path }]
    return { ...step, drawings: [...step.drawings, ...opened, ...more] }
  })
}

/** What the jar of a client said of cookies, in order: kept, refused, kept back. */
export const verdictsIn = (
  records: readonly TraceRecord[],
  check: 'cookie' | 'cookie kept back',
): readonly { readonly at: number; readonly failure: Failure | undefined }[] =>
  records.flatMap(entry => {
    if (entry.type !== 'verdict' || entry.record.layer !== 'http' || entry.record.check !== check) return []
    const { at, failure } = entry.record
    return [{ at, failure: isFailure(failure) ? failure : undefined }]
  })

/** Why, in the words of the registry; or what goes along. */
export const outcome = <L extends string>(what: Failure | string): Cell<L> =>
  isFailure(what) ? { failure: what } : { code: what, tone: 'good' }
