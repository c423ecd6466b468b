/** The lessons: which there are, and the one that is open. The lessons themselves bring the engines and are fetched here. */
import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import { CHAPTERS, type LessonId } from '../../lessons/chapters.ts'
import { frame as english } from '../../words/en/lessons/frame.ts'
import { frame as chinese } from '../../words/zh/lessons/frame.ts'
import type { PageProps } from '../slots.ts'
import type { LessonProps } from './lesson.tsx'
import './lessons.css'

const FRAMES = { en: english, zh: chinese }
const ALL: readonly LessonId[] = CHAPTERS.flatMap(({ lessons }): readonly LessonId[] => lessons)
/** A link may hold any number; this one is good for a first look. */
const FIRST_SEED = 7
const MOST_SEED = 999_999

export const Lessons: FunctionComponent<PageProps> = ({ state, words }) => {
  const frame = FRAMES[words.language]
  const book = useBook()
  const { own } = state.place
  const id = ALL.find(each => each === own.lesson) ?? ALL[0]!
  const seed = /^[1-9]\d*$/.test(own.seed ?? '') ? Math.min(Number(own.seed), MOST_SEED) : FIRST_SEED
  const titles = book?.lessonTexts[words.language]
  return (
    <main class="lesson" id="panel" tabIndex={-1}>
      <nav class="chapters" aria-label={frame.chapters}>
        <details open={!matchMedia('(max-width: 720px)').matches}>
          <summary>{frame.chapters}</summary>
          <ol>
            {CHAPTERS.map(({ id: chapter, lessons }, i) => (
              <li key={chapter}>
                <span class="number">{i + 1}</span>
                <span class="name">
                  <a
                    href={state.hrefOf(placeOf(lessons[0], seed))}
                    aria-current={lessons.some(each => each === id) ? 'true' : undefined}
                  >
                    {frame.chapter[chapter]}
                  </a>
                  {titles !== undefined && lessons.length > 1 && lessons.some(each => each === id) ? (
                    <ol>
                      {lessons.map(each => (
                        <li key={each}>
                          <a href={state.hrefOf(placeOf(each, seed))} aria-current={each === id ? 'page' : undefined}>
                            {titles[each].title}
                          </a>
                        </li>
                      ))}
                    </ol>
                  ) : null}
                </span>
              </li>
            ))}
          </ol>
        </details>
      </nav>
      {book === undefined ? (
        <article class="prose">
          <h1>{frame.loading}</h1>
        </article>
      ) : (
        <book.LessonView
          key={`${id} ${seed}`}
          id={id}
          seed={seed}
          state={state}
          words={words}
          frame={frame}
          after={next(id)}
        />
      )}
    </main>
  )
}

const next = (id: LessonId): LessonId | undefined => ALL[ALL.indexOf(id) + 1]

/** A lesson from its beginning. */
export const placeOf = (lesson: LessonId, seed: number) => ({
  page: 'lessons' as const,
  own: { lesson, seed: `${seed}`, lstep: undefined, change: undefined, answer: undefined },
})

interface Book {
  readonly LessonView: FunctionComponent<LessonProps>
  readonly lessonTexts: typeof import('../../words/lessons.ts').lessonTexts
}
let fetched: Book | undefined

const useBook = (): Book | undefined => {
  const [book, setBook] = useState(fetched)
  useEffect(() => {
    if (book === undefined)
      void import('./lesson.tsx').then(({ LessonView, lessonTexts }) => {
        fetched = { LessonView, lessonTexts }
        setBook(fetched)
      })
  }, [book])
  return book
}
