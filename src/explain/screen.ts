/** What commands say of their own on a terminal, in the language of whoever reads: lists, ladders, reports. */
import type { Language } from './words.ts'
import { onScreen } from './zh/screen.ts'

/** Undefined: as the texts are written, in English. */
export const sayingIn = (language: Language): ((text: string) => string) | undefined =>
  language === 'zh' ? onScreen : undefined
