/**
 * From an IP address to a card (RFC 826): the laptop asks everybody, and whoever answers is believed, for nothing in ARP
 * proves who speaks. A third machine answers too. What a careful laptop can do about it, and what it cannot.
 */
import type { Millis } from '../../../src/engine.ts'
import { network } from '../../../src/lab/network.ts'
import type { Network } from '../../../src/lab/network-types.ts'
import { ARP_REPLY, ARP_REQUEST, ArpPacket } from '../../../src/link/arp.ts'
import {
  ETHER_ARP,
  ETHER_IPV4,
  ETHERNET_HEADER_SIZE,
  EthernetHeader,
  MINIMUM_FRAME,
} from '../../../src/link/ethernet.ts'
import { recorder } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { macText } from '../../../src/wire/address.ts'
import { sameOctets } from '../../../src/wire/bytes.ts'
import type { Drawing, Row } from '../drawings.ts'
import { arpIn, arpText, arrowsOfFrames, isOfFrames, type PassedFrame, watchFrames } from '../frames.ts'
import { type Ladder, ladderSteps, type Said } from '../ladder.ts'
import type { Lesson, Scene } from '../lesson.ts'
import { code, plain } from '../rows.ts'
import { addresses, card, type Dice, dice, found, LAPTOP, MALLORY, ms, SHOP, seenBy, THREE } from '../stage.ts'

export interface ArpNames {
  readonly step: 'asks' | 'answers' | 'echo' | 'lies' | 'stolen' | 'kept' | 'liesFirst' | 'late'
  readonly change: 'honest' | 'lies' | 'strict' | 'faster'
  readonly choice: 'first' | 'last' | 'neither'
  readonly label: 'address' | 'card' | 'whose' | 'forged'
}
type Label = ArpNames['label']
type Change = ArpNames['change']

interface Lan {
  readonly net: Network
  readonly cards: Readonly<Record<string, Uint8Array>>
  readonly trace: ReturnType<typeof recorder>
  readonly random: Dice
}

const lanOf = (seed: number, change: Change): Lan => {
  const random = dice(seed, 'arp')
  const at = addresses(random)
  const trace = recorder()
  const delay = random.delay(0.6, 1.9)
  const net = network({ seed, delay, trace })
  const cards = { [LAPTOP]: card(random), [MALLORY]: card(random), [SHOP]: card(random) }
  const careful = change === 'strict' || change === 'faster'
  net.host(LAPTOP, {
    address: at.laptop,
    hardwareAddress: cards[LAPTOP],
    arp: careful ? 'strict' : 'trusting',
  })
  // Who has the shorter cable is heard first.
  const faults = { delay: change === 'faster' ? ms(4 * delay) : delay }
  net.host(SHOP, { address: at.shop, hardwareAddress: cards[SHOP], faults })
  net.host(MALLORY, { address: at.third, hardwareAddress: cards[MALLORY] })
  return { net, cards, trace, random }
}

/** ARP: the shop's address is at mallory's card, says mallory to the laptop. */
const lie = ({ net, cards }: Lan): Uint8Array => {
  const bytes = new Uint8Array(MINIMUM_FRAME)
  const ethernet = new EthernetHeader.View(bytes, 0)
  ethernet.destination = cards[LAPTOP]!
  ethernet.source = cards[MALLORY]!
  ethernet.etherType = ETHER_ARP
  const arp = new ArpPacket.View(bytes, ETHERNET_HEADER_SIZE)
  arp.hardwareType = 1
  arp.protocolType = ETHER_IPV4
  arp.hardwareLength = 6
  arp.protocolLength = 4
  arp.operation = ARP_REPLY
  arp.senderHardware = cards[MALLORY]!
  arp.senderProtocol = net.host(SHOP).address.octets
  arp.targetHardware = cards[LAPTOP]!
  arp.targetProtocol = net.host(LAPTOP).address.octets
  return bytes
}

/** Mallory answers whenever somebody asks for the shop, `after` so many milliseconds. */
const answerToo = (lan: Lan, after: Millis): void => {
  const { net } = lan
  const cable = net.intercept(MALLORY, {
    frame(bytes, direction) {
      const arp = direction === 'in' ? arpIn(bytes) : undefined
      if (arp?.operation === ARP_REQUEST && sameOctets(arp.targetProtocol, net.host(SHOP).address.octets))
        net.clock.later(net.clock.now() + after, () => cable.inject(lie(lan), 'out'))
      return [bytes]
    },
  })
}

