/** Certificates from the leaf to the root, each signed by the next. */
import type { FunctionComponent } from 'preact'
import type { ChainDrawing } from '../../lessons/drawings.ts'
import type { DrawingProps } from './drawing.tsx'
import { Rows } from './table.tsx'

export const ChainView: FunctionComponent<DrawingProps<ChainDrawing<string>>> = ({
  drawing: { cards },
  labels,
  words,
}) => (
  <ol class="chain">
    {cards.map(({ title, rows, signed, fresh }) => (
      <li key={title}>
        <div class={fresh ? 'card fresh' : 'card'}>
          <b>{title}</b>
          <table>
            <Rows rows={rows} labels={labels} words={words} />
          </table>
        </div>
        {signed === undefined ? null : (
          <p class={signed ? 'good' : 'bad'}>
            {signed ? '✓' : '✗'} {labels[signed ? 'signed' : 'unsigned']}
          </p>
        )}
      </li>
    ))}
  </ol>
)
