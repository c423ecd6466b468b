/** One thing is changed, the exchange is played again, and laid beside the one before. */
import type { FunctionComponent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Run } from '../../model/run.ts'
import { type Plan, planText, readPlan, SCENARIOS, type Scenario } from '../../runs/plan.ts'
import { FIRST, played } from '../plans.ts'
import type { Region, RegionProps, State } from '../state.ts'
import { baseOf, changeKey, chosenOf, readChange } from '../try/chosen.ts'
import { Form } from '../try/form.tsx'
import { AsItGoes, Outcome } from '../try/outcome.tsx'

export const Try: Region = props => {
  const { run, state, words } = props
  const { tryIt } = words
  const base = baseOf(run, FIRST)
  const [before, failed] = useBefore(state, base)
  const [busy, setBusy] = useState(false)
  const [broken, setBroken] = useState<string>()
  const plan = readPlan(run.id)
  const change = readChange(base, state.place.own.change) ?? plan?.change
  const play = (next: Plan): void => {
    setBusy(true)
    setBroken(undefined)
    state.say(tryIt.running)
    played(next)
      .then(after => {
        state.put(after)
        freshly = after.id
        state.go({
          run: after.id,
          tab: 'try',
          sel: undefined,
          field: undefined,
          to: undefined,
          own: { change: undefined },
        })
      })
      .catch((error: unknown) => setBroken(String(error)))
      .finally(() => setBusy(false))
  }
  const problem = broken ?? failed
  return (
    <div class="panel try-it">
      <h1>{tryIt.title}</h1>
      {run.origin.kind === 'engines' ? null : <p class="soft">{tryIt.elsewhere}</p>}
      <Exchange base={base} words={words} busy={busy} play={play} />
      {problem === undefined ? null : (
        <p class="bad" role="alert">
          {words.page.broken}
          {words.page.colon}
          {problem}
        </p>
      )}
      {before === undefined ? (
        <p class="soft">{words.page.waiting}</p>
      ) : (
        <div class="try-sides">
          <Form
            before={before}
            chosen={chosenOf(before, change)}
            busy={busy}
            words={words}
            choose={next => state.go({ own: { change: changeKey(next) } }, 'replace')}
            play={next => play({ ...base, change: next })}
          />
          <After {...props} before={before} isChanged={plan?.change !== undefined} />
        </div>
      )}
    </div>
  )
}

/** The run that was asked for last: its outcome has the focus when it is drawn, and is read out with it. */
let freshly: string | undefined

interface AfterProps extends RegionProps {
  readonly before: Run
  readonly isChanged: boolean
}

const After: FunctionComponent<AfterProps> = ({ isChanged, ...props }) => {
  const { run, words } = props
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (freshly !== run.id) return
    freshly = undefined
    heading.current?.focus()
  }, [run.id])
  return isChanged ? <Outcome {...props} heading={heading} /> : <AsItGoes before={props.before} words={words} />
}

interface ExchangeProps extends Pick<RegionProps, 'words'> {
  readonly base: Plan
  readonly busy: boolean
  play(plan: Plan): void
}

/** Which exchange is changed: its version and its seed. */
const Exchange: FunctionComponent<ExchangeProps> = ({ base, busy, words, play }) => {
  const { tryIt } = words
  const seed = useRef<HTMLInputElement>(null)
  const [scenario, setScenario] = useState<Scenario>(base.scenario)
  return (
    <form
      class="which"
      onSubmit={event => {
        event.preventDefault()
        const plan = readPlan(planText({ scenario, seed: seed.current?.valueAsNumber ?? base.seed }))
        if (plan !== undefined && !busy) play(plan)
      }}
    >
      <label>
        <span>{tryIt.exchange}</span>
        <select
          value={scenario}
          onChange={event => setScenario(SCENARIOS.find(each => each === event.currentTarget.value) ?? base.scenario)}
        >
          {SCENARIOS.map(each => (
            <option key={each} value={each}>
              {tryIt.scenarios[each]}
            </option>
          ))}
        </select>
      </label>
      <label title={tryIt.seedHelp}>
        <span>{tryIt.seed}</span>
        <input class="entry" type="number" min={0} max={4_294_967_295} step={1} required ref={seed} value={base.seed} />
      </label>
      <button type="submit" class="plain" aria-disabled={busy}>
        {tryIt.playIt}
      </button>
    </form>
  )
}

/** The exchange as it goes without the change: played when it is not there yet. */
const useBefore = ({ runs, put }: State, base: Plan): readonly [Run | undefined, string | undefined] => {
  const id = planText(base)
  const before = runs.find(each => each.id === id)
  const [failed, setFailed] = useState<string>()
  const isThere = before !== undefined
  useEffect(() => {
    if (isThere) return
    played(base)
      .then(put)
      .catch((error: unknown) => setFailed(String(error)))
  }, [id, isThere, put])
  return [before, failed]
}
