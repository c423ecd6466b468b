/**
 * Where captures come from: the server of `--web` (`served.ts`), a file on this machine that a worker reads (`file.ts`), or
 * the page itself, which has them inside (`written.ts`). All say the same lines: `src/inspect/packed/capture-lines.ts`.
 */

/** Objects as they come, some at a time. Whoever stops taking ends the work. */
export type Lines = AsyncIterable<readonly unknown[]>

export interface Shelf {
  /** Captures that can be opened, a line for each. */
  list(): Lines
  contents(id: string): Lines
  conversation(id: string, number: number): Lines
}

/** What it takes of a page to be told where its exchanges come from: a server and a file say so in its head. */
export type SourceName = 'engines' | 'live' | 'captures' | 'written'

const SOURCES: readonly string[] = ['live', 'captures', 'written'] satisfies SourceName[]

export const sourceOf = (document: Document): SourceName => {
  const said = document.querySelector('meta[name=barewire-source]')?.getAttribute('content') ?? ''
  return SOURCES.includes(said) ? (said as SourceName) : 'engines'
}