/** Two pings, the second when everything about the first has been said. */
const play = (seed: number, change: Change): Scene<ArpNames> => {
  const lan = lanOf(seed, change)
  const { net, trace, random } = lan
  if (change !== 'honest') answerToo(lan, change === 'faster' ? 0 : random.between(70, 90) / 10)
  const frames = watchFrames(net, THREE)
  net.host(LAPTOP).ping(net.host(SHOP).address, () => {})
  net.clock.run(random.between(18, 30))
  let echo: number | undefined
  net.host(LAPTOP).ping(net.host(SHOP).address, answer => {
    if (typeof answer === 'number') echo = answer
  })
  net.clock.run(QUIET)
  net.close()
  return sceneOf(lan, { frames, records: trace.records, change, echo })
}

/** Before anybody doubts what it knows. */
const QUIET: Millis = 900

interface Seen {
  readonly frames: readonly PassedFrame[]
  readonly records: Scene['records']
  readonly change: Change
  /** Milliseconds until the second ping was answered. */
  readonly echo: number | undefined
}

const toCard = ({ bytes }: PassedFrame): Uint8Array => bytes.subarray(0, 6)

const sceneOf = (lan: Lan, { frames, records, change, echo }: Seen): Scene<ArpNames> => {
  const { net, cards } = lan
  const [shop, laptop] = [net.host(SHOP).address.text, net.host(LAPTOP).address.text]
  const pings = frames.filter(frame => frame.from === LAPTOP && arpIn(frame.bytes) === undefined)
  const [first, second] = [found(pings[0], 'first ping'), found(pings[1], 'second ping')]
  const arrows = arrowsOfFrames(frames, THREE, (frame, host) => saidOf(frame, host))
  const ladder: Ladder<Label> = {
    lifelines: THREE,
    arrows,
    brackets: [],
    from: 0,
    to: Math.max(...arrows.map(({ sent, arrived = sent }) => arrived)),
  }
  const lies = frames.find(({ from }) => from === MALLORY)
  const facts = {
    shop,
    laptop,
    shopCard: macText(cards[SHOP]!),
    laptopCard: macText(cards[LAPTOP]!),
    malloryCard: macText(cards[MALLORY]!),
    usedFirst: macText(toCard(first)),
    used: macText(toCard(second)),
    firstAt: first.at,
    secondAt: second.at,
    ...(echo === undefined ? {} : { echo: ms(echo) }),
    ...(lies === undefined ? {} : { liesAt: found(lies.arrivals[0], 'lie that arrived').at }),
  }
  return { records, facts, steps: stepsOf(lan, { frames, records, change, pings, ladder }) }
}

const saidOf = ({ bytes, from }: PassedFrame, host: string): Said<Label> | undefined => {
  const arp = arpIn(bytes)
  if (arp === undefined) return { text: 'ICMP echo', look: host === MALLORY ? 'bad' : 'plain' }
  if (host === MALLORY && arp.operation === ARP_REQUEST) return { text: '' }
  if (from === MALLORY) return { text: arpText(bytes, arp), look: 'bad', note: 'forged' }
  return { text: arpText(bytes, arp) }
}

interface Told extends Pick<Seen, 'frames' | 'records' | 'change'> {
  readonly pings: readonly PassedFrame[]
  readonly ladder: Ladder<Label>
}

interface Part {
  readonly name: ArpNames['step']
  readonly fresh: readonly PassedFrame[]
  /** An ARP message that is opened. */
  readonly opens?: { readonly message: MessageRecord; readonly field: string } | undefined
  /** Pings of which the table tells by then. */
  readonly pings: number
}

