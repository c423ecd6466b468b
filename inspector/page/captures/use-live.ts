/** The run that goes on, as its command says it: read as it comes, drawn as often as drawing it allows. */
import { useEffect, useRef, useState } from 'preact/hooks'
import { LIVE, Live } from '../../model/live.ts'
import { linesAt } from '../../sources/served.ts'
import type { SourceName } from '../../sources/shelf.ts'
import type { State } from '../state.ts'
import { capturePlaceOf } from './place.ts'
import type { LiveState } from './types.ts'

/** Milliseconds between two drawings; more where one takes long. */
const LEAST = 250
/** A page that draws all the time answers nobody. */
const SHARE = 4
/** Milliseconds until the feed is asked for again. */
const AGAIN = [500, 1000, 2000, 5000]

type Page = Pick<State, 'place' | 'put'>

export const useLive = (source: SourceName, page: Page): LiveState | undefined => {
  const [state, setState] = useState<LiveState | undefined>(undefined)
  const latest = useRef(page)
  latest.current = page
  useEffect(() => {
    if (source !== 'live') return
    const leaving = new AbortController()
    void following(leaving.signal, setState)
    return () => leaving.abort()
  }, [source])
  const at = capturePlaceOf(page.place.run)
  const number = state === undefined || (at !== undefined && at.id !== LIVE) ? undefined : (at?.number ?? 0)
  const version = state?.version
  useEffect(() => {
    if (state === undefined || number === undefined) return
    const run = state.live.run(number)
    if (run !== undefined) latest.current.put(run)
  }, [state, number, version])
  return state
}

const following = async (signal: AbortSignal, tell: (state: LiveState) => void): Promise<void> => {
  let version = 0
  let live = new Live()
  tell({ live, link: 'connecting', version })
  for (let attempt = 0; !signal.aborted; attempt++) {
    const next = new Live()
    let link: LiveState['link'] = attempt === 0 ? 'open' : 'again'
    const draw = drawing(() => {
      live = next
      tell({ live, link, version: ++version })
    })
    try {
      for await (const lines of linesAt('feed', signal)) {
        next.take(lines)
        if (next.head !== undefined) attempt = 0
        if (next.ended) link = 'ended'
        draw.soon()
      }
    } catch {
      // The same as an end in the middle: it is said below.
    }
    draw.stop()
    if (next.head !== undefined) live = next
    if (signal.aborted) return
    tell({ live, link: next.ended ? 'ended' : 'lost', version: ++version })
    if (next.ended) return
    await new Promise(resolve => setTimeout(resolve, AGAIN[Math.min(attempt, AGAIN.length - 1)]))
  }
}

/** Calls `draw` at once and then no more often than it leaves the page time for others. */
const drawing = (draw: () => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined
  let next = 0
  const now = (): void => {
    timer = undefined
    const before = performance.now()
    draw()
    requestAnimationFrame(() => {
      next = performance.now() + Math.max(LEAST, SHARE * (performance.now() - before))
    })
    next = before + LEAST
  }
  return {
    soon(): void {
      timer ??= setTimeout(now, Math.max(0, next - performance.now()))
    },
    stop(): void {
      clearTimeout(timer)
    },
  }
}
