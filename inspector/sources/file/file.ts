/** A capture that somebody gave the page: read in a worker, so that the page answers while it is. */
import type { Failure } from '../../../src/failures/index.ts'
import { type PackedFailure, packedFailure } from '../../../src/inspect/packed/packed.ts'
import type { Lines, Shelf } from '../shelf.ts'
import type { Answer, Asking, Opening } from './said.ts'
import { startWorker } from './start.ts'

export type Given = Omit<Opening, 'type'>

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

type Batch = Exclude<Answer, { readonly type: 'progress' }>
type Waiting = (answer: Batch) => void

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
    const answerTo = (asking: Asking): Promise<Batch> => {
      if (isClosed) return Promise.resolve({ type: 'failed', ask, failure: undefined })
      const answered = new Promise<Batch>(resolve => void waiting.set(ask, resolve))
      say(asking)
      return answered
    }
    try {
      let next: Promise<Batch> | undefined = answerTo(first(ask))
      while (next !== undefined) {
        const answer: Batch = await next
        if (answer.type === 'failed') throw new Unreadable(answer.failure)
        // One batch ahead: it is made while this one is taken, and no more than two are there.
        next = answer.isLast ? undefined : answerTo({ type: 'more', ask })
        yield answer.lines
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

/** In place of a file that is known to be of no use here: a key under a password. */
export const refusedShelf = (failure: Failure): FileShelf => {
  // biome-ignore lint/correctness/useYield: it fails before the first line
  const refused = async function* (): Lines {
    throw new Unreadable(packedFailure(failure))
  }
  return { list: refused, contents: refused, conversation: refused, close() {} }
}
