/** One question. Nothing here knows the answer: it is run, and the run is asked. */
import type { FunctionComponent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Facts, Lesson, LessonWords, Stage } from '../../lessons/lesson.ts'
import { type Checked, check } from '../../lessons/play.ts'
import { factsOf } from '../../lessons/told.ts'
import { type Frame, Told } from './lesson.tsx'

export interface QuestionProps {
  readonly lesson: Lesson
  readonly stage: Stage
  readonly seed: number
  readonly texts: LessonWords
  readonly facts: Facts
  readonly frame: Frame
  /** From the address: what was answered before. */
  readonly given: string | undefined
  answered(given: string, checked: Checked): void
}

export const Question: FunctionComponent<QuestionProps> = props => {
  const { lesson, stage, seed, texts, facts, frame, given } = props
  const [picked, setPicked] = useState(given ?? '')
  const [busy, setBusy] = useState(false)
  const [checked, setChecked] = useState<Checked>()
  const answer = useRef<HTMLParagraphElement>(null)
  // An address that holds an answer shows what came of it.
  useEffect(() => {
    if (given !== undefined) void check(lesson, stage, seed, given).then(setChecked)
  }, [])
  const submit = (event: Event): void => {
    event.preventDefault()
    if (picked.trim() === '' || busy) return
    setBusy(true)
    void check(lesson, stage, seed, picked)
      .then(found => {
        setChecked(found)
        if (found !== undefined) props.answered(picked, found)
      })
      .finally(() => setBusy(false))
  }
  useEffect(() => {
    if (checked !== undefined && !busy && document.activeElement?.closest('.ask') !== null) answer.current?.focus()
  }, [checked, busy])
  return (
    <form class="ask" onSubmit={submit}>
      <h2>{frame.question}</h2>
      <p class="asked" id="asked">
        <Told text={texts.question} facts={facts} />
      </p>
      {lesson.question.kind === 'choosing' ? (
        <fieldset class="choices" aria-labelledby="asked">
          {lesson.question.choices.map(({ name }) => (
            <label key={name}>
              <input
                type="radio"
                name="answer"
                value={name}
                checked={picked === name}
                onChange={() => setPicked(name)}
              />
              <span>
                <Told text={texts.choices[name] ?? ''} facts={facts} />
              </span>
            </label>
          ))}
        </fieldset>
      ) : (
        <label class="write">
          <span>{frame.yours}</span>
          <input
            class="entry"
            name="answer"
            value={picked}
            inputMode={lesson.question.asks === 'number' ? 'numeric' : 'text'}
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            onInput={event => setPicked(event.currentTarget.value)}
          />
        </label>
      )}
      <button class="button" type="submit">
        {busy ? frame.checking : frame.check}
      </button>
      {checked === undefined ? null : (
        <p class="answer" ref={answer} tabIndex={-1} data-choice={checked.choice}>
          <b class={checked.right ? 'good' : 'bad'}>
            {checked.right ? '✓ ' : '✗ '}
            {checked.right ? frame.right : frame.wrong}
          </b>{' '}
          <Told text={texts.answers[checked.choice] ?? ''} facts={factsOf(checked.scene)} />
        </p>
      )}
    </form>
  )
}
