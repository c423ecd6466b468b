/** What a stack counts. */

/** Counted since the stack was made. */
export interface TcpStatistics {
  segmentsIn: number
  segmentsOut: number
  badChecksum: number
  malformed: number
  /** Segments that no connection and no listener wanted. */
  noConnection: number
  retransmitted: number
  resetsOut: number
  challengeAcks: number
  /** SYNs that were dropped because the table was full, or their sender had too many connections. */
  turnedAway: number
  /** SYNs and half-open connections that were dropped for want of room. */
  backlogOverflow: number
}

export const noStatistics = (): TcpStatistics => ({
  segmentsIn: 0,
  segmentsOut: 0,
  badChecksum: 0,
  malformed: 0,
  noConnection: 0,
  retransmitted: 0,
  resetsOut: 0,
  challengeAcks: 0,
  turnedAway: 0,
  backlogOverflow: 0,
})
