/**
 * One machine on the network as one engine: interfaces, IP, TCP, UDP and a resolver, wired together. Frames come in and
 * go out from their first byte on, with `device` as the number of the interface. `running.ts` drives it.
 */
import { type DnsEvent, Resolver } from '../dns/resolver.ts'
import type { Engine, Millis } from '../engine.ts'
import { type Failure, fail } from '../failures/index.ts'
import { IpEngine, type IpEvent } from '../ip/engine.ts'
import { ECHO_REQUEST, FRAGMENTATION_NEEDED, PASSING } from '../ip/icmp.ts'
import type { Route } from '../ip/routes.ts'
import { LinkEngine } from '../link/engine.ts'
import type { ArpTrust } from '../link/neighbours.ts'
import type { Random } from '../random.ts'
import { TcpStack } from '../tcp/stack.ts'
import type {
  TcpConnection,
  TcpListenAddress,
  TcpListenOptions,
  TcpOptions,
  TcpStackEngine,
  TcpStackEvent,
  TcpStackOptions,
} from '../tcp/types.ts'
import type { TraceSink } from '../trace/types.ts'
import { UdpEngine, type UdpEvent } from '../udp/engine.ts'
import { UDP_HEADER_SIZE } from '../udp/header.ts'
import { type Endpoint, type IpAddress, sameIp } from '../wire/address.ts'
import { type Frame, FramePool } from '../wire/frame.ts'
import { PROTOCOL_ICMP, PROTOCOL_TCP, PROTOCOL_UDP } from '../wire/protocols.ts'
import { Queue } from '../wire/queue.ts'

export interface HostInterface {
  readonly mac: Uint8Array
  readonly address: IpAddress
  /** Bits of the subnet. */
  readonly prefix: number
  /** Default 1500. */
  readonly mtu?: number | undefined
  /** Whether ARP is believed; default `trusting`. */
  readonly arp?: ArpTrust | undefined
  /** Neighbours that are known without asking. */
  readonly neighbours?: readonly { readonly address: IpAddress; readonly mac: Uint8Array }[] | undefined
}

export interface HostOptions {
  readonly name: string
  readonly interfaces: readonly HostInterface[]
  /** Besides those to the interfaces' own subnets. */
  readonly routes?: readonly Route[] | undefined
  readonly nameServers?: readonly IpAddress[] | undefined
  readonly random: Random
  readonly pool?: FramePool | undefined
  readonly trace?: TraceSink | undefined
  readonly tcp?: Omit<TcpStackOptions, 'pool' | 'random' | 'trace' | 'mtu' | 'isBroadcast'> | undefined
}

export type HostEvent =
  | TcpStackEvent
  | DnsEvent
  | Exclude<UdpEvent, { type: 'nobody' }>
  /** What became of `ping`: the round trip in milliseconds. */
  | { readonly type: 'echo'; readonly ping: number; readonly time: Millis }
  | { readonly type: 'no-echo'; readonly ping: number; readonly failure: Failure }

const DEFAULT_MTU = 1500
/** How long a ping waits: what ping(8) waits for the last answer is ten seconds, most people's patience is less. */
const ECHO_TIMEOUT: Millis = 5000
/**
 * Pings under way; for one more the oldest is given up. Their numbers have 16 bits, and one that comes round again must
 * not take another's answer. ping(8) floods with one at a time.
 */
const MAXIMUM_PINGS = 1024

interface Undelivered {
  readonly protocol: number
  readonly from: IpAddress
  readonly to: IpAddress
  readonly transport: Uint8Array
  readonly lasts: 'for good' | 'for now'
}

interface Ping {
  readonly to: IpAddress
  readonly sent: Millis
}

export class Host implements Engine<Frame, Frame, HostEvent> {
  readonly name: string
  readonly interfaces: readonly HostInterface[]
  readonly pool: FramePool
  readonly tcp: TcpStackEngine
  readonly ip: IpEngine
  readonly udp: UdpEngine
  readonly links: readonly LinkEngine[]
  readonly #resolver: Resolver
  readonly #resolverPorts = new Set<number>()
  /** The oldest first. */
  readonly #pings = new Map<number, Ping>()
  readonly #echoIdentifier: number
  #pingNumber = 0
  readonly #events = new Queue<HostEvent>()
  readonly #out = new Queue<Frame>()

