/**
 * What TCP does about segments that do not arrive, and how much it dares to send at once: duplicate acknowledgments and
 * fast retransmit (RFC 5681 3.2), the retransmission timer (RFC 6298), and the window of whoever receives.
 */
import type { Millis } from '../../../src/engine.ts'
import { network } from '../../../src/lab/network.ts'
import type { Network } from '../../../src/lab/network-types.ts'
import { recorder, type TraceRecord } from '../../../src/trace/recorder.ts'
import type { PlotDrawing, PlotSegment } from '../drawings.ts'
import { arrowsOf } from '../ladder.ts'
import type { Lesson, Scene, Step } from '../lesson.ts'
import {
  acknowledgmentOf,
  addresses,
  dice,
  found,
  LAPTOP,
  ms,
  numberAt,
  PAIR,
  SHOP,
  seenBy,
  sequenceOf,
  since,
} from '../stage.ts'

export interface LossNames {
  readonly step: 'begins' | 'lost' | 'complains' | 'again' | 'silence' | 'timeout' | 'full' | 'opens' | 'done'
  readonly change: 'middle' | 'last' | 'none' | 'narrow'
  readonly choice: 'sooner' | 'same' | 'later'
  readonly label: 'sent' | 'lost' | 'again' | 'acknowledged'
}

interface Plan {
  readonly delay: Millis
  /** Bits per second of each cable: segments come one behind the other. */
  readonly rate: number
  readonly laptop: string
  readonly shop: string
  /** Bytes to send. */
  readonly bytes: number
  /** Which segment of them is lost, from 0. */
  readonly victim: number
  /** Bytes that a narrow receiver has room for, and how long its program looks away. */
  readonly room: number
  readonly pause: Millis
}

const SEGMENT = 1460

const planOf = (seed: number): Plan => {
  const random = dice(seed, 'loss')
  return {
    ...addresses(random),
    delay: random.delay(8, 18),
    rate: random.between(40, 90) * 100_000,
    bytes: random.between(26, 34) * SEGMENT + random.between(1, 1400),
    victim: random.between(11, 15),
    room: random.between(6, 9) * SEGMENT + random.between(1, 999),
    pause: random.between(60, 140),
  }
}
/** When the connection is open. */
const OPEN: Millis = 200

const play = (seed: number, change: LossNames['change']): Scene<LossNames> => {
  const plan = planOf(seed)
  const trace = recorder()
  const net = network({ seed, delay: plan.delay, rate: plan.rate, trace })
  net.host(LAPTOP, { address: plan.laptop })
  net.host(SHOP, { address: plan.shop, tcp: change === 'narrow' ? { receiveBuffer: plan.room } : {} })
  const last = Math.floor(plan.bytes / SEGMENT)
  if (change === 'middle') lose(net, plan.victim)
  if (change === 'last') lose(net, last)
  transfer(net, plan, change)
  net.clock.run(60_000)
  net.close()
  return sceneOf(since(trace.records, OPEN), change)
}

/** The laptop sends; the shop reads at once, or after a pause where it is narrow. */
const transfer = (net: Network, { bytes, pause }: Plan, change: LossNames['change']): void => {
  const { clock } = net
  const [laptop, shop] = [net.host(LAPTOP), net.host(SHOP)]
  shop.listen({ port: 80 }, connection => {
    const read = (): void => shop.do(now => void (connection.readable > 0 && connection.read(bytes, now)))
    return {
      event({ type }) {
        if (type !== 'readable') return
        if (change === 'narrow' && clock.now() < OPEN + pause) clock.later(OPEN + pause, read)
        else read()
      },
    }
  })
  const data = new Uint8Array(bytes)
  let written = 0
  const write = (): void => laptop.do(now => void (written += connection.write(data.subarray(written), now)))
  const connection = laptop.connect({ address: shop.address, port: 80 }, () => ({
    event({ type }) {
      if (type === 'writable') write()
    },
  }))
  clock.later(OPEN, write)
}

/** Segment `number` of those with data never comes out of the laptop's cable; sent again, it does. */
const lose = (net: Network, number: number): void => {
  let count = 0
  net.intercept(LAPTOP, {
    frame(bytes, direction) {
      if (direction === 'in' || !hasData(bytes)) return [bytes]
      return count++ === number ? [] : [bytes]
    },
  })
}

/** An IPv4 packet of TCP with more in it than two headers and their options. */
const hasData = (frame: Uint8Array): boolean =>
  frame[23] === 6 && ((frame[16]! << 8) | frame[17]!) > 20 + 4 * (frame[46]! >> 4)

const sceneOf = (records: readonly TraceRecord[], change: LossNames['change']): Scene<LossNames> => {
  const seen = transferIn(records)
  const { sent, acks, first, end, bytes } = seen
  const step: StepMaker = (name, at, now = at) => ({ name, at, drawings: [{ ...plotOf(seen), now }] })
  const done = found(
    acks.find(ack => ack.upTo === bytes),
    'last acknowledgment',
  ).at
  const shared = { bytes, pieces: sent.filter(({ fate }) => fate !== 'again').length, doneAt: done, roundTrip: first }
  const fixed = { flight: sent.filter(each => each.at === 0).length, size: found(sent[0], 'segment').end }
  const [begins, over] = [step('begins', 0, first), step('done', done, end)]
  if (change === 'none') return { records, facts: shared, fixed, steps: [begins, over] }
  if (change === 'narrow') {
    const { shut, opened } = windowsIn(records)
    const { flight, size } = fixed
    const facts = { ...shared, flight, room: shut.offset, left: shut.window, opened: opened.window, opensAt: opened.at }
    return {
      records,
      facts,
      fixed: { size },
      steps: [begins, step('full', shut.at, opened.at), step('opens', opened.at), over],
    }
  }
  const { facts, counts, steps } = repaired(seen, step, change)
  return { records, facts: { ...shared, ...facts }, fixed: { ...fixed, ...counts }, steps: [begins, ...steps, over] }
}

