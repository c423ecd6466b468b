/**
 * All TCP connections of one host as one engine: segments find their connection, SYNs their listener, and what nobody
 * wants is answered with RST. Read RFC 9293 3.10.7.1 and 3.10.7.2 beside it; the rest of 3.10 is in `arrive.ts`.
 */
import type { Millis } from '../engine.ts'
import { type Failure, type FailureCode, FailureError, fail } from '../failures/index.ts'
import type { Random } from '../random.ts'
import type { TraceContext } from '../trace/types.ts'
import { type Endpoint, endpointText, FIRST_DYNAMIC_PORT, type IpAddress, LAST_PORT } from '../wire/address.ts'
import { frameSum, pseudoHeaderSum } from '../wire/checksum.ts'
import { CHECKSUM_UNKNOWN, type Frame, type FramePool } from '../wire/frame.ts'
import { PROTOCOL_TCP } from '../wire/protocols.ts'
import { Queue } from '../wire/queue.ts'
import { TokenBucket } from '../wire/token-bucket.ts'
import { Admission } from './admission.ts'
import { segmentArrives, takeSyn } from './arrive.ts'
import { abort, Connection } from './connection.ts'
import { ConnectionTable } from './connections.ts'
import { initialSequence } from './initial-sequence.ts'
import { startKeepAlive } from './keep-alive.ts'
import { Listener, Listeners } from './listener.ts'
import { Memory } from './memory.ts'
import { resetFor } from './nowhere.ts'
import { ACK, RST, readSegment, Segment, SYN, TCP_HEADER_SIZE } from './segment.ts'
import { advance, distance, isAfter, latest, type Sequence } from './sequence.ts'
import { noStatistics, type TcpStatistics } from './statistics.ts'
import { DEFAULT_MSL, type Surroundings, Tcb } from './tcb.ts'
import { fireTimers } from './timers.ts'
import { traceBadChecksum, traceIn } from './trace-in.ts'
import { nextSegment } from './transmit.ts'
import type {
  TcpConnection,
  TcpListenAddress,
  TcpListenOptions,
  TcpOptions,
  TcpStackEngine,
  TcpStackEvent,
  TcpStackOptions,
  Undelivered,
} from './types.ts'
import { isUnicast } from './unicast.ts'
import { TimerWheel } from './wheel.ts'

const DEFAULT_MTU = 1500
/** Answers to segments that nobody wants, whoever sends them; FreeBSD limits them to 200. */
const RESETS_PER_SECOND = 1000
/** RFC 9293 3.4.3: how far above the last number of the old connection a new one in TIME-WAIT begins. */
const REUSE_DISTANCE = 250_000

export class TcpStack implements TcpStackEngine {
  readonly statistics: TcpStatistics = noStatistics()
  readonly #options: TcpStackOptions
  readonly #pool: FramePool
  readonly #random: Random
  readonly #secret: Uint8Array
  readonly #table = new ConnectionTable()
  readonly #listeners = new Listeners()
  readonly #listenerOf = new WeakMap<Tcb, Listener>()
  readonly #wheel = new TimerWheel<Tcb>()
  readonly #sending = new Queue<Tcb>()
  readonly #telling = new Queue<Tcb>()
  readonly #accepted = new Queue<Tcb>()
  readonly #admission: Admission
  /** Answers to segments without a connection: at most one per segment of a batch. */
  readonly #resets = new Queue<Frame>()
  readonly #resetBucket = new TokenBucket(RESETS_PER_SECOND, RESETS_PER_SECOND)
  readonly #segment = new Segment()
  readonly #surroundings: Surroundings

