/** The list of changes, each with what to expect, and where on the wire the chosen one strikes. */
import type { FunctionComponent } from 'preact'
import type { Run } from '../../model/run.ts'
import { choices, type Group } from '../../runs/changes.table.ts'
import type { Change } from '../../runs/plan.ts'
import type { Words } from '../../words/index.ts'
import type { Chosen } from './chosen.ts'
import { Place } from './where.tsx'

const GROUPS: readonly Group[] = ['wire', 'certificate', 'offer', 'middle', 'plain', 'server']

export interface FormProps {
  readonly before: Run
  readonly chosen: Chosen
  readonly busy: boolean
  readonly words: Words
  choose(change: Change): void
  play(change: Change): void
}

export const Form: FunctionComponent<FormProps> = props => {
  const { chosen, busy, words, play } = props
  const { tryIt } = words
  return (
    <form
      class="try-changes"
      onSubmit={event => {
        event.preventDefault()
        if (!busy) play(chosen.change)
      }}
    >
      <fieldset>
        <legend class="unseen">{tryIt.title}</legend>
        {GROUPS.map(group => (
          <details key={group} name="changes" open={group === chosen.choice.group}>
            <summary>{tryIt.groups[group]}</summary>
            <Options {...props} group={group} />
          </details>
        ))}
      </fieldset>
      <p>
        <button type="submit" class="button main" aria-disabled={busy}>
          {busy ? tryIt.running : tryIt.run}
        </button>
      </p>
    </form>
  )
}

const Options: FunctionComponent<FormProps & { readonly group: Group }> = ({
  group,
  before,
  chosen,
  words,
  choose,
}) => {
  const { tryIt } = words
  return (
    <>
      {choices
        .filter(choice => choice.group === group)
        .map(({ id, change }) => {
          const { name, what, expect } = tryIt.changes[id]
          const isChosen = id === chosen.choice.id
          return (
            <div key={id} class={isChosen ? 'try-change chosen' : 'try-change'}>
              <label>
                <input
                  type="radio"
                  name="change"
                  value={id}
                  checked={isChosen}
                  onChange={() => choose(change(before))}
                />
                <span>
                  <b>{name}</b>
                  <small>{what}</small>
                  <small>
                    {tryIt.expect}
                    {words.page.colon}
                    {expect}
                  </small>
                </span>
              </label>
              {isChosen ? <Place before={before} change={chosen.change} words={words} choose={choose} /> : null}
            </div>
          )
        })}
    </>
  )
}
