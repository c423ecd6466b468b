/**
 * IPv4 on one or more interfaces: checks and strips headers, makes them, chooses route and next hop, answers and sends
 * ICMP. Read RFC 791, RFC 1122 3.2 and 3.3 first. Towards the link it speaks frames that begin at the IP header
 * (`device` and `nextHop` set), towards the transport frames that begin behind it (`from` and `to` set).
 *
 * Fragments are dropped and counted; packets for others are too. Forwarding and reassembly have their place in
 * `#accept`.
 */
import type { Engine, Millis } from '../engine.ts'
import { type Failure, fail } from '../failures/index.ts'
import type { TraceSink } from '../trace/types.ts'
import { type IpAddress, ipAddress, LIMITED_BROADCAST, sameIp } from '../wire/address.ts'
import { checksum } from '../wire/checksum.ts'
import type { Codec } from '../wire/codec.ts'
import { CHECKSUM_VERIFIED, type Frame, type FramePool } from '../wire/frame.ts'
import { PROTOCOL_ICMP, protocolName } from '../wire/protocols.ts'
import { Queue } from '../wire/queue.ts'
import { ECHO_REQUEST, UNREACHABLE } from './icmp.ts'
import { type ErrorReport, IcmpResponder } from './icmp-responder.ts'
import { DONT_FRAGMENT, IPV4_HEADER_SIZE, Ipv4Header, Ipv4Packet } from './ipv4.ts'
import { type Route, Routes } from './routes.ts'
import { lastAddress, type Subnet, subnet } from './subnet.ts'

export interface IpInterface {
  readonly address: IpAddress
  /** Bits of the subnet. */
  readonly prefix: number
  /** Largest packet, header included. */
  readonly mtu: number
}

export interface IpOptions {
  readonly interfaces: readonly IpInterface[]
  /** Besides those to the interfaces' own subnets. */
  readonly routes?: readonly Route[] | undefined
  readonly pool: FramePool
  readonly host: string
  readonly trace?: TraceSink | undefined
}

export type IpEvent =
  /** A frame that begins at its transport header; whoever takes the event owns it. */
  | { readonly type: 'packet'; readonly protocol: number; readonly frame: Frame }
  /** A packet of ours did not go out; from its transport header on; whoever takes the event owns it. */
  | { readonly type: 'undelivered'; readonly protocol: number; readonly frame: Frame; readonly failure: Failure }
  /** ICMP says that a packet of ours was not delivered. */
  | ({ readonly type: 'error-report' } & ErrorReport)
  | {
      readonly type: 'echo-reply'
      readonly from: IpAddress
      readonly identifier: number
      readonly sequenceNumber: number
    }

/** RFC 1122 3.2.1.7, IANA's recommendation. */
const DEFAULT_TTL = 64
/** RFC 791 3.2: headers of the largest size and eight bytes of data. */
const SMALLEST_MTU = 68
/** Peers whose address values are kept, so that a packet needs no new ones; all go when there are more. */
const KNOWN_ADDRESSES = 1024

export class IpEngine implements Engine<Frame, Frame, IpEvent> {
  /** What was dropped, by reason. */
  readonly dropped = { short: 0, notIpv4: 0, badChecksum: 0, badLength: 0, badSource: 0, notForUs: 0, fragment: 0 }
  readonly routes: Routes
  readonly #options: IpOptions
  readonly #icmp: IcmpResponder
  readonly #own = new Set<number>()
  readonly #broadcasts = new Set<number>()
  readonly #subnets: readonly Subnet[]
  readonly #known = new Map<number, IpAddress>()
  readonly #events = new Queue<IpEvent>()
  readonly #out = new Queue<Frame>()
  readonly #header = new Ipv4Header.View()
  #identification = 0

