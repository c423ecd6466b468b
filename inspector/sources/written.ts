/**
 * Captures that are inside of the page: `inspect --html` writes them into elements that no browser runs, a line for each
 * object (`src/cli/actions/inspect/page.ts`).
 */
import { parsed } from './lines.ts'
import type { Lines, Shelf } from './shelf.ts'

/** Lines that are parsed at once: the page answers in between. */
const AT_ONCE = 500

export const writtenShelf = (document: Document): Shelf => {
  async function* linesOf(name: string): Lines {
    const lines = (document.getElementById(name)?.textContent ?? '').split('\n')
    for (let at = 0; at < lines.length; at += AT_ONCE) {
      yield parsed(lines.slice(at, at + AT_ONCE))
      await new Promise(resolve => setTimeout(resolve))
    }
  }
  return {
    list: () => linesOf('captures'),
    contents: id => linesOf(`captures/${id}`),
    conversation: (id, number) => linesOf(`captures/${id}/${number}`),
  }
}
