/** The records of one frame: link, IP, and what IP carries, as the engines tell them when they send or receive. */
import { answerName, DnsMessage, questionName } from '../../dns/message.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { IcmpMessage, icmpName } from '../../ip/icmp.ts'
import { Ipv4Packet } from '../../ip/ipv4.ts'
import { Ipv6Packet } from '../../ip/ipv6.ts'
import { ARP_SIZE, ArpPacket, arpName } from '../../link/arp.ts'
import { CookedFrame, CookedFrame2, LoopbackFrame, taggedFrame } from '../../link/captured.ts'
import { EthernetFrame, etherTypeName } from '../../link/ethernet.ts'
import type { Carrier, Layer, MessageRecord, TraceSink } from '../../trace/types.ts'
import { UDP_HEADER_SIZE, UdpDatagram } from '../../udp/header.ts'
import { addressText, macText } from '../../wire/address.ts'
import { type Codec, decode } from '../../wire/codec.ts'
import { PROTOCOL_ICMP, protocolName } from '../../wire/protocols.ts'
import { WireError } from '../../wire/reader.ts'
import type { Conversation } from '../conversation.ts'
import {
  type Layers,
  LINKTYPE_ETHERNET,
  LINKTYPE_LINUX_SLL,
  LINKTYPE_LINUX_SLL2,
  LINKTYPE_LOOP,
  LINKTYPE_NULL,
  u16,
} from './layers.ts'
import { PROTOCOL_ICMPV6 } from './quoted.ts'

/** Whose eyes see it all. */
export const HOST = 'client'

/** Tells records of one conversation. */
export class Teller {
  readonly #sink: TraceSink
  readonly #conversation: Conversation

  constructor(sink: TraceSink, conversation: Conversation) {
    this.#sink = sink
    this.#conversation = conversation
  }

  /** Tells of one message; its number. */
  message(
    layer: Layer,
    direction: 'in' | 'out',
    at: Millis,
    record: Pick<MessageRecord, 'flow' | 'name' | 'bytes'> & {
      readonly format: Codec<unknown> | undefined
      readonly carriedBy?: readonly Carrier[]
    } & Partial<Pick<MessageRecord, 'payload' | 'about'>>,
  ): number {
    const id = this.#sink.nextId()
    this.#sink.message({ id, layer, host: HOST, direction, at, ...record })
    return id
  }

  /** The frame and its IP packet; what carries the bytes of the transport. */
  lower(
    layers: Layers,
    linkType: number,
    direction: 'in' | 'out',
    at: Millis,
    remarks: readonly string[],
  ): readonly Carrier[] {
    const { start, end, networkAt, version } = layers
    const frame = layers.buffer.slice(start, end)
    const id = this.#link(frame, layers, linkType, direction, at, remarks)
    const network = frame.subarray(networkAt - start)
    if (version === 0) return id === 0 ? [] : [{ message: id, start: networkAt - start, end: frame.length }]
    const packetEnd = Math.max(networkAt, Math.min(end, networkAt + packetLength(layers))) - networkAt
    const packet = this.message('ip', direction, at, {
      flow: this.#packetFlow(layers, direction),
      name: protocolName(layers.protocol),
      format: (version === 4 ? Ipv4Packet : Ipv6Packet) as Codec<unknown>,
      bytes: network.subarray(0, packetEnd),
      ...(id === 0
        ? {}
        : { carriedBy: [{ message: id, start: networkAt - start, end: networkAt - start + packetEnd }] }),
    })
    return [{ message: packet, start: layers.transportAt - networkAt, end: layers.transportEnd - networkAt }]
  }

