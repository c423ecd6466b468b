/** What `barewire inspect` and others like it look at: a file, a run that is kept (`@1`), standard input (`-`). */
import { FailureError, fail } from '../../../failures/index.ts'
import { type KeptRun, keptRuns, runsFolder } from '../../../node/runs.ts'
import type { Io } from '../../io.ts'

/** Every run that is kept, the last first. */
export const runsOf = (env: Io['env']): readonly KeptRun[] => {
  const folder = runsFolder(env)
  return folder === undefined ? [] : keptRuns(folder)
}

/** The run that `word` names; undefined where it names none. Throws `inspect/no-run` where there is no such run. */
export const runNamed = (word: string, env: Io['env']): KeptRun | undefined => {
  const [, number] = /^@(\d{1,4})$/.exec(word) ?? []
  if (number === undefined) return undefined
  const runs = runsOf(env)
  const found = runs.find(run => run.number === Number(number))
  if (found !== undefined) return found
  const got = runs.length === 0 ? 'none' : runs.length === 1 ? '@1' : `@1 to @${runs.length}`
  throw new FailureError(fail('inspect/no-run', { where: word, got }))
}
