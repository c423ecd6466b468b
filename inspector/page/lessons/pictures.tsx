/** Pictures that a run has made, byte by byte. */
import type { FunctionComponent } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import type { Picture, PicturesDrawing } from '../../lessons/drawings.ts'
import type { DrawingProps } from './drawing.tsx'

/** Pixels; three below it stand beside each other. */
const SMALL = 64

export const PicturesView: FunctionComponent<DrawingProps<PicturesDrawing<string>>> = ({ drawing, labels }) => (
  <div class="pictures">
    {drawing.pictures.map(picture => (
      <figure key={picture.label} class={picture.width < SMALL ? 'small' : undefined}>
        <Canvas picture={picture} label={labels[picture.label] ?? ''} />
        <figcaption>{labels[picture.label]}</figcaption>
      </figure>
    ))}
  </div>
)

const Canvas: FunctionComponent<{ readonly picture: Picture<string>; readonly label: string }> = ({
  picture,
  label,
}) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const { width, height, grey } = picture
  useEffect(() => {
    const context = canvas.current?.getContext('2d')
    if (context === null || context === undefined) return
    const image = context.createImageData(width, height)
    grey.subarray(0, width * height).forEach((level, i) => {
      image.data.set([level, level, level, 255], 4 * i)
    })
    context.putImageData(image, 0, 0)
  }, [grey, width, height])
  return <canvas ref={canvas} width={width} height={height} role="img" aria-label={label} />
}
