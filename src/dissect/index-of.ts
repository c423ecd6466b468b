/**
 * The index of a capture: one way through all of its packets, which finds the conversations and where their frames are.
 * Nothing is kept of a packet but its place. `capture.ts` opens conversations afterwards.
 */
import type { Packets } from '../capture/read/packets.ts'
import type { Millis } from '../engine.ts'
import { type Failure, fail } from '../failures/index.ts'
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP, protocolName } from '../wire/protocols.ts'
import type { ConversationKind } from './conversation.ts'
import { Copies, OF_ALL } from './network/copies.ts'
import { type FragmentFrame, Fragments } from './network/fragments.ts'
import { FrameList, MOST_FRAMES } from './network/frame-list.ts'
import { guessDatagram, guessStream, isRequest } from './network/guess.ts'
import { i32, Layers, u16 } from './network/layers.ts'
import { PROTOCOL_ICMPV6, readQuoted } from './network/quoted.ts'
import { SegmentHead } from './network/side.ts'
import { Table } from './network/table.ts'
import type { TcpTrack, Tracked } from './network/tracked.ts'

const TCP_HEADER = 20
const UDP_HEADER = 8

export interface Index {
  readonly frames: number
  readonly conversations: readonly Tracked[]
  readonly list: FrameList
  readonly duration: Millis
  readonly damage: readonly Failure[]
}

/** Goes through all packets of `packets`. */
export const indexOf = (packets: Packets): Index => {
  const indexer = new Indexer(packets)
  while (packets.next()) indexer.packet()
  return indexer.finished()
}

class Indexer {
  readonly #packets: Packets
  readonly #layers = new Layers()
  readonly #segment = new SegmentHead()
  readonly #table = new Table()
  readonly #list = new FrameList()
  readonly #copies = new Copies(OF_ALL)
  readonly #fragments = new Fragments()
  readonly #whole = new Layers()
  readonly #quoted = new Layers()
  readonly #unknownLinks = new Map<number, number>()
  #latest: Millis = 0

  constructor(packets: Packets) {
    this.#packets = packets
  }

