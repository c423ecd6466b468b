/**
 * A body on its way to a terminal. Its bytes were chosen by a stranger: an escape sequence in them could rename the
 * window, hide lines or type at the prompt. So control characters are shown, not obeyed; what is not text is not shown.
 */

export interface TerminalText {
  /** What may be written for these bytes; empty once the body has turned out not to be text. */
  push(bytes: Uint8Array): string
  /** What was still waiting for the rest of a character. */
  end(): string
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
  const show = (text: string): string => {
    // CR LF is a line end, CR alone would overwrite the line: a CR waits for what follows it.
    const whole = held + text
    held = whole.endsWith('\r') ? '\r' : ''
    const safe = whole.slice(0, whole.length - held.length).replace(UNSAFE, named)
    changed ||= safe.length !== whole.length - held.length
    return safe.replaceAll('\r\n', '\n')
  }
  return {
    push(bytes) {
      withheld ||= bytes.includes(0) || (first && bytes.length > 0 && !looksLikeText(bytes))
      first &&= bytes.length === 0
      return withheld ? '' : show(decoder.decode(bytes, { stream: true }))
    },
    end() {
      if (withheld) return ''
      const rest = show(decoder.decode())
      const last = held.replace(UNSAFE, named)
      held = ''
      return rest + last
    },
    get withheld() {
      return withheld
    },
    get changed() {
      return changed
    },
  }
}

/** C0 but tab and line ends, DEL, C1, and what turns the direction of writing: they make a terminal lie. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]|\r(?!\n)/g

const named = (character: string): string => {
  const code = character.charCodeAt(0)
  return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`
}

/** Pictures and archives have a NUL early or are full of bytes that no text has. */
const looksLikeText = (bytes: Uint8Array): boolean => {
  const text = new TextDecoder().decode(bytes.subarray(0, 4096), { stream: true })
  const strange = text.match(/\ufffd/g)?.length ?? 0
  return strange * 4 <= text.length
}
