/**
 * SEGMENT ARRIVES (RFC 9293 3.10.7.3 and 3.10.7.4), with the defences of RFC 5961. Read that section beside it: the
 * checks stand in its order. LISTEN and CLOSED are in `stack.ts`, the short cut for expected segments in `predicted.ts`.
 */
import type { Millis } from '../engine.ts'
import { acknowledge } from './acknowledge.ts'
import { synOptions } from './options.ts'
import { arrivesAsPredicted } from './predicted.ts'
import { ACK, FIN, RST, type Segment, SYN } from './segment.ts'
import { advance, distance, isAfter, isBefore } from './sequence.ts'
import { DEFAULT_MSS, LARGEST_WINDOW_SHIFT, NEVER, SMALLEST_MSS, type Tcb } from './tcb.ts'
import { takeFin, takeText } from './text.ts'
import { traceRefused } from './trace-in.ts'

/** RFC 5961 7: at most this many challenge acknowledgments per second and connection. */
const CHALLENGES_PER_SECOND = 10

/**
 * Acknowledgments of text outside the window, likewise. A peer that repeats what arrived needs one of them to know; the
 * rest are for those that are lost.
 */
const REPEATS_PER_SECOND = 100

/** What the stack must do after a segment: `reset` answers it with RST as for a segment to nowhere. */
export type Verdict = 'done' | 'reset'

export const segmentArrives = (tcb: Tcb, segment: Segment, now: Millis): Verdict => {
  if (arrivesAsPredicted(tcb, segment, now)) return 'done'
  if (tcb.state === 'SYN-SENT') return arrivesInSynSent(tcb, segment, now)
  if (tcb.state === 'CLOSED' || tcb.state === 'LISTEN') return 'reset'
  return arrivesInOtherState(tcb, segment, now)
}

/** The SYN of the peer, in LISTEN or SYN-SENT: its numbers and options, and what else it brings. */
export const takeSyn = (tcb: Tcb, segment: Segment, now: Millis): void => {
  const options = synOptions(segment.buffer, segment.optionsAt, segment.payloadAt)
  tcb.irs = segment.seq
  tcb.rcvNxt = advance(segment.seq, 1)
  // The window of a SYN is never scaled (RFC 7323 2.2), neither ours nor the peer's.
  tcb.rcvAdv = advance(tcb.rcvNxt, Math.min(0xffff, tcb.received.inOrder.capacity))
  tcb.sndWnd = segment.window
  tcb.maxSndWnd = segment.window
  tcb.sndWl1 = segment.seq
  tcb.sndWl2 = segment.ack
  tcb.scales = options.windowScale !== undefined
  if (options.windowScale === undefined) tcb.rcvShift = 0
  else tcb.sndShift = Math.min(options.windowScale, LARGEST_WINDOW_SHIFT)
  tcb.agreeOn(Math.min(tcb.offeredMss, Math.max(SMALLEST_MSS, options.maximumSegmentSize ?? DEFAULT_MSS)))
  segment.trimFront(1)
  // RFC 9293 3.10.7.2: data with the SYN is kept until the connection is established.
  if (segment.payloadLength > 0) {
    segment.trimEnd(tcb.offeredWindow)
    takeText(tcb, segment, now)
  }
}

const arrivesInSynSent = (tcb: Tcb, segment: Segment, now: Millis): Verdict => {
  const { control } = segment
  const hasAck = (control & ACK) !== 0
  // First: RFC 9293 3.10.7.3: ISS < SEG.ACK =< SND.NXT, else RST unless the segment is one.
  if (hasAck && (!isAfter(segment.ack, tcb.iss) || isAfter(segment.ack, tcb.sndMax)))
    return (control & RST) !== 0 ? 'done' : 'reset'
  if ((control & RST) !== 0) {
    if (!hasAck) return 'done'
    tcb.move('rcv RST', now, segment.message)
    tcb.failWith('tcp/refused', 'reset')
    return 'done'
  }
  if ((control & SYN) === 0) return 'done'
  if (hasAck) {
    if (tcb.timeouts > 0) tcb.rto.afterLostSyn()
    acknowledgeSyn(tcb, segment, now)
    tcb.move('rcv SYN ACK', now, segment.message)
    tcb.ackNow = true
    tcb.tell({ type: 'connected' })
    takeSyn(tcb, segment, now)
    tcb.surroundings.established(tcb, now)
    if ((segment.control & FIN) !== 0) takeFin(tcb, segment, now)
    return 'done'
  }
  // Simultaneous open: our SYN goes again, with the acknowledgment of theirs.
  takeSyn(tcb, segment, now)
  tcb.move('rcv SYN', now, segment.message)
  tcb.sndNxt = tcb.iss
  tcb.owes = 'SYN'
  tcb.surroundings.wake(tcb)
  return 'done'
}

