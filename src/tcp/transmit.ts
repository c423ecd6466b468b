/**
 * What is sent next: SYN, text and FIN as the windows allow (RFC 9293 3.8.6, RFC 5681), again where it was lost, probes
 * of a closed window, or a bare acknowledgment.
 */
import type { Millis } from '../engine.ts'
import type { Frame } from '../wire/frame.ts'
import { limitedTransmit } from './acknowledge.ts'
import { bareSegment, synSegment, textSegment } from './emit.ts'
import { ACK, FIN, PSH, RST } from './segment.ts'
import { advance, distance, isBefore, type Sequence } from './sequence.ts'
import { NEVER, type Tcb } from './tcb.ts'

/** The next segment; undefined when there is nothing to send now. */
export const nextSegment = (tcb: Tcb, now: Millis): Frame | undefined => {
  if (tcb.owes !== 'nothing') return owed(tcb, now)
  if (tcb.traits.transmits) {
    const frame = tcb.resendFirst ? firstAgain(tcb, now) : nextText(tcb, now)
    if (frame !== undefined) return frame
  }
  if (tcb.keepAliveDue) return keepAlive(tcb, now)
  if (!tcb.ackNow || tcb.state === 'CLOSED' || tcb.state === 'SYN-SENT') return undefined
  return bareSegment(tcb, ACK, inWindow(tcb), now, 'acknowledgment')
}

/** A bare acknowledgment must stand in the peer's window to be looked at: not behind a byte that probed it. */
const inWindow = (tcb: Tcb): Sequence => {
  const edge = advance(tcb.sndUna, tcb.sndWnd)
  return isBefore(edge, tcb.sndMax) ? edge : tcb.sndMax
}

/** RFC 9293 3.8.4: a number below the peer's window, so that it must answer. */
const keepAlive = (tcb: Tcb, now: Millis): Frame => {
  tcb.keepAliveDue = false
  return bareSegment(tcb, ACK, advance(tcb.sndMax, -1), now, 'keep-alive')
}

const owed = (tcb: Tcb, now: Millis): Frame => {
  const what = tcb.owes
  tcb.owes = 'nothing'
  // RFC 9293 3.10.5: <SEQ=SND.NXT><CTL=RST>; ACK goes with it so that the peer's window test has both numbers.
  if (what === 'RST') {
    tcb.surroundings.statistics.resetsOut++
    return bareSegment(tcb, RST | ACK, tcb.sndMax, now, 'reset')
  }
  const first = tcb.sndMax === tcb.iss
  if (first) {
    tcb.sndMax = advance(tcb.iss, 1)
    tcb.progressAt = now
    tcb.timing = true
    tcb.timedSeq = tcb.iss
    tcb.timedAt = now
  } else tcb.timing = false
  tcb.sndNxt = tcb.sndMax
  if (tcb.retransmitAt === NEVER) tcb.retransmitAt = now + tcb.rto.current
  return synSegment(tcb, now, first ? 'first' : 'again')
}

/** Fast retransmit: the first segment that is not acknowledged, whatever the windows say. */
const firstAgain = (tcb: Tcb, now: Millis): Frame | undefined => {
  tcb.resendFirst = false
  const outstanding = tcb.flight
  if (outstanding === 0) return undefined
  const length = Math.min(tcb.mss, tcb.send.length, outstanding)
  tcb.timing = false
  const fin = tcb.fin === 'queued' && length === tcb.send.length && outstanding > length
  return textSegment(tcb, tcb.sndUna, length, ACK | (fin ? FIN : 0), now, 'retransmission')
}

const nextText = (tcb: Tcb, now: Millis): Frame | undefined => {
  const offset = distance(tcb.sndUna, tcb.sndNxt)
  const available = tcb.send.length - offset
  const finWaits = tcb.fin === 'queued' && available >= 0
  if (available <= 0 && !finWaits) return undefined
  if (tcb.probeDue) return probe(tcb, now)
  if (offset === 0 && tcb.flight === 0 && now - tcb.lastSentAt > tcb.rto.current) tcb.congestion.idle()
  const peerRoom = tcb.sndWnd - offset
  const room = Math.min(peerRoom, tcb.congestion.window + limitedTransmit(tcb) - offset)
  const length = Math.max(0, Math.min(available, room, tcb.mss))
  // FIN takes a number of the peer's window, but no room in the network.
  const fin = finWaits && length === available && peerRoom > length
  if (!fin && !isWorthSending(tcb, length, available, offset)) {
    persist(tcb, now)
    return undefined
  }
  const last = length === available
  return send(tcb, length, ACK | (last && length > 0 ? PSH : 0) | (fin ? FIN : 0), now)
}

/** RFC 9293 3.8.6.2.1, the sender's part against silly windows, and Nagle (3.7.4). */
const isWorthSending = (tcb: Tcb, length: number, available: number, offset: number): boolean => {
  if (length === 0) return false
  if (length === tcb.mss || isBefore(tcb.sndNxt, tcb.sndMax)) return true
  if (length === available && (offset === 0 || tcb.noDelay || tcb.fin === 'queued')) return true
  return length * 2 >= tcb.maxSndWnd
}

const send = (tcb: Tcb, length: number, control: number, now: Millis): Frame => {
  const seq = tcb.sndNxt
  const again = isBefore(seq, tcb.sndMax)
  tcb.sndNxt = advance(seq, length + (control & FIN))
  // By Karn's rule only what is sent once is timed; whatever takes SND.NXT back ends the timing.
  if (!again && !tcb.timing) {
    tcb.timing = true
    tcb.timedSeq = seq
    tcb.timedAt = now
  }
  if (tcb.flight === 0) tcb.progressAt = now
  if (isBefore(tcb.sndMax, tcb.sndNxt)) tcb.sndMax = tcb.sndNxt
  if (tcb.retransmitAt === NEVER || tcb.timer === 'persist') {
    tcb.timer = 'retransmit'
    tcb.retransmitAt = now + tcb.rto.current
  }
  tcb.lastSentAt = now
  return textSegment(tcb, seq, length, control, now, again ? 'retransmission' : 'new')
}

/** RFC 9293 3.8.6.1: nothing is under way and the window is too small for what waits: the timer asks for it. */
const persist = (tcb: Tcb, now: Millis): void => {
  if (tcb.sndNxt !== tcb.sndUna || (tcb.timer === 'persist' && tcb.retransmitAt !== NEVER)) return
  if (tcb.flight > 0 && tcb.sndWnd > 0) return
  tcb.timer = 'persist'
  tcb.progressAt = now
  tcb.retransmitAt = now + tcb.rto.current
}

/**
 * The timer of a small window fired: what fits into it goes; into a closed one a single number of the sequence space, a
 * byte or FIN when only that is left.
 */
const probe = (tcb: Tcb, now: Millis): Frame => {
  tcb.probeDue = false
  tcb.timing = false
  if (tcb.sndWnd > 0 && tcb.send.length > 0) {
    const length = Math.min(tcb.sndWnd, tcb.send.length, tcb.mss)
    return send(tcb, length, ACK, now)
  }
  const length = Math.min(1, tcb.send.length)
  const end = advance(tcb.sndUna, 1)
  if (isBefore(tcb.sndMax, end)) tcb.sndMax = end
  return textSegment(tcb, tcb.sndUna, length, ACK | (length === 0 ? FIN : 0), now, 'zero-window probe')
}
