/**
 * The bytes, eight in a line as RFCs draw them, plaintext and what was on the wire beside each other. A byte selects its
 * innermost field; arrows move from byte to byte.
 */
import type { FunctionComponent } from 'preact'
import { useEffect, useMemo, useRef, useState } from 'preact/hooks'
import type { MessageRecord, Range } from '../../../src/trace/types.ts'
import { type Node, nodeOver } from '../../model/pane.ts'
import type { Words } from '../../words/index.ts'
import { Lock } from '../icons.tsx'
import { evenHeights, reveal, useWindow, WHOLE } from '../window-list.ts'
import { fieldLabel } from './field-text.ts'

/** Which one is shown where there is room for one. */
export type Side = 'plain' | 'wire'

export interface HexesProps {
  readonly message: MessageRecord
  readonly words: Words
  readonly root: Node
  readonly range: Range | undefined
  /** What the pointer is on in the tree. */
  readonly pointed: Range | undefined
  readonly side: Side
  /** Undefined: whoever looks cannot read them. */
  readonly bytes: Uint8Array | undefined
  /** As they were on the wire, where that is not the same. */
  readonly wire: Uint8Array | undefined
  readonly onChoose: (at: number) => void
}

const WIDE = 8
/** Of one line of text at the size of the page. */
const LINE = 24
/** Octets behind which the rest is counted: browsers draw no region that is higher. */
const MOST_BYTES = 4_000_000

export const Hexes: FunctionComponent<HexesProps> = props => {
  const { message, words, root, range, side, bytes, wire, onChoose } = props
  const { page } = words
  const grid = useRef<HTMLDivElement>(null)
  const shown = Math.min((bytes ?? wire ?? message.bytes).length, MOST_BYTES)
  const lines = Math.ceil(shown / WIDE)
  const height = useLineHeight(grid)
  const heights = useMemo(() => evenHeights(lines, height), [lines, height])
  const { first, last } = useWindow(grid, heights)
  const [stop, setStop] = useState(range?.start ?? 0)
  useEffect(() => {
    setStop(range?.start ?? 0)
    if (grid.current !== null && range !== undefined)
      reveal(grid.current, heights, Math.floor(range.start / WIDE), height * 2)
  }, [range?.start, range?.end, heights, height])
  const onKeyDown = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: WIDE, ArrowUp: -WIDE, Home: -Infinity, End: Infinity }[
      event.key
    ]
    if (by === undefined || event.ctrlKey || event.metaKey || event.altKey) return
    event.preventDefault()
    event.stopPropagation()
    const next = Math.max(0, Math.min(shown - 1, stop + by))
    if (bytes !== undefined && nodeOver(root, next) !== nodeOver(root, stop)) onChoose(next)
    setStop(next)
    if (grid.current !== null) reveal(grid.current, heights, Math.floor(next / WIDE), height * 2)
    requestAnimationFrame(() =>
      grid.current?.querySelector<HTMLElement>(`[data-at="${String(next)}"]`)?.focus({ preventScroll: true }),
    )
  }
  const isWhole = lines <= WHOLE
  const kinds = useMemo(() => sealedParts(message, root), [message, root])
  return (
    <>
      <div class="hexes">
        {bytes === undefined || wire === undefined ? null : (
          <div class="hex-head" aria-hidden="true">
            <span class="plain-head">{page.plain}</span>
            <span class="secret">
              <Lock open={false} /> {page.wire}
            </span>
          </div>
        )}
        <div
          class={`hex${isWhole ? '' : ' windowed'}`}
          role="grid"
          id="bytes"
          aria-label={page.bytesTitle}
          aria-readonly="true"
          aria-rowcount={lines}
          data-side={bytes !== undefined && wire !== undefined ? side : undefined}
          ref={grid}
          onKeyDown={onKeyDown}
          style={isWhole ? undefined : { height: `${String(heights.at(lines))}px` }}
        >
          {Array.from({ length: Math.max(0, last - first) }, (_, i) => (
            <HexLine
              key={first + i}
              {...props}
              line={first + i}
              until={shown}
              stop={stop}
              kinds={kinds}
              top={isWhole ? undefined : heights.at(first + i)}
            />
          ))}
        </div>
      </div>
      {message.bytes.length > MOST_BYTES ? <p class="note">{page.octets(message.bytes.length)}</p> : null}
      {kinds.length === 0 ? null : (
        <p class="legend" aria-hidden="true">
          <span class="aad">{page.aad}</span>
          {kinds.some(({ kind }) => kind === 'nonce') ? <span class="nonce">{page.nonce}</span> : null}
          <span class="tag">{page.tag}</span>
        </p>
      )}
    </>
  )
}

