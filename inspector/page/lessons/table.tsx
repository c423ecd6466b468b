/** Rows of words, numbers, bytes. */
import type { FunctionComponent } from 'preact'
import type { Cell, Row, TableDrawing } from '../../lessons/drawings.ts'
import type { DrawingProps, Labels } from './drawing.tsx'

export const TableView: FunctionComponent<DrawingProps<TableDrawing<string>>> = ({
  drawing: { head, rows },
  labels,
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
      <Rows rows={rows} labels={labels} />
    </table>
  </div>
)

export const Rows: FunctionComponent<{ readonly rows: readonly Row<string>[]; readonly labels: Labels }> = ({
  rows,
  labels,
}) => (
  <tbody>
    {rows.map(({ cells, fresh, tone }, i) => (
      <tr key={i} class={[fresh === true ? 'fresh' : '', tone ?? ''].join(' ').trim() || undefined}>
        {cells.map((cell, place) =>
          'label' in cell && place === 0 ? (
            <th key={place} scope="row">
              {labels[cell.label]}
            </th>
          ) : (
            <td key={place} class={'label' in cell || cell.tone === 'plain' ? undefined : cell.tone}>
              <CellText cell={cell} labels={labels} />
            </td>
          ),
        )}
      </tr>
    ))}
  </tbody>
)

const CellText: FunctionComponent<{ readonly cell: Cell<string>; readonly labels: Labels }> = ({ cell, labels }) => {
  if (!('code' in cell)) return <>{'label' in cell ? labels[cell.label] : cell.text}</>
  return <code>{cell.code}</code>
}