  /** Throws RangeError for an interface whose MTU is below what every module must pass on (RFC 791 3.2). */
  constructor(options: IpOptions) {
    for (const { mtu } of options.interfaces)
      if (!(mtu >= SMALLEST_MTU)) throw new RangeError(`an MTU of at least ${SMALLEST_MTU} is needed, not ${mtu}`)
    this.#options = options
    this.#subnets = options.interfaces.map(({ address, prefix }) => subnet(address, prefix))
    this.routes = new Routes(this.#subnets.map((to, device) => ({ to, device })))
    for (const route of options.routes ?? []) this.routes.add(route)
    this.#broadcasts.add(numberOf(LIMITED_BROADCAST.octets, 0))
    for (const [i, { address, prefix }] of options.interfaces.entries()) {
      this.#own.add(numberOf(address.octets, 0))
      if (prefix < 31) this.#broadcasts.add(numberOf(lastAddress(this.#subnets[i]!).octets, 0))
    }
    this.#icmp = new IcmpResponder({
      pool: options.pool,
      host: options.host,
      trace: options.trace,
      send: (frame, now) => this.send(frame, PROTOCOL_ICMP, now),
      report: report => this.#events.push({ type: 'error-report', ...report }),
      reply: reply => this.#events.push({ type: 'echo-reply', ...reply }),
    })
  }

  /** Whether an address is one of this machine's: an interface's, or in 127.0.0.0/8. */
  isOwn(address: IpAddress): boolean {
    return address.v === 4 && (address.octets[0] === 127 || this.#own.has(numberOf(address.octets, 0)))
  }

  /** Whether an address means every neighbour: 255.255.255.255, or the last of an interface's subnet. */
  isBroadcast(address: IpAddress): boolean {
    return address.v === 4 && this.#broadcasts.has(numberOf(address.octets, 0))
  }

  /** The source that packets to `destination` get (RFC 1122 3.3.4.3); undefined when no route leads there. */
  sourceFor(destination: IpAddress): IpAddress | undefined {
    if (this.isOwn(destination)) return destination
    const route = this.#routeTo(destination)
    return route === undefined ? undefined : this.#options.interfaces[route.device]!.address
  }

  /** A frame from interface `frame.device` that begins at the IP header. Takes the frame. */
  receive(frame: Frame, now: Millis): void {
    this.#take(frame, 'wire', now)
  }

  receiveBatch(frames: readonly Frame[], now: Millis): void {
    for (const frame of frames) this.receive(frame, now)
  }

  /**
   * A frame that begins at the transport header, with `to` and perhaps `from` set. Takes the frame; what cannot be sent
   * comes back as an event.
   */
  send(frame: Frame, protocol: number, now: Millis): void {
    const to = frame.to!
    if (this.isOwn(to)) {
      frame.from ??= to
      this.#prepend(frame, protocol, now)
      frame.checksum = CHECKSUM_VERIFIED
      this.#take(frame, 'loop', now)
      return
    }
    const route = this.#routeTo(to)
    if (route === undefined) {
      this.#refuse(frame, protocol, fail('ip/no-route', { where: to.text }))
      return
    }
    const { address, mtu } = this.#options.interfaces[route.device]!
    const size = frame.length + IPV4_HEADER_SIZE
    if (size > mtu) {
      this.#refuse(frame, protocol, fail('ip/too-big', { got: `${size}`, number: mtu }))
      return
    }
    frame.from ??= address
    frame.device = route.device
    frame.nextHop = this.#broadcasts.has(numberOf(to.octets, 0)) ? LIMITED_BROADCAST : (route.gateway ?? to)
    this.#prepend(frame, protocol, now)
    this.#out.push(frame)
  }

  /** ICMP echo request. The answer, if any, is an `echo-reply` event. */
  ping(to: IpAddress, identifier: number, sequenceNumber: number, now: Millis): void {
    this.#icmp.sendEcho(ECHO_REQUEST, undefined, to, { identifier, sequenceNumber, data: new Uint8Array(32) }, now)
  }

  /**
   * Tells the sender of `frame` (as it came from a `packet` event) that nobody takes it. The frame is still the
   * caller's.
   */
  refuse(frame: Frame, why: 'port' | 'protocol', now: Millis): void {
    // RFC 1122 3.2.2: no error for what was sent to a group.
    if (this.#broadcasts.has(numberOf(frame.to!.octets, 0))) return
    this.#icmp.unreachable(frame, UNREACHABLE[why], now)
  }

  advance(_now: Millis): void {}

  pollTransmit(_now: Millis): Frame | undefined {
    return this.#out.shift()
  }

  pollEvent(): IpEvent | undefined {
    return this.#events.shift()
  }

  /** Without reassembly there is nothing that IP waits for. */
  nextDeadline(): Millis | undefined {
    return undefined
  }

  #take(frame: Frame, by: 'wire' | 'loop', now: Millis): void {
    const reason = this.#accept(frame, by, now)
    if (reason === undefined) return
    this.dropped[reason]++
    frame.release()
  }

  /** RFC 1122 3.2.1: what is wrong with a packet; undefined when it was taken. */
  #accept(frame: Frame, by: 'wire' | 'loop', now: Millis): keyof IpEngine['dropped'] | undefined {
    if (frame.length < IPV4_HEADER_SIZE) return 'short'
    const { buffer, offset } = frame
    const header = this.#header.at(buffer, offset)
    const headerSize = header.internetHeaderLength * 4
    const { totalLength, protocol } = header
    if (header.version !== 4) return 'notIpv4'
    if (headerSize < IPV4_HEADER_SIZE || totalLength < headerSize || totalLength > frame.length) return 'badLength'
    // RFC 1122 3.2.1.2: a host MUST verify the header checksum and silently discard a bad one.
    if (checksum(buffer, offset, offset + headerSize) !== 0) return 'badChecksum'
    // Short frames are padded: the packet ends where its own length says (RFC 894).
    frame.length = totalLength
    const source = numberOf(buffer, offset + 12)
    const destination = numberOf(buffer, offset + 16)
    if (by === 'wire') {
      if (!this.#acceptableSource(source)) return 'badSource'
      if (!this.#own.has(destination) && !this.#broadcasts.has(destination)) return 'notForUs'
    }
    if ((header.flags & 1) !== 0 || header.fragmentOffset !== 0) return 'fragment'
    frame.from = this.#address(source, buffer, offset + 12)
    frame.to = this.#address(destination, buffer, offset + 16)
    frame.packetAt = offset
    if (this.#options.trace !== undefined) this.#traceIn(frame, protocol, now)
    frame.offset += headerSize
    frame.length -= headerSize
    if (protocol === PROTOCOL_ICMP) this.#icmp.receive(frame, this.#broadcasts.has(destination), now)
    else this.#events.push({ type: 'packet', protocol, frame })
    return undefined
  }

  /** RFC 1122 3.2.1.3: never a group, a broadcast, this machine or 127.0.0.0/8 from outside. */
  #acceptableSource(source: number): boolean {
    const first = source >>> 24
    return first < 224 && first !== 127 && source !== 0 && !this.#broadcasts.has(source) && !this.#own.has(source)
  }

  #routeTo(to: IpAddress): Route | undefined {
    if (sameIp(to, LIMITED_BROADCAST) && this.#subnets.length > 0) return { to: this.#subnets[0]!, device: 0 }
    return to.v === 4 ? this.routes.lookup(to) : undefined
  }

  #refuse(frame: Frame, protocol: number, failure: Failure): void {
    this.#events.push({ type: 'undelivered', protocol, frame, failure })
  }

  #prepend(frame: Frame, protocol: number, now: Millis): void {
    frame.offset -= IPV4_HEADER_SIZE
    frame.length += IPV4_HEADER_SIZE
    const header = this.#header.at(frame.buffer, frame.offset)
    frame.buffer[frame.offset] = 0x45
    frame.buffer[frame.offset + 1] = 0
    header.totalLength = frame.length
    // RFC 6864 4: an atomic packet's identification means nothing; counting helps whoever reads a capture.
    header.identification = this.#identification = (this.#identification + 1) & 0xffff
    header.fragmentOffset = 0
    header.flags = DONT_FRAGMENT
    header.timeToLive = DEFAULT_TTL
    header.protocol = protocol
    header.headerChecksum = 0
    header.sourceAddress = frame.from!.octets
    header.destinationAddress = frame.to!.octets
    header.headerChecksum = checksum(frame.buffer, frame.offset, frame.offset + IPV4_HEADER_SIZE)
    if (this.#options.trace !== undefined) this.#traceOut(frame, protocol, now)
  }

  #address(key: number, bytes: Uint8Array, at: number): IpAddress {
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= KNOWN_ADDRESSES) this.#known.clear()
    const address = ipAddress(bytes.subarray(at, at + 4))
    this.#known.set(key, address)
    return address
  }

  #traceIn(frame: Frame, protocol: number, now: Millis): void {
    const { host, trace } = this.#options
    const id = trace!.nextId()
    const start = frame.offset - frame.messageAt
    trace!.message({
      id,
      layer: 'ip',
      flow: `${frame.to!.text} ${frame.from!.text}`,
      host,
      direction: 'in',
      at: now,
      name: protocolName(protocol),
      format: Ipv4Packet as Codec<unknown>,
      bytes: frame.view().slice(),
      ...(frame.message === 0 ? {} : { carriedBy: [{ message: frame.message, start, end: start + frame.length }] }),
    })
    frame.message = id
    frame.messageAt = frame.offset
  }

  #traceOut(frame: Frame, protocol: number, now: Millis): void {
    const { host, trace } = this.#options
    const inner = frame.message
    const id = trace!.nextId()
    trace!.message({
      id,
      layer: 'ip',
      flow: `${frame.from!.text} ${frame.to!.text}`,
      host,
      direction: 'out',
      at: now,
      name: protocolName(protocol),
      format: Ipv4Packet as Codec<unknown>,
      bytes: frame.view().slice(),
      ...(inner === 0 ? {} : { carries: [{ message: inner, start: IPV4_HEADER_SIZE, end: frame.length }] }),
    })
    frame.message = id
    frame.messageAt = frame.offset
  }
}

/** Four octets as one unsigned number: a cheap key. */
const numberOf = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0
