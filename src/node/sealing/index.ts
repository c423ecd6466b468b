/**
 * Records sealed in threads of their own. The engine of TLS stays where it is, and the order of records and nonces with it;
 * what threads do is arithmetic on memory that moves to them and back.
 */
import { english } from '../../explain/en/index.ts'
import { type Failure, fail } from '../../failures/index.ts'
import type { RecordWorkers } from '../../net/stream/record-workers.ts'
import { inWords } from '../../net/told.ts'
import { LaterAead } from './later-aead.ts'
import { Pool, type StartThread } from './pool.ts'
import { SealedStream } from './stream.ts'
import { startWorker } from './worker.ts'

export interface RecordWorkersOptions {
  /** 1 where undefined: it seals about as fast as one thread can write. */
  readonly threads?: number | undefined
  /** Told of a thread that could not be started or has ended (`net/sealing-lost`); the process warns where undefined. */
  readonly warned?: ((warning: Failure) => void) | undefined
}

const MOST_THREADS = 64

/**
 * For `tls.workers`. Threads start with the first connection, and the process does not live on for them; `close` ends them.
 * Where they cannot be started, or have ended, connections seal for themselves; one that had records in the hands of a thread
 * that ended fails with `net/sealing-lost`. Throws `RangeError` for a number of threads that is none.
 */
export const recordWorkers = (options: RecordWorkersOptions = {}): RecordWorkers => workersOf(startWorker, options)

/** The same with threads of another kind. */
export const workersOf = (start: StartThread, { threads = 1, warned }: RecordWorkersOptions): RecordWorkers => {
  if (!Number.isInteger(threads) || threads < 1 || threads > MOST_THREADS)
    throw new RangeError(`threads: 1 to ${MOST_THREADS}, not ${threads}`)
  const tell =
    warned ??
    ((warning: Failure) => {
      const { message, code } = inWords(warning, english)
      process.emitWarning(message, { type: 'BarewireWarning', code })
    })
  const lost = (reason: unknown): void =>
    tell(fail('net/sealing-lost', { got: reason instanceof Error ? reason.message : String(reason) }))
  const pool = new Pool(start, threads, lost)
  return {
    providerOf: crypto =>
      Object.create(crypto, { aead: { value: (name: never, key: never) => new LaterAead(name, key, pool) } }),
    over(stream) {
      pool.begin()
      return new SealedStream(stream, pool)
    },
    close: () => pool.close(),
  }
}
