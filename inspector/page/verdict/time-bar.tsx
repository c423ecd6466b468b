/** Where the time went: a list whose places and widths are times, and a scrubber that lies on it. */
import type { FunctionComponent } from 'preact'
import { type Bar, barOf, type Segment } from '../../model/bar.ts'
import type { Words } from '../../words/index.ts'
import type { SceneProps } from './verdict.tsx'

/** Connections that are drawn; the rest is counted. */
const MOST_LINES = 4

export const TimeBar: FunctionComponent<SceneProps & { readonly blind: boolean }> = ({
  scene,
  state,
  words,
  blind,
}) => {
  const bar = barOf(scene)
  const { page } = words
  const { scale } = bar
  const to = Math.min(state.place.to ?? scale, scale)
  const lines = bar.lines.slice(0, MOST_LINES)
  return (
    <div class="bar-box" style={{ '--to': String(to / scale) }}>
      {lines.map(({ origin, segments }, i) => (
        <BarLine
          key={`${origin} ${String(i)}`}
          label={lines.length > 1 ? `${page.bar}: ${origin}` : page.bar}
          segments={segments}
          bar={bar}
          words={words}
          blind={blind}
        />
      ))}
      {bar.lines.length > MOST_LINES ? (
        <p class="label">{page.moreConnections(bar.lines.length - MOST_LINES)}</p>
      ) : null}
      <input
        class="scrubber"
        type="range"
        aria-label={page.upTo}
        aria-valuetext={page.milliseconds(to)}
        min={0}
        max={scale}
        step={scale / STEPS}
        value={to}
        onInput={event => {
          const value = Number(event.currentTarget.value)
          state.go({ to: value >= scale ? undefined : Number(value.toFixed(3)) }, 'replace')
        }}
      />
    </div>
  )
}

/** As finely as a pointer moves on a wide screen. */
const STEPS = 1000

interface LineProps {
  readonly label: string
  readonly segments: readonly Segment[]
  readonly bar: Bar
  readonly words: Words
  readonly blind: boolean
}

/** One connection; `bar` has the scale. */
export const BarLine: FunctionComponent<LineProps> = ({ label, segments, bar, words, blind }) => {
  const { page } = words
  const percent = (ms: number): string => `${String((ms / bar.scale) * 100)}%`
  return (
    <ol class="bar" aria-label={label}>
      {segments.map(segment => {
        const { from, to, kind, ok, inner, silence } = segment
        const length = to - from
        const style = { '--x': percent(from), '--w': percent(length) }
        const inside = (ms: number): string => `${String(length > 0 ? (ms / length) * 100 : 0)}%`
        return (
          <li key={`${kind} ${String(from)}`} style={style} class={length / bar.scale < SLIM ? 'slim' : undefined}>
            <span class="what">
              <SegmentLabel segment={segment} words={words} blind={blind} />
              <span class="unseen">{`${page.colon}${page.milliseconds(length)}`}</span>
            </span>
            <span
              class={`fill ${blind && (kind === 'wait' || kind === 'request') ? 'unread' : kind}${ok ? '' : ' stop'}`}
            >
              {inner.map(part => (
                <i
                  key={part.from}
                  class="inner"
                  style={{ '--x': inside(part.from - from), '--w': inside(part.to - part.from) }}
                />
              ))}
              {silence.map(part => (
                <i
                  key={part.from}
                  class="silence"
                  style={{ '--x': inside(part.from - from), '--w': inside(part.to - part.from) }}
                />
              ))}
            </span>
            <span class="tick" aria-hidden="true">
              {kind === 'none' ? '' : page.time(from)}
            </span>
          </li>
        )
      })}
      <li class="end-tick" style={{ '--x': percent(bar.total) }} aria-hidden="true">
        {page.milliseconds(bar.total)}
      </li>
    </ol>
  )
}

/** Narrower than this a label says nothing. */
const SLIM = 0.045

const SegmentLabel: FunctionComponent<{
  readonly segment: Segment
  readonly words: Words
  readonly blind: boolean
}> = ({ segment: { kind, label, what, ok, requests }, words: { page, views }, blind }) => {
  if (kind === 'none')
    return (
      <>
        <b>{page.missing}</b> {page.segments.none}
      </>
    )
  if (kind === 'wait' || kind === 'request')
    return blind ? (
      <b>{views.heard.encrypted}</b>
    ) : (
      <>
        <b>{requests > 1 ? page.requestCount(requests) : kind === 'wait' ? label : page.segments.request}</b>{' '}
        {kind === 'wait' ? page.segments.wait : what}
      </>
    )
  return (
    <>
      <b>
        {ok ? '' : '✗ '}
        {kind === 'tls' ? label : page.segments[kind]}
      </b>{' '}
      {what}
    </>
  )
}
