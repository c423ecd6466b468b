/** What came of a change: the verdict, both runs on one scale of time, and the rows that differ. */
import type { FunctionComponent, Ref } from 'preact'
import { useEffect, useMemo, useState } from 'preact/hooks'
import { diffWordsOf } from '../../../src/explain/diff-words.ts'
import type { Comparison } from '../../../src/inspect/compare/types.ts'
import { barOf } from '../../model/bar.ts'
import { type DifferenceRow, differenceOf } from '../../model/difference.ts'
import { heardIn } from '../../model/heard.ts'
import { outcomeOf } from '../../model/outcome.ts'
import type { Run } from '../../model/run.ts'
import { type Scene, sceneOf } from '../../model/scene.ts'
import { cardOf } from '../../model/trouble.ts'
import type { Words } from '../../words/index.ts'
import { Lane } from '../ladder/row.tsx'
import type { RegionProps } from '../state.ts'
import { BarLine } from '../verdict/time-bar.tsx'
import { Headline } from '../verdict/verdict.tsx'

interface OutcomeProps extends RegionProps {
  readonly before: Run
  readonly heading: Ref<HTMLHeadingElement>
}

export const Outcome: FunctionComponent<OutcomeProps> = ({ run, before, state, words, heading }) => {
  const { tryIt } = words
  const [was, is] = [sceneOf(before), sceneOf(run)]
  const comparison = useComparison(before, run)
  const outcome = outcomeOf(is)
  const rows = useMemo(
    () => differenceOf(was, is, comparison, diffWordsOf(words.language)),
    [was, is, comparison, words.language],
  )
  const address = state.hrefOf({ run: run.id, tab: 'try', own: { change: undefined } })
  return (
    <section class="try-outcome" aria-labelledby="outcome">
      <h2 id="outcome" tabIndex={-1} ref={heading} class={outcome.kind === 'failed' ? 'bad' : undefined}>
        <Headline outcome={outcome} scene={is} words={words} />
      </h2>
      <p class="repeat">
        <span class="label">{tryIt.repeat}</span>{' '}
        <a class="mono" href={address}>
          #run={run.id}
        </a>
      </p>
      {outcome.kind === 'failed' ? <p class="told">{cardOf(outcome.trouble, is, words.failures).says}</p> : null}
      {run.parties.third === undefined ? null : <Overheard scene={is} words={words} />}
      <Beside scenes={[was, is]} words={words} />
      <h3 class="label">{tryIt.differs}</h3>
      <Differences rows={rows} run={run} words={words} />
    </section>
  )
}

const COMPARISONS = new WeakMap<Run, WeakMap<Run, Comparison | 'none'>>()

/** Found by the engines, which are here already; the rows do not wait for it. */
const useComparison = (before: Run, after: Run): Comparison | undefined => {
  const known = COMPARISONS.get(before)?.get(after)
  const [, setDone] = useState(0)
  useEffect(() => {
    if (known !== undefined) return
    let isWanted = true
    void import('../engines.ts').then(({ compareRuns }) => {
      const own = COMPARISONS.get(before) ?? new WeakMap<Run, Comparison | 'none'>()
      COMPARISONS.set(before, own.set(after, compareRuns(before, after) ?? 'none'))
      if (isWanted) setDone(count => count + 1)
    })
    return () => {
      isWanted = false
    }
  }, [before, after, known])
  return known === 'none' ? undefined : known
}

/** The exchange as it goes, where nothing was changed yet. */
export const AsItGoes: FunctionComponent<{ readonly before: Run; readonly words: Words }> = ({ before, words }) => {
  const scene = sceneOf(before)
  return (
    <section class="try-outcome" aria-labelledby="outcome">
      <h2 id="outcome" tabIndex={-1}>
        <Headline outcome={outcomeOf(scene)} scene={scene} words={words} />
      </h2>
      <p class="told">{words.tryIt.choose}</p>
      <Beside scenes={[scene]} words={words} />
    </section>
  )
}

