/** One request and its answer on one connection, as promises. */
import type { Bytes } from '../../engine.ts'
import { type Failure, FailureError, type RequestContext } from '../../failures/index.ts'
import type { HeaderList, ResponseHead } from '../../http/types.ts'
import type { AnswerReader, ClientConnection, RequestBody } from './connection.ts'
import type { OutlineBody } from './request.ts'

export interface ExchangeRequest {
  readonly method: string
  readonly target: string
  readonly headers: HeaderList
  readonly body: OutlineBody | undefined
  readonly signal: AbortSignal | undefined
}

/** Bytes of an answer that wait for whoever reads it; the server is stopped above it. */
const QUEUE = 256 * 1024

/** A body above this goes out piece by piece, so that the time for an answer begins when it has left. */
const AT_ONCE = 256 * 1024

/** Bytes of an answer that nobody wants, read all the same so that its connection can be used again. */
const DISCARD = 64 * 1024

/**
 * An answer whose head has arrived, or the failure that came instead. `head` rejects with `FailureError`, or with the
 * reason of the signal.
 */
export class FetchExchange implements AnswerReader {
  readonly head: (head: ResponseHead) => void
  readonly answered: Promise<ResponseHead>
  readonly connection: ClientConnection
  /** Not one byte of an answer came: the request may be made again elsewhere. */
  untouched = true
  #head: ResponseHead | undefined
  /** Bytes of the body that have come. */
  #received = 0
  readonly #signal: AbortSignal | undefined
  readonly #refuse: (error: unknown) => void
  readonly #abort = (): void => this.#cut(this.#signal!.reason)
  #queue: Bytes[] = []
  #queued = 0
  #state: 'open' | 'ended' | 'failed' = 'open'
  #error: unknown
  #wake: (() => void) | undefined
  #room: (() => void) | undefined
  #discarding = false
  /** What the rest of our body comes from; nobody wants it after the end. */
  #unsent: ReadableStreamDefaultReader<Uint8Array> | undefined

  /** Sends the request. Throws `FailureError` for what cannot be sent. */
  constructor(connection: ClientConnection, request: ExchangeRequest) {
    const { method, target, headers, body, signal } = request
    this.connection = connection
    this.#signal = signal
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
      answer(head)
    }
    const bytes = body?.bytes
    const whole = bytes !== undefined && bytes.length > AT_ONCE ? 'stream' : (bytes ?? (body && 'stream'))
    let sending: RequestBody
    try {
      sending = connection.request({ method, target, headers, body: whole }, this)
    } catch (error) {
      connection.destroy()
      throw error
    }
    signal?.addEventListener('abort', this.#abort, { once: true })
    if (whole === 'stream') void this.#send(body!.open(), sending)
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
      const piece = this.#queue.shift()
      if (piece !== undefined) {
        this.#queued -= piece.length
        if (this.#queued < QUEUE) this.connection.resume()
        return piece
      }
      if (this.#state === 'ended') return undefined
      if (this.#state === 'failed') throw this.#error
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
  }

  /** The rest is not wanted: read if it is little, cut otherwise. */
  discard(): void {
    if (this.#state !== 'open') return
    if (this.#queued > DISCARD) {
      this.#cut(new Error('the body was cancelled'))
      return
    }
    this.#discarding = true
    this.#queue = []
    this.connection.resume()
  }
  /** The rest is not wanted: the connection goes with it. */
  cancel(): void {
    if (this.#state === 'open') this.#cut(new Error('the body was cancelled'))
  }

  // What the connection says.

  data(bytes: Bytes): void {
    this.#received += bytes.length
    this.#queued += bytes.length
    if (this.#discarding) {
      if (this.#queued > DISCARD) this.#cut(new Error('the body was cancelled'))
      return
    }
    this.#queue.push(bytes)
    if (this.#queued >= QUEUE) this.connection.pause()
    this.#wake?.()
  }
  end(): void {
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
    this.#signal?.removeEventListener('abort', this.#abort)
    if (state === 'failed') this.#refuse(error)
    this.#wake?.()
    this.#room?.()
    this.#unsent?.cancel(error).catch(() => {})
  }

  #cut(error: unknown): void {
    this.#queue = []
    this.#settle('failed', error)
    this.connection.destroy()
  }

  async #send(stream: ReadableStream<Uint8Array>, sending: RequestBody): Promise<void> {
    const reader = stream.getReader()
    this.#unsent = reader
    try {
      for (;;) {
        const { done, value } = await reader.read()
        if (this.#state !== 'open') return
        if (done) {
          this.#unsent = undefined
          sending.end()
          return
        }
        if (!(value instanceof Uint8Array)) throw new TypeError('a body must give Uint8Array')
        if (value.length === 0 || sending.write(value)) continue
        await new Promise<void>(resolve => {
          this.#room = resolve
        })
      }
    } catch (error) {
      // The caller's stream broke, or gave another length than it promised: the request cannot be completed.
      this.#cut(error)
    }
  }
}
