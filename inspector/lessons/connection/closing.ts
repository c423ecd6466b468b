/**
 * How a connection ends: each direction for itself, and who said FIN first waits two segment lifetimes (RFC 9293 3.6.1).
 * The last ACK can be lost, and the one who waits can be made to forget at once.
 */
import type { Millis } from '../../../src/engine.ts'
import { network } from '../../../src/lab/network.ts'
import type { Network } from '../../../src/lab/network-types.ts'
import { recorder, type TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { arrowsOf, bracketsOf, type Ladder, type LadderStep, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { addresses, dice, found, LAPTOP, ms, PAIR, SHOP, seenBy, segments, since, statesOf } from '../stage.ts'

export interface ClosingNames {
  readonly step:
    | 'finished'
    | 'heard'
    | 'rest'
    | 'finishedToo'
    | 'last'
    | 'missed'
    | 'again'
    | 'answered'
    | 'reset'
    | 'over'
    | 'gone'
  readonly change: 'calm' | 'lost' | 'hasty'
  readonly choice: 'silence' | 'acknowledged' | 'reset'
  readonly label: 'lost'
}
type Label = ClosingNames['label']
type Change = ClosingNames['change']

interface Plan {
  readonly delay: Millis
  readonly laptop: string
  readonly shop: string
  /** Maximum segment lifetime. */
  readonly lifetime: Millis
  /** What the shop has still to say when the laptop has finished, and how long it takes. */
  readonly rest: number
  readonly pause: Millis
}

const planOf = (seed: number): Plan => {
  const random = dice(seed, 'closing')
  return {
    ...addresses(random),
    delay: random.delay(1.2, 3.4),
    lifetime: random.between(5, 30) * 1000,
    rest: random.between(20, 400),
    pause: random.between(60, 90),
  }
}

/** So short that nobody is waited for. */
const AT_ONCE: Millis = 1
/** When everything of before is over: the connection is open and nothing is under way. */
const OPEN: Millis = 50

const play = (seed: number, change: Change): Scene<ClosingNames> => {
  const plan = planOf(seed)
  const trace = recorder()
  const net = network({ seed, delay: plan.delay, trace })
  const lifetime = change === 'hasty' ? AT_ONCE : plan.lifetime
  net.host(LAPTOP, { address: plan.laptop, tcp: { maximumSegmentLifetime: lifetime } })
  net.host(SHOP, { address: plan.shop })
  converse(net, plan)
  if (change !== 'calm') loseLastAck(net)
  net.clock.run()
  net.close()
  return sceneOf(since(trace.records, OPEN), lifetime, change)
}

/** Opens a connection that the laptop is the first to finish; the shop has something left to say. */
const converse = (net: Network, plan: Plan): void => {
  const { clock } = net
  const [laptop, shop] = [net.host(LAPTOP), net.host(SHOP)]
  shop.listen({ port: 80 }, connection => ({
    event({ type }) {
      if (type !== 'peer-finished') return
      clock.later(clock.now() + plan.pause, () => {
        shop.do(now => void connection.write(new Uint8Array(plan.rest), now))
        clock.later(clock.now() + plan.pause, () => shop.do(now => connection.finish(now)))
      })
    },
  }))
  const connection = laptop.connect({ address: shop.address, port: 80 }, opened => ({
    event({ type }) {
      if (type === 'readable') opened.read(plan.rest, clock.now())
    },
  }))
  clock.later(OPEN, () => laptop.do(now => connection.finish(now)))
}

/** The ACK with which the laptop goes to TIME-WAIT never comes out of its cable; the next one does. */
const loseLastAck = (net: Network): void => {
  let finished = false
  let lost = false
  net.intercept(LAPTOP, {
    frame(bytes, direction) {
      // The frame ends with the control bits of an empty segment: FIN of the shop has come in.
      if (direction === 'in' && isFin(bytes)) finished = true
      if (direction === 'in' || !finished || lost) return [bytes]
      lost = true
      return []
    },
  })
}

/** Ethernet, IPv4 and TCP without options: byte 47 has the control bits (RFC 9293 3.1). */
const isFin = (frame: Uint8Array): boolean => frame[23] === 6 && (frame[47]! & 1) === 1

const sceneOf = (records: readonly TraceRecord[], lifetime: Millis, change: Change): Scene<ClosingNames> => {
  const fin = found(segments(records, LAPTOP, 'out', 'FIN ACK')[0], 'FIN of the laptop')
  const heard = found(segments(records, SHOP, 'out', 'ACK')[0], 'ACK of the FIN')
  const rest = found(
    seenBy(records, SHOP, 'tcp', 'out').find(m => m.payload !== undefined),
    'rest of the answer',
  )
  const shopFins = segments(records, SHOP, 'out', 'FIN ACK')
  const finToo = found(shopFins[0], 'FIN of the shop')
  const last = found(
    seenBy(records, LAPTOP, 'tcp', 'out').find(m => m.at > finToo.at),
    'last ACK',
  )
  const waits = found(
    statesOf(records, LAPTOP).find(({ to }) => to === 'TIME-WAIT'),
    'TIME-WAIT',
  )
  const closed = found(
    statesOf(records, LAPTOP).findLast(({ to }) => to === 'CLOSED'),
    'end of TIME-WAIT',
  )
  const end = Math.max(closed.at, found(seenBy(records, SHOP, 'tcp').at(-1), 'end').at)
  const ladder = drawn(records, ms(end + 1))
  const told = (name: ClosingNames['step'], sent: MessageRecord): LadderStep<ClosingNames['step']> => ({
    name,
    at: sent.at,
    now: ladder.arrows.find(arrow => arrow.id === sent.id)?.arrived ?? sent.at,
    fresh: [sent.id],
  })
  const over: LadderStep<ClosingNames['step']> = { name: 'over', at: closed.at, now: ladder.to, fresh: [] }
  const begins = [told('finished', fin), told('heard', heard), told('rest', rest), told('finishedToo', finToo)]
  const said = { rest: bytesOf(rest), finAt: finToo.at }
  const waited = { waitsFrom: waits.at, waits: ms((closed.at - waits.at) / 1000), lifetime: lifetime / 1000 }
  if (change === 'calm') {
    return { records, facts: { ...said, ...waited }, steps: ladderSteps(ladder, [...begins, told('last', last), over]) }
  }
  const again = found(shopFins[1], 'FIN that is sent again')
  const reply = found(
    seenBy(records, LAPTOP, 'tcp', 'out').find(m => m.at > again.at),
    'answer to the second FIN',
  )
  const later = { againAt: again.at, againAfter: ms(again.at - finToo.at) }
  const gone: LadderStep<ClosingNames['step']> = { name: 'gone', at: closed.at, now: closed.at, fresh: [] }
  return change === 'lost'
    ? {
        records,
        facts: { ...said, ...waited, ...later },
        steps: ladderSteps(ladder, [
          ...begins,
          told('missed', last),
          told('again', again),
          told('answered', reply),
          over,
        ]),
      }
    : {
        records,
        facts: { ...said, ...later, goneAt: closed.at },
        steps: ladderSteps(ladder, [...begins, told('missed', last), gone, told('again', again), told('reset', reply)]),
      }
}

const drawn = (records: readonly TraceRecord[], end: Millis): Ladder<Label> => ({
  lifelines: PAIR,
  arrows: arrowsOf<Label>(records, PAIR, (m, arrived) => {
    if (m.layer !== 'tcp') return undefined
    const data = m.payload === undefined ? '' : `  ${bytesOf(m)} B`
    const bad = arrived === undefined || m.name.startsWith('RST')
    return { text: `${m.name}${data}`, look: bad ? 'bad' : 'plain', note: arrived === undefined ? 'lost' : undefined }
  }),
  brackets: bracketsOf(records, PAIR, { layer: 'tcp', start: 0, end, first: ['ESTABLISHED', 'ESTABLISHED'] }),
  from: 0,
  to: end,
})

const bytesOf = ({ payload }: MessageRecord): number => (payload === undefined ? 0 : payload.end - payload.start)

/** What the laptop answers to a FIN that comes a second time. */
const answered = ({ records }: Scene): MessageRecord | undefined => {
  const again = segments(records, SHOP, 'out', 'FIN ACK')[1]
  return again && seenBy(records, LAPTOP, 'tcp', 'out').find(m => m.at > again.at)
}

export const closing: Lesson<ClosingNames> = {
  id: 'closing',
  changes: ['calm', 'lost', 'hasty'],
  question: {
    kind: 'choosing',
    choices: [
      { name: 'silence', change: 'hasty', see: 'again', holds: scene => answered(scene) === undefined },
      { name: 'acknowledged', change: 'hasty', see: 'reset', holds: scene => answered(scene)?.name === 'ACK' },
      {
        name: 'reset',
        change: 'hasty',
        see: 'reset',
        holds: scene => answered(scene)?.name.startsWith('RST') === true,
      },
    ],
  },
  play: async (_, { seed, change }) => play(seed, change),
}
