/** NewReno: RFC 5681 with the window arithmetic of RFC 6582, and an initial window by RFC 6928. */
import type { CongestionController } from './congestion.ts'

/** RFC 6928 2: ten segments, but not more than 14600 bytes unless two segments are more. */
export const initialWindow = (mss: number): number => Math.min(10 * mss, Math.max(2 * mss, 14_600))

/**
 * RFC 3465 2.3: an acknowledgment of many segments opens the window by at most two of them in slow start; by one after a
 * time-out, since it may be about segments that were not lost.
 */
const APPROPRIATE_SEGMENTS = 2

export const newReno = (mss: number): CongestionController => {
  let window = initialWindow(mss)
  let slowStartThreshold = Number.MAX_SAFE_INTEGER
  let acknowledgedInWindow = 0
  let appropriate = APPROPRIATE_SEGMENTS * mss
  // RFC 5681 3.1 (4): half of what is under way, at least two segments.
  const halved = (flight: number): number => Math.max(Math.floor(flight / 2), 2 * mss)
  return {
    name: 'NewReno',
    get window() {
      return window
    },
    get slowStartThreshold() {
      return slowStartThreshold
    },
    acknowledged(bytes) {
      if (window < slowStartThreshold) {
        window += Math.min(bytes, appropriate)
        return
      }
      appropriate = APPROPRIATE_SEGMENTS * mss
      // RFC 5681 3.1: one segment per window's worth of acknowledged bytes.
      acknowledgedInWindow += bytes
      if (acknowledgedInWindow < window) return
      acknowledgedInWindow -= window
      window += mss
    },
    lost(flight) {
      slowStartThreshold = halved(flight)
      window = slowStartThreshold + 3 * mss
      acknowledgedInWindow = 0
    },
    duplicate() {
      window += mss
    },
    // RFC 6582 3.2 step 3, partial acknowledgments.
    partial(bytes) {
      window = Math.max(mss, window - bytes)
      if (bytes >= mss) window += mss
    },
    // RFC 6582 3.2 step 3, full acknowledgments, option (1): no burst when little is under way.
    recovered(flight) {
      window = Math.min(slowStartThreshold, Math.max(flight, mss) + mss)
      acknowledgedInWindow = 0
    },
    // RFC 5681 3.1: the threshold is held when the same segment times out again.
    timedOut(flight, which) {
      if (which === 'first') slowStartThreshold = halved(flight)
      window = mss
      appropriate = mss
      acknowledgedInWindow = 0
    },
    // RFC 5681 4.1.
    idle() {
      window = Math.min(window, initialWindow(mss))
    },
  }
}
