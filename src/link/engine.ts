/**
 * One Ethernet interface: puts packets into frames for the right neighbour, takes frames apart, answers ARP. Read
 * RFC 826, RFC 894 and RFC 1122 2.3 first. Outside it speaks frames from their first byte, inside frames that begin at
 * the IP header.
 */
import type { Engine, Millis } from '../engine.ts'
import { type Failure, fail } from '../failures/index.ts'
import type { TraceSink } from '../trace/types.ts'
import { type IpAddress, ipAddress, LIMITED_BROADCAST, macText, sameIp } from '../wire/address.ts'
import type { Codec } from '../wire/codec.ts'
import type { Frame, FramePool } from '../wire/frame.ts'
import { Queue } from '../wire/queue.ts'
import { ARP_REPLY, ARP_REQUEST, ARP_SIZE, ArpPacket, arpName } from './arp.ts'
import {
  BROADCAST,
  ETHER_ARP,
  ETHER_IPV4,
  ETHERNET_HEADER_SIZE,
  EthernetFrame,
  EthernetHeader,
  etherTypeName,
  MINIMUM_FRAME,
  macAt,
} from './ethernet.ts'
import { ARP_TRIES, type ArpTrust, type NeighbourOrder, Neighbours } from './neighbours.ts'

export type LinkEvent =
  /** A frame that begins at its IP header; whoever takes the event owns it. */
  | { readonly type: 'packet'; readonly frame: Frame }
  /** A packet that could not be delivered, from its IP header on; whoever takes the event owns it. */
  | { readonly type: 'undelivered'; readonly frame: Frame; readonly failure: Failure }

export interface LinkOptions {
  readonly mac: Uint8Array
  readonly address: IpAddress
  readonly pool: FramePool
  /** The machine's name in the trace. */
  readonly host: string
  readonly trace?: TraceSink | undefined
  /** Bits of the subnet in which neighbours are. Default 0: anywhere. */
  readonly prefix?: number | undefined
  /**
   * `strict` takes ARP only from neighbours that speak for themselves, keeps the address that answered first until its
   * owner is silent, and defends our own (RFC 5227 2.4). Default `trusting`, as RFC 826 has it.
   */
  readonly arp?: ArpTrust | undefined
  readonly neighbours?: readonly { readonly address: IpAddress; readonly mac: Uint8Array }[] | undefined
}

export class LinkEngine implements Engine<Frame, Frame, LinkEvent> {
  /** What was dropped, by reason. */
  readonly dropped = { short: 0, notForUs: 0, unknownType: 0, badArp: 0 }
  /** ARP packets in which somebody else had our address. */
  conflicts = 0
  readonly #options: LinkOptions
  readonly #neighbours: Neighbours
  readonly #events = new Queue<LinkEvent>()
  readonly #out = new Queue<Frame>()
  readonly #ethernet = new EthernetHeader.View()
  readonly #arp = new ArpPacket.View()
  #now: Millis = 0
  #defended: Millis = Number.NEGATIVE_INFINITY

  constructor(options: LinkOptions) {
    this.#options = options
    this.#neighbours = new Neighbours(order => this.#obey(order), options.arp)
    for (const { address, mac } of options.neighbours ?? []) this.#neighbours.fix(address, mac, 0)
  }

  /** The ARP cache, to look at. */
  get neighbours(): Neighbours {
    return this.#neighbours
  }

