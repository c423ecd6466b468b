/** Keep-alive (RFC 9293 3.8.4): whether a peer that has long said nothing is still there. Off unless it is asked for. */
import type { Millis } from '../engine.ts'
import type { Tcb } from './tcb.ts'

/** RFC 9293 3.8.4 (MUST-28): no less than two hours. */
const DEFAULT_AFTER: Millis = 7_200_000
/** Linux: tcp_keepalive_intvl and tcp_keepalive_probes. */
const DEFAULT_EVERY: Millis = 75_000
const DEFAULT_TIMES = 9

export const startKeepAlive = (tcb: Tcb, now: Millis): void => {
  tcb.heardAt = now
  const { keepAlive } = tcb.options
  if (keepAlive !== undefined) tcb.keepAliveAt = now + (keepAlive.after ?? DEFAULT_AFTER)
}

/** The timer fired. It is not moved with every segment: it looks when it fires whether there was one. */
export const keepAliveFires = (tcb: Tcb, now: Millis): void => {
  const { after = DEFAULT_AFTER, every = DEFAULT_EVERY, times = DEFAULT_TIMES } = tcb.options.keepAlive ?? {}
  const silent = now - tcb.heardAt
  // What is under way has a timer of its own, and so has a window that is shut.
  const watched = tcb.flight > 0 || tcb.timer === 'persist'
  if (silent < after || watched) {
    tcb.keepAliveAsked = 0
    tcb.keepAliveAt = watched ? now + after : tcb.heardAt + after
  } else if (tcb.keepAliveAsked < times) {
    tcb.keepAliveAsked++
    tcb.keepAliveAt = now + every
    tcb.keepAliveDue = true
    tcb.surroundings.wake(tcb)
  } else {
    tcb.move('time-out', now)
    tcb.failWith('tcp/timeout', 'timeout', silent)
  }
}