/** One below the other, on one scale of time. */
const Beside: FunctionComponent<{ readonly scenes: readonly Scene[]; readonly words: Words }> = ({ scenes, words }) => {
  const { tryIt } = words
  const bars = scenes.map(barOf)
  const scale = Math.max(...bars.map(bar => bar.scale))
  return (
    <dl class="try-beside">
      {[tryIt.before, tryIt.after].slice(0, bars.length).map((label, i) => (
        <div key={label}>
          <dt class="label">{label}</dt>
          <dd>
            {bars[i]!.lines.map(({ origin, segments }) => (
              <BarLine
                key={origin}
                label={`${label}${words.page.colon}${words.page.bar}`}
                segments={segments}
                bar={{ ...bars[i]!, scale }}
                words={words}
                blind={false}
              />
            ))}
          </dd>
        </div>
      ))}
    </dl>
  )
}

/** Whoever sat between the two, and what came by there in the clear. */
const Overheard: FunctionComponent<{ readonly scene: Scene; readonly words: Words }> = ({ scene, words }) => {
  const { tryIt } = words
  const { requests, cookies, forms } = heardIn(scene).read
  const all = [...requests, ...forms, ...cookies]
  return (
    <dl class="try-overheard">
      <dt class="label">{tryIt.inMiddle}</dt>
      {all.length === 0 ? <dd>{tryIt.readNothing}</dd> : null}
      {[...new Set(all)].map(text => (
        <dd key={text} class="mono bad">
          {text}
        </dd>
      ))}
    </dl>
  )
}

interface DifferencesProps {
  readonly rows: readonly DifferenceRow[]
  readonly run: Run
  readonly words: Words
}

const Differences: FunctionComponent<DifferencesProps> = ({ rows, run, words }) => {
  const { page, tryIt } = words
  const { client, server, third } = run.parties
  if (rows.every(({ kind }) => kind === 'same')) return <p class="soft">{tryIt.nothing}</p>
  return (
    <div class="ladder differences">
      <div class="ladder-head" aria-hidden="true">
        <span />
        <span>{page.ms}</span>
        <span class="ends">
          <b class="client">{client.name}</b>
          <b class="server">{third?.name ?? server.name}</b>
        </span>
        <span>{page.bytes}</span>
      </div>
      <ol class="rows" aria-label={tryIt.differs}>
        {rows.map((row, i) => (
          <li key={i} class={row.kind}>
            {row.kind === 'same' ? tryIt.same(row.count) : <Differing row={row} words={words} />}
          </li>
        ))}
      </ol>
    </div>
  )
}

const SIGNS = { gone: '−', new: '+', changed: '~' } as const

const Differing: FunctionComponent<{
  readonly row: Exclude<DifferenceRow, { kind: 'same' }>
  readonly words: Words
}> = ({ row: { row, kind, ...more }, words }) => {
  const { page, tryIt } = words
  const said = { gone: tryIt.gone, new: tryIt.fresh, changed: tryIt.changed }[kind]
  const was = 'was' in more ? more.was : undefined
  return (
    <>
      <div class="message-row">
        <span class="mark">
          <span aria-hidden="true">{SIGNS[kind]}</span>
          <span class="unseen">
            {said}
            {page.colon}
          </span>
        </span>
        <span class="ms">{page.time(row.at)}</span>
        <Lane row={row} words={words} />
        <span class="size">
          {was === undefined || was.bytes === row.bytes
            ? page.size(row.bytes)
            : `${was.bytes} → ${page.size(row.bytes)}`}
        </span>
      </div>
      {'fields' in more && more.fields.length > 0 ? (
        <ul class="fields">
          {more.fields.map(({ field, before, after }) => (
            <li key={field}>{tryIt.wasAt(field, before, after)}</li>
          ))}
        </ul>
      ) : null}
    </>
  )
}
