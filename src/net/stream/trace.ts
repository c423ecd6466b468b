/**
 * A trace for streams whose segments nobody sees (kernel sockets, pairs in memory): each read and write is told as one
 * stretch of the byte stream, so that a record or a request can still be followed down to it.
 */
import type { Clock } from '../../clock.ts'
import type { Bytes, Millis } from '../../engine.ts'
import type { TraceContext } from '../../trace/types.ts'
import { joined } from '../../wire/bytes.ts'

export interface StreamTrace {
  readonly context: TraceContext
  /** `at`: when, if not now. */
  state(to: StreamState, at?: Millis): void
  moved(direction: 'in' | 'out', pieces: readonly Bytes[]): void
}

/** How far the connection is, in the words of RFC 9293. */
export type StreamState = 'CLOSED' | 'SYN-SENT' | 'ESTABLISHED' | 'CLOSE-WAIT' | 'FIN-WAIT'

export const streamTrace = (context: TraceContext, clock: Pick<Clock, 'now'>): StreamTrace => {
  const { sink, flow, host } = context
  const offsets = { in: 0, out: 0 }
  let state: StreamState = 'CLOSED'
  return {
    context,
    state(to, at = clock.now()) {
      if (to === state) return
      sink.state({ layer: 'tcp', flow, host, from: state, to, at })
      state = to
    },
    moved(direction, pieces) {
      const bytes = joined(pieces)
      const start = offsets[direction]
      offsets[direction] = start + bytes.length
      sink.message({
        id: sink.nextId(),
        layer: 'tcp',
        flow,
        host,
        direction,
        at: clock.now(),
        name: direction === 'in' ? 'read' : 'write',
        format: undefined,
        bytes,
        payload: { start, end: start + bytes.length, at: 0 },
        about: `${bytes.length} bytes`,
      })
    },
  }
}
