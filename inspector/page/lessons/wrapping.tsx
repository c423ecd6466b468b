/** One thing in another in another: bars, each as long as its bytes, the part that the next one is marked in it. */
import type { FunctionComponent } from 'preact'
import type { Wrap, WrappingDrawing } from '../../lessons/drawings.ts'
import type { DrawingProps, Labels } from './drawing.tsx'
import './wrapping.css'

const [ROW, BAR] = [58, 26]

export const WrappingView: FunctionComponent<DrawingProps<WrappingDrawing<string>>> = ({
  drawing,
  labels,
  words,
  width,
}) => {
  const wide = Math.min(width, 680)
  const { wraps } = drawing
  const height = wraps.length * ROW + 8
  const places = placesOf(wraps, wide)
  return (
    <svg class="wrapping" width={wide} height={height} viewBox={`0 0 ${wide} ${height}`} aria-hidden="true">
      {wraps.map((wrap, i) => (
        <WrapView
          key={wrap.label}
          wrap={wrap}
          y={i * ROW + 22}
          place={places[i]!}
          inner={places[i + 1]}
          labels={labels}
          size={words.page.size(wrap.bytes)}
        />
      ))}
    </svg>
  )
}

interface Span {
  readonly x: number
  readonly width: number
}

/** A header of twenty bytes must be seen beside a thousand of content: each wrap's own bytes have a least width. */
const placesOf = (wraps: readonly Wrap<string>[], wide: number): readonly Span[] => {
  const places: Span[] = [{ x: 1, width: wide - 2 }]
  for (const { bytes, inner } of wraps) {
    const { x, width } = places.at(-1)!
    if (inner === undefined) break
    const head = inner.start === 0 ? 0 : Math.max(38, (inner.start / bytes) * width)
    const tail = inner.end === bytes ? 0 : Math.max(22, ((bytes - inner.end) / bytes) * width)
    places.push({ x: x + head, width: Math.max(30, width - head - tail) })
  }
  return places
}

interface WrapProps {
  readonly wrap: Wrap<string>
  readonly y: number
  readonly place: Span
  readonly inner: Span | undefined
  readonly labels: Labels
  readonly size: string
}

const WrapView: FunctionComponent<WrapProps> = ({ wrap, y, place, inner, labels, size }) => (
  <g class={wrap.fresh ? 'wrap fresh' : 'wrap'}>
    <text x={place.x} y={y - 6}>
      {labels[wrap.label]}
    </text>
    <text class="size" x={place.x + place.width} y={y - 6}>
      {size}
    </text>
    <rect class="own" x={place.x} y={y} width={place.width} height={BAR} />
    {inner === undefined || wrap.inner === undefined ? null : (
      <>
        <rect class="inner" x={inner.x} y={y} width={inner.width} height={BAR} />
        <text class="head" x={(place.x + inner.x) / 2} y={y + 17}>
          {wrap.inner.start}
        </text>
        <path class="down" d={`M${inner.x} ${y + BAR} V${y + ROW} M${inner.x + inner.width} ${y + BAR} V${y + ROW}`} />
      </>
    )}
  </g>
)
