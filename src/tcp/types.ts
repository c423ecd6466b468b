/** What TCP offers upwards and speaks downwards. The stack is the engine; a connection is what its user holds. */
import type { Bytes, Engine, Millis } from '../engine.ts'
import type { Failure } from '../failures/index.ts'
import type { Random } from '../random.ts'
import type { TraceContext, TraceSink } from '../trace/types.ts'
import type { Endpoint, IpAddress } from '../wire/address.ts'
import type { Frame, FramePool } from '../wire/frame.ts'
import type { CongestionController } from './congestion.ts'
import type { State } from './states.table.ts'
import type { TcpStatistics } from './statistics.ts'

export type TcpEvent =
  /** ESTABLISHED for the side that called `connect`. */
  | { readonly type: 'connected' }
  /** Bytes arrived since the last `read`. */
  | { readonly type: 'readable' }
  /** `write` took less than it was given; there is room again. */
  | { readonly type: 'writable' }
  /** FIN arrived: what `readable` has not yet told is the end of the stream. */
  | { readonly type: 'peer-finished' }
  /** Why it ended otherwise than by both FINs; `closed` follows. */
  | { readonly type: 'failure'; readonly failure: Failure }
  /** The last event. Bytes that arrived before can still be read; after FINs TIME-WAIT may still go on behind it. */
  | { readonly type: 'closed'; readonly why: 'done' | 'reset' | 'timeout' }

/** Commands take effect when the stack is drained next; what happens comes as events of the stack. `now` is when. */
export interface TcpConnection {
  readonly local: Endpoint
  readonly remote: Endpoint
  /** `10.0.0.1:47130 > 10.0.0.2:443`: who opened it comes first, so that both sides use the same name. */
  readonly flow: string
  /** For the layers above, so that their messages join the segments of this connection. */
  readonly trace: TraceContext | undefined
  readonly state: State
  readonly failure: Failure | undefined
  /** Bytes that `read` would give. */
  readonly readable: number
  /** Bytes that `write` would take. */
  readonly writable: number
  /** Bytes written and not yet acknowledged. */
  readonly unacknowledged: number
  /** False: small writes wait for the acknowledgment of what is under way (RFC 9293 3.7.4). */
  noDelay: boolean
  /** Takes as much as the send buffer has room for and says how much: that is the back pressure. Bytes are copied. */
  write(data: Bytes, now: Millis): number
  /** Up to `max` bytes that arrived in order; reading is what opens the window again. Empty when there are none. */
  read(max: number, now: Millis): Bytes
  /** As `read`, into memory of the caller; returns how many bytes. */
  readInto(target: Bytes, now: Millis): number
  /** No more to send: FIN follows the last byte. */
  finish(now: Millis): void
  /** RST, now. */
  reset(now: Millis): void
}

export type TcpStackEvent =
  | { readonly type: 'accepted'; readonly connection: TcpConnection }
  | { readonly type: 'connection'; readonly connection: TcpConnection; readonly event: TcpEvent }

/** When a silent peer is asked, and for how long; who does not answer fails with `tcp/timeout`. */
export interface KeepAlive {
  /** Silence before the first question; default two hours. */
  readonly after?: Millis | undefined
  /** Between questions; default 75 seconds. */
  readonly every?: Millis | undefined
  /** How many of them; default 9. */
  readonly times?: number | undefined
}

/** What a connection may be given; the stack's options are the defaults. */
export interface TcpOptions {
  /** Bytes of each direction's buffer: what `write` takes, and what the peer may send before `read`. */
  readonly sendBuffer?: number | undefined
  readonly receiveBuffer?: number | undefined
  /** Default true: whoever writes in small pieces gathers them (TLS and HTTP here do). */
  readonly noDelay?: boolean | undefined
  /** Without an answer for so long an open connection fails with `tcp/timeout` (RFC 9293 3.9.1.8). */
  readonly userTimeout?: Millis | undefined
  /** Without an answer to SYN for so long it fails with `tcp/silence`. */
  readonly connectTimeout?: Millis | undefined
  /**
   * After `finish` the peer may be silent in FIN-WAIT-2, or keep its window shut, for so long; then `tcp/timeout`.
   */
  readonly halfClosedTimeout?: Millis | undefined
  /** Whether the peer is still there is asked after a long silence; not given: never (RFC 9293 3.8.4). */
  readonly keepAlive?: KeepAlive | undefined
  /** Default NewReno. */
  readonly congestion?: ((mss: number) => CongestionController) | undefined
}

