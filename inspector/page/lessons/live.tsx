/** The run of a lesson: what was changed in it, its steps, and what is drawn at the step that is open. */
import type { FunctionComponent } from 'preact'
import type { LessonWords, Scene } from '../../lessons/lesson.ts'
import { factsOf } from '../../lessons/told.ts'
import type { Words } from '../../words/index.ts'
import type { State } from '../state.ts'
import { DrawingView } from './drawing.tsx'
import { type Frame, sayStep, Told } from './lesson.tsx'

export interface LiveProps {
  readonly scene: Scene | undefined
  readonly failed: string | undefined
  /** From 1. */
  readonly step: number
  readonly change: string
  readonly changes: readonly string[]
  readonly seed: number
  readonly texts: LessonWords
  readonly words: Words
  readonly frame: Frame
  readonly state: State
}

export const Live: FunctionComponent<LiveProps> = props => {
  const { scene, failed, step, change, changes, seed, texts, frame, state } = props
  return (
    <section class="live" aria-label={frame.changes}>
      {changes.length > 1 ? (
        <fieldset class="changes">
          <legend class="unseen">{frame.changes}</legend>
          {changes.map(each => (
            <label key={each}>
              <input
                type="radio"
                name="change"
                value={each}
                checked={each === change}
                onChange={() => state.go({ own: { change: each, lstep: undefined } })}
              />
              <span class="tab">{texts.changes[each]}</span>
            </label>
          ))}
        </fieldset>
      ) : null}
      {scene === undefined ? (
        <p class="playing">{failed === undefined ? frame.playing : `${frame.broken}: ${failed}`}</p>
      ) : (
        <Steps {...props} scene={scene} step={step} />
      )}
      <p class="run">
        <span class="quiet">{frame.seed(seed)}</span>
        <button
          type="button"
          class="plain"
          onClick={() => state.go({ own: { seed: `${seed + 1}`, lstep: undefined, answer: undefined } })}
        >
          {frame.another}
        </button>
        {scene?.file === undefined ? null : (
          <button type="button" class="button" onClick={() => save(scene.file!)}>
            {frame.save(scene.file.name)}
          </button>
        )}
      </p>
      <p class="quiet small">{frame.note}</p>
    </section>
  )
}

const Steps: FunctionComponent<LiveProps & { readonly scene: Scene }> = ({
  scene,
  step,
  texts,
  words,
  frame,
  state,
}) => {
  const { steps } = scene
  const facts = factsOf(scene)
  const now = steps[step - 1]!
  const timeless = steps.every(({ at }) => at === undefined)
  const go = (to: number): void => {
    state.go({ own: { lstep: `${to}` } }, 'replace')
    sayStep(state, texts, scene, to)
  }
  return (
    <>
      <div class="stepper">
        <button type="button" class="button" disabled={step === 1} onClick={() => go(step - 1)}>
          ‹ {frame.back}
        </button>
        <button type="button" class="button main" onClick={() => go(step === steps.length ? 1 : step + 1)}>
          {step === steps.length ? frame.start : `${frame.next} ›`}
        </button>
        <span class="quiet">{frame.step(step, steps.length)}</span>
      </div>
      <p class="now" aria-hidden="true">
        <Told text={texts.steps[now.name]!} facts={facts} />
      </p>
      <div class="drawings">
        {now.drawings.map((drawing, i) => (
          <DrawingView key={i} drawing={drawing} labels={texts.labels} words={words} frame={frame} />
        ))}
      </div>
      <ol class={timeless ? 'steps timeless' : 'steps'} aria-label={frame.steps}>
        {steps.slice(0, step).map(({ name, at }, i) => (
          <li key={name} aria-current={i + 1 === step ? 'step' : undefined}>
            <button type="button" onClick={() => go(i + 1)}>
              <span>{i + 1}</span>
              {timeless ? null : <span class="at">{at === undefined ? '' : words.page.milliseconds(at)}</span>}
              <span>
                <Told text={texts.steps[name]!} facts={facts} />
              </span>
            </button>
          </li>
        ))}
      </ol>
    </>
  )
}

const save = ({ name, bytes }: NonNullable<Scene['file']>): void => {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([bytes.slice()], { type: 'application/octet-stream' }))
  link.download = name
  link.click()
  URL.revokeObjectURL(link.href)
}
