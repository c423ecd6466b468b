/**
 * The transmission control block (RFC 9293 3.3.1): everything that is known of one connection. The functions of
 * `arrive.ts`, `acknowledge.ts` and `transmit.ts` work on it; `connection.ts` is what the user holds. Variables have
 * the names of the RFC: SND.UNA is `sndUna`.
 */
import type { Millis } from '../engine.ts'
import { type Failure, type FailureCode, fail } from '../failures/index.ts'
import type { TraceContext } from '../trace/types.ts'
import { type Endpoint, endpointText } from '../wire/address.ts'
import { pseudoHeaderSum } from '../wire/checksum.ts'
import type { FramePool } from '../wire/frame.ts'
import { PROTOCOL_TCP } from '../wire/protocols.ts'
import { Assembler } from './assembler.ts'
import { ByteQueue } from './byte-queue.ts'
import type { CongestionController } from './congestion.ts'
import type { Memory } from './memory.ts'
import { newReno } from './newreno.ts'
import { RetransmissionTimeout } from './retransmission-timeout.ts'
import { distance, type Sequence } from './sequence.ts'
import { type Cause, STATES, type State, type Traits, tcpStates } from './states.table.ts'
import type { TcpStatistics } from './statistics.ts'
import type { TcpConnection, TcpEvent, TcpOptions } from './types.ts'
import { WheelEntry } from './wheel.ts'

export const NEVER: Millis = Number.POSITIVE_INFINITY

/** A quarter of a megabyte each way: 20 Mbit/s at 100 ms. Linux starts at 128 KB and tunes itself up to 6 MB. */
export const DEFAULT_BUFFER = 256 * 1024
/** RFC 9293 3.8.3 (MUST-23): at least three minutes for SYN. */
export const DEFAULT_CONNECT_TIMEOUT: Millis = 180_000
/** RFC 9293 3.8.3 (SHLD-11): at least 100 seconds for data. */
export const DEFAULT_USER_TIMEOUT: Millis = 120_000
/**
 * How long a connection that was closed here waits for a silent peer, or for one that takes nothing: two hours and four
 * minutes, for which RFC 5382 REQ-5 makes a NAT keep an idle connection; behind one nobody could be heard any more.
 * Whoever knows that nobody reads an answer waits less, or resets.
 */
export const DEFAULT_HALF_CLOSED_TIMEOUT: Millis = 7_440_000
/** RFC 9293 3.7.1 (MUST-15): what a peer takes that does not say. */
export const DEFAULT_MSS = 536
/** A smaller offer would make us send headers only; 48 is Linux's TCP_MIN_SND_MSS. */
export const SMALLEST_MSS = 48
/** RFC 7323 2.3. */
export const LARGEST_WINDOW_SHIFT = 14
/** RFC 9293 3.4.1 and 2 * MSL: 2 minutes there, 30 seconds in Linux and here. */
export const DEFAULT_MSL: Millis = 30_000

/** What a connection needs from where it lives. */
export interface Surroundings {
  readonly pool: FramePool
  readonly memory: Memory
  readonly statistics: TcpStatistics
  readonly maximumSegmentLifetime: Millis
  /** `predicted` unless a test wants every segment to take the whole way. */
  readonly receivePath: 'predicted' | 'whole'
  /** Something to send or to tell. */
  wake(tcb: Tcb): void
  /** May this half-open connection become ESTABLISHED, is there room in the accept queue? */
  mayEstablish(tcb: Tcb): boolean
  established(tcb: Tcb, now: Millis): void
}

export class Tcb extends WheelEntry {
  state: State = 'CLOSED'
  traits: Traits = STATES.CLOSED
  readonly local: Endpoint
  readonly remote: Endpoint
  readonly origin: 'active' | 'passive'
  readonly flow: string
  readonly surroundings: Surroundings
  readonly options: TcpOptions
  /** The sum of the pseudo header without the length; the same in both directions. */
  readonly pseudoSum: number
  trace: TraceContext | undefined
  /** What the user holds; set by `Connection`. */
  connection: TcpConnection | undefined

