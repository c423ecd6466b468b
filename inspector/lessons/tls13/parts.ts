/** What the lessons about TLS 1.3 look at: one connection of several, a field by its extension, a ladder of the talk. */
import { messagesOf, type TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { fieldAt } from '../../../src/wire/field.ts'
import type { Ladder, Lifeline } from '../ladder.ts'
import { found, LAPTOP, PAIR, since, treeOf } from '../stage.ts'
import { talkOf } from '../world.ts'

/** The records of each connection, in the order of their hellos; times count from the hello. */
export const connectionsIn = (records: readonly TraceRecord[]): TraceRecord[][] => {
  const hellos = messagesOf(records).filter(
    m => m.layer === 'tls' && m.host === LAPTOP && m.direction === 'out' && m.name === 'ClientHello',
  )
  return [...new Set(hellos.map(({ flow }) => flow))].map(flow => {
    const own = records.filter(({ record }) => 'flow' in record && record.flow === flow)
    return since(own, found(hellos.find(hello => hello.flow === flow)?.at, 'hello'))
  })
}

/** Where an extension stands in the tree of a hello; undefined where it does not say this one. */
export const extensionIn = (message: MessageRecord, name: string): string | undefined => {
  const { children = [] } = found(fieldAt(treeOf(message), 'body.extensions'), 'extensions')
  const place = children.find(child => child.text === name)
  return place && `body.extensions.${place.name}`
}

/** The talk without what TLS 1.3 says for old machines in between, and without goodbyes. */
export const ladderOf = <L extends string>(
  records: readonly TraceRecord[],
  lifelines: readonly Lifeline[] = PAIR,
  without = /^(?:ChangeCipherSpec|NewSessionTicket|Alert)$/,
): Ladder<L> => {
  const arrows = talkOf<L>(records, lifelines, ({ name }) => (without.test(name) ? undefined : { text: name }))
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  return { lifelines, arrows, brackets: [], from: 0, to }
}
