/**
 * One machine on the network, as the layers above see it: connect, listen, resolve, datagrams, ping. `host.ts` is the
 * engine behind it, `running.ts` drives it on a clock.
 */
import type { Clock } from '../clock.ts'
import type { FailureInfo } from '../failures/registry.ts'
import type { TcpConnection, TcpEvent } from '../tcp/types.ts'
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
  /** Sends SYN. Events begin after this call returned; after any command to the connection say `poke()`. */
  connect(remote: Endpoint, owner: (connection: TcpConnection) => ConnectionOwner): TcpConnection
  /** Takes connections on `port` (0: a free one). Throws `FailureError` `ip/port-taken`. */
  listen(
    on: { readonly address?: IpAddress; readonly port: number },
    accept: (connection: TcpConnection) => ConnectionOwner,
  ): { readonly port: number; close(): void }
  /** Asks the name servers; returns a function that gives up. */
  resolve(name: string, kind: AddressKind, done: (answer: Resolution | FailureInfo) => void): () => void
  /** A UDP socket on `port` (0: a free one). Throws `FailureError` `ip/port-taken`. */
  udp(
    port: number,
    owner: { datagram(from: Endpoint, payload: Uint8Array): void; failure?(failure: FailureInfo, to: Endpoint): void },
  ): UdpHandle
  /** ICMP echo: the round-trip time in milliseconds, or what went wrong. */
  ping(address: IpAddress, done: (answer: number | FailureInfo) => void): void
  /** Drains the engine after commands to a connection. */
  poke(): void
  /** Frames from the wire, of which the host becomes the owner. */
  input(frames: readonly Frame[], device?: number): void
  /** Disarms every timer; nothing more is sent or heard. */
  stop(): void
}

/** Tells a resolution from a failure. */
export const isFailure = (answer: Resolution | FailureInfo | number): answer is FailureInfo =>
  typeof answer === 'object' && 'code' in answer
