/** Findings in the languages that there are. They are apart from the words of failures: nobody but `check` needs them. */
import type { Language } from '../words.ts'
import { englishFindings } from './en.ts'
import type { FindingDictionary } from './words.ts'
import { chineseFindings } from './zh.ts'

const DICTIONARIES: Readonly<Record<Language, FindingDictionary>> = { en: englishFindings, zh: chineseFindings }

export const findingsIn = (language: Language): FindingDictionary => DICTIONARIES[language]
