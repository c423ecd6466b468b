/**
 * Streams through a relay, for places without sockets: each is one WebSocket (RFC 6455) to a relay, which opens the TCP
 * connection and passes bytes on, binary message for bytes. TLS is ours on top of it, so the relay sees what a router sees.
 */
import type { Clock } from '../clock.ts'
import type { Bytes } from '../engine.ts'
import { type Failure, FailureError, fail } from '../failures/index.ts'
import { NOBODY } from '../net/stream/nobody.ts'
import { type StreamTrace, streamTrace } from '../net/stream/trace.ts'
import type { Address, ByteStream, ConnectOptions, StreamHandler, Transport } from '../net/stream/types.ts'
import type { TraceContext } from '../trace/types.ts'
import { joined } from '../wire/bytes.ts'
import { systemClock } from './clock.ts'

/** What is used of the platform's WebSocket, or of one that has its shape. */
export interface WebSocketLike {
  binaryType: string
  readonly readyState: number
  readonly bufferedAmount: number
  send(data: Uint8Array<ArrayBuffer>): void
  close(code?: number): void
  addEventListener(type: 'open' | 'error', listener: () => void): void
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  addEventListener(type: 'close', listener: (event: { readonly code: number }) => void): void
}

export interface WebSocketTransportOptions {
  /** Where the relay takes a stream to this host and port: `wss://relay.test/?to=shop.test:443`. */
  readonly url: (to: { readonly host: string; readonly port: number }) => string | URL
  /** Subprotocols to offer, where the relay wants one. */
  readonly protocols?: readonly string[] | undefined
  /** The platform's where undefined. */
  readonly WebSocket?: (new (url: string | URL, protocols?: string[]) => WebSocketLike) | undefined
  /** A WebSocket cannot be told to wait: bytes that a stream keeps while nobody reads, before it is cut. 16 MiB. */
  readonly mostHeld?: number | undefined
  readonly clock?: Clock | undefined
}

/** Bytes in the socket's hands above which the writer is asked to wait. */
const WRITE_HIGH_WATER = 256 * 1024
/** A WebSocket does not say when it has room again: it is asked this often. Milliseconds. */
const ASK_ROOM = 10
const MOST_HELD = 16 * 1024 * 1024
/** What keeping a message costs besides its bytes, or a relay could fill memory with empty ones. */
const MESSAGE_COST = 1024

/** RFC 6455 4.2: OPEN. */
const OPEN = 1
/** RFC 6455 7.4.1: the purpose is fulfilled; no code was given. */
const NORMAL: ReadonlySet<number> = new Set([1000, 1005])

/**
 * `connect` gives one WebSocket per stream; names are the relay's business. Rejects with `FailureError` `net/relay` when
 * the relay does not answer. `listen` rejects with `net/no-listening`. A WebSocket has no half-close: `end` closes both ways.
 */
export const webSocketTransport = (options: WebSocketTransportOptions): Transport => ({
  connect: to => open(to, options),
  listen: async () => {
    throw new FailureError(fail('net/no-listening', { where: 'a WebSocket' }))
  },
})

const open = (to: ConnectOptions, options: WebSocketTransportOptions): Promise<ByteStream> =>
  new Promise((resolve, reject) => {
    to.signal?.throwIfAborted()
    const Class = options.WebSocket ?? (globalThis as unknown as { WebSocket: typeof options.WebSocket }).WebSocket
    if (Class === undefined) throw new FailureError(fail('net/relay', { got: 'no WebSocket on this platform' }))
    const url = new URL(options.url({ host: to.host, port: to.port }))
    // Without the query, where relays are given their tokens.
    const where = `${url.origin}${url.pathname}`
    const socket = new Class(url, [...(options.protocols ?? [])])
    socket.binaryType = 'arraybuffer'
    const aborted = (): void => {
      socket.close()
      reject(to.signal!.reason)
    }
    to.signal?.addEventListener('abort', aborted, { once: true })
    socket.addEventListener('open', () => {
      to.signal?.removeEventListener('abort', aborted)
      resolve(new WebSocketStream(socket, to, where, options))
    })
    socket.addEventListener('close', ({ code }) => {
      to.signal?.removeEventListener('abort', aborted)
      reject(new FailureError(fail('net/relay', { where, got: `code ${code}` })))
    })
    // What went wrong is not told to pages; `close` follows.
    socket.addEventListener('error', () => {})
  })

