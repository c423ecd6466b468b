/**
 * Messages between machines as arrows over time, made from what the engines said: who sent it when, when it arrived, or
 * that it never did; and the states that the machines were in. `layout.ts` puts it on paper.
 */
import type { Millis } from '../../src/engine.ts'
import { messagesOf, type TraceRecord } from '../../src/trace/recorder.ts'
import type { MessageRecord, StateRecord } from '../../src/trace/types.ts'
import { sameOctets } from '../../src/wire/bytes.ts'
import type { LadderDrawing } from './drawings.ts'

export type Side = 'client' | 'third' | 'router' | 'server'

export interface Lifeline {
  /** As the records call it. */
  readonly host: string
  readonly side: Side
}

export interface Arrow<L extends string> {
  /** Of the message as its sender said it. */
  readonly id: number
  /** Places in `lifelines`. */
  readonly from: number
  readonly to: number
  readonly sent: Millis
  /** Undefined: it never did. */
  readonly arrived: Millis | undefined
  /** What is written along it: names and numbers, the same in every language. */
  readonly text: string
  /** `old`: of a time before this drawing; `held`: it lay somewhere for a while. */
  readonly look: 'plain' | 'sealed' | 'bad' | 'old' | 'held'
  /** What happened to it on the way. */
  readonly note?: L | undefined
}

/** A machine was in this state from here to there. */
export interface Bracket {
  readonly lifeline: number
  readonly state: string
  readonly from: Millis
  readonly to: Millis
}

export interface Ladder<L extends string = string> {
  readonly lifelines: readonly Lifeline[]
  readonly arrows: readonly Arrow<L>[]
  readonly brackets: readonly Bracket[]
  readonly from: Millis
  readonly to: Millis
}

export interface Said<L extends string> {
  readonly text: string
  readonly look?: Arrow<L>['look'] | undefined
  readonly note?: L | undefined
}

/** An arrow for each message that `say` has words for, from who sent it to who received the same bytes. */
export const arrowsOf = <L extends string>(
  records: readonly TraceRecord[],
  lifelines: readonly Lifeline[],
  say: (message: MessageRecord, arrived: MessageRecord | undefined) => Said<L> | undefined,
): Arrow<L>[] => {
  const all = messagesOf(records)
  const place = (host: string): number => lifelines.findIndex(line => line.host === host)
  const arrivals = arrivalsOf(all)
  return all.flatMap(message => {
    const from = place(message.host)
    if (message.direction !== 'out' || from < 0) return []
    const arrived = arrivals(message)
    const said = say(message, arrived)
    if (said === undefined) return []
    const to = arrived === undefined ? other(from, lifelines.length) : place(arrived.host)
    if (to < 0) return []
    const { text, look = 'plain', note } = said
    return [{ id: message.id, from, to, sent: message.at, arrived: arrived?.at, text, look, note }]
  })
}

/** Where what never arrives was going: to the far side. */
const other = (from: number, count: number): number => (from === 0 ? count - 1 : 0)

/**
 * Finds the first arrival of a message's bytes elsewhere, each arrival for one sending only. Two acknowledgments may be
 * the same to the last bit; the packets that carry them are numbered.
 */
const arrivalsOf = (all: readonly MessageRecord[]): ((sent: MessageRecord) => MessageRecord | undefined) => {
  const byId = new Map(all.map(m => [m.id, m]))
  const holders = new Map(all.flatMap(m => (m.carries ?? []).map(inner => [inner.message, m] as const)))
  const packet = (m: MessageRecord): Uint8Array => {
    const holder = m.direction === 'out' ? holders.get(m.id) : byId.get(m.carriedBy?.[0]?.message ?? -1)
    return holder?.layer === 'ip' ? holder.bytes : m.bytes
  }
  const taken = new Set<number>()
  return sent => {
    const found = all.find(
      m =>
        m.direction === 'in' &&
        m.layer === sent.layer &&
        m.host !== sent.host &&
        m.at >= sent.at &&
        !taken.has(m.id) &&
        sameOctets(m.bytes, sent.bytes) &&
        sameOctets(packet(m), packet(sent)),
    )
    if (found !== undefined) taken.add(found.id)
    return found
  }
}

/** The states that machines were in, of one layer and one flow, until `end`. */
export const bracketsOf = (
  records: readonly TraceRecord[],
  lifelines: readonly Lifeline[],
  plan: {
    readonly layer: StateRecord['layer']
    readonly start: Millis
    readonly end: Millis
    /** Where each machine begins, in the order of the lifelines. */
    readonly first: readonly (string | undefined)[]
  },
): Bracket[] =>
  lifelines.flatMap(({ host }, lifeline) => {
    const first = plan.first[lifeline]
    if (first === undefined) return []
    const moves = records.flatMap(entry =>
      entry.type === 'state' && entry.record.layer === plan.layer && entry.record.host === host ? [entry.record] : [],
    )
    const brackets: Bracket[] = []
    let state = first
    let from = plan.start
    for (const { at, to } of moves) {
      if (at > plan.end) break
      // Who waits for anybody is in LISTEN before a connection is there, and again when one came to nothing.
      const next = to === 'CLOSED' && first === 'LISTEN' ? first : to
      if (next === state) continue
      if (at > from) brackets.push({ lifeline, state, from, to: at })
      state = next
      from = Math.max(at, plan.start)
    }
    if (plan.end > from) brackets.push({ lifeline, state, from, to: plan.end })
    return brackets
  })

export interface LadderStep<S extends string> {
  readonly name: S
  readonly at: Millis
  /** How far time has come when the step is told: usually when what it speaks of has arrived. */
  readonly now: Millis
  readonly fresh: readonly number[]
}

/** Steps along a ladder: an arrow is drawn from the first step on that speaks of it; one of which none does, with time. */
export const ladderSteps = <S extends string, L extends string>(
  ladder: Ladder<L>,
  steps: readonly LadderStep<S>[],
): { readonly name: S; readonly at: Millis; readonly drawings: readonly LadderDrawing<L>[] }[] => {
  const spoken = new Set(steps.flatMap(step => step.fresh))
  const unspoken = ladder.arrows.filter(arrow => !spoken.has(arrow.id))
  return steps.map(({ name, at, now, fresh }, i) => {
    const told = new Set(steps.slice(0, i + 1).flatMap(step => step.fresh))
    const drawn = [...told, ...unspoken.filter(arrow => arrow.sent <= now).map(arrow => arrow.id)]
    return { name, at, drawings: [{ kind: 'ladder', ladder, now, drawn, fresh }] }
  })
}
