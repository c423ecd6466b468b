/** Which change is chosen in the address, and where it strikes: `change=drop-8`. */
import type { Run } from '../../model/run.ts'
import { type Choice, choices } from '../../runs/changes.table.ts'
import { type Change, changeText, type Plan, planText, readPlan } from '../../runs/plan.ts'

/** As the address has it: `drop-8`. */
export { changeText as changeKey }

export interface Chosen {
  readonly choice: Choice
  readonly change: Change
}

/** The exchange that is changed: that of `run`, or the page's own where it was recorded elsewhere. */
export const baseOf = (run: Run, otherwise: Plan): Plan => {
  const plan = run.origin.kind === 'engines' ? readPlan(run.id) : undefined
  const { scenario, seed } = plan ?? otherwise
  return { scenario, seed }
}

/** From what the address says; undefined where it says nothing that can be played. */
export const readChange = (base: Plan, text: string | undefined): Change | undefined =>
  text === undefined ? undefined : readPlan(`${planText(base)}-${text}`)?.change

/** The choice that a change is; a change of its own kind, wherever it strikes. */
export const choiceOf = (change: Change, before: Run): Choice | undefined => {
  const text = changeText(change)
  const same = choices.find(choice => changeText(choice.change(before)) === text)
  return same ?? choices.find(({ id }) => id === change.kind)
}

/** What is shown as chosen: what the address names, what the run was changed by, or the first of the list. */
export const chosenOf = (before: Run, change: Change | undefined): Chosen => {
  const choice = change && choiceOf(change, before)
  if (change !== undefined && choice !== undefined) return { choice, change }
  const [first] = choices
  return { choice: first!, change: first!.change(before) }
}
