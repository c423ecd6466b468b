/**
 * ICMP as a host does it (RFC 792, RFC 1122 3.2.2): answers echo requests, reports what cannot be delivered at a limited
 * rate, and reads what others report about our packets.
 */
import type { Millis } from '../engine.ts'
import type { TraceSink } from '../trace/types.ts'
import { type IpAddress, ipAddress } from '../wire/address.ts'
import { checksum } from '../wire/checksum.ts'
import { type Codec, decode, encode } from '../wire/codec.ts'
import type { Frame, FramePool } from '../wire/frame.ts'
import { TokenBucket } from '../wire/token-bucket.ts'
import {
  DESTINATION_UNREACHABLE,
  ECHO_REPLY,
  ECHO_REQUEST,
  type IcmpEcho,
  type IcmpError,
  IcmpMessage,
  icmpName,
  TIME_EXCEEDED,
  UNREACHABLE,
} from './icmp.ts'
import { IPV4_HEADER_SIZE, Ipv4Header } from './ipv4.ts'

export interface ErrorReport {
  readonly what: 'unreachable' | 'time-exceeded'
  /** ICMP code. */
  readonly code: number
  /** `net`, `host`, `protocol`, `port`, or the code. */
  readonly why: string
  readonly reporter: IpAddress
  /** Of the packet that is reported: protocol, addresses, and its first transport bytes (at least 8). */
  readonly protocol: number
  readonly from: IpAddress
  readonly to: IpAddress
  readonly transport: Uint8Array
}

export interface ResponderOptions {
  readonly pool: FramePool
  readonly host: string
  readonly trace: TraceSink | undefined
  send(frame: Frame, now: Millis): void
  report(report: ErrorReport): void
  reply(reply: { from: IpAddress; identifier: number; sequenceNumber: number }): void
}

/** Error messages per second at most, and how many at once: Linux's icmp_msgs_per_sec and icmp_msgs_burst. */
const ERRORS_PER_SECOND = 1000
const ERROR_BURST = 50
/** Echo replies per second: as many as ping -f of one machine asks for. */
const ECHOES_PER_SECOND = 1000
/** RFC 1812 4.3.2.3: as much of the packet as fits without the report exceeding 576 bytes. */
const QUOTED = 576 - IPV4_HEADER_SIZE - 8

export class IcmpResponder {
  readonly #options: ResponderOptions
  readonly #errors = new TokenBucket(ERRORS_PER_SECOND, ERROR_BURST)
  readonly #echoes = new TokenBucket(ECHOES_PER_SECOND, ECHOES_PER_SECOND)
  /** Bad checksums, unreadable or uncalled-for messages; reports and echo replies not sent because of the limits. */
  readonly dropped = { bad: 0, limited: 0 }

  constructor(options: ResponderOptions) {
    this.#options = options
  }

  /** A frame that begins at the ICMP header. Takes the frame. */
  receive(frame: Frame, toGroup: boolean, now: Millis): void {
    const bytes = frame.view()
    const legal = bytes.length >= 8 && checksum(bytes, 0, bytes.length) === 0
    if (legal) {
      this.#trace(frame, frame.from!, 'in', now)
      this.#take(bytes, frame, toGroup, now)
    } else this.dropped.bad++
    frame.release()
  }

  sendEcho(type: number, from: IpAddress | undefined, to: IpAddress, echo: IcmpEcho, now: Millis): void {
    this.#send(encode(IcmpMessage, { head: { type, code: 0, checksum: 0 }, body: echo }), from, to, now)
  }

  /**
   * Reports the packet in `frame`, which stands at its transport header. It is never about an ICMP error message
   * (RFC 1122 3.2.2): all of ICMP is taken by `receive`, which reports nothing.
   */
  unreachable(frame: Frame, code: number, now: Millis): void {
    if (!this.#allowed(this.#errors, now)) return
    const packet = frame.buffer.subarray(frame.packetAt, frame.end)
    const body = { unused: new Uint8Array(4), packet: packet.slice(0, QUOTED) }
    const head = { type: DESTINATION_UNREACHABLE, code, checksum: 0 }
    this.#send(encode(IcmpMessage, { head, body }), frame.to, frame.from!, now)
  }

  /** RFC 1812 4.3.2.8. */
  #allowed(bucket: TokenBucket, now: Millis): boolean {
    const allowed = bucket.take(now)
    if (!allowed) this.dropped.limited++
    return allowed
  }

  #take(bytes: Uint8Array, frame: Frame, toGroup: boolean, now: Millis): void {
    // Eight bytes are there, and no body asks for more: this cannot fail.
    const { head, body } = decode(IcmpMessage, bytes)
    const from = frame.from!
    switch (head.type) {
      case ECHO_REQUEST:
        // RFC 1122 3.2.2.6: an echo request to a broadcast address may be discarded; it amplifies.
        if (!toGroup && this.#allowed(this.#echoes, now))
          this.sendEcho(ECHO_REPLY, frame.to, from, body as IcmpEcho, now)
        return
      case ECHO_REPLY: {
        const { identifier, sequenceNumber } = body as IcmpEcho
        this.#options.reply({ from, identifier, sequenceNumber })
        return
      }
      case DESTINATION_UNREACHABLE:
      case TIME_EXCEEDED:
        this.#read(head, body as IcmpError, from)
        return
      default:
    }
  }

  #read(head: { type: number; code: number }, { packet }: IcmpError, reporter: IpAddress): void {
    const header = new Ipv4Header.View(packet, 0)
    const start = packet.length < IPV4_HEADER_SIZE ? 0 : header.internetHeaderLength * 4
    const legal = start >= IPV4_HEADER_SIZE && header.version === 4 && header.fragmentOffset === 0
    // RFC 792: the header and 64 bits of data are always there; behind a later fragment's header stand other bytes.
    if (!legal || packet.length < start + 8) {
      this.dropped.bad++
      return
    }
    const name = Object.entries(UNREACHABLE).find(([, code]) => code === head.code)?.[0]
    this.#options.report({
      what: head.type === TIME_EXCEEDED ? 'time-exceeded' : 'unreachable',
      code: head.code,
      why: name ?? `code ${head.code}`,
      reporter,
      protocol: header.protocol,
      from: ipAddress(header.sourceAddress),
      to: ipAddress(header.destinationAddress),
      transport: packet.slice(start),
    })
  }

  #send(bytes: Uint8Array, from: IpAddress | undefined, to: IpAddress, now: Millis): void {
    const sum = checksum(bytes, 0, bytes.length)
    bytes[2] = sum >>> 8
    bytes[3] = sum
    const frame = this.#options.pool.take(bytes.length)
    frame.buffer.set(bytes, frame.offset)
    frame.length = bytes.length
    frame.from = from
    frame.to = to
    this.#trace(frame, to, 'out', now)
    this.#options.send(frame, now)
  }

  #trace(frame: Frame, other: IpAddress, direction: 'in' | 'out', now: Millis): void {
    const { host, trace } = this.#options
    if (trace === undefined) return
    const id = trace.nextId()
    const bytes = frame.view().slice()
    const start = frame.offset - frame.messageAt
    trace.message({
      id,
      layer: 'icmp',
      flow: other.text,
      host,
      direction,
      at: now,
      name: icmpName(bytes[0]!, bytes[1]!),
      format: IcmpMessage as Codec<unknown>,
      bytes,
      ...(frame.message === 0 ? {} : { carriedBy: [{ message: frame.message, start, end: start + frame.length }] }),
    })
    frame.message = id
    frame.messageAt = frame.offset
  }
}
