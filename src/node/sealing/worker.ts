/** A thread of Node's for the pool. */
import { Worker } from 'node:worker_threads'
import { callsOpenSsl } from '../aead.ts'
import { koffiFile } from '../openssl.ts'
import { type Sealed, THREAD } from './job.ts'
import type { StartThread } from './pool.ts'

/**
 * Throws what Node says where there can be no threads. The process does not live on for one that has nothing to do. `koffi` is
 * a file; where it is undefined `node:crypto` seals.
 */
export const workerWith =
  (koffi: string | undefined): StartThread =>
  ears => {
    // What this process was started with (loaders, --input-type) is nothing to it.
    const worker = new Worker(THREAD, { eval: true, execArgv: [], name: 'barewire: records', workerData: koffi })
    let reason: unknown
    worker.on('message', (said: Sealed | undefined) => {
      if (said !== undefined) ears.sealed(said)
      else ears.ready()
    })
    worker.on('error', error => {
      reason = error
    })
    worker.on('exit', code => ears.gone(reason ?? new Error(`a thread ended with ${code}`)))
    // Behind the handlers: to listen is to hold.
    worker.unref()
    return {
      post: job => worker.postMessage(job, [job.memory]),
      hold: wanted => (wanted === 'held' ? worker.ref() : worker.unref()),
      stop: () => worker.terminate(),
    }
  }

export const startWorker: StartThread = ears => workerWith(callsOpenSsl() ? koffiFile() : undefined)(ears)