const partsOf = ({ frames, records, change, pings }: Told): readonly Part[] => {
  const arp = (host: string): readonly PassedFrame[] =>
    frames.filter(({ from, bytes }) => from === host && arpIn(bytes) !== undefined)
  const [asks, answers, lies] = [arp(LAPTOP), arp(SHOP), arp(MALLORY)]
  const second = found(pings[1], 'second ping').at
  const echoes = frames.filter(({ bytes }) => arpIn(bytes) === undefined)
  const [before, after] = [echoes.filter(({ at }) => at < second), echoes.filter(({ at }) => at >= second)]
  const heard = seenBy(records, LAPTOP, 'arp', 'in')
  const opened = (message: MessageRecord | undefined, field: string): Part['opens'] => ({
    message: found(message, 'ARP message'),
    field,
  })
  const from = (host: string, all: readonly PassedFrame[]): MessageRecord | undefined =>
    heard.find(({ at }) => all.some(frame => frame.from === host && frame.arrivals.some(each => each.at === ms(at))))
  const asked = seenBy(records, LAPTOP, 'arp', 'out')[0]
  const question = { name: 'asks', fresh: asks, opens: opened(asked, 'targetProtocol'), pings: 0 } as const
  const answer = { fresh: answers, opens: opened(from(SHOP, answers), 'senderHardware'), pings: 0 } as const
  if (change === 'honest') {
    return [
      question,
      { ...answer, name: 'answers' },
      { name: 'echo', fresh: before, pings: 1 },
      { name: 'kept', fresh: after, pings: 2 },
    ]
  }
  const forged = { fresh: lies, opens: opened(from(MALLORY, lies), 'senderHardware') } as const
  if (change === 'faster') {
    return [
      question,
      { ...forged, name: 'liesFirst', pings: 0 },
      { ...answer, name: 'late', fresh: [...answers, ...before], pings: 1 },
      { name: 'stolen', fresh: after, pings: 2 },
    ]
  }
  return [
    question,
    { ...answer, name: 'answers' },
    { name: 'echo', fresh: before, pings: 1 },
    { ...forged, name: 'lies', pings: 1 },
    { name: change === 'lies' ? 'stolen' : 'kept', fresh: after, pings: 2 },
  ]
}

const stepsOf = (lan: Lan, told: Told): Scene<ArpNames>['steps'] => {
  const parts = partsOf(told)
  const { ladder, pings } = told
  const steps = ladderSteps(
    ladder,
    parts.map(({ name, fresh }) => {
      const shown = ladder.arrows.filter(arrow => isOfFrames(arrow, fresh))
      const now = Math.max(...shown.map(({ sent, arrived = sent }) => arrived))
      return {
        name,
        // Of a lie it matters when it is heard.
        at: name === 'lies' ? now : Math.min(...shown.map(({ sent }) => sent)),
        now,
        fresh: shown.map(({ id }) => id),
      }
    }),
  )
  return steps.map((step, i) => {
    const { opens, pings: count } = parts[i]!
    const more: Drawing<Label>[] = opens === undefined ? [] : [{ kind: 'message', ...opens }]
    if (opens === undefined && count > 0) more.push(tableOf(lan, pings.slice(0, count)))
    return { ...step, drawings: [...step.drawings, ...more] }
  })
}

/** Of each ping what its packet says and what its frame says. */
const tableOf = ({ net, cards }: Lan, pings: readonly PassedFrame[]): Drawing<Label> => ({
  kind: 'table',
  head: ['address', 'card', 'whose'],
  rows: pings.map((ping, i): Row<Label> => {
    const [whose = ''] = Object.entries(cards).find(([, mac]) => sameOctets(mac, toCard(ping))) ?? []
    return {
      cells: [
        plain(net.host(SHOP).address.text),
        code(macText(toCard(ping))),
        plain(whose, whose === MALLORY ? 'third' : 'server'),
      ],
      fresh: i === pings.length - 1,
    }
  }),
})

/** Whose card the second ping went to. */
const believed = ({ facts }: Scene): 'shop' | 'mallory' | 'nobody' =>
  facts.used === facts.shopCard ? 'shop' : facts.used === facts.malloryCard ? 'mallory' : 'nobody'

export const arp: Lesson<ArpNames> = {
  id: 'arp',
  changes: ['honest', 'lies', 'strict', 'faster'],
  question: {
    kind: 'choosing',
    about: 'lies',
    choices: [
      { name: 'first', change: 'lies', see: 'stolen', holds: scene => believed(scene) === 'shop' },
      { name: 'last', change: 'lies', see: 'stolen', holds: scene => believed(scene) === 'mallory' },
      { name: 'neither', change: 'lies', see: 'stolen', holds: scene => believed(scene) === 'nobody' },
    ],
  },
  play: async (_, { seed, change }) => play(seed, change),
}
