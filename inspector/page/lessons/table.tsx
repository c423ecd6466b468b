/** Rows of words, numbers, bytes. */
import type { FunctionComponent } from 'preact'
import type { Cell, Row, TableDrawing } from '../../lessons/drawings.ts'
import type { Words } from '../../words/index.ts'
import type { DrawingProps, Labels } from './drawing.tsx'

export const TableView: FunctionComponent<DrawingProps<TableDrawing<string>>> = ({
  drawing: { head, rows },
  labels,
  words,
}) => (
  <div class="scrolls">
    <table>
      {head === undefined ? null : (
        <thead>
          <tr>
            {head.map(each => (
              <th key={each} scope="col">
                {labels[each]}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <Rows rows={rows} labels={labels} words={words} />
    </table>
  </div>
)

interface RowsProps {
  readonly rows: readonly Row<string>[]
  readonly labels: Labels
  readonly words: Words
}

export const Rows: FunctionComponent<RowsProps> = ({ rows, labels, words }) => (
  <tbody>
    {rows.map(({ cells, fresh, tone }, i) => (
      <tr key={i} class={[fresh === true ? 'fresh' : '', tone ?? ''].join(' ').trim() || undefined}>
        {cells.map((cell, place) =>
          'label' in cell && place === 0 ? (
            <th key={place} scope="row">
              {labels[cell.label]}
            </th>
          ) : (
            <td key={place} class={toneOf(cell)}>
              <CellText cell={cell} labels={labels} words={words} />
            </td>
          ),
        )}
      </tr>
    ))}
  </tbody>
)

const toneOf = (cell: Cell<string>): string | undefined => {
  if ('failure' in cell) return 'why'
  return 'label' in cell || cell.tone === 'plain' ? undefined : cell.tone
}

const CellText: FunctionComponent<Omit<RowsProps, 'rows'> & { readonly cell: Cell<string> }> = ({
  cell,
  labels,
  words,
}) => {
  if ('failure' in cell) return <>✗ {words.failures.says(cell.failure)}</>
  if ('code' in cell) return <code>{cell.code}</code>
  return <>{'label' in cell ? labels[cell.label] : cell.text}</>
}
