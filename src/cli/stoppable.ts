/** Work and output that give up when a run is stopped. */
import type { Sink } from './io.ts'

/** Standard output that gives up when the run does: a reader that reads no more must not keep Ctrl-C from working. */
export const stoppable = (sink: Sink, signal: AbortSignal, wrote: (openLine: boolean) => void): Sink => ({
  isTerminal: sink.isTerminal,
  get columns() {
    return sink.columns
  },
  async write(chunk) {
    signal.throwIfAborted()
    wrote(sink.isTerminal && chunk.length > 0 && chunk.at(-1) !== '\n' && chunk.at(-1) !== LINE_FEED)
    await untilStopped(sink.write(chunk), signal)
  },
})

const LINE_FEED = 0x0a

export const untilStopped = <T>(work: Promise<T>, signal: AbortSignal): Promise<T> =>
  new Promise((resolve, reject) => {
    const stopped = (): void => reject(signal.reason)
    if (signal.aborted) stopped()
    signal.addEventListener('abort', stopped, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stopped))
  })
