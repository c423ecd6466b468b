/** Files that are dropped anywhere on the page, and the button for whoever drops none. */
import type { FunctionComponent } from 'preact'
import { useEffect, useRef, useState } from 'preact/hooks'
import type { PageProps } from '../slots.ts'

/** While files hang over the page it says what becomes of them. */
export const DropAnywhere: FunctionComponent<PageProps> = ({ state, words }) => {
  const [isOver, setOver] = useState(false)
  const give = useRef(state.captures.give)
  give.current = state.captures.give
  useEffect(() => {
    const leaving = new AbortController()
    const { signal } = leaving
    const on = (name: 'dragenter' | 'dragover' | 'dragleave' | 'drop', take: (event: DragEvent) => void): void =>
      addEventListener(
        name,
        event => {
          if (event.dataTransfer?.types.includes('Files') !== true) return
          event.preventDefault()
          take(event)
        },
        { signal },
      )
    on('dragenter', () => setOver(true))
    on('dragover', () => setOver(true))
    // Between two elements of the page it goes nowhere.
    on('dragleave', event => {
      if (event.relatedTarget === null) setOver(false)
    })
    on('drop', event => {
      setOver(false)
      give.current([...event.dataTransfer!.files])
    })
    return () => leaving.abort()
  }, [])
  return isOver ? (
    <div class="drop-over">
      <p>{words.captures.drop}</p>
    </div>
  ) : null
}

export const ChooseFiles: FunctionComponent<PageProps & { readonly text: string; readonly look: string }> = ({
  state,
  text,
  look,
}) => (
  <label class={`choose-files ${look}`}>
    <input
      class="unseen"
      type="file"
      multiple
      onChange={event => {
        const { files } = event.currentTarget
        if (files !== null && files.length > 0) state.captures.give([...files])
        event.currentTarget.value = ''
      }}
    />
    {text}
  </label>
)