  constructor(options: HostOptions) {
    const { name, interfaces, random, trace, routes = [] } = options
    const pool = options.pool ?? new FramePool()
    const shared = { pool, host: name, trace }
    this.name = name
    this.interfaces = interfaces
    this.pool = pool
    this.links = interfaces.map(({ mac, address, prefix, arp = 'trusting', neighbours = [] }) => {
      return new LinkEngine({ ...shared, mac, address, prefix, arp, neighbours })
    })
    const sizes = interfaces.map(({ address, prefix, mtu = DEFAULT_MTU }) => ({ address, prefix, mtu }))
    this.ip = new IpEngine({ ...shared, interfaces: sizes, routes })
    this.udp = new UdpEngine({ ...shared, random })
    this.tcp = new TcpStack({
      ...options.tcp,
      pool,
      random,
      trace: trace === undefined ? undefined : { sink: trace, host: name },
      isBroadcast: address => this.ip.isBroadcast(address),
      mtu: remote => sizes[this.ip.routes.lookup(remote)?.device ?? 0]?.mtu ?? DEFAULT_MTU,
    })
    this.#resolver = new Resolver({
      servers: options.nameServers ?? [],
      random,
      ports: {
        open: () => {
          const port = this.udp.bindAny()
          if (port !== undefined) this.#resolverPorts.add(port)
          return port
        },
        close: port => {
          this.udp.unbind(port)
          this.#resolverPorts.delete(port)
        },
      },
      host: name,
      trace,
    })
    const [high = 0, low = 0] = random.bytes(2)
    this.#echoIdentifier = (high << 8) | low
  }

  /** SYN to `remote` from a free port. What goes wrong comes as the connection's events. */
  connect(remote: Endpoint, options: TcpOptions, now: Millis): TcpConnection {
    const address = this.ip.sourceFor(remote.address) ?? this.interfaces[0]!.address
    return this.tcp.connect({ address, port: 0 }, remote, options, now)
  }

  /** Returns the port. Throws `FailureError` tcp/port-in-use. */
  listen(on: TcpListenAddress, options?: TcpListenOptions): number {
    return this.tcp.listen(on, options)
  }

  /** The answer is an event with the number returned. */
  resolve(name: string, kind: 'A' | 'AAAA', now: Millis): number {
    return this.#resolver.resolve(name, kind, now)
  }

  cancelResolve(query: number, now: Millis): void {
    this.#resolver.cancel(query, now)
  }

  /** The datagram is copied. */
  sendDatagram(port: number, to: Endpoint, payload: Uint8Array, now: Millis): void {
    const from = this.ip.sourceFor(to.address)
    if (from !== undefined) this.udp.send({ port, from, to, payload }, now)
    else this.#events.push({ type: 'failure', port, to, failure: fail('ip/no-route', { where: to.address.text }) })
  }

  /** ICMP echo; the answer is an `echo` or `no-echo` event with the number returned. */
  ping(to: IpAddress, now: Millis): number {
    const number = (this.#pingNumber = (this.#pingNumber + 1) & 0xffff)
    const [oldest] = this.#pings
    if (oldest !== undefined && this.#pings.size === MAXIMUM_PINGS) this.#noEcho(...oldest, now)
    this.#pings.set(number, { to, sent: now })
    this.ip.ping(to, this.#echoIdentifier, number, now)
    return number
  }

  receive(frame: Frame, now: Millis): void {
    this.links[frame.device]!.receive(frame, now)
    this.#rise(now)
  }

  /** Frames that came together are acknowledged together. */
  receiveBatch(frames: readonly Frame[], now: Millis): void {
    for (const frame of frames) this.links[frame.device]!.receive(frame, now)
    this.#rise(now)
  }

  advance(now: Millis): void {
    for (const link of this.links) link.advance(now)
    // A neighbour that was given up ends connections before their retransmission timers ask for it again.
    this.#rise(now)
    this.tcp.advance(now)
    this.#resolver.advance(now)
    for (const [number, ping] of this.#pings) {
      if (now < ping.sent + ECHO_TIMEOUT) break
      this.#noEcho(number, ping, now)
    }
    this.#rise(now)
  }

  pollTransmit(now: Millis): Frame | undefined {
    if (this.#out.length === 0) this.#pump(now)
    return this.#out.shift()
  }

  pollEvent(): HostEvent | undefined {
    return this.#events.shift()
  }

  nextDeadline(): Millis | undefined {
    const deadlines = [this.tcp.nextDeadline(), this.#resolver.nextDeadline(), ...this.links.map(l => l.nextDeadline())]
    const [oldest] = this.#pings.values()
    if (oldest !== undefined) deadlines.push(oldest.sent + ECHO_TIMEOUT)
    return deadlines.reduce((a, b) => (a === undefined || (b !== undefined && b < a) ? b : a), undefined)
  }

  /** Only upwards: nothing is answered before the layer above has heard of it, so ACKs tell of what it has read. */
  #rise(now: Millis): void {
    while (this.#upwards(now));
  }

  /** Carries everything to its next layer, until nothing moves. */
  #pump(now: Millis): void {
    for (let moved = true; moved; ) {
      const up = this.#upwards(now)
      const down = this.#downwards(now)
      moved = up || down
    }
  }

  #upwards(now: Millis): boolean {
    let moved = false
    for (const [device, link] of this.links.entries())
      for (let event = link.pollEvent(); event !== undefined; event = link.pollEvent()) {
        moved = true
        event.frame.device = device
        if (event.type === 'packet') this.ip.receive(event.frame, now)
        else this.#undeliveredPacket(event.frame, event.failure, now)
      }
    const segments: Frame[] = []
    for (let event = this.ip.pollEvent(); event !== undefined; event = this.ip.pollEvent()) {
      moved = true
      if (event.type === 'packet' && event.protocol === PROTOCOL_TCP) segments.push(event.frame)
      else this.#takeIpEvent(event, now)
    }
    if (segments.length > 0) this.tcp.receiveBatch(segments, now)
    for (let event = this.udp.pollEvent(); event !== undefined; event = this.udp.pollEvent()) {
      moved = true
      this.#takeUdpEvent(event, now)
    }
    for (let event = this.#resolver.pollEvent(); event !== undefined; event = this.#resolver.pollEvent())
      this.#events.push(event)
    for (let event = this.tcp.pollEvent(); event !== undefined; event = this.tcp.pollEvent()) this.#events.push(event)
    return moved
  }

  #downwards(now: Millis): boolean {
    let moved = false
    for (let o = this.#resolver.pollTransmit(now); o !== undefined; o = this.#resolver.pollTransmit(now)) {
      moved = true
      const from = this.ip.sourceFor(o.to.address)
      if (from !== undefined) this.udp.send({ ...o, from, carries: o.message }, now)
      else this.#resolver.refused(o.port, o.to, fail('ip/no-route', { where: o.to.address.text }), now)
    }
    for (let frame = this.udp.pollTransmit(now); frame !== undefined; frame = this.udp.pollTransmit(now)) {
      moved = true
      this.ip.send(frame, PROTOCOL_UDP, now)
    }
    for (let frame = this.tcp.pollTransmit(now); frame !== undefined; frame = this.tcp.pollTransmit(now)) {
      moved = true
      this.ip.send(frame, PROTOCOL_TCP, now)
    }
    for (let frame = this.ip.pollTransmit(now); frame !== undefined; frame = this.ip.pollTransmit(now)) {
      moved = true
      this.links[frame.device]!.send(frame, now)
    }
    for (const [device, link] of this.links.entries())
      for (let frame = link.pollTransmit(now); frame !== undefined; frame = link.pollTransmit(now)) {
        frame.device = device
        this.#out.push(frame)
      }
    return moved
  }

  #takeIpEvent(event: IpEvent, now: Millis): void {
    switch (event.type) {
      case 'packet':
        if (event.protocol === PROTOCOL_UDP) this.udp.receive(event.frame, now)
        else {
          this.ip.refuse(event.frame, 'protocol', now)
          event.frame.release()
        }
        return
      case 'undelivered': {
        const { frame, protocol, failure } = event
        const from = frame.from ?? this.interfaces[0]!.address
        this.#undelivered({ protocol, from, to: frame.to!, transport: frame.view(), lasts: 'for good' }, failure, now)
        frame.release()
        return
      }
      case 'error-report': {
        // RFC 5927 4.1: who quotes a packet must know what was in it, down to its numbers. That fragments are needed (code
        // 4) ends nothing (RFC 1191 3): the path takes smaller packets.
        const tooLarge = event.what === 'unreachable' && event.code === FRAGMENTATION_NEEDED
        if (tooLarge || !this.ip.isOwn(event.from)) return
        const facts = { where: event.reporter.text, got: event.why }
        const failure = event.what === 'unreachable' ? fail('ip/unreachable', facts) : fail('ip/time-exceeded', facts)
        const passes = event.what === 'time-exceeded' || PASSING.includes(event.code)
        this.#undelivered({ ...event, lasts: passes ? 'for now' : 'for good' }, failure, now)
        return
      }
      case 'echo-reply': {
        const ping = this.#pings.get(event.sequenceNumber)
        if (event.identifier !== this.#echoIdentifier || ping === undefined || !sameIp(ping.to, event.from)) return
        this.#pings.delete(event.sequenceNumber)
        this.#events.push({ type: 'echo', ping: event.sequenceNumber, time: now - ping.sent })
        return
      }
      default:
        event satisfies never
    }
  }

  #takeUdpEvent(event: UdpEvent, now: Millis): void {
    if (event.type === 'nobody') {
      this.ip.refuse(event.frame, 'port', now)
      event.frame.release()
    } else if (!this.#resolverPorts.has(event.port)) this.#events.push(event)
    else if (event.type === 'datagram') this.#resolver.receive({ ...event, at: UDP_HEADER_SIZE }, now)
    else this.#resolver.refused(event.port, event.to, event.failure, now)
  }

  /** A packet that the link gave up, from its IP header on. */
  #undeliveredPacket(frame: Frame, failure: Failure, now: Millis): void {
    const protocol = frame.buffer[frame.offset + 9]!
    const transport = frame.view().subarray((frame.buffer[frame.offset]! & 15) * 4)
    this.#undelivered({ protocol, from: frame.from!, to: frame.to!, transport, lasts: 'for good' }, failure, now)
    frame.release()
  }

  /** A packet of ours did not arrive; of its transport header at least eight bytes are there. */
  #undelivered({ protocol, from, to, transport, lasts }: Undelivered, failure: Failure, now: Millis): void {
    if (transport.length < 8) return
    const header = new DataView(transport.buffer, transport.byteOffset)
    if (protocol === PROTOCOL_UDP) this.udp.undelivered(transport, to, failure, now)
    else if (protocol === PROTOCOL_TCP) {
      const [local, remote] = [
        { address: from, port: header.getUint16(0) },
        { address: to, port: header.getUint16(2) },
      ]
      this.tcp.unreachable({ local, remote, sequenceNumber: header.getUint32(4), lasts }, failure, now)
    } else if (protocol === PROTOCOL_ICMP && transport[0] === ECHO_REQUEST) {
      const ping = this.#pings.get(header.getUint16(6))
      const ours = header.getUint16(4) === this.#echoIdentifier && ping !== undefined && sameIp(ping.to, to)
      if (ours) this.#endPing(header.getUint16(6), failure)
    }
  }

  #noEcho(number: number, { to, sent }: Ping, now: Millis): void {
    this.#endPing(number, fail('ip/no-echo', { where: to.text, number: now - sent }))
  }

  #endPing(ping: number, failure: Failure): void {
    this.#pings.delete(ping)
    this.#events.push({ type: 'no-echo', ping, failure })
  }
}
