/** What a run is called in lists: runs of the engines by what is changed in them, others as they were named. */
import type { Run } from '../model/run.ts'
import { type Change, changeText, isOnWire, readPlan } from '../runs/plan.ts'
import type { Words } from '../words/index.ts'

export const runName = ({ id, name, origin }: Pick<Run, 'id' | 'name' | 'origin'>, { tryIt }: Words): string => {
  const plan = origin.kind === 'engines' ? readPlan(id) : undefined
  if (plan === undefined) return name
  const { scenario, seed, change } = plan
  return tryIt.runName(tryIt.scenarios[scenario], seed, change === undefined ? tryIt.unchanged : nameOf(change, tryIt))
}

/** Kinds of changes on the wire, and whatever else has a name of its own, are words. */
const nameOf = (change: Change, { changes }: Words['tryIt']): string => {
  const id = isOnWire(change) ? change.kind : changeText(change)
  return Object.hasOwn(changes, id) ? changes[id as keyof typeof changes].name : id
}
