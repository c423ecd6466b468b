/** Whatever a step draws. */
import type { FunctionComponent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { Drawing } from '../../lessons/drawings.ts'
import type { Words } from '../../words/index.ts'
import { BesideView } from './beside.tsx'
import { ChainView } from './chain.tsx'
import { LadderView } from './ladder.tsx'
import type { Frame } from './lesson.tsx'
import { MessageView } from './message.tsx'
import { PaintView } from './paint.tsx'
import { PicturesView } from './pictures.tsx'
import { PlotView } from './plot.tsx'
import { TableView } from './table.tsx'
import { WrappingView } from './wrapping.tsx'
import './tables.css'

/** Words of a lesson for what is written into drawings. */
export type Labels = Readonly<Record<string, string>>

export interface DrawingProps<D extends Drawing<string> = Drawing<string>> {
  readonly drawing: D
  readonly labels: Labels
  readonly words: Words
  readonly frame: Frame
  /** Pixels that there are. */
  readonly width: number
}

export const DrawingView: FunctionComponent<Omit<DrawingProps, 'width'>> = props => {
  const [room, width] = useWidth()
  return (
    <div ref={room} class="drawing">
      {width === 0 ? null : <Drawn {...props} width={width} />}
    </div>
  )
}

const Drawn: FunctionComponent<DrawingProps> = ({ drawing, ...rest }) => {
  switch (drawing.kind) {
    case 'ladder':
      return <LadderView drawing={drawing} {...rest} />
    case 'beside':
      return <BesideView drawing={drawing} {...rest} />
    case 'message':
      return <MessageView drawing={drawing} {...rest} />
    case 'wrapping':
      return <WrappingView drawing={drawing} {...rest} />
    case 'table':
      return <TableView drawing={drawing} {...rest} />
    case 'pictures':
      return <PicturesView drawing={drawing} {...rest} />
    case 'paint':
      return <PaintView drawing={drawing} {...rest} />
    case 'plot':
      return <PlotView drawing={drawing} {...rest} />
    case 'chain':
      return <ChainView drawing={drawing} {...rest} />
    default:
      return drawing satisfies never
  }
}

/** How wide an element is, as it changes. */
const useWidth = () => {
  const room = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(0)
  useEffect(() => {
    const element = room.current!
    setWidth(element.clientWidth)
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth))
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  return [room, width] as const
}
