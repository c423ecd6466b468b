/**
 * What is inside a stream after others have spoken on it (a proxy, STARTTLS): a connection of its own, whose bytes are counted
 * from 0 and not among those before.
 */
import type { TraceContext } from '../../trace/types.ts'
import type { Address, ByteStream, NetStream, StreamHandler } from './types.ts'

export class InnerStream implements ByteStream {
  readonly trace: TraceContext | undefined
  readonly #lower: NetStream

  /** `name`: where it leads, or what is spoken in it. */
  constructor(lower: NetStream, name: string) {
    this.#lower = lower
    const { trace } = lower
    this.trace = trace && { ...trace, flow: `${trace.flow} > ${name}` }
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
  get unsent(): number {
    return this.#lower.unsent ?? 0
  }
  get handler(): StreamHandler {
    return this.#lower.handler
  }
  set handler(handler: StreamHandler) {
    this.#lower.handler = handler
  }
  write(pieces: Parameters<ByteStream['write']>[0]): boolean {
    return this.#lower.write(pieces)
  }
  end(): void {
    this.#lower.end()
  }
  reset(): void {
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
}
