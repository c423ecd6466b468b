/** An outside set of cases, read from a folder that is not part of this project. */
export interface CaseResult {
  readonly id: string
  readonly outcome: 'passed' | 'failed' | 'skipped'
  /** Which way it failed, where that matters: `false-accept`, `false-reject`. */
  readonly kind?: string
  readonly detail?: string
}

export interface Suite {
  readonly name: string
  /** Case id to reason: failures that we mean. A listed case that passes is reported, so that the list stays true. */
  readonly listed: Readonly<Record<string, string>>
  /** All cases below `data`; undefined when this set is not there. */
  run(data: string): Promise<readonly CaseResult[] | undefined>
}
