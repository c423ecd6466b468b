/** How much may be under way: the interface, so that NewReno, CUBIC and others can stand in for one another. */
import type { Millis } from '../engine.ts'

/** Counts bytes. What is sent again is not its business: see `acknowledge.ts`. */
export interface CongestionController {
  readonly name: string
  /** cwnd: bytes that may be unacknowledged. */
  readonly window: number
  /** ssthresh. */
  readonly slowStartThreshold: number
  /** `bytes` were newly acknowledged outside recovery while the window was the limit. */
  acknowledged(bytes: number, now: Millis): void
  /** Three duplicate acknowledgments with `flight` bytes under way: recovery begins. */
  lost(flight: number, now: Millis): void
  /** One more duplicate acknowledgment in recovery: a segment has left the network. */
  duplicate(): void
  /** An acknowledgment of `bytes` that does not end recovery. */
  partial(bytes: number): void
  /** Recovery is over with `flight` bytes under way. */
  recovered(flight: number): void
  /** The retransmission timer fired; `first` for the first time for this segment, `again` afterwards. */
  timedOut(flight: number, which: 'first' | 'again', now: Millis): void
  /** Nothing was sent for longer than the retransmission time-out. */
  idle(): void
}
