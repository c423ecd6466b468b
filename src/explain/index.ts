/** `barewire/explain`: failures in words. Read `words.ts` first. */
import type { Failure } from '../failures/index.ts'
import { english } from './en/index.ts'
import type { Words } from './words.ts'

export { type Elsewhere, elsewhere, type Tool } from './elsewhere.table.ts'
export { english } from './en/index.ts'
export { type FieldScope, meaningOf } from './fields.ts'
export { languageOf, wordsOf } from './languages.ts'
export { type Candidate, type Evidence, explainMessage, type MessageFinding } from './messages.ts'
export { type Note, quoted, type Step, stepsFor, type Told } from './steps.ts'
export type { AlertWords, Card, Dictionary, Explanation, Explanations, Language, Words, WordsOf } from './words.ts'

/** Title and what happened, in one line. */
export const sentence = (failure: Failure, words: Words = english): string => words.sentence(failure)

export const titleOf = (failure: Failure, words: Words = english): string => words.title(failure)
