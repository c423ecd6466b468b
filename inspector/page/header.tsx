/** The line at the top: pages, runs, language, colours. */
import type { FunctionComponent } from 'preact'
import type { Run } from '../model/run.ts'
import { numbered } from '../model/shown.ts'
import { ELSEWHERE } from './captures/captures.tsx'
import { isList, isNoRun } from './captures/place.ts'
import { showHelp } from './help.tsx'
import { lettersOf } from './keyboard.ts'
import { LANGUAGES, type Place, THEMES } from './place.ts'
import { runName } from './run-name.ts'
import { lessons, type PageProps } from './slots.ts'

export const Header: FunctionComponent<PageProps & { readonly run: Run | undefined }> = ({ state, words, run }) => {
  const { place, runs, go } = state
  const { page } = words
  const goTo = (text: string): void => {
    const number = /^#(\d{1,9})$/.exec(text)?.[1]
    const id = run === undefined || number === undefined ? undefined : numbered(run, place.layer, Number(number))
    if (number === undefined) return
    if (id === undefined) {
      state.say(page.noNumber(text))
      return
    }
    go({ sel: id, field: undefined, at: undefined, filter: '' })
    // When the row is drawn.
    requestAnimationFrame(() => document.querySelector<HTMLElement>('.rows [aria-current=true]')?.focus())
  }
  const isExchange = currentOf(place) === 'exchange'
  const letters = lettersOf(place.own)
  return (
    <header class="top">
      <span class="mark">barewire</span>
      <Pages state={state} words={words} />
      {isExchange && runs.length > 0 ? (
        <label class={runs.length < 2 ? 'run alone' : 'run'}>
          <span>{page.run}</span>
          <select
            aria-label={page.run}
            value={run?.id}
            onChange={event => go({ run: event.currentTarget.value, ...ELSEWHERE })}
          >
            {runs.map(run => (
              <option key={run.id} value={run.id}>
                {runName(run, words)}
              </option>
            ))}
          </select>
        </label>
      ) : null}
      <span class="grow" />
      {isExchange ? (
        <label class="wide">
          <span class="unseen">{page.filter}</span>
          <input
            class="entry"
            id="filter"
            type="search"
            placeholder={`${letters['/']} ${page.filterHint}`}
            value={place.filter}
            onKeyDown={event => {
              if (event.key === 'Enter') goTo(event.currentTarget.value)
            }}
            onInput={event => go({ filter: event.currentTarget.value, tab: 'messages' }, 'replace')}
          />
        </label>
      ) : null}
      <label>
        <select
          aria-label={page.language}
          value={place.lang}
          onChange={event => go({ lang: LANGUAGES.find(each => each === event.currentTarget.value) ?? 'en' })}
        >
          {LANGUAGES.map(each => (
            <option key={each} value={each}>
              {page.languages[each]}
            </option>
          ))}
        </select>
      </label>
      <label class="wide least">
        <span>{page.colours}</span>
        <select
          aria-label={page.colours}
          value={place.theme}
          onChange={event => go({ theme: THEMES.find(each => each === event.currentTarget.value) ?? 'auto' })}
        >
          {THEMES.map(each => (
            <option key={each} value={each}>
              {page.themes[each]}
            </option>
          ))}
        </select>
      </label>
      <button
        type="button"
        class="plain wide least"
        onClick={showHelp}
        aria-label={`${letters['?']} ${page.keysHelp}`}
        aria-keyshortcuts={letters['?']}
      >
        {letters['?']} <span>{page.keysHelp}</span>
      </button>
    </header>
  )
}

/** A list of captures or connections is of theirs, whatever the address calls it. */
const currentOf = (place: Place): Place['page'] => (isList(place) && !isNoRun(place) ? 'captures' : place.page)

const Pages: FunctionComponent<PageProps> = ({ state, words }) => {
  const { place, runs, hrefOf } = state
  const { page } = words
  const pages = ['exchange', 'captures', ...(lessons === undefined ? [] : ['lessons' as const])] as const
  const lead: Record<(typeof pages)[number], string> = {
    exchange: hrefOf({
      page: 'exchange',
      ...(isList(place) || isNoRun(place) ? { run: runs.at(-1)?.id, filter: '' } : {}),
    }),
    captures: hrefOf({ page: 'captures', filter: '' }),
    lessons: hrefOf({ page: 'lessons' }),
  }
  return (
    <nav aria-label={page.pages}>
      {pages.map(each => (
        <a key={each} href={lead[each]} aria-current={currentOf(place) === each ? 'page' : undefined}>
          {each === 'captures' ? words.captures.captures : page[each]}
        </a>
      ))}
    </nav>
  )
}
