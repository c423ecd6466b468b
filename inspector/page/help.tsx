/** The list of keys: those that are single letters can be others, or be switched off (WCAG 2.1.4). */
import type { FunctionComponent } from 'preact'
import { keymapOf, LETTERS, type Letter, lettersOf, withKey } from './keyboard.ts'
import type { PageProps } from './slots.ts'

export const HELP = 'help'

export const showHelp = (): void => {
  const dialog = document.getElementById(HELP)
  if (!(dialog instanceof HTMLDialogElement) || dialog.open) return
  dialog.showModal()
  dialog.querySelector<HTMLElement>('[type=submit]')?.focus()
}

export const Help: FunctionComponent<PageProps> = ({ state, words }) => {
  const { page } = words
  const letters = lettersOf(state.place.own)
  const change = (letter: Letter, written: string): void => {
    // What was there stands before or behind what was written.
    const key = [...written].find(each => each !== letters[letter])
    const next = key === undefined ? undefined : withKey(letters, letter, key)
    if (next !== undefined) state.go({ own: { keymap: keymapOf(next) } }, 'replace')
  }
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
        {LETTERS.map(letter => (
          <div key={letter}>
            <dt>
              <input
                class="entry letter"
                aria-label={page.letterKeys[letter]}
                value={letters[letter]}
                disabled={state.place.own.letters === 'off'}
                autocomplete="off"
                autocapitalize="off"
                spellcheck={false}
                onFocus={event => event.currentTarget.select()}
                onInput={event => {
                  change(letter, event.currentTarget.value)
                  event.currentTarget.value = lettersOf(state.place.own)[letter]
                }}
              />
            </dt>
            <dd>{page.letterKeys[letter]}</dd>
          </div>
        ))}
      </dl>
      <p class="quiet small">{page.letterHint}</p>
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
        {keymapOf(letters) === undefined ? null : (
          <button type="button" class="plain" onClick={() => state.go({ own: { keymap: undefined } }, 'replace')}>
            {page.lettersAtFirst}
          </button>
        )}
        <button type="submit" class="button">
          {page.close}
        </button>
      </form>
    </dialog>
  )
}
