/** The ladder: an ordered list of messages, each a button at its sender's side, with two lifelines drawn through it. */
import type { FunctionComponent } from 'preact'
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { Row } from '../../model/rows.ts'
import type { Words } from '../../words/index.ts'
import { type Heights, reveal, useWindow, WHOLE } from '../window-list.ts'
import { LadderRow } from './row.tsx'

export interface LadderProps {
  readonly rows: readonly Row[]
  /** What was left out, in words. */
  readonly notes: readonly string[]
  readonly chosen: number
  readonly label: string
  readonly words: Words
  readonly ends: readonly [left: string, right: string]
  /** What those without keys see stands in a lane of its own. */
  readonly blind?: { readonly title: string; readonly ends: readonly [left: string, right: string] } | undefined
  readonly onChoose: (index: number) => void
}

/** What a row says to those who cannot see it needs names. */
export const Ladder: FunctionComponent<LadderProps> = props => {
  const { rows, notes, chosen, label, words, ends, blind, onChoose } = props
  const list = useRef<HTMLOListElement>(null)
  const heights = useHeights(rows, list)
  const { first, last } = useWindow(list, heights)
  const isWhole = rows.length <= WHOLE
  useEffect(() => {
    if (list.current !== null && chosen >= 0) reveal(list.current, heights, chosen, HEAD)
  }, [chosen, heights])
  useFocusFollows(list, chosen)
  // The chosen row stays in the document, wherever it is: focus must not be lost by scrolling.
  const drawn = indices(first, last, isWhole ? -1 : chosen)
  return (
    <div class={blind === undefined ? 'ladder' : 'ladder double'}>
      <div class="ladder-head" aria-hidden="true">
        <span>{words.page.ms}</span>
        <span class="ends first">
          <b class="client">{ends[0]}</b>
          {blind === undefined ? null : <span>{words.page.viewOf(ends[0])}</span>}
          <b class="server">{ends[1]}</b>
        </span>
        {blind === undefined ? null : (
          <span class="ends">
            <b class="client">{blind.ends[0]}</b>
            <span>{blind.title}</span>
            <b class="server">{blind.ends[1]}</b>
          </span>
        )}
        <span>{words.page.bytes}</span>
      </div>
      <ol
        class={isWhole ? 'rows' : 'rows windowed'}
        aria-label={label}
        ref={list}
        style={isWhole ? undefined : { height: `${String(heights.at(rows.length))}px` }}
      >
        {drawn.map(index => {
          const row = rows[index]!
          return (
            <li
              key={`${String(row.id)} ${String(row.at)}`}
              class={classOf(row)}
              aria-setsize={rows.length}
              aria-posinset={index + 1}
              style={isWhole ? undefined : { '--top': `${String(heights.at(index))}px` }}
            >
              <LadderRow
                row={row}
                chosen={index === chosen}
                stop={index === Math.max(chosen, 0)}
                ends={ends}
                words={words}
                blind={blind !== undefined}
                onChoose={() => onChoose(index)}
              />
            </li>
          )
        })}
      </ol>
      {rows.length === 0 ? <p class="note">{words.page.nothing}</p> : null}
      {notes.map(note => (
        <p key={note} class="note">
          {note}
        </p>
      ))}
    </div>
  )
}

/** Pixels that the head covers. */
const HEAD = 28

const classOf = ({ follows, folded, problem }: Row): string =>
  [follows ? '' : 'flight', folded ? 'folded' : '', problem ? 'problem' : ''].filter(Boolean).join(' ')

const indices = (first: number, last: number, besides: number): readonly number[] => {
  const all = Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i)
  if (besides < 0 || (besides >= first && besides < last)) return all
  return besides < first ? [besides, ...all] : [...all, besides]
}

/** Rows are all alike, but the first of a flight has some air above it. Measured, because letters may be larger. */
const useHeights = (rows: readonly Row[], list: { readonly current: HTMLElement | null }): Heights => {
  const [[plain, flight], setSizes] = useState<readonly [plain: number, flight: number]>([31, 38])
  useLayoutEffect(() => {
    const heightOf = (selector: string): number => list.current?.querySelector<HTMLElement>(selector)?.offsetHeight ?? 0
    const found = [heightOf('li:not(.flight)') || plain, heightOf('li.flight:not(:first-child)') || flight] as const
    if (found[0] !== plain || found[1] !== flight) setSizes(found)
  })
  return useMemo(() => {
    const flights = new Uint32Array(rows.length + 1)
    for (const [i, { follows }] of rows.entries()) flights[i + 1] = flights[i]! + (follows ? 0 : 1)
    return { count: rows.length, at: row => row * plain + flights[row]! * (flight - plain) }
  }, [rows, plain, flight])
}

/** With the keys the choice moves, and focus with it. */
const useFocusFollows = (list: { readonly current: HTMLElement | null }, chosen: number): void => {
  useEffect(() => {
    const active = document.activeElement
    if (list.current === null || active === null || !list.current.contains(active)) return
    list.current.querySelector<HTMLElement>('[aria-current=true]')?.focus({ preventScroll: true })
  }, [list, chosen])
}