  packet(): void {
    const packets = this.#packets
    const layers = this.#layers
    const { time } = packets
    if (time > this.#latest) this.#latest = time
    const { linkType } = packets.interface!
    if (!layers.read(packets.window.bytes, packets.at, packets.length, packets.originalLength, linkType)) {
      this.#unknownLinks.set(linkType, (this.#unknownLinks.get(linkType) ?? 0) + 1)
      this.#belongs(this.#table.without('other', linkType, time), {
        place: packets.blockAt,
        wire: packets.originalLength,
        time,
      })
    } else if (layers.fragment) this.#fragment(time)
    else this.#belongs(this.#find(layers, time), { place: packets.blockAt, wire: packets.originalLength, time })
  }

  finished(): Index {
    this.#fragments.finish()
    this.#giveUpFragments()
    const damage = [...this.#packets.damage]
    for (const [number, count] of this.#unknownLinks)
      damage.push(fail('capture/link-type-unknown', { number, got: `${count}` }))
    if (this.#table.refused > 0)
      damage.push(fail('capture/too-much', { where: 'conversations', number: this.#table.all.length }))
    if (this.#list.isFull) damage.push(fail('capture/too-much', { where: 'frames', number: MOST_FRAMES }))
    return {
      frames: this.#packets.number,
      conversations: this.#table.all,
      list: this.#list,
      duration: this.#latest,
      damage,
    }
  }

  /** The conversation of the packet under `layers`, told of it. */
  #find(layers: Layers, time: Millis): Tracked | undefined {
    const { protocol, version, transportAt: at, transportEnd } = layers
    if (layers.isArp) return this.#table.find('ARP', layers, 0, 0, time)
    // What is too short to say of which type it is counts as type 0, which none has.
    if (version === 0) return this.#table.without('other', Math.max(0, layers.etherType), time)
    const left = transportEnd - at
    if (protocol === PROTOCOL_TCP && left >= TCP_HEADER) return this.#tcp(layers, time)
    if (protocol === PROTOCOL_UDP && left >= UDP_HEADER) return this.#udp(layers, time)
    const kind: ConversationKind = protocol === PROTOCOL_ICMP || protocol === PROTOCOL_ICMPV6 ? 'ICMP' : 'other'
    const complained = kind === 'ICMP' ? this.#complainedOf(layers) : undefined
    if (complained !== undefined) return complained
    const found = this.#table.find(kind, layers, 0, 0, time)
    if (found === undefined) return found
    found.protocol ??= kind === 'ICMP' ? (version === 4 ? 'ICMP' : 'ICMPv6') : protocolName(protocol)
    this.#said(found, layers.transportWireEnd - at)
    return found
  }

  /** The connection whose segment was not delivered, as an ICMP error says that comes from the side of its receiver. */
  #complainedOf(layers: Layers): Tracked | undefined {
    const inner = this.#quoted
    // The pieces of one that was cut are told apart by their addresses.
    if (layers.wasCut || !readQuoted(layers, inner)) return undefined
    const { buffer, transportAt: at } = inner
    const found = this.#table.known('TCP', inner, u16(buffer, at), u16(buffer, at + 2))
    this.#table.from = this.#table.from === 'a' ? 'b' : 'a'
    return found
  }

  #udp(layers: Layers, time: Millis): Tracked | undefined {
    const { buffer, transportAt: at } = layers
    const [source, destination] = [u16(buffer, at), u16(buffer, at + 2)]
    const found = this.#table.find('UDP', layers, source, destination, time)
    if (found === undefined) return found
    found.protocol ??= guessDatagram(source, destination)
    this.#said(found, layers.transportWireEnd - at - UDP_HEADER)
    return found
  }

  #said(found: Tracked, bytes: number): void {
    if (this.#table.from === 'a') found.bytesA += bytes
    else found.bytesB += bytes
  }

  #tcp(layers: Layers, time: Millis): Tracked | undefined {
    const segment = this.#segment
    if (!readSegmentHead(layers, time, segment)) return this.#table.find('other', layers, 0, 0, time)
    const { buffer, transportAt: at } = layers
    let found = this.#table.find('TCP', layers, u16(buffer, at), u16(buffer, at + 2), time)
    if (found === undefined) return found
    const { from } = this.#table
    if (found.tcp!.isOver(from, segment)) found = this.#table.again(found, time)
    if (found === undefined) return found
    if (!layers.wasCut && this.#copies.isCopy(layers, this.#packets.interface!.number, time)) {
      found.copies++
      return found
    }
    const track = found.tcp!
    track.see(from, segment)
    if (segment.length > 0 && (found.protocol === undefined || track.certainty < 2)) this.#guess(found, track, layers)
    return found
  }

  /** Looks at the first bytes of a stream. */
  #guess(found: Tracked, track: TcpTrack, { buffer, transportAt: at, transportEnd }: Layers): void {
    const { from } = this.#table
    const text = at + (buffer[at + 12]! >>> 4) * 4
    const side = from === 'a' ? track.a : track.b
    if (side.was.bytes > 2 * side.fresh) return
    const first = buffer.subarray(text, Math.min(transportEnd, text + 24))
    found.protocol ??= guessStream(first)
    const asks = track.certainty < 2 ? isRequest(first) : undefined
    if (asks === undefined) return
    track.certainty = 2
    track.client = asks ? from : from === 'a' ? 'b' : 'a'
  }

  #fragment(time: Millis): void {
    const { blockAt: place, originalLength: wire } = this.#packets
    const whole = this.#fragments.add(this.#layers, { place, wire, time })
    if (whole !== undefined) {
      this.#whole.joined(this.#layers, whole.bytes.subarray(0, whole.length))
      const found = this.#find(this.#whole, time)
      for (const piece of whole.pieces) this.#belongs(found, piece)
    }
    this.#giveUpFragments()
  }

  /** Pieces of what never became whole belong to no port. */
  #giveUpFragments(): void {
    for (const { pieces, first } of this.#fragments.givenUp()) {
      const found = this.#table.find('other', first, 0, 0, pieces[0]!.time)
      if (found !== undefined) found.protocol ??= 'fragments'
      for (const piece of pieces) this.#belongs(found, piece)
    }
  }

  #belongs(found: Tracked | undefined, { place, wire, time }: FragmentFrame): void {
    if (found === undefined) return
    if (this.#table.from === 'a') {
      found.framesA++
      found.wireA += wire
    } else {
      found.framesB++
      found.wireB += wire
    }
    if (time > found.end) found.end = time
    if (time < found.start) found.start = time
    if (this.#list.isFull) return
    found.tail = this.#list.add(place, found.tail)
    if (found.head < 0) found.head = found.tail
  }
}

/** The numbers of the segment under `layers`; false when it is none. */
export const readSegmentHead = (layers: Layers, time: Millis, segment: SegmentHead): boolean => {
  const { buffer, transportAt: at, transportWireEnd } = layers
  const size = (buffer[at + 12]! >>> 4) * 4
  if (size < TCP_HEADER || at + size > transportWireEnd) return false
  segment.seq = i32(buffer, at + 4)
  segment.ack = i32(buffer, at + 8)
  segment.control = buffer[at + 13]!
  segment.window = u16(buffer, at + 14)
  segment.length = transportWireEnd - at - size
  segment.time = time
  return true
}
