/** The list of keys, and the switch for those that are single letters (WCAG 2.1.4). */
import type { FunctionComponent } from 'preact'
import type { PageProps } from './slots.ts'

export const HELP = 'help'

export const showHelp = (): void => {
  const dialog = document.getElementById(HELP)
  if (dialog instanceof HTMLDialogElement && !dialog.open) dialog.showModal()
}

export const Help: FunctionComponent<PageProps> = ({ state, words }) => {
  const { page } = words
  return (
    <dialog id={HELP} aria-labelledby="help-title">
      <h2 id="help-title">{page.keysHelp}</h2>
      <dl>
        {page.keys.map(([keys, what]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <p>
        <label>
          <input
            type="checkbox"
            checked={state.place.own.letters !== 'off'}
            onChange={event =>
              state.go({ own: { letters: event.currentTarget.checked ? undefined : 'off' } }, 'replace')
            }
          />{' '}
          {page.letters}
        </label>
      </p>
      <form method="dialog">
        <button type="submit" class="button">
          {page.close}
        </button>
      </form>
    </dialog>
  )
}