type StepMaker = (name: LossNames['step'], at: Millis, now?: Millis) => Step<LossNames>

/** What was lost, who noticed, and when it was sent again. */
const repaired = ({ sent, acks }: Transfer, step: StepMaker, change: 'middle' | 'last') => {
  const lost = found(
    sent.find(({ fate }) => fate === 'lost'),
    'lost segment',
  )
  const repeats = sent.filter(({ fate }) => fate === 'again')
  const again = found(repeats[0], 'segment that is sent again')
  const complaints = acks.filter(
    ({ upTo, at }, i) => upTo === lost.start && acks[i - 1]?.upTo === upTo && at <= again.at,
  )
  const before = found(acks.filter(({ at }) => at < again.at).at(-1), 'acknowledgment').at
  /** The moment before it. */
  const then = again.at - 0.01
  const noticed =
    change === 'middle'
      ? [step('complains', found(complaints[0], 'duplicate acknowledgment').at, then), step('again', again.at)]
      : [step('silence', before, then), step('timeout', again.at)]
  return {
    facts: {
      lostFrom: lost.start,
      lostTo: lost.end,
      lostAt: lost.at,
      againAt: again.at,
      waited: ms(again.at - lost.at),
    },
    counts: { complaints: complaints.length, again: repeats.length },
    steps: [step('lost', lost.at), ...noticed],
  }
}

interface Transfer {
  readonly sent: readonly PlotSegment[]
  /** As they come back to the laptop. */
  readonly acks: readonly { readonly at: Millis; readonly upTo: number }[]
  /** When the first of them did. */
  readonly first: Millis
  readonly end: Millis
  readonly bytes: number
}

const transferIn = (records: readonly TraceRecord[]): Transfer => {
  const again = new Set<number>()
  const arrows = arrowsOf(records, PAIR, m => {
    if (m.host !== LAPTOP || m.layer !== 'tcp' || m.payload === undefined) return undefined
    if (/retransmission/.test(m.about ?? '')) again.add(m.id)
    return { text: `${m.payload.start} ${m.payload.end}` }
  })
  const sent = arrows.map(({ id, sent: at, arrived, text }): PlotSegment => {
    const [start, end] = text.split(' ').map(Number) as [number, number]
    return { at, start, end, fate: again.has(id) ? 'again' : arrived === undefined ? 'lost' : 'arrived' }
  })
  const origin = sequenceOf(found(seenBy(records, LAPTOP, 'tcp', 'out')[0], 'first segment'))
  const acks = seenBy(records, LAPTOP, 'tcp', 'in').map(m => ({
    at: m.at,
    upTo: (acknowledgmentOf(m) - origin) >>> 0,
  }))
  const last = found(acks.at(-1), 'acknowledgment').at
  const bytes = Math.max(...sent.map(({ end }) => end))
  return { sent, acks, first: found(acks[0], 'acknowledgment').at, end: last, bytes }
}

const plotOf = ({ sent, acks, end, bytes }: Transfer): Omit<PlotDrawing<LossNames['label']>, 'now'> => ({
  kind: 'plot',
  sent,
  acknowledged: acks,
  end,
  bytes,
  labels: { sent: 'sent', lost: 'lost', again: 'again', acknowledged: 'acknowledged' },
})

/** The acknowledgment with the smallest window, and the next with a larger one. */
const windowsIn = (records: readonly TraceRecord[]) => {
  const { acks } = transferIn(records)
  const windows = seenBy(records, LAPTOP, 'tcp', 'in').map((m, i) => ({
    at: m.at,
    window: numberAt(m, 'header.window'),
    offset: acks[i]!.upTo,
  }))
  const smallest = Math.min(...windows.map(({ window }) => window))
  const place = windows.findIndex(({ window }) => window === smallest)
  return { shut: windows[place]!, opened: found(windows[place + 1], 'open window') }
}

/** How many round trips the laptop waited before it sent what was lost again. */
const trips = ({ facts }: Scene): number => Number(facts.waited) / Number(facts.roundTrip)
/** Acknowledgments of what came behind the gap take one, and a little more where segments queue. */
const SOON = 3

export const loss: Lesson<LossNames> = {
  id: 'loss',
  changes: ['middle', 'last', 'none', 'narrow'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'sooner', change: 'last', see: 'silence', holds: scene => trips(scene) < 1 },
      { name: 'same', change: 'last', see: 'silence', holds: scene => trips(scene) >= 1 && trips(scene) < SOON },
      { name: 'later', change: 'last', see: 'timeout', holds: scene => trips(scene) >= SOON },
    ],
  },
  play: async (_, { seed, change }) => play(seed, change),
}
