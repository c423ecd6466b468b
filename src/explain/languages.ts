/** The languages that there are, and the choice among them. */
import { english } from './en/index.ts'
import type { Language, Words } from './words.ts'
import { chinese } from './zh/index.ts'

const LANGUAGES: Readonly<Record<Language, Words>> = { en: english, zh: chinese }

export const wordsOf = (language: Language): Words => LANGUAGES[language]

/** `zh`, `zh-CN`, `zh_CN.UTF-8`: the language of a tag or a locale; undefined for one without words here. */
export const languageOf = (tag: string | undefined): Language | undefined => {
  const [, name = ''] = /^([a-z]{2,3})(?![a-z])/i.exec(tag ?? '') ?? []
  return Object.hasOwn(LANGUAGES, name.toLowerCase()) ? (name.toLowerCase() as Language) : undefined
}
