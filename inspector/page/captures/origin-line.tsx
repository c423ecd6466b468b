/** Above an exchange that was not played here: which capture or run it is of, and the way back to its connections. */
import type { FunctionComponent } from 'preact'
import { LIVE } from '../../model/live.ts'
import type { RegionProps } from '../state.ts'
import { ELSEWHERE, LiveLine } from './captures.tsx'
import { capturePlaceOf } from './place.ts'

export const OriginLine: FunctionComponent<RegionProps> = ({ run, state, words }) => {
  const { captures, page } = words
  const { origin, privacy } = run
  if (origin.kind === 'engines') return null
  const { id, number = 0 } = capturePlaceOf(run.id) ?? { id: '' }
  const listing = state.captures.all.find(each => each.id === id)
  const row = listing?.contents?.rows.find(each => each.id === number)
  const { live } = state.captures
  const href = state.hrefOf({ page: 'exchange', run: id, ...ELSEWHERE })
  const count = origin.kind === 'live' ? (live?.live.count ?? 0) : (listing?.contents?.conversations ?? 0)
  const unread =
    row?.why === undefined ? '' : `${captures.what(row.reading ?? '')}${page.colon}${captures.what(row.why)}`
  return (
    <nav class="origin" aria-label={captures.list}>
      <a href={href}>{count > 1 || id !== LIVE ? captures.all : captures.live.connections(count)}</a>
      <bdi class="soft">{origin.kind === 'live' ? captures.live.title(origin.command) : origin.file}</bdi>
      {number > 0 && count > 0 ? <span class="quiet">{captures.of(number, count)}</span> : null}
      {unread === '' ? null : <span class="unread-why">{unread}</span>}
      {origin.kind === 'live' && live !== undefined ? (
        <LiveLine of={live} words={words} />
      ) : privacy === undefined ? null : (
        <span class="quiet">{privacy === 'shown' ? captures.shown : captures.starred}</span>
      )}
    </nav>
  )
}
