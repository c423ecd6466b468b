/** Sequence numbers over time, and below it what was in flight: bars for what was sent, a dashed line for what is acknowledged. */
import type { FunctionComponent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Level, Way } from '../../../model/network.ts'
import type { Words } from '../../../words/index.ts'
import { ticksTo } from '../drawing.ts'

const LEFT = 56
const RIGHT = 12
const TOP = 24
const HIGH = 240
const BETWEEN = 34
const LOW = 84
const BOTTOM = 24
const LEAST = 320
const WIDEST = 1384

export interface PlotProps {
  readonly way: Way
  readonly words: Words
  /** Who sent the bytes: the colours say it. */
  readonly by: 'client' | 'server'
}

export const Plot: FunctionComponent<PlotProps> = ({ way, words, by }) => {
  const [box, width] = useWidth()
  const { network } = words.tabs
  const scale = scaleOf(way, Math.max(LEAST, Math.min(WIDEST, width)))
  const label = `${network.title(words.page.size(way.bytes), way.from.name)}. ${network.keys.lost} ${way.lost}, ${network.keys.again} ${way.again}`
  const height = TOP + HIGH + BETWEEN + LOW + BOTTOM
  return (
    <>
      <Legend way={way} words={words} by={by} />
      <div class="plot-box" ref={box}>
        <svg
          class={`network-plot by-${by}`}
          role="img"
          aria-label={label}
          width={scale.width}
          height={height}
          viewBox={`0 0 ${scale.width} ${height}`}
        >
          <Axes scale={scale} words={words} />
          <path class="acknowledged" d={acknowledgedPath(way, scale)} />
          <path
            class="sent"
            d={way.sent
              .filter(({ what }) => what === 'first')
              .map(({ at, start, end }) => bar(scale, at, start, end))
              .join('')}
          />
          {way.sent
            .filter(({ lost }) => lost === true)
            .map(({ id, at, start, end }) => (
              <path key={id} class="lost" d={cross(scale.x(at), scale.y((start + end) / 2))} />
            ))}
          {way.sent
            .filter(({ what }) => what === 'again')
            .map(({ id, at, start, end }) => (
              <circle key={id} class="again" cx={scale.x(at)} cy={scale.y((start + end) / 2)} r="6" />
            ))}
          <path class="in-flight" d={levels(way.inFlight, way, scale)} />
          {way.window.length === 0 ? null : <path class="window" d={levels(way.window, way, scale)} />}
        </svg>
      </div>
    </>
  )
}

interface Scale {
  readonly width: number
  readonly way: Way
  readonly unit: number
  readonly most: number
  readonly x: (at: number) => number
  readonly y: (byte: number) => number
  readonly low: (bytes: number) => number
}

const KILO = 1000

const scaleOf = (way: Way, width: number): Scale => {
  const span = Math.max(way.end - way.begin, 0.001)
  const flight = Math.max(0, ...way.inFlight.map(({ value }) => value))
  // A window that is not used up may be higher than all that was ever in flight: what does not fit is cut off above.
  const most = Math.max(
    1,
    Math.max(flight, Math.min(flight * 2, ...[Math.max(0, ...way.window.map(({ value }) => value))])) * 1.05,
  )
  const bytes = Math.max(1, way.bytes)
  return {
    width,
    way,
    unit: bytes >= 10 * KILO ? KILO : 1,
    most,
    x: at => LEFT + ((at - way.begin) / span) * (width - LEFT - RIGHT),
    y: byte => TOP + HIGH - (byte / bytes) * HIGH,
    low: value => TOP + HIGH + BETWEEN + LOW - (Math.min(value, most) / most) * LOW,
  }
}

const n = (value: number): string => String(Math.round(value * 10) / 10)

const bar = ({ x, y }: Scale, at: number, start: number, end: number): string => {
  const [top, foot] = [y(end), y(start)]
  // A segment of few bytes among many is still to be seen.
  const middle = (top + foot) / 2
  const half = Math.max(1.5, (foot - top) / 2)
  return `M${n(x(at))} ${n(middle - half)}V${n(middle + half)}`
}

const cross = (x: number, y: number): string => `M${n(x - 6)} ${n(y - 6)}l12 12m0 -12l-12 12`

