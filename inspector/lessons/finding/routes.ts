/**
 * To a machine that is on no wire of ours (RFC 1122 3.3.1): the packet keeps its addresses, the frame is for the next
 * router, and each of them makes another. A packet that goes round in circles dies of its time to live (RFC 791 3.2).
 */
import { Failure } from '../../../src/failures/index.ts'
import { icmpName, TIME_EXCEEDED } from '../../../src/ip/icmp.ts'
import { IPV4_HEADER_SIZE, Ipv4Header } from '../../../src/ip/ipv4.ts'
import { subnetText } from '../../../src/ip/subnet.ts'
import { ETHERNET_HEADER_SIZE } from '../../../src/link/ethernet.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { addressText, macText } from '../../../src/wire/address.ts'
import type { Drawing, Row, TableDrawing } from '../drawings.ts'
import { arpIn, arpText } from '../frames.ts'
import { type Arrow, arrowsOf, type Ladder, type Lifeline, ladderSteps } from '../ladder.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { code, plain, row, table } from '../rows.ts'
import { found, LAPTOP, ms, SHOP, seenBy, since } from '../stage.ts'
import { type Layout, type Nets, netsOf, PROVIDER, ROUTER } from './nets.ts'

export interface RoutesNames {
  readonly step:
    | 'elsewhere'
    | 'asks'
    | 'first'
    | 'second'
    | 'third'
    | 'back'
    | 'here'
    | 'asksHere'
    | 'direct'
    | 'backHere'
    | 'around'
    | 'dies'
  readonly change: Layout
  readonly choice: 'shop' | 'router' | 'everybody'
  readonly label: 'own' | 'shop' | 'next' | 'itself' | 'card' | 'address' | 'left'
}
type Label = RoutesNames['label']

const LINES: readonly Lifeline[] = [
  { host: LAPTOP, side: 'client' },
  { host: ROUTER, side: 'router' },
  { host: PROVIDER, side: 'router' },
  { host: SHOP, side: 'server' },
]
/** Where the shop is a neighbour, the provider is not asked. */
const NEAR = LINES.filter(({ host }) => host !== PROVIDER)

const play = (seed: number, change: Layout): Scene<RoutesNames> => {
  const nets = netsOf(seed, change)
  const { clock, laptop, shop, trace } = nets
  // Whoever stands behind the router knows its neighbours already.
  if (change === 'far') shop.ping(nets.routerBehind, () => {})
  clock.run(QUIET)
  const begin = clock.now()
  let told: { readonly at: number; readonly answer: number | Failure } | undefined
  laptop.ping(shop.address, answer => {
    told = { at: ms(clock.now() - begin), answer }
  })
  clock.run(begin + QUIET)
  nets.close()
  return sceneOf(nets, since(trace.records, begin), change, found(told, 'end of the ping'))
}

const QUIET = 900

interface Told {
  readonly at: number
  readonly answer: number | Failure
}

/** The packet in a frame. */
const packetIn = ({ bytes }: MessageRecord) => {
  const header = new Ipv4Header.View(bytes, ETHERNET_HEADER_SIZE)
  const inner = ETHERNET_HEADER_SIZE + IPV4_HEADER_SIZE
  return {
    life: header.timeToLive,
    to: addressText(header.destinationAddress),
    icmp: bytes[inner]!,
    why: bytes[inner + 1]!,
  }
}

/** Of a packet that circles, the first passes and the last are drawn. */
const SHOWN = 3

/** Between four machines there is little room: the end of an address is enough. */
const shortened = (text: string): string => text.replace(/\d+\.\d+\.(?=\d+\.\d+$)/, '…')

const drawn = (records: Scene['records'], change: Layout): Ladder<Label> => {
  const lifelines = change === 'near' ? NEAR : LINES
  const lives = seenBy(records, ROUTER, 'ethernet').flatMap(m =>
    arpIn(m.bytes) === undefined ? [packetIn(m).life] : [],
  )
  const [most, least] = [Math.max(...lives), Math.min(...lives)]
  const arrows = arrowsOf<Label>(records, lifelines, (m, arrived) => {
    if (m.layer !== 'ethernet' || arrived === undefined) return undefined
    const arp = arpIn(m.bytes)
    // What routers and shop ask among themselves is the same again.
    if (arp !== undefined) {
      return m.host === LAPTOP || arrived.host === LAPTOP ? { text: shortened(arpText(m.bytes, arp)) } : undefined
    }
    const { life, icmp, why } = packetIn(m)
    if (icmp === TIME_EXCEEDED) return { text: icmpName(icmp, why), look: 'bad' }
    const between = change === 'loop' && life < most - SHOWN && life > least + SHOWN
    return between ? undefined : { text: `TTL ${life}` }
  })
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  return { lifelines, arrows, brackets: [], from: 0, to }
}

/** The frames of the ping on its way to the shop, one for each wire. */
const passes = (records: Scene['records']): readonly MessageRecord[] =>
  [LAPTOP, ROUTER, PROVIDER]
    .flatMap(host => seenBy(records, host, 'ethernet', 'out'))
    .filter(m => arpIn(m.bytes) === undefined && packetIn(m).icmp === ECHO_REQUEST)
    .sort((a, b) => a.at - b.at)

const ECHO_REQUEST = 8

