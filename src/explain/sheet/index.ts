/** The words of the page of `inspect --html`, apart from those of failures: nothing else needs them. */
import type { Language } from '../words.ts'
import { englishSheet } from './en.ts'
import type { SheetWords } from './words.ts'
import { chineseSheet } from './zh.ts'

export type { SheetWords } from './words.ts'

const WORDS: Readonly<Record<Language, SheetWords>> = { en: englishSheet, zh: chineseSheet }

export const sheetWordsOf = (language: Language): SheetWords => WORDS[language]
