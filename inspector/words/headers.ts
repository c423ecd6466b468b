/** What fields of HTTP say: apart from the other texts, because one tab alone needs them, when it is opened. */
import type { PageLanguage } from '../page/place.ts'
import { headers as english } from './en/headers.table.ts'
import { headers as chinese } from './zh/headers.table.ts'

/** Under their names in small letters. */
export const headersIn = (language: PageLanguage): Readonly<Record<string, string>> => HEADERS[language]

const HEADERS: Readonly<Record<PageLanguage, Readonly<Record<string, string>>>> = { en: english, zh: chinese }
