/** The whole page: the line at the top, and below it an exchange, the connections to choose from, or the lessons. */
import type { FunctionComponent } from 'preact'
import { useEffect } from 'preact/hooks'
import { LIVE } from '../model/live.ts'
import type { Run } from '../model/run.ts'
import { sourceOf } from '../sources/shelf.ts'
import { type Words, wordsOf } from '../words/index.ts'
import { CapturesPage, LiveList, MissingCard } from './captures/captures.tsx'
import { DropAnywhere } from './captures/drop.tsx'
import { capturePlaceOf, isList, isNoRun } from './captures/place.ts'
import { useCaptures } from './captures/use-captures.ts'
import { Exchange } from './exchange.tsx'
import { Header } from './header.tsx'
import type { Place } from './place.ts'
import { usePlans } from './plans.ts'
import { lessons as Lessons, type PageProps } from './slots.ts'
import type { State } from './state.ts'
import { usePage } from './store.ts'

export const App: FunctionComponent = () => {
  const page = usePage()
  const captures = useCaptures(page)
  const state = { ...page, captures }
  const { place } = state
  const words = wordsOf(place.lang)
  useEffect(() => {
    const root = document.documentElement
    root.lang = words.page.htmlLang
    if (place.theme === 'auto') delete root.dataset.theme
    else root.dataset.theme = place.theme
  }, [words, place.theme])
  useBeginning(state)
  const failed = usePlans(state)
  const run = runOf(state)
  const props = { state, words }
  return (
    <>
      <button type="button" class="skip" onClick={() => document.getElementById('panel')?.focus()}>
        {words.page.skip}
      </button>
      <Header {...props} run={run} />
      {place.page === 'lessons' && Lessons !== undefined ? (
        <Lessons {...props} />
      ) : isNoRun(place) ? (
        <main class="captures-page" id="panel" tabIndex={-1}>
          <MissingCard {...props} missing={{ kind: 'no run' }} />
        </main>
      ) : isList(place) ? (
        <CapturesPage {...props} />
      ) : run === undefined ? (
        <Waiting {...props} failed={failed} />
      ) : (
        <Exchange {...props} run={run} />
      )}
      <DropAnywhere {...props} />
    </>
  )
}

/** The chosen one; the first where the address names none, or none that could be here. */
const runOf = ({ runs, place }: Omit<State, 'captures'>): Run | undefined =>
  runs.find(({ id }) => id === place.run) ?? (capturePlaceOf(place.run) === undefined ? runs[0] : undefined)

/** Nothing is there yet, or will be. */
const Waiting: FunctionComponent<PageProps & { readonly failed: string | undefined }> = props => {
  const { state, words, failed } = props
  const { all, missing, opening } = state.captures
  const at = capturePlaceOf(state.place.run)
  const isLive = sourceOf(document) === 'live' && (at === undefined || at.id === LIVE)
  if (isLive && state.captures.live !== undefined)
    return (
      <main class="captures-page" id="panel" tabIndex={-1}>
        <LiveList {...props} live={state.captures.live} />
      </main>
    )
  if (missing !== undefined)
    return (
      <main class="captures-page">
        <MissingCard {...props} missing={missing} />
      </main>
    )
  const text = isLive
    ? words.captures.live.connecting
    : at !== undefined
      ? openingText(opening ?? 0, all.find(({ id }) => id === at.id)?.progress, words)
      : failed === undefined
        ? sourceOf(document) === 'engines'
          ? words.page.waiting
          : words.captures.title
        : words.page.broken
  return (
    <main class="panel">
      <h1>{text}</h1>
      {failed === undefined ? null : <p class="bad">{failed}</p>}
    </main>
  )
}

/** Before the first record is there, how much of the file was read for it. */
const openingText = (records: number, part: number | undefined, { captures }: Words): string =>
  records === 0 && part !== undefined ? captures.reading(part) : captures.opening(records)

/** Where the address says nothing, the page opens on what it was opened for. */
const useBeginning = (state: State): void => {
  const { place, go, captures } = state
  const run = place.run === undefined && place.page === 'exchange' ? firstOf(captures) : undefined
  useEffect(() => {
    if (run !== undefined) go(run, 'replace')
  }, [run?.run, run?.page])
}

const firstOf = ({ all, isListed, live }: State['captures']): Pick<Place, 'run' | 'page'> | undefined => {
  const source = sourceOf(document)
  if (source === 'live') {
    const isOne = live?.live.isOne
    if (live === undefined || isOne === undefined) return undefined
    return { page: 'exchange', run: isOne && live.live.count <= MOST_AS_ONE ? `${LIVE}/0` : LIVE }
  }
  if (source === 'engines' || !isListed) return undefined
  const [first] = all
  // Runs that are kept are chosen from; a capture that the page is about is its first.
  return first === undefined || first.date !== undefined
    ? { page: 'captures', run: undefined }
    : { page: 'exchange', run: first.id }
}

/** Connections that are one exchange: a request and where it was led. */
const MOST_AS_ONE = 4
