/** The state of the page: the place in the address, and the runs that there are. */
import { useCallback, useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Run } from '../model/run.ts'
import { LANGUAGES, moved, type Place, type PlaceChange, readPlace, START, writePlace } from './place.ts'
import type { State } from './state.ts'

/** In the language that whoever wrote the page has chosen, or in that of the browser, as far as it is spoken here. */
const start = (): Place => {
  const chosen = document.querySelector('meta[name=barewire-language]')?.getAttribute('content') ?? navigator.language
  return { ...START, lang: LANGUAGES.find(each => chosen.toLowerCase().startsWith(each)) ?? START.lang }
}

export const usePage = (): Omit<State, 'captures'> => {
  const begin = useMemo(start, [])
  const [place, setPlace] = useState(() => readPlace(location.hash, begin))
  const [runs, setRuns] = useState<readonly Run[]>([])
  /** What another call in the same turn changed is here already. */
  const latest = useRef(place)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  useEffect(() => {
    const read = (): void => {
      clearTimeout(timer.current)
      latest.current = readPlace(location.hash, begin)
      setPlace(latest.current)
    }
    addEventListener('popstate', read)
    return () => removeEventListener('popstate', read)
  }, [begin])
  const write = (how: 'push' | 'replace'): void => {
    clearTimeout(timer.current)
    const address = `#${writePlace(latest.current, begin)}`
    if (address !== location.hash) history[how === 'push' ? 'pushState' : 'replaceState'](null, '', address)
  }
  const go: State['go'] = (change, how = 'push') => {
    latest.current = moved(latest.current, change)
    setPlace(latest.current)
    // Browsers let an address change some twenty times a second, and a slider moves more often.
    if (how === 'push') write('push')
    else {
      clearTimeout(timer.current)
      timer.current = setTimeout(write, SETTLED, 'replace')
    }
  }
  const put = useCallback((run: Run): void => {
    setRuns(before =>
      before.some(({ id }) => id === run.id) ? before.map(each => (each.id === run.id ? run : each)) : [...before, run],
    )
  }, [])
  const drop = useCallback((isOld: (run: Run) => boolean): void => {
    setRuns(before => (before.some(isOld) ? before.filter(run => !isOld(run)) : before))
  }, [])
  const hrefOf = (change: PlaceChange): string => `#${writePlace(moved(place, change), begin)}`
  return { place, runs, go, hrefOf, put, drop, say }
}

/** Milliseconds after which an address that only moves is written. */
const SETTLED = 200

/** The line outlives every drawing of the page: what is said must not be lost when a region goes. */
const say = (text: string): void => {
  document.getElementById('status')!.textContent = text
}
