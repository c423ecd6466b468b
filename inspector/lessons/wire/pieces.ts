/**
 * No wire takes frames of any length: what is longer goes in pieces (RFC 9293 3.7.1). Each side says with SYN how much it
 * takes in one segment, and whoever sends obeys the smaller of the two.
 */
import { network } from '../../../src/lab/network.ts'
import { recorder, type TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import type { Drawing, Row } from '../drawings.ts'
import { arrowsOf, type Ladder, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { plain } from '../rows.ts'
import { addresses, dice, found, headerOf, LAPTOP, numberAt, PAIR, SHOP, seenBy, segments, since } from '../stage.ts'

export interface PiecesNames {
  readonly step: 'offers' | 'answers' | 'first' | 'more' | 'last' | 'whole' | 'alone'
  readonly change: 'long' | 'small' | 'short'
  readonly choice: 'right' | 'wrong'
  readonly label: 'segment' | 'bytes' | 'frame' | 'sum'
}
type Label = PiecesNames['label']
type Change = PiecesNames['change']

interface Plan {
  readonly message: number
  /** Bytes of the largest packet that the shop's card takes; undefined: as usual. */
  readonly mtu: number | undefined
}

const play = (seed: number, change: Change): Scene<PiecesNames> => {
  const random = dice(seed, 'pieces')
  const at = addresses(random)
  const trace = recorder()
  const net = network({ seed, delay: random.delay(1.1, 2.9), trace })
  const long = random.between(3100, 6900)
  const plan: Plan = {
    message: change === 'short' ? random.between(200, 1400) : long,
    mtu: change === 'small' ? random.between(820, 1100) : undefined,
  }
  const laptop = net.host(LAPTOP, { address: at.laptop })
  const shop = net.host(SHOP, { address: at.shop, mtu: plan.mtu })
  let got = 0
  shop.listen({ port: 80 }, connection => ({
    event({ type }) {
      if (type === 'readable') shop.do(now => void (got += connection.read(plan.message, now).length))
    },
  }))
  // Who is who on the wire has been found out before.
  laptop.ping(shop.address, () => {})
  net.clock.run(QUIET)
  const connection = laptop.connect({ address: shop.address, port: 80 }, () => ({
    event({ type }) {
      if (type === 'connected') laptop.do(now => void connection.write(new Uint8Array(plan.message), now))
    },
  }))
  net.clock.run(2 * QUIET)
  net.close()
  return sceneOf(since(trace.records, QUIET), plan, got, change)
}

/** By then everything has been said that there is to say. */
const QUIET = 100

const MOST_SEGMENT = 'body.options.0.body'

const sceneOf = (
  records: readonly TraceRecord[],
  { message, mtu }: Plan,
  got: number,
  change: Change,
): Scene<PiecesNames> => {
  const [syn, answer] = [
    found(segments(records, LAPTOP, 'out', 'SYN')[0], 'SYN'),
    found(segments(records, SHOP, 'out', 'SYN ACK')[0], 'SYN ACK'),
  ]
  const pieces = piecesIn(records)
  const [first, last] = [found(pieces[0], 'segment'), found(pieces.at(-1), 'segment')]
  const sent = pieces.reduce((sum, { frame }) => sum + frame, 0)
  const offers = { laptopTakes: numberAt(syn, MOST_SEGMENT), shopTakes: numberAt(answer, MOST_SEGMENT) }
  const size = { piece: first.bytes, frame: first.frame }
  const fixed = {
    tcpHeader: headerOf(first.message),
    ipHeader: headerOf(first.packet),
    laptopTakes: offers.laptopTakes,
  }
  const facts = { message, got, last: last.bytes, sent, share: Math.round((1000 * (sent - message)) / sent) / 10 }
  const steps = stepsOf(records, { syn, answer, pieces, change })
  if (change === 'small') {
    const { shopTakes } = offers
    return {
      records,
      facts: { ...facts, ...size, shopTakes, count: pieces.length, mtu: found(mtu, 'MTU') },
      fixed,
      steps,
    }
  }
  return change === 'long'
    ? { records, facts: { ...facts, count: pieces.length }, fixed: { ...fixed, ...offers, ...size }, steps }
    : { records, facts: { ...facts, ...size }, fixed: { ...fixed, ...offers, count: pieces.length }, steps }
}

interface Piece {
  readonly message: MessageRecord
  readonly packet: MessageRecord
  readonly bytes: number
  /** Of its frame. */
  readonly frame: number
}

/** The laptop's segments with data, each with the packet and the frame that it went in. */
const piecesIn = (records: readonly TraceRecord[]): readonly Piece[] => {
  const holder = (layer: 'ip' | 'ethernet', inner: MessageRecord): MessageRecord =>
    found(
      seenBy(records, LAPTOP, layer, 'out').find(({ carries }) => carries?.some(({ message }) => message === inner.id)),
      `${layer} around ${inner.name}`,
    )
  return seenBy(records, LAPTOP, 'tcp', 'out').flatMap(message => {
    if (message.payload === undefined) return []
    const packet = holder('ip', message)
    const { start, end } = message.payload
    return [{ message, packet, bytes: end - start, frame: holder('ethernet', packet).bytes.length }]
  })
}

interface Told {
  readonly syn: MessageRecord
  readonly answer: MessageRecord
  readonly pieces: readonly Piece[]
  readonly change: Change
}

const stepsOf = (
  records: readonly TraceRecord[],
  { syn, answer, pieces, change }: Told,
): Scene<PiecesNames>['steps'] => {
  const arrows = arrowsOf<Label>(records, PAIR, ({ layer, name, payload }) => {
    if (layer !== 'tcp') return undefined
    return { text: payload === undefined ? name : `${name}  ${payload.end - payload.start} B` }
  })
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  const ladder: Ladder<Label> = { lifelines: PAIR, arrows, brackets: [], from: 0, to }
  const arrival = ({ id, at }: MessageRecord): number => arrows.find(arrow => arrow.id === id)?.arrived ?? at
  const step = (
    name: PiecesNames['step'],
    messages: readonly MessageRecord[],
    ...drawings: readonly Drawing<Label>[]
  ) => ({
    told: { name, at: messages[0]!.at, now: Math.max(...messages.map(arrival)), fresh: messages.map(({ id }) => id) },
    drawings,
  })
  const message = (each: MessageRecord): Drawing<Label> => ({ kind: 'message', message: each, field: MOST_SEGMENT })
  const upTo = (count: number): Drawing<Label> => tableOf(pieces.slice(0, count))
  const all = pieces.map(piece => piece.message)
  const parts = [
    step('offers', [syn], message(syn)),
    step('answers', [answer], message(answer)),
    ...(change === 'short'
      ? [step('alone', all, upTo(1))]
      : [
          step('first', all.slice(0, 1), upTo(1)),
          step('more', all.slice(1, -1), upTo(pieces.length - 1)),
          step('last', all.slice(-1), upTo(pieces.length)),
        ]),
  ]
  const end = { name: 'whole', at: arrival(all.at(-1)!), now: to, fresh: [] } as const
  return ladderSteps(ladder, [...parts.map(({ told }) => told), end]).map((each, i) => ({
    ...each,
    drawings: [...each.drawings, ...(parts[i]?.drawings ?? [tableOf(pieces, 'sum')])],
  }))
}

const tableOf = (pieces: readonly Piece[], sum?: 'sum'): Drawing<Label> => {
  const rows = pieces.map(
    ({ bytes, frame }, i): Row<Label> => ({
      cells: [plain(i + 1), plain(bytes), plain(frame)],
      fresh: sum === undefined && i === pieces.length - 1,
    }),
  )
  const total = (of: 'bytes' | 'frame'): number => pieces.reduce((all, piece) => all + piece[of], 0)
  const last: Row<Label> = { cells: [{ label: 'sum' }, plain(total('bytes')), plain(total('frame'))], fresh: true }
  return { kind: 'table', head: ['segment', 'bytes', 'frame'], rows: sum === undefined ? rows : [...rows, last] }
}

export const pieces: Lesson<PiecesNames> = {
  id: 'pieces',
  changes: ['long', 'small', 'short'],
  question: {
    kind: 'writing',
    change: 'small',
    see: 'last',
    asks: 'number',
    answer: ({ facts }) => `${facts.count}`,
  },
  play: async (_, { seed, change }) => play(seed, change),
}
