/**
 * How the bytes of one side went over the wire: each segment at its time and place in the stream, what was acknowledged
 * when, what was lost and sent again, how much was under way, and what the sender went by. Read from the segments as the
 * sender saw them leave and acknowledgments come; where nobody looked there, as the receiver saw them.
 */
import type { TraceRecord } from '../../src/trace/recorder.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import type { Parties, Party } from './run.ts'

export interface Sent {
  readonly id: number
  readonly at: number
  /** Counted from the first byte of the stream. */
  readonly start: number
  readonly end: number
  readonly what: 'first' | 'again'
  /** It never arrived; undefined where nobody looked at the other end. */
  readonly lost: boolean | undefined
}

export interface Acknowledged {
  readonly id: number
  readonly at: number
  /** Everything in front of it has arrived. */
  readonly to: number
  /** Where the window of the receiver ends. */
  readonly edge: number
}

/** A value from `at` on. */
export interface Level {
  readonly at: number
  readonly value: number
}

export interface Way {
  readonly flow: string
  readonly from: Party
  readonly to: Party
  /** Whose clock it is. */
  readonly seenBy: 'sender' | 'receiver'
  readonly sent: readonly Sent[]
  readonly acknowledged: readonly Acknowledged[]
  /** Bytes sent and not acknowledged. */
  readonly inFlight: readonly Level[]
  /** cwnd, as the engine told it; empty where none did. */
  readonly window: readonly Level[]
  /** From a segment that was sent once to the acknowledgment of it (RFC 6298 3). */
  readonly roundTrips: readonly Level[]
  readonly bytes: number
  readonly begin: number
  readonly end: number
  readonly lost: number
  readonly again: number
  /** Segments that were not kept. */
  readonly more: number
}

/** Segments of one way that are drawn: a screen has no more places. */
const MOST_SEGMENTS = 20_000

/** Both ways of each connection, in the order of the connections; those on which no byte went are left out. */
export const waysOf = (records: readonly TraceRecord[], parties: Parties): readonly Way[] => {
  const flows = new Map<string, MessageRecord[]>()
  for (const entry of records) {
    if (entry.type !== 'message' || entry.record.layer !== 'tcp') continue
    const { flow, name } = entry.record
    // What a socket of the system tells are no segments.
    if (name === 'read' || name === 'write') continue
    const list = flows.get(flow)
    if (list === undefined) flows.set(flow, [entry.record])
    else list.push(entry.record)
  }
  return [...flows].flatMap(([flow, segments]) => {
    const hosts = new Set(segments.map(({ host }) => host))
    const { client, server } = endsOf(parties, hosts, segments)
    return [wayOf(flow, client, server, segments), wayOf(flow, server, client, segments)].filter(
      way => way !== undefined,
    )
  })
}

/** Whoever sent the first SYN is the client of this connection, whatever it is in the run. */
const endsOf = (
  { client, server, third }: Parties,
  hosts: ReadonlySet<string>,
  segments: readonly MessageRecord[],
): Pick<Parties, 'client' | 'server'> => {
  const here = [client, server, third].filter(party => party?.host !== undefined && hosts.has(party.host)) as Party[]
  const begins = segments.find(({ direction }) => direction === 'out')?.host
  const first = here.find(({ host }) => host === begins) ?? client
  const other = here.find(party => party !== first) ?? (first === client ? server : client)
  return { client: first, server: other }
}

interface Head {
  readonly message: MessageRecord
  readonly sequence: number
  readonly acknowledgment: number
  readonly control: number
  readonly window: number
  readonly length: number
}

const SYN = 0x02
const RST = 0x04
const ACK = 0x10
const HEADER = 20
const WINDOW_SCALE = 3

