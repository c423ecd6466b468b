/** The retransmission time-out (RFC 6298), from measured round trips. */
import type { Millis } from '../engine.ts'

/** RFC 6298 2.1. */
const INITIAL_RTO: Millis = 1000
/** RFC 6298 5.7: after a handshake in which SYN had to be sent again. */
const RTO_AFTER_LOST_SYN: Millis = 3000
/**
 * Differs from RFC 6298 2.4, which rounds up to a second: the margin above the smoothed round trip is at least 200 ms,
 * as in Linux. That is longer than acknowledgments are delayed in practice, and a tail loss costs a fifth.
 */
const MINIMUM_MARGIN: Millis = 200
/** RFC 6298 2.5 allows a bound of at least 60 seconds. */
const MAXIMUM_RTO: Millis = 60_000

/**
 * How often in a row, without a measurement in between, an acknowledgment ends the doubling. Round trips that have grown
 * beyond the time-out look like loss: every segment is then sent twice, so none can be measured, and the doubled
 * time-out must stand until one is.
 */
const FORGIVEN = 10

export class RetransmissionTimeout {
  /** The time-out as it is now, backed off where that was needed. */
  current: Millis = INITIAL_RTO
  /** SRTT; negative before the first measurement. */
  smoothed: Millis = -1
  /** RTTVAR. */
  variation: Millis = 0
  #forgiven = 0

  /** RFC 6298 2.2 and 2.3. By Karn's rule the caller gives no sample of a segment that was sent twice. */
  measured(roundTrip: Millis): void {
    if (this.smoothed < 0) {
      this.smoothed = roundTrip
      this.variation = roundTrip / 2
    } else {
      this.variation = 0.75 * this.variation + 0.25 * Math.abs(this.smoothed - roundTrip)
      this.smoothed = 0.875 * this.smoothed + 0.125 * roundTrip
    }
    this.#forgiven = 0
    this.restart()
  }

  /**
   * Something new was acknowledged. Differs from RFC 6298 5, which keeps the doubling until a segment that was sent once
   * is measured: where every few segments are lost it would grow from segment to segment until the connection is given
   * up, though each of them arrives in the end.
   */
  progressed(): void {
    if (this.#forgiven >= FORGIVEN) return
    this.#forgiven++
    this.restart()
  }

  /** Forgets the doubling: a closed window was asked about ever more slowly, which says nothing about the network. */
  restart(): void {
    if (this.smoothed < 0) this.current = INITIAL_RTO
    else this.current = Math.min(MAXIMUM_RTO, this.smoothed + Math.max(MINIMUM_MARGIN, 4 * this.variation))
  }

  /** RFC 6298 5.5. */
  backOff(): void {
    this.current = Math.min(MAXIMUM_RTO, this.current * 2)
  }

  /** RFC 6298 5.7: the handshake is done, SYN was sent more than once. */
  afterLostSyn(): void {
    this.current = RTO_AFTER_LOST_SYN
  }
}
