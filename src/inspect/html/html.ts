/**
 * Text that may stand in a page: whatever is put into `html` is shown, never obeyed, whoever it came from. Only the
 * functions here make `Html`, and only `Html` gets into a page as it is.
 */
import { named, UNSAFE } from '../shown.ts'

export class Html {
  readonly text: string
  private constructor(text: string) {
    this.text = text
  }
  /** Of texts of our own alone. */
  static of(text: string): Html {
    return new Html(text)
  }
}

export type Part = string | number | Html | readonly Html[] | undefined

/** A piece of a page. What is filled in is escaped for contents and for quoted attributes alike. */
export const html = (texts: TemplateStringsArray, ...parts: readonly Part[]): Html =>
  Html.of(texts.map((text, i) => (i === 0 ? text : filled(parts[i - 1]) + text)).join(''))

const filled = (part: Part): string => {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  return typeof part === 'object' ? part.map(({ text }) => text).join('') : escaped(`${part}`)
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '`': '&#96;',
}

const escaped = (text: string): string => text.replace(UNSAFE, named).replace(/[&<>"'`]/g, each => ENTITIES[each]!)

/** `text` of a peer, that it does not turn the direction of what stands beside it; what is longer than `most` is counted. */
export const told = (text: string, most: number): Html => {
  const characters = text.length > most ? [...text.slice(0, most)] : undefined
  // A cut does not go through the middle of a pair.
  if (characters !== undefined && /[\ud800-\udbff]$/.test(characters.at(-1) ?? '')) characters.pop()
  const shown = characters?.join('') ?? text
  return shown === text ? html`<bdi>${text}</bdi>` : html`<bdi>${shown}</bdi>… (+${text.length - shown.length})`
}
