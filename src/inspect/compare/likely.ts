/** Why one of the two failed, and which of the differences may have done it. */

import type { Diagnosis } from '../diagnosis/types.ts'
import { causes } from './causes.table.ts'
import type { Candidate } from './pair.ts'
import type { Comparison, Difference, Each, Letter } from './types.ts'

export interface Likely {
  /** The one that failed. */
  readonly failed: Letter
  readonly diagnosis: Diagnosis
  /** The likeliest first; none where the two do not differ in what such a failure hangs on. */
  readonly because: readonly Difference[]
  /** The certificate was refused that the other took. */
  readonly sameCertificate: boolean
  /** The other failed as well, in its own way. */
  readonly both: boolean
}

/** Differences that are told as its cause. */
const MOST_CAUSES = 3

/** Undefined where neither failed. Where both did, B is the one that is asked about. */
export const likely = (comparison: Comparison, pair: Each<Candidate>): Likely | undefined => {
  const failed: Letter = pair.B.diagnosis !== undefined ? 'B' : 'A'
  const { diagnosis } = pair[failed]
  if (diagnosis === undefined) return undefined
  const both = pair.A.diagnosis !== undefined && pair.B.diagnosis !== undefined
  const isRefused = /^tls\/(?:certificate-|chain-)/.test(diagnosis.code)
  const isSame = comparison.parts.some(({ name, differs }) => name === 'Certificate' && differs === 0)
  return {
    failed,
    diagnosis,
    because: becauseOf(diagnosis, comparison),
    sameCertificate: isRefused && isSame && !both,
    both,
  }
}

const becauseOf = ({ code }: Diagnosis, { differences }: Comparison): readonly Difference[] => {
  const found = (causes[code] ?? []).flatMap(path => differences.filter(each => isAt(each, path)))
  return [...new Set(found)].slice(0, MOST_CAUSES)
}

/** The second request is a request. */
const isAt = ({ part, field }: Difference, path: string): boolean => {
  const name = part.replace(/ \d+$/, '')
  return path === name || path === `${name}.${field}`
}
