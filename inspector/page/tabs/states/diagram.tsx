/** A state machine as a drawing: places are computed, the way that was taken is lit and numbered. */
import type { FunctionComponent } from 'preact'
import { type Diagram, type DiagramMove, MOST_NUMBERS, roomFor, STATE_HEIGHT, wordsOn } from '../../../model/states.ts'
import { bend, rem } from '../drawing.ts'

/** Around the drawing, for strokes and arrow heads. */
const EDGE = 4

export const DiagramView: FunctionComponent<{ readonly diagram: Diagram; readonly label: string }> = ({
  diagram,
  label,
}) => {
  const { width, height, states, moves } = diagram
  const box = [-EDGE, -EDGE, width + 2 * EDGE, height + 2 * EDGE]
  // What was taken lies above what was not.
  const ordered = [...moves].sort((a, b) => Math.min(1, a.taken.length) - Math.min(1, b.taken.length))
  return (
    <svg
      class="diagram"
      role="img"
      aria-label={label}
      viewBox={box.join(' ')}
      style={{ width: rem(width + 2 * EDGE), height: rem(height + 2 * EDGE) }}
    >
      <defs>
        {(['arrow', 'arrow-lit'] as const).map(id => (
          <marker
            key={id}
            id={id}
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="9"
            markerHeight="9"
            markerUnits="userSpaceOnUse"
            orient="auto"
          >
            <path class={id} d="M0 0 L8 4 L0 8 z" />
          </marker>
        ))}
      </defs>
      {ordered.map(move => (
        <path
          key={`${move.from} ${move.to}`}
          class={move.taken.length > 0 ? 'move lit' : 'move'}
          d={bend(move.points)}
          marker-end={`url(#arrow${move.taken.length > 0 ? '-lit' : ''})`}
        />
      ))}
      {ordered.map(move => (
        <MoveWords key={`${move.from} ${move.to}`} move={move} />
      ))}
      {states.map(({ name, passed, x, y, width: wide }) => (
        <g key={name} class={passed ? 'state passed' : 'state'}>
          <rect x={x - wide / 2} y={y - STATE_HEIGHT / 2} width={wide} height={STATE_HEIGHT} rx="3" />
          <text x={x} y={y + 4.5}>
            {name}
          </text>
        </g>
      ))}
    </svg>
  )
}

/** Numbers in front of the words, both in the middle of the arrow. */
const DISC = 22

const MoveWords: FunctionComponent<{ readonly move: DiagramMove }> = ({ move }) => {
  const { label, taken } = move
  if (label === undefined) return null
  const numbers = taken.slice(0, MOST_NUMBERS)
  const words = `${wordsOn(move)}${taken.length > numbers.length ? ` (${taken.length}×)` : ''}`
  const wide = roomFor(words, numbers.length)
  const left = label.x - wide / 2
  return (
    <g class={taken.length > 0 ? 'words lit' : 'words'}>
      {wide === 0 ? null : <rect x={left} y={label.y - 10} width={wide} height="20" />}
      {numbers.map((number, i) => (
        <g key={number} class="number">
          <circle cx={left + DISC * i + DISC / 2} cy={label.y} r="9.5" />
          <text x={left + DISC * i + DISC / 2} y={label.y + 4}>
            {number}
          </text>
        </g>
      ))}
      <text class="text" x={left + DISC * numbers.length + 3} y={label.y + 4.5}>
        {words}
      </text>
    </g>
  )
}
