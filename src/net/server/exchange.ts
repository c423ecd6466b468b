/**
 * One request and its answer on the server's side, as close to the engine as it gets: heads are lazy, bodies are bytes,
 * nothing is a promise. `serve` puts `Request` and `Response` on top of it.
 */
import type { Bytes, Millis } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { type HeaderBlock, isBlock } from '../../http/message/header-block.ts'
import type { HeaderList, Outgoing, RequestHead } from '../../http/types.ts'
import type { ConnectionInfo, NetStream } from '../stream/types.ts'

/** What whoever reads a request's body wants to hear. */
export interface BodyReader {
  /** Keep a copy, not the view. */
  data(bytes: Bytes): void
  /** What stood behind the body is in `Exchange.trailers`. */
  end(): void
  /** The client went away, or its body broke a rule; nothing more comes. */
  failed(failure: Failure): void
}

/** What whoever writes an answer piece by piece wants to hear. */
export interface AnswerWatcher {
  /** `write` said false; there is room again. */
  drain(): void
  /** The client sends no more, before the answer was complete: most of those that do have left. */
  left?(): void
  /** The connection is gone before the answer was complete. */
  gone(failure: Failure): void
}

/** Whether somebody still waits for the answer, as far as can be known. */
export type Presence = 'here' | 'sends no more' | 'gone'

export interface AnswerHead {
  readonly status: number
  readonly headers: HeaderList | HeaderBlock
  /** The usual phrase where undefined. */
  readonly reason?: string | undefined
}

/** What an exchange asks of its connection. */
export interface ExchangeConnection {
  readonly info: ConnectionInfo
  now(): Millis
  read(exchange: Exchange): void
  /** Whether it is read was changed. */
  flow(exchange: Exchange): void
  answer(exchange: Exchange, head: AnswerHead, body: Bytes | undefined): void
  piece(exchange: Exchange, bytes: Bytes): boolean
  finish(exchange: Exchange, trailers: HeaderList): void
  /** What is said waits for `flush`, or the end of the answer. */
  gather(): void
  /** What was said is written now. */
  flush(): void
  takeOver(exchange: Exchange, head: AnswerHead | undefined): NetStream
  cut(exchange: Exchange): void
}

export class Exchange {
  readonly head: RequestHead
  /** 1 for the first request of its connection. */
  readonly number: number
  readonly started: Millis
  readonly #connection: ExchangeConnection
  /** What came before somebody read; `early` bytes. */
  #early: Bytes[] | undefined
  early = 0
  #earlyEnd = false
  #reader: BodyReader | undefined
  /** The reader wants no more of it. */
  #ignored = false
  watcher: AnswerWatcher | undefined
  status: number | undefined
  /** Body bytes given to us, before HEAD and the like leave them out. */
  sent = 0
  paused = false
  /** The whole answer was handed over. */
  answered = false
  /** The whole request was read. */
  requested = false
  presence: Presence = 'here'
  /** The request came before the handshake of TLS was over: it may be a copy, and a copy of it may follow (RFC 8470). */
  inEarlyData = false
  /** Behind the body of the request (RFC 9110 6.5): nothing before all of it was read. */
  trailers: HeaderList = NO_FIELDS
  /** Asked for what stands behind the body of the answer when that is complete; makes a whole answer chunked. */
  trailing: (() => HeaderList) | undefined
  /** The stream was handed over: there is no answer here any more. */
  taken = false
  /** Trailers can follow the body that was begun. */
  #trails = false
  /** Why nobody will hear what is answered. */
  #lost: Failure | undefined

  constructor(connection: ExchangeConnection, head: RequestHead, number: number, started: Millis) {
    this.#connection = connection
    this.head = head
    this.number = number
    this.started = started
  }

  get connection(): ConnectionInfo {
    return this.#connection.info
  }
  get dead(): boolean {
    return this.#lost !== undefined || this.taken
  }
  /** Why it is dead. */
  get why(): Failure {
    return this.#lost ?? fail('http/wrong-turn', { got: 'the stream', expected: this.taken ? 'switched' : 'the end' })
  }
  get reading(): boolean {
    return this.#reader !== undefined && !this.#ignored
  }

