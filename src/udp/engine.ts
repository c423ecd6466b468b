/**
 * UDP (RFC 768, RFC 1122 4.1): sockets by port, checksums, and word of what could not be delivered. Frames come and go
 * from their UDP header on, with `from` and `to` set.
 */
import type { Bytes, Engine, Millis } from '../engine.ts'
import { type Failure, FailureError, fail } from '../failures/index.ts'
import type { Random } from '../random.ts'
import type { TraceSink } from '../trace/types.ts'
import { type Endpoint, endpointText, type IpAddress, LAST_PORT } from '../wire/address.ts'
import { checksum, pseudoHeaderSum } from '../wire/checksum.ts'
import type { Codec } from '../wire/codec.ts'
import { CHECKSUM_VERIFIED, type Frame, type FramePool } from '../wire/frame.ts'
import { PROTOCOL_UDP } from '../wire/protocols.ts'
import { Queue } from '../wire/queue.ts'
import { UDP_HEADER_SIZE, UdpDatagram, UdpHeader } from './header.ts'

export interface UdpOptions {
  readonly pool: FramePool
  readonly random: Random
  readonly host: string
  readonly trace?: TraceSink | undefined
}

export interface Datagram {
  readonly port: number
  readonly from: Endpoint
  /** Yours to keep. */
  readonly payload: Bytes
  /** The trace message whose bytes from `UDP_HEADER_SIZE` on are the payload; 0 = not traced. */
  readonly message: number
}

export interface DatagramToSend {
  readonly port: number
  readonly from: IpAddress
  readonly to: Endpoint
  /** Copied. */
  readonly payload: Bytes
  /** The trace message that the payload is; 0 = not traced. */
  readonly carries?: number
}

export type UdpEvent =
  | ({ readonly type: 'datagram' } & Datagram)
  /** Nobody listens: the frame is from its UDP header on, for an ICMP report; whoever takes the event owns it. */
  | { readonly type: 'nobody'; readonly frame: Frame }
  /** What was sent from `port` to `to` did not arrive, as somebody says. */
  | { readonly type: 'failure'; readonly port: number; readonly to: Endpoint; readonly failure: Failure }

/** RFC 6056 3.2: not the dynamic ports only, but all above the well-known: each is one more that must be guessed. */
const FIRST_FREE_PORT = 1024
const FREE_PORTS = LAST_PORT + 1 - FIRST_FREE_PORT
/** The UDP header and payload that one frame of the pool is asked to hold at most (RFC 768: a 16-bit length). */
const LARGEST = 65_507

export class UdpEngine implements Engine<Frame, Frame, UdpEvent> {
  readonly dropped = { short: 0, badLength: 0, badChecksum: 0 }
  readonly #options: UdpOptions
  readonly #ports = new Set<number>()
  readonly #events = new Queue<UdpEvent>()
  readonly #out = new Queue<Frame>()
  readonly #header = new UdpHeader.View()

  constructor(options: UdpOptions) {
    this.#options = options
  }

  /** Listens on `port`; 0 takes a free one at random (RFC 6056 3.3.1). Throws `ip/port-taken`. */
  bind(port: number): number {
    const chosen = port === 0 ? this.bindAny() : this.#claim(port)
    if (chosen === undefined)
      throw new FailureError(fail('ip/port-taken', { number: port, where: `UDP on ${this.#options.host}` }))
    return chosen
  }

  /** Listens on a free port; undefined when there is none. */
  bindAny(): number | undefined {
    const port = this.#freePort()
    return port === undefined ? undefined : this.#claim(port)
  }

  unbind(port: number): void {
    this.#ports.delete(port)
  }

  send({ port, from, to, payload, carries = 0 }: DatagramToSend, now: Millis): void {
    if (payload.length > LARGEST) {
      const failure = fail('ip/too-big', { got: `${payload.length}`, number: LARGEST })
      this.#events.push({ type: 'failure', port, to, failure })
      return
    }
    const length = UDP_HEADER_SIZE + payload.length
    const frame = this.#options.pool.take(length)
    frame.length = length
    frame.from = from
    frame.to = to.address
    frame.buffer.set(payload, frame.offset + UDP_HEADER_SIZE)
    const header = this.#header.at(frame.buffer, frame.offset)
    header.sourcePort = port
    header.destinationPort = to.port
    header.length = length
    header.checksum = 0
    const sum = checksum(
      frame.buffer,
      frame.offset,
      frame.end,
      pseudoHeaderSum(from, to.address, PROTOCOL_UDP) + length,
    )
    // RFC 768: zero on the wire means that no checksum was made.
    header.checksum = sum === 0 ? 0xffff : sum
    this.#trace(frame, 'out', now, carries)
    this.#out.push(frame)
  }

