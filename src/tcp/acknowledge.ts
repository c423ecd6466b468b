/**
 * The ACK field of a segment that belongs to us (RFC 9293 3.10.7.4, fifth), round trips (RFC 6298), and loss recovery
 * without selective acknowledgments (RFC 5681, RFC 6582).
 */
import type { Millis } from '../engine.ts'
import { FIN, type Segment } from './segment.ts'
import { advance, distance, isAfter, isBefore } from './sequence.ts'
import { NEVER, type Tcb } from './tcb.ts'

/** RFC 5681 3.2. */
const DUPLICATE_THRESHOLD = 3
/**
 * The part of the send buffer that is free when its user is asked for more. What is under way lies in the buffer too, so
 * as long as the user is not asked nothing new can take the place of what was acknowledged. With half, and each
 * acknowledgment by itself, all that is under way drifts into one half of the buffer, and half a window goes out per
 * round trip; so a small part, but more than a few segments, or each acknowledgment would cost a turn of the user's.
 */
const ROOM = 1 / 16

export type Acknowledged = 'nothing new' | 'data acknowledged' | 'FIN acknowledged'

/** The caller has checked that SEG.ACK is not beyond what was sent. */
export const acknowledge = (tcb: Tcb, segment: Segment, now: Millis): Acknowledged => {
  const count = distance(tcb.sndUna, segment.ack)
  if (count < 0) return 'nothing new'
  const window = segment.window << tcb.sndShift
  if (count === 0 && isDuplicate(tcb, segment, window)) duplicate(tcb, now)
  takeWindow(tcb, segment, window, now)
  return count > 0 ? takeAcknowledgment(tcb, segment, count, now) : 'nothing new'
}

/** RFC 5681 2: something is under way, no data, no FIN, nothing new acknowledged, the same window. */
const isDuplicate = (tcb: Tcb, segment: Segment, window: number): boolean =>
  tcb.sndUna !== tcb.sndMax &&
  segment.payloadLength === 0 &&
  (segment.control & FIN) === 0 &&
  window === tcb.sndWnd &&
  window > 0

/** RFC 9293 3.10.7.4: only a segment newer than the last that changed it changes the window. */
const takeWindow = (tcb: Tcb, segment: Segment, window: number, now: Millis): void => {
  // Who has closed waits for room, not for signs of life: nobody is left who could lose patience.
  if (tcb.timer === 'persist' && tcb.fin === 'open') tcb.progressAt = now
  const newer = isBefore(tcb.sndWl1, segment.seq) || (tcb.sndWl1 === segment.seq && !isAfter(tcb.sndWl2, segment.ack))
  if (!newer) return
  const opened = window > tcb.sndWnd
  tcb.sndWnd = window
  tcb.sndWl1 = segment.seq
  tcb.sndWl2 = segment.ack
  if (window > tcb.maxSndWnd) tcb.maxSndWnd = window
  if (!opened) return
  if (tcb.timer === 'persist') leavePersist(tcb, now)
  tcb.surroundings.wake(tcb)
}

/** The window is open again: a byte that probed it is sent with what follows. */
const leavePersist = (tcb: Tcb, now: Millis): void => {
  tcb.timer = 'retransmit'
  tcb.timeouts = 0
  tcb.probeDue = false
  tcb.rto.restart()
  tcb.sndNxt = tcb.sndUna
  tcb.retransmitAt = tcb.sndUna === tcb.sndMax ? NEVER : now + tcb.rto.current
}

const takeAcknowledgment = (tcb: Tcb, segment: Segment, count: number, now: Millis): Acknowledged => {
  if (tcb.timing && isAfter(segment.ack, tcb.timedSeq)) {
    tcb.rto.measured(now - tcb.timedAt)
    tcb.timing = false
  } else if (tcb.timeouts > 0) tcb.rto.progressed()
  const flight = tcb.flight
  const bytes = Math.min(count, tcb.send.length)
  tcb.send.drop(bytes)
  tcb.sentBytes += bytes
  tcb.sndUna = segment.ack
  if (isBefore(tcb.sndNxt, tcb.sndUna)) tcb.sndNxt = tcb.sndUna
  tcb.progressAt = now
  tcb.timeouts = 0
  recover(tcb, count, flight, now)
  if (tcb.sndUna === tcb.sndMax) tcb.retransmitAt = NEVER
  if (tcb.wantsRoom && hasRoom(tcb) && tcb.traits.writes) {
    tcb.wantsRoom = false
    tcb.tell({ type: 'writable' })
  }
  tcb.surroundings.wake(tcb)
  if (count === bytes || tcb.fin !== 'queued') return 'data acknowledged'
  tcb.fin = 'acknowledged'
  return 'FIN acknowledged'
}

/** Enough to ask the user for more: in a buffer of few segments two of them, or half of it. */
const hasRoom = ({ send, mss }: Tcb): boolean =>
  send.free >= Math.min(send.capacity / 2, Math.max(send.capacity * ROOM, 2 * mss))

/** What an acknowledgment of something new means for the window and for what is sent again. */
const recover = (tcb: Tcb, count: number, flight: number, now: Millis): void => {
  tcb.duplicateAcks = 0
  if (tcb.recovery === 'none') {
    // Follows at a distance, or it would seem to lie ahead after 2 GB without loss.
    if (isAfter(tcb.sndUna, tcb.recover)) tcb.recover = advance(tcb.sndUna, -1)
    // RFC 7661 4.1: a window that is not half used says nothing about the network.
    if (flight * 2 >= tcb.congestion.window) tcb.congestion.acknowledged(count, now)
    tcb.retransmitAt = now + tcb.rto.current
    return
  }
  if (!isBefore(tcb.sndUna, tcb.recover)) {
    tcb.recovery = 'none'
    tcb.congestion.recovered(tcb.flight)
    tcb.retransmitAt = now + tcb.rto.current
    return
  }
  tcb.congestion.partial(count)
  tcb.resendFirst = true
  // RFC 6582 4, "impatient": with many losses in one window the timer is quicker than one hole per round trip.
  if (tcb.recovery === 'fast') tcb.retransmitAt = now + tcb.rto.current
  tcb.recovery = 'fast, partial'
}

/** RFC 6582 3.2. */
const duplicate = (tcb: Tcb, now: Millis): void => {
  tcb.duplicateAcks++
  tcb.surroundings.wake(tcb)
  if (tcb.recovery !== 'none') {
    tcb.congestion.duplicate()
    return
  }
  // Step 2: duplicates of what was sent before the last loss was seen are no news.
  if (tcb.duplicateAcks !== DUPLICATE_THRESHOLD || !isAfter(tcb.sndUna, tcb.recover)) return
  tcb.recover = tcb.sndMax
  tcb.recovery = 'fast'
  tcb.congestion.lost(tcb.flight, now)
  tcb.resendFirst = true
}

/** RFC 3042 and RFC 5681 3.2 step 1: the first two duplicates let one new segment out each. */
export const limitedTransmit = (tcb: Tcb): number =>
  tcb.recovery === 'none' && tcb.duplicateAcks > 0 && tcb.duplicateAcks < DUPLICATE_THRESHOLD
    ? tcb.duplicateAcks * tcb.mss
    : 0