export interface TcpListenOptions extends TcpOptions {
  /** Connections in SYN-RECEIVED at once; the oldest makes room. */
  readonly backlog?: number | undefined
  /** Accepted connections that nobody has fetched with `pollEvent`; more stay in SYN-RECEIVED. */
  readonly acceptQueue?: number | undefined
}

export interface TcpStackOptions extends TcpOptions {
  readonly pool: FramePool
  readonly random: Random
  readonly trace?: { readonly sink: TraceSink; readonly host: string } | undefined
  /** The largest IP packet towards `remote`; default 1500. */
  readonly mtu?: ((remote: IpAddress) => number) | undefined
  /** Broadcast addresses of the host's subnets, which only IP knows: TCP neither connects to them nor answers there. */
  readonly isBroadcast?: ((address: IpAddress) => boolean) | undefined
  /**
   * Bytes that the buffers of all connections hold together; default 256 MiB. When they are used up, text that is out of
   * order is dropped first, and each connection keeps the 4 KiB each way with which it goes on.
   */
  readonly memory?: number | undefined
  /**
   * Connections in any state, TIME-WAIT included; default 65536. Those in TIME-WAIT make room, and for a SYN also the
   * longest idle that was accepted (`tcp/made-room`).
   */
  readonly maxConnections?: number | undefined
  /** Accepted connections of one remote address, TIME-WAIT not included; default 4096. Further SYNs are dropped. */
  readonly maxConnectionsPerRemote?: number | undefined
  /** Maximum segment lifetime; TIME-WAIT lasts two of them. */
  readonly maximumSegmentLifetime?: Millis | undefined
  /** `whole` sends every segment through all checks of RFC 9293 3.10.7.4; the same happens, slower. For tests. */
  readonly receivePath?: 'predicted' | 'whole' | undefined
}

/** What a listener listens on; without an address on every address of the host. */
export interface TcpListenAddress {
  readonly address?: IpAddress | undefined
  readonly port: number
}

/** A segment of ours that did not arrive. */
export interface Undelivered {
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly sequenceNumber: number
  /** `for now`: a route that is missing may come back (RFC 1122 4.2.3.9). */
  readonly lasts: 'for good' | 'for now'
}

/** All connections of one host: `TcpStack` of `stack.ts`. Frames begin at the TCP header; `from` and `to` are set. */
export interface TcpStackEngine extends Engine<Frame, Frame, TcpStackEvent> {
  readonly statistics: Readonly<TcpStatistics>
  /** Connections in any state but CLOSED. */
  readonly connections: number
  /** Bytes that the buffers of all connections hold: written and not acknowledged, arrived and not read. */
  readonly heldBytes: number
  /** Port 0 takes a free one at random (RFC 6056). A connection that cannot be made fails through its events. */
  connect(local: Endpoint, remote: Endpoint, options: TcpOptions, now: Millis): TcpConnection
  /** Port 0 takes a free one. Returns the port. Throws `FailureError` tcp/port-in-use. */
  listen(local: TcpListenAddress, options?: TcpListenOptions): number
  /** Stops accepting; connections in SYN-RECEIVED are reset, accepted ones go on. */
  unlisten(local: TcpListenAddress, now: Millis): void
  /** One acknowledgment for the whole batch. Ownership of the frames passes to the stack. */
  receiveBatch(frames: readonly Frame[], now: Millis): void
  /**
   * The network could not deliver `segment`, whose number must be one that is under way (RFC 5927 4.1). A connection in
   * SYN-SENT fails with `failure`; when that may pass it tries on, and says so only when its time is over (RFC 9293
   * 3.9.2.2).
   */
  unreachable(segment: Undelivered, failure: Failure, now: Millis): void
}
