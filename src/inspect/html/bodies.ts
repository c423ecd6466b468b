/** The bodies of HTTP in a conversation, by the heads that announced them. */
import { findingsOf, type Opened } from '../conversations/opened.ts'
import { bytesIn, type Followed, followed } from '../follow.ts'
import type { Body } from './message.ts'

/** `starred`: their lengths alone. As they were on the wire, without chunk lines. */
export const bodiesIn = (opened: Opened, privacy: 'starred' | 'shown'): ReadonlyMap<number, Body> => {
  const streams = new Map<string, Followed>()
  const streamOf = (flow: string): Followed => {
    const known = streams.get(flow) ?? followed(opened.records, flow, 'shown')
    streams.set(flow, known)
    return known
  }
  const bodies = new Map<number, Body>()
  for (const { flow, request, response } of findingsOf(opened, 'exchange')) {
    for (const [from, message] of [['client', request] as const, ['server', response] as const]) {
      if (message === undefined || message.body.length === 0) continue
      const { length, ranges, leftOut } = message.body
      const bytes = privacy === 'starred' || leftOut ? undefined : bytesIn(streamOf(flow), from, ranges)
      bodies.set(message.head, { length, bytes })
    }
  }
  return bodies
}
