/**
 * One machine on the network, as the layers above see it: connect, listen, resolve, datagrams, ping. `host.ts` is the
 * engine behind it, `running.ts` drives it on a clock.
 */
import type { Clock } from '../clock.ts'
import type { Millis } from '../engine.ts'
import type { Failure } from '../failures/index.ts'
import type { TcpConnection, TcpEvent, TcpListenAddress, TcpListenOptions, TcpOptions } from '../tcp/types.ts'
import type { TraceSink } from '../trace/types.ts'
import type { Endpoint, IpAddress } from '../wire/address.ts'
import type { Frame, FramePool } from '../wire/frame.ts'

export type AddressKind = 'A' | 'AAAA'

/** What a name led to: `names` is the way there through CNAMEs, the name asked for first. */
export interface Resolution {
  readonly addresses: readonly IpAddress[]
  readonly names: readonly string[]
  /** Seconds for which it may be kept. */
  readonly ttl: number
}

export interface ConnectionOwner {
  event(event: TcpEvent): void
}

export interface DatagramOwner {
  /** `payload` is yours to keep. */
  datagram(from: Endpoint, payload: Uint8Array): void
  /** A datagram to `to` did not arrive, as the link or the network says. */
  failure?(failure: Failure, to: Endpoint): void
}

export interface UdpHandle {
  readonly port: number
  send(to: Endpoint, payload: Uint8Array): void
  close(): void
}

export interface RunningHost {
  readonly name: string
  /** The address of the first interface. */
  readonly address: IpAddress
  readonly addresses: readonly IpAddress[]
  readonly hardwareAddress: Uint8Array
  readonly clock: Clock
  readonly pool: FramePool
  readonly trace: TraceSink | undefined
  /** Sends SYN. Commands to the connection are given inside `do`. What goes wrong comes as its events. */
  connect(remote: Endpoint, owner: (connection: TcpConnection) => ConnectionOwner, options?: TcpOptions): TcpConnection
  /** Takes connections on a port (0: a free one). Throws `FailureError` `tcp/port-in-use`. */
  listen(
    on: TcpListenAddress,
    accept: (connection: TcpConnection) => ConnectionOwner,
    options?: TcpListenOptions | undefined,
  ): { readonly port: number; close(): void }
  /** Asks the name servers; returns a function that gives up. */
  resolve(name: string, kind: AddressKind, done: (answer: Resolution | Failure) => void): () => void
  /** A UDP socket on `port` (0: a free one). Throws `FailureError` `ip/port-taken`. */
  udp(port: number, owner: DatagramOwner): UdpHandle
  /** ICMP echo: the round-trip time in milliseconds, or what went wrong. */
  ping(address: IpAddress, done: (answer: number | Failure) => void): void
  /** Gives commands to connections, at the time that it is; what follows from them is done when it returns. */
  do(work: (now: Millis) => void): void
  /** Frames from the wire (`device` says from which), of which the host becomes the owner. */
  input(frames: readonly Frame[]): void
  /**
   * Disarms every timer; nothing more is sent or heard. Whoever waits for a connection, a name or an echo is told
   * `ip/host-stopped`, and so is who asks for one afterwards.
   */
  stop(): void
}
