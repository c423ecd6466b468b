/** What nobody checked in a run, and why: what was encrypted, what nobody had asked for, what was not reached. */
import type { TraceRecord } from '../../../src/trace/recorder.ts'
import type { MessageRecord } from '../../../src/trace/types.ts'
import type { CheckMade, CheckNotMade } from './checks.ts'

/** Places of one check that are told; all are counted. */
const MOST_PLACES = 200

/** `beside`: the run was told by who is no end of it. */
export const notMade = (
  records: readonly TraceRecord[],
  made: readonly CheckMade[],
  beside: boolean,
): readonly CheckNotMade[] => {
  const tls = records.flatMap(entry =>
    entry.type === 'message' && (entry.record.layer === 'tls' || entry.record.layer === 'record') ? [entry.record] : [],
  )
  if (tls.length === 0) return []
  const has = (check: string): boolean => made.some(each => each.check === check)
  const shut = tls.filter(isShut)
  const row = (check: string, why: CheckNotMade['why'], count = 1): CheckNotMade => ({
    state: 'not made',
    check,
    why,
    count,
    where: [],
  })
  const why = shut.length > 0 ? 'no keys' : beside ? 'not an end' : 'not reached'
  return [
    ...(shut.length === 0 ? [] : [{ ...row('record tags', 'no keys', shut.length), where: placesOf(shut) }]),
    ...(has('signature') || isResumed(tls) ? [] : [row('signature', why)]),
    ...(has('Finished') ? [] : [row('Finished', why)]),
    ...trustRows(records, has, row, beside, shut.length > 0),
    ...(beside ? [row('sequence number in the window', 'not an end')] : []),
  ]
}

const trustRows = (
  records: readonly TraceRecord[],
  has: (check: string) => boolean,
  row: (check: string, why: CheckNotMade['why']) => CheckNotMade,
  beside: boolean,
  shut: boolean,
): readonly CheckNotMade[] => {
  const shown = records.some(
    entry => entry.type === 'message' && entry.record.layer === 'tls' && /Certificate$/.test(entry.record.name),
  )
  if (beside) {
    if (!shown) return shut ? [row('name', 'no keys'), row('dates', 'no keys'), row('chain', 'no keys')] : []
    return has('chain') ? [] : [row('chain', 'no trust')]
  }
  if (!has('chain') && !has('signatures')) return []
  return [
    ...(has('revocation') ? [] : [row('revocation', 'not asked for')]),
    ...(has('transparency') ? [] : [row('transparency', 'not asked for')]),
  ]
}

const isShut = ({ layer, sealed, about }: MessageRecord): boolean =>
  layer === 'record' && sealed === true && /not readable/.test(about ?? '')

/** A resumed session proves itself by its secret. */
const isResumed = (tls: readonly MessageRecord[]): boolean =>
  tls.some(({ name }) => name === 'Finished') && !tls.some(({ name }) => /Certificate$/.test(name))

const placesOf = (shut: readonly MessageRecord[]) =>
  shut.slice(0, MOST_PLACES).map(({ id, bytes }) => ({ message: id, start: 0, end: bytes.length }))
