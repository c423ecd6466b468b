/** A capture that somebody gave the page: read in a worker, so that the page answers while it is. */
import type { PackedFailure } from '../../../src/inspect/packed/packed.ts'
import type { Lines, Shelf } from '../shelf.ts'
import type { Answer, Asking } from './said.ts'
import { startWorker } from './start.ts'

export interface Given {
  readonly file: File
  readonly keys: readonly string[]
  readonly privacy: 'starred' | 'shown'
}

export interface FileShelf extends Shelf {
  close(): void
}

/** It could not be read, or whoever read it is gone. */
export class Unreadable extends Error {
  readonly failure: PackedFailure | undefined
  constructor(failure?: PackedFailure) {
    super('unreadable')
    this.failure = failure
  }
}

type Waiting = (answer: Answer) => void

/** `progress`: the part of the file that is behind the index. */
export const fileShelf = (given: Given, progress: (part: number) => void): FileShelf => {
  const worker = startWorker()
  const waiting = new Map<number, Waiting>()
  let asks = 0
  const say = (asking: Asking): void => worker.postMessage(asking)
  worker.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
    if (data.type === 'progress') progress(data.done / data.of)
    else waiting.get(data.ask)?.(data)
  })
  const broken = (): void => {
    for (const [ask, each] of waiting) each({ type: 'failed', ask, failure: undefined })
  }
  worker.addEventListener('error', broken)
  say({ type: 'open', ...given })
  let isClosed = false
  async function* lines(first: (ask: number) => Asking): Lines {
    const ask = ++asks
    try {
      for (let asking = first(ask); ; asking = { type: 'more', ask }) {
        if (isClosed) throw new Unreadable()
        const answered = new Promise<Answer>(resolve => void waiting.set(ask, resolve))
        say(asking)
        const answer = await answered
        if (answer.type === 'failed') throw new Unreadable(answer.failure)
        if (answer.type !== 'lines') continue
        yield answer.lines
        if (answer.isLast) return
      }
    } finally {
      waiting.delete(ask)
      say({ type: 'enough', ask })
    }
  }
  return {
    async *list() {},
    contents: () => lines(ask => ({ type: 'contents', ask })),
    conversation: (_, number) => lines(ask => ({ type: 'conversation', ask, number })),
    close() {
      isClosed = true
      worker.terminate()
      broken()
    },
  }
}
