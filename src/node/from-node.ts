/**
 * A `Duplex` of Node as a `ByteStream`: the other direction of `toNode`. Whatever bytes Node can carry (a socket, a pipe,
 * a tunnel through a proxy, another TLS connection) can be what TLS runs over.
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Bytes } from '../engine.ts'
import { type Failure, fail } from '../failures/index.ts'
import type { Address, ByteStream, StreamHandler } from '../net/stream/types.ts'
import { Unheard } from '../net/stream/unheard.ts'
import type { TraceContext } from '../trace/types.ts'
import { ignore, listen } from './lasting.ts'
import { failureOf } from './socket.ts'

/** A Duplex that may be a socket. */
export type Carrier = Duplex & Partial<Omit<Socket, keyof Duplex>>

/** Gather lists up to this size are joined: one small copy costs less than one `writev` with its bookkeeping. */
const JOIN_BELOW = 8 * 1024

/**
 * Takes the Duplex over, at once: what it reads from now on waits for a handler. RST where it is a socket, `destroy`
 * where it is something else. Whoever read text from it until now (`setEncoding`) reads no more. Throws TypeError for a
 * Duplex of objects, and where bytes that wait have been made text already.
 */
export const fromNode = (duplex: Carrier, where = 'the other side'): ByteStream => {
  if (duplex.readableObjectMode || duplex.writableObjectMode)
    throw new TypeError('a stream of objects cannot carry bytes')
  if (duplex.readableEncoding != null && duplex.readableEncoding !== OCTETS) {
    if (duplex.readableLength > 0)
      throw new TypeError('what waits to be read from this stream is text, no longer bytes')
    duplex.setEncoding(OCTETS)
  }
  // Nobody else reads what it carries now.
  for (const event of ['data', 'readable']) if (duplex.listenerCount(event) > 0) duplex.removeAllListeners(event)
  const stream = new CarriedStream(duplex, where)
  // Node lets it flow in a tick where `readable` was listened to and `data` is now.
  process.nextTick(() => stream.stayPaused())
  return stream
}

/** Of Node's encodings the one that loses nothing. None can be taken back: a stream that gave text always does. */
const OCTETS = 'latin1'

/** `fromNode` gives it as a `ByteStream`; whoever lends a socket to a protocol for a while takes it back by `release`. */
export class CarriedStream implements ByteStream {
  readonly trace: TraceContext | undefined = undefined
  readonly #duplex: Carrier
  #handler: StreamHandler
  #unheard: Unheard | undefined
  #paused = false
  #ended = false
  #cut = false
  #waiting = false
  #failure: Failure | undefined
  readonly #listeners: Readonly<Record<'data' | 'end' | 'error' | 'close', (fact: never) => void>>

  constructor(duplex: Carrier, where: string) {
    this.#duplex = duplex
    this.#unheard = new Unheard(
      () => duplex.pause(),
      () => this.reset(),
    )
    this.#handler = this.#unheard
    this.#listeners = {
      data: (bytes: Bytes | string) =>
        this.#handler.data(typeof bytes === 'string' ? Buffer.from(bytes, OCTETS) : bytes),
      end: () => {
        this.#ended = true
        this.#handler.end()
      },
      error: (error: Error) => {
        this.#failure ??= failureOf(error, where)
      },
      close: () => {
        // Gone without a word, and not by our doing: bytes may be missing.
        if (!this.#ended && !this.#cut) this.#failure ??= fail('tcp/reset', { where })
        this.#handler.closed(this.#failure)
      },
    }
    for (const [event, listener] of Object.entries(this.#listeners)) listen(duplex, event, listener)
  }

  /** Listens no more: the Duplex belongs to somebody else now, who finds it neither flowing nor paused. */
  release(): void {
    for (const [event, listener] of Object.entries(this.#listeners)) ignore(this.#duplex, event, listener)
    ;(this.#duplex as { readableFlowing: boolean | null }).readableFlowing = null
  }

  get local(): Address {
    const { localAddress = '', localPort = 0 } = this.#duplex
    return { address: localAddress, port: localPort }
  }
  get remote(): Address {
    const { remoteAddress = '', remotePort = 0 } = this.#duplex
    return { address: remoteAddress, port: remotePort }
  }
  get unsent(): number {
    return this.#duplex.writableLength
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
    if (!this.#paused) this.#duplex.resume()
  }

  /** False until everything has been taken: so the streams above know when their bytes have left. */
  write(pieces: readonly Bytes[]): boolean {
    const duplex = this.#duplex
    if (!duplex.writable) return !this.#isLost
    let size = 0
    for (const piece of pieces) size += piece.length
    const joined = pieces.length === 1 || size > JOIN_BELOW ? pieces : [Buffer.concat(pieces as Uint8Array[], size)]
    duplex.cork()
    joined.forEach((piece, i) => {
      if (i < joined.length - 1) duplex.write(piece)
      else duplex.write(piece, () => this.#written())
    })
    duplex.uncork()
    this.#waiting = duplex.writableLength > 0 || this.#isLost
    return !this.#waiting
  }
  end(): void {
    this.#duplex.end()
  }
  reset(): void {
    this.#cut = true
    // libuv refuses RST behind FIN; the kernel sends one by itself for bytes that arrive after this.
    if (this.#duplex.writableEnded || this.#duplex.resetAndDestroy === undefined) this.#duplex.destroy()
    else this.#duplex.resetAndDestroy()
  }
  pause(): void {
    this.#paused = true
    this.#duplex.pause()
  }
  /** Where it flows though it was paused. */
  stayPaused(): void {
    if (this.#paused) this.#duplex.pause()
  }
  resume(): void {
    this.#paused = false
    if (this.#unheard?.stopped !== true) this.#duplex.resume()
  }
  hold(wanted: 'held' | 'unheld'): boolean {
    if (wanted === 'held') this.#duplex.ref?.()
    else this.#duplex.unref?.()
    return this.#duplex.unref !== undefined
  }

  /** All that was written has been taken. */
  protected drained(): void {
    this.#handler.drain()
  }

  /** What was written has not left then, though Node counts it, and may call back, as if it had: `closed` will tell it. */
  get #isLost(): boolean {
    return this.#duplex.destroyed || this.#duplex.errored !== null
  }

  #written(): void {
    if (!this.#waiting || this.#duplex.writableLength > 0 || this.#isLost) return
    this.#waiting = false
    this.drained()
  }
}
