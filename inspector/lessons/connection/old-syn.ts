/**
 * Why a connection is opened with three segments: a SYN of an earlier try comes late (RFC 9293 3.5, Figure 9). The
 * earlier try is played for itself; its SYN is kept, byte by byte, and let go in the run that is shown, some seconds
 * later in the life of the same laptop, while the SYN that is meant is held up.
 */
import type { Millis } from '../../../src/engine.ts'
import { network } from '../../../src/lab/network.ts'
import type { Network } from '../../../src/lab/network-types.ts'
import { recorder, type TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord, StateRecord } from '../../../src/trace/types.ts'
import { type Arrow, arrowsOf, bracketsOf, type Ladder, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene } from '../lesson.ts'
import {
  acknowledgmentOf,
  addresses,
  dice,
  found,
  LAPTOP,
  ms,
  PAIR,
  SHOP,
  segments,
  sequenceOf,
  since,
  statesOf,
} from '../stage.ts'

export interface OldSynNames {
  readonly step: 'held' | 'old' | 'answered' | 'refused' | 'forgotten' | 'real' | 'again' | 'both' | 'asks' | 'repeats'
  readonly change: 'late' | 'plain'
  readonly choice: 'nothing' | 'half' | 'closed'
  readonly label: 'earlier' | 'heldUp'
}

interface Plan {
  readonly delay: Millis
  /** How long the SYN that is meant is held up, and when the old one comes, both after it was sent. */
  readonly hold: Millis
  readonly oldAfter: Millis
  /** How long after the earlier try. */
  readonly gap: Millis
  readonly laptop: string
  readonly shop: string
}

const planOf = (seed: number): Plan => {
  const random = dice(seed, 'old-syn')
  const delay = random.delay(1.2, 2.4)
  const { laptop, shop } = addresses(random)
  const oldAfter = ms(delay + random.delay(0.4, 1.4))
  return {
    delay,
    oldAfter,
    hold: ms(oldAfter + 3 * delay + random.delay(1, 2)),
    gap: random.between(8_000, 40_000),
    laptop,
    shop,
  }
}

/** A laptop that knows the shop already, and its first SYN to it. */
const opened = (seed: number, { delay, laptop, shop }: Plan, trace: ReturnType<typeof recorder>): Network => {
  const net = network({ seed, delay, trace })
  const client = net.host(LAPTOP, { address: laptop })
  const server = net.host(SHOP, { address: shop })
  server.listen({ port: 80 }, () => ({ event() {} }))
  client.ping(server.address, () => {})
  net.clock.run()
  return net
}

const connect = (net: Network): void => {
  net.host(LAPTOP).connect({ address: net.host(SHOP).address, port: 80 }, () => ({ event() {} }))
}

/** The SYN of the earlier try, as it lay in some queue. */
const earlier = (seed: number, plan: Plan): Uint8Array => {
  const net = opened(seed, plan, recorder())
  let kept: Uint8Array | undefined
  net.intercept(LAPTOP, {
    frame(bytes, direction) {
      if (direction === 'out') kept = bytes.slice()
      return []
    },
  })
  connect(net)
  net.close()
  return found(kept, 'earlier SYN')
}

const play = (seed: number, change: OldSynNames['change']): Scene<OldSynNames> => {
  const plan = planOf(seed)
  const trace = recorder()
  const net = opened(seed, plan, trace)
  net.clock.run(plan.gap)
  const begin = net.clock.now()
  if (change === 'late') {
    const old = earlier(seed, plan)
    let held = false
    const cable = net.intercept(LAPTOP, {
      frame(bytes, direction) {
        if (direction === 'in' || held) return [bytes]
        held = true
        net.clock.later(begin + plan.hold - plan.delay, () => cable.inject(bytes, 'out'))
        return []
      },
    })
    net.clock.later(begin + plan.oldAfter - plan.delay, () => cable.inject(old, 'out'))
  }
  connect(net)
  net.clock.run(begin + plan.hold + 4 * plan.delay)
  net.close()
  const records = since(trace.records, begin)
  return change === 'late' ? late(records) : plain(records)
}