interface LineProps extends HexesProps {
  readonly line: number
  readonly until: number
  readonly stop: number
  readonly kinds: readonly SealedPart[]
  readonly top: number | undefined
}

const HexLine: FunctionComponent<LineProps> = props => {
  const { line, until, bytes, wire, range, top } = props
  const from = line * WIDE
  const places = Array.from({ length: WIDE }, (_, i) => from + i)
  const isOn = (at: number): boolean => range !== undefined && at >= range.start && at < range.end
  return (
    <div role="row" aria-rowindex={line + 1} style={top === undefined ? undefined : { '--top': `${String(top)}px` }}>
      <span class="offset" role="rowheader">
        {from.toString(16).padStart(4, '0')}
      </span>
      {bytes === undefined ? null : (
        <>
          {places.map(at =>
            at < until ? <Cell key={at} {...props} at={at} of={bytes} which="plain" /> : <Empty key={at} />,
          )}
          <span class="letters" aria-hidden="true">
            {places
              .filter(at => at < until)
              .map(at => (
                <span key={at} class={isOn(at) ? 'on' : undefined}>
                  {letterOf(bytes[at]!)}
                </span>
              ))}
            {' '.repeat(Math.max(0, from + WIDE - until))}
          </span>
        </>
      )}
      {wire === undefined ? null : (
        <>
          {bytes === undefined ? null : <span class="gap" aria-hidden="true" />}
          {places.map(at =>
            at < until ? <Cell key={at} {...props} at={at} of={wire} which="wire" /> : <Empty key={at} />,
          )}
        </>
      )}
    </div>
  )
}

const Empty: FunctionComponent = () => <span class="byte" aria-hidden="true" />

interface CellProps extends LineProps {
  readonly at: number
  readonly of: Uint8Array
  readonly which: Side
}

const Cell: FunctionComponent<CellProps> = ({
  at,
  of,
  which,
  range,
  pointed,
  stop,
  kinds,
  root,
  words,
  bytes,
  onChoose,
}) => {
  const isIn = (span: Range | undefined): boolean => span !== undefined && at >= span.start && at < span.end
  const kind = which === 'wire' || bytes === undefined ? kinds.find(isIn)?.kind : undefined
  const classes = [
    'byte',
    `side-${which}`,
    isIn(range) ? 'on' : '',
    isIn(pointed) ? 'pointed' : '',
    kind === undefined ? '' : `part-${kind}`,
  ]
  const digits = of[at]!.toString(16).padStart(2, '0')
  const isStop = at === stop && (which === 'plain') === (bytes !== undefined)
  const name =
    bytes === undefined ? words.page.wire : which === 'wire' ? words.page.wire : fieldLabel(nodeOver(root, at).field)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys for all of its cells
    <span
      class={classes.filter(Boolean).join(' ')}
      role="gridcell"
      data-at={which === 'plain' || bytes === undefined ? at : undefined}
      tabIndex={isStop ? 0 : -1}
      aria-label={`${String(at)}: ${digits}, ${name}`}
      onClick={() => onChoose(at)}
    >
      {digits}
    </span>
  )
}

const letterOf = (byte: number): string => (byte > 0x1f && byte < 0x7f ? String.fromCharCode(byte) : '·')

interface SealedPart extends Range {
  readonly kind: 'aad' | 'nonce' | 'tag'
}

/** Of a protected record: what is authenticated besides the content, and what makes it so. */
const sealedParts = ({ layer, sealed }: MessageRecord, root: Node): readonly SealedPart[] => {
  if (layer !== 'record' || sealed !== true) return []
  const found: SealedPart[] = [{ kind: 'aad', start: 0, end: RECORD_HEADER }]
  const walk = ({ field, children }: Node): void => {
    if (field.name === 'explicitNonce') found.push({ kind: 'nonce', start: field.start, end: field.end })
    if (field.name === 'tag') found.push({ kind: 'tag', start: field.start, end: field.end })
    for (const child of children) walk(child)
  }
  walk(root)
  return found
}
const RECORD_HEADER = 5

/** Of one line; letters may be larger than at first. */
const useLineHeight = (grid: { readonly current: HTMLElement | null }): number => {
  const [height, setHeight] = useState(LINE)
  useEffect(() => {
    const found = grid.current?.querySelector<HTMLElement>('[role=row]')?.offsetHeight
    if (found !== undefined && found > 0 && found !== height) setHeight(found)
  })
  return height
}
