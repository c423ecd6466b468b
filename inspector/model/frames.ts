/** The frames of one machine in their order, and what lies in each: the numbers by which a change chooses one. */
import { messagesOf } from '../../src/trace/recorder.ts'
import { threads } from '../../src/trace/thread.ts'
import type { Layer, MessageRecord } from '../../src/trace/types.ts'
import type { Run } from './run.ts'

export interface FrameSeen {
  /** From 1, both ways. */
  readonly number: number
  readonly message: MessageRecord
  /** What was said in it or in a part of it: the messages themselves, a bare segment where it carries none. */
  readonly holds: readonly MessageRecord[]
}

/** What people mean by a message, and what carries one. */
const SAID: ReadonlySet<Layer> = new Set<Layer>(['arp', 'dns', 'icmp', 'tls', 'http'])

/** Those that the client of `run` sent and got; none where nobody saw its cable. */
export const framesOf = ({ records, parties }: Pick<Run, 'records' | 'parties'>): readonly FrameSeen[] => {
  const own = messagesOf(records).filter(({ host }) => host === parties.client.host)
  const frames = own.filter(({ layer }) => layer === 'ethernet')
  const holds = new Map<number, MessageRecord[]>(frames.map(({ id }) => [id, []]))
  const index = threads(own)
  const inFrames = (message: MessageRecord): void => {
    const places = index.down(message.id).at(-1)?.places ?? []
    for (const id of new Set(places.map(place => place.message.id))) holds.get(id)?.push(message)
  }
  for (const message of own) if (SAID.has(message.layer)) inFrames(message)
  const bare = new Set([...holds].flatMap(([id, all]) => (all.length === 0 ? [id] : [])))
  for (const message of own) {
    if (message.layer !== 'tcp') continue
    const frame = index.down(message.id).at(-1)?.places[0]?.message.id
    if (frame !== undefined && bare.has(frame)) holds.get(frame)!.push(message)
  }
  return frames.map((message, i) => ({ number: i + 1, message, holds: holds.get(message.id)! }))
}
