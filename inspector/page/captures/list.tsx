/** Connections to choose from, a line each: whether it went well, who, how, how long, and what came of it. */
import type { FunctionComponent } from 'preact'
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks'
import { endText, type ListedRow, rowsWith } from '../../model/contents.ts'
import type { Words } from '../../words/index.ts'
import { evenHeights, useWindow, WHOLE } from '../window-list.ts'

export interface ListProps {
  readonly rows: readonly ListedRow[]
  readonly words: Words
  readonly filter: string
  hrefOf(row: ListedRow): string
  onFilter(text: string): void
}

export const List: FunctionComponent<ListProps> = ({ rows, words, filter, hrefOf, onFilter }) => {
  const { captures, page } = words
  const shown = useMemo(() => rowsWith(rows, filter, row => textOf(row, words)), [rows, filter, words])
  const list = useRef<HTMLOListElement>(null)
  const [height, setHeight] = useState(44)
  useLayoutEffect(() => {
    const found = list.current?.querySelector<HTMLElement>('li')?.offsetHeight ?? 0
    if (found > 0 && found !== height) setHeight(found)
  })
  const heights = useMemo(() => evenHeights(shown.length, height), [shown.length, height])
  const { first, last } = useWindow(list, heights)
  const isWhole = shown.length <= WHOLE
  return (
    <section class="connections" aria-label={captures.list}>
      <label class="list-filter">
        <span class="unseen">{captures.filter}</span>
        <input
          class="entry"
          type="search"
          placeholder={captures.filterHint}
          aria-label={captures.filter}
          value={filter}
          onInput={event => onFilter(event.currentTarget.value)}
        />
      </label>
      <ol
        class={isWhole ? 'connection-rows' : 'connection-rows windowed'}
        ref={list}
        aria-label={captures.list}
        style={isWhole ? undefined : { height: `${String(heights.at(shown.length))}px` }}
      >
        {shown.slice(first, last).map((row, i) => (
          <li
            key={row.id}
            aria-setsize={shown.length}
            aria-posinset={first + i + 1}
            style={isWhole ? undefined : { '--top': `${String(heights.at(first + i))}px` }}
          >
            <ConnectionRow row={row} words={words} href={hrefOf(row)} />
          </li>
        ))}
      </ol>
      {shown.length < rows.length ? <p class="note">{captures.leftOut(rows.length - shown.length)}</p> : null}
      {rows.length === 0 ? <p class="note">{page.nothing}</p> : null}
    </section>
  )
}

const ConnectionRow: FunctionComponent<{
  readonly row: ListedRow
  readonly words: Words
  readonly href: string
}> = ({ row, words, href }) => {
  const { captures, page } = words
  const { id, ok, spoken, took, open } = row
  const went = ok === undefined ? 'unknown' : ok ? 'well' : 'badly'
  return (
    <a class={`connection ${went}`} href={href}>
      <span class="number">{id}</span>
      <span class={`sign ${SIGNS[went].tint}`}>
        <span aria-hidden="true">{SIGNS[went].sign}</span>
        <span class="unseen">{captures.went[went]}</span>
      </span>
      <span class="ends">
        <bdi class="client">{endText(row.client)}</bdi>
        <span aria-hidden="true"> → </span>
        <bdi class="server">{endText(row.server)}</bdi>
      </span>
      <span class="spoken">{spoken}</span>
      <span class="came">
        <bdi>{cameOf(row, words)}</bdi>
      </span>
      <span class="took">{open === true ? captures.live.open : page.milliseconds(took)}</span>
    </a>
  )
}

const SIGNS = {
  well: { sign: '✓', tint: 'good' },
  badly: { sign: '✗', tint: 'bad' },
  unknown: { sign: '·', tint: 'quiet' },
} as const

const cameOf = ({ what, reading, why }: ListedRow, { captures, page }: Words): string =>
  [
    ...what.map(captures.what),
    ...(reading === undefined
      ? []
      : [why === undefined ? captures.what(reading) : `${captures.what(reading)}${page.colon}${captures.what(why)}`]),
  ].join(page.comma)

const textOf = (row: ListedRow, words: Words): string =>
  [
    row.id,
    endText(row.client),
    endText(row.server),
    row.spoken,
    cameOf(row, words),
    row.ok === false ? words.captures.went.badly : '',
  ].join(' ')
