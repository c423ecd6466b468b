/**
 * TLS over a byte stream, as a byte stream: drives the engine and answers what it asks. The same class serves both
 * sides; who they are is in the questions.
 */
import { type DriveHandlers, type Driver, drive } from '../../drive.ts'
import type { Bytes, Chunk } from '../../engine.ts'
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import type { Ask, Established, Pieces, Question, TlsConnection, TlsEvent } from '../../tls/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import { connectionInfo } from './connection-info.ts'
import { type ClientShown, LaterAnswers } from './later-answers.ts'
import { lingering } from './linger.ts'
import type { TlsStreamOptions } from './tls-over.ts'
import type { Address, ByteStream, ConnectionInfo, NetStream, StreamHandler } from './types.ts'
import { Unheard } from './unheard.ts'

export type { Answerer, TlsStreamOptions } from './tls-over.ts'

/** Whoever writes this much inside a turn is asked to wait: the stream below, which knows its room, is asked behind it. */
const MOST_IN_TURN = 256 * 1024

/**
 * Rejects with `FailureError` when the handshake fails; the stream below is then closed. A stream that `early` has hears
 * of it instead, and then the promise is for nothing.
 */
export const secured = (stream: ByteStream, options: TlsStreamOptions): Promise<NetStream> =>
  new Promise((resolve, reject) => {
    accepting(stream, options, resolve, reject)
  })

/** The same in the turn that brings it, without a promise: what `established` writes leaves with the end of the handshake. */
export const accepting = (
  stream: ByteStream,
  options: TlsStreamOptions,
  established: (stream: NetStream) => void,
  refused: (error: FailureError) => void,
): void => new TlsStream(stream, options, established, refused).start()

let input: (stream: TlsStream, bytes: Chunk) => void
let drained: (stream: TlsStream) => void
let closed: (stream: TlsStream, failure: Failure | undefined) => void
let put: (stream: TlsStream, pieces: Pieces) => void
let sent: (stream: TlsStream, pieces: Pieces) => void
let on: (stream: TlsStream, event: TlsEvent) => void
let settle: (stream: TlsStream) => void

/**
 * What a stream hears, from the stream below and from its engine. One object of a class: a closure for each of these would
 * stay with every idle connection, half a kilobyte in all.
 */