  constructor(options: TcpStackOptions) {
    this.#options = options
    this.#pool = options.pool
    this.#random = options.random
    this.#secret = options.random.bytes(16)
    this.#admission = new Admission(options.maxConnections, options.maxConnectionsPerRemote)
    this.#surroundings = {
      pool: options.pool,
      memory: new Memory(options.memory),
      statistics: this.statistics,
      maximumSegmentLifetime: options.maximumSegmentLifetime ?? DEFAULT_MSL,
      receivePath: options.receivePath ?? 'predicted',
      wake: tcb => this.#wake(tcb),
      mayEstablish: tcb => this.#listenerOf.get(tcb)?.mayEstablish ?? true,
      established: (tcb, now) => this.#established(tcb, now),
    }
  }

  get connections(): number {
    return this.#table.size
  }

  get heldBytes(): number {
    return this.#surroundings.memory.used
  }

  connect(local: Endpoint, remote: Endpoint, options: TcpOptions, now: Millis): TcpConnection {
    const port = local.port === 0 ? this.#freePort(local.address, remote) : local.port
    const tcb = this.#tcb({ address: local.address, port: port ?? 0 }, remote, 'active', options)
    const connection = new Connection(tcb)
    const obstacle = this.#obstacle(tcb, port, now)
    if (obstacle !== undefined) {
      tcb.failWith(obstacle, 'reset')
      return connection
    }
    this.#table.add(tcb)
    this.#begin(tcb, initialSequence(tcb.local, remote, this.#secret, now))
    tcb.move('active open', now)
    tcb.owes = 'SYN'
    this.#wake(tcb)
    return connection
  }

  listen(local: TcpListenAddress, options: TcpListenOptions = {}): number {
    const port = local.port === 0 ? this.#freeListenPort() : local.port
    const at = { ...local, port: port ?? 0 }
    if (port === undefined || this.#listeners.isTaken(at))
      throw new FailureError(fail('tcp/port-in-use', { where: endpointText(local.address?.text ?? '*', at.port) }))
    this.#listeners.add(new Listener(at, { ...this.#options, ...options }))
    return port
  }

  unlisten(local: TcpListenAddress, now: Millis): void {
    const listener = this.#listeners.exactly(local)
    if (listener === undefined) return
    this.#listeners.remove(listener)
    for (const tcb of listener.halfOpen) abort(tcb, now)
    listener.halfOpen.clear()
  }

  unreachable({ local, remote, sequenceNumber, lasts }: Undelivered, failure: Failure, now: Millis): void {
    const tcb = this.#table.find(local.address, local.port, remote.address, remote.port)
    if (tcb === undefined || tcb.state !== 'SYN-SENT') return
    const ahead = distance(tcb.sndUna, sequenceNumber | 0)
    if (ahead < 0 || ahead >= tcb.flight) return
    if (lasts === 'for now') {
      tcb.obstacle = failure
      return
    }
    tcb.move('abort', now)
    tcb.fail(failure, 'reset')
    this.#wake(tcb)
  }

  receive(frame: Frame, now: Millis): void {
    this.#receive(frame, now)
    frame.release()
  }

  receiveBatch(frames: readonly Frame[], now: Millis): void {
    for (const frame of frames) {
      this.#receive(frame, now)
      frame.release()
    }
  }

  advance(now: Millis): void {
    this.#wheel.advance(now, tcb => {
      fireTimers(tcb, now)
      this.#wake(tcb)
    })
  }

  pollTransmit(now: Millis): Frame | undefined {
    const reset = this.#resets.shift()
    if (reset !== undefined) return reset
    for (let tcb = this.#sending.first; tcb !== undefined; tcb = this.#sending.first) {
      const frame = nextSegment(tcb, now)
      if (frame !== undefined) return frame
      this.#sending.shift()
      tcb.sending = false
      this.#settle(tcb, now)
    }
    return undefined
  }

  pollEvent(): TcpStackEvent | undefined {
    const accepted = this.#accepted.shift()
    if (accepted !== undefined) {
      const listener = this.#listenerOf.get(accepted)
      if (listener !== undefined) listener.waiting--
      return { type: 'accepted', connection: accepted.connection! }
    }
    for (let tcb = this.#telling.first; tcb !== undefined; tcb = this.#telling.first) {
      const event = tcb.events.shift()
      if (event !== undefined) return { type: 'connection', connection: tcb.connection!, event }
      this.#telling.shift()
      tcb.telling = false
    }
    return undefined
  }

  nextDeadline(): Millis | undefined {
    return this.#wheel.nextDeadline()
  }

  #receive(frame: Frame, now: Millis): void {
    this.statistics.segmentsIn++
    const segment = this.#segment
    const { from, to } = frame
    if (from === undefined || to === undefined || !readSegment(frame, segment)) {
      this.statistics.malformed++
      return
    }
    const tcb = this.#table.find(to, segment.destinationPort, from, segment.sourcePort)
    if (frame.checksum === CHECKSUM_UNKNOWN) {
      const pseudo = tcb?.pseudoSum ?? pseudoHeaderSum(from, to, PROTOCOL_TCP)
      if (frameSum(frame, frame.offset, frame.end, pseudo + frame.length) !== 0xffff) {
        this.statistics.badChecksum++
        const trace = this.#traceOf(tcb?.flow, segment, from, to)
        if (trace !== undefined) traceBadChecksum(trace, frame, now)
        return
      }
    }
    const trace = this.#traceOf(tcb?.flow, segment, from, to)
    if (trace !== undefined) traceIn(trace, tcb, frame, segment, now)
    const wanted = tcb === undefined ? undefined : this.#notReopened(tcb, segment, now)
    const verdict =
      wanted === undefined ? this.#arrivesAtPort(to, from, segment, tcb, now) : segmentArrives(wanted, segment, now)
    if (verdict === 'done' || !this.#resetBucket.take(now)) return
    const reset = resetFor(frame, segment, this.#pool, trace, now)
    if (reset === undefined) return
    this.statistics.resetsOut++
    this.statistics.segmentsOut++
    this.#resets.push(reset)
  }

  /** RFC 9293 3.10.7.4 and RFC 1122 4.2.2.13: a SYN above the old numbers may end TIME-WAIT and begin anew. */
  #notReopened(tcb: Tcb, segment: Segment, now: Millis): Tcb | undefined {
    const opens = (segment.control & (SYN | ACK | RST)) === SYN && isAfter(segment.seq, tcb.rcvNxt)
    if (tcb.state !== 'TIME-WAIT' || !opens) return tcb
    if (this.#listeners.find(tcb.local.address, tcb.local.port) === undefined) return tcb
    this.#expire(tcb, now)
    return undefined
  }

  /** RFC 9293 3.10.7.1 and 3.10.7.2. `before` is a connection in TIME-WAIT whose place the new one takes. */
  #arrivesAtPort(
    to: IpAddress,
    from: IpAddress,
    segment: Segment,
    before: Tcb | undefined,
    now: Millis,
  ): 'done' | 'reset' {
    // RFC 9293 3.9.2.3 (MUST-57): neither an answer nor RST for what has to do with a group.
    if (!this.#isUnicast(from) || !this.#isUnicast(to)) return 'done'
    const listener = this.#listeners.find(to, segment.destinationPort)
    if (listener === undefined) {
      this.statistics.noConnection++
      return 'reset'
    }
    if ((segment.control & RST) !== 0) return 'done'
    if ((segment.control & ACK) !== 0) {
      this.statistics.noConnection++
      return 'reset'
    }
    if ((segment.control & SYN) === 0) return 'done'
    // A SYN "from ourselves to ourselves" (LAND) must not make us answer for ever.
    if (from.text === to.text && segment.sourcePort === segment.destinationPort) return 'done'
    if (!this.#admission.mayOpen(from) || !this.#hasRoom('for a SYN', now)) {
      this.statistics.turnedAway++
      return 'done'
    }
    this.#makeRoom(listener, now)
    const remote = { address: from, port: segment.sourcePort }
    const tcb = this.#tcb({ address: to, port: listener.port }, remote, 'passive', listener.options)
    this.#listenerOf.set(tcb, listener)
    listener.halfOpen.add(tcb)
    this.#table.add(tcb)
    const fresh = initialSequence(tcb.local, remote, this.#secret, now)
    this.#begin(tcb, before === undefined ? fresh : latest(fresh, advance(before.sndMax, REUSE_DISTANCE)))
    tcb.move('passive open', now)
    const { message } = segment
    takeSyn(tcb, segment, now)
    tcb.move('rcv SYN', now, message)
    tcb.ackNow = false
    tcb.owes = 'SYN'
    this.#wake(tcb)
    return 'done'
  }

  #makeRoom(listener: Listener, now: Millis): void {
    const oldest = listener.tooMany
    if (oldest === undefined) return
    this.statistics.backlogOverflow++
    this.#expire(oldest, now)
  }

  /** A full table gives up its oldest TIME-WAIT; strangers may also cost an idle stranger the place, but none of ours. */
  #hasRoom(what: 'for a SYN' | 'to connect', now: Millis): boolean {
    if (this.#admission.hasRoom(this.#table.size)) return true
    const over = this.#admission.oldestTimeWait
    if (over !== undefined) {
      this.#expire(over, now)
      return true
    }
    const idle = what === 'for a SYN' ? this.#admission.idle(now) : undefined
    if (idle === undefined) return false
    idle.move('abort', now)
    idle.owes = 'RST'
    idle.failWith('tcp/made-room', 'reset', now - idle.heardAt)
    return true
  }

  #isUnicast(address: IpAddress): boolean {
    return isUnicast(address) && this.#options.isBroadcast?.(address) !== true
  }

  #obstacle(tcb: Tcb, port: number | undefined, now: Millis): FailureCode | undefined {
    if (port === undefined) return 'tcp/no-free-port'
    const { local, remote } = tcb
    if (!this.#isUnicast(remote.address)) return 'tcp/not-unicast'
    const taken = this.#table.find(local.address, local.port, remote.address, remote.port)
    if (taken !== undefined) return 'tcp/port-in-use'
    return this.#hasRoom('to connect', now) ? undefined : 'tcp/too-many-connections'
  }

  #tcb(local: Endpoint, remote: Endpoint, origin: 'active' | 'passive', options: TcpOptions): Tcb {
    const mtu = this.#options.mtu?.(remote.address) ?? DEFAULT_MTU
    const mss = Math.max(1, mtu - (remote.address.v === 4 ? 20 : 40) - TCP_HEADER_SIZE)
    const tcb = new Tcb({ local, remote, origin }, mss, { ...this.#options, ...options }, this.#surroundings)
    const { trace } = this.#options
    if (trace !== undefined) tcb.trace = { ...trace, flow: tcb.flow }
    return tcb
  }

  #begin(tcb: Tcb, iss: Sequence): void {
    tcb.iss = iss
    tcb.sndUna = iss
    tcb.sndNxt = iss
    tcb.sndMax = iss
    tcb.recover = iss
  }

  #established(tcb: Tcb, now: Millis): void {
    startKeepAlive(tcb, now)
    const listener = this.#listenerOf.get(tcb)
    if (listener === undefined) return
    this.#admission.accepted(tcb)
    listener.halfOpen.delete(tcb)
    listener.waiting++
    new Connection(tcb)
    this.#accepted.push(tcb)
  }

  #wake(tcb: Tcb): void {
    if (!tcb.sending) {
      tcb.sending = true
      this.#sending.push(tcb)
    }
    if (!tcb.telling && tcb.events.length > 0) {
      tcb.telling = true
      this.#telling.push(tcb)
    }
  }

  /** After the last segment of a turn: the timer is armed, or the connection forgotten. */
  #settle(tcb: Tcb, now: Millis): void {
    if (tcb.state === 'CLOSED') {
      this.#forget(tcb)
      return
    }
    if (tcb.state === 'TIME-WAIT') this.#admission.inTimeWait(tcb)
    // A timer that moves on is left where it is and looked at again when it fires: that is nearly every one.
    const deadline = tcb.deadline()
    if (deadline < tcb.dueTick) this.#wheel.arm(tcb, deadline, now)
  }

  /** Ends it before its time. It may be closed already and wait for the end of the turn. */
  #expire(tcb: Tcb, now: Millis): void {
    if (tcb.state !== 'CLOSED') tcb.move('time-out', now)
    this.#forget(tcb)
  }

  #forget(tcb: Tcb): void {
    this.#wheel.disarm(tcb)
    this.#table.remove(tcb)
    this.#admission.forgotten(tcb)
    this.#listenerOf.get(tcb)?.halfOpen.delete(tcb)
    tcb.leave()
  }

  #freePort(local: IpAddress, remote: Endpoint): number | undefined {
    return this.#table.freePort(local, remote, this.#random, port => this.#listeners.hasPort(port))
  }

  #freeListenPort(): number | undefined {
    for (let port = FIRST_DYNAMIC_PORT; port <= LAST_PORT; port++) if (!this.#listeners.hasPort(port)) return port
    return undefined
  }

  #traceOf(flow: string | undefined, segment: Segment, from: IpAddress, to: IpAddress): TraceContext | undefined {
    const { trace } = this.#options
    if (trace === undefined) return undefined
    const opener = endpointText(from.text, segment.sourcePort)
    return { ...trace, flow: flow ?? `${opener} > ${endpointText(to.text, segment.destinationPort)}` }
  }
}
