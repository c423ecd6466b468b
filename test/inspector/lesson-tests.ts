/**
 * What holds for every lesson, in every change and in both languages. `lessonTests('old-syn', 'closing')` in the tests of
 * a chapter; what a lesson teaches is tested beside it.
 */
import { describe, expect, test } from 'vitest'
import { LESSONS } from '../../inspector/lessons/all.ts'
import type { LessonId } from '../../inspector/lessons/chapters.ts'
import type { Drawing, LadderDrawing } from '../../inspector/lessons/drawings.ts'
import type { Facts, Lesson, LessonWords, Scene, Stage } from '../../inspector/lessons/lesson.ts'
import { opened } from '../../inspector/lessons/opened.ts'
import { askedAbout, check, runsOf } from '../../inspector/lessons/play.ts'
import { factNamesIn, factsOf, told } from '../../inspector/lessons/told.ts'
import { LANGUAGES } from '../../inspector/page/place.ts'
import { lessonTexts } from '../../inspector/words/lessons.ts'
import { messagesOf } from '../../src/trace/recorder.ts'
import type { MessageRecord } from '../../src/trace/types.ts'
import { webPlatform } from '../../src/web/lab.ts'
import { fieldAt } from '../../src/wire/field.ts'

/** As the page has it. */
export const stage: Stage = { platform: seed => webPlatform({ seed }) }
/** Others than the page begins with. */
const SEEDS = [3, 4, 5]

const kept = new Map<string, Promise<Scene>>()

/** Each run is played once for all the tests of a file. */
export const scene = (id: LessonId, change: string, seed: number): Promise<Scene> => {
  const key = `${id} ${change} ${seed}`
  const run = kept.get(key) ?? lessonOf(id).play(stage, { seed, change })
  kept.set(key, run)
  return run
}
export const lessonOf = (id: LessonId): Lesson => LESSONS[id] as Lesson
const wordsOf = (id: LessonId): LessonWords[] => LANGUAGES.map(language => lessonTexts[language][id] as LessonWords)

export const lessonTests = (...ids: readonly LessonId[]): void => {
  describe.each(ids)('lesson %s', id => {
    const { changes, question } = lessonOf(id)
    const runs = runsOf(lessonOf(id))

    test('every fact that the texts ask for is in the run that they speak of', async () => {
      for (const words of wordsOf(id)) {
        const first = factsOf(await scene(id, changes[0], SEEDS[0]!))
        for (const text of words.prose) expect(told(text, first)).not.toBe('')
        const asked = factsOf(await scene(id, askedAbout(lessonOf(id)), SEEDS[0]!))
        for (const text of [words.question, ...Object.values(words.choices)]) expect(told(text, asked)).not.toBe('')
        for (const change of runs) {
          const run = await scene(id, change, SEEDS[0]!)
          for (const { name } of run.steps) expect(told(words.steps[name]!, factsOf(run)), name).not.toBe('')
        }
        for (const each of await answers(id, SEEDS[0]!)) {
          expect(told(words.answers[each.choice]!, factsOf(each.scene)), each.choice).not.toBe('')
        }
      }
    })

    test('every number of the texts is a fact of the run, and none is written', () => {
      const numbers = wordsOf(id).flatMap(words =>
        textsOf(words).flatMap(text => (withoutNames(text).match(/\d+/g) ?? []).map(number => `${number} in ${text}`)),
      )
      expect(numbers).toEqual([])
    })

    test('every step speaks of what is in its run', async () => {
      for (const change of runs) {
        const run = await scene(id, change, SEEDS[0]!)
        expect(run.steps.length, change).toBeGreaterThan(1)
        for (const { name, drawings } of run.steps)
          for (const drawing of drawings) expect(missingIn(drawing, run), `${change} ${name}`).toEqual([])
      }
    })

    test('no step is written that no run comes to', async () => {
      const played = await Promise.all(runs.map(change => scene(id, change, SEEDS[0]!)))
      const reached = new Set(played.flatMap(run => run.steps.map(({ name }) => name)))
      for (const words of wordsOf(id)) expect(Object.keys(words.steps).filter(name => !reached.has(name))).toEqual([])
    })

    test('another seed changes every number; what protocols fix stays', async () => {
      for (const change of runs) {
        const [one, ...others] = await Promise.all(SEEDS.map(seed => scene(id, change, seed)))
        const same = (all: (run: Scene) => Facts, name: string): boolean =>
          others.every(other => all(other)[name] === all(one!)[name])
        const facts = Object.keys(one!.facts)
        expect(
          facts.filter(name => same(run => run.facts, name)),
          change,
        ).toEqual([])
        const fixed = Object.keys(one!.fixed ?? {})
        expect(
          fixed.filter(name => !same(run => run.fixed ?? {}, name)),
          change,
        ).toEqual([])
      }
    })

    test('the same seed gives the same run', async () => {
      const again = await lessonOf(id).play(stage, { seed: SEEDS[0]!, change: changes[0] })
      expect(again.facts).toEqual((await scene(id, changes[0], SEEDS[0]!)).facts)
    })

    test.each(SEEDS)('one answer is right, and the run says so and shows the others wrong, seed %i', async seed => {
      const found = await answers(id, seed)
      for (const { scene: run, see } of found) expect(run.steps.map(({ name }) => name)).toContain(see)
      expect(found.filter(({ right }) => right)).toHaveLength(1)
      if (question.kind === 'choosing') expect(found.length).toBeGreaterThan(2)
    })
  })
}

