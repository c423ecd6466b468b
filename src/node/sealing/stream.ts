/**
 * A stream between TLS and what carries it: a batch that is not sealed yet holds up everything behind it, the end of the
 * stream too. Who writes is asked to wait when much is held.
 */
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { NOBODY } from '../../net/stream/nobody.ts'
import type { Address, ByteStream, StreamHandler } from '../../net/stream/types.ts'
import { endpointText } from '../../wire/address.ts'
import { Batch, type Reader } from './batch.ts'
import { ROOM } from './job.ts'
import type { Pool } from './pool.ts'

export class SealedStream implements ByteStream {
  readonly #lower: ByteStream
  readonly #pool: Pool
  /** Above this many bytes in our hands the writer waits: a batch for each thread, and one that is being written. */
  readonly #most: number
  #handler: StreamHandler = NOBODY
  readonly #queue: (Bytes | Batch)[] = []
  #held = 0
  #room = true
  #writing = false
  /** `write` said false. */
  #waiting = false
  #ended: 'no' | 'asked' | 'done' = 'no'
  #cut = false
  #told = false
  readonly #reader: Reader = {
    sealed: () => {
      if (this.#writing) return
      this.#move()
      this.#wake()
    },
    lost: () => {
      const { address, port } = this.remote
      this.#close(fail('net/sealing-lost', { where: endpointText(address, port) }))
      this.#lower.reset()
    },
  }

  constructor(lower: ByteStream, pool: Pool) {
    this.#lower = lower
    this.#pool = pool
    this.#most = ROOM * (pool.threads + 1)
  }

  get local(): Address {
    return this.#lower.local
  }
  get remote(): Address {
    return this.#lower.remote
  }
  get pieces(): 'owned' | 'borrowed' {
    return this.#lower.pieces ?? 'borrowed'
  }
  /** What is traced is sealed at once (`RecordWorkers`). */
  readonly trace = undefined
  get unsent(): number {
    return this.#held + (this.#lower.unsent ?? 0)
  }
  get handler(): StreamHandler {
    return this.#handler
  }
  set handler(handler: StreamHandler) {
    const first = this.#handler === NOBODY
    this.#handler = handler
    if (first) this.#lower.handler = this.#ears()
  }

  #ears(): StreamHandler {
    return {
      data: bytes => this.#handler.data(bytes),
      end: () => this.#handler.end(),
      drain: () => {
        this.#room = true
        this.#wake()
      },
      sent: pieces => {
        this.#pool.left(pieces)
        this.#handler.sent?.(pieces)
      },
      closed: failure => this.#close(failure),
    }
  }

  write(pieces: readonly Bytes[]): boolean {
    if (this.#cut) return true
    this.#writing = true
    for (const piece of pieces) this.#take(piece)
    this.#writing = false
    this.#move()
    // Who was asked to wait before hears of it, whoever finds that there is room.
    this.#wake()
    if (this.#free) return true
    this.#waiting = true
    return false
  }
  end(): void {
    if (this.#ended === 'no') this.#ended = 'asked'
    this.#move()
  }
  reset(): void {
    this.#drop()
    this.#lower.reset()
  }
  pause(): void {
    this.#lower.pause()
  }
  resume(): void {
    this.#lower.resume()
  }
  hold(wanted: 'held' | 'unheld'): boolean {
    return this.#lower.hold?.(wanted) ?? false
  }

  /** Pieces of one batch come one behind the other. */
  #take(piece: Bytes): void {
    const batch = this.#pool.batchOf(piece)
    if (batch === undefined) {
      this.#queue.push(piece)
      this.#held += piece.length
      return
    }
    if (batch.reader !== undefined) return
    batch.reader = this.#reader
    this.#queue.push(batch)
    this.#held += batch.used
    this.#pool.seal(batch)
  }
  /** What is sealed goes down, up to the first that is not. */
  #move(): void {
    if (this.#cut) return
    const pieces: Bytes[] = []
    for (let first = this.#queue[0]; first !== undefined; first = this.#queue[0]) {
      const piece = first instanceof Batch ? first.records : first
      if (piece === undefined) break
      this.#queue.shift()
      this.#held -= piece.length
      pieces.push(piece)
    }
    if (pieces.length > 0) this.#room = this.#lower.write(pieces)
    if (this.#ended !== 'asked' || this.#queue.length > 0) return
    this.#ended = 'done'
    this.#lower.end()
  }
  get #free(): boolean {
    return this.#room && this.#held < this.#most
  }
  #wake(): void {
    if (!this.#waiting || !this.#free || this.#cut) return
    this.#waiting = false
    this.#handler.drain()
  }
  /** Nothing of what is here will be sent. */
  #drop(): void {
    this.#cut = true
    this.#held = 0
    for (const one of this.#queue.splice(0)) if (one instanceof Batch) this.#pool.drop(one)
  }
  #close(failure: Failure | undefined): void {
    if (this.#told) return
    this.#told = true
    this.#drop()
    this.#handler.closed(failure)
  }
}
