/** Every check that was made, with the bytes that were checked; and those that nobody made, with the reason. */
import type { FunctionComponent } from 'preact'
import { useMemo, useRef } from 'preact/hooks'
import { type CheckMade, type CheckNotMade, checksOf } from '../../../model/checks/checks.ts'
import type { Words } from '../../../words/index.ts'
import type { Region, RegionProps } from '../../state.ts'
import { useMeasuredHeights, useWindow, WHOLE } from '../../window-list.ts'
import { Opener } from '../opener.tsx'
import { Table } from '../table.tsx'
import './checks.css'

export const Checks: Region = props => {
  const { run, words } = props
  const { checks } = words.tabs
  const found = useMemo(() => checksOf(run), [run.records])
  const left = found.held + found.failed - found.made.length
  return (
    <div class="panel checks-tab">
      <h2>{checks.title}</h2>
      {found.made.length === 0 ? <p>{checks.none}</p> : <Made {...props} made={found.made} />}
      {left === 0 ? null : <p class="quiet">{checks.left(left)}</p>}
      {found.notMade.length === 0 ? null : (
        <>
          <h2>{checks.notMade}</h2>
          <NotMade {...props} rows={found.notMade} />
        </>
      )}
    </div>
  )
}

const nameOf = (check: string, { tabs: { checks } }: Words): readonly [name: string, asks: string] =>
  Object.hasOwn(checks.names, check) ? checks.names[check]! : [check, '']

const Made: FunctionComponent<RegionProps & { readonly made: readonly CheckMade[] }> = ({ made, ...props }) => {
  const { run, words } = props
  const { heads } = words.tabs.checks
  const body = useRef<HTMLTableSectionElement>(null)
  const heights = useMeasuredHeights(made.length, body)
  const { first, last } = useWindow(body, heights)
  // Rows that are scrolled away are gone; what was unfolded is so when they come back.
  const unfolded = useMemo(() => new Set<number>(), [run.id])
  const onFold = (row: number, isOpen: boolean): void => {
    if (unfolded.has(row) === isOpen) return
    if (isOpen) unfolded.add(row)
    else unfolded.delete(row)
    heights.changed(row)
  }
  const isWhole = made.length <= WHOLE
  return (
    <Table label={words.tabs.checks.title} class="wide" rows={isWhole ? undefined : made.length + 1}>
      <thead>
        <tr aria-rowindex={isWhole ? undefined : 1}>
          <th scope="col">
            <span class="unseen">{heads.result}</span>
          </th>
          <th scope="col">{heads.check}</th>
          <th scope="col">{heads.by}</th>
          <th scope="col" class="number">
            {heads.ms}
          </th>
          <th scope="col">{heads.where}</th>
          <th scope="col">{heads.rule}</th>
        </tr>
      </thead>
      <tbody ref={body}>
        <Space height={heights.at(first)} />
        {made.slice(first, last).map((check, i) => (
          <MadeRow
            key={first + i}
            {...props}
            check={check}
            row={first + i}
            isWhole={isWhole}
            isUnfolded={unfolded.has(first + i)}
            onFold={onFold}
          />
        ))}
        <Space height={heights.at(made.length) - heights.at(last)} />
      </tbody>
    </Table>
  )
}

/** Where rows are that are not there now. */
const Space: FunctionComponent<{ readonly height: number }> = ({ height }) =>
  height === 0 ? null : (
    <tr class="space" style={{ height: `${String(height)}px` }}>
      <td colSpan={6} />
    </tr>
  )

interface MadeRowProps extends RegionProps {
  readonly check: CheckMade
  readonly row: number
  readonly isWhole: boolean
  readonly isUnfolded: boolean
  readonly onFold: (row: number, isOpen: boolean) => void
}

const MadeRow: FunctionComponent<MadeRowProps> = props => {
  const { check, row, isWhole } = props
  const { words } = props
  const { held, failed } = words.tabs.checks
  const [name, asks] = nameOf(check.check, words)
  return (
    <tr data-row={row} aria-rowindex={isWhole ? undefined : row + 2}>
      <td class="sign">
        <span
          class={check.state === 'held' ? 'good' : 'bad'}
          role="img"
          aria-label={check.state === 'held' ? held : failed}
        >
          {check.state === 'held' ? '✓' : '✗'}
        </span>
      </td>
      <th scope="row">
        {name}
        {asks === '' ? null : <span class="asks">{asks}</span>}
      </th>
      <td class="soft by">{check.party.name}</td>
      <td class="number quiet at">{words.page.time(check.at)}</td>
      <td>
        <What {...props} />
      </td>
      <td class="quiet rule">{check.rule}</td>
    </tr>
  )
}

/** What the engine says of it where it is a fact, the failure where it is one, and the bytes. */
const What: FunctionComponent<MadeRowProps> = props => {
  const { check, row, isUnfolded, onFold } = props
  const { words } = props
  const { checks } = words.tabs
  const { failure, about, where, count, layer } = check
  const [first] = where
  return (
    <>
      {failure === undefined ? null : <span class="fault">{words.failures.says(failure)}</span>}
      {failure !== undefined || about === undefined || words.language !== 'en' ? null : (
        <span class="soft">{about} </span>
      )}
      {first === undefined ? null : count === 1 ? (
        <Opener {...props} where={first} />
      ) : (
        <details open={isUnfolded} onToggle={event => onFold(row, event.currentTarget.open)}>
          <summary>{checks.times(count, layer === 'record' ? checks.record : checks.segment)}</summary>
          <ul class="places" aria-label={checks.each}>
            {where.map(each => (
              <li key={each.message}>
                <Opener {...props} where={each} />
              </li>
            ))}
          </ul>
          {count > where.length ? <p class="quiet">{words.tabs.more(count - where.length)}</p> : null}
        </details>
      )}
    </>
  )
}

const NotMade: FunctionComponent<RegionProps & { readonly rows: readonly CheckNotMade[] }> = ({ rows, ...props }) => {
  const { words } = props
  const { checks } = words.tabs
  return (
    <Table label={checks.notMade} class="wide">
      <thead>
        <tr>
          <th scope="col">{checks.heads.check}</th>
          <th scope="col">{checks.because}</th>
          <th scope="col">{checks.heads.where}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ check, why, count, where }) => {
          const [name, asks] = nameOf(check, words)
          return (
            <tr key={check}>
              <th scope="row">
                {name}
                <span class="asks">{asks}</span>
              </th>
              <td>{checks.whyNot[why]}</td>
              <td>
                {where[0] === undefined ? null : (
                  <Opener {...props} where={where[0]} text={checks.times(count, checks.record)} />
                )}
              </td>
            </tr>
          )
        })}
      </tbody>
    </Table>
  )
}
