/** A sink that gathers what engines say in one turn of the event loop, and hands it on in the order of the wire. */
import { inWireOrder } from '../../trace/order.ts'
import { owned, sinkOf, type TraceRecord } from '../../trace/recorder.ts'
import type { TraceSink } from '../../trace/types.ts'

export interface Turns {
  readonly sink: TraceSink
  /** Ends the turn now. */
  settle(): void
}

export const turns = (told: (turn: readonly TraceRecord[]) => void): Turns => {
  let gathered: TraceRecord[] = []
  let ending: NodeJS.Immediate | undefined
  const settle = (): void => {
    if (ending !== undefined) clearImmediate(ending)
    ending = undefined
    const turn = gathered
    gathered = []
    if (turn.length > 0) told(inWireOrder(turn))
  }
  return {
    sink: sinkOf(entry => {
      // A copy at once: what was read may lie in a buffer that the next read uses.
      gathered.push(owned(entry))
      ending ??= setImmediate(settle)
    }),
    settle,
  }
}
