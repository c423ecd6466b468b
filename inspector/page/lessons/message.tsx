/** One message: the field that a step speaks of, with what it lies in, and the bytes with that field marked. */
import type { FunctionComponent } from 'preact'
import type { Range } from '../../../src/trace/types.ts'
import { latin1Text } from '../../../src/wire/bytes.ts'
import { type Field, fieldAt } from '../../../src/wire/field.ts'
import type { MessageDrawing } from '../../lessons/drawings.ts'
import { opened } from '../../lessons/opened.ts'
import type { DrawingProps } from './drawing.tsx'
import './message.css'

/** Bytes that are shown: some before the field, and what fits. */
const ROWS = 12
const WIDE = 16
const NARROW = 8

export const MessageView: FunctionComponent<DrawingProps<MessageDrawing>> = ({ drawing, frame, words, width }) => {
  const { field: path = '', marked } = drawing
  const { name, bytes, tree } = opened(drawing)
  const chain = tree === undefined ? [] : chainOf(tree, path)
  const chosen = path === '' ? undefined : chain.at(-1)
  return (
    <div class="message">
      <p class="name">
        <b>{name}</b> <span class="quiet">{words.page.size(bytes.length)}</span>
      </p>
      {chain.length < 2 ? null : (
        <ol class="fields" aria-label={frame.fields}>
          {chain.slice(1).map((field, depth) => (
            <li key={`${field.name} ${field.start} ${depth}`} class={field === chosen ? 'chosen' : undefined}>
              <span>{'  '.repeat(depth)}</span>
              {field.name} <span class="soft">{saidOf(field)}</span>
            </li>
          ))}
        </ol>
      )}
      <Bytes bytes={bytes} chosen={marked ?? chosen} perRow={width < 480 ? NARROW : WIDE} frame={frame} />
    </div>
  )
}

const chainOf = (tree: Field, path: string): Field[] => {
  const chain = [tree]
  for (const name of path === '' ? [] : path.split('.')) {
    const next = fieldAt(chain.at(-1)!, name)
    if (next === undefined) break
    chain.push(next)
  }
  return chain
}

const saidOf = ({ text, value }: Field): string =>
  text ?? (typeof value === 'number' || typeof value === 'string' ? `${value}` : '')

interface BytesProps {
  readonly bytes: Uint8Array
  readonly chosen: Range | undefined
  readonly perRow: number
  readonly frame: DrawingProps['frame']
}

const Bytes: FunctionComponent<BytesProps> = ({ bytes, chosen, perRow, frame }) => {
  const first = Math.max(0, Math.floor((chosen?.start ?? 0) / perRow) - 2) * perRow
  const shown = bytes.subarray(first, first + ROWS * perRow)
  const rows = Array.from({ length: Math.ceil(shown.length / perRow) }, (_, row) => first + row * perRow)
  const left = bytes.length - first - shown.length
  return (
    <div class="scrolls">
      <table class="bytes" aria-label={frame.bytes}>
        <tbody>
          {rows.map(at => (
            <tr key={at}>
              <th scope="row">{at}</th>
              {Array.from(bytes.subarray(at, Math.min(at + perRow, first + shown.length)), (octet, i) => (
                <td key={i} class={isIn(chosen, at + i) ? 'chosen' : undefined}>
                  {octet.toString(16).padStart(2, '0')}
                </td>
              ))}
              {at + perRow > first + shown.length && rows.length > 1 ? (
                <td colSpan={at + perRow - first - shown.length} />
              ) : null}
              <td class="text">{readable(bytes.subarray(at, Math.min(at + perRow, first + shown.length)))}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {left > 0 ? <p class="quiet small">{frame.more(left)}</p> : null}
    </div>
  )
}

const isIn = (field: Range | undefined, at: number): boolean =>
  field !== undefined && field.start <= at && at < field.end

const readable = (bytes: Uint8Array): string => latin1Text(bytes).replace(/[^\x20-\x7e]/g, '·')
