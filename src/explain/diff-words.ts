/** What is said of two exchanges that are laid side by side, in each language. */
import type { DiffWords } from './diff.ts'
import { diffWords as english } from './en/diff.ts'
import type { Language } from './words.ts'
import { diffWords as chinese } from './zh/diff.ts'

const LANGUAGES: Readonly<Record<Language, DiffWords>> = { en: english, zh: chinese }

export const diffWordsOf = (language: Language): DiffWords => LANGUAGES[language]
