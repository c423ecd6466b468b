/**
 * From a name to an address (RFC 1034, RFC 1035): a question to a name server, an answer with a time for which it holds.
 * An answer counts that fits the question; whoever has not heard it must guess its number and its port (RFC 5452).
 */
import { DnsMessage } from '../../../src/dns/message.ts'
import { questionAbout } from '../../../src/dns/question.ts'
import { answerQuery, Zone } from '../../../src/dns/server.ts'
import { Failure } from '../../../src/failures/index.ts'
import type { Resolution } from '../../../src/host/types.ts'
import { IPV4_HEADER_SIZE, Ipv4Header } from '../../../src/ip/ipv4.ts'
import { mendChecksums } from '../../../src/lab/checksums.ts'
import { network } from '../../../src/lab/network.ts'
import type { Network } from '../../../src/lab/network-types.ts'
import { ETHER_IPV4, ETHERNET_HEADER_SIZE, EthernetHeader } from '../../../src/link/ethernet.ts'
import { recorder } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { UDP_HEADER_SIZE, UdpHeader } from '../../../src/udp/header.ts'
import { decode } from '../../../src/wire/codec.ts'
import { PROTOCOL_UDP } from '../../../src/wire/protocols.ts'
import type { Drawing } from '../drawings.ts'
import { arrowsOfFrames, isOfFrames, type PassedFrame, watchFrames } from '../frames.ts'
import { type Ladder, type Lifeline, ladderSteps, type Said } from '../ladder.ts'
import type { Lesson, Scene } from '../lesson.ts'
import {
  addresses,
  card,
  type Dice,
  dice,
  found,
  LAPTOP,
  MALLORY,
  ms,
  numberAt,
  SHOP,
  seenBy,
  since,
} from '../stage.ts'

export interface DnsNames {
  readonly step: 'asks' | 'answer' | 'alias' | 'absent' | 'guesses' | 'heard' | 'believed' | 'late' | 'used' | 'nothing'
  readonly change: 'there' | 'alias' | 'absent' | 'blind' | 'overheard'
  readonly choice: 'sooner' | 'never' | 'overheard'
  readonly label: 'forged'
}
type Label = DnsNames['label']
type Change = DnsNames['change']

const NAME_SERVER = 'nameserver'
const LINES: readonly Lifeline[] = [
  { host: LAPTOP, side: 'client' },
  { host: MALLORY, side: 'third' },
  { host: NAME_SERVER, side: 'server' },
]

interface Lan {
  readonly net: Network
  readonly cards: Readonly<Record<typeof LAPTOP | typeof MALLORY, Uint8Array>>
  readonly trace: ReturnType<typeof recorder>
  readonly random: Dice
  /** What is asked for, and what mallory would like to be the answer. */
  readonly name: string
  readonly wanted: string
}

const TYPE_A = 1

const lanOf = (seed: number, change: Change): Lan => {
  const random = dice(seed, 'dns')
  const at = addresses(random)
  const trace = recorder()
  const net = network({ seed, delay: random.delay(2.3, 3.4), trace })
  const cards = { [LAPTOP]: card(random), [MALLORY]: card(random) }
  net.host(LAPTOP, { address: at.laptop, hardwareAddress: cards[LAPTOP] })
  net.host(MALLORY, { address: at.third, hardwareAddress: cards[MALLORY], faults: { delay: random.delay(1.1, 1.6) } })
  net.host(SHOP, { address: at.shop })
  const part = `${random.pick(['books', 'music', 'maps', 'toys'])}${random.between(10, 99)}`
  const name = change === 'absent' ? `${part}.${SHOP}`.replace('.test', '.tset') : `${part}.${SHOP}`
  if (change !== 'absent') net.name(name, change === 'alias' ? SHOP : at.shop)
  return { net, cards, trace, random, name, wanted: at.third }
}