class WebSocketStream implements ByteStream {
  readonly local: Address = { address: '', port: 0 }
  readonly remote: Address
  readonly pieces = 'owned'
  readonly #socket: WebSocketLike
  readonly #where: string
  readonly #clock: Clock
  readonly #mostHeld: number
  readonly #told: StreamTrace | undefined
  #handler: StreamHandler = NOBODY
  #inbox: Bytes[] = []
  #held = 0
  /** A handler is there, and knows it. */
  #begun = false
  #paused = false
  #waits = false
  #last: { readonly failure: Failure | undefined } | undefined
  #closed = false

  constructor(socket: WebSocketLike, to: ConnectOptions, where: string, options: WebSocketTransportOptions) {
    this.#socket = socket
    this.#where = where
    const clock = options.clock ?? systemClock
    this.#clock = clock
    this.#mostHeld = options.mostHeld ?? MOST_HELD
    this.remote = { address: to.host, port: to.port }
    const flow = `relay-${to.host}:${to.port}`
    this.#told = to.trace === undefined ? undefined : streamTrace({ sink: to.trace, flow, host: 'client' }, clock)
    this.#told?.state('ESTABLISHED')
    socket.addEventListener('message', ({ data }) => this.#arrived(data))
    socket.addEventListener('close', ({ code }) => this.#over(NORMAL.has(code) ? undefined : `code ${code}`))
  }

  get trace(): TraceContext | undefined {
    return this.#told?.context
  }
  get unsent(): number {
    return this.#socket.bufferedAmount
  }
  get handler(): StreamHandler {
    return this.#handler
  }
  set handler(handler: StreamHandler) {
    const first = this.#handler === NOBODY
    this.#handler = handler
    if (first)
      this.#clock.later(this.#clock.now(), () => {
        this.#begun = true
        this.#flush()
      })
  }

  write(pieces: readonly Bytes[]): boolean {
    if (this.#socket.readyState !== OPEN) return true
    this.#told?.moved('out', pieces)
    // Sent bytes are the socket's from here on: its own copy, as pieces may be views of larger buffers.
    this.#socket.send(new Uint8Array(joined(pieces)))
    if (this.#socket.bufferedAmount < WRITE_HIGH_WATER) return true
    if (!this.#waits) this.#awaitRoom()
    return false
  }
  end(): void {
    this.#told?.state('FIN-WAIT')
    this.#socket.close(1000)
  }
  reset(): void {
    this.#socket.close()
    if (this.#closed) return
    this.#closed = true
    this.#inbox = []
    this.#told?.state('CLOSED')
    this.#handler.closed(undefined)
  }
  pause(): void {
    this.#paused = true
  }
  resume(): void {
    this.#paused = false
    this.#flush()
  }

  get #waiting(): boolean {
    return this.#paused || !this.#begun
  }

  #flush(): void {
    let next = 0
    while (next < this.#inbox.length && !this.#waiting && !this.#closed) {
      const piece = this.#inbox[next++]!
      this.#held -= piece.length + MESSAGE_COST
      this.#deliver(piece)
    }
    this.#inbox.splice(0, next)
    this.#settle()
  }

  #arrived(data: unknown): void {
    if (this.#last !== undefined || this.#closed) return
    if (!(data instanceof ArrayBuffer)) {
      this.#cut('a message of text')
      return
    }
    const piece = new Uint8Array(data)
    if (!this.#waiting) {
      this.#deliver(piece)
      return
    }
    this.#held += piece.length + MESSAGE_COST
    if (this.#held > this.#mostHeld) this.#cut(`more than ${this.#mostHeld} bytes that nobody reads`)
    else this.#inbox.push(piece)
  }

  #deliver(piece: Bytes): void {
    this.#told?.moved('in', [piece])
    this.#handler.data(piece)
  }

  #cut(got: string): void {
    this.#inbox = []
    this.#over(got)
    this.#socket.close()
  }

  /** `got`: what was wrong with the end, if something was. */
  #over(got: string | undefined): void {
    const failure = got === undefined ? undefined : fail('net/relay', { where: this.#where, got })
    this.#last ??= { failure }
    this.#settle()
  }

  /** Tells the end: a good one after all bytes, a bad one also to who does not read now. */
  #settle(): void {
    if (this.#last === undefined || !this.#begun) return
    if (!this.#paused || this.#last.failure !== undefined) this.#finish()
  }

  #finish(): void {
    if (this.#closed) return
    this.#closed = true
    const { failure } = this.#last!
    this.#told?.state('CLOSED')
    if (failure === undefined) this.#handler.end()
    this.#handler.closed(failure)
  }

  #awaitRoom(): void {
    this.#waits = true
    this.#clock.later(this.#clock.now() + ASK_ROOM, () => {
      if (this.#closed) return
      if (this.#socket.bufferedAmount >= WRITE_HIGH_WATER) {
        this.#awaitRoom()
        return
      }
      this.#waits = false
      this.#handler.drain()
    })
  }
}
