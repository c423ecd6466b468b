/**
 * What is kept of the records of one conversation, so that a million segments are read in the memory of a few: of what a
 * look at them needs, the beginning and the end.
 */
import { bothEnds, type Recording, recorder, ring, selecting, type TraceRecord } from '../../trace/recorder.ts'
import type { Layer } from '../../trace/types.ts'
import { isSaid } from '../ladder.ts'

const MIB = 1024 * 1024
const HEAD_BYTES = 48 * MIB
const TAIL_BYTES = 16 * MIB
/** Of a record, besides its bytes: it is held as it is, as it may be shown, and as the line that is written of it. */
const COST = 1024

/** Every layer: 64 MiB of bytes, or 65,536 records of hardly any; `times` as much. */
export const everyLayer = (times = 1): Recording => bothEnds(times * HEAD_BYTES, times * TAIL_BYTES, COST)

/** What a ladder of messages and the list need: what was said, who opened and closed, and all of `layers`. */
export const whatWasSaid = (layers: readonly Layer[] = []): Recording =>
  selecting(everyLayer(), entry =>
    entry.type !== 'message' || layers.includes(entry.record.layer) || isSaid(entry.record)
      ? entry
      : recordAlone(entry),
  )

/** Those that `ids` names, and what a ladder of them needs besides. */
export const onlyThese = (ids: ReadonlySet<number>): Recording =>
  selecting(everyLayer(), entry => (entry.type !== 'message' || ids.has(entry.record.id) ? entry : recordAlone(entry)))

/** That it was there, and whether it was encrypted: its content has messages of its own. */
const recordAlone = (entry: TraceRecord & { readonly type: 'message' }): TraceRecord | undefined =>
  entry.record.layer === 'record' ? { type: 'message', record: { ...entry.record, bytes: NOTHING } } : undefined

const NOTHING = new Uint8Array()

/** What the streams of both sides consist of, and the heads in them: the beginning. */
export const whatWasBrought = (most: number = HEAD_BYTES + TAIL_BYTES): Recording => {
  let layer: 'record' | 'tcp' = 'tcp'
  return selecting(recorder(most, COST), entry => {
    if (entry.type !== 'message') return entry
    // Where there are records it is they that bring what is said.
    if (entry.record.layer === 'record') layer = 'record'
    return entry.record.layer === 'http' || entry.record.layer === layer ? entry : undefined
  })
}

/** Message `id`, and of what was told before it as much as fits: in that lies what carried it. */
export const upTo = (id: number): Recording => {
  let found = false
  return selecting(ring(HEAD_BYTES + TAIL_BYTES, COST), entry => {
    if (found) return undefined
    found = entry.type === 'message' && entry.record.id === id
    return entry
  })
}
