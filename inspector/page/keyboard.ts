/** Keys that work everywhere in the exchange. The Tab key is never taken, and single letters can be switched off. */
import { useEffect, useRef } from 'preact/hooks'

/** What the keys do; a key that is not here is nobody's. */
export type Keys = Readonly<Record<string, () => void>>

/** `letters`: whether keys that write a character count. They never do while somebody writes. */
export const useKeys = (keys: Keys, letters: 'on' | 'off'): void => {
  const latest = useRef(keys)
  latest.current = keys
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