  /** Sending. Everything below `sndUna` is acknowledged; `sndNxt` goes back to it when the timer fires. */
  iss: Sequence = 0
  sndUna: Sequence = 0
  sndNxt: Sequence = 0
  /** One past the highest number ever sent. */
  sndMax: Sequence = 0
  sndWnd = 0
  sndWl1: Sequence = 0
  sndWl2: Sequence = 0
  /** The largest window that the peer ever offered. */
  maxSndWnd = 0
  /** Snd.Wind.Shift. */
  sndShift = 0
  /** The peer's SYN had the window scale option. */
  scales = false
  /** Eff.snd.MSS: payload bytes per segment. */
  mss: number
  /** Bytes written and not acknowledged, from `sndUna` on. */
  readonly send: ByteQueue
  /** Payload bytes acknowledged since the beginning: where `sndUna` is in the stream. */
  sentBytes = 0
  fin: 'open' | 'queued' | 'acknowledged' = 'open'
  noDelay: boolean

  /** Receiving. `rcvAdv` is the right edge of the window that was offered: it never moves back. */
  irs: Sequence = 0
  rcvNxt: Sequence = 0
  rcvAdv: Sequence = 0
  /** Rcv.Wind.Shift. */
  rcvShift: number
  readonly received: Assembler
  /** Where the peer's FIN stands, once it is known. */
  finAt: Sequence | undefined
  /** The MSS that we offer. */
  readonly offeredMss: number

  /** What is owed to the peer. */
  owes: 'nothing' | 'SYN' | 'RST' = 'nothing'
  ackNow = false
  /** Bytes that arrived since the last acknowledgment. */
  unacknowledgedIn = 0

  /** Timers: when they fire. */
  retransmitAt: Millis = NEVER
  ackAt: Millis = NEVER
  closeAt: Millis = NEVER
  keepAliveAt: Millis = NEVER
  timer: 'retransmit' | 'persist' = 'retransmit'
  /** Since when the peer owes us something: an acknowledgment, or any sign of life while its window is closed. */
  progressAt: Millis = 0
  lastSentAt: Millis = 0
  /** When the peer last sent something acceptable. */
  heardAt: Millis = 0
  /** Questions in a row that it left unanswered, and whether another one is owed. */
  keepAliveAsked = 0
  keepAliveDue = false

  /** Loss recovery. */
  readonly rto: RetransmissionTimeout = new RetransmissionTimeout()
  congestion: CongestionController
  duplicateAcks = 0
  recovery: 'none' | 'fast' | 'fast, partial' = 'none'
  /** One past the highest number that was sent when loss was last seen; RFC 6582 `recover`. */
  recover: Sequence = 0
  resendFirst = false
  probeDue = false
  timeouts = 0
  /** The segment whose round trip is being measured. */
  timing = false
  timedSeq: Sequence = 0
  timedAt: Millis = 0

  /** RFC 5961 7: challenge acknowledgments in the current second. */
  challengeSecond = 0
  challenges = 0
  /** In the same second: acknowledgments of text that lies outside the window. */
  repeated = 0

  failure: Failure | undefined
  /** What the network last said of a SYN; told when nobody answers. */
  obstacle: Failure | undefined
  /** A user wanted more room than there was. */
  wantsRoom = false
  readonly events: TcpEvent[] = []
  /** True while it waits in the stack's queue of those with something to send, and to tell. */
  sending = false
  telling = false

