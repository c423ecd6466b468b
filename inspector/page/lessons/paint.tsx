/** Pots of paint, and what they are mixed of. */
import type { FunctionComponent } from 'preact'
import type { PaintDrawing, Pot } from '../../lessons/drawings.ts'
import type { DrawingProps, Labels } from './drawing.tsx'
import './paint.css'

const [ROW, TOP] = [104, 40]

export const PaintView: FunctionComponent<DrawingProps<PaintDrawing<string>>> = ({
  drawing: { pots },
  labels,
  width,
}) => {
  const wide = Math.min(width, 620)
  const columns = Math.max(...pots.map(({ place }) => place[0])) + 1
  const rows = Math.max(...pots.map(({ place }) => place[1])) + 1
  const radius = Math.min(26, wide / columns / 3)
  const at = ({ place: [column, row] }: Pot<string>) => ({
    x: ((column + 0.5) * wide) / columns,
    y: TOP + row * ROW,
  })
  return (
    <svg
      class="paint"
      width={wide}
      height={TOP + rows * ROW - 36}
      viewBox={`0 0 ${wide} ${TOP + rows * ROW - 36}`}
      aria-hidden="true"
    >
      {pots.flatMap((pot, i) =>
        (pot.mixedOf ?? []).map(part => {
          const [from, to] = [at(pots[part]!), at(pot)]
          return <path key={`${part} ${i}`} class="mix" d={`M${from.x} ${from.y + radius} L${to.x} ${to.y - radius}`} />
        }),
      )}
      {pots.map((pot, i) => (
        <PotView key={i} pot={pot} {...at(pot)} radius={radius} labels={labels} />
      ))}
    </svg>
  )
}

interface PotProps {
  readonly pot: Pot<string>
  readonly x: number
  readonly y: number
  readonly radius: number
  readonly labels: Labels
}

const PotView: FunctionComponent<PotProps> = ({ pot: { label, who, colour, hidden, fresh }, x, y, radius, labels }) => (
  <g class={['pot', who, hidden ? 'hidden' : '', fresh ? 'fresh' : ''].join(' ')}>
    <circle cx={x} cy={y} r={radius} fill={`rgb(${colour.join(' ')})`} />
    <text x={x} y={y + radius + 17}>
      {labels[label]}
    </text>
  </g>
)
