/** Time-outs (RFC 9293 3.10.8): retransmission and persist, delayed acknowledgment, keep-alive, TIME-WAIT. */
import type { Millis } from '../engine.ts'
import { keepAliveFires } from './keep-alive.ts'
import { DEFAULT_CONNECT_TIMEOUT, DEFAULT_USER_TIMEOUT, NEVER, type Tcb } from './tcb.ts'

/** Lets every timer due at or before `now` fire. */
export const fireTimers = (tcb: Tcb, now: Millis): void => {
  if (tcb.closeAt <= now) {
    const { state } = tcb
    tcb.closeAt = NEVER
    tcb.move('time-out', now)
    if (state === 'FIN-WAIT-2') tcb.failWith('tcp/timeout', 'timeout', tcb.halfClosedTimeout)
    return
  }
  if (tcb.ackAt <= now) {
    tcb.ackAt = NEVER
    tcb.ackNow = true
    tcb.surroundings.wake(tcb)
  }
  if (tcb.retransmitAt <= now) retransmissionTimedOut(tcb, now)
  if (tcb.keepAliveAt <= now) keepAliveFires(tcb, now)
}

const retransmissionTimedOut = (tcb: Tcb, now: Millis): void => {
  const waited = now - tcb.progressAt
  const limit = patience(tcb)
  if (waited >= limit) {
    giveUp(tcb, waited, now)
    return
  }
  tcb.rto.backOff()
  tcb.timeouts++
  tcb.timing = false
  // The last wait ends when patience does; a closed window has none as long as the peer answers.
  const end = tcb.timer === 'persist' ? NEVER : tcb.progressAt + limit
  tcb.retransmitAt = Math.min(now + tcb.rto.current, end)
  tcb.surroundings.wake(tcb)
  if (tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED') tcb.owes = 'SYN'
  else if (tcb.timer === 'persist') tcb.probeDue = true
  else sendAgain(tcb, now)
}

/** RFC 5681 3.1 and RFC 6582 4: everything that is not acknowledged counts as lost; slow start sends it again. */
const sendAgain = (tcb: Tcb, now: Millis): void => {
  tcb.congestion.timedOut(tcb.flight, tcb.timeouts === 1 ? 'first' : 'again', now)
  tcb.sndNxt = tcb.sndUna
  tcb.recover = tcb.sndMax
  tcb.recovery = 'none'
  tcb.duplicateAcks = 0
  tcb.resendFirst = false
}

/** RFC 9293 3.8.3: R2, as a time. */
const patience = (tcb: Tcb): Millis => {
  if (tcb.state === 'SYN-SENT' || tcb.state === 'SYN-RECEIVED')
    return tcb.options.connectTimeout ?? DEFAULT_CONNECT_TIMEOUT
  if (tcb.timer === 'persist' && tcb.fin !== 'open') return tcb.halfClosedTimeout
  return tcb.options.userTimeout ?? DEFAULT_USER_TIMEOUT
}

const giveUp = (tcb: Tcb, waited: Millis, now: Millis): void => {
  const { state } = tcb
  tcb.move('time-out', now)
  if (state === 'SYN-RECEIVED' && tcb.origin === 'passive') tcb.end('timeout')
  else if (tcb.obstacle !== undefined) tcb.fail(tcb.obstacle, 'timeout')
  else tcb.failWith(state === 'SYN-SENT' || state === 'SYN-RECEIVED' ? 'tcp/silence' : 'tcp/timeout', 'timeout', waited)
}
