/**
 * Threads that seal, shared by any number of connections. Each has two jobs at most, so that it never waits for us; what is
 * more waits here, and owners take turns. Nobody is left waiting: where there is no thread, or none any more, we seal here.
 */
import { createCipheriv, createSecretKey } from 'node:crypto'
import type { Bytes } from '../../engine.ts'
import { callsOpenSsl } from '../aead.ts'
import { CIPHERS, callsOf, GET_TAG, loadKoffi } from '../openssl.ts'
import type { Batch } from './batch.ts'
import { type Job, newMemory, type Sealed, sealAll } from './job.ts'
import { byNode, byOpenSsl, type Sealer } from './sealer.ts'

/** What a pool wants of a thread. */
export interface Thread {
  post(job: Job): void
  /** Whether the process is to live on for it. */
  hold(wanted: 'held' | 'let go'): void
  stop(): Promise<unknown>
}
/** What a thread says. */
export interface ThreadEars {
  ready(): void
  sealed(job: Sealed): void
  /** It has ended, whatever the reason. What it had is gone. */
  gone(reason: unknown): void
}
export type StartThread = (ears: ThreadEars) => Thread

/** One that is worked at and one that waits. */
const MOST_JOBS = 2
/** From so many bytes on it pays to move them: below, to wake a thread and be woken costs as much as to seal. */
export const LEAST_MOVED = 64 * 1024

let own: Sealer | undefined
/** For what is sealed here. */
const ownSealer = (): Sealer => {
  own ??= callsOpenSsl()
    ? byOpenSsl(callsOf(loadKoffi()), CIPHERS, GET_TAG)
    : byNode({ createCipheriv, createSecretKey })
  return own
}

interface Busy {
  readonly thread: Thread
  readonly jobs: Map<number, Batch>
  ready: boolean
}

export class Pool {
  readonly #start: StartThread
  readonly #wanted: number
  readonly #lost: (reason: unknown) => void
  #threads: Set<Busy> | undefined
  /** By owner. */
  readonly #waiting = new Map<object, Batch[]>()
  /** Memory to be used again: to get it anew from the system costs as much as to seal into it. */
  readonly #free: ArrayBuffer[] = []
  /** Where a piece of a batch came from, by its memory. */
  readonly #batches = new WeakMap<ArrayBufferLike, Batch>()
  /** Memory of sealed batches that comes back to us when it has left. */
  readonly #lent = new WeakSet<ArrayBufferLike>()
  #ids = 0
  #closed = false
  #idle: (() => void)[] = []

  /** `lost` hears of threads that ended by themselves. */
  constructor(start: StartThread, threads: number, lost: (reason: unknown) => void) {
    this.#start = start
    this.#wanted = threads
    this.#lost = lost
  }

