/** Failures in words: what a language has to bring (total by type), and how it is used. Read `en/tcp.ts` next. */
import type { Facts, Failure, FailureCode } from '../failures/index.ts'
import type { AlertNumber } from '../tls/alerts.table.ts'

export type Language = 'en' | 'zh'

/** One code in one language. */
export interface Explanation {
  readonly title: string
  readonly says: (facts: Facts) => string
  readonly because?: readonly string[]
  readonly tryThis?: (facts: Facts) => readonly string[]
}

/** The words for a family of failures: none is missing, none too many. */
export type WordsOf<Family> = { readonly [Code in keyof Family]: Explanation }
export type Explanations = Readonly<Record<FailureCode, Explanation>>

export interface AlertMeaning {
  readonly means: string
  /** What usually lies behind it when a peer sends it to us. */
  readonly likely: string
}
export type AlertWords = Readonly<Record<AlertNumber, AlertMeaning>>

/** A language at work. */
export interface Words {
  readonly language: Language
  /** What happened, in a few words that hold for every case of the code. */
  title(failure: Failure): string
  /** What happened here, with the facts. */
  says(failure: Failure): string
  /** Title and what happened, in one line. */
  sentence(failure: Failure): string
  /** What it may come from, the likeliest first. */
  because(failure: Failure): readonly string[]
  /** Commands to copy. */
  tryThis(failure: Failure): readonly string[]
}

export const bound = (language: Language, explanations: Explanations): Words => ({
  language,
  title: failure => explanations[failure.code].title,
  says: failure => explanations[failure.code].says(failure),
  sentence: failure => `${explanations[failure.code].title} ${explanations[failure.code].says(failure)}`,
  because: failure => explanations[failure.code].because ?? [],
  tryThis: failure => explanations[failure.code].tryThis?.(failure) ?? [],
})
