/**
 * Text that may be shown to people: nothing in it has the power to move a cursor, change colours or turn the direction of
 * writing, whoever it came from. `Shown` is the only kind of string that the command line's sinks take, and only the
 * functions here and `line` in `style.ts` make it.
 */
import { eastAsianWidth } from 'get-east-asian-width'

declare const SHOWN: unique symbol
export type Shown = string & { readonly [SHOWN]: true }

/**
 * C0, DEL and C1, the soft hyphen, and everything that is invisible or turns the direction of writing: bidirectional
 * marks, zero-width characters, separators, interlinear annotation, tags (Unicode 17, 23.2, 23.8 and 23.9).
 */
export const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not reach a terminal
  /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}]/gu

/** `\x1b`, `\u202e`, `\u{e0001}`: what stands for a character that is not obeyed. */
export const named = (character: string): string => {
  const code = character.codePointAt(0)!
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`
}

/** Columns that `text` takes on a terminal: two for wide characters, none for marks that combine. */
export const columnsOf = (text: string): number => {
  let columns = 0
  for (const character of text) columns += widthOfCharacter(character)
  return columns
}

/** As much of the beginning of `text` as fits into `columns`. */
export const cut = (text: string, columns: number): string => {
  let used = 0
  let end = 0
  for (const character of text) {
    used += widthOfCharacter(character)
    if (used > columns) break
    end += character.length
  }
  return text.slice(0, end)
}

const widthOfCharacter = (character: string): number => {
  const code = character.codePointAt(0)!
  if (code < 0x300) return 1
  return /\p{M}/u.test(character) ? 0 : eastAsianWidth(code)
}

/** Lines as they are written: each with its end. */
export const lines = (list: readonly Shown[]): Shown => list.map(text => `${text}\n`).join('') as Shown

/** A text of our own in which no word came from anybody else: help, completion scripts. */
export const ours = (text: string): Shown => text as Shown
