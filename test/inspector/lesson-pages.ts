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
import { lessonOf, stage } from './lesson-tests.ts'
import { inspector, SIZES } from './support.ts'

const SEED = 7

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

/**
 * Presses *Next step* until there is none; every step has something drawn. In the page: each press from here costs a while.
 * Returns the numbers of those that are wider than the window.
 */
const toTheEnd = async (page: Page): Promise<number[]> => {
  await page.waitForSelector('.steps li[aria-current=step]')
  return page.evaluate(async () => {
    const wide: number[] = []
    const frame = (): Promise<unknown> => new Promise(requestAnimationFrame)
    const isWide = (): boolean => document.documentElement.scrollWidth > innerWidth
    // Drawings learn of a new width a frame or two later.
    const look = async (step: number): Promise<void> => {
      for (let frames = 0; isWide() && frames < 60; frames++) await frame()
      if (isWide()) wide.push(step)
    }
    const place = (): number => document.querySelectorAll('.steps li').length
    const [first, count] = (document.querySelector('.stepper .quiet')?.textContent ?? '').match(/\d+/g)!.map(Number)
    await look(first!)
    for (let step = first! + 1; step <= count!; step++) {
      document.querySelector<HTMLButtonElement>('.stepper .main')!.click()
      while (place() !== step || document.querySelector('.drawing > *') === null) await frame()
      await look(step)
    }
    return wide
  })
}

/** Answers until both a wrong and the right answer were given; returns how each of them went, without repetition. */
const answered = async (page: Page, id: LessonId): Promise<string[]> => {
  const { question, play } = lessonOf(id)
  const outcomes = new Set<string>()
  const given: readonly (readonly [text: string, choice: string])[] =
    question.kind === 'choosing'
      ? question.choices.map(({ name }) => [name, name])
      : [
          ['neither', 'wrong'],
          [question.answer(await play(stage, { seed: SEED, change: question.change })), 'right'],
        ]
  for (const [text, choice] of given) {
    if (outcomes.size === 2) break
    if (question.kind === 'choosing') await page.check(`input[name=answer][value="${text}"]`)
    else await page.fill('input[name=answer]', text)
    await page.click('.ask button')
    await page.waitForSelector(`.answer[data-choice="${choice}"]`)
    outcomes.add((await page.locator('.answer .good').count()) > 0 ? 'right' : 'wrong')
  }
  return [...outcomes]
}
