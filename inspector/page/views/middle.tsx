/** What a third machine between the two tried, and what came of it: played when somebody looks. */
import type { FunctionComponent } from 'preact'
import { useEffect, useState } from 'preact/hooks'
import type { Outcome as AttackOutcome } from '../../../src/lab/attacks/index.ts'
import type { Run } from '../../model/run.ts'
import type { Words } from '../../words/index.ts'

export const MiddlePanel: FunctionComponent<{ readonly run: Run; readonly words: Words }> = ({ run, words }) => {
  const { middle } = words.views
  const seed = run.origin.kind === 'engines' ? run.origin.recipe.seed : undefined
  const [outcomes, setOutcomes] = useState<readonly AttackOutcome[]>([])
  const [isPlaying, setPlaying] = useState(true)
  useEffect(() => {
    let isWanted = seed !== undefined
    const play = async (): Promise<void> => {
      const { playAttacks } = await import('./attacks.ts')
      for await (const outcome of playAttacks(seed ?? 1)) {
        if (!isWanted) return
        setOutcomes(before => [...before, outcome])
      }
      setPlaying(false)
    }
    setOutcomes([])
    setPlaying(isWanted)
    if (isWanted) void play()
    return () => {
      isWanted = false
    }
  }, [seed])
  return (
    <div class="known">
      <h2>{middle.title}</h2>
      <p class="label">{seed === undefined ? middle.noEngines : middle.note}</p>
      {(['https', 'http'] as const).map(over => {
        const played = outcomes.filter(each => each.over === over)
        return played.length === 0 ? null : (
          <section key={over}>
            <h3>{middle.over[over]}</h3>
            <ol class="tried">
              {played.map(outcome => (
                <Tried key={outcome.id} outcome={outcome} words={words} />
              ))}
            </ol>
          </section>
        )
      })}
      {isPlaying ? <p class="quiet">{middle.playing}</p> : null}
    </div>
  )
}

const Tried: FunctionComponent<{ readonly outcome: AttackOutcome; readonly words: Words }> = ({ outcome, words }) => {
  const { id, client, server, learned } = outcome
  const { middle } = words.views
  const failure = client.failure ?? server[0]
  const by = client.failure === undefined ? 'server' : 'client'
  return (
    <li>
      <span class={failure === undefined ? 'bad' : 'good'} aria-hidden="true">
        {failure === undefined ? '✗' : '✓'}
      </span>
      <span>
        <b>{middle.attacks[id] ?? id}</b>
        <br />
        {failure === undefined ? middle.succeeds : middle.refused(by, words.failures.title(failure))}{' '}
        {learned.length === 0 ? null : <span class="quiet">{middle.learned(learned)}</span>}
      </span>
    </li>
  )
}
