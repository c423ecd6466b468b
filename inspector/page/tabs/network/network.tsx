/** How the bytes of one side went over the wire: sequence numbers and bytes in flight over one time, and the same as a table. */
import type { FunctionComponent } from 'preact'
import { useMemo } from 'preact/hooks'
import { type Way, waysOf } from '../../../model/network.ts'
import { Choose } from '../../choose.tsx'
import type { Region, RegionProps } from '../../state.ts'
import { Opener } from '../opener.tsx'
import { Table } from '../table.tsx'
import { Plot } from './plot.tsx'
import './network.css'

export const Network: Region = props => {
  const { run, state, words } = props
  const { network } = words.tabs
  const ways = useMemo(() => waysOf(run.records, run.parties), [run.records, run.parties])
  if (ways.length === 0)
    return (
      <div class="panel">
        <p>{network.none}</p>
      </div>
    )
  const way = ways[Number(state.place.own.way ?? busiest(ways))] ?? ways[0]!
  return (
    <div class="panel">
      <h2>{network.title(words.page.size(way.bytes), way.from.name)}</h2>
      <Facts {...props} way={way} />
      {ways.length < 2 ? null : (
        <Choose
          name="way"
          legend={network.way}
          options={ways.map(({ from, to }, i) => [`${i}`, network.wayOf(from.name, to.name)])}
          value={`${ways.indexOf(way)}`}
          onChoose={value => state.go({ own: { way: value } }, 'replace')}
        />
      )}
      <Plot way={way} words={words} by={way.from === run.parties.server ? 'server' : 'client'} />
      {way.window.length === 0 ? <p class="quiet label">{network.noWindow}</p> : null}
      {way.more === 0 ? null : <p class="quiet label">{network.left(way.more)}</p>}
      <details>
        <summary>{network.table}</summary>
        <Rows {...props} way={way} />
      </details>
    </div>
  )
}

/** Where something was lost; else where most bytes went. */
const busiest = (ways: readonly Way[]): number => {
  const weight = ({ lost, again }: Way): number => lost + again
  return ways.reduce((best, way) => {
    const more = weight(way) - weight(ways[best]!)
    return more > 0 || (more === 0 && way.bytes > ways[best]!.bytes) ? ways.indexOf(way) : best
  }, 0)
}

const Facts: FunctionComponent<RegionProps & { readonly way: Way }> = ({ way, words }) => {
  const { network } = words.tabs
  const { page } = words
  const looked = way.sent.some(({ lost }) => lost !== undefined)
  const trips = way.roundTrips.map(({ value }) => value).sort((a, b) => a - b)
  const facts = network.summary({
    segments: way.sent.length + way.more,
    lost: looked ? way.lost : undefined,
    again: way.again,
  })
  const seen = network.seenBy(way.seenBy === 'sender' ? way.from.name : way.to.name)
  return (
    <p class="quiet">
      {facts}
      {page.comma}
      {seen}.{' '}
      {trips.length === 0
        ? null
        : network.roundTrips(
            page.milliseconds(trips[0]!),
            page.milliseconds(trips[Math.floor(trips.length / 2)]!),
            page.milliseconds(trips.at(-1)!),
          )}
    </p>
  )
}

/** Rows of the table; the rest is counted. */
const MOST_ROWS = 300

interface RowOfTable {
  readonly id: number
  readonly at: number
  readonly what: string
  readonly tint: string
  readonly start: number | undefined
  readonly end: number
  readonly inFlight: number | undefined
}

const Rows: FunctionComponent<RegionProps & { readonly way: Way }> = ({ way, ...props }) => {
  const { words } = props
  const { network } = words.tabs
  const rows = useMemo(() => rowsOf(way, words.tabs.network), [way, words])
  const { heads } = network
  return (
    <>
      <Table label={network.table}>
        <thead>
          <tr>
            <th scope="col" class="number">
              {heads.at}
            </th>
            <th scope="col">{heads.what}</th>
            <th scope="col" class="number">
              {heads.start}
            </th>
            <th scope="col" class="number">
              {heads.end}
            </th>
            <th scope="col" class="number">
              {heads.inFlight}
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, MOST_ROWS).map(({ id, at, what, tint, start, end, inFlight }) => (
            <tr key={id}>
              <td class="number">{words.page.time(at)}</td>
              <td class={tint}>
                <Opener {...props} where={{ message: id, start: 0, end: 0 }} text={what} />
              </td>
              <td class="number">{start}</td>
              <td class="number">{end}</td>
              <td class="number">{inFlight}</td>
            </tr>
          ))}
        </tbody>
      </Table>
      {rows.length <= MOST_ROWS ? null : <p class="quiet">{network.rows(rows.length - MOST_ROWS)}</p>}
    </>
  )
}

const rowsOf = (way: Way, network: RegionProps['words']['tabs']['network']): readonly RowOfTable[] => {
  const flight = new Map(way.inFlight.map(({ at, value }) => [at, value]))
  const rows = [
    ...way.sent.map(({ id, at, start, end, what, lost }) => ({
      id,
      at,
      what: [
        what === 'again' ? `○ ${network.keys.again}` : network.first,
        lost === true ? `✗ ${network.keys.lost}` : '',
      ]
        .filter(Boolean)
        .join(' '),
      tint: lost === true || what === 'again' ? 'bad' : '',
      start,
      end,
      inFlight: flight.get(at),
    })),
    ...way.acknowledged.map(({ id, at, to }) => ({
      id,
      at,
      what: network.ack,
      tint: 'quiet',
      start: undefined,
      end: Math.min(to, way.bytes),
      inFlight: flight.get(at),
    })),
  ]
  return rows.sort((a, b) => a.at - b.at || a.id - b.id)
}
