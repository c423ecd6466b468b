/** What is said of exchanges that others had, in each language. */
import { type FailureCode, fail } from '../failures/index.ts'
import type { Diagnosis } from '../inspect/diagnosis/types.ts'
import { seenWords as english } from './en/seen.ts'
import { wordsOf } from './languages.ts'
import { isSeen, type SeenExplanation, type SeenWords } from './seen.ts'
import type { Language } from './words.ts'
import { seenWords as chinese } from './zh/seen.ts'

const LANGUAGES: Readonly<Record<Language, SeenWords>> = { en: english, zh: chinese }

export const seenWordsOf = (language: Language): SeenWords => LANGUAGES[language]

/** A diagnosis in words. */
export interface ToldDiagnosis {
  readonly title: string
  readonly says: string
  /** What to do, the likeliest first. */
  readonly next: readonly string[]
}

export const toldDiagnosis = (diagnosis: Diagnosis, language: Language = 'en'): ToldDiagnosis => {
  const { explanations, likely } = LANGUAGES[language]
  const { code, certainty } = diagnosis
  const told = isSeen(code) ? inOwnWords(explanations[code], diagnosis) : inWordsOfFailure(code, diagnosis, language)
  return certainty === 'likely' ? { ...told, title: likely(told.title) } : told
}

const inOwnWords = ({ title, says, next = [] }: SeenExplanation, diagnosis: Diagnosis): ToldDiagnosis => ({
  title,
  says: says(diagnosis),
  next: typeof next === 'function' ? next(diagnosis) : next,
})

/** A message that nobody may send is as wrong for whoever looks as for whoever gets it. */
const inWordsOfFailure = (
  code: FailureCode,
  { got, expected, number, where }: Diagnosis,
  language: Language,
): ToldDiagnosis => {
  const words = wordsOf(language)
  const failure = fail(code, {
    ...(got === undefined ? {} : { got }),
    ...(expected === undefined ? {} : { expected }),
    ...(number === undefined ? {} : { number }),
    ...(where === undefined ? {} : { where }),
  })
  return { title: words.title(failure), says: words.says(failure), next: words.because(failure) }
}
