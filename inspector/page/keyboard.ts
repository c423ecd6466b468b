/**
 * Keys that work everywhere in the exchange. The Tab key is never taken; single letters can be switched off, or be others
 * (WCAG 2.1.4).
 */
import { useEffect, useRef } from 'preact/hooks'
import type { Place } from './place.ts'

/** Keys that write a character, as they are at first. */
export const LETTERS = ['j', 'k', 'n', 'p', 'b', 'e', 'l', 'g', '/', 'c', '?'] as const
export type Letter = (typeof LETTERS)[number]
export type Letters = Readonly<Record<Letter, string>>

const AT_FIRST = Object.fromEntries(LETTERS.map(letter => [letter, letter])) as Letters

/** Which key stands for which, from the address (`keymap=jx,ky`); what cannot be one is as at first. */
export const lettersOf = ({ keymap = '' }: Place['own']): Letters =>
  keymap.split(',').reduce((letters, pair) => {
    const [letter, key = ''] = [LETTERS.find(each => pair.startsWith(each)), pair.slice(1)]
    return letter === undefined ? letters : (withKey(letters, letter, key) ?? letters)
  }, AT_FIRST)

/** Digits choose tabs, and a space presses buttons. */
const canBeKey = (key: string): boolean => [...key].length === 1 && /^[^\s\d,\p{C}]$/u.test(key)

/** `key` for what `letter` does; whatever had that key gets the other one. Undefined where it cannot be a key. */
export const withKey = (letters: Letters, letter: Letter, key: string): Letters | undefined => {
  if (!canBeKey(key)) return undefined
  const other = LETTERS.find(each => letters[each] === key)
  return { ...letters, ...(other === undefined ? {} : { [other]: letters[letter] }), [letter]: key }
}

/** For the address; undefined where all are as at first. */
export const keymapOf = (letters: Letters): string | undefined =>
  LETTERS.filter(letter => letters[letter] !== letter)
    .map(letter => `${letter}${letters[letter]}`)
    .join(',') || undefined

/** What the keys do; a key that is not here is nobody's. */
export type Keys = Readonly<Record<string, () => void>>

/** `own`: where the address says which letters count, and whether. They never do while somebody writes. */
export const useKeys = (keys: Keys, own: Place['own']): void => {
  const { letters = 'on' } = own
  const latest = useRef(keys)
  latest.current = chosen(keys, lettersOf(own))
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const { key, target } = event
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return
      if (!Object.hasOwn(latest.current, key) || (target instanceof HTMLElement && takesKeys(target, key))) return
      if (key.length === 1 && letters === 'off') return
      event.preventDefault()
      latest.current[key]!()
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [letters])
}

const chosen = (keys: Keys, letters: Readonly<Record<string, string>>): Keys =>
  Object.fromEntries(Object.entries(keys).map(([key, act]) => [letters[key] ?? key, act]))

/** Controls that do something of their own with a key. */
const takesKeys = (target: HTMLElement, key: string): boolean => {
  if (document.querySelector('dialog[open]') !== null) return true
  if (key === 'Escape') return false
  if (target instanceof HTMLSelectElement || target instanceof HTMLTextAreaElement) return true
  if (target instanceof HTMLInputElement && !/^(?:radio|checkbox|range)$/.test(target.type)) return true
  if (key.length === 1) return false
  // Arrows move in groups of buttons and on the slider; Enter presses what has the focus.
  return target instanceof HTMLInputElement || target.closest('[role=tablist],[role=tree],[role=grid]') !== null
}
