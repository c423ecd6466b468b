/**
 * `ServerResponse`: Node's own class, with its rules for fields and `writeHead`, whose head and body go to an `Exchange`.
 * As in `incoming.ts`, what it does is put on the object itself.
 */
import { ServerResponse as NodeResponse, type OutgoingHttpHeaders } from 'node:http'
import type { Socket } from 'node:net'
import type { Bytes } from '../../engine.ts'
import { type Failure, FailureError } from '../../failures/index.ts'
import type { HeaderList } from '../../http/types.ts'
import type { AnswerWatcher, Exchange } from '../../net/server/exchange.ts'
import { nodeError } from '../tls/errors.ts'
import {
  alreadyFinished,
  badValue,
  bodyNotAllowed,
  destroyedAlready,
  headersSent,
  writtenAfterEnd,
  wrongLength,
  wrongType,
} from './errors.ts'
import { bytesOf, type Done, fieldsOf, type GivenFields, LINKS, legal, listed, sorted } from './given.ts'
import { type IncomingMessage, readingOf } from './incoming.ts'
import { changed, NEEDS_DRAIN, WRITABLE_FINISHED } from './inside.ts'
import type { LentSocket } from './lent-socket.ts'

/** What the connection of a response does for it. */
export interface Below {
  readonly lent: LentSocket
  /** The client sends no more: most of those that do have left. */
  readonly whenLeft: 'cut' | 'go on'
  /** `Keep-Alive`: how long the connection waits for another request behind this answer; undefined where it does not. */
  readonly kept: () => string | undefined
  /** What is written where no body may be is a mistake. */
  readonly refusesBodies: boolean
  /** The answer is complete, or will never be. */
  readonly over: () => void
}

export class ServerResponse extends NodeResponse {
  constructor(request: IncomingMessage, exchange: Exchange, below: Below) {
    super(request)
    this.shouldKeepAlive = true
    setSocket(this, below.lent.socket as Socket)
    const answer = new Answering(this, exchange, below)
    exchange.watcher = answer
    Object.assign(this, {
      _storeHeader: (_line: string, fields: GivenFields) => answer.keepHead(fields),
      write: answer.write.bind(answer),
      end: answer.end.bind(answer),
      flushHeaders: () => answer.flushHeaders(),
      addTrailers: (trailers: GivenFields) => answer.addTrailers(trailers),
      writeContinue: (done?: () => void) => answer.writeContinue(done),
      writeProcessing: (done?: () => void) => answer.inform(102, undefined, done),
      writeInformation: (status: number, fields?: GivenFields, done?: () => void) =>
        answer.inform(status, fields, done),
      writeEarlyHints: (hints: GivenFields, done?: () => void) => answer.writeEarlyHints(hints, done),
    })
  }
}

/** Fields that Node has itself, and says nothing of in its types. */
interface Inside {
  _header: string | null
  finished: boolean
  _closed: boolean
  _removedConnection?: boolean
  socket: Socket | null
  getRawHeaderNames(): string[]
}
const inside = (response: NodeResponse): Inside => response as unknown as Inside
const setSocket = (response: NodeResponse, socket: Socket | null): void => {
  inside(response).socket = socket
}

const mark = (response: NodeResponse, name: symbol | undefined, value: boolean): void => {
  if (name !== undefined) (response as unknown as Record<symbol, boolean>)[name] = value
}

/** That the fields came to us. */
const KEPT = 'HTTP/1.1'

class Answering implements AnswerWatcher {
  readonly #response: NodeResponse
  readonly #exchange: Exchange
  readonly #below: Below
  /** As they go out, once `writeHead` was called. */
  #fields: [string, string][] = []
  #line = { status: 200, reason: '' }
  #begun = false
  #trailers: [string, string][] = []
  /** Callbacks of what was written while there was no room. */
  #waiting: (() => void)[] = []
  #full = false
  /** What is written waits for the end of what runs now. */
  #gathering = false
  /** Bytes written since all had left. */
  #queued = 0
  #over = false
  /** What was written was not what was announced. */
  #cut = false

  constructor(response: NodeResponse, exchange: Exchange, below: Below) {
    this.#response = response
    this.#exchange = exchange
    this.#below = below
  }

  // What Node's own methods and the application call.

