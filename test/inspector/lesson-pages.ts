/**
 * A reader goes through lessons: every step, a wrong answer and the right one, every change, in both languages, with axe-core
 * looking. That every answer is as the run says is tested without a page.
 */
import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { CHAPTERS, type ChapterId, type LessonId } from '../../inspector/lessons/chapters.ts'
import type { LessonWords } from '../../inspector/lessons/lesson.ts'
import { lessonTexts } from '../../inspector/words/lessons.ts'
import { violations } from './axe.ts'
import { answered, SEED, toTheEnd } from './lesson-read.ts'
import { lessonOf } from './lesson-tests.ts'
import { inspector, SIZES } from './support.ts'

export const lessonPages = (chapter: ChapterId): void => {
  const { test, open } = inspector()
  const lessons: readonly LessonId[] = CHAPTERS.find(({ id }) => id === chapter)!.lessons
  for (const id of lessons) {
    test(`a reader goes through ${id}, answers it wrong and right, changes it, and reads it in Chinese`, async () => {
      const page = await open({ hash: `page=lessons&lesson=${id}&seed=${SEED}` })
      const lesson = lessonOf(id)
      await toTheEnd(page)
      expect(await violations(page)).toEqual([])
      expect((await answered(page, id)).sort()).toEqual(['right', 'wrong'])
      await page.setViewportSize(SIZES.telephone)
      for (const change of lesson.changes) {
        await choose(page, change)
        expect(await toTheEnd(page), `steps of ${change} that reach over the edge of a telephone`).toEqual([])
      }
      await page.setViewportSize(SIZES.desk)
      const chinese = lessonTexts.zh[id] as LessonWords
      await page.selectOption('header select >> nth=0', 'zh')
      await page.waitForSelector(`h1:text-is("${chinese.title}")`)
      if (id !== lessons[0]) return
      // The colours are the page's, and not the lesson's.
      await page.emulateMedia({ colorScheme: 'dark' })
      expect(await violations(page)).toEqual([])
    })
  }
}

/** Another run, which begins at its first step; where it is the one that is there already, its steps from the first. */
const choose = async (page: Page, change: string): Promise<void> => {
  const input = `input[name=change][value="${change}"]`
  const isThere = (await page.locator(input).count()) === 0 || (await page.isChecked(input))
  if (!isThere) await page.check(input, { force: true })
  else if (!(await page.isDisabled('.stepper .button >> nth=0'))) await page.click('.steps li:first-child button')
  await page.waitForFunction(() => document.querySelectorAll('.steps li').length === 1)
}