const late = (records: readonly TraceRecord[]): Scene<OldSynNames> => {
  const syn = found(segments(records, LAPTOP, 'out', 'SYN')[0], 'SYN')
  const [came, meant] = segments(records, SHOP, 'in', 'SYN') as [MessageRecord, MessageRecord]
  const [answer, again] = segments(records, SHOP, 'out', 'SYN ACK') as [MessageRecord, MessageRecord]
  const rst = found(segments(records, LAPTOP, 'out', 'RST')[0], 'RST')
  const refused = found(segments(records, SHOP, 'in', 'RST')[0], 'RST that arrived')
  const ack = found(segments(records, LAPTOP, 'out', 'ACK')[0], 'ACK')
  const last = found(segments(records, SHOP, 'in', 'ACK')[0], 'ACK that arrived')
  const ladder = drawn(records, last.at, [
    // Nobody in this run sent it: it is under way since the earlier try.
    { ...OLD, sent: came.at, arrived: came.at, text: labelOf(came) },
  ])
  const arrival = (sent: MessageRecord): Millis => found(ladder.arrows.find(a => a.id === sent.id)?.arrived, sent.name)
  return {
    records,
    facts: {
      oldNumber: sequenceOf(came),
      newNumber: sequenceOf(syn),
      oldAnswered: acknowledgmentOf(answer),
      newAnswered: acknowledgmentOf(again),
      shopNumber: acknowledgmentOf(ack),
      rstNumber: sequenceOf(rst),
      halfFrom: came.at,
      halfTo: refused.at,
      waitsTo: arrival(again),
    },
    steps: ladderSteps(ladder, [
      { name: 'held', at: syn.at, now: came.at, fresh: [syn.id] },
      { name: 'old', at: came.at, now: came.at, fresh: [OLD.id] },
      { name: 'answered', at: answer.at, now: arrival(answer), fresh: [answer.id] },
      { name: 'refused', at: rst.at, now: refused.at, fresh: [rst.id] },
      { name: 'forgotten', at: refused.at, now: refused.at, fresh: [] },
      { name: 'real', at: meant.at, now: meant.at, fresh: [syn.id] },
      { name: 'again', at: again.at, now: arrival(again), fresh: [again.id] },
      { name: 'both', at: ack.at, now: last.at, fresh: [ack.id] },
    ]),
  }
}

const plain = (records: readonly TraceRecord[]): Scene<OldSynNames> => {
  const syn = found(segments(records, LAPTOP, 'out', 'SYN')[0], 'SYN')
  const answer = found(segments(records, SHOP, 'out', 'SYN ACK')[0], 'SYN ACK')
  const ack = found(segments(records, LAPTOP, 'out', 'ACK')[0], 'ACK')
  const last = found(segments(records, SHOP, 'in', 'ACK')[0], 'ACK that arrived')
  return {
    records,
    facts: {
      newNumber: sequenceOf(syn),
      newAnswered: acknowledgmentOf(answer),
      shopFirst: sequenceOf(answer),
      shopNumber: acknowledgmentOf(ack),
    },
    steps: ladderSteps(drawn(records, last.at, []), [
      { name: 'asks', at: syn.at, now: answer.at, fresh: [syn.id] },
      { name: 'repeats', at: answer.at, now: ack.at, fresh: [answer.id] },
      { name: 'both', at: ack.at, now: last.at, fresh: [ack.id] },
    ]),
  }
}

const OLD = { id: -1, from: 0, to: 1, look: 'old', note: 'earlier' } as const

const drawn = (
  records: readonly TraceRecord[],
  end: Millis,
  more: readonly Arrow<OldSynNames['label']>[],
): Ladder<OldSynNames['label']> => {
  const arrows = arrowsOf<OldSynNames['label']>(records, PAIR, (m, arrived) => {
    if (m.layer !== 'tcp') return undefined
    const held = arrived !== undefined && m.name === 'SYN' && more.length > 0
    return {
      text: labelOf(m),
      look: held ? 'held' : m.name === 'RST' ? 'bad' : 'plain',
      note: held ? 'heldUp' : undefined,
    }
  })
  const brackets = bracketsOf(records, PAIR, { layer: 'tcp', start: 0, end, first: ['CLOSED', 'LISTEN'] })
  return { lifelines: PAIR, arrows: [...arrows, ...more], brackets, from: 0, to: end }
}

/** What a segment says that matters here: where it begins to count, or what it has heard. */
const labelOf = (m: MessageRecord): string =>
  `${m.name} ${m.name.includes('ACK') ? acknowledgmentOf(m) : sequenceOf(m)}`

/** The states that the shop's end of any connection went to. */
const shopStates = ({ records }: Scene): readonly StateRecord[] => statesOf(records, SHOP)

export const oldSyn: Lesson<OldSynNames> = {
  id: 'old-syn',
  changes: ['late', 'plain'],
  question: {
    kind: 'choosing',
    choices: [
      {
        name: 'nothing',
        change: 'late',
        see: 'old',
        holds: scene => !shopStates(scene).some(({ at, to }) => to === 'SYN-RECEIVED' && at === scene.facts.halfFrom),
      },
      {
        name: 'half',
        change: 'late',
        see: 'answered',
        // Half open while the laptop has heard nothing of its own SYN: with two segments it would be open.
        holds: scene =>
          shopStates(scene).some(({ at, to }) => to === 'SYN-RECEIVED' && at === scene.facts.halfFrom) &&
          Number(scene.facts.halfFrom) < Number(scene.facts.waitsTo),
      },
      {
        name: 'closed',
        change: 'late',
        see: 'refused',
        holds: ({ records }) => statesOf(records, LAPTOP).some(({ to }) => to === 'CLOSED'),
      },
    ],
  },
  play: async (_, { seed, change }) => play(seed, change),
}