const sceneOf = (nets: Nets, records: Scene['records'], change: Layout, told: Told): Scene<RoutesNames> => {
  const ladder = drawn(records, change)
  const frames = passes(records)
  const sent = found(frames[0], 'ping')
  const last = found(frames.at(-1), 'ping')
  const { answer } = told
  return {
    records,
    facts: {
      laptop: nets.laptop.address.text,
      shop: nets.shop.address.text,
      home: subnetText(nets.home),
      router: nets.routerAddress,
      routerCard: macText(nets.cards.router),
      shopCard: macText(nets.cards.shop),
      sentTo: macText(sent.bytes.subarray(0, 6)),
      arrivedFor: macText(last.bytes.subarray(0, 6)),
      toldAt: told.at,
    },
    fixed: {
      life: packetIn(sent).life,
      left: packetIn(last).life,
      wires: frames.length,
      ...(answer instanceof Failure ? { failure: answer.code } : {}),
    },
    steps: stepsOf(nets, records, ladder, change),
  }
}

interface Part {
  readonly name: RoutesNames['step']
  readonly fresh: readonly Arrow<Label>[]
  readonly drawings: readonly Drawing<Label>[]
}

const stepsOf = (
  nets: Nets,
  records: Scene['records'],
  ladder: Ladder<Label>,
  change: Layout,
): Scene<RoutesNames>['steps'] => {
  const parts = partsOf(nets, records, ladder, change)
  let now = 0
  const plan = parts.map(({ name, fresh }) => {
    const at = fresh.length === 0 ? now : Math.min(...fresh.map(({ sent }) => sent))
    now = Math.max(now, ...fresh.map(({ sent, arrived = sent }) => arrived))
    return { name, at, now, fresh: fresh.map(({ id }) => id) }
  })
  return ladderSteps(ladder, plan).map((step, i) => ({
    ...step,
    drawings: [...(parts[i]!.fresh.length === 0 ? [] : step.drawings), ...parts[i]!.drawings],
  }))
}

const partsOf = (nets: Nets, records: Scene['records'], ladder: Ladder<Label>, change: Layout): readonly Part[] => {
  const frames = passes(records)
  const ids = new Set(frames.map(({ id }) => id))
  const there = ladder.arrows.filter(({ id }) => ids.has(id)).toSorted((a, b) => a.sent - b.sent)
  const arps = ladder.arrows.filter(({ text }) => /^(?:who has|is at)/.test(text))
  const back = ladder.arrows.filter(arrow => !there.includes(arrow) && !arps.includes(arrow))
  const decided: TableDrawing<Label> = table(
    [
      row<Label>('own', plain(subnetText(nets.home), 'client')),
      row<Label>('shop', plain(nets.shop.address.text, 'server')),
      row<Label>('next', nets.gateway === undefined ? { label: 'itself' } : plain(nets.gateway)),
    ],
    1,
  )
  const message = { kind: 'message', message: found(frames[0], 'ping'), field: 'header.destination' } as const
  const names =
    change === 'near'
      ? (['here', 'asksHere', 'direct', 'backHere'] as const)
      : (['elsewhere', 'asks', 'first', 'back'] as const)
  const begin: readonly Part[] = [
    { name: names[0], fresh: [], drawings: [decided] },
    { name: names[1], fresh: arps, drawings: [] },
    { name: names[2], fresh: there.slice(0, 1), drawings: [hopsOf(frames.slice(0, 1)), message] },
  ]
  if (change === 'loop') {
    return [
      ...begin,
      { name: 'around', fresh: there.slice(1), drawings: [hopsOf([...frames.slice(0, 4), ...frames.slice(-2)])] },
      { name: 'dies', fresh: back, drawings: [] },
    ]
  }
  const further = (['second', 'third'] as const).slice(0, there.length - 1)
  return [
    ...begin,
    ...further.map((name, i): Part => ({ name, fresh: [there[i + 1]!], drawings: [hopsOf(frames.slice(0, i + 2))] })),
    { name: names[3], fresh: back, drawings: [] },
  ]
}

/** Of each frame that carried the ping: for which card, for which address, and how long it still lives. */
const hopsOf = (frames: readonly MessageRecord[]): TableDrawing<Label> => ({
  kind: 'table',
  head: ['card', 'address', 'left'],
  rows: frames.flatMap((frame, i): Row<Label>[] => {
    const { to, life } = packetIn(frame)
    const cells = [code<Label>(macText(frame.bytes.subarray(0, 6))), plain<Label>(to, 'server'), plain<Label>(life)]
    const before = frames[i - 1]
    const left = before !== undefined && packetIn(before).life > life + 1
    return [...(left ? [{ cells: [plain<Label>('…')] }] : []), { cells, fresh: i === frames.length - 1 }]
  }),
})

export const routes: Lesson<RoutesNames> = {
  id: 'routes',
  changes: ['far', 'near', 'loop'],
  question: {
    kind: 'choosing',
    about: 'far',
    choices: [
      { name: 'shop', change: 'far', see: 'first', holds: ({ facts }) => facts.sentTo === facts.shopCard },
      { name: 'router', change: 'far', see: 'first', holds: ({ facts }) => facts.sentTo === facts.routerCard },
      { name: 'everybody', change: 'far', see: 'first', holds: ({ facts }) => facts.sentTo === 'ff:ff:ff:ff:ff:ff' },
    ],
  },
  play: async (_, { seed, change }) => play(seed, change),
}