  /** Reads the body, from its first byte. Without this it waits, and is thrown away once the answer is complete. */
  read(reader: BodyReader): void {
    this.#reader = reader
    this.#connection.read(this)
    const early = this.#early
    this.#early = undefined
    for (const bytes of early ?? []) reader.data(bytes)
    if (this.#earlyEnd) reader.end()
    else if (this.#lost !== undefined) reader.failed(this.#lost)
  }
  /** As if nobody had read, once the answer is complete: what comes is thrown away, and its end told as before. */
  ignore(): void {
    this.#ignored = true
    this.resume()
  }
  /** Stops the client, once what it had sent has arrived. */
  pause(): void {
    this.paused = true
    this.#connection.flow(this)
  }
  resume(): void {
    this.paused = false
    this.#connection.flow(this)
  }

  /**
   * An answer before the answer: 103 with links, 102; `read` sends 100 by itself. Not for HTTP/1.0, which does not know
   * them. Throws RangeError for a status that is none, `FailureError` http/wrong-turn once the answer has begun.
   */
  inform(status: number, headers: HeaderList | HeaderBlock = NO_FIELDS): void {
    if (!(status >= 100 && status < 200)) throw new RangeError(`${status} is no informational status`)
    if (this.head.version !== '1.0') this.#connection.answer(this, { status, headers }, undefined)
  }
  /** The whole answer at once. Content-Length and Date are added. */
  respond(status: number, headers: HeaderList | HeaderBlock, body?: Bytes, reason?: string): void {
    if (this.trailing !== undefined && canTrail(this.head, status)) {
      this.begin(status, withoutLength(headers), reason)
      this.write(body ?? NOTHING)
      this.end()
      return
    }
    this.#connection.answer(this, headOf(status, headers, reason), body ?? NOTHING)
  }
  /** The head of an answer whose body follows by `write` and `end`; chunked unless it says its length. */
  begin(status: number, headers: HeaderList | HeaderBlock, reason?: string): void {
    this.#trails = canTrail(this.head, status) && !saysLength(headers)
    this.#connection.answer(this, headOf(status, headers, reason), undefined)
  }
  /** Owned by the exchange from here on. False: wait for `watcher.drain`. */
  write(bytes: Bytes): boolean {
    return this.#connection.piece(this, bytes)
  }
  /** `trailers` stand behind the body, where that is chunked; else they are lost. */
  end(trailers: HeaderList = this.trailing?.() ?? NO_FIELDS): void {
    this.#connection.finish(this, this.#trails ? trailers : NO_FIELDS)
  }
  /**
   * Ends HTTP on this connection and hands its stream over, with what the client sent behind its request. `answer` is
   * 101 with Upgrade and Connection, or 2xx to CONNECT; without it nothing is answered, that is then for whoever has the
   * stream. No time-out runs on it any more; the end of the server cuts it. Throws `FailureError`: http/wrong-turn for a
   * request that offered nothing (`head.upgrade`) or is not complete, http/bad-outgoing for an answer that does not do it.
   */
  takeOver(answer?: AnswerHead): NetStream {
    return this.#connection.takeOver(this, answer)
  }
  /** What is answered from here on waits, past the end of the turn, for `flush` (the caller owes it) or `end`. */
  gather(): void {
    this.#connection.gather()
  }
  /** What was answered leaves now, and not at the end of the turn: for whoever ends the connection within it. */
  flush(): void {
    this.#connection.flush()
  }
  /** Cuts the connection, so that the client knows that the answer is not complete. */
  cut(): void {
    this.#connection.cut(this)
  }

  /** For the connection: a piece of the body. True when somebody took it. */
  arrived(bytes: Bytes): boolean {
    if (this.answered && !this.reading) return false
    if (this.#reader !== undefined) {
      this.#reader.data(bytes)
      return true
    }
    this.#early ??= []
    this.#early.push(bytes.slice())
    this.early += bytes.length
    return true
  }
  /** For the connection: the whole answer is on its way, with a body of so many bytes. */
  handedOver(bytes: number): void {
    this.sent = bytes
    this.answered = true
  }
  /** For the connection: the end of the body. */
  complete(trailers: HeaderList): void {
    this.requested = true
    this.trailers = trailers
    if (this.#reader === undefined) this.#earlyEnd = true
    else this.#reader.end()
  }
  /** For the connection: the client sends no more. */
  left(): void {
    if (this.presence !== 'here') return
    this.presence = 'sends no more'
    if (!this.answered) this.watcher?.left?.()
  }
  /** For the connection: it is gone. */
  lost(failure: Failure): void {
    if (this.#lost !== undefined) return
    this.#lost = failure
    this.presence = 'gone'
    if (!this.requested) this.#reader?.failed(failure)
    if (!this.answered) this.watcher?.gone(failure)
  }
}

const headOf = (status: number, headers: HeaderList | HeaderBlock, reason: string | undefined): AnswerHead =>
  reason === undefined ? { status, headers } : { status, headers, reason }

const NOTHING = new Uint8Array(0)
const NO_FIELDS: HeaderList = []

/** Whether an answer may be chunked: RFC 9112 6.1, RFC 9110 6.4.1. */
const canTrail = ({ version, method }: RequestHead, status: number): boolean =>
  version !== '1.0' && method !== 'HEAD' && status !== 204 && status !== 205 && status !== 304

const isLength = ([name]: HeaderList[number]): boolean => name.toLowerCase() === 'content-length'
const saysLength = (headers: HeaderList | HeaderBlock): boolean =>
  isBlock(headers) ? headers.facts.length !== undefined : headers.some(isLength)
const withoutLength = (headers: HeaderList | HeaderBlock): HeaderList =>
  (isBlock(headers) ? headers.list : headers).filter(field => !isLength(field))

/** For the connection: what its engine is told to send. */
export const partOf = (
  { status, headers, reason }: AnswerHead,
  body: Bytes | undefined,
): Outgoing & { type: 'response' } => {
  if (reason !== undefined) {
    return body === undefined
      ? { type: 'response', status, reason, headers }
      : { type: 'response', status, reason, headers, body }
  }
  return body === undefined ? { type: 'response', status, headers } : { type: 'response', status, headers, body }
}
