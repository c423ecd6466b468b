/**
 * Bits that change on the way, and who notices: the card for its own address, IP for its header (RFC 791 3.1), TCP for
 * header and data (RFC 9293 3.1). The sum is made against accidents: two changes that make up for each other are not seen.
 */
import { mendChecksums } from '../../../src/lab/checksums.ts'
import { network } from '../../../src/lab/network.ts'
import type { Network } from '../../../src/lab/network-types.ts'
import { recorder, type TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { addressText, macText } from '../../../src/wire/address.ts'
import { hexText, latin1Bytes, latin1Text, sameOctets } from '../../../src/wire/bytes.ts'
import type { Row } from '../drawings.ts'
import { type Arrow, arrowsOf, type Ladder, type LadderStep, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { code, growing, row } from '../rows.ts'
import { addresses, card, type Dice, dice, found, LAPTOP, ms, PAIR, SHOP, seenBy, since } from '../stage.ts'

export interface DamageNames {
  readonly step: 'sent' | 'flipped' | 'card' | 'ip' | 'tcp' | 'again' | 'unseen' | 'read'
  readonly change: 'data' | 'address' | 'card' | 'swapped'
  readonly choice: 'ip' | 'tcp' | 'nobody'
  readonly label: 'damaged' | 'wasSent' | 'arrived' | 'says' | 'comesTo' | 'order'
}
type Label = DamageNames['label']
type Change = DamageNames['change']

interface Plan {
  readonly order: string
  readonly bit: number
}

const planOf = (random: Dice): Plan => {
  const amount = [random.between(1, 4), random.between(0, 9), random.between(5, 9), random.between(0, 9)].join('')
  return { order: `amount=${amount}&to=${random.between(100_000, 999_999)}`, bit: random.between(0, 2) }
}

/** When the connection is open. */
const OPEN = 50

interface Run {
  readonly records: readonly TraceRecord[]
  readonly damaged: Damaged
  /** What the shop's program got. */
  readonly got: string
}

const run = (seed: number, change: Change): Run => {
  const random = dice(seed, 'damage')
  const at = addresses(random)
  const trace = recorder()
  const net = network({ seed, delay: random.delay(0.8, 3.4), trace })
  net.host(LAPTOP, { address: at.laptop, hardwareAddress: card(random) })
  net.host(SHOP, { address: at.shop, hardwareAddress: card(random) })
  const plan = planOf(random)
  const damaged = damageFirst(net, plan, change)
  const got = talk(net, plan)
  net.clock.run(30_000)
  net.close()
  return { records: since(trace.records, OPEN), damaged: damaged(), got: got() }
}

/** The laptop says its order; what the shop's program reads is returned. */
const talk = (net: Network, { order }: Plan): (() => string) => {
  let got = ''
  const shop = net.host(SHOP)
  shop.listen({ port: 80 }, connection => ({
    event({ type }) {
      if (type === 'readable')
        shop.do(now => {
          got += latin1Text(connection.read(order.length, now))
        })
    },
  }))
  const laptop = net.host(LAPTOP)
  const connection = laptop.connect({ address: shop.address, port: 80 }, () => ({ event() {} }))
  net.clock.later(OPEN, () => laptop.do(now => void connection.write(latin1Bytes(order), now)))
  return () => got
}

interface Damaged {
  /** The frame as it left, and as it arrived. */
  readonly before: Uint8Array
  readonly after: Uint8Array
  readonly arrivedAt: number
}

/** Offsets in a frame of IPv4 and TCP without options (RFC 791 3.1, RFC 9293 3.1). */
const AT = { cardEnd: 5, ipSum: 24, addressEnd: 33, tcpSum: 50, data: 54 } as const
/** Of the first digit of the amount. */
const DIGITS = AT.data + 'amount='.length

const changed = (frame: Uint8Array, { bit }: Plan, change: Change): Uint8Array => {
  const after = frame.slice()
  if (change === 'data') after[DIGITS + 1]! ^= 1 << bit
  else if (change === 'address') after[AT.addressEnd]! ^= 1 << bit
  else if (change === 'card') after[AT.cardEnd]! ^= 1 << bit
  // Both are the upper or the lower half of a 16-bit word: the sum is the same.
  else [after[DIGITS], after[DIGITS + 2]] = [frame[DIGITS + 2]!, frame[DIGITS]!]
  return after
}

/** The first frame with data is changed on the laptop's cable; what became of it is told when all is over. */
const damageFirst = (net: Network, plan: Plan, change: Change): (() => Damaged) => {
  let before: Uint8Array | undefined
  let after: Uint8Array | undefined
  let arrivedAt = 0
  net.tap(({ what, at, bytes }) => {
    if (what === 'passed' && after !== undefined && arrivedAt === 0 && sameOctets(bytes, after)) arrivedAt = at
  })
  net.intercept(LAPTOP, {
    frame(bytes, direction) {
      if (direction === 'in' || before !== undefined || latin1Text(bytes.subarray(AT.data)) !== plan.order)
        return [bytes]
      before = bytes
      after = changed(bytes, plan, change)
      return [after]
    },
  })
  return () => ({ before: found(before, 'frame'), after: found(after, 'frame'), arrivedAt: ms(arrivedAt - OPEN) })
}

interface Sums {
  readonly says: string
  readonly comesTo: string
}

/** What stands in a header of the frame that arrived, and what it should be for the bytes that arrived. */
const sums = ({ after }: Damaged, at: number): Sums => {
  const right = after.slice()
  mendChecksums(right)
  const hex = (bytes: Uint8Array): string => hexText(bytes.subarray(at, at + 2))
  return { says: hex(after), comesTo: hex(right) }
}

/** What was changed, in words: the card, the address or the order. */
const shownOf = (frame: Uint8Array, change: Change): string => {
  if (change === 'card') return macText(frame.subarray(0, 6))
  if (change === 'address') return addressText(frame.subarray(AT.addressEnd - 3, AT.addressEnd + 1))
  return latin1Text(frame.subarray(AT.data))
}

const sceneOf = ({ records, damaged, got }: Run, change: Change): Scene<DamageNames> => {
  const { before, after, arrivedAt } = damaged
  const [first, again] = seenBy(records, LAPTOP, 'tcp', 'out').filter(({ payload }) => payload !== undefined)
  const sent = found(first, 'segment with data')
  const ladder = drawn(records, sent, damaged)
  const [ip, tcp] = [sums(damaged, AT.ipSum), sums(damaged, AT.tcpSum)]
  const rows = { was: shownOf(before, change), is: shownOf(after, change), sum: change === 'address' ? ip : tcp, got }
  const facts = {
    wasSent: rows.was,
    arrived: rows.is,
    order: latin1Text(before.subarray(AT.data)),
    got,
    ipSays: ip.says,
    ipComesTo: ip.comesTo,
    tcpSays: tcp.says,
    tcpComesTo: tcp.comesTo,
    arrivedAt,
    ...(again === undefined ? {} : { againAt: again.at, waited: ms(again.at - sent.at) }),
  }
  return { records, facts, steps: stepsOf(ladder, { change, sent, again, arrivedAt, rows }) }
}

const drawn = (records: readonly TraceRecord[], sent: MessageRecord, { arrivedAt }: Damaged): Ladder<Label> => {
  const arrows = arrowsOf<Label>(records, PAIR, message =>
    message.layer === 'tcp' ? { text: labelOf(message) } : undefined,
  ).map(
    (arrow): Arrow<Label> =>
      arrow.id === sent.id ? { ...arrow, arrived: arrivedAt, look: 'bad', note: 'damaged' } : arrow,
  )
  const to = Math.max(...arrows.map(({ sent: at, arrived = at }) => arrived))
  return { lifelines: PAIR, arrows, brackets: [], from: 0, to }
}

const labelOf = ({ name, payload }: MessageRecord): string =>
  payload === undefined ? name : `${name}  ${payload.end - payload.start} B`

interface Told {
  readonly change: Change
  readonly sent: MessageRecord
  readonly again: MessageRecord | undefined
  readonly arrivedAt: number
  readonly rows: { readonly was: string; readonly is: string; readonly sum: Sums; readonly got: string }
}

const NOTICED = { data: 'tcp', address: 'ip', card: 'card', swapped: 'unseen' } as const

const stepsOf = (
  ladder: Ladder<Label>,
  { change, sent, again, arrivedAt, rows }: Told,
): Scene<DamageNames>['steps'] => {
  const of = (name: DamageNames['step'], at: number, now: number, fresh: readonly number[]) => ({
    name,
    at,
    now,
    fresh,
  })
  const plan: readonly (readonly [step: LadderStep<DamageNames['step']>, more: number])[] = [
    [of('sent', sent.at, sent.at, [sent.id]), 1],
    [of('flipped', arrivedAt, arrivedAt, [sent.id]), 1],
    [of(NOTICED[change], arrivedAt, arrivedAt, []), change === 'card' ? 0 : 2],
    ...(again === undefined ? [] : [[of('again', again.at, ladder.to, [again.id]), 0] as const]),
    [of('read', ladder.to, ladder.to, []), 1],
  ]
  const all: readonly Row<Label>[] = [
    row('wasSent', code(rows.was, 'client')),
    row('arrived', code(rows.is, 'bad')),
    ...(change === 'card'
      ? []
      : [
          row<Label>('says', code(rows.sum.says)),
          row<Label>('comesTo', code(rows.sum.comesTo, rows.sum.says === rows.sum.comesTo ? 'good' : 'bad')),
        ]),
    row('order', code(rows.got, 'server')),
  ]
  const tables = growing(
    all,
    plan.map(([{ name }, more]) => [name, more]),
  )
  return ladderSteps(
    ladder,
    plan.map(([step]) => step),
  ).map((step, i) => ({ ...step, drawings: [...step.drawings, ...tables[i]!.drawings] }))
}

const noticed = ({ facts }: Scene, sum: 'ip' | 'tcp'): boolean => facts[`${sum}Says`] !== facts[`${sum}ComesTo`]

export const damage: Lesson<DamageNames> = {
  id: 'damage',
  changes: ['data', 'address', 'card', 'swapped'],
  question: {
    kind: 'choosing',
    about: 'swapped',
    choices: [
      { name: 'ip', change: 'swapped', see: 'unseen', holds: scene => noticed(scene, 'ip') },
      { name: 'tcp', change: 'swapped', see: 'unseen', holds: scene => noticed(scene, 'tcp') },
      {
        name: 'nobody',
        change: 'swapped',
        see: 'read',
        holds: scene => !noticed(scene, 'ip') && !noticed(scene, 'tcp') && scene.facts.got === scene.facts.arrived,
      },
    ],
  },
  play: async (_, { seed, change }) => sceneOf(run(seed, change), change),
}