const headOf = (message: MessageRecord): Head | undefined => {
  const { bytes } = message
  if (bytes.length < HEADER) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const offset = (bytes[12]! >> 4) * 4
  return {
    message,
    sequence: view.getUint32(4),
    acknowledgment: view.getUint32(8),
    control: bytes[13]!,
    window: view.getUint16(14),
    length: Math.max(0, bytes.length - offset),
  }
}

/** What the window of this SYN is multiplied by, as a power of two; 0 where it says nothing of it (RFC 7323 2.2). */
const scaleOf = ({ bytes }: MessageRecord): number | undefined => {
  const end = Math.min(bytes.length, (bytes[12]! >> 4) * 4)
  for (let at = HEADER; at + 1 < end; ) {
    const kind = bytes[at]!
    if (kind === 0) break
    if (kind === 1) {
      at++
      continue
    }
    if (kind === WINDOW_SCALE) return Math.min(14, bytes[at + 2] ?? 0)
    at += Math.max(2, bytes[at + 1]!)
  }
  return undefined
}

const wayOf = (flow: string, from: Party, to: Party, segments: readonly MessageRecord[]): Way | undefined => {
  const at = (party: Party, direction: MessageRecord['direction']): Head[] =>
    segments.flatMap(message =>
      message.host === party.host && message.direction === direction ? (headOf(message) ?? []) : [],
    )
  const seenBy = segments.some(({ host }) => host === from.host) ? 'sender' : 'receiver'
  const [outgoing, coming] = seenBy === 'sender' ? [at(from, 'out'), at(from, 'in')] : [at(to, 'in'), at(to, 'out')]
  const arrived = seenBy === 'sender' && segments.some(({ host }) => host === to.host) ? at(to, 'in') : undefined
  const syn = outgoing.find(({ control }) => (control & SYN) !== 0)
  const first = syn === undefined ? outgoing.find(({ length }) => length > 0)?.sequence : syn.sequence + 1
  if (first === undefined) return undefined
  const told = sentIn(outgoing, placing(first), arrived)
  if (!told.some(({ end, start }) => end > start)) return undefined
  return summed({ flow, from, to, seenBy, told, outgoing, coming, first })
}

/** The place in the stream of a sequence number, which begins anew behind 2^32. */
const placing = (first: number): ((sequence: number) => number) => {
  let near = 0
  return sequence => {
    const distance = ((sequence - first - near) | 0) + near
    if (distance > near) near = distance
    return distance
  }
}

const sentIn = (
  outgoing: readonly Head[],
  place: (sequence: number) => number,
  arrived: readonly Head[] | undefined,
): readonly Sent[] => {
  const lost = arrived && lostOf(outgoing, arrived)
  let reach = 0
  return outgoing.flatMap(({ message, sequence, control, length }) => {
    if (length === 0 || (control & RST) !== 0) return []
    const start = place(sequence) + ((control & SYN) !== 0 ? 1 : 0)
    const end = start + length
    const what = start < reach ? 'again' : 'first'
    reach = Math.max(reach, end)
    return [{ id: message.id, at: message.at, start, end, what, lost: lost?.has(message.id) }]
  })
}

/** The segments that never arrived. Of several that look alike, what arrives is the one that was sent last before. */
const lostOf = (outgoing: readonly Head[], arrived: readonly Head[]): ReadonlySet<number> => {
  const [sent, came] = [alike(outgoing), alike(arrived)]
  const lost = new Set<number>()
  for (const [key, copies] of sent) {
    const left = [...copies]
    for (const { message } of came.get(key) ?? []) {
      const before = left.findLastIndex(each => each.message.at <= message.at)
      if (before >= 0) left.splice(before, 1)
    }
    for (const { message } of left) lost.add(message.id)
  }
  return lost
}

/** By what copies of a segment have in common. */
const alike = (heads: readonly Head[]): ReadonlyMap<string, readonly Head[]> => {
  const groups = new Map<string, Head[]>()
  for (const head of heads) {
    const key = `${head.sequence} ${head.length}`
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [head])
    else group.push(head)
  }
  return groups
}

