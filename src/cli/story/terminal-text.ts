/**
 * A body on its way to a terminal. Its bytes were chosen by a stranger: an escape sequence in them could rename the
 * window, hide lines or type at the prompt. So control characters are shown, not obeyed; what is not text is not shown.
 */

import { named, ours, type Shown, UNSAFE } from '../../inspect/index.ts'

export interface TerminalText {
  /** What may be written for these bytes; empty once the body has turned out not to be text. */
  push(bytes: Uint8Array): Shown
  /** What was still waiting for the rest of a character. */
  end(): Shown
  /** It is not text: nothing more of it is shown. */
  readonly withheld: boolean
  /** Some characters were replaced by words for them. */
  readonly changed: boolean
}

export const terminalText = (): TerminalText => {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: false })
  let withheld = false
  let changed = false
  let held = ''
  let first = true
  const show = (text: string): Shown => {
    // CR LF is a line end, CR alone would overwrite the line: a CR waits for what follows it.
    const whole = held + text
    held = whole.endsWith('\r') ? '\r' : ''
    const safe = whole.slice(0, whole.length - held.length).replace(UNSAFE, obeyedOr)
    changed ||= safe.length !== whole.length - held.length
    return safe.replaceAll('\r\n', '\n') as Shown
  }
  return {
    push(bytes) {
      withheld ||= bytes.includes(0) || (first && bytes.length > 0 && !looksLikeText(bytes))
      first &&= bytes.length === 0
      return withheld ? NOTHING : show(decoder.decode(bytes, { stream: true }))
    },
    end() {
      if (withheld) return NOTHING
      const rest = show(decoder.decode())
      const last = held.replace(UNSAFE, obeyedOr)
      held = ''
      return (rest + last) as Shown
    },
    get withheld() {
      return withheld
    },
    get changed() {
      return changed
    },
  }
}

const NOTHING = ours('')

/** Tabs, line ends and joiners, which many scripts and most families of emoji need, stay; a CR alone is no line end. */
const obeyedOr = (character: string, at: number, text: string): string =>
  '\t\n\u200c\u200d'.includes(character) || (character === '\r' && text[at + 1] === '\n') ? character : named(character)

/** Pictures and archives have a NUL early or are full of bytes that no text has. */
const looksLikeText = (bytes: Uint8Array): boolean => {
  const text = new TextDecoder().decode(bytes.subarray(0, 4096), { stream: true })
  const strange = text.match(/\ufffd/g)?.length ?? 0
  return strange * 4 <= text.length
}