  constructor(
    place: { local: Endpoint; remote: Endpoint; origin: 'active' | 'passive' },
    mss: number,
    options: TcpOptions,
    surroundings: Surroundings,
  ) {
    super()
    this.local = place.local
    this.remote = place.remote
    this.origin = place.origin
    this.options = options
    this.surroundings = surroundings
    const here = endpointText(place.local.address.text, place.local.port)
    const there = endpointText(place.remote.address.text, place.remote.port)
    this.flow = place.origin === 'active' ? `${here} > ${there}` : `${there} > ${here}`
    this.pseudoSum = pseudoHeaderSum(place.local.address, place.remote.address, PROTOCOL_TCP)
    this.offeredMss = mss
    this.mss = mss
    this.congestion = (options.congestion ?? newReno)(mss)
    this.send = new ByteQueue(options.sendBuffer ?? DEFAULT_BUFFER, surroundings.memory)
    this.received = new Assembler(options.receiveBuffer ?? DEFAULT_BUFFER, surroundings.memory)
    this.rcvShift = shiftFor(this.received.inOrder.capacity)
    this.noDelay = options.noDelay ?? true
  }

  /** Both sides have said how large segments may be. */
  agreeOn(mss: number): void {
    this.mss = mss
    this.congestion = (this.options.congestion ?? newReno)(mss)
  }

  /** Follows the table; a move that is not in it is a defect of ours and throws. `message` is the trace message that caused it. */
  move(cause: Cause, now: Millis, message = 0): void {
    const to = tcpStates.next(this.state, cause)
    this.trace?.sink.state({
      layer: 'tcp',
      flow: this.flow,
      host: this.trace.host,
      from: this.state,
      to,
      at: now,
      ...(message === 0 ? {} : { because: message }),
    })
    this.state = to
    // A SYN that has not gone out yet is not sent for a connection that is gone.
    if (to === 'CLOSED') this.owes = 'nothing'
    this.traits = STATES[to]
    // Even where nobody is told: the stack forgets what is CLOSED.
    this.surroundings.wake(this)
  }

  /** Tells the user, each thing once until it is fetched. */
  tell(event: TcpEvent): void {
    if (this.connection === undefined) return
    if (event.type === 'readable' || event.type === 'writable') {
      for (const waiting of this.events) if (waiting.type === event.type) return
    }
    this.events.push(event)
    this.surroundings.wake(this)
  }

  /** Ends it for the user with a failure of the registry; the state is CLOSED already. */
  fail(failure: Failure, why: 'reset' | 'timeout'): void {
    this.failure = failure
    this.tell({ type: 'failure', failure })
    this.end(why)
  }

  /** Raises `code` about the peer. */
  failWith(code: FailureCode, why: 'reset' | 'timeout', number?: number): void {
    this.fail(
      fail(code, {
        where: endpointText(this.remote.address.text, this.remote.port),
        ...(number === undefined ? {} : { number }),
      }),
      why,
    )
  }

  /** Nothing more will come or go: the last event, and no more memory than what can still be read. */
  end(why: 'done' | 'reset' | 'timeout'): void {
    this.send.clear()
    this.received.dropAhead()
    this.retransmitAt = NEVER
    this.ackAt = NEVER
    this.keepAliveAt = NEVER
    if (this.state === 'CLOSED') this.closeAt = NEVER
    this.tell({ type: 'closed', why })
  }

  /** The stack has forgotten it: its buffers no longer count. What can still be read is the user's. */
  leave(): void {
    this.send.clear()
    this.received.dropAhead()
    this.received.inOrder.leave()
  }

  get halfClosedTimeout(): Millis {
    return this.options.halfClosedTimeout ?? DEFAULT_HALF_CLOSED_TIMEOUT
  }

  /** When something must happen by itself. */
  deadline(): Millis {
    return Math.min(this.retransmitAt, this.ackAt, this.closeAt, this.keepAliveAt)
  }

  /** Sequence numbers under way. */
  get flight(): number {
    return distance(this.sndUna, this.sndMax)
  }

  /** What of the offered window is left. */
  get offeredWindow(): number {
    return distance(this.rcvNxt, this.rcvAdv)
  }
}

/** RFC 7323 2.3: the least shift with which the whole buffer can be offered in 16 bits. */
const shiftFor = (capacity: number): number => {
  let shift = 0
  while (shift < LARGEST_WINDOW_SHIFT && capacity >>> shift > 0xffff) shift++
  return shift
}
