/** Nearly every text of the page by area, a language a folder: one area is one file, the same keys in each by type. */
import { wordsOf as failureWordsOf } from '../../src/explain/languages.ts'
import type { Words as FailureWords } from '../../src/explain/words.ts'
import type { PageLanguage } from '../page/place.ts'
import { captures as capturesEnglish } from './en/captures.ts'
import { page as pageEnglish } from './en/page.ts'
import { tabs as tabsEnglish } from './en/tabs.ts'
import { tryIt as tryEnglish } from './en/try.ts'
import { views as viewsEnglish } from './en/views.ts'
import { captures as capturesChinese } from './zh/captures.ts'
import { page as pageChinese } from './zh/page.ts'
import { tabs as tabsChinese } from './zh/tabs.ts'
import { tryIt as tryChinese } from './zh/try.ts'
import { views as viewsChinese } from './zh/views.ts'

export interface Words {
  readonly language: PageLanguage
  readonly page: typeof pageEnglish
  /** What those read who have no keys. */
  readonly views: typeof viewsEnglish
  readonly tryIt: typeof tryEnglish
  readonly tabs: typeof tabsEnglish
  readonly captures: typeof capturesEnglish
  /** Of the registry of failures. */
  readonly failures: FailureWords
}

export const wordsOf = (language: PageLanguage): Words => WORDS[language]

const WORDS: Readonly<Record<PageLanguage, Words>> = {
  en: {
    language: 'en',
    page: pageEnglish,
    views: viewsEnglish,
    tabs: tabsEnglish,
    captures: capturesEnglish,
    tryIt: tryEnglish,
    failures: failureWordsOf('en'),
  },
  zh: {
    language: 'zh',
    page: pageChinese,
    views: viewsChinese,
    tabs: tabsChinese,
    captures: capturesChinese,
    tryIt: tryChinese,
    failures: failureWordsOf('zh'),
  },
}
