/** What languages say of the lessons: by themselves, because they are as long as a book and not everybody reads them. */
import type { LessonTexts } from '../lessons/all.ts'
import type { PageLanguage } from '../page/place.ts'
import { lessons as english } from './en/lessons/index.ts'
import { lessons as chinese } from './zh/lessons/index.ts'

export const lessonTexts: Readonly<Record<PageLanguage, LessonTexts>> = { en: english, zh: chinese }
