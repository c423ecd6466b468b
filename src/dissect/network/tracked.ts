/** What is known of a conversation while the capture is gone through. */
import type { Millis } from '../../engine.ts'
import { ACK, RST, SYN } from '../../tcp/segment.ts'
import { addressText, endpointText } from '../../wire/address.ts'
import type { Both, Conversation, ConversationKind, End, TcpFacts } from '../conversation.ts'
import { i32, type Layers, u16 } from './layers.ts'
import { type Arrival, type SegmentHead, Side } from './side.ts'

/** A TCP connection from both sides: `a` is the end whose address and port come first in the table's order. */
export class TcpTrack {
  readonly a: Side = new Side()
  readonly b: Side = new Side()
  /** How long SYN (the last, where it was sent again), SYN ACK and ACK took. */
  roundTrip: Millis | undefined = undefined
  opened: TcpFacts['opened'] = 'before'
  reset = false
  /** Which end is the client, and how surely that is known: 3 by SYN, 2 by what it said, 0 not at all. */
  client: 'a' | 'b' = 'a'
  certainty = 0
  #synTime: Millis | undefined = undefined

  see(from: 'a' | 'b', segment: SegmentHead): Arrival {
    const { control, time } = segment
    if ((control & SYN) !== 0) this.#syn(from, control, time)
    else if ((control & RST) !== 0) this.#rst(from)
    else if (this.#synTime !== undefined && from === this.client && this.opened === 'handshake') {
      this.roundTrip ??= time - this.#synTime
    }
    return from === 'a' ? this.a.see(segment, this.b, this.roundTrip) : this.b.see(segment, this.a, this.roundTrip)
  }

  /** Does this SYN open another connection between the same two ports? */
  isOver(from: 'a' | 'b', segment: SegmentHead): boolean {
    const side = from === 'a' ? this.a : this.b
    // One whose SYN was not seen has said by its first byte which number that must have had.
    const isn = side.isn ?? (side.base - 1) | 0
    return (segment.control & (SYN | ACK)) === SYN && side.begun && isn !== segment.seq
  }

  #syn(from: 'a' | 'b', control: number, time: Millis): void {
    const answer = (control & ACK) !== 0
    if (this.certainty < 3) {
      this.certainty = 3
      this.client = answer ? (from === 'a' ? 'b' : 'a') : from
      this.opened = answer ? 'handshake' : 'unanswered'
    }
    if (answer) this.opened = 'handshake'
    else if (this.roundTrip === undefined) this.#synTime = time
  }

  #rst(from: 'a' | 'b'): void {
    if (this.opened === 'unanswered' && from !== this.client) this.opened = 'refused'
    this.reset = true
  }

  facts(): TcpFacts {
    const [client, server] = this.client === 'a' ? [this.a, this.b] : [this.b, this.a]
    const both = (of: (side: Side) => number): Both => ({ client: of(client), server: of(server) })
    const finished = Number(client.finished) + Number(server.finished)
    return {
      opened: this.opened,
      closed: this.reset && finished < 2 ? 'RST' : finished === 2 ? 'FIN' : finished === 1 ? 'half' : undefined,
      retransmissions: both(side => side.was.retransmissions),
      outOfOrder: both(side => side.was.outOfOrder),
      lost: both(side => side.lost),
      resets: both(side => side.was.resets),
      zeroWindows: both(side => side.was.zeroWindows),
      keepAlives: both(side => side.was.keepAlives),
    }
  }
}

/** The kind, and five words for each end: the address in four, and the port. */
export const KEY_WORDS = 11

export class Tracked {
  readonly id: number
  readonly kind: ConversationKind
  /** As `Table` made it: kind and version, then the two ends in its order. */
  readonly key: Int32Array
  readonly tcp: TcpTrack | undefined
  /** The first and the last frame in the chain of `FrameList`. */
  head = -1
  tail = -1
  framesA = 0
  framesB = 0
  wireA = 0
  wireB = 0
  bytesA = 0
  bytesB = 0
  copies = 0
  start: Millis
  end: Millis
  protocol: string | undefined = undefined
  /** Who sent the first frame. */
  firstFrom: 'a' | 'b' = 'a'

  constructor(id: number, kind: ConversationKind, key: Int32Array, time: Millis) {
    this.id = id
    this.kind = kind
    this.key = key
    this.start = time
    this.end = time
    this.tcp = kind === 'TCP' ? new TcpTrack() : undefined
  }

  /** The end that began: by SYN, by what it said, else the one with the higher port, else who spoke first. */
  get client(): 'a' | 'b' {
    if (this.tcp !== undefined && this.tcp.certainty > 0) return this.tcp.client
    const a = this.key[5]!
    const b = this.key[10]!
    if (this.kind === 'TCP' || this.kind === 'UDP') {
      if (serves(a) !== serves(b) || this.kind === 'TCP') return a === b ? this.firstFrom : a > b ? 'a' : 'b'
    }
    return this.firstFrom
  }

  /** Was the packet sent by the first end? Fragments are told apart by their addresses alone. */
  isFromA({ buffer, version, isArp, sourceAt, transportAt, fragment }: Layers): boolean {
    const { key } = this
    for (let i = 0; i < (version === 4 || isArp ? 1 : version === 6 ? 4 : 0); i++) {
      if (i32(buffer, sourceAt + i * 4) !== key[1 + i]) return false
    }
    return (this.kind !== 'TCP' && this.kind !== 'UDP') || fragment || u16(buffer, transportAt) === key[5]
  }

  described(): Conversation {
    const fromA = this.client === 'a'
    const both = (a: number, b: number): Both => (fromA ? { client: a, server: b } : { client: b, server: a })
    const [a, b] = [this.#end(1), this.#end(6)]
    const [client, server] = fromA ? [a, b] : [b, a]
    if (this.tcp !== undefined) this.tcp.client = fromA ? 'a' : 'b'
    return {
      id: this.id,
      kind: this.kind,
      client,
      server,
      flow: flowOf(this.kind, client, server),
      protocol: this.protocol,
      frames: both(this.framesA, this.framesB),
      wireBytes: both(this.wireA, this.wireB),
      bytes: this.tcp === undefined ? both(this.bytesA, this.bytesB) : both(this.tcp.a.was.bytes, this.tcp.b.was.bytes),
      copies: this.copies,
      start: this.start,
      end: this.end,
      tcp: this.tcp?.facts(),
    }
  }

  #end(at: number): End {
    const version = this.key[0]! & 15
    if (version === 0) return { address: '', port: this.key[at + 4]! }
    const octets = new Uint8Array(version === 4 ? 4 : 16)
    const view = new DataView(octets.buffer)
    for (let i = 0; i < octets.length / 4; i++) view.setInt32(i * 4, this.key[at + i]!)
    return { address: addressText(octets), port: this.key[at + 4]! }
  }
}

/** RFC 6335 6: ports below are given to services. */
const FIRST_FREE_PORT = 1024
const serves = (port: number): boolean => port < FIRST_FREE_PORT

export const flowOf = (kind: ConversationKind, client: End, server: End): string => {
  const join = kind === 'TCP' ? '-' : ' '
  if (kind !== 'TCP' && kind !== 'UDP') return `${client.address}${join}${server.address}`
  return `${endpointText(client.address, client.port)}${join}${endpointText(server.address, server.port)}`
}
