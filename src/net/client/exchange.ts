/** One request and its answer on one connection, as promises. */
import type { Clock } from '../../clock.ts'
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, FailureError, type RequestContext } from '../../failures/index.ts'
import type { HeaderList, ResponseHead } from '../../http/types.ts'
import { Queue } from '../../wire/queue.ts'
import type { NetStream } from '../stream/types.ts'
import { type Outline, type OutlineBody, targetOf } from './request.ts'
import type { Pieces } from './seam.ts'
import type { AnswerReader, Asked, ClientConnection } from './types.ts'

export interface ExchangeRequest {
  readonly outline: Outline
  /** Path and query where undefined. */
  readonly target?: string | undefined
  /** As they go out. */
  readonly headers: HeaderList
  readonly clock: Clock
  /** In place of an answer, where the request offers another protocol; `answered` stays open then. */
  readonly switched?: ((head: ResponseHead, stream: NetStream) => void) | undefined
}

/** Bytes of an answer that wait for whoever reads it; the server is stopped above it. */
const QUEUE = 256 * 1024

/** A body above this goes out piece by piece, so that the time for an answer begins when it has left. */
const AT_ONCE = 256 * 1024

/** Bytes of an answer that nobody wants, read all the same so that its connection can be used again. */
const DISCARD = 64 * 1024
/** How long such a body may take: a new connection costs less. */
const DISCARDED_WITHIN: Millis = 1_000

/** How long a body is held back for `100 Continue` (RFC 9110 10.1.1: not for ever). As curl. */
const CONTINUE: Millis = 1_000

/**
 * An answer whose head has arrived, or the failure that came instead. `head` rejects with `FailureError`, or with the
 * reason of the signal.
 */
