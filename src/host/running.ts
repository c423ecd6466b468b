/** A host on a clock: its engine driven, its events handed to whoever asked for them. */
import type { Clock } from '../clock.ts'
import { type Driver, drive } from '../drive.ts'
import type { Millis } from '../engine.ts'
import { type Failure, fail } from '../failures/index.ts'
import type { TcpConnection, TcpListenAddress, TcpListenOptions, TcpOptions } from '../tcp/types.ts'
import type { TraceSink } from '../trace/types.ts'
import type { Endpoint, IpAddress } from '../wire/address.ts'
import type { Frame, FramePool } from '../wire/frame.ts'
import type { Host, HostEvent } from './host.ts'
import type { AddressKind, ConnectionOwner, DatagramOwner, Resolution, RunningHost, UdpHandle } from './types.ts'

/** Runs `host` on `clock`. `transmit` gets each frame that leaves and becomes its owner. */
export const runHost = (host: Host, clock: Clock, transmit: (frame: Frame) => void, trace?: TraceSink): RunningHost =>
  new Runner(host, clock, transmit, trace)

type Accept = (connection: TcpConnection) => ConnectionOwner

class Runner implements RunningHost {
  readonly clock: Clock
  readonly trace: TraceSink | undefined
  readonly #host: Host
  readonly #driver: Driver<Frame>
  readonly #connections = new Map<TcpConnection, ConnectionOwner>()
  readonly #listeners: { address: string | undefined; port: number; accept: Accept }[] = []
  readonly #sockets = new Map<number, DatagramOwner>()
  readonly #questions = new Map<number, (answer: Resolution | Failure) => void>()
  readonly #pings = new Map<number, (answer: number | Failure) => void>()

  #stopped = false

  constructor(host: Host, clock: Clock, transmit: (frame: Frame) => void, trace: TraceSink | undefined) {
    this.#host = host
    this.clock = clock
    this.trace = trace
    this.#driver = drive(host, clock, {
      out: frame => (this.#stopped ? frame.release() : transmit(frame)),
      event: event => this.#dispatch(event),
    })
  }

  get name(): string {
    return this.#host.name
  }
  get address(): IpAddress {
    return this.#host.interfaces[0]!.address
  }
  get addresses(): readonly IpAddress[] {
    return this.#host.interfaces.map(({ address }) => address)
  }
  get hardwareAddress(): Uint8Array {
    return this.#host.interfaces[0]!.mac
  }
  get pool(): FramePool {
    return this.#host.pool
  }

  connect(
    remote: Endpoint,
    owner: (connection: TcpConnection) => ConnectionOwner,
    options: TcpOptions = {},
  ): TcpConnection {
    const now = this.clock.now()
    const connection = this.#host.connect(remote, options, now)
    this.#connections.set(connection, owner(connection))
    this.#driver.start()
    if (this.#stopped) this.#endAll()
    return connection
  }

  listen(on: TcpListenAddress, accept: Accept, options?: TcpListenOptions): { readonly port: number; close(): void } {
    const port = this.#host.listen(on, options)
    const listener = { address: on.address?.text, port, accept }
    this.#listeners.push(listener)
    return {
      port,
      close: () => {
        const at = this.#listeners.indexOf(listener)
        if (at < 0) return
        this.#listeners.splice(at, 1)
        this.do(now =>
          this.#host.tcp.unlisten(on.address === undefined ? { port } : { address: on.address, port }, now),
        )
      },
    }
  }

  resolve(name: string, kind: AddressKind, done: (answer: Resolution | Failure) => void): () => void {
    let query = 0
    if (this.#stopped) done(this.#gone())
    this.do(now => {
      query = this.#host.resolve(name, kind, now)
      this.#questions.set(query, done)
    })
    return () => {
      if (this.#questions.delete(query)) this.do(now => this.#host.cancelResolve(query, now))
    }
  }

  udp(wanted: number, owner: DatagramOwner): UdpHandle {
    const port = this.#host.udp.bind(wanted)
    this.#sockets.set(port, owner)
    return {
      port,
      send: (to, payload) => this.do(now => this.#host.sendDatagram(port, to, payload, now)),
      close: () => {
        if (this.#sockets.delete(port)) this.#host.udp.unbind(port)
      },
    }
  }

  ping(address: IpAddress, done: (answer: number | Failure) => void): void {
    if (this.#stopped) done(this.#gone())
    this.do(now => this.#pings.set(this.#host.ping(address, now), done))
  }

  do(work: (now: Millis) => void): void {
    this.#driver.do(work)
  }

  input(frames: readonly Frame[]): void {
    if (this.#stopped) {
      for (const frame of frames) frame.release()
      return
    }
    this.do(now => this.#host.receiveBatch(frames, now))
  }

  stop(): void {
    if (this.#stopped) return
    this.#stopped = true
    // While the driver still turns, so that streams can read what had arrived; what they send goes nowhere.
    this.do(() => this.#endAll())
    this.#driver.stop()
  }

  #gone(): Failure {
    return fail('ip/host-stopped', { where: this.name })
  }

  /** Tells everybody who waits that nothing will come. */
  #endAll(): void {
    const failure = this.#gone()
    for (const [connection, owner] of this.#connections) {
      this.#connections.delete(connection)
      owner.event({ type: 'failure', failure })
      owner.event({ type: 'closed', why: 'reset' })
    }
    for (const waiting of [this.#questions, this.#pings])
      for (const [number, done] of waiting) {
        waiting.delete(number)
        done(failure)
      }
  }

  #dispatch(event: HostEvent): void {
    switch (event.type) {
      case 'accepted':
        this.#accept(event.connection)
        return
      case 'connection': {
        const owner = this.#connections.get(event.connection)
        if (event.event.type === 'closed') this.#connections.delete(event.connection)
        owner?.event(event.event)
        return
      }
      case 'resolved':
        taken(this.#questions, event.query)?.(event)
        return
      case 'failed':
        taken(this.#questions, event.query)?.(event.failure)
        return
      case 'datagram':
        this.#sockets.get(event.port)?.datagram(event.from, event.payload)
        return
      case 'failure':
        this.#sockets.get(event.port)?.failure?.(event.failure, event.to)
        return
      case 'echo':
        taken(this.#pings, event.ping)?.(event.time)
        return
      case 'no-echo':
        taken(this.#pings, event.ping)?.(event.failure)
        return
      default:
        event satisfies never
    }
  }

  /** A listener on the very address comes before one on all addresses. */
  #accept(connection: TcpConnection): void {
    const here = this.#listeners.filter(l => l.port === connection.local.port)
    const exact = here.find(l => l.address === connection.local.address.text)
    const listener = exact ?? here.find(l => l.address === undefined)
    // It was closed between the handshake and now.
    if (listener === undefined) this.do(now => connection.reset(now))
    else this.#connections.set(connection, listener.accept(connection))
  }
}

const taken = <K, V>(map: Map<K, V>, key: K): V | undefined => {
  const value = map.get(key)
  map.delete(key)
  return value
}
