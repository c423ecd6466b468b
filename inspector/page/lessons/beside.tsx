/** Two ladders, to be read across; below one another where they do not fit. */
import type { FunctionComponent } from 'preact'
import type { BesideDrawing } from '../../lessons/drawings.ts'
import type { DrawingProps } from './drawing.tsx'
import { LadderView } from './ladder.tsx'

/** Pixels that one needs at least. */
const LEAST = 250

export const BesideView: FunctionComponent<DrawingProps<BesideDrawing<string>>> = ({ drawing, width, ...rest }) => {
  const half = Math.floor(width / 2)
  const fits = half >= LEAST
  return (
    <div class={fits ? 'beside two' : 'beside'}>
      {drawing.parts.map(({ label, ladder }) => (
        <figure key={label}>
          <figcaption>{rest.labels[label]}</figcaption>
          <LadderView drawing={ladder} width={fits ? half : width} {...rest} />
        </figure>
      ))}
    </div>
  )
}