/** Where the question came from, if the frame is one to the name server. */
interface Question {
  readonly port: number
  readonly payload: Uint8Array
}

const UDP_AT = ETHERNET_HEADER_SIZE + IPV4_HEADER_SIZE

const datagramIn = (frame: Uint8Array) => {
  if (new EthernetHeader.View(frame, 0).etherType !== ETHER_IPV4) return undefined
  if (new Ipv4Header.View(frame, ETHERNET_HEADER_SIZE).protocol !== PROTOCOL_UDP) return undefined
  const udp = new UdpHeader.View(frame, UDP_AT)
  const { sourcePort, destinationPort, length } = udp
  return { sourcePort, destinationPort, payload: frame.subarray(UDP_AT + UDP_HEADER_SIZE, UDP_AT + length) }
}

/** An answer to a question, in the name server's name, with mallory's own address in it. */
const forged = ({ net, cards, name, wanted }: Lan, { port, payload }: Question): Uint8Array => {
  const zone = new Zone()
  zone.set(name, wanted)
  const answer = found(answerQuery(zone, payload), 'forged answer')
  const bytes = new Uint8Array(UDP_AT + UDP_HEADER_SIZE + answer.length)
  const ethernet = new EthernetHeader.View(bytes, 0)
  ethernet.destination = cards[LAPTOP]
  ethernet.source = cards[MALLORY]
  ethernet.etherType = ETHER_IPV4
  const ip = new Ipv4Header.View(bytes, ETHERNET_HEADER_SIZE)
  ip.version = 4
  ip.internetHeaderLength = IPV4_HEADER_SIZE / 4
  ip.totalLength = bytes.length - ETHERNET_HEADER_SIZE
  ip.timeToLive = 64
  ip.protocol = PROTOCOL_UDP
  ip.sourceAddress = net.nameServer.octets
  ip.destinationAddress = net.host(LAPTOP).address.octets
  const udp = new UdpHeader.View(bytes, UDP_AT)
  udp.sourcePort = DNS_PORT
  udp.destinationPort = port
  udp.length = UDP_HEADER_SIZE + answer.length
  bytes.set(answer, UDP_AT + UDP_HEADER_SIZE)
  mendChecksums(bytes)
  return bytes
}

const DNS_PORT = 53
/** Ports above those of servers. */
const LOWEST_PORT = 1024

/** Answers before the name server does, with the question in hand or with numbers that are guessed. */
const answerSooner = (lan: Lan, change: 'blind' | 'overheard'): void => {
  const { net, random } = lan
  const cable = net.intercept(MALLORY, { frame: bytes => [bytes] })
  const stop = net.tap(({ host, what, bytes }) => {
    const asked = what === 'sent' && host === LAPTOP ? datagramIn(bytes) : undefined
    if (asked?.destinationPort !== DNS_PORT) return
    stop()
    net.clock.later(net.clock.now() + random.delay(0.2, 0.6), () => {
      for (const question of questions(asked)) cable.inject(forged(lan, question), 'out')
    })
  })
  /** The question as it was heard, or as mallory thinks that it might be. */
  const questions = ({ sourcePort, payload }: { sourcePort: number; payload: Uint8Array }): readonly Question[] =>
    change === 'overheard'
      ? [{ port: sourcePort, payload }]
      : Array.from({ length: GUESSES }, () => ({
          port: random.between(LOWEST_PORT, 0xffff),
          payload: questionAbout(lan.name, TYPE_A, random.between(0, 0xffff)),
        }))
}

/** As many as a drawing has room for; a real attacker sends thousands. */
const GUESSES = 4

