/** An outside set of cases, read from a folder that is not part of this project, and what of its results is right. */
export interface CaseResult {
  readonly id: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Which way it failed, where that matters: `false-accept`, `false-reject`, `other-reason`. */
  readonly kind?: string
  /** What came out here, for a case that failed: the code of the failure, `accepted`, or the value. */
  readonly got?: string
  /** For people; of a skipped case the reason, as `Suite.skips` has it. */
  readonly detail?: string
}

/** A failure that we mean. */
export interface Listed {
  readonly because: string
  /** What must come out: a case that fails in another way than was meant is a failure. */
  readonly got: string
  /** The case is in the whole set only, not in the part that the counts are of. */
  readonly whole?: true
}

export interface Suite {
  readonly name: string
  /** By case id. A listed case that passes, fails otherwise or is gone is reported, so that the list stays true. */
  readonly listed: Readonly<Record<string, Listed>>
  /** How many cases are skipped for each reason: a skip more is as good as a test less. */
  readonly skips: Readonly<Record<string, number>>
  /** It is run when it is asked for by name: its data needs more than a folder. */
  readonly onlyByName?: true
  /** All cases below `data`, or those that `cases` names; undefined when this set is not there. */
  run(data: string, cases?: string): Promise<readonly CaseResult[] | undefined>
  /** More to be told about all cases, one line each. */
  tables?(data: string): Promise<readonly string[]>
}

export type Extent = 'part' | 'whole' | 'some'

export interface Verdict {
  readonly counts: Readonly<Record<string, number>>
  /** One line for each thing that is not as it must be; none: all is well. */
  readonly wrong: readonly string[]
  /** One line for each failure that we mean. */
  readonly listed: readonly string[]
}

/**
 * Compares results with what the suite expects of itself. `whole`: the data is more than the part that was counted;
 * `some`: they are of a few cases, chosen by name.
 */
export const judge = (suite: Suite, results: readonly CaseResult[], data: Extent = 'part'): Verdict => {
  const failing = results.filter(({ outcome }) => outcome === 'failed')
  const meant = failing.filter(({ id }) => Object.hasOwn(suite.listed, id))
  const surprises = failing.filter(({ id }) => !Object.hasOwn(suite.listed, id))
  const kinds = countsOf(failing.flatMap(({ kind }) => (kind === undefined ? [] : [kind])))
  return {
    counts: {
      passed: results.filter(({ outcome }) => outcome === 'passed').length,
      failed: surprises.length,
      listed: meant.length,
      skipped: results.filter(({ outcome }) => outcome === 'skipped').length,
      ...Object.fromEntries(kinds),
    },
    wrong: [
      ...surprises.map(({ id, kind = '', detail = '' }) => `failed   ${id}  ${kind}  ${detail}`),
      ...twice(results).map(id => `there are two cases of this name: ${id}`),
      ...Object.entries(suite.listed).flatMap(([id, entry]) => listedFaults(id, entry, results, data)),
      ...(data === 'part' ? skipFaults(suite.skips, results) : []),
    ],
    listed: meant.map(({ id }) => `listed   ${id}  ${suite.listed[id]!.because}`),
  }
}

const listedFaults = (id: string, listed: Listed, results: readonly CaseResult[], data: Extent): string[] => {
  const result = results.find(each => each.id === id)
  if (result === undefined && data === 'some') return []
  if (result === undefined) return listed.whole === true && data === 'part' ? [] : [`listed but not in the set: ${id}`]
  if (result.outcome === 'passed') return [`passes although listed as failing: ${id}`]
  if (result.outcome === 'skipped') return [`skipped although listed as failing: ${id}`]
  const { got = 'nothing' } = result
  return got === listed.got ? [] : [`fails otherwise than listed: ${id}  got ${got}, listed ${listed.got}`]
}

const skipFaults = (allowed: Suite['skips'], results: readonly CaseResult[]): string[] => {
  const skipped = countsOf(
    results.flatMap(({ outcome, detail = 'no reason' }) => (outcome === 'skipped' ? [detail] : [])),
  )
  return [...new Set([...Object.keys(allowed), ...skipped.keys()])].flatMap(reason => {
    const [got, wanted] = [skipped.get(reason) ?? 0, allowed[reason] ?? 0]
    return got === wanted ? [] : [`${got} cases are skipped (${reason}), listed are ${wanted}`]
  })
}

const countsOf = (words: readonly string[]): Map<string, number> => {
  const counts = new Map<string, number>()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

const twice = (results: readonly CaseResult[]): string[] =>
  [...countsOf(results.map(({ id }) => id))].flatMap(([id, count]) => (count > 1 ? [id] : []))
