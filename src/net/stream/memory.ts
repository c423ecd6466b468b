/** Streams in memory: a transport whose listeners and connections live in one process, on any clock. */
import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import type { TraceContext, TraceSink } from '../../trace/types.ts'
import { FIRST_DYNAMIC_PORT, LAST_PORT } from '../../wire/address.ts'
import { NOBODY } from './nobody.ts'
import { type StreamTrace, streamTrace } from './trace.ts'
import type { Address, ByteStream, Listener, StreamHandler, Transport } from './types.ts'

/** Bytes on their way to one side before its peer is asked to wait. As a kernel socket buffer. */
const HIGH_WATER = 256 * 1024

const LOOPBACK = '127.0.0.1'

/** All names lead to this one host; a port that nobody listens on is `tcp/refused`. */
export const memoryTransport = (clock: Clock): Transport => {
  const listeners = new Map<number, { accept: (stream: ByteStream) => void; trace: TraceSink | undefined }>()
  let next = FIRST_DYNAMIC_PORT
  const step = (): number => {
    const port = next
    next = next === LAST_PORT ? FIRST_DYNAMIC_PORT : next + 1
    return port
  }
  /** The next one that nobody listens on; when there is none, one that is taken. */
  const freePort = (): number => {
    const first = step()
    let port = first
    while (listeners.has(port)) {
      port = step()
      if (port === first) break
    }
    return port
  }
  return {
    async connect({ host, port, signal, trace }) {
      signal?.throwIfAborted()
      const listener = listeners.get(port)
      if (listener === undefined) throw new FailureError(fail('tcp/refused', { where: `${host}:${port}` }))
      const [near, far] = memoryPair(clock, {
        near: { address: LOOPBACK, port: freePort() },
        far: { address: LOOPBACK, port },
        nearTrace: trace,
        farTrace: listener.trace,
      })
      listener.accept(far)
      return near
    },
    async listen({ port: wanted, trace }, accept): Promise<Listener> {
      const port = wanted === 0 ? freePort() : wanted
      if (listeners.has(port)) throw new FailureError(fail('net/port-taken', { where: `${LOOPBACK}:${port}` }))
      listeners.set(port, { accept, trace })
      return { address: LOOPBACK, port, close: async () => void listeners.delete(port) }
    },
  }
}

interface PairOptions {
  readonly near: Address
  readonly far: Address
  readonly nearTrace?: TraceSink | undefined
  readonly farTrace?: TraceSink | undefined
}

/** Two ends of one stream. Bytes arrive in a later task of `clock`, never inside `write`. */
export const memoryPair = (
  clock: Clock,
  { near, far, nearTrace, farTrace }: PairOptions = {
    near: { address: LOOPBACK, port: FIRST_DYNAMIC_PORT },
    far: { address: LOOPBACK, port: 1 },
  },
): [ByteStream, ByteStream] => {
  const flow = `${near.address}:${near.port}-${far.address}:${far.port}`
  const context = (sink: TraceSink | undefined, host: string): TraceContext | undefined =>
    sink === undefined ? undefined : { sink, flow, host }
  const a = new MemoryStream(clock, near, far, context(nearTrace, 'client'))
  const b = new MemoryStream(clock, far, near, context(farTrace, 'server'))
  a.peer = b
  b.peer = a
  return [a, b]
}

class MemoryStream implements ByteStream {
  readonly local: Address
  readonly remote: Address
  readonly pieces = 'owned'
  peer!: MemoryStream
  readonly #clock: Clock
  readonly #told: StreamTrace | undefined
  #handler: StreamHandler = NOBODY
  #inbox: (Bytes | 'end')[] = []
  #held = 0
  #paused = true
  #scheduled = false
  #ended = false
  #heardEnd = false
  #closed = false
  #writerWaits = false

  constructor(clock: Clock, local: Address, remote: Address, trace: TraceContext | undefined) {
    this.#clock = clock
    this.local = local
    this.remote = remote
    this.#told = trace === undefined ? undefined : streamTrace(trace, clock)
    this.#told?.state('ESTABLISHED')
  }

  get trace(): TraceContext | undefined {
    return this.#told?.context
  }
  get handler(): StreamHandler {
    return this.#handler
  }
  set handler(handler: StreamHandler) {
    const first = this.#handler === NOBODY
    this.#handler = handler
    if (first) this.resume()
  }

  get unsent(): number {
    return this.peer.#held
  }
  write(pieces: readonly Bytes[]): boolean {
    if (this.#ended || this.#closed) return true
    this.#told?.moved('out', pieces)
    return this.peer.#take(pieces)
  }
  end(): void {
    if (this.#ended || this.#closed) return
    this.#ended = true
    this.#told?.state('FIN-WAIT')
    this.peer.#take(['end'])
    this.#closeWhenDone()
  }
  reset(): void {
    if (this.#closed) return
    this.#close(undefined)
    this.peer.#cut()
  }
  pause(): void {
    this.#paused = true
  }
  resume(): void {
    this.#paused = false
    if (this.#inbox.length > 0) this.#schedule()
  }

  #take(pieces: readonly (Bytes | 'end')[]): boolean {
    for (const piece of pieces) {
      this.#inbox.push(piece)
      if (piece !== 'end') this.#held += piece.length
    }
    this.#schedule()
    this.#writerWaits = this.#held >= HIGH_WATER
    return !this.#writerWaits
  }

  #schedule(): void {
    if (this.#scheduled || this.#paused || this.#closed) return
    this.#scheduled = true
    this.#clock.later(this.#clock.now(), () => {
      this.#scheduled = false
      this.#deliver()
    })
  }

  #deliver(): void {
    while (this.#inbox.length > 0 && !this.#paused && !this.#closed) {
      const piece = this.#inbox.shift()!
      if (piece === 'end') {
        this.#heardEnd = true
        this.#told?.state('CLOSE-WAIT')
        this.#handler.end()
      } else {
        this.#held -= piece.length
        this.#told?.moved('in', [piece])
        this.#handler.data(piece)
      }
    }
    if (this.#writerWaits && this.#held < HIGH_WATER) {
      this.#writerWaits = false
      this.peer.#drained()
    }
    this.#closeWhenDone()
  }

  #drained(): void {
    if (!this.#closed) this.#handler.drain()
  }

  #closeWhenDone(): void {
    if (this.#ended && this.#heardEnd) this.#clock.later(this.#clock.now(), () => this.#close(undefined))
  }

  /** The other side sent RST. */
  #cut(): void {
    this.#clock.later(this.#clock.now(), () =>
      this.#close(fail('tcp/reset', { where: `${this.remote.address}:${this.remote.port}` })),
    )
  }

  #close(failure: Failure | undefined): void {
    if (this.#closed) return
    this.#closed = true
    this.#inbox = []
    this.#held = 0
    this.#told?.state('CLOSED')
    this.#handler.closed(failure)
  }
}