const play = (seed: number, change: Change): Scene<DnsNames> => {
  const lan = lanOf(seed, change)
  const { net, trace } = lan
  // Who is who on the wire has been found out before.
  net.host(LAPTOP).ping(net.nameServer, () => {})
  net.host(MALLORY).ping(net.host(LAPTOP).address, () => {})
  net.clock.run(OPEN)
  const begin = net.clock.now()
  if (change === 'blind' || change === 'overheard') answerSooner(lan, change)
  const frames = watchFrames(net, LINES)
  let told: { readonly at: number; readonly answer: Resolution | Failure } | undefined
  net.host(LAPTOP).resolve(lan.name, 'A', answer => {
    told = { at: ms(net.clock.now() - begin), answer }
  })
  net.clock.run(begin + OPEN)
  net.close()
  return sceneOf(lan, { frames, records: since(trace.records, begin), change, ...found(told, 'end of the question') })
}

const OPEN = 500

interface Seen {
  readonly frames: readonly PassedFrame[]
  readonly records: Scene['records']
  readonly change: Change
  readonly at: number
  readonly answer: Resolution | Failure
}

/** Of several lies the last is called one: there is no room between them. */
const saidOf = ({ number, from, bytes }: PassedFrame, lies: readonly PassedFrame[]): Said<Label> | undefined => {
  const datagram = datagramIn(bytes)
  if (datagram === undefined) return undefined
  const { head, body } = decode(DnsMessage, datagram.payload)
  const id = hex16(head.id)
  if (head.flags.response === 0) return { text: `A?  ${id}` }
  const data = body.answers.at(-1)?.body
  const text = data instanceof Uint8Array ? data.join('.') : 'NXDOMAIN'
  if (from !== MALLORY) return { text: `${text}  ${id}` }
  return { text: `${text}  ${id}`, look: 'bad', note: number === lies.at(-1)?.number ? 'forged' : undefined }
}

const sceneOf = (lan: Lan, seen: Seen): Scene<DnsNames> => {
  const { net, name, wanted } = lan
  const { frames, records, change, at, answer } = seen
  const lies = frames.filter(({ from }) => from === MALLORY)
  const arrows = arrowsOfFrames(frames, LINES, frame => saidOf(frame, lies))
  const to = Math.max(...arrows.map(({ sent, arrived = sent }) => arrived))
  const ladder: Ladder<Label> = { lifelines: LINES, arrows, brackets: [], from: 0, to }
  const question = found(seenBy(records, LAPTOP, 'dns', 'out')[0], 'question')
  const server = found(seenBy(records, LAPTOP, 'dns', 'in').at(-1), 'answer')
  const port = found(datagramIn(found(frames[0], 'question').bytes), 'question')
  const forgeries = frames
    .filter(({ from }) => from === MALLORY)
    .map(({ bytes }) => found(datagramIn(bytes), 'forgery'))
  const last = forgeries.at(-1)
  const facts = {
    name,
    id: idOf(question),
    port: port.sourcePort,
    shop: net.host(SHOP).address.text,
    toldAt: at,
    answeredAt: found(frames.find(({ from }) => from === NAME_SERVER)?.arrivals[0], 'answer').at,
    ...(answer instanceof Failure ? {} : { address: found(answer.addresses[0], 'address').text }),
    ...(last === undefined
      ? {}
      : { wanted, guessedPort: last.destinationPort, guessedId: hex16(decode(DnsMessage, last.payload).head.id) }),
  }
  const fixed = {
    server: net.nameServer.text,
    alias: SHOP,
    ...(answer instanceof Failure
      ? { failure: answer.code, code: numberAt(server, 'header.flags.responseCode'), means: server.name }
      : { ttl: answer.ttl }),
    ...(last === undefined ? {} : { forgeries: forgeries.length, numbers: 2 ** 16 }),
  }
  return { records, facts, fixed, steps: stepsOf(ladder, { frames, records, change, question, at }) }
}

const hex16 = (id: number): string => id.toString(16).padStart(4, '0')
const idOf = (message: MessageRecord): string => hex16(numberAt(message, 'header.id'))

interface Told extends Pick<Seen, 'frames' | 'records' | 'change' | 'at'> {
  readonly question: MessageRecord
}

