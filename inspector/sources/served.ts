/** What the server of `--web` has, at the address of the page: `src/node/inspector/server.ts`. */
import { linesIn } from './lines.ts'
import type { Lines, Shelf } from './shelf.ts'

export class Unanswered extends Error {
  /** Of HTTP; 0: nobody answered. */
  readonly status: number
  constructor(status: number) {
    super(`${status}`)
    this.status = status
  }
}

/** Throws `Unanswered`. */
export const linesAt = async function* (path: string, signal?: AbortSignal): Lines {
  const answer = await fetch(path, signal === undefined ? {} : { signal }).catch(() => undefined)
  if (answer?.ok !== true || answer.body === null) throw new Unanswered(answer?.status ?? 0)
  yield* linesIn(answer.body)
}

export const servedShelf: Shelf = {
  list: () => linesAt('captures'),
  contents: id => linesAt(`captures/${encodeURIComponent(id)}`),
  conversation: (id, number) => linesAt(`captures/${encodeURIComponent(id)}/${number}`),
}
