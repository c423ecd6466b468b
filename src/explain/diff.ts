/** What has to be said of two exchanges that are laid side by side. */
import type { Ending, Letter } from '../inspect/compare/types.ts'

export interface DiffWords {
  /** What stands in the first column. */
  readonly labels: Readonly<Record<'same' | 'differs' | 'wentOn' | 'likely', string>>
  readonly except: (part: string, count: number) => string
  readonly absent: string
  readonly present: string
  /** The value is private, and another. */
  readonly another: string
  /** Behind values that only one has: so many more that both have. */
  readonly shared: (count: number) => string
  /** In the place of values, where one side has none of its own. */
  readonly onlyShared: (count: number) => string
  readonly more: (count: number) => string
  readonly nothing: string
  /** Both went the same way. */
  readonly sameWay: string
  readonly reordered: (fields: readonly string[]) => string
  /** What is another each time and was not looked at. */
  readonly lottery: string
  readonly unread: (letters: readonly Letter[]) => string
  readonly encrypted: (end: 'client' | 'server') => string
  /** Stand before what one end said next, and before how it ended. */
  readonly saidBy: Readonly<Record<'client' | 'server', string>>
  readonly atTheEnd: string
  /** One end says something where the other capture has nothing of that end. */
  readonly nothingMore: string
  readonly ending: (ending: Ending) => string
  /** Neither is seen to have failed. */
  readonly noFailure: string
  readonly bothFailed: string
  readonly sameCertificate: string
  /** None of the differences is known to lead to such a failure. */
  readonly unexplained: string
  /** Only the one that worked has it. */
  readonly lacks: (failed: Letter, thing: string) => string
  /** Only the one that failed has it. */
  readonly alone: (failed: Letter, thing: string) => string
  readonly other: (failed: Letter, thing: string) => string
  /** By path. */
  readonly things: Readonly<Record<string, string>>
  /** What to do where the one that failed lacks it, or has another. */
  readonly advice: Readonly<Record<string, string>>
}