interface Part {
  readonly name: DnsNames['step']
  readonly fresh: readonly PassedFrame[]
  readonly opens?: readonly [message: MessageRecord | undefined, field: string]
  /** Where it is not when a message leaves. */
  readonly at?: number
}

const partsOf = ({ frames, records, change, question, at }: Told): readonly Part[] => {
  const by = (host: string): readonly PassedFrame[] => frames.filter(({ from }) => from === host)
  const heard = seenBy(records, LAPTOP, 'dns', 'in')
  const asks: Part = { name: 'asks', fresh: by(LAPTOP).slice(0, 1), opens: [question, 'body.questions.0.name'] }
  const answers = by(NAME_SERVER).filter(({ bytes }) => datagramIn(bytes) !== undefined)
  switch (change) {
    case 'there':
      return [
        asks,
        { name: 'answer', fresh: answers, opens: [heard[0], 'body.answers.0.data'] },
        { name: 'used', fresh: [], opens: [heard[0], 'body.answers.0.head.ttl'] },
      ]
    case 'alias':
      return [
        asks,
        { name: 'alias', fresh: answers, opens: [heard[0], 'body.answers.0.data'] },
        { name: 'answer', fresh: [], opens: [heard[0], 'body.answers.1.data'] },
        { name: 'used', fresh: [], opens: [heard[0], 'body.answers.1.head.ttl'] },
      ]
    case 'absent':
      return [
        asks,
        { name: 'absent', fresh: answers, opens: [heard[0], 'header.flags.responseCode'] },
        { name: 'nothing', fresh: [] },
      ]
    case 'blind':
      return [
        asks,
        { name: 'guesses', fresh: by(MALLORY) },
        { name: 'answer', fresh: answers, opens: [heard.at(-1), 'body.answers.0.data'] },
        { name: 'used', fresh: [], opens: [heard.at(-1), 'body.answers.0.head.ttl'] },
      ]
    case 'overheard':
      return [
        asks,
        { name: 'heard', fresh: by(MALLORY), opens: [heard[0], 'header.id'] },
        { name: 'believed', fresh: [], at, opens: [heard[0], 'body.answers.0.data'] },
        { name: 'late', fresh: answers },
      ]
    default:
      return change satisfies never
  }
}

const stepsOf = (ladder: Ladder<Label>, told: Told): Scene<DnsNames>['steps'] => {
  const parts = partsOf(told)
  let now = 0
  const plan = parts.map(({ name, fresh, at }) => {
    const shown = ladder.arrows.filter(arrow => isOfFrames(arrow, fresh))
    now = Math.max(now, ...shown.map(({ sent, arrived = sent }) => arrived))
    const begins = shown.length === 0 ? now : Math.min(...shown.map(({ sent }) => sent))
    return { name, at: at ?? begins, now, fresh: shown.map(({ id }) => id) }
  })
  const steps = ladderSteps(ladder, plan)
  return steps.map((step, i) => {
    const opens = parts[i]!.opens
    const drawing: readonly Drawing<Label>[] =
      opens === undefined ? [] : [{ kind: 'message', message: found(opens[0], 'DNS message'), field: opens[1] }]
    return { ...step, drawings: [...step.drawings, ...drawing] }
  })
}

const deceived = ({ facts }: Scene): boolean => facts.address !== undefined && facts.address === facts.wanted

export const dns: Lesson<DnsNames> = {
  id: 'dns',
  changes: ['there', 'alias', 'absent', 'blind', 'overheard'],
  question: {
    kind: 'choosing',
    about: 'blind',
    choices: [
      { name: 'sooner', change: 'blind', see: 'answer', holds: deceived },
      { name: 'never', change: 'overheard', see: 'believed', holds: scene => !deceived(scene) },
      { name: 'overheard', change: 'overheard', see: 'believed', holds: deceived },
    ],
  },
  play: async (_, { seed, change }) => play(seed, change),
}
