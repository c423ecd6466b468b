/** How many checks of a run held and how many failed, found once. */
import type { Run } from '../run.ts'
import { checksOf } from './checks.ts'

/** A run that goes on gets new records: what was counted of those before is of no use. */
const counted = new WeakMap<Run['records'], readonly [held: number, failed: number]>()

export const countsOf = (run: Run): readonly [held: number, failed: number] => {
  const known = counted.get(run.records)
  if (known !== undefined) return known
  const { held, failed } = checksOf(run)
  counted.set(run.records, [held, failed])
  return [held, failed]
}
