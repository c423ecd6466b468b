/**
 * Which connection of a run a record belongs to. What comes before a connection is a part of it: the look-up of its name,
 * and the addresses that were tried in vain.
 */
import type { TraceRecord } from './recorder.ts'
import type { Layer } from './types.ts'

/** Layers whose records are named after one connection. */
const CONNECTED: ReadonlySet<Layer> = new Set<Layer>(['tcp', 'record', 'tls', 'http', 'session'])

/** For records as they come: the number of their connection, from 0. */
export const connectionCounter = (): ((entry: TraceRecord) => number) => {
  const known = new Map<string, number>()
  let newest = 0
  /** The newest has its stream; whatever prepares one from now on prepares the next. */
  let open = false
  return entry => {
    const { flow } = entry.record
    const before = known.get(flow)
    if (before !== undefined) return before
    if (isConnected(entry)) {
      if (open) newest++
      open = true
      known.set(flow, newest)
    } else if (open && prepares(entry)) {
      newest++
      open = false
    }
    return newest
  }
}

/** The records of each connection, in the order in which the connections began. */
export const byConnection = (records: readonly TraceRecord[]): readonly (readonly TraceRecord[])[] => {
  const connectionOf = connectionCounter()
  const found: TraceRecord[][] = []
  for (const entry of records) {
    const at = connectionOf(entry)
    const list = found[at]
    if (list === undefined) found[at] = [entry]
    else list.push(entry)
  }
  return found
}

/** An address that was tried in vain is not a connection, nor is a URL that is asked for in another way. */
const isAttempt = (entry: TraceRecord): boolean =>
  entry.type === 'verdict' && (entry.record.check === 'address' || entry.record.check === 'hsts')

const isConnected = (entry: TraceRecord): boolean =>
  entry.type === 'secret' || (CONNECTED.has(entry.record.layer) && !isAttempt(entry))

const prepares = (entry: TraceRecord): boolean =>
  isAttempt(entry) || (entry.type === 'message' && entry.record.layer === 'dns')
