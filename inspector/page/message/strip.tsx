/** How the frame is made up that carries a message: each header as wide as it is long, the message in its place. */
import type { FunctionComponent } from 'preact'
import { useMemo } from 'preact/hooks'
import type { MessageRecord } from '../../../src/trace/types.ts'
import { type Part, partsOf } from '../../model/pane.ts'
import { titleIn } from '../../model/rows.ts'
import type { Scene } from '../../model/scene.ts'
import type { Words } from '../../words/index.ts'

export interface StripProps {
  readonly scene: Scene
  readonly words: Words
  readonly message: MessageRecord
}

export const Strip: FunctionComponent<StripProps> = ({ scene, words, message }) => {
  const { page } = words
  const parts = useMemo(() => partsOf(scene, message), [scene, message])
  if (parts.length === 0) return null
  const title = page.title(titleIn(scene, message, 'messages'))
  const nameOf = ({ kind, layer }: Part): string =>
    kind === 'this' ? title : kind === 'header' ? (page.parts.header[layer] ?? layer) : page.parts[kind]
  const said = parts.map(part => `${nameOf(part)} ${String(part.bytes)}`).join(page.comma)
  return (
    <div class="strip" role="img" aria-label={said}>
      {parts.map((part, i) => (
        <span
          key={i}
          class={`part-${part.kind}`}
          style={{ '--n': String(part.bytes) }}
          title={`${nameOf(part)}, ${page.octets(part.bytes)}`}
        >
          {`${nameOf(part)} ${String(part.bytes)}`}
        </span>
      ))}
    </div>
  )
}
