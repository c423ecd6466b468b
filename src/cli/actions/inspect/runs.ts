/** `barewire inspect` alone: the runs that are kept. */
import type { Millis } from '../../../engine.ts'
import {
  clip,
  columnsOf,
  type JsonObject,
  line,
  type Shown,
  type Style,
  widthOf,
  wrap,
} from '../../../inspect/index.ts'
import { say, size } from '../../../inspect/style.ts'
import type { KeptRun } from '../../../node/runs.ts'

/** A line for each, the last first. */
export const runLines = (runs: readonly KeptRun[], now: Millis, style: Style): Shown[] => {
  if (runs.length === 0)
    return wrap(
      say(style, 'No runs are kept yet: get, demo and cert keep theirs, the last 50 of them.'),
      widthOf(style),
    ).map(text => line(style, { text }))
  const ages = runs.map(({ began }) => say(style, ageText(now - began)))
  const widest = Math.max(...ages.map(columnsOf))
  return runs.map(({ number, bytes, note }, i) => {
    const failed = note?.failure === undefined ? '' : `  ${note.failure}`
    const cut = note?.cut ? `  ${say(style, 'only its beginning')}` : ''
    const room = widthOf(style) - (16 + widest) - failed.length - columnsOf(cut)
    return line(
      style,
      { text: `@${number}`.padStart(3), tint: 'you' },
      { text: ages[i]!, column: 5 + widest - columnsOf(ages[i]!), tint: 'quiet' },
      { text: size(bytes).padStart(7), column: 7 + widest, tint: 'quiet' },
      {
        text: clip(style, note?.command ?? say(style, '(its note cannot be read)'), Math.max(room, SHORTEST)),
        column: 16 + widest,
      },
      { text: failed, tint: 'bad' },
      { text: cut, tint: 'quiet' },
    )
  })
}

/** What went wrong is read before what was asked; so much of that is left. */
const SHORTEST = 12

export const jsonOfRun = ({ number, path, bytes, began, note }: KeptRun): JsonObject => ({
  type: 'kept',
  name: `@${number}`,
  path,
  bytes,
  began: Number.isNaN(began) ? null : new Date(began).toISOString(),
  command: note?.command ?? null,
  failure: note?.failure ?? null,
  cut: note?.cut ?? null,
})

/** `3 minutes ago`. */
const ageText = (age: Millis): string => {
  const [count, unit] = UNITS.map(([length, name]) => [Math.floor(age / length), name] as const).find(
    ([many]) => many >= 1,
  ) ?? [0, '']
  return unit === '' ? 'just now' : `${count} ${unit}${count === 1 ? '' : 's'} ago`
}
const UNITS = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1000, 'second'],
] as const
