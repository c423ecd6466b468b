/**
 * Frames for a connection whose real ones nobody saw, because the kernel's TCP carried it. Bytes, their order, times
 * and addresses are as they were; Ethernet addresses, sequence numbers, acknowledgments, handshake and the cutting into
 * segments are made up, and the first frame says so.
 */
import { IPV4_HEADER_SIZE, Ipv4Header } from '../ip/ipv4.ts'
import { IPV6_HEADER_SIZE, Ipv6Header } from '../ip/ipv6.ts'
import { ETHER_IPV4, ETHERNET_HEADER_SIZE, EthernetHeader } from '../link/ethernet.ts'
import { ACK, FIN, PSH, RST, SYN, TCP_HEADER_SIZE, TcpHeader } from '../tcp/segment.ts'
import { type IpAddress, ip, ipAddress, parseIp } from '../wire/address.ts'
import { checksum, pseudoHeaderSum } from '../wire/checksum.ts'
import { PROTOCOL_TCP } from '../wire/protocols.ts'

export interface SyntheticEnd {
  readonly address: string
  readonly port: number
}

/** One made-up frame. `in` is towards `local`. */
export type EmitFrame = (frame: Uint8Array, direction: 'in' | 'out', date: number, comment?: string) => void

/** What is true of such frames and what is not: for people who read a capture, in its first frame and in its head. */
export const SYNTHETIC_COMMENT =
  'Synthetic frames: the kernel carried this connection. Bytes, times and addresses are as they were; handshake, ' +
  'segment sizes, sequence numbers and acknowledgments are made up.'
const RESUMED_COMMENT = `${SYNTHETIC_COMMENT} It began before this frame.`

/** Half the window that the made-up handshake announces: by then the made-up receiver acknowledges. */
const ACKNOWLEDGE_EVERY = 64 * 1024
const WINDOW = 0xffff
const WINDOW_SHIFT = 3
/** A segment of this size fits an IP packet; kernels hand such to their network cards too. */
const SEGMENT_BYTES = 32 * 1024

interface Half {
  readonly address: IpAddress
  readonly port: number
  readonly mac: Uint8Array
  /** The next sequence number that this side sends. */
  next: number
  /** What the other side has acknowledged of it. */
  acknowledged: number
  finished: boolean
}

/** The frames of one connection; times are milliseconds since 1970. */
export class SyntheticConnection {
  readonly #local: Half
  readonly #remote: Half
  readonly #emit: EmitFrame
  #identification = 0
  #open = false
  constructor(local: SyntheticEnd, remote: SyntheticEnd, emit: EmitFrame) {
    this.#local = halfOf(local, 1)
    this.#remote = halfOf(remote, 2)
    this.#emit = emit
  }