  /** How many threads there may be. */
  get threads(): number {
    return this.#wanted
  }
  /** Somebody there who seals. */
  get ready(): boolean {
    if (this.#closed) return false
    for (const { ready } of this.#threads ?? []) if (ready) return true
    return false
  }
  /** Starts the threads, once; until they are there everything is sealed at once. */
  begin(): void {
    if (this.#threads !== undefined || this.#closed) return
    this.#threads = new Set()
    for (let i = 0; i < this.#wanted; i++) this.#startOne(this.#threads)
  }
  /** Takes nothing any more; ends the threads when what they have is sealed. */
  async close(): Promise<void> {
    this.#closed = true
    const threads = this.#threads
    if (threads === undefined) return
    while (this.#busy) await new Promise<void>(resolve => this.#idle.push(resolve))
    const ending = [...threads]
    threads.clear()
    this.#free.length = 0
    await Promise.all(ending.map(({ thread }) => thread.stop()))
  }

  memory(): ArrayBuffer {
    return this.#free.pop() ?? newMemory()
  }
  /** Pieces of `batch` are known by its memory from now on. */
  opened(batch: Batch): void {
    this.#batches.set(batch.memory!, batch)
  }
  /** The batch that a piece will be filled by; undefined: it is what it is. */
  batchOf(piece: Bytes): Batch | undefined {
    return this.#batches.get(piece.buffer)
  }
  /** Nothing more is laid into `batch`: it is sealed, here if it is short, and its reader hears of it. */
  seal(batch: Batch): void {
    if (batch.state !== 'open') return
    batch.state = 'under way'
    if (batch.used < LEAST_MOVED || !this.ready) {
      this.#sealHere(batch)
      return
    }
    const waiting = this.#waiting.get(batch.owner)
    if (waiting === undefined) this.#waiting.set(batch.owner, [batch])
    else waiting.push(batch)
    this.#move()
  }
  /** Nobody waits for `batch` any more. What has not begun is not sealed. */
  drop(batch: Batch): void {
    batch.reader = undefined
    const waiting = this.#waiting.get(batch.owner)
    const at = waiting?.indexOf(batch) ?? -1
    if (waiting === undefined || at < 0) return
    waiting.splice(at, 1)
    if (waiting.length === 0) this.#waiting.delete(batch.owner)
    batch.state = 'lost'
    const memory = batch.memory!
    new Uint8Array(memory).fill(0)
    this.#give(memory)
  }
  /** These have left, and nobody looks at them again. */
  left(pieces: readonly Bytes[]): void {
    for (const { buffer } of pieces) if (this.#lent.delete(buffer)) this.#give(buffer as ArrayBuffer)
  }

  get #busy(): boolean {
    if (this.#waiting.size > 0) return true
    for (const { jobs } of this.#threads ?? []) if (jobs.size > 0) return true
    return false
  }
  #give(memory: ArrayBuffer): void {
    if (!this.#closed && this.#free.length < MOST_JOBS * this.#wanted + 2) this.#free.push(memory)
  }
  #startOne(threads: Set<Busy>): void {
    const jobs = new Map<number, Batch>()
    try {
      const thread = this.#start({
        ready: () => {
          busy.ready = true
        },
        sealed: job => this.#came(busy, job),
        gone: reason => {
          if (threads.delete(busy)) this.#gone(busy, reason)
        },
      })
      const busy: Busy = { thread, jobs, ready: false }
      threads.add(busy)
    } catch (error) {
      this.#lost(error)
    }
  }
  #move(): void {
    while (this.#waiting.size > 0) {
      const free = this.#leastBusy()
      if (free === undefined) return
      this.#post(free, this.#next())
    }
  }
  #leastBusy(): Busy | undefined {
    let least: Busy | undefined
    for (const one of this.#threads ?? []) if (one.ready && one.jobs.size < (least?.jobs.size ?? MOST_JOBS)) least = one
    return least
  }
  /** Of whoever has waited longest for a turn; whoever has more goes to the end of the line. */
  #next(): Batch {
    const [owner, batches] = this.#waiting.entries().next().value!
    const batch = batches.shift()!
    this.#waiting.delete(owner)
    if (batches.length > 0) this.#waiting.set(owner, batches)
    return batch
  }
  #post(busy: Busy, batch: Batch): void {
    const { name, count } = batch
    const memory = batch.memory!
    batch.memory = undefined
    const id = ++this.#ids
    if (busy.jobs.size === 0) busy.thread.hold('held')
    busy.jobs.set(id, batch)
    busy.thread.post({ id, name, memory, count })
  }
  #came(busy: Busy, { id, memory, records }: Sealed): void {
    const batch = busy.jobs.get(id)!
    busy.jobs.delete(id)
    if (busy.jobs.size === 0) busy.thread.hold('let go')
    this.#move()
    this.#sealed(batch, memory, records)
    this.#quiet()
  }
  #sealHere(batch: Batch): void {
    const memory = batch.memory!
    this.#sealed(batch, memory, sealAll({ memory, name: batch.name, count: batch.count }, ownSealer()))
  }
  #sealed(batch: Batch, memory: ArrayBuffer, records: Bytes): void {
    batch.memory = undefined
    batch.state = 'sealed'
    batch.records = records
    if (records.buffer !== memory) this.#give(memory)
    else this.#lent.add(memory)
    batch.reader?.sealed()
  }
  /** What the thread had in its hands is gone with it. What still waits goes elsewhere. */
  #gone(busy: Busy, reason: unknown): void {
    for (const batch of busy.jobs.values()) {
      batch.state = 'lost'
      batch.reader?.lost()
    }
    busy.jobs.clear()
    this.#lost(reason)
    if (this.ready) this.#move()
    else while (this.#waiting.size > 0) this.#sealHere(this.#next())
    this.#quiet()
  }
  #quiet(): void {
    if (this.#idle.length > 0 && !this.#busy) for (const tell of this.#idle.splice(0)) tell()
  }
}