  /** Own and other address. Who complains of a packet of a connection may be neither of its ends. */
  #packetFlow(layers: Layers, direction: 'in' | 'out'): string {
    const { client, server } = this.#conversation
    if (layers.protocol !== PROTOCOL_ICMP && layers.protocol !== PROTOCOL_ICMPV6)
      return `${client.address} ${server.address}`
    const [from, to] = [addressAt(layers, layers.sourceAt), addressAt(layers, layers.destinationAt)]
    return direction === 'out' ? `${from} ${to}` : `${to} ${from}`
  }

  #link(
    frame: Bytes,
    layers: Layers,
    linkType: number,
    direction: 'in' | 'out',
    at: Millis,
    remarks: readonly string[],
  ): number {
    const format = linkFormat(linkType, layers.tags)
    if (format === undefined) return 0
    return this.message('ethernet', direction, at, {
      flow: linkFlow(frame, linkType, direction),
      name: etherTypeName(layers.etherType),
      format,
      bytes: frame,
      ...(remarks.length === 0 ? {} : { about: remarks.join(' ') }),
    })
  }

  arp(layers: Layers, carriers: readonly Carrier[], direction: 'in' | 'out', at: Millis): void {
    const packet = layers.buffer.slice(layers.networkAt, Math.min(layers.end, layers.networkAt + ARP_SIZE))
    if (packet.length < ARP_SIZE) return
    this.message('arp', direction, at, {
      flow: this.#conversation.server.address,
      name: arpName(packet),
      format: ArpPacket as Codec<unknown>,
      bytes: packet,
      carriedBy: carriers.map(each => ({ ...each, end: each.start + ARP_SIZE })),
    })
  }

  icmp(bytes: Bytes, layers: Layers, carriers: readonly Carrier[], direction: 'in' | 'out', at: Millis): void {
    if (bytes.length < 2) return
    const [type = 0, code = 0] = bytes
    const { protocol, sourceAt, destinationAt } = layers
    this.message('icmp', direction, at, {
      flow: addressAt(layers, direction === 'out' ? destinationAt : sourceAt),
      name: protocol === PROTOCOL_ICMP ? icmpName(type, code) : (ICMPV6_NAMES[type] ?? `ICMPv6 type ${type}`),
      format: protocol === PROTOCOL_ICMP ? (IcmpMessage as Codec<unknown>) : undefined,
      bytes,
      carriedBy: carriers,
    })
  }

  udp(bytes: Bytes, carriers: readonly Carrier[], direction: 'in' | 'out', at: Millis): void {
    const { flow, protocol } = this.#conversation
    const [source, destination] = [u16(bytes, 0), u16(bytes, 2)]
    const id = this.message('udp', direction, at, {
      flow,
      name: `${source} → ${destination}`,
      format: UdpDatagram as Codec<unknown>,
      bytes,
      carriedBy: carriers,
    })
    if (protocol === 'DNS' || protocol === 'mDNS' || protocol === 'LLMNR') this.#dns(bytes, id, direction, at)
  }

  #dns(datagram: Bytes, carrier: number, direction: 'in' | 'out', at: Millis): void {
    const bytes = datagram.subarray(UDP_HEADER_SIZE)
    const message = dnsOf(bytes)
    if (message === undefined) return
    const [question] = message.body.questions
    const asks = message.head.flags.response === 0
    this.message('dns', direction, at, {
      flow: question?.name ?? '',
      name: asks && question !== undefined ? questionName(question.type, question.name) : answerName(message),
      format: DnsMessage as Codec<unknown>,
      bytes,
      carriedBy: [{ message: carrier, start: UDP_HEADER_SIZE, end: datagram.length }],
    })
  }
}

const dnsOf = (bytes: Bytes): DnsMessage | undefined => {
  try {
    return decode(DnsMessage, bytes)
  } catch (error) {
    if (error instanceof WireError) return undefined
    throw error
  }
}

/** What a packet says of its own length; the frame may be longer (padding). */
const packetLength = ({ buffer, networkAt, version, wireEnd }: Layers): number => {
  const said = version === 4 ? u16(buffer, networkAt + 2) : u16(buffer, networkAt + 4)
  return said === 0 ? wireEnd - networkAt : version === 4 ? said : 40 + said
}

const addressAt = ({ buffer, version }: Layers, at: number): string =>
  addressText(buffer.subarray(at, at + (version === 4 ? 4 : 16)))

const linkFormat = (linkType: number, tags: number): Codec<unknown> | undefined => {
  switch (linkType) {
    case LINKTYPE_ETHERNET:
      return tags > 0 ? taggedFrame(tags) : (EthernetFrame as Codec<unknown>)
    case LINKTYPE_LINUX_SLL:
      return CookedFrame
    case LINKTYPE_LINUX_SLL2:
      return CookedFrame2
    case LINKTYPE_NULL:
    case LINKTYPE_LOOP:
      return LoopbackFrame
    default:
      return undefined
  }
}

/** Own and other hardware address, where both are there. */
const linkFlow = (frame: Bytes, linkType: number, direction: 'in' | 'out'): string => {
  if (linkType !== LINKTYPE_ETHERNET || frame.length < 12) return ''
  const [to, from] = [macText(frame.subarray(0, 6)), macText(frame.subarray(6, 12))]
  return direction === 'out' ? `${from} ${to}` : `${to} ${from}`
}

/** RFC 4443 2.1 and RFC 4861 4. */
const ICMPV6_NAMES: Readonly<Record<number, string>> = {
  1: 'destination unreachable',
  2: 'packet too big',
  3: 'time exceeded',
  4: 'parameter problem',
  128: 'echo request',
  129: 'echo reply',
  133: 'router solicitation',
  134: 'router advertisement',
  135: 'neighbor solicitation',
  136: 'neighbor advertisement',
}
