/** Of drawings whose places are computed: lengths that grow with the letters, and lines that bend softly. */
import type { Point } from '../../model/layout.ts'

/** Drawings count in pixels of letters of sixteen. */
export const rem = (pixels: number): string => `${Math.round((pixels / 16) * 1000) / 1000}rem`

const short = (value: number): string => String(Math.round(value * 10) / 10)

/** Straight down out of each point and straight down into the next. */
export const bend = (points: readonly Point[]): string =>
  points
    .map(({ x, y }, i) => {
      const before = points[i - 1]
      if (before === undefined) return `M${short(x)} ${short(y)}`
      const middle = (before.y + y) / 2
      return `C${short(before.x)} ${short(middle)} ${short(x)} ${short(middle)} ${short(x)} ${short(y)}`
    })
    .join(' ')

/** Round numbers from 0 to `most`, about `count` of them. */
export const ticksTo = (most: number, count: number): readonly number[] => {
  if (!(most > 0)) return [0]
  const power = 10 ** Math.floor(Math.log10(most / count))
  const unit = power * ([1, 2, 5, 10].find(each => each * power * count >= most) ?? 10)
  return Array.from({ length: Math.floor(most / unit) + 1 }, (_, i) => Math.round(i * unit * 1e6) / 1e6)
}
