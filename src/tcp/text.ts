/** The segment text and FIN (RFC 9293 3.10.7.4, seventh and eighth), and when they are acknowledged. */
import type { Millis } from '../engine.ts'
import { FIN, type Segment } from './segment.ts'
import { advance, distance } from './sequence.ts'
import type { Tcb } from './tcb.ts'

/** RFC 9293 3.8.6.3 allows up to 500 ms; Linux waits 40. */
const ACK_DELAY: Millis = 40

/** Takes in the text of a segment that was cut to the window. */
export const takeText = (tcb: Tcb, segment: Segment, now: Millis): void => {
  const count = segment.payloadLength
  const offset = distance(tcb.rcvNxt, segment.seq)
  if (count <= 0 || offset < 0) return
  const arrived = tcb.received.store(offset, segment.buffer, segment.payloadAt, count)
  tcb.rcvNxt = advance(tcb.rcvNxt, arrived)
  // RFC 5681 4.2: at once when there is a hole, or one was filled.
  if (arrived !== count || tcb.received.hasHoles) tcb.ackNow = true
  else acknowledgeSoon(tcb, count, now)
  if (arrived > 0 && tcb.state !== 'SYN-RECEIVED' && tcb.state !== 'LISTEN') tcb.tell({ type: 'readable' })
  if (tcb.finAt !== undefined && tcb.rcvNxt === tcb.finAt) finishReading(tcb, now, segment.message)
  tcb.surroundings.wake(tcb)
}

/** RFC 5681 4.2 and RFC 9293 3.8.6.3: every second full segment at once, the rest after a delay. */
export const acknowledgeSoon = (tcb: Tcb, count: number, now: Millis): void => {
  tcb.unacknowledgedIn += count
  if (tcb.unacknowledgedIn >= 2 * tcb.mss) tcb.ackNow = true
  else if (tcb.ackAt > now + ACK_DELAY) tcb.ackAt = now + ACK_DELAY
}

/** FIN: at once when everything before it is here, else when the holes are filled. */
export const takeFin = (tcb: Tcb, segment: Segment, now: Millis): void => {
  if ((segment.control & FIN) === 0) return
  const at = advance(segment.seq, segment.payloadLength)
  tcb.ackNow = true
  tcb.surroundings.wake(tcb)
  if (tcb.finAt === undefined && distance(tcb.rcvNxt, at) >= 0) tcb.finAt = at
  if (at === tcb.finAt && tcb.rcvNxt === at && tcb.traits.reads) finishReading(tcb, now, segment.message)
}

const finishReading = (tcb: Tcb, now: Millis, message: number): void => {
  tcb.rcvNxt = advance(tcb.rcvNxt, 1)
  if (distance(tcb.rcvAdv, tcb.rcvNxt) > 0) tcb.rcvAdv = tcb.rcvNxt
  tcb.ackNow = true
  tcb.tell({ type: 'peer-finished' })
  tcb.move('rcv FIN', now, message)
  if (tcb.state !== 'TIME-WAIT') return
  tcb.end('done')
  tcb.closeAt = now + 2 * tcb.surroundings.maximumSegmentLifetime
}
