/** How an exchange went: what each end said, in what order, and who ended it. */
import { alertText } from '../../tls/alerts.table.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { aboutOf } from '../about.ts'
import { handshakeFacts } from '../agreed.ts'
import type { Opened } from '../conversations/opened.ts'
import { fromOf } from '../diagnosis/ends.ts'
import { type Overview, overview } from '../diagnosis/overview.ts'
import { chainIn, toldBy } from '../handshake.ts'
import type { Course, Each, Letter, Parting, Step } from './types.ts'

/** Comes once or twice, early or late, or not at all, and nothing depends on it. */
const UNSTEADY: ReadonlySet<string> = new Set(['ChangeCipherSpec', 'NewSessionTicket', 'KeyUpdate'])
/** Steps of one exchange: a connection with more has said enough. */
const MOST_STEPS = 10_000

/** Whether something in it is encrypted that nobody could read. */
export const isUnread = ({ records }: Pick<Opened, 'records'>): boolean => {
  const view = overview(records)
  return view.sealed('client').length + view.sealed('server').length > 0
}

/** `inTheClear`: what was encrypted is one step of each end, as for somebody without keys. */
export const courseOf = (opened: Opened, sight: 'all' | 'inTheClear'): Course => {
  const view = overview(opened.records)
  const sealed = new Set(view.messages.flatMap(({ layer, id, sealed }) => (layer === 'record' && sealed ? [id] : [])))
  const version = handshakeFacts(opened.records)?.version
  const steps: Step[] = []
  const secret = new Set<string>()
  const segments = new Set<string>()
  for (const message of view.messages) {
    if (steps.length >= MOST_STEPS) break
    if (sight === 'inTheClear' && isSealed(message, sealed)) {
      const from = fromOf(message)
      if (!secret.has(from)) steps.push({ from, key: 'encrypted', text: '' })
      secret.add(from)
      continue
    }
    const step = stepOf(message, version)
    if (step === undefined) continue
    // Of what was sent again one is enough.
    const segment = message.layer === 'tcp' ? `${step.from} ${step.key}` : undefined
    if (segment !== undefined && segments.has(segment)) continue
    if (segment !== undefined) segments.add(segment)
    steps.push(step)
  }
  return { steps, ending: endingOf(view) }
}

const isSealed = (message: MessageRecord, sealed: ReadonlySet<number>): boolean => {
  if (message.layer === 'record') return message.sealed === true
  if (message.layer === 'http') return sealed.size > 0
  return message.layer === 'tls' && message.carriedBy?.some(each => sealed.has(each.message)) === true
}

const stepOf = (message: MessageRecord, version: string | undefined): Step | undefined => {
  const { layer, name, bytes } = message
  const from = fromOf(message)
  if (layer === 'tcp') return /^SYN(?: ACK)?$/.test(name) ? { from, key: name, text: name } : undefined
  if (layer === 'http') {
    const [, status] = /^([1-5]\d\d)\b/.exec(name) ?? []
    return { from, key: status ?? 'request', text: name }
  }
  if (layer !== 'tls' || UNSTEADY.has(name)) return undefined
  if (name === 'Alert') {
    const number = bytes[1] ?? 0
    // Goodbye belongs to the end.
    return bytes.length < 2 || number === 0
      ? undefined
      : { from, key: `Alert ${number}`, text: `alert ${alertText(number)}` }
  }
  const isEmpty = name === 'Certificate' && chainIn(toldBy(message))?.length === 0
  const about = name === 'ServerHello' ? version : name === 'Certificate' ? aboutOf(message) : undefined
  return { from, key: `${name}${isEmpty ? ', empty' : ''}`, text: [name, about].filter(Boolean).join('  ') }
}

const endingOf = ({ stream }: Overview): Course['ending'] => ({ how: stream.ended?.how, by: stream.ended?.by })

/** Undefined where both ends said the same in the same order. Who speaks first of two that need not wait says nothing. */
export const partingOf = (courses: Each<Course>): Parting | undefined => {
  const { A, B } = courses
  const apart = (['client', 'server'] as const)
    .map(end => firstApart(A.steps, B.steps, end))
    .filter(each => each !== undefined)
    .toSorted((a, b) => a.place - b.place)[0]
  if (apart === undefined) return undefined
  return {
    first: apart.first,
    last: { A: A.steps.at(-1), B: B.steps.at(-1) },
    ending: { A: A.ending, B: B.ending },
  }
}

interface Apart {
  readonly first: Each<Step | undefined>
  /** How far the exchanges had come. */
  readonly place: number
}

const firstApart = (a: readonly Step[], b: readonly Step[], end: Step['from']): Apart | undefined => {
  const own: Each<readonly Step[]> = {
    A: a.filter(({ from }) => from === end),
    B: b.filter(({ from }) => from === end),
  }
  const most = Math.max(own.A.length, own.B.length)
  for (let i = 0; i < most; i++) {
    const first = { A: own.A[i], B: own.B[i] }
    if (first.A?.key === first.B?.key) continue
    const placeIn = (steps: readonly Step[], letter: Letter): number => {
      const step = first[letter]
      return step === undefined ? Number.POSITIVE_INFINITY : steps.indexOf(step)
    }
    return { first, place: Math.min(placeIn(a, 'A'), placeIn(b, 'B')) }
  }
  return undefined
}