const acknowledgedPath = ({ acknowledged, begin, end, bytes }: Way, { x, y }: Scale): string => {
  let high = 0
  let path = `M${n(x(begin))} ${n(y(0))}`
  for (const { at, to } of acknowledged) {
    const upTo = Math.min(to, bytes)
    if (upTo <= high) continue
    path += `H${n(x(at))}V${n(y(upTo))}`
    high = upTo
  }
  return `${path}H${n(x(end))}`
}

const levels = (list: readonly Level[], { begin, end }: Way, { x, low }: Scale): string => {
  const first = list[0]
  const path = list.map(({ at, value }) => `H${n(x(at))}V${n(low(value))}`).join('')
  return `M${n(x(begin))} ${n(low(first !== undefined && first.at <= begin ? first.value : 0))}${path}H${n(x(end))}`
}

const Axes: FunctionComponent<{ readonly scale: Scale; readonly words: Words }> = ({ scale, words }) => {
  const { width, way, unit, most, x, y, low } = scale
  const { network } = words.tabs
  const name = unit === KILO ? 'kB' : 'B'
  const lowUnit = most >= 10 * KILO ? KILO : 1
  const foot = TOP + HIGH + BETWEEN + LOW
  return (
    <g class="axes">
      {ticksTo(way.bytes / unit, 4).map(tick => (
        <g key={tick}>
          <path d={`M${LEFT} ${n(y(tick * unit))}H${width - RIGHT}`} />
          <text class="left" x={LEFT - 8} y={y(tick * unit) + 4}>
            {tick}
          </text>
        </g>
      ))}
      {ticksTo(most / lowUnit, 2).map(tick => (
        <g key={tick}>
          <path d={`M${LEFT} ${n(low(tick * lowUnit))}H${width - RIGHT}`} />
          <text class="left" x={LEFT - 8} y={low(tick * lowUnit) + 4}>
            {tick}
          </text>
        </g>
      ))}
      {ticksTo(way.end - way.begin, Math.max(2, Math.floor(width / 160))).map(tick => (
        <g key={tick}>
          <path d={`M${n(x(way.begin + tick))} ${TOP}V${foot}`} />
          <text class="below" x={x(way.begin + tick)} y={foot + 18}>
            {words.page.time(way.begin + tick)}
          </text>
        </g>
      ))}
      <text x={0} y={TOP - 10}>
        {network.sequence(name)}
      </text>
      <text x={0} y={TOP + HIGH + BETWEEN - 10}>
        {network.flight(lowUnit === KILO ? 'kB' : 'B')}
      </text>
    </g>
  )
}

const Legend: FunctionComponent<PlotProps> = ({ way, words, by }) => {
  const { keys } = words.tabs.network
  const looked = way.sent.some(({ lost }) => lost !== undefined)
  return (
    <ul class={`plot-legend by-${by}`}>
      <Sign d="M6 2V12M14 2V12" class="sent" text={keys.sent} />
      <Sign d="M0 10H8V4H22" class="acknowledged" text={keys.acknowledged} />
      {looked ? <Sign d={cross(11, 7)} class="lost" text={`${keys.lost} ${way.lost}`} /> : null}
      <Sign d="M5 7a6 6 0 1 0 12 0a6 6 0 1 0 -12 0" class="again" text={`${keys.again} ${way.again}`} />
      <Sign d="M0 10H8V4H22" class="in-flight" text={keys.inFlight} />
      {way.window.length === 0 ? null : <Sign d="M0 10H8V4H22" class="window" text={keys.window} />}
    </ul>
  )
}

const Sign: FunctionComponent<{ readonly d: string; readonly class: string; readonly text: string }> = ({
  d,
  class: name,
  text,
}) => (
  <li>
    <svg class="network-plot" viewBox="-1 -1 24 16" aria-hidden="true">
      <path class={name} d={d} />
    </svg>
    {text}
  </li>
)

/** As wide as there is room. */
const useWidth = (): readonly [box: { current: HTMLDivElement | null }, width: number] => {
  const box = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(1000)
  useEffect(() => {
    if (box.current === null) return
    const observer = new ResizeObserver(([entry]) => entry && setWidth(Math.floor(entry.contentRect.width)))
    observer.observe(box.current)
    return () => observer.disconnect()
  }, [])
  return [box, width]
}