const acknowledgeSyn = (tcb: Tcb, segment: Segment, now: Millis): void => {
  tcb.sndUna = segment.ack
  tcb.sndNxt = segment.ack
  tcb.sndMax = segment.ack
  tcb.recover = tcb.iss
  if (tcb.timing) tcb.rto.measured(now - tcb.timedAt)
  tcb.timing = false
  tcb.timeouts = 0
  tcb.retransmitAt = NEVER
  tcb.progressAt = now
}

/** RFC 9293 3.10.7.4. */
const arrivesInOtherState = (tcb: Tcb, segment: Segment, now: Millis): Verdict => {
  if ((segment.control & SYN) !== 0 && segment.seq === tcb.irs && tcb.state === 'SYN-RECEIVED') {
    if ((segment.control & ACK) === 0) {
      // The peer's SYN once more: our answer to it was lost.
      tcb.owes = 'SYN'
      tcb.surroundings.wake(tcb)
      return 'done'
    }
    segment.trimFront(1)
  }
  if (!isAcceptable(tcb, segment)) return refuse(tcb, segment, now)
  if ((segment.control & RST) !== 0) return arrivesRst(tcb, segment, now)
  if ((segment.control & SYN) !== 0) {
    if (tcb.state === 'SYN-RECEIVED' && tcb.origin === 'passive') {
      tcb.move('rcv RST', now, segment.message)
      tcb.end('reset')
    } else {
      traceRefused(tcb, segment, 'SYN in an open connection', 'RFC 5961 4.2', now)
      challenge(tcb, now)
    }
    return 'done'
  }
  if ((segment.control & ACK) === 0) return 'done'
  cutToWindow(tcb, segment)
  return arrivesAck(tcb, segment, now)
}

/**
 * RFC 9293 3.10.7.4, first. Differs from it in one number: a segment without text may stand at the very end of the
 * window, as in Linux, because an acknowledgment from a peer that has filled our window stands there.
 */
const isAcceptable = (tcb: Tcb, segment: Segment): boolean => {
  const window = tcb.offeredWindow
  const start = distance(tcb.rcvNxt, segment.seq)
  const { length } = segment
  if (length === 0) return start >= 0 && start <= window
  // A probe of our closed window: its acknowledgment counts, its text is cut off.
  if (window === 0) return start === 0
  const end = start + length
  return start < window && end > 0
}

/** An unacceptable segment is answered with what we expect, RST is not answered. */
const refuse = (tcb: Tcb, segment: Segment, now: Millis): Verdict => {
  traceRefused(tcb, segment, 'sequence number in the window', 'RFC 9293 3.10.7.4', now)
  if ((segment.control & RST) !== 0) return 'done'
  if (tcb.state === 'TIME-WAIT' && isFinAgain(tcb, segment))
    tcb.closeAt = now + 2 * tcb.surroundings.maximumSegmentLifetime
  // Text or FIN that comes again must be acknowledged; bare acknowledgments must not echo for ever.
  if (segment.length > 0 && (segment.control & SYN) === 0) repeat(tcb, now)
  else challenge(tcb, now)
  return 'done'
}

/** RFC 9293 3.10.7.4: the only thing that can arrive in TIME-WAIT is the peer's FIN, with an acknowledgment of ours. */
const isFinAgain = (tcb: Tcb, { control, seq, payloadLength, ack }: Segment): boolean =>
  (control & (FIN | ACK)) === (FIN | ACK) && advance(seq, payloadLength) === tcb.finAt && ack === tcb.sndMax

const owe = (tcb: Tcb): void => {
  tcb.ackNow = true
  tcb.surroundings.wake(tcb)
}

const repeat = (tcb: Tcb, now: Millis): void => {
  countFrom(tcb, now)
  if (tcb.repeated >= REPEATS_PER_SECOND) return
  tcb.repeated++
  owe(tcb)
}

const countFrom = (tcb: Tcb, now: Millis): void => {
  const second = Math.floor(now / 1000)
  if (second === tcb.challengeSecond) return
  tcb.challengeSecond = second
  tcb.challenges = 0
  tcb.repeated = 0
}

/** RFC 5961 7: limited per connection; one limit for all would tell a stranger about other connections. */
const challenge = (tcb: Tcb, now: Millis): void => {
  countFrom(tcb, now)
  if (tcb.challenges >= CHALLENGES_PER_SECOND) return
  tcb.challenges++
  tcb.surroundings.statistics.challengeAcks++
  owe(tcb)
}

