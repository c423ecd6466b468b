/** One message of the ladder. What is drawn is said too: time, from whom to whom, name, size, and what is the matter. */
import type { FunctionComponent } from 'preact'
import type { Row } from '../../model/rows.ts'
import type { Words } from '../../words/index.ts'
import { Grey, Lock } from '../icons.tsx'

export interface RowProps {
  readonly row: Row
  readonly chosen: boolean
  /** Where the Tab key stops. */
  readonly stop: boolean
  readonly ends: readonly [left: string, right: string]
  readonly words: Words
  readonly blind: boolean
  readonly onChoose: () => void
}

export const LadderRow: FunctionComponent<RowProps> = ({ row, chosen, stop, ends, words, blind, onChoose }) => {
  const { page } = words
  const { at, direction, follows, sealed, lost, again, bytes, wireBytes, joined } = row
  const [from, to] = direction === 'out' ? ends : [ends[1], ends[0]]
  const state = [
    sealed ? (blind ? page.sealedShut : page.sealedOpen) : '',
    lost ? page.lost : '',
    again === undefined ? '' : page.again,
  ].filter(Boolean)
  return (
    <button
      type="button"
      class="message-row"
      aria-current={chosen ? 'true' : undefined}
      tabIndex={stop ? 0 : -1}
      onClick={onChoose}
    >
      <span class="unseen">{`${page.milliseconds(at)}${page.comma}${page.to(from, to)}${page.colon}`}</span>
      <span class="ms" aria-hidden="true">
        {follows ? '' : page.time(at)}
      </span>
      <Lane row={row} words={words} isFirst={blind} />
      {blind ? sealed ? <GreyLane row={row} words={words} /> : <Lane row={row} words={words} hidden /> : null}
      <span class="size">{blind && joined ? '' : page.size(blind ? wireBytes : bytes)}</span>
      {state.length === 0 ? null : <span class="unseen">{page.comma + state.join(page.comma)}</span>}
    </button>
  )
}

interface LaneProps {
  readonly row: Row
  readonly words: Words
  readonly isFirst?: boolean
  /** Said already in the lane beside it. */
  readonly hidden?: boolean
}

/** Name and sentence at the sender's side, and the arrow. */
export const Lane: FunctionComponent<LaneProps> = ({ row, words, isFirst = false, hidden = false }) => {
  const { page } = words
  const { title, says, sealed, lost, ok } = row
  const said = page.says[says.what] as (of: unknown) => string
  return (
    <span class={`${laneClass(row)}${isFirst ? ' first' : ''}`} aria-hidden={hidden ? 'true' : undefined}>
      <span class="text">
        <b>{page.title(title)}</b>
        {sealed ? <Lock open /> : null}
        {lost ? <em>{page.lost}</em> : null}
        <i>
          {said(says.of)}
          {ok === undefined ? null : (
            <span class={ok ? 'good' : 'bad'}>
              <span aria-hidden="true">{ok ? ' ✓' : ' ✗'}</span>
              <span class="unseen">{` ${ok ? page.held : page.wrong}`}</span>
            </span>
          )}
        </i>
      </span>
      <span class="arrow" aria-hidden="true" />
    </span>
  )
}

const GreyLane: FunctionComponent<{ readonly row: Row; readonly words: Words }> = ({ row, words }) => (
  <span class={`${laneClass(row)} blind${row.joined ? ' joined' : ''}`} aria-hidden="true">
    <span class="grey">
      {row.joined ? (
        <span>{words.page.sameRecord}</span>
      ) : (
        <>
          <Lock open={false} />
          <Grey bytes={row.wireBytes} />
          <span>{words.page.octets(row.wireBytes)}</span>
        </>
      )}
    </span>
    {row.joined ? <span class="no-arrow" /> : <span class="arrow" />}
  </span>
)

const laneClass = ({ direction, sealed, lost, again }: Row): string =>
  ['lane', direction, sealed ? 'sealed' : '', lost ? 'lost' : '', again === undefined ? '' : 'again']
    .filter(Boolean)
    .join(' ')