interface Told {
  readonly flow: string
  readonly from: Party
  readonly to: Party
  readonly seenBy: Way['seenBy']
  readonly told: readonly Sent[]
  readonly outgoing: readonly Head[]
  readonly coming: readonly Head[]
  /** Sequence number of the first byte. */
  readonly first: number
}

const summed = ({ flow, from, to, seenBy, told, outgoing, coming, first }: Told): Way => {
  const sent = told.slice(0, MOST_SEGMENTS)
  const acknowledged = acknowledgedIn(coming, placing(first)).slice(0, MOST_SEGMENTS)
  const times = [...outgoing, ...coming].map(({ message }) => message.at)
  return {
    flow,
    from,
    to,
    seenBy,
    sent,
    acknowledged,
    inFlight: flightOf(sent, acknowledged),
    window: windowOf(outgoing),
    roundTrips: roundTripsOf(sent, acknowledged),
    bytes: told.reduce((most, { end }) => Math.max(most, end), 0),
    begin: times.reduce((least, at) => Math.min(least, at), Number.POSITIVE_INFINITY),
    end: times.reduce((most, at) => Math.max(most, at), 0),
    lost: told.filter(({ lost }) => lost === true).length,
    again: told.filter(({ what }) => what === 'again').length,
    more: told.length - sent.length,
  }
}

const acknowledgedIn = (coming: readonly Head[], place: (sequence: number) => number): readonly Acknowledged[] => {
  const syn = coming.find(({ control }) => (control & SYN) !== 0)
  const scale = (syn && scaleOf(syn.message)) ?? 0
  return coming.flatMap(({ message: { id, at }, control, acknowledgment, window }) => {
    if ((control & ACK) === 0 || (control & RST) !== 0) return []
    const to = Math.max(0, place(acknowledgment))
    // RFC 7323 2.2: the window of a SYN is never scaled.
    return [{ id, at, to, edge: to + ((control & SYN) !== 0 ? window : window << scale) }]
  })
}

/** In order of time; what happens at once happens in the order in which it was told. */
const flightOf = (sent: readonly Sent[], acknowledged: readonly Acknowledged[]): readonly Level[] => {
  const events = [
    ...sent.map(({ id, at, end }) => ({ id, at, end, to: 0 })),
    ...acknowledged.map(({ id, at, to }) => ({ id, at, end: 0, to })),
  ].sort((a, b) => a.at - b.at || a.id - b.id)
  let [reach, taken] = [0, 0]
  return steps(
    events.map(({ at, end, to }) => {
      reach = Math.max(reach, end)
      taken = Math.max(taken, to)
      return { at, value: Math.max(0, reach - taken) }
    }),
  )
}

const windowOf = (outgoing: readonly Head[]): readonly Level[] =>
  steps(
    outgoing.flatMap(({ message: { at, sending } }) => (sending === undefined ? [] : [{ at, value: sending.window }])),
  )

/** Of values at one time the last, and none that says again what the one before says. */
const steps = (levels: readonly Level[]): readonly Level[] =>
  levels
    .filter((level, i) => level.at !== levels[i + 1]?.at)
    .filter((level, i, all) => level.value !== all[i - 1]?.value)

/** RFC 6298 3, Karn: what was sent twice measures nothing. */
const roundTripsOf = (sent: readonly Sent[], acknowledged: readonly Acknowledged[]): readonly Level[] => {
  const twice = new Set(sent.filter(({ what }) => what === 'again').map(({ start }) => start))
  const open = sent.filter(({ what, start }) => what === 'first' && !twice.has(start))
  const trips: Level[] = []
  let next = 0
  for (const { at, to } of acknowledged) {
    let last: Sent | undefined
    while (next < open.length && open[next]!.end <= to) last = open[next++]
    if (last !== undefined && at >= last.at) trips.push({ at, value: at - last.at })
  }
  return trips
}
