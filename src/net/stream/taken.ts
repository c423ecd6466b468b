/** A stream whose connection has left HTTP (RFC 9110 7.8, 9.3.6): what had come behind the switch stands in front of it. */

import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'
import type { TraceContext } from '../../trace/types.ts'
import type { Address, ConnectionInfo, NetStream, StreamHandler } from './types.ts'
import { Unheard } from './unheard.ts'

export interface Taken {
  readonly clock: Clock
  /** What came behind the switch. */
  readonly rest: Bytes
  /** The other side had sent FIN behind that. */
  readonly ended: boolean
  /** Told when the stream is over, in front of its handler. */
  readonly closed: () => void
}

/** Takes `lower` over from its handler. Nothing more is read until it gets another. */
export class TakenStream implements NetStream {
  readonly pieces: 'owned' | 'borrowed'
  readonly #lower: NetStream
  readonly #taken: Taken
  #unheard: Unheard | undefined
  #handler: StreamHandler
  #paused = false

  constructor(lower: NetStream, taken: Taken) {
    this.#lower = lower
    this.#taken = taken
    this.pieces = lower.pieces ?? 'borrowed'
    this.#unheard = new Unheard(
      () => lower.pause(),
      () => lower.reset(),
    )
    this.#handler = this.#unheard
    lower.handler = {
      data: bytes => this.#handler.data(bytes),
      end: () => this.#handler.end(),
      drain: () => this.#handler.drain(),
      closed: failure => {
        taken.closed()
        this.#handler.closed(failure)
      },
    }
  }

  get connection(): ConnectionInfo {
    return this.#lower.connection
  }
  get local(): Address {
    return this.#lower.local
  }
  get remote(): Address {
    return this.#lower.remote
  }
  get trace(): TraceContext | undefined {
    return this.#lower.trace
  }
  get unsent(): number {
    return this.#lower.unsent ?? 0
  }

  get handler(): StreamHandler {
    return this.#handler
  }
  set handler(handler: StreamHandler) {
    this.#handler = handler
    const unheard = this.#unheard
    if (unheard === undefined) return
    this.#unheard = undefined
    const { clock, rest, ended } = this.#taken
    if (rest.length > 0) handler.data(rest)
    if (ended) handler.end()
    unheard.tell(handler, task => clock.later(clock.now(), task))
    if (!this.#paused) this.#lower.resume()
  }

  write(pieces: readonly Bytes[]): boolean {
    return this.#lower.write(pieces)
  }
  end(): void {
    this.#lower.end()
  }
  reset(): void {
    this.#lower.reset()
  }
  pause(): void {
    this.#paused = true
    this.#lower.pause()
  }
  resume(): void {
    this.#paused = false
    if (this.#unheard === undefined) this.#lower.resume()
  }
  hold(wanted: 'held' | 'unheld'): boolean {
    return this.#lower.hold?.(wanted) ?? false
  }
}
