/**
 * Header prediction (Van Jacobson, 1990): in a bulk transfer nearly every segment is either the next text with nothing
 * new acknowledged, or a bare acknowledgment of new data with an unchanged window. Those two need none of the checks of
 * RFC 9293 3.10.7.4; every other segment goes the whole way in `arrive.ts`. A test holds both ways against each other.
 */
import type { Millis } from '../engine.ts'
import { acknowledge } from './acknowledge.ts'
import { ACK, PSH, type Segment } from './segment.ts'
import { advance, isAfter } from './sequence.ts'
import type { Tcb } from './tcb.ts'
import { acknowledgeSoon } from './text.ts'

/** True when the segment was one of the two and has been dealt with. */
export const arrivesAsPredicted = (tcb: Tcb, segment: Segment, now: Millis): boolean => {
  if (
    tcb.state !== 'ESTABLISHED' ||
    (segment.control & ~PSH) !== ACK ||
    segment.seq !== tcb.rcvNxt ||
    segment.window << tcb.sndShift !== tcb.sndWnd ||
    tcb.surroundings.receivePath === 'whole'
  )
    return false
  if (segment.payloadLength === 0) return predictedAck(tcb, segment, now)
  return predictedText(tcb, segment, now)
}

const predictedAck = (tcb: Tcb, segment: Segment, now: Millis): boolean => {
  if (!isAfter(segment.ack, tcb.sndUna) || isAfter(segment.ack, tcb.sndMax)) return false
  if (tcb.recovery !== 'none' || tcb.fin !== 'open' || tcb.timer !== 'retransmit') return false
  tcb.heardAt = now
  acknowledge(tcb, segment, now)
  return true
}

const predictedText = (tcb: Tcb, segment: Segment, now: Millis): boolean => {
  const count = segment.payloadLength
  if (segment.ack !== tcb.sndUna || tcb.received.hasHoles || tcb.finAt !== undefined) return false
  if (count > tcb.offeredWindow || tcb.timer !== 'retransmit') return false
  tcb.heardAt = now
  tcb.received.store(0, segment.buffer, segment.payloadAt, count)
  tcb.rcvNxt = advance(tcb.rcvNxt, count)
  tcb.sndWl1 = segment.seq
  tcb.sndWl2 = segment.ack
  acknowledgeSoon(tcb, count, now)
  tcb.tell({ type: 'readable' })
  return true
}