export class FetchExchange implements AnswerReader, Pieces {
  readonly head: (head: ResponseHead) => void
  readonly switched: ((head: ResponseHead, stream: NetStream) => void) | undefined
  readonly answered: Promise<ResponseHead>
  trailers: HeaderList = []
  /** Not one byte of an answer came: the request may be made again elsewhere. */
  untouched = true
  /** The body is held back: nobody has asked for it yet. */
  held = false
  #head: ResponseHead | undefined
  /** Bytes of the body that have come. */
  #received = 0
  readonly #outline: Outline
  #asked: Asked | undefined
  readonly #refuse: (error: unknown) => void
  /** Fetch standard, 4.1: what has come but was not read is lost too. */
  readonly #abort = (): void => {
    const { reason } = this.#outline.signal!
    if (this.#state === 'open') this.#cut(reason)
    else if (this.#state === 'ended' || this.#queue.length > 0) this.#lose(reason)
  }
  #queue = new Queue<Bytes>()
  #queued = 0
  #state: 'open' | 'ended' | 'failed' = 'open'
  #error: unknown
  #wake: (() => void) | undefined
  #watcher: (() => void) | undefined
  #room: (() => void) | undefined
  readonly #clock: Clock
  /** Ends the time for what is discarded; undefined where nothing is. */
  #discarding: (() => void) | undefined
  /** What the rest of our body comes from; nobody wants it after the end. */
  #unsent: ReadableStreamDefaultReader<Uint8Array> | undefined
  /** The body is held back: called when it may go, or need not. */
  #go: (() => void) | undefined

  /** Sends the request. Throws `FailureError` for what cannot be sent. */
  constructor(connection: ClientConnection, request: ExchangeRequest) {
    const { outline, headers, clock, switched, target = targetOf(request.outline) } = request
    const { method, body, signal, trailers } = outline
    this.#outline = outline
    this.#clock = clock
    let answer: (head: ResponseHead) => void
    let refuse: (error: unknown) => void
    this.answered = new Promise((resolve, reject) => {
      answer = resolve
      refuse = reject
    })
    this.#refuse = error => refuse(error)
    this.head = head => {
      this.untouched = false
      this.#head = head
      this.#go?.()
      answer(head)
    }
    this.switched =
      switched &&
      ((head, stream) => {
        this.#settle('ended', undefined)
        switched(head, stream)
      })
    const expects = headers.some(([name]) => name === 'Expect')
    const bytes = expects || trailers !== undefined ? undefined : body?.bytes
    const whole = bytes !== undefined && bytes.length > AT_ONCE ? 'stream' : (bytes ?? (body && 'stream'))
    const asked = connection.request({ method, target, headers, body: whole }, this)
    this.#asked = asked
    outline.waits?.(whole === 'stream' ? 'body' : 'server')
    if (this.#state === 'open') signal?.addEventListener('abort', this.#abort, { once: true })
    if (whole === 'stream') void this.#send(body!, asked, expects ? clock : undefined)
    else if (whole !== undefined) outline.sent?.(whole.length)
  }

  get complete(): boolean {
    return this.#state !== 'open'
  }
  get broken(): { readonly error: unknown } | undefined {
    return this.#state === 'failed' && this.#queue.length === 0 ? { error: this.#error } : undefined
  }
  watch(told: () => void): void {
    this.#watcher = told
  }
  /** How much of the answer has come. */
  get progress(): RequestContext {
    if (this.#head === undefined) return {}
    const { status, framing } = this.#head
    const announced = framing.kind === 'length' ? { announced: framing.length } : {}
    return { status, received: this.#received, ...announced }
  }

  /** The next piece of the body; undefined at its end. */
  async next(): Promise<Bytes | undefined> {
    for (;;) {
      const piece = this.atHand()
      if (piece !== undefined) return piece === 'end' ? undefined : piece
      if (this.#state === 'failed') throw this.#error
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  atHand(): Bytes | 'end' | undefined {
    const piece = this.#queue.shift()
    if (piece !== undefined) {
      this.#queued -= piece.length
      if (this.#queued < QUEUE) this.#asked?.resume()
      return piece
    }
    if (this.#state !== 'ended') return undefined
    this.#deaf()
    return 'end'
  }

  /** The rest is not wanted: read if it is little and comes soon, cut otherwise. */
  discard(): void {
    if (this.#state !== 'open') {
      this.#drop()
      return
    }
    const framing = this.#head?.framing
    const left = framing?.kind === 'length' ? framing.length - this.#received : 0
    if (this.#queued + left > DISCARD) {
      this.#cut(new Error('the body was cancelled'))
      return
    }
    this.#discarding ??= this.#clock.later(this.#clock.now() + DISCARDED_WITHIN, () => this.cancel())
    this.#queue = new Queue()
    this.#asked?.resume()
  }
  /** The rest is not wanted: the connection goes with it. */
  cancel(): void {
    if (this.#state === 'open') this.#cut(new Error('the body was cancelled'))
    else this.#drop()
  }

  // What the connection says.

  data(bytes: Bytes): void {
    this.#received += bytes.length
    this.#queued += bytes.length
    if (this.#discarding !== undefined) {
      if (this.#queued > DISCARD) this.#cut(new Error('the body was cancelled'))
      return
    }
    this.#queue.push(bytes)
    if (this.#queued >= QUEUE) this.#asked?.pause()
    this.#wake?.()
  }
  informed(head: ResponseHead): void {
    this.untouched = false
    if (head.status === 100) this.#go?.()
    this.#outline.informed?.(head)
  }
  end(trailers: HeaderList): void {
    this.trailers = trailers
    this.#settle('ended', undefined)
  }
  failed(failure: Failure): void {
    this.#settle('failed', new FailureError(failure.within(this.progress)))
  }
  drain(): void {
    this.#room?.()
  }

  #settle(state: 'ended' | 'failed', error: unknown): void {
    if (this.#state !== 'open') return
    this.#state = state
    this.#error = error
    this.#discarding?.()
    if (this.#queue.length === 0) this.#deaf()
    if (state === 'failed') this.#refuse(error)
    if (this.broken !== undefined) this.#watcher?.()
    this.#wake?.()
    this.#room?.()
    this.#go?.()
    this.#unsent?.cancel(error).catch(() => {})
  }

  #deaf(): void {
    this.#outline.signal?.removeEventListener('abort', this.#abort)
  }

  #drop(): void {
    if (this.#queue.length > 0) this.#lose(new Error('the body was cancelled'))
    else this.#deaf()
  }

  /** What has come will not be read, nor that this was all. */
  #lose(error: unknown): void {
    this.#deaf()
    this.#queue = new Queue()
    this.#state = 'failed'
    this.#error = error
    this.#watcher?.()
  }

  #cut(error: unknown): void {
    this.#queue = new Queue()
    this.#settle('failed', error)
    this.#asked?.cancel()
  }

  /** `clock`: where the body waits until the server wants it. A final answer says that it does not. */
  async #send(body: OutlineBody, sending: Asked, clock: Clock | undefined): Promise<void> {
    if (clock !== undefined) {
      this.held = true
      await new Promise<void>(resolve => {
        const disarm = clock.later(clock.now() + CONTINUE, () => this.#go?.())
        this.#go = () => {
          disarm()
          resolve()
        }
      })
      if (this.#head !== undefined || this.#state !== 'open') return
      this.held = false
    }
    const reader = body.open().getReader()
    let sent = 0
    this.#unsent = reader
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (this.#state !== 'open') return
        if (done) {
          sending.end(this.#outline.trailers?.())
          this.#outline.waits?.('server')
          return
        }
        if (!(value instanceof Uint8Array)) throw new TypeError('a body must give Uint8Array')
        if (value.length === 0) continue
        const room = sending.write(value)
        sent += value.length
        this.#outline.sent?.(sent)
        if (room) continue
        this.#outline.waits?.('server')
        await new Promise<void>(resolve => {
          this.#room = resolve
        })
        this.#outline.waits?.('body')
      }
    } catch (error) {
      // The caller's stream broke, or gave another length than it promised: the request cannot be completed.
      this.#cut(error)
    }
  }
}
