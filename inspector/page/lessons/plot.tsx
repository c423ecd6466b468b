/** Bytes over time: bars for what was sent, a dashed line for what is acknowledged. */
import type { FunctionComponent } from 'preact'
import type { PlotDrawing, PlotSegment } from '../../lessons/drawings.ts'
import type { DrawingProps } from './drawing.tsx'
import './plot.css'

const [LEFT, RIGHT, TOP, BOTTOM] = [52, 14, 14, 28]

export const PlotView: FunctionComponent<DrawingProps<PlotDrawing<string>>> = ({ drawing, labels, words, width }) => {
  const { sent, acknowledged, now, end, bytes } = drawing
  const wide = Math.min(width, 720)
  const height = Math.round(Math.min(380, wide * 0.72))
  const x = (at: number): number => LEFT + (at / end) * (wide - LEFT - RIGHT)
  const y = (byte: number): number => height - BOTTOM - (byte / bytes) * (height - TOP - BOTTOM)
  const heard = acknowledged.filter(({ at }) => at <= now)
  const line = heard.reduce((path, { at, upTo }) => `${path} H${x(at)} V${y(upTo)}`, `M${x(0)} ${y(0)}`)
  return (
    <>
      <svg class="plot" width={wide} height={height} viewBox={`0 0 ${wide} ${height}`} aria-hidden="true">
        <path class="axis" d={`M${LEFT} ${TOP} V${height - BOTTOM} H${wide - RIGHT}`} />
        {ticksTo(end, wide < 480 ? 4 : 6).map(at => (
          <text key={at} class="tick below" x={x(at)} y={height - 8}>
            {words.page.milliseconds(at)}
          </text>
        ))}
        {ticksTo(bytes, 4).map(byte => (
          <g key={byte}>
            <text class="tick left" x={LEFT - 6} y={y(byte) + 4}>
              {byte}
            </text>
            <path class="grid" d={`M${LEFT} ${y(byte)} H${wide - RIGHT}`} />
          </g>
        ))}
        <path class="heard" d={`${line} H${x(Math.min(now, end))}`} />
        {sent
          .filter(({ at }) => at <= now)
          .map(segment => (
            <Segment key={`${segment.at} ${segment.start}`} segment={segment} x={x(segment.at)} y={y} />
          ))}
      </svg>
      <ul class="legend">
        {(['sent', 'lost', 'again', 'acknowledged'] as const).map(each => (
          <li key={each} class={each}>
            {labels[drawing.labels[each]]}
          </li>
        ))}
      </ul>
    </>
  )
}

interface SegmentProps {
  readonly segment: PlotSegment
  readonly x: number
  readonly y: (byte: number) => number
}

const Segment: FunctionComponent<SegmentProps> = ({ segment: { start, end, fate }, x, y }) => {
  const middle = (y(start) + y(end)) / 2
  return (
    <g class={`segment ${fate}`}>
      <path d={`M${x} ${y(start)} V${y(end)}`} />
      {fate === 'arrived' ? null : (
        <text x={x + 9} y={middle + 5}>
          {fate === 'lost' ? '✗' : '○'}
        </text>
      )}
    </g>
  )
}

/** Round numbers up to `most`, about `count` of them. */
const ticksTo = (most: number, count: number): number[] => {
  const rough = most / count
  const power = 10 ** Math.floor(Math.log10(rough))
  const unit = power * ([1, 2, 5, 10].find(each => each * power >= rough) ?? 10)
  return Array.from({ length: Math.floor(most / unit) + 1 }, (_, i) => Math.round(i * unit * 1000) / 1000)
}