  receive(frame: Frame, now: Millis): void {
    const reason = this.#accept(frame)
    if (reason !== undefined) {
      this.dropped[reason]++
      frame.release()
      return
    }
    const { sourcePort, destinationPort: port } = this.#header
    if (!this.#ports.has(port)) {
      this.#events.push({ type: 'nobody', frame })
      return
    }
    const message = this.#trace(frame, 'in', now, 0)
    const payload = frame.buffer.slice(frame.offset + UDP_HEADER_SIZE, frame.end)
    this.#events.push({ type: 'datagram', port, from: { address: frame.from!, port: sourcePort }, payload, message })
    frame.release()
  }

  /** What ICMP or the link says about a datagram of ours, of which `transport` is the beginning. */
  undelivered(transport: Bytes, to: IpAddress, failure: Failure, _now: Millis): void {
    if (transport.length < UDP_HEADER_SIZE) return
    const { sourcePort: port, destinationPort } = this.#header.at(transport, 0)
    if (this.#ports.has(port))
      this.#events.push({ type: 'failure', port, to: { address: to, port: destinationPort }, failure })
  }

  advance(_now: Millis): void {}

  pollTransmit(_now: Millis): Frame | undefined {
    return this.#out.shift()
  }

  pollEvent(): UdpEvent | undefined {
    return this.#events.shift()
  }

  nextDeadline(): Millis | undefined {
    return undefined
  }

  #accept(frame: Frame): keyof UdpEngine['dropped'] | undefined {
    if (frame.length < UDP_HEADER_SIZE) return 'short'
    const header = this.#header.at(frame.buffer, frame.offset)
    const { length } = header
    if (length < UDP_HEADER_SIZE || length > frame.length) return 'badLength'
    frame.length = length
    // RFC 1122 4.1.3.4: a checksum of zero was not made; any other is verified, and a bad one discarded silently.
    if (header.checksum === 0 || frame.checksum === CHECKSUM_VERIFIED) return undefined
    const pseudo = pseudoHeaderSum(frame.from!, frame.to!, PROTOCOL_UDP) + length
    return checksum(frame.buffer, frame.offset, frame.end, pseudo) === 0 ? undefined : 'badChecksum'
  }

  #claim(port: number): number | undefined {
    if (this.#ports.has(port)) return undefined
    this.#ports.add(port)
    return port
  }

  #freePort(): number | undefined {
    const [a = 0, b = 0, c = 0, d = 0] = this.#options.random.bytes(4)
    const first = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0
    for (let i = 0; i < FREE_PORTS; i++) {
      const port = FIRST_FREE_PORT + ((first + i) % FREE_PORTS)
      if (!this.#ports.has(port)) return port
    }
    return undefined
  }

  #trace(frame: Frame, direction: 'in' | 'out', now: Millis, carries: number): number {
    const { host, trace } = this.#options
    if (trace === undefined) return 0
    const bytes = frame.view().slice()
    const { sourcePort, destinationPort } = new UdpHeader.View(bytes)
    const [from, to] = [endpointText(frame.from!.text, sourcePort), endpointText(frame.to!.text, destinationPort)]
    const start = frame.offset - frame.messageAt
    const id = trace.nextId()
    trace.message({
      id,
      layer: 'udp',
      flow: direction === 'out' ? `${from} ${to}` : `${to} ${from}`,
      host,
      direction,
      at: now,
      name: `${sourcePort} → ${destinationPort}`,
      format: UdpDatagram as Codec<unknown>,
      bytes,
      ...(frame.message === 0 ? {} : { carriedBy: [{ message: frame.message, start, end: start + frame.length }] }),
      ...(carries === 0 ? {} : { carries: [{ message: carries, start: UDP_HEADER_SIZE, end: bytes.length }] }),
    })
    frame.message = id
    frame.messageAt = frame.offset
    return id
  }
}
