/**
 * A router (RFC 1812), small: a card on each of several wires, a table of routes, and nothing above IP. It takes packets
 * for others, counts their time to live down, and sends them on; one whose time is over it reports (RFC 792). What it
 * leaves out: fragments, options, redirects, and everything for itself.
 */
import type { Engine, Millis } from '../../../src/engine.ts'
import { IcmpMessage, TIME_EXCEEDED } from '../../../src/ip/icmp.ts'
import { IPV4_HEADER_SIZE, Ipv4Header } from '../../../src/ip/ipv4.ts'
import { type Route, Routes } from '../../../src/ip/routes.ts'
import { subnet } from '../../../src/ip/subnet.ts'
import { LinkEngine } from '../../../src/link/engine.ts'
import type { TraceSink } from '../../../src/trace/types.ts'
import { type IpAddress, ipAddress, sameIp } from '../../../src/wire/address.ts'
import { checksum } from '../../../src/wire/checksum.ts'
import { encode } from '../../../src/wire/codec.ts'
import type { Frame, FramePool } from '../../../src/wire/frame.ts'
import { PROTOCOL_ICMP } from '../../../src/wire/protocols.ts'

/** A card of a machine on a wire, whose subnet has 24 bits. */
export interface Plug {
  readonly mac: Uint8Array
  readonly address: IpAddress
}
export const PREFIX = 24

export interface RouterOptions {
  readonly name: string
  readonly plugs: readonly Plug[]
  /** Besides those to the wires that it is on. */
  readonly routes: readonly Route[]
  readonly pool: FramePool
  readonly trace: TraceSink
}

/** RFC 1812 5.3.1: what a report lives. */
const LIFE = 64

/** Frames come in and go out with `device` as the number of the card. */
export class Router implements Engine<Frame, Frame, never> {
  readonly #options: RouterOptions
  readonly #links: readonly LinkEngine[]
  readonly #routes: Routes

  constructor(options: RouterOptions) {
    const { name, plugs, routes, pool, trace } = options
    this.#options = options
    this.#links = plugs.map(plug => new LinkEngine({ ...plug, prefix: PREFIX, pool, host: name, trace }))
    this.#routes = new Routes(plugs.map(({ address }, device) => ({ to: subnet(address, PREFIX), device })))
    for (const route of routes) this.#routes.add(route)
  }

  receive(frame: Frame, now: Millis): void {
    const { device } = frame
    this.#links[device]!.receive(frame, now)
    this.#forwardAll(now)
  }

  receiveBatch(frames: readonly Frame[], now: Millis): void {
    for (const frame of frames) this.receive(frame, now)
  }

  advance(now: Millis): void {
    for (const link of this.#links) link.advance(now)
    this.#forwardAll(now)
  }

  pollTransmit(now: Millis): Frame | undefined {
    for (const [device, link] of this.#links.entries()) {
      const frame = link.pollTransmit(now)
      if (frame === undefined) continue
      frame.device = device
      return frame
    }
    return undefined
  }

  pollEvent(): undefined {
    return undefined
  }

  nextDeadline(): Millis | undefined {
    const deadlines = this.#links.flatMap(link => link.nextDeadline() ?? [])
    return deadlines.length === 0 ? undefined : Math.min(...deadlines)
  }

  #forwardAll(now: Millis): void {
    for (const link of this.#links)
      for (let event = link.pollEvent(); event !== undefined; event = link.pollEvent()) {
        if (event.type === 'packet') this.#forward(event.frame, now)
        else event.frame.release()
      }
  }

  #forward(frame: Frame, now: Millis): void {
    const { buffer, offset } = frame
    const header = new Ipv4Header.View(buffer, offset)
    const whole = frame.length >= IPV4_HEADER_SIZE && header.version === 4 && header.totalLength <= frame.length
    const end = offset + header.internetHeaderLength * 4
    const to = ipAddress(header.destinationAddress)
    if (!whole || end > frame.end || checksum(buffer, offset, end) !== 0 || this.#isOwn(to)) {
      frame.release()
      return
    }
    // What Ethernet put behind a short packet stays on its own wire.
    frame.length = header.totalLength
    if (header.timeToLive <= 1) {
      this.#report(frame, ipAddress(header.sourceAddress), now)
      frame.release()
      return
    }
    header.timeToLive--
    header.headerChecksum = 0
    header.headerChecksum = checksum(buffer, offset, end)
    this.#send(frame, to, now)
  }

  #send(frame: Frame, to: IpAddress, now: Millis): void {
    const route = this.#routes.lookup(to)
    if (route === undefined) {
      frame.release()
      return
    }
    frame.nextHop = route.gateway ?? to
    frame.message = 0
    this.#links[route.device]!.send(frame, now)
  }

  /** RFC 792: the time of this packet is over, with its beginning. */
  #report(about: Frame, to: IpAddress, now: Millis): void {
    const route = this.#routes.lookup(to)
    if (route === undefined) return
    const packet = about.view().slice(0, IPV4_HEADER_SIZE + 8)
    const head = { type: TIME_EXCEEDED, code: 0, checksum: 0 }
    const message = encode(IcmpMessage, { head, body: { unused: new Uint8Array(4), packet } })
    const sum = checksum(message, 0, message.length)
    message[2] = sum >>> 8
    message[3] = sum
    const frame = this.#options.pool.take(message.length)
    frame.buffer.set(message, frame.offset)
    frame.offset -= IPV4_HEADER_SIZE
    frame.length = message.length + IPV4_HEADER_SIZE
    frame.buffer.fill(0, frame.offset, frame.offset + IPV4_HEADER_SIZE)
    const header = new Ipv4Header.View(frame.buffer, frame.offset)
    header.version = 4
    header.internetHeaderLength = IPV4_HEADER_SIZE / 4
    header.totalLength = frame.length
    header.timeToLive = LIFE
    header.protocol = PROTOCOL_ICMP
    header.sourceAddress = this.#options.plugs[route.device]!.address.octets
    header.destinationAddress = to.octets
    header.headerChecksum = checksum(frame.buffer, frame.offset, frame.offset + IPV4_HEADER_SIZE)
    this.#send(frame, to, now)
  }

  #isOwn(address: IpAddress): boolean {
    return this.#options.plugs.some(plug => sameIp(plug.address, address))
  }
}
