/** Runs that an address describes are played when somebody goes there. */
import { useEffect, useState } from 'preact/hooks'
import type { Run } from '../model/run.ts'
import { type Plan, planText, readPlan } from '../runs/plan.ts'
import { sourceOf } from '../sources/shelf.ts'
import type { Place } from './place.ts'
import type { State } from './state.ts'

/** What the page opens on where nothing else was given. */
export const FIRST: Plan = { scenario: 'tls13', seed: 7 }

/** Loads the engines when first called. */
export const played = async (plan: Plan): Promise<Run> => (await import('./engines.ts')).playPlan(plan)

/** Whether the page is about the engines, and the address asks for nothing else. */
const isFirst = ({ run }: Place): boolean => run === undefined && sourceOf(document) === 'engines'

/** Plays what the address names, or the first one where nothing was given to be shown; says why it could not. */
export const usePlans = ({ place, runs, put }: Pick<State, 'place' | 'runs' | 'put'>): string | undefined => {
  const [failed, setFailed] = useState<string>()
  const plan = readPlan(place.run ?? '') ?? (runs.length === 0 && isFirst(place) ? FIRST : undefined)
  const id = plan && planText(plan)
  const isThere = runs.some(each => each.id === id)
  // A plan is its text: another object of the same is no other.
  useEffect(() => {
    if (plan === undefined || isThere) return
    setFailed(undefined)
    played(plan)
      .then(put)
      .catch((error: unknown) => setFailed(String(error)))
  }, [id, isThere, put])
  return failed
}