  keepHead(given: GivenFields): void {
    const response = this.#response
    const names = inside(response).getRawHeaderNames()
    this.#fields =
      names.length > 0 ? names.flatMap(name => fieldsOf(name, response.getHeader(name))) : legal(listed(given))
    if (response.statusCode === 204) this.#drop('content-length')
    if (!this.#hasBody || this.#codesNothing) this.#drop('transfer-encoding')
    if (!this.#has('connection')) this.#fields.push(...this.#ofConnection())
    this.#line = { status: response.statusCode, reason: response.statusMessage }
    // To others only whether it is there matters: `headersSent`.
    inside(response)._header = KEPT
  }

  /** As Node says it; what the engine knows better (`close`) it says besides. */
  #ofConnection(): [string, string][] {
    if (!this.#response.shouldKeepAlive) return [['Connection', 'close']]
    const kept = this.#below.kept()
    // `removeHeader` of Node remembers.
    if (inside(this.#response)._removedConnection) return []
    if (kept === undefined || this.#response.statusCode === 101 || this.#has('keep-alive')) return []
    return [
      ['Connection', 'keep-alive'],
      ['Keep-Alive', kept],
    ]
  }

  write(chunk: unknown, encodingOrDone?: BufferEncoding | Done | null, last?: Done | null): boolean {
    const [encoding, done] = sorted(encodingOrDone, last)
    const bytes = bytesOf(chunk, encoding)
    const response = this.#response
    if (response.finished || response.destroyed) {
      this.#refuse(response.finished ? writtenAfterEnd() : destroyedAlready(), done)
      return false
    }
    this.#mayHaveBody()
    this.#gather()
    this.#begin()
    if (this.#hasBody) this.#measure(bytes.length)
    if (!this.#hasBody || bytes.length === 0) {
      if (done !== undefined) process.nextTick(done)
      return true
    }
    return this.#send(bytes, done)
  }

  end(chunkOrDone?: unknown, encodingOrDone?: BufferEncoding | Done | null, last?: Done | null): NodeResponse {
    const response = this.#response
    const chunk = typeof chunkOrDone === 'function' ? undefined : (chunkOrDone ?? undefined)
    const [encoding, done] =
      typeof chunkOrDone === 'function' ? [undefined, chunkOrDone as Done] : sorted(encodingOrDone, last)
    const bytes = chunk === undefined ? undefined : bytesOf(chunk, encoding)
    if (response.finished) {
      if (bytes !== undefined) this.#refuse(writtenAfterEnd(), done)
      else if (done !== undefined && response.writableFinished) process.nextTick(done, alreadyFinished())
      else if (done !== undefined) response.once('finish', done)
      return response
    }
    if (bytes !== undefined) this.#mayHaveBody()
    this.#head()
    if (this.#hasBody) this.#measure(bytes?.length ?? 0, 'whole')
    if (done !== undefined) response.once('finish', done)
    while (response.writableCorked > 0) response.uncork()
    if (this.#begun) {
      if (bytes !== undefined && bytes.length > 0 && this.#hasBody) this.#send(bytes, undefined)
      this.#gathering = false
      this.#guarded(() => this.#exchange.end(this.#trailers))
    } else this.#whole(bytes)
    response.finished = true
    this.#finish()
    return response
  }

  flushHeaders(): void {
    this.#begin()
    this.#release()
  }
  addTrailers(given: GivenFields): void {
    this.#trailers.push(...listed(given))
  }
  writeContinue(done: (() => void) | undefined): void {
    // A client that has not asked may have it all the same.
    if (this.#exchange.head.expectsContinue) readingOf(this.#response.req as IncomingMessage).begin()
    else this.#exchange.inform(100)
    if (done !== undefined) process.nextTick(done)
  }
  writeEarlyHints(hints: GivenFields, done: (() => void) | undefined): void {
    if (typeof hints !== 'object' || hints === null) throw wrongType('hints', 'an object', hints)
    const { link, ...others } = hints as OutgoingHttpHeaders
    const links = [link ?? []].flat()
    for (const each of links) if (!LINKS.test(`${each}`)) throw badValue('hints.link', each)
    if (links.length > 0) this.inform(103, { Link: links.join(', '), ...others }, done)
    else if (done !== undefined) process.nextTick(done)
  }
  inform(status: number, fields: GivenFields, done: (() => void) | undefined): void {
    if (this.#response.headersSent) throw headersSent()
    this.#exchange.inform(status, legal(listed(fields)))
    if (done !== undefined) process.nextTick(done)
  }

  // What the exchange says.

  drain(): void {}
  left(): void {
    if (this.#below.whenLeft === 'cut') this.#exchange.cut()
  }
  gone(failure: Failure): void {
    readingOf(this.#response.req as IncomingMessage).lost(failure)
    this.#close()
  }

  // Inside.

  get #hasBody(): boolean {
    const status = this.#response.headersSent ? this.#line.status : this.#response.statusCode
    return this.#exchange.head.method !== 'HEAD' && status !== 204 && status !== 304 && status >= 200
  }
  #has(name: string): boolean {
    return this.#fields.some(([each]) => each.toLowerCase() === name)
  }
  /**
   * `identity` was never a coding, and a client of HTTP/1.0 knows none (RFC 9112 6.1): where Node sends what such a client
   * cannot read, the answer goes without. Other codings than `chunked` are refused: where such an answer ends cannot be told.
   */
  get #codesNothing(): boolean {
    const said = this.#fields.filter(([each]) => each.toLowerCase() === 'transfer-encoding').map(([, value]) => value)
    const codings = said
      .join()
      .toLowerCase()
      .split(',')
      .map(each => each.trim())
    if (codings.every(each => each === 'identity' || each === '')) return true
    return this.#exchange.head.version === '1.0' && codings.join() === 'chunked'
  }
  #drop(name: string): void {
    this.#fields = this.#fields.filter(([each]) => each.toLowerCase() !== name)
  }

  #head(): { status: number; fields: HeaderList; reason: string } {
    const response = this.#response
    if (inside(response)._header === null) response.writeHead(response.statusCode)
    if (inside(response)._header !== KEPT) throw changed('ServerResponse._storeHeader', 'is not what writeHead calls')
    return { ...this.#line, fields: this.#fields }
  }
  #begin(): void {
    if (this.#begun) return
    const { status, fields, reason } = this.#head()
    this.#sayHead(() => this.#exchange.begin(status, fields, reason))
    this.#begun = true
  }
  /** All of the answer is there: it leaves in one piece, with its length. */
  #whole(bytes: Bytes | undefined): void {
    const { status, fields, reason } = this.#head()
    const exchange = this.#exchange
    const framed = this.#has('transfer-encoding') || this.#has('content-length')
    const head = exchange.head.method === 'HEAD'
    if (head ? bytes === undefined || framed : this.#has('transfer-encoding')) {
      this.#begin()
      if (bytes !== undefined && !head) this.#send(bytes, undefined)
      this.#guarded(() => exchange.end(this.#trailers))
      return
    }
    if (this.#trailers.length > 0) exchange.trailing = () => this.#trailers
    this.#sayHead(() => exchange.respond(status, fields, head || this.#hasBody ? bytes : undefined, reason))
    this.#begun = true
  }

  #mayHaveBody(): void {
    if (this.#below.refusesBodies && !this.#hasBody) throw bodyNotAllowed()
  }
  /** Where `strictContentLength` asks for it a body of another length than was said is a mistake, and is not sent. */
  #measure(more: number, whole?: 'whole'): void {
    if (!this.#response.strictContentLength) return
    const said = this.#fields.find(([name]) => name.toLowerCase() === 'content-length')
    if (said === undefined) return
    const [got, length] = [this.#exchange.sent + more, Number(said[1])]
    if (whole === undefined ? got > length : got !== length) throw wrongLength(got, length)
  }

  /** As Node: what is written in one go leaves in one piece, when whoever writes is done or ends the answer. */
  #gather(): void {
    if (this.#gathering) return
    this.#gathering = true
    this.#exchange.gather()
    process.nextTick(() => this.#release())
  }
  #release(): void {
    if (!this.#gathering) return
    this.#gathering = false
    if (!this.#exchange.dead) this.#exchange.flush()
  }

  /** What is gathered, here or in the turn in which a request came, is counted too. */
  #send(bytes: Bytes, done: Done): boolean {
    let room = true
    this.#queued += bytes.length
    this.#guarded(() => {
      room = this.#exchange.write(bytes)
    })
    const more = this.#queued < this.#below.lent.socket.writableHighWaterMark
    if (!more) this.#release()
    if (room && more && !this.#full) {
      if (done !== undefined) process.nextTick(done)
      return true
    }
    if (!this.#full) this.#below.lent.whenFlushed(() => this.#flushed())
    this.#full = true
    mark(this.#response, NEEDS_DRAIN, true)
    if (done !== undefined) this.#waiting.push(done)
    return false
  }
  #flushed(): void {
    this.#full = false
    this.#queued = 0
    mark(this.#response, NEEDS_DRAIN, false)
    for (const done of this.#waiting.splice(0)) done()
    if (!this.#response.finished && !this.#over) this.#response.emit('drain')
  }

  /** A head that cannot be sent is the caller's mistake, who may send another. */
  #sayHead(say: () => void): void {
    try {
      say()
    } catch (error) {
      inside(this.#response)._header = null
      throw error instanceof FailureError ? nodeError(error.failure, error) : error
    }
  }
  /** A body of another length than was said: the client must not take it for the whole, nor for more than one answer. */
  #guarded(say: () => void): void {
    try {
      say()
    } catch (error) {
      const told = error instanceof FailureError ? nodeError(error.failure, error) : (error as Error)
      if (this.#response.listenerCount('error') > 0) this.#response.emit('error', told)
      this.#cut = true
      this.#exchange.cut()
    }
  }

  #refuse(error: Error, done: Done): void {
    process.nextTick(() => {
      done?.(error)
      if (!this.#response.destroyed) this.#response.emit('error', error)
    })
  }

  #finish(): void {
    if (this.#exchange.dead) return
    readingOf(this.#response.req as IncomingMessage).answered()
    this.#below.lent.whenFlushed(() => {
      for (const done of this.#waiting.splice(0)) done()
      if (this.#over) return
      const { lent } = this.#below
      const sent = lent.unsent === 0 && !this.#cut
      setSocket(this.#response, null)
      mark(this.#response, WRITABLE_FINISHED, sent)
      if (sent) this.#response.emit('finish')
      this.#close()
    })
    this.#below.over()
  }
  #close(): void {
    if (this.#over) return
    this.#over = true
    this.#below.over()
    const response = this.#response
    process.nextTick(() => {
      response.destroyed = true
      if (inside(response)._closed) return
      inside(response)._closed = true
      for (const done of this.#waiting.splice(0)) done()
      response.emit('close')
    })
  }
}