  /** The three-way handshake: who began it, when the SYN left and when it was done. */
  opened(initiator: 'local' | 'remote', began: number, done: number): void {
    if (this.#open) return
    this.#open = true
    const [from, to] = initiator === 'local' ? [this.#local, this.#remote] : [this.#remote, this.#local]
    this.#send(from, SYN, NOTHING, began, SYNTHETIC_COMMENT)
    from.next = 1
    this.#send(to, SYN | ACK, NOTHING, done)
    to.next = 1
    this.#send(from, ACK, NOTHING, done)
  }

  /** Bytes that were read (`in`) or written (`out`); `start` have been before, also where nobody told of them. */
  moved(direction: 'in' | 'out', bytes: Uint8Array, start: number, date: number): void {
    const resumed = !this.#open && start > 0
    if (!this.#open && !resumed) this.opened('remote', date, date)
    this.#open = true
    const from = direction === 'out' ? this.#local : this.#remote
    from.next = (1 + start) >>> 0
    if (resumed) this.#send(this.#peer(from), ACK, NOTHING, date, RESUMED_COMMENT)
    for (let at = 0; at < bytes.length; at += SEGMENT_BYTES) {
      const piece = bytes.subarray(at, at + SEGMENT_BYTES)
      if ((from.next - from.acknowledged) >>> 0 > ACKNOWLEDGE_EVERY) this.#send(this.#peer(from), ACK, NOTHING, date)
      this.#send(from, PSH | ACK, piece, date)
      from.next = (from.next + piece.length) >>> 0
    }
  }

  /** The end of one direction. */
  finished(direction: 'in' | 'out', date: number): void {
    const from = direction === 'out' ? this.#local : this.#remote
    if (!this.#open || from.finished) return
    from.finished = true
    this.#send(from, FIN | ACK, NOTHING, date)
    from.next = (from.next + 1) >>> 0
    this.#send(this.#peer(from), ACK, NOTHING, date)
  }

  /** The connection is gone; without both FINs somebody cut it, and the kernel does not say who. */
  closed(date: number): void {
    if (!this.#open || (this.#local.finished && this.#remote.finished)) return
    this.#open = false
    this.#send(this.#remote, RST | ACK, NOTHING, date, 'Cut here; which side sent RST is not known.')
  }

  #peer(half: Half): Half {
    return half === this.#local ? this.#remote : this.#local
  }

  #send(from: Half, control: number, payload: Uint8Array, date: number, comment?: string): void {
    const to = this.#peer(from)
    const acknowledges = (control & ACK) !== 0
    const frame = build(from, to, { control, ack: acknowledges ? to.next : 0, id: this.#identification++, payload })
    if (acknowledges) to.acknowledged = to.next
    this.#emit(frame, from === this.#local ? 'out' : 'in', date, comment)
  }
}

const NOTHING = new Uint8Array(0)

interface Parts {
  readonly control: number
  readonly ack: number
  readonly id: number
  readonly payload: Uint8Array
}

const ethernet = new EthernetHeader.View()
const v4 = new Ipv4Header.View()
const v6 = new Ipv6Header.View()
const tcp = new TcpHeader.View()

/** One whole frame with its checksums. */
const build = (from: Half, to: Half, { control, ack, id, payload }: Parts): Uint8Array => {
  const options = (control & SYN) === 0 ? NOTHING : SYN_OPTIONS
  const ipSize = from.address.v === 4 ? IPV4_HEADER_SIZE : IPV6_HEADER_SIZE
  const segmentSize = TCP_HEADER_SIZE + options.length + payload.length
  const tcpAt = ETHERNET_HEADER_SIZE + ipSize
  const frame = new Uint8Array(tcpAt + segmentSize)
  Object.assign(ethernet.at(frame, 0), {
    destination: to.mac,
    source: from.mac,
    etherType: from.address.v === 4 ? ETHER_IPV4 : ETHER_IPV6,
  })
  if (from.address.v === 4) ipv4Header(frame, from, to, segmentSize, id)
  else ipv6Header(frame, from, to, segmentSize)
  Object.assign(tcp.at(frame, tcpAt), {
    sourcePort: from.port,
    destinationPort: to.port,
    sequenceNumber: from.next,
    acknowledgmentNumber: ack,
    dataOffset: (TCP_HEADER_SIZE + options.length) / 4,
    controlBits: control,
    window: WINDOW,
  })
  frame.set(options, tcpAt + TCP_HEADER_SIZE)
  frame.set(payload, tcpAt + TCP_HEADER_SIZE + options.length)
  const pseudo = pseudoHeaderSum(from.address, to.address, PROTOCOL_TCP) + segmentSize
  tcp.checksum = checksum(frame, tcpAt, frame.length, pseudo)
  return frame
}

const ETHER_IPV6 = 0x86dd
/** No-operation, window scale (RFC 7323 2.2). */
const SYN_OPTIONS = Uint8Array.of(1, 3, 3, WINDOW_SHIFT)

const ipv4Header = (frame: Uint8Array, from: Half, to: Half, segmentSize: number, id: number): void => {
  Object.assign(v4.at(frame, ETHERNET_HEADER_SIZE), {
    version: 4,
    internetHeaderLength: IPV4_HEADER_SIZE / 4,
    totalLength: IPV4_HEADER_SIZE + segmentSize,
    identification: id & 0xffff,
    timeToLive: 64,
    protocol: PROTOCOL_TCP,
    sourceAddress: from.address.octets,
    destinationAddress: to.address.octets,
  })
  v4.headerChecksum = checksum(frame, ETHERNET_HEADER_SIZE, ETHERNET_HEADER_SIZE + IPV4_HEADER_SIZE)
}

const ipv6Header = (frame: Uint8Array, from: Half, to: Half, segmentSize: number): void => {
  Object.assign(v6.at(frame, ETHERNET_HEADER_SIZE), {
    version: 6,
    payloadLength: segmentSize,
    nextHeader: PROTOCOL_TCP,
    hopLimit: 64,
    sourceAddress: from.address.octets,
    destinationAddress: to.address.octets,
  })
}

const halfOf = ({ address, port }: SyntheticEnd, number: number): Half => ({
  address: addressOf(address, number),
  port,
  // Locally administered (IEEE 802 8.2), so that nobody looks for the maker of this card.
  mac: Uint8Array.of(2, 0, 0, 0, 0, number),
  next: 0,
  acknowledged: 0,
  finished: false,
})

const addressOf = (text: string, number: number): IpAddress => bareAddress(text) ?? ip(`192.0.2.${number}`)

/** Without its zone; an IPv4 address in IPv6's clothes (RFC 4291 2.5.5.2) is one of IPv4. */
export const bareAddress = (text: string): IpAddress | undefined => {
  const address = parseIp(text.split('%')[0]!)
  if (address === undefined) return undefined
  const mapped = address.v === 6 && address.text.startsWith('::ffff:')
  return mapped ? ipAddress(address.octets.subarray(12)) : address
}
