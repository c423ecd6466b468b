/**
 * The order of the wire. Engines tell what they find while they look at one read: TLS tells all its records before HTTP
 * has seen the first byte in them. Within one turn that is put right here: what a record brought is told behind that
 * record and before the next one, and at the time at which the record was read.
 */
import type { TraceRecord } from './recorder.ts'
import type { MessageRecord } from './types.ts'

/** The records of one turn, each behind what carried it. What was in order stays as it was. */
export const inWireOrder = (turn: readonly TraceRecord[]): readonly TraceRecord[] => {
  const reads = readsOf(turn)
  const out = [...turn]
  const places = turn.map((_, i) => i)
  /** Where the entries about the head before go: its verdicts, the state that it led to. */
  const behind = new Map<string, number>()
  let moved = false
  for (const [i, entry] of turn.entries()) {
    if (entry.type === 'secret' || entry.record.layer !== 'http') continue
    const key = `${entry.record.host} ${entry.record.flow}`
    if (entry.type !== 'message') {
      places[i] = behind.get(key) ?? i
      continue
    }
    behind.delete(key)
    const found = entry.record.direction === 'in' ? bringerOf(reads.get(key), entry.record) : undefined
    if (found === undefined) continue
    const { read, next } = found
    if (read.at < entry.record.at) out[i] = { type: 'message', record: { ...entry.record, at: read.at } }
    if (next === undefined || next > i) continue
    moved = true
    places[i] = next - 0.5
    behind.set(key, next - 0.5)
  }
  if (!moved) return out
  return places
    .map((place, i) => ({ place, i }))
    .sort((a, b) => a.place - b.place || a.i - b.i)
    .map(({ i }) => out[i]!)
}

interface Reads {
  /** TLS records where there are some, else segments or reads of a socket; with their places in the turn. */
  layer: 'tcp' | 'record'
  list: { readonly read: MessageRecord; readonly i: number }[]
  /** Heads come in the order of their bytes: what was passed is not looked at again. */
  passed: number
}

/** What was read in this turn, for each connection of each host. */
const readsOf = (turn: readonly TraceRecord[]): ReadonlyMap<string, Reads> => {
  const found = new Map<string, Reads>()
  for (const [i, { type, record }] of turn.entries()) {
    if (type !== 'message' || record.direction !== 'in' || (record.layer !== 'tcp' && record.layer !== 'record'))
      continue
    const key = `${record.host} ${record.flow}`
    let reads = found.get(key)
    if (reads === undefined || (reads.layer === 'tcp' && record.layer === 'record')) {
      reads = { layer: record.layer, list: [], passed: 0 }
      found.set(key, reads)
    }
    if (reads.layer === record.layer) reads.list.push({ read: record, i })
  }
  return found
}

/** The message that brought the last byte of `head`, and where in the turn the one behind it is. */
const bringerOf = (
  reads: Reads | undefined,
  { stream }: MessageRecord,
): { readonly read: MessageRecord; readonly next: number | undefined } | undefined => {
  if (reads === undefined || stream === undefined) return undefined
  for (; reads.passed < reads.list.length; reads.passed++) {
    const { read } = reads.list[reads.passed]!
    if (read.payload === undefined || read.payload.end < stream.end) continue
    return read.payload.start < stream.end ? { read, next: reads.list[reads.passed + 1]?.i } : undefined
  }
  return undefined
}
