/** One kernel socket as a `ByteStream`. Reading is done by whoever made the socket, through `arrived`. */
import type { Socket } from 'node:net'
import type { Bytes } from '../engine.ts'
import { type Failure, fail } from '../failures/index.ts'
import type { StreamTrace } from '../net/stream/trace.ts'
import type { Address, ByteStream, StreamHandler } from '../net/stream/types.ts'
import { Unheard } from '../net/stream/unheard.ts'
import type { TraceContext } from '../trace/types.ts'

/** Above this many bytes in our hands the writer is asked to wait: two flights of full TLS records. */
const WRITE_HIGH_WATER = 256 * 1024
/** Pieces that are kept for whoever takes their memory back; that of more is collected as any. */
const MOST_LEAVING = 1024

/** Gather lists up to this size are joined: one small copy costs less than one `writev` with its bookkeeping. */
const JOIN_BELOW = 8 * 1024

export interface SocketStreamOptions {
  readonly told: StreamTrace | undefined
  /** Who is at the other end, for failures. */
  readonly where: string
  readonly pieces: 'owned' | 'borrowed'
  /** Before its handler hears that it has closed. */
  readonly gone?: ((socket: Socket) => void) | undefined
}

const STREAM = Symbol('stream')
type Bearing = Socket & { [STREAM]: SocketStream }

/** The stream that a socket was given to; undefined while there is none. */
export const streamOn = (socket: Socket): SocketStream | undefined => (socket as Partial<Bearing>)[STREAM]

let ended: (stream: SocketStream) => void
let drained: (stream: SocketStream) => void
let failed: (stream: SocketStream, error: unknown) => void
let closed: (stream: SocketStream) => void

/** The same for every socket: a closure for each of these would stay with every idle connection, half a kilobyte in all. */
const HEARD = {
  end(this: Bearing): void {
    ended(this[STREAM])
  },
  drain(this: Bearing): void {
    drained(this[STREAM])
  },
  error(this: Bearing, error: unknown): void {
    failed(this[STREAM], error)
  },
  close(this: Bearing): void {
    closed(this[STREAM])
  },
} as const

export class SocketStream implements ByteStream {
  static {
    ended = stream => {
      stream.#told?.state('CLOSE-WAIT')
      stream.#handler.end()
    }
    drained = stream => stream.#drained()
    failed = (stream, error) => {
      stream.#failure ??= failureOf(error, stream.#where)
    }
    closed = stream => {
      stream.#gone?.(stream.#socket)
      stream.#told?.state('CLOSED')
      stream.#handler.closed(stream.#failure)
    }
  }
  readonly remote: Address
  readonly trace: TraceContext | undefined
  readonly pieces: 'owned' | 'borrowed'
  /** False while paused. */
  reading = true
  #paused = false
  #unheard: Unheard | undefined
  #handler: StreamHandler
  readonly #socket: Socket
  readonly #where: string
  #local: Address | undefined
  #waiting = false
  /** What the kernel had not taken when it was written. */
  readonly #leaving: Bytes[] = []
  #failure: Failure | undefined
  readonly #told: StreamTrace | undefined
  readonly #gone: SocketStreamOptions['gone']