  receive(frame: Frame, now: Millis): void {
    this.#now = now
    if (frame.length < ETHERNET_HEADER_SIZE) {
      this.#drop(frame, 'short')
      return
    }
    const header = this.#ethernet.at(frame.buffer, frame.offset)
    // RFC 1122 2.4: broadcasts are taken; multicast groups are joined by nobody yet.
    const mine = macAt(frame.buffer, frame.offset, this.#options.mac) || macAt(frame.buffer, frame.offset, BROADCAST)
    if (!mine) {
      this.#drop(frame, 'notForUs')
      return
    }
    const { etherType } = header
    if (this.#options.trace !== undefined) this.#traceIn(frame, now)
    frame.offset += ETHERNET_HEADER_SIZE
    frame.length -= ETHERNET_HEADER_SIZE
    if (etherType === ETHER_IPV4) this.#events.push({ type: 'packet', frame })
    else if (etherType === ETHER_ARP) this.#receiveArp(frame, now)
    else this.#drop(frame, 'unknownType')
  }

  receiveBatch(frames: readonly Frame[], now: Millis): void {
    for (const frame of frames) this.receive(frame, now)
  }

  /** Takes a frame that begins at its IP header and whose `nextHop` is set. */
  send(frame: Frame, now: Millis): void {
    this.#now = now
    const to = frame.nextHop!
    if (sameIp(to, LIMITED_BROADCAST)) this.#deliver(frame, BROADCAST)
    else this.#neighbours.use(to, frame, now)
  }

  advance(now: Millis): void {
    this.#now = now
    this.#neighbours.advance(now)
  }

  pollTransmit(_now: Millis): Frame | undefined {
    return this.#out.shift()
  }

  pollEvent(): LinkEvent | undefined {
    return this.#events.shift()
  }

  nextDeadline(): Millis | undefined {
    return this.#neighbours.nextDeadline()
  }

  #drop(frame: Frame, reason: keyof LinkEngine['dropped']): void {
    this.dropped[reason]++
    frame.release()
  }

  #obey(order: NeighbourOrder): void {
    switch (order.type) {
      case 'ask':
        this.#sendArp(
          ARP_REQUEST,
          order.how === 'broadcast' ? BROADCAST : order.neighbour.mac,
          order.neighbour.address,
          undefined,
        )
        return
      case 'deliver':
        this.#deliver(order.frame, order.mac)
        return
      case 'give-up': {
        const failure = fail('link/no-neighbour', { where: order.neighbour.address.text, number: ARP_TRIES })
        this.#events.push({ type: 'undelivered', frame: order.frame, failure })
        return
      }
      case 'state':
        this.#options.trace?.state({
          layer: 'arp',
          flow: order.neighbour.address.text,
          host: this.#options.host,
          from: order.from,
          to: order.to,
          at: this.#now,
        })
        return
      default:
        order satisfies never
    }
  }

  /** RFC 894: header in front, zeros behind up to the shortest frame. */
  #deliver(frame: Frame, mac: Uint8Array, etherType: number = ETHER_IPV4): void {
    const content = frame.length
    frame.offset -= ETHERNET_HEADER_SIZE
    frame.length += ETHERNET_HEADER_SIZE
    const header = this.#ethernet.at(frame.buffer, frame.offset)
    header.destination = mac
    header.source = this.#options.mac
    header.etherType = etherType
    if (frame.length < MINIMUM_FRAME) {
      frame.buffer.fill(0, frame.end, frame.offset + MINIMUM_FRAME)
      frame.length = MINIMUM_FRAME
    }
    if (this.#options.trace !== undefined) this.#traceOut(frame, content, etherType)
    this.#out.push(frame)
  }

  /** RFC 826, Packet Reception. */
  #receiveArp(frame: Frame, now: Millis): void {
    if (frame.length < ARP_SIZE) {
      this.#drop(frame, 'badArp')
      return
    }
    const arp = this.#arp.at(frame.buffer, frame.offset)
    const legal =
      arp.hardwareType === 1 &&
      arp.protocolType === ETHER_IPV4 &&
      arp.hardwareLength === 6 &&
      arp.protocolLength === 4 &&
      (arp.operation === ARP_REQUEST || arp.operation === ARP_REPLY) &&
      // A group address is nobody's own.
      (arp.senderHardware[0]! & 1) === 0 &&
      (this.#options.arp !== 'strict' || this.#speaksForItself(frame, arp.senderHardware, arp.senderProtocol))
    if (!legal) {
      this.#drop(frame, 'badArp')
      return
    }
    const { operation } = arp
    const senderHardware = arp.senderHardware.slice()
    const sender = ipAddress(arp.senderProtocol)
    const target = ipAddress(arp.targetProtocol)
    if (this.#options.trace !== undefined) this.#traceArp(frame, 'in', sender, target, now)
    frame.release()
    const isOurs = sender.text === this.#options.address.text
    if (isOurs && !sameOctets(senderHardware, this.#options.mac)) this.#claimed(now)
    const toUs = target.text === this.#options.address.text
    // RFC 5227 2.1.1: a probe has no sender yet; RFC 5227 2.4: nobody else has our address.
    const somebody = sender.text !== '0.0.0.0' && !isOurs
    const asksUs = toUs && operation === ARP_REQUEST
    // Differs from RFC 826 as Linux does (arp_accept = 0): an answer that nobody asked for makes no entry.
    if (somebody) this.#neighbours.heard(sender, senderHardware, asksUs ? 'asked us' : 'something else', now)
    if (asksUs) this.#sendArp(ARP_REPLY, senderHardware, sender, senderHardware)
  }

  /** The sender in the packet is the sender of the frame, and in our subnet; a probe has no address yet. */
  #speaksForItself(frame: Frame, hardware: Uint8Array, protocol: Uint8Array): boolean {
    if (!macAt(frame.buffer, frame.offset - ETHERNET_HEADER_SIZE + MAC_SIZE, hardware)) return false
    if (protocol.every(octet => octet === 0)) return true
    const { address, prefix = 0 } = this.#options
    for (let bit = 0; bit < prefix; bit++) {
      const mask = 0x80 >> (bit & 7)
      if (((protocol[bit >> 3]! ^ address.octets[bit >> 3]!) & mask) !== 0) return false
    }
    return true
  }

  /** RFC 5227 2.4 (c): somebody has our address too. We say once that it is ours, and not again for ten seconds. */
  #claimed(now: Millis): void {
    this.conflicts++
    if (this.#options.arp !== 'strict' || now - this.#defended < DEFEND_INTERVAL) return
    this.#defended = now
    this.#sendArp(ARP_REQUEST, BROADCAST, this.#options.address, undefined)
  }

  #sendArp(operation: number, mac: Uint8Array, target: IpAddress, targetHardware: Uint8Array | undefined): void {
    const frame = this.#options.pool.take(ARP_SIZE)
    frame.length = ARP_SIZE
    const arp = this.#arp.at(frame.buffer, frame.offset)
    arp.hardwareType = 1
    arp.protocolType = ETHER_IPV4
    arp.hardwareLength = 6
    arp.protocolLength = 4
    arp.operation = operation
    arp.senderHardware = this.#options.mac
    arp.senderProtocol = this.#options.address.octets
    arp.targetHardware = targetHardware ?? UNKNOWN_MAC
    arp.targetProtocol = target.octets
    if (this.#options.trace !== undefined) this.#traceArp(frame, 'out', this.#options.address, target, this.#now)
    this.#deliver(frame, mac, ETHER_ARP)
  }

  #traceIn(frame: Frame, now: Millis): void {
    const { host, trace } = this.#options
    const bytes = frame.view().slice()
    const header = this.#ethernet.at(bytes, 0)
    const id = trace!.nextId()
    frame.message = id
    frame.messageAt = frame.offset
    trace!.message({
      id,
      layer: 'ethernet',
      flow: flowOf(header.destination, header.source),
      host,
      direction: 'in',
      at: now,
      name: etherTypeName(header.etherType),
      format: EthernetFrame as Codec<unknown>,
      bytes,
    })
  }

  #traceOut(frame: Frame, content: number, etherType: number): void {
    const { host, trace } = this.#options
    const bytes = frame.view().slice()
    const header = this.#ethernet.at(bytes, 0)
    const inner = frame.message
    trace!.message({
      id: trace!.nextId(),
      layer: 'ethernet',
      flow: flowOf(header.source, header.destination),
      host,
      direction: 'out',
      at: this.#now,
      name: etherTypeName(etherType),
      format: EthernetFrame as Codec<unknown>,
      bytes,
      ...(inner === 0
        ? {}
        : { carries: [{ message: inner, start: ETHERNET_HEADER_SIZE, end: ETHERNET_HEADER_SIZE + content }] }),
    })
  }

  #traceArp(frame: Frame, direction: 'in' | 'out', sender: IpAddress, target: IpAddress, now: Millis): void {
    const { host, trace } = this.#options
    const bytes = frame.buffer.slice(frame.offset, frame.offset + ARP_SIZE)
    const start = frame.offset - frame.messageAt
    const id = trace!.nextId()
    trace!.message({
      id,
      layer: 'arp',
      flow: direction === 'in' ? sender.text : target.text,
      host,
      direction,
      at: now,
      name: arpName(bytes),
      format: ArpPacket as Codec<unknown>,
      bytes,
      ...(direction === 'in' ? { carriedBy: [{ message: frame.message, start, end: start + ARP_SIZE }] } : {}),
    })
    if (direction === 'out') {
      frame.message = id
      frame.messageAt = frame.offset
    }
  }
}

/** RFC 5227 1.1. */
const DEFEND_INTERVAL: Millis = 10_000
const MAC_SIZE = 6
const sameOctets = (a: Uint8Array, b: Uint8Array): boolean => a.every((octet, i) => octet === b[i])

const UNKNOWN_MAC = new Uint8Array(6)
const flowOf = (own: Uint8Array, other: Uint8Array): string => `${macText(own)} ${macText(other)}`
