/** A ladder in true time, with states as brackets beside it. The steps below it say the same in words. */
import type { FunctionComponent } from 'preact'
import type { LadderDrawing } from '../../lessons/drawings.ts'
import { type ArrowLine, layoutOf, type Point } from '../../lessons/layout.ts'
import type { DrawingProps, Labels } from './drawing.tsx'
import './ladder.css'

export const LadderView: FunctionComponent<DrawingProps<LadderDrawing<string>>> = ({ drawing, labels, width }) => {
  const layout = layoutOf(drawing, Math.min(width, 720))
  const { height, lifelines, ticks, cuts, arrows, brackets } = layout
  return (
    <svg
      class="ladder"
      width={layout.width}
      height={height}
      viewBox={`0 0 ${layout.width} ${height}`}
      aria-hidden="true"
    >
      {lifelines.map(({ x, host, side }) => (
        <g key={host} class={side}>
          <text x={x} y={20} class="host">
            {host}
          </text>
          <path class="life" d={`M${x} 30 V${height - 4}`} />
          {cuts.map(({ from, to }) => (
            <path key={from} class="cut" d={`M${x} ${from} V${to}`} />
          ))}
        </g>
      ))}
      {ticks.map(({ y, at }) => (
        <g key={at}>
          <text x={2} y={y + 4} class="tick">
            {at}
          </text>
        </g>
      ))}
      {brackets.map(({ lifeline, state, x, from, to, turn, live }) => (
        <g key={`${lifeline} ${from}`} class={live ? 'state live' : 'state'}>
          <path d={`M${x} ${from + 2} h${turn * 5} V${Math.max(from + 10, to - 2)} h${-turn * 5}`} />
          <text x={x + turn * 11} y={Math.min((from + to) / 2 + 4, from + 16)} class={turn < 0 ? 'before' : 'behind'}>
            {state}
          </text>
        </g>
      ))}
      {arrows
        .toSorted((a, b) => Number(a.fresh) - Number(b.fresh))
        .map(arrow => (
          <ArrowView key={arrow.id} arrow={arrow} labels={labels} />
        ))}
    </svg>
  )
}

const ArrowView: FunctionComponent<{ readonly arrow: ArrowLine; readonly labels: Labels }> = ({ arrow, labels }) => {
  const { points, words, look, side, end, fresh, text, note } = arrow
  const last = points.at(-1)!
  const [from, to] = words[0].x < words[1].x ? words : [words[1], words[0]]
  const angle = (Math.atan2(to.y - from.y, to.x - from.x) * 180) / Math.PI
  const [x, y] = [(from.x + to.x) / 2, (from.y + to.y) / 2]
  const named = ['arrow', side, look, end, ...(fresh ? ['fresh'] : [])].join(' ')
  const path = `M${points.map(point => `${point.x} ${point.y}`).join(' L')}`
  return (
    <g class={named}>
      <path class="line" d={path} />
      {look === 'sealed' ? <path class="inside" d={path} /> : null}
      {end === 'arrives' ? <path class="head" d={headOf(points.at(-2)!, last)} /> : null}
      {end === 'lost' ? (
        <text class="end" x={last.x} y={last.y + 5}>
          ✗
        </text>
      ) : null}
      <text class="words" x={x} y={y - 6} transform={`rotate(${angle} ${x} ${y})`}>
        {text}
      </text>
      {note === undefined ? null : (
        <text class="note" {...noteAt(arrow, x, y, angle)}>
          {labels[note]}
        </text>
      )}
    </g>
  )
}

/** Below the line; beside its end, where it goes no further or lies for a while. */
const noteAt = ({ points, end, look }: ArrowLine, x: number, y: number, angle: number) => {
  if (end === 'arrives' && look !== 'held') return { x, y: y + 15, transform: `rotate(${angle} ${x} ${y})` }
  return { x: points[1]!.x, y: points[1]!.y + 19 }
}

const headOf = (from: Point, to: Point): string => {
  const angle = Math.atan2(to.y - from.y, to.x - from.x)
  const corner = (turn: number): string => `${to.x - Math.cos(angle + turn) * 10} ${to.y - Math.sin(angle + turn) * 10}`
  return `M${to.x} ${to.y} L${corner(0.4)} L${corner(-0.4)} z`
}