class Ears implements StreamHandler, DriveHandlers<Pieces, TlsEvent> {
  readonly #stream: TlsStream
  constructor(stream: TlsStream) {
    this.#stream = stream
  }
  data(bytes: Bytes): void {
    input(this.#stream, bytes)
  }
  end(): void {
    input(this.#stream, 'end')
  }
  drain(): void {
    drained(this.#stream)
  }
  sent(pieces: Pieces): void {
    sent(this.#stream, pieces)
  }
  closed(failure: Failure | undefined): void {
    closed(this.#stream, failure)
  }
  out(pieces: Pieces): void {
    put(this.#stream, pieces)
  }
  event(event: TlsEvent): void {
    on(this.#stream, event)
  }
  settled(): void {
    settle(this.#stream)
  }
}

class TlsStream implements NetStream {
  static {
    input = (stream, bytes) => stream.#driver.input(bytes)
    drained = stream => stream.#drained()
    closed = (stream, failure) => stream.#closed(failure)
    put = (stream, pieces) => {
      for (const piece of pieces) stream.#out.push(piece)
    }
    sent = (stream, pieces) => stream.#engine.sent(pieces)
    on = (stream, event) => stream.#on(event)
    settle = stream => stream.#settle()
  }
  readonly remote: Address
  readonly trace: TraceContext | undefined
  /** Plaintext comes in buffers of its own. */
  readonly pieces = 'owned'
  connection!: ConnectionInfo
  readonly #lower: ByteStream
  readonly #options: TlsStreamOptions
  readonly #engine: TlsConnection
  readonly #ears: Ears
  readonly #driver: Driver<Chunk>
  /** Told once, and then no more: an idle stream need not hold what waited for it. */
  #established: ((stream: NetStream) => void) | undefined
  #refused: ((error: FailureError) => void) | undefined
  readonly #connected: number
  /** What comes before the handler is set: behind the last message of the handshake, in the same piece. */
  #unheard: Unheard | undefined
  #handler: StreamHandler
  #paused = false
  /** Somebody has this stream. */
  #open = false
  #secured = false
  /** close_notify has to wait: only who has finished the handshake gets a ticket to come back with. */
  #owesClose = false
  #failure: Failure | undefined
  #disarm: (() => void) | undefined
  #later: LaterAnswers | undefined
  #out: Bytes[] = []
  #room = true
  /** Bytes written in this turn, and whether `write` said false because of them. */
  #gathered = 0
  #halted = false
  #ended = false
  #told = false
  #cut = false
  #finished = false

  constructor(
    lower: ByteStream,
    options: TlsStreamOptions,
    established: (stream: NetStream) => void,
    refused: (error: FailureError) => void,
  ) {
    this.#lower = lower
    this.#options = options
    this.#engine = options.engine
    this.#established = established
    this.#refused = refused
    this.#unheard = new Unheard(
      () => this.#pauseLower(),
      () => this.reset(),
    )
    this.#handler = this.#unheard
    this.remote = lower.remote
    this.trace = lower.trace
    this.#connected = options.clock.now()
    this.#ears = new Ears(this)
    this.#driver = drive<Chunk, Pieces, TlsEvent>(options.engine, options.clock, this.#ears)
  }

  start(): void {
    const { clock, handshake, where } = this.#options
    this.#disarm = clock.later(this.#connected + handshake, () => {
      this.#fail(fail('net/handshake-timeout', { where, number: handshake }))
      this.#lower.reset()
      this.#tell(this.#failure)
    })
    this.#lower.handler = this.#ears
    this.#driver.start()
  }

  #drained(): void {
    this.#room = true
    this.#halted = false
    if (!this.#told) this.#handler.drain()
  }

  get local(): Address {
    return this.#lower.local
  }
  get unsent(): number {
    return this.#lower.unsent ?? 0
  }
  get early(): boolean {
    return this.#open && !this.#secured
  }
  get handler(): StreamHandler {
    return this.#handler
  }
  set handler(handler: StreamHandler) {
    this.#handler = handler
    const unheard = this.#unheard
    if (unheard === undefined) return
    this.#unheard = undefined
    const { clock } = this.#options
    unheard.tell(handler, task => clock.later(clock.now(), task))
    if (unheard.stopped && !this.#paused) this.#lower.resume()
  }

  write(pieces: readonly Bytes[]): boolean {
    if (this.#ended || this.#over) return true
    for (const piece of pieces) this.#gathered += piece.length
    this.#driver.do(now => {
      for (const piece of pieces) this.#engine.write(piece, now)
    })
    if (this.#gathered < MOST_IN_TURN) return this.#room
    this.#halted = true
    return false
  }
  /** close_notify, then FIN. */
  end(): void {
    if (this.#ended || this.#over) return
    this.#ended = true
    if (this.early) this.#owesClose = true
    else this.#driver.do(now => this.#engine.close(now))
  }
  reset(): void {
    this.#cut = true
    this.#later?.lost(fail('tcp/reset', { where: this.#options.where }))
    this.#leave()
    this.#lower.reset()
  }
  pause(): void {
    this.#paused = true
    this.#pauseLower()
  }
  resume(): void {
    this.#paused = false
    if (this.#unheard?.stopped !== true) this.#lower.resume()
  }
  hold(wanted: 'held' | 'unheld'): boolean {
    return this.#lower.hold?.(wanted) ?? false
  }

  /** Not before the handshake is over: what comes until then is bounded by what may come early. */
  #pauseLower(): void {
    if (!this.early) this.#lower.pause()
  }

  /** Nothing goes out any more, and nothing that comes is for the handler. */
  get #over(): boolean {
    return this.#cut || this.#told || this.#failure !== undefined
  }

  #on(event: TlsEvent): void {
    if (this.#over) return
    switch (event.type) {
      case 'data':
        this.#handler.data(event.bytes)
        return
      case 'ask':
        this.#answer(event)
        return
      case 'established':
        this.#opened(event)
        return
      case 'peer-closed':
        this.#handler.end()
        return
      case 'failure':
        this.#fail(event.failure)
        return
      case 'writable':
        if (event.about !== undefined) this.#openedEarly(event.about)
        return
      case 'session':
        this.#options.session?.(event.session)
        return
      case 'client-certificate': {
        const { type: _, ...shown } = event
        this.#later?.came(shown)
        return
      }
      default:
        event satisfies never
    }
  }

  #opened({ type: _, ...about }: Established): void {
    this.#timeIsNoMatter()
    const wasEarly = this.early
    this.#open = true
    this.#secured = true
    this.#know(about, this.#options.clock.now())
    if (wasEarly && (this.#paused || this.#unheard?.stopped === true)) this.#lower.pause()
    const established = this.#established
    this.#established = undefined
    this.#refused = undefined
    established?.(this)
  }

  /** Nothing comes from below any more, and nothing goes there. */
  #leave(): void {
    this.#driver.stop()
    this.#engine.abandon()
    this.#timeIsNoMatter()
  }

  #timeIsNoMatter(): void {
    this.#disarm?.()
    this.#disarm = undefined
  }

  #openedEarly(about: Omit<Established, 'type'>): void {
    const { early } = this.#options
    if (early === undefined) return
    this.#open = true
    this.#know(about, undefined)
    early(this)
  }

  #know(tls: Omit<Established, 'type'>, secured: number | undefined): void {
    const { asked, postHandshakeAuth } = this.#options
    const times = { asked, connected: this.#connected, secured }
    const requestCertificate = postHandshakeAuth && (() => this.#requestCertificate())
    this.connection = connectionInfo(this.#lower, { tls, times, requestCertificate })
  }

  #requestCertificate(): Promise<ClientShown> {
    const { clock, handshake, where } = this.#options
    this.#later ??= new LaterAnswers(clock, handshake)
    return this.#later.ask(() => {
      if (this.#over) throw new FailureError(this.#failure ?? fail('tcp/reset', { where }))
      this.#driver.do(now => this.#engine.requestCertificate(now))
    })
  }

  #answer({ id, question }: Ask): void {
    const failed = (): Failure => fail('net/answer-failed', { where: question.about })
    const reply = (value: Question['reply']): void => {
      if (this.#over) return
      this.#driver.do(now => {
        try {
          this.#engine.answer(id, value, now)
        } catch (error) {
          // No answer to this question, which is still open.
          if (!(error instanceof FailureError)) throw error
          this.#engine.answer(id, error.code === 'tls/proof-mismatch' ? error.failure : failed(), now)
        }
      })
    }
    const refuse = (error: unknown): void => reply(error instanceof FailureError ? error.failure : failed())
    let value: Question['reply'] | Promise<Question['reply']>
    try {
      value = this.#options.answer(question)
    } catch (error) {
      refuse(error)
      return
    }
    if (!(value instanceof Promise)) {
      reply(value)
      return
    }
    const release = this.#options.clock.hold()
    value.then(reply, refuse).finally(release)
  }

  /** The failure comes before the alert that tells the other side of it: the alert goes out, then FIN. */
  #fail(failure: Failure): void {
    if (this.#failure !== undefined) return
    this.#failure = failure
    this.#timeIsNoMatter()
    const { toPlainHttp, failed } = this.#options
    if (failure.code !== 'tls/cut-short') failed?.()
    if (failure.code === 'tls/http-spoken' && toPlainHttp !== undefined) this.#out.push(toPlainHttp)
  }

  /** What a turn brought goes down as one gather list, and FIN comes behind it. */
  #settle(): void {
    this.#gathered = 0
    if (this.#out.length > 0) {
      const pieces = this.#out
      this.#out = []
      this.#room = this.#lower.write(pieces)
    }
    if (this.#halted && this.#room) this.#drained()
    if (this.#owesClose && this.#secured) {
      this.#owesClose = false
      this.#driver.do(now => this.#engine.close(now))
      return
    }
    if (this.#finished || !((this.#ended && !this.#owesClose) || this.#failure !== undefined)) return
    this.#finished = true
    this.#lower.end()
    if (this.#failure === undefined) return
    // What the other side still sends is read, or our alert would be lost in a RST.
    this.#lower.handler = lingering(this.#options.clock, this.#lower, () => this.#leave())
    this.#lower.resume()
    this.#tell(this.#failure)
  }

  #closed(failure: Failure | undefined): void {
    this.#leave()
    if (this.#told) return
    if (this.#failure !== undefined) this.#tell(this.#failure)
    else if (this.#open || failure?.code !== 'tcp/reset') this.#tell(failure)
    else this.#tell(fail('tcp/reset-in-handshake', { where: this.#options.where }))
  }

  #tell(failure: Failure | undefined): void {
    if (this.#told) return
    this.#told = true
    const reason = failure ?? fail('tcp/reset', { where: this.#options.where })
    this.#later?.lost(reason)
    if (this.#open) this.#handler.closed(failure)
    if (!this.#secured) this.#refused?.(new FailureError(reason))
  }
}
