/** One lesson: prose and question at the left, the run with its steps at the right. */
import type { FunctionComponent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import { webPlatform } from '../../../src/web/lab.ts'
import { LESSONS } from '../../lessons/all.ts'
import type { LessonId } from '../../lessons/chapters.ts'
import type { Facts, Lesson, LessonWords, Scene, Stage } from '../../lessons/lesson.ts'
import { askedAbout, type Checked, runsOf } from '../../lessons/play.ts'
import { factsOf, piecesOf, told } from '../../lessons/told.ts'
import type { frame } from '../../words/en/lessons/frame.ts'
import { lessonTexts } from '../../words/lessons.ts'
import type { PageProps } from '../slots.ts'
import type { State } from '../state.ts'
import { placeOf } from './lessons.tsx'
import { Live } from './live.tsx'
import { Question } from './question.tsx'

export { lessonTexts }
export type Frame = typeof frame

export interface LessonProps extends PageProps {
  readonly id: LessonId
  readonly seed: number
  readonly frame: Frame
  readonly after: LessonId | undefined
}

const stage: Stage = { platform: seed => webPlatform({ seed }) }

export const LessonView: FunctionComponent<LessonProps> = ({ id, seed, state, words, frame, after }) => {
  const lesson = LESSONS[id] as Lesson
  const texts = lessonTexts[words.language][id] as LessonWords
  const { own } = state.place
  const change = runsOf(lesson).find(each => each === own.change) ?? lesson.changes[0]
  const changes = lesson.changes.includes(change) ? lesson.changes : [...lesson.changes, change]
  const first = usePlayed(lesson, seed, lesson.changes[0])
  const asked = usePlayed(lesson, seed, askedAbout(lesson))
  const shown = usePlayed(lesson, seed, change)
  const step = Math.max(1, Math.min(Number(own.lstep) || 1, shown.scene?.steps.length ?? 1))
  const facts = first.scene && factsOf(first.scene)
  return (
    <>
      <article class="prose">
        <h1>{texts.title}</h1>
        {facts === undefined ? (
          <p class="quiet">{first.failed === undefined ? frame.playing : `${frame.broken}: ${first.failed}`}</p>
        ) : (
          <>
            {texts.prose.map(text => (
              <p key={text}>
                <Told text={text} facts={facts} />
              </p>
            ))}
            {asked.scene === undefined ? null : (
              <Question
                lesson={lesson}
                stage={stage}
                seed={seed}
                texts={texts}
                facts={factsOf(asked.scene)}
                frame={frame}
                given={own.answer}
                answered={(given, checked) => goTo(state, given, checked)}
              />
            )}
          </>
        )}
        {after === undefined ? null : (
          <p class="after">
            {frame.nextLesson}{' '}
            <a href={state.hrefOf(placeOf(after, seed))}>{lessonTexts[words.language][after].title}</a>
          </p>
        )}
      </article>
      <Live
        scene={shown.scene}
        failed={shown.failed}
        step={step}
        change={change}
        changes={changes}
        seed={seed}
        texts={texts}
        words={words}
        frame={frame}
        state={state}
      />
    </>
  )
}

/** The drawing goes to the step that proves the answer. */
const goTo = ({ go }: State, answer: string, { scene, change, see }: Checked): void => {
  const step = scene.steps.findIndex(({ name }) => name === see) + 1
  go({ own: { answer, change, lstep: `${step}` } })
}

/** A text with its facts in it. */
export const Told: FunctionComponent<{ readonly text: string; readonly facts: Facts }> = ({ text, facts }) => (
  <>
    {piecesOf(text, facts).map((piece, i) =>
      piece.code ? <code key={i}>{piece.text}</code> : <span key={i}>{piece.text}</span>,
    )}
  </>
)

interface PlayedState {
  readonly scene?: Scene | undefined
  readonly failed?: string | undefined
}

/** A run, played when it is asked for. */
const usePlayed = (lesson: Lesson, seed: number, change: string): PlayedState => {
  const [played, setPlayed] = useState<PlayedState & { readonly change: string }>({ change: '' })
  const wanted = useRef(change)
  wanted.current = change
  useEffect(() => {
    const set = (outcome: PlayedState): void => {
      if (wanted.current === change) setPlayed({ change, ...outcome })
    }
    play(lesson, seed, change).then(
      scene => set({ scene }),
      (error: unknown) => set({ failed: String(error) }),
    )
  }, [lesson, seed, change])
  return played.change === change ? played : {}
}

/** Runs are kept while they may be looked at again. */
const kept = new Map<string, Promise<Scene>>()
const MOST_KEPT = 12

const play = (lesson: Lesson, seed: number, change: string): Promise<Scene> => {
  const key = `${lesson.id} ${seed} ${change}`
  const run = kept.get(key) ?? lesson.play(stage, { seed, change })
  kept.delete(key)
  kept.set(key, run)
  for (const oldest of kept.keys()) if (kept.size > MOST_KEPT) kept.delete(oldest)
  return run
}

export const sayStep = (state: State, texts: LessonWords, scene: Scene, step: number): void => {
  const { name } = scene.steps[step - 1]!
  state.say(told(texts.steps[name]!, factsOf(scene)))
}