  constructor(socket: Socket, options: SocketStreamOptions) {
    this.#socket = socket
    this.#where = options.where
    this.pieces = options.pieces
    this.#told = options.told
    this.#gone = options.gone
    this.trace = options.told?.context
    this.#unheard = new Unheard(
      () => this.#stop(),
      () => this.reset(),
    )
    this.#handler = this.#unheard
    this.#told?.state('ESTABLISHED')
    this.remote = { address: socket.remoteAddress ?? '', port: socket.remotePort ?? 0 }
    ;(socket as Bearing)[STREAM] = this
    for (const event of ['end', 'drain', 'error', 'close'] as const) socket.on(event, HEARD[event])
  }

  /** Asked of the kernel when somebody wants to know; after the end it says nothing any more. */
  get local(): Address {
    this.#local ??= { address: this.#socket.localAddress ?? '', port: this.#socket.localPort ?? 0 }
    return this.#local
  }

  get handler(): StreamHandler {
    return this.#handler
  }
  set handler(handler: StreamHandler) {
    this.#handler = handler
    const unheard = this.#unheard
    if (unheard === undefined) return
    this.#unheard = undefined
    unheard.tell(handler, queueMicrotask)
    if (unheard.stopped && !this.#paused) this.#go()
  }

  get unsent(): number {
    return this.#socket.writableLength
  }

  /** Bytes came from the kernel; the buffer is free again when this returns. */
  arrived(bytes: Bytes): void {
    this.#told?.moved('in', [bytes])
    this.#handler.data(bytes)
  }

  write(pieces: readonly Bytes[]): boolean {
    const socket = this.#socket
    // After our FIN or a reset there is nobody to write to; the handler hears of it through `closed`.
    if (!socket.writable) return true
    let size = 0
    for (const piece of pieces) size += piece.length
    this.#told?.moved('out', pieces)
    if (socket.writableLength === 0) this.#left()
    if (pieces.length === 1) socket.write(pieces[0]!)
    else if (size <= JOIN_BELOW) socket.write(Buffer.concat(pieces as Uint8Array[], size))
    else {
      socket.cork()
      for (const piece of pieces) socket.write(piece)
      socket.uncork()
    }
    this.#leaves(pieces)
    if (socket.writableLength < WRITE_HIGH_WATER) return true
    this.#waiting = true
    return false
  }

  /** Most of the time the kernel takes everything at once. A callback would come a turn later, and hold the pieces until then. */
  #leaves(pieces: readonly Bytes[]): void {
    if (this.#told !== undefined || this.#handler.sent === undefined) return
    if (this.#socket.writableLength === 0) this.#handler.sent(pieces)
    else if (this.#leaving.length + pieces.length <= MOST_LEAVING) this.#leaving.push(...pieces)
  }

  /** Nothing waits any more. Node says `drain` only where much did: whoever writes next looks too. */
  #left(): void {
    if (this.#leaving.length > 0) this.#handler.sent?.(this.#leaving.splice(0))
  }

  end(): void {
    this.#told?.state('FIN-WAIT')
    this.#socket.end()
  }
  reset(): void {
    // libuv refuses RST behind FIN; the kernel sends one by itself for bytes that arrive after this.
    if (this.#socket.writableEnded) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
  }
  pause(): void {
    this.#paused = true
    this.#stop()
  }
  resume(): void {
    this.#paused = false
    if (this.#unheard?.stopped !== true) this.#go()
  }
  hold(wanted: 'held' | 'unheld'): boolean {
    if (wanted === 'held') this.#socket.ref()
    else this.#socket.unref()
    return true
  }

  #stop(): void {
    this.reading = false
    this.#socket.pause()
  }
  #go(): void {
    this.reading = true
    this.#socket.resume()
  }

  #drained(): void {
    this.#left()
    if (!this.#waiting) return
    this.#waiting = false
    this.#handler.drain()
  }
}

/** What the kernel calls it, as a failure of the registry. `where` is host and port. */
export const failureOf = (error: unknown, where: string): Failure => {
  const code = codeOf(error)
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
    case 'EAI_FAIL':
      return fail('dns/no-address', { where: where.replace(/:\d+$/, '') })
    case 'ECONNREFUSED':
      return fail('tcp/refused', { where })
    case 'ETIMEDOUT':
      return fail('tcp/silence', { where })
    case 'ECONNRESET':
    case 'EPIPE':
    case 'ECONNABORTED':
      return fail('tcp/reset', { where })
    case 'ENETUNREACH':
    case 'EHOSTUNREACH':
    case 'ENETDOWN':
    case 'EHOSTDOWN':
      return fail('net/unreachable', { where, got: code })
    case 'EADDRINUSE':
      return fail('net/port-taken', { where })
    case 'EACCES':
    case 'EPERM':
      return fail('net/port-forbidden', { where })
    case 'EADDRNOTAVAIL':
      return fail('net/no-such-address', { where })
    default:
      return fail('net/system', { where, got: code })
  }
}

/** Several addresses were tried: the failure that says most is that of one that answered. */
const codeOf = (error: unknown): string => {
  const errors = (error as { errors?: unknown }).errors
  const codes = (Array.isArray(errors) ? errors : [error]).map(one => String((one as { code?: unknown }).code ?? one))
  return codes.find(code => code === 'ECONNREFUSED') ?? codes.find(code => code === 'ETIMEDOUT') ?? codes[0]!
}