/** Every choice checked; for an answer that is written, the right one and another. */
const answers = async (id: LessonId, seed: number) => {
  const lesson = lessonOf(id)
  const { question } = lesson
  const given =
    question.kind === 'choosing'
      ? question.choices.map(({ name }) => name)
      : [question.answer(await scene(id, question.change, seed)), 'neither']
  return Promise.all(given.map(async each => (await check(lesson, stage, seed, each))!))
}

const textsOf = ({ title, prose, changes, steps, labels, question, choices, answers }: LessonWords): string[] => [
  title,
  ...prose,
  question,
  ...[changes, steps, labels, choices, answers].flatMap(record => Object.values(record)),
]

/** Without facts, and without the numbers that belong to names. */
const withoutNames = (text: string): string => text.replace(/\{[^}]*\}/g, '').replace(NAMES, '')
const NAMES =
  /TLS 1\.[0-3]|HTTP\/[12](?:\.[01])?|SHA-?\d+|AES-\d+|AES_\d+|P-\d+|X25519|secp\d+r1|RFC \d+|IPv[46]|UTF-8|Base64/gi

/** What a drawing shows that its run does not have. */
const missingIn = (drawing: Drawing<string>, { records }: Scene): string[] => {
  const messages = messagesOf(records)
  if (drawing.kind === 'message') {
    const { message, field = '' } = drawing
    if (!messages.some(m => m.id === message.id)) return [message.name]
    const { tree } = opened(drawing)
    if (tree === undefined) return field === '' ? [] : [field]
    return fieldAt(tree, field) === undefined ? [field] : []
  }
  if (drawing.kind === 'beside') return drawing.parts.flatMap(part => missingOf(part.ladder, messages))
  return drawing.kind === 'ladder' ? missingOf(drawing, messages) : []
}

const missingOf = ({ ladder, drawn, fresh }: LadderDrawing<string>, messages: readonly MessageRecord[]): string[] => {
  const ids = new Set(ladder.arrows.map(({ id }) => id))
  return [
    ...[...drawn, ...fresh].filter(id => !ids.has(id)).map(id => `arrow ${id}`),
    ...ladder.arrows.filter(({ id }) => id > 0 && !messages.some(m => m.id === id)).map(({ text }) => text),
  ]
}

/** The facts that the texts of a lesson ask for, in any language. */
export const askedFor = (id: LessonId): ReadonlySet<string> =>
  new Set(wordsOf(id).flatMap(words => textsOf(words).flatMap(factNamesIn)))