/** RFC 5961 3.2: only RST at exactly RCV.NXT resets; another one in the window is asked about. */
const arrivesRst = (tcb: Tcb, segment: Segment, now: Millis): Verdict => {
  if (segment.seq !== tcb.rcvNxt) {
    traceRefused(tcb, segment, 'RST at the next number exactly', 'RFC 5961 3.2', now)
    challenge(tcb, now)
    return 'done'
  }
  const { state } = tcb
  // RFC 1337 3: RST must not end the wait that keeps old segments from a new connection.
  if (state === 'TIME-WAIT') {
    traceRefused(tcb, segment, 'no RST in TIME-WAIT', 'RFC 1337 3', now)
    return 'done'
  }
  tcb.move('rcv RST', now, segment.message)
  if (state === 'SYN-RECEIVED') {
    if (tcb.origin === 'active') tcb.failWith('tcp/refused', 'reset')
    else tcb.end('reset')
  } else if (state === 'CLOSING' || state === 'LAST-ACK') tcb.end('done')
  else tcb.failWith('tcp/reset', 'reset')
  return 'done'
}

/** What lies before the window or behind it is no longer part of the segment. */
const cutToWindow = (tcb: Tcb, segment: Segment): void => {
  const before = distance(segment.seq, tcb.rcvNxt)
  if (before > 0) {
    segment.trimFront(before)
    owe(tcb)
  }
  if (segment.payloadLength === 0) return
  const room = distance(segment.seq, tcb.finAt ?? tcb.rcvAdv)
  if (segment.payloadLength > room) {
    segment.trimEnd(room)
    owe(tcb)
  }
}

const arrivesAck = (tcb: Tcb, segment: Segment, now: Millis): Verdict => {
  if (tcb.state === 'SYN-RECEIVED') {
    // RFC 9293 3.10.7.4: SND.UNA < SEG.ACK =< SND.NXT, else RST.
    if (!isAfter(segment.ack, tcb.sndUna) || isAfter(segment.ack, tcb.sndMax)) return 'reset'
    if (!tcb.surroundings.mayEstablish(tcb)) return 'done'
    becomeEstablished(tcb, segment, now)
  }
  // RFC 5961 5.2: (SND.UNA - MAX.SND.WND) =< SEG.ACK =< SND.MAX.
  if (isAfter(segment.ack, tcb.sndMax) || isBefore(segment.ack, (tcb.sndUna - tcb.maxSndWnd) | 0)) {
    traceRefused(tcb, segment, 'acknowledgment of what was sent', 'RFC 5961 5.2', now)
    challenge(tcb, now)
    return 'done'
  }
  tcb.heardAt = now
  const next = tcb.rcvNxt
  const acknowledged = acknowledge(tcb, segment, now)
  if (acknowledged === 'FIN acknowledged') {
    tcb.move('rcv ACK of FIN', now, segment.message)
    settleAfterFin(tcb, now)
  }
  if (tcb.traits.reads && segment.payloadLength > 0) takeText(tcb, segment, now)
  if (tcb.traits.reads && (segment.control & FIN) !== 0) takeFin(tcb, segment, now)
  // Nothing of ours is under way whose timer would notice that the peer is gone, and only what is new is worth waiting.
  const news = acknowledged === 'FIN acknowledged' || tcb.rcvNxt !== next
  if (tcb.state === 'FIN-WAIT-2' && news) tcb.closeAt = now + tcb.halfClosedTimeout
  return 'done'
}

const becomeEstablished = (tcb: Tcb, segment: Segment, now: Millis): void => {
  if (tcb.timeouts > 0) tcb.rto.afterLostSyn()
  const { ack } = segment
  acknowledgeSyn(tcb, segment, now)
  tcb.sndWnd = segment.window << tcb.sndShift
  tcb.maxSndWnd = Math.max(tcb.maxSndWnd, tcb.sndWnd)
  tcb.sndWl1 = segment.seq
  tcb.sndWl2 = ack
  tcb.move('rcv ACK of SYN', now, segment.message)
  if (tcb.origin === 'active') tcb.tell({ type: 'connected' })
  tcb.surroundings.established(tcb, now)
  if (tcb.received.readable > 0) tcb.tell({ type: 'readable' })
  if (tcb.fin === 'queued') tcb.move('close', now, segment.message)
}

/** Our FIN has arrived: in CLOSING that leads to TIME-WAIT, in LAST-ACK it is the end. */
const settleAfterFin = (tcb: Tcb, now: Millis): void => {
  if (tcb.state === 'TIME-WAIT') {
    tcb.closeAt = now + 2 * tcb.surroundings.maximumSegmentLifetime
    tcb.end('done')
  } else if (tcb.state === 'CLOSED') tcb.end('done')
}
