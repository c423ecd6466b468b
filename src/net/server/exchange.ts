/**
 * One request and its answer on the server's side, as close to the engine as it gets: heads are lazy, bodies are bytes,
 * nothing is a promise. `serve` puts `Request` and `Response` on top of it.
 */
import type { Bytes, Millis } from '../../engine.ts'
import type { Failure } from '../../failures/index.ts'
import type { HeaderBlock } from '../../http/message/header-block.ts'
import type { HeaderList, RequestHead } from '../../http/types.ts'
import type { ConnectionInfo } from '../stream/types.ts'

/** What whoever reads a request's body wants to hear. */
export interface BodyReader {
  /** Keep a copy, not the view. */
  data(bytes: Bytes): void
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
  readonly reason?: string
}

/** What an exchange asks of its connection. */
export interface ExchangeConnection {
  readonly info: ConnectionInfo
  now(): Millis
  read(exchange: Exchange): void
  flow(): void
  answer(exchange: Exchange, head: AnswerHead, body: Bytes | undefined): void
  piece(exchange: Exchange, bytes: Bytes): boolean
  finish(exchange: Exchange): void
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
    return this.#lost !== undefined
  }
  get reading(): boolean {
    return this.#reader !== undefined
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
  /** Stops the client, once what it had sent has arrived. */
  pause(): void {
    this.paused = true
    this.#connection.flow()
  }
  resume(): void {
    this.paused = false
    this.#connection.flow()
  }

  /** The whole answer at once. Content-Length and Date are added. */
  respond(status: number, headers: HeaderList | HeaderBlock, body?: Bytes, reason?: string): void {
    this.#connection.answer(this, headOf(status, headers, reason), body ?? NOTHING)
  }
  /** The head of an answer whose body follows by `write` and `end`; chunked unless it says its length. */
  begin(status: number, headers: HeaderList | HeaderBlock, reason?: string): void {
    this.#connection.answer(this, headOf(status, headers, reason), undefined)
  }
  /** Owned by the exchange from here on. False: wait for `watcher.drain`. */
  write(bytes: Bytes): boolean {
    return this.#connection.piece(this, bytes)
  }
  end(): void {
    this.#connection.finish(this)
  }
  /** Cuts the connection, so that the client knows that the answer is not complete. */
  cut(): void {
    this.#connection.cut(this)
  }

  /** For the connection: a piece of the body. True when somebody took it. */
  arrived(bytes: Bytes): boolean {
    if (this.#reader !== undefined) {
      this.#reader.data(bytes)
      return true
    }
    if (this.answered) return false
    this.#early ??= []
    this.#early.push(bytes.slice())
    this.early += bytes.length
    return true
  }
  /** For the connection: the end of the body. */
  complete(): void {
    this.requested = true
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
