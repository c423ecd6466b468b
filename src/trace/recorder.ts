/** Sinks that keep what engines say: an array with a byte cap, a ring of the latest, and ways to join and filter them. */
import type { MessageRecord, SecretRecord, StateRecord, TraceSink, VerdictRecord } from './types.ts'

/** Everything a sink can be told, in the order in which it was told. */
export type TraceRecord =
  | { readonly type: 'message'; readonly record: MessageRecord }
  | { readonly type: 'state'; readonly record: StateRecord }
  | { readonly type: 'secret'; readonly record: SecretRecord }
  | { readonly type: 'verdict'; readonly record: VerdictRecord }

/** A page of 10 MB of messages opens at once in the inspector's budget; four times that is what a run may keep. */
export const RECORDER_BYTES = 40 * 1024 * 1024

/** What a record costs besides its bytes: measured at 400 to 600 bytes of heap per message. */
const RECORD_OVERHEAD = 512

export interface Recording extends TraceSink {
  /** Oldest first. */
  readonly records: readonly TraceRecord[]
  /** How many records were not kept because of the cap. */
  readonly dropped: number
  /** How many of `records` were told before the first that was not kept. */
  readonly beginning: number
}

/** Keeps the beginning: once `maxBytes` are held, later messages are only counted. Secrets and verdicts are kept. `cost`: what each counts for besides its bytes. */
export const recorder = (maxBytes: number = RECORDER_BYTES, cost: number = RECORD_OVERHEAD): Recording => {
  const records: TraceRecord[] = []
  let held = 0
  let dropped = 0
  let beginning: number | undefined
  return {
    ...sinkOf(entry => {
      const size = sizeOf(entry, cost)
      const small = entry.type === 'secret' || entry.type === 'verdict'
      if (held + size > (small ? 2 * maxBytes : maxBytes)) {
        dropped++
        beginning ??= records.length
        return
      }
      held += size
      records.push(owned(entry))
    }),
    records,
    get dropped() {
      return dropped
    },
    get beginning() {
      return beginning ?? records.length
    },
  }
}

/** Keeps the end: the oldest records go when more than `maxBytes` are held. */
export const ring = (maxBytes: number = RECORDER_BYTES, cost: number = RECORD_OVERHEAD): Recording => {
  let records: TraceRecord[] = []
  let first = 0
  let held = 0
  let dropped = 0
  const compact = (): TraceRecord[] => {
    if (first > 0) records = records.slice(first)
    first = 0
    return records
  }
  return {
    ...sinkOf(entry => {
      records.push(owned(entry))
      held += sizeOf(entry, cost)
      while (held > maxBytes && first < records.length) {
        held -= sizeOf(records[first++]!, cost)
        dropped++
      }
      if (first > records.length / 2) compact()
    }),
    get records() {
      return compact()
    },
    get dropped() {
      return dropped
    },
    get beginning() {
      return dropped > 0 ? 0 : records.length
    },
  }
}

/** Keeps the beginning, and of what comes behind it the end. */
export const bothEnds = (headBytes: number, tailBytes: number, cost: number = RECORD_OVERHEAD): Recording => {
  const head = recorder(headBytes, cost)
  const tail = ring(tailBytes, cost)
  return {
    ...sinkOf(entry => {
      const before = head.dropped
      if (before === 0) tell(head, entry)
      if (head.dropped > 0) tell(tail, entry)
    }),
    get records() {
      return [...head.records, ...tail.records]
    },
    get dropped() {
      return tail.dropped
    },
    get beginning() {
      return tail.dropped > 0 ? head.beginning : head.records.length + tail.records.length
    },
  }
}

/** Keeps in `inner` what `wanted` makes of records; those of which it makes nothing count as neither kept nor dropped. */
export const selecting = (inner: Recording, wanted: (entry: TraceRecord) => TraceRecord | undefined): Recording => ({
  ...sinkOf(entry => {
    const kept = wanted(entry)
    if (kept !== undefined) tell(inner, kept)
  }),
  get records() {
    return inner.records
  },
  get dropped() {
    return inner.dropped
  },
  get beginning() {
    return inner.beginning
  },
})

/** One sink made of several; ids are counted here. */
export const tee = (...sinks: readonly TraceSink[]): TraceSink =>
  sinkOf(entry => {
    for (const sink of sinks) tell(sink, entry)
  })

/** Lets through what belongs to flows that `wanted` accepts; ids come from `sink`. */
export const onlyFlows = (sink: TraceSink, wanted: (flow: string) => boolean): TraceSink => ({
  ...sinkOf(entry => {
    if (wanted(entry.record.flow)) tell(sink, entry)
  }),
  nextId: () => sink.nextId(),
})

/** A sink that calls `keep` with each record; ids count from 1. */
export const sinkOf = (keep: (entry: TraceRecord) => void): TraceSink => {
  let id = 0
  return {
    nextId: () => ++id,
    message: record => keep({ type: 'message', record }),
    state: record => keep({ type: 'state', record }),
    secret: record => keep({ type: 'secret', record }),
    verdict: record => keep({ type: 'verdict', record }),
  }
}

/** Says `entry` to `sink`. */
export const tell = (sink: TraceSink, entry: TraceRecord): void => {
  switch (entry.type) {
    case 'message':
      sink.message(entry.record)
      break
    case 'state':
      sink.state(entry.record)
      break
    case 'secret':
      sink.secret(entry.record)
      break
    case 'verdict':
      sink.verdict(entry.record)
      break
    default:
      entry satisfies never
  }
}

/** The messages among `records`. */
export const messagesOf = (records: readonly TraceRecord[]): MessageRecord[] => {
  const messages: MessageRecord[] = []
  for (const entry of records) if (entry.type === 'message') messages.push(entry.record)
  return messages
}

const sizeOf = (entry: TraceRecord, cost: number): number =>
  cost + (entry.type === 'message' ? entry.record.bytes.length : 0)

/** A view would keep its whole buffer alive and make the cap a lie; what is a part of more is copied. */
export const owned = (entry: TraceRecord): TraceRecord => {
  if (entry.type !== 'message') return entry
  const { bytes } = entry.record
  if (bytes.byteLength === bytes.buffer.byteLength) return entry
  return { type: 'message', record: { ...entry.record, bytes: bytes.slice() } }
}
