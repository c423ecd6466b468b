/** A lesson as a reader goes through it: every step, and answers until one was wrong and one right. */
import type { LessonId } from '../../inspector/lessons/chapters.ts'
import type { Hand } from '../support/hand.ts'
import { lessonOf, stage } from './lesson-tests.ts'

export const SEED = 7

/**
 * Presses *Next step* until there is none; every step has something drawn. In the page: each press from here costs a while.
 * Returns the numbers of those that are wider than the window.
 */
export const toTheEnd = async (page: Hand): Promise<number[]> => {
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
export const answered = async (page: Hand, id: LessonId): Promise<string[]> => {
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
    outcomes.add((await page.evaluate(() => document.querySelector('.answer .good') === null)) ? 'wrong' : 'right')
  }
  return [...outcomes]
}
