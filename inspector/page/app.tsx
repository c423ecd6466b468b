/** The whole page: the line at the top, and below it the exchange or the lessons. */
import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Run } from '../model/run.ts'
import { wordsOf } from '../words/index.ts'
import { Exchange } from './exchange.tsx'
import { Header } from './header.tsx'
import { usePlans } from './plans.ts'
import { lessons as Lessons } from './slots.ts'
import type { State } from './state.ts'
import { usePage } from './store.ts'

export const App: FunctionComponent = () => {
  const state = usePage()
  const { place } = state
  const words = wordsOf(place.lang)
  const failed = usePlans(state)
  useEffect(() => {
    const root = document.documentElement
    root.lang = words.page.htmlLang
    if (place.theme === 'auto') delete root.dataset.theme
    else root.dataset.theme = place.theme
  }, [words, place.theme])
  const run = runOf(state)
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('panel')?.focus()}>
        {words.page.skip}
      </button>
      <Header state={state} words={words} run={run} />
      {place.page === 'lessons' && Lessons !== undefined ? (
        <Lessons state={state} words={words} />
      ) : run === undefined ? (
        <main class="panel">
          <h1>{failed === undefined ? words.page.waiting : words.page.broken}</h1>
          {failed === undefined ? null : <p class="bad">{failed}</p>}
        </main>
      ) : (
        <Exchange run={run} state={state} words={words} />
      )}
    </>
  )
}

/** The chosen one; the first where the address names none, or one that is not here. */
const runOf = ({ runs, place }: State): Run | undefined => runs.find(({ id }) => id === place.run) ?? runs[0]
