/** What was found of a server (`failures/findings.table.ts`) in words: what is so and why it matters, and what to do. */
import type { FindingCode } from '../../failures/findings.table.ts'

export interface FindingWords {
  /** One sentence; `got` is what was seen. */
  readonly says: (got: readonly string[]) => string
  /** What whoever runs the server does next. */
  readonly next: string
}

export type FindingDictionary = Readonly<Record<FindingCode, FindingWords>>

/** As many as fit into a sentence. */
const MOST = 3

/** `A, B, C and 4 more`, in the words of a language. */
export const some = (got: readonly string[], more: (count: number) => string, comma = ', '): string =>
  got.length <= MOST ? got.join(comma) : `${got.slice(0, MOST).join(comma)}${more(got.length - MOST)}`
