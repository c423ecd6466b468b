/** Threads that seal when the test says so, and streams that keep what is written. */
import { createCipheriv, createSecretKey } from 'node:crypto'
import type { Failure } from '../../src/failures/index.ts'
import type { RecordWorkers } from '../../src/net/stream/record-workers.ts'
import type { ByteStream, StreamHandler } from '../../src/net/stream/types.ts'
import { workersOf } from '../../src/node/sealing/index.ts'
import { type Job, sealAll } from '../../src/node/sealing/job.ts'
import type { Thread, ThreadEars } from '../../src/node/sealing/pool.ts'
import { byNode } from '../../src/node/sealing/sealer.ts'

export class HandThread implements Thread {
  readonly ears: ThreadEars
  readonly jobs: Job[] = []
  /** Everything that it was ever given. */
  given = 0
  held = false
  stopped = false
  constructor(ears: ThreadEars) {
    this.ears = ears
  }
  /** What moves is gone from where it was. */
  post(job: Job): void {
    this.given++
    this.jobs.push({ ...job, memory: structuredClone(job.memory, { transfer: [job.memory] }) })
  }
  hold(wanted: 'held' | 'let go'): void {
    this.held = wanted === 'held'
  }
  async stop(): Promise<void> {
    this.stopped = true
    this.ears.gone('stopped')
  }
  /** Seals the oldest job. */
  work(): Job {
    const job = this.jobs.shift()!
    const records = sealAll(job, byNode({ createCipheriv, createSecretKey }))
    this.ears.sealed({ id: job.id, memory: job.memory, records })
    return job
  }
  die(): void {
    this.jobs.length = 0
    this.ears.gone(new Error('killed'))
  }
}

/** Workers whose threads are `threads`, as soon as something is to be sent; `ready` ones. */
export const handWorkers = (
  count = 1,
  ready = true,
): { readonly workers: RecordWorkers; readonly threads: HandThread[]; readonly warnings: Failure[] } => {
  const threads: HandThread[] = []
  const warnings: Failure[] = []
  const start = (ears: ThreadEars): Thread => {
    const thread = new HandThread(ears)
    threads.push(thread)
    return thread
  }
  const workers = workersOf(start, { threads: count, warned: warning => warnings.push(warning) })
  if (ready) {
    workers.over(new KeptStream())
    for (const { ears } of threads) ears.ready()
  }
  return { workers, threads, warnings }
}

/** A stream of which the test is the other end. */
export class KeptStream implements ByteStream {
  readonly local = { address: '127.0.0.1', port: 1 }
  readonly remote = { address: '127.0.0.1', port: 2 }
  readonly trace = undefined
  handler!: StreamHandler
  room = true
  /** What each call has brought, copied; `FIN` and `RST`. */
  readonly said: (readonly Uint8Array[] | 'FIN' | 'RST')[] = []
  /** The arrays themselves. */
  readonly arrays: Uint8Array[] = []
  get bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.said.flatMap(one => (typeof one === 'string' ? [] : one))))
  }
  write(pieces: readonly Uint8Array[]): boolean {
    this.said.push(pieces.map(piece => piece.slice()))
    this.arrays.push(...pieces)
    return this.room
  }
  end(): void {
    this.said.push('FIN')
  }
  reset(): void {
    this.said.push('RST')
    this.handler?.closed(undefined)
  }
  pause(): void {}
  resume(): void {}
}
