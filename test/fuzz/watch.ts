/** Watches a campaign from outside: a loop without end cannot notice itself. */
import type { Worker } from 'node:worker_threads'
import type { Progress } from './worker.ts'

/**
 * What a worker has come to when it is done, dies, or stays in one execution for `longest` milliseconds. Then the input
 * that runs is a crash as well: it lies in `running`, as `Task` says.
 */
export const watched = (
  worker: Worker,
  running: SharedArrayBuffer,
  longest: number,
  tell: (progress: Progress) => void,
): Promise<Progress> => {
  const numbers = new Int32Array(running, 0, 2)
  const none: Progress = { type: 'progress', executions: 0, coverage: 0, corpus: 0, crashes: [], fewest: [] }
  let last = none
  const died = (message: string): Progress => {
    const input = new Uint8Array(running, 8).slice(0, Atomics.load(numbers, 1))
    return { ...last, crashes: [...last.crashes, { input, message }] }
  }
  return new Promise(resolve => {
    let [begun, since] = [0, performance.now()]
    const watch = setInterval(() => {
      const now = Atomics.load(numbers, 0)
      if (now !== begun) [begun, since] = [now, performance.now()]
      else if (performance.now() - since > longest) finish(died('an execution without end'))
    }, longest / 20)
    const finish = (progress: Progress): void => {
      clearInterval(watch)
      resolve(progress)
      void worker.terminate()
    }
    worker.on('message', (progress: Progress) => {
      last = progress
      tell(progress)
      if (progress.type === 'done') finish(progress)
    })
    worker.on('error', error => finish(died(String((error as Error).stack ?? error))))
    worker.on('exit', () => finish(last))
  })
}
