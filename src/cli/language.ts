/** In which language failures are told on this terminal. */
import { type Language, languageOf, type Words, wordsOf } from '../explain/index.ts'
import type { Io } from './io.ts'

/**
 * `--lang` before `BAREWIRE_LANG` before the locale (POSIX: LC_ALL, LC_MESSAGES, LANG). A locale that cannot show the
 * characters of its language is told in English; who names a language gets it.
 */
export const wordsFor = (env: Io['env'], choice: Language | undefined): Words => {
  const named = choice ?? languageOf(env.BAREWIRE_LANG)
  if (named !== undefined) return wordsOf(named)
  const locale = languageOf(env.LC_ALL || env.LC_MESSAGES || env.LANG)
  return wordsOf(locale !== undefined && speaksUnicode(env) ? locale : 'en')
}

/** POSIX: LC_ALL beats LC_CTYPE beats LANG. With none set a terminal of today understands UTF-8. */
export const speaksUnicode = (env: Io['env']): boolean => {
  if (env.TERM === 'dumb') return false
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG
  return locale === undefined || locale === '' || /utf-?8/i.test(locale)
}
