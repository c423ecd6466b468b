/** `serve`: a handler of `Request` to `Response` behind HTTP or HTTPS, over any transport. */

import type { Words } from '../../explain/words.ts'
import { Failure, fail } from '../../failures/index.ts'
import { answerTo } from '../../http/message/answers.ts'
import { REGISTERED_METHODS } from '../../http/semantics/methods.table.ts'
import type { HeaderList } from '../../http/types.ts'
import type { ConnectionInfo, NetStream, World } from '../stream/types.ts'
import { told } from '../told.ts'
import { Answer, type AnswerOptions } from './answer.ts'
import { blameOf } from './blame.ts'
import type { Exchange } from './exchange.ts'
import { type Server, type ServerOptions, serveExchanges } from './exchanges.ts'
import { FastResponse, isResponse } from './fast-response.ts'
import { type FormLimits, formDataOf, formLimits } from './form-data.ts'
import { requestMaker } from './request.ts'
import { answerTrace } from './trace-method.ts'

/** What `Headers` are made of. */
type Fields = NonNullable<ResponseInit['headers']>

export interface About {
  readonly connection: ConnectionInfo
  /** Aborted when the client goes away before it has the whole answer. */
  readonly signal: AbortSignal
  /**
   * The request came in early data, or a gateway says that it did (`Early-Data`, RFC 8470 5.1): a copy of it may come again.
   * A handler that cannot have that answers 425, and the client asks again. Only safe methods ever come so here.
   */
  readonly early: boolean
  /** Sends an answer before the answer, such as 103 with links (RFC 8297). As `Exchange.inform`. */
  inform(status: number, headers?: Fields): void
  /** What stood behind the request's body: nothing before all of that was read. */
  readonly trailers: Headers
  /** Sends what `fields` gives when the body of the answer is complete behind it (RFC 9110 6.5), where it can stand there. */
  sendTrailers(fields: () => Fields): void
  /**
   * Ends HTTP on this connection, for a request that offers another protocol (`Upgrade`), and hands the stream over; what
   * the client sent behind its request is in it. `answer` has the fields of 101 with Upgrade and Connection; without it
   * whoever has the stream answers. Return `response`, which is not sent. Throws as `Exchange.takeOver`.
   */
  takeOver(answer?: { readonly headers: Fields }): { readonly stream: NetStream; readonly response: Response }
  /** The server's: for whoever asks others in turn, and for the time and words of an answer. */
  readonly world: World
}

export type Handler = (request: Request, about: About) => Response | Promise<Response>

export interface ServeOptions extends ServerOptions {
  /**
   * The first of the world's coders that the client likes best, for bodies that shrink: those whose length is known (strings, bytes,
   * files) if undefined. With `streams-too` what a stream has given is flushed whenever it has nothing more at hand.
   * Over HTTPS the size of a compressed body tells of its content: where a page shows a secret (a CSRF token) beside
   * what an attacker chooses (a search word), say `never` or answer with `Cache-Control: no-transform` (BREACH).
   */
  readonly compress?: 'never' | 'known-length' | 'streams-too' | undefined
  /**
   * With `quick`, and if undefined, the program's `Response` is ours from here on (`FastResponse`, a `Response` in every
   * respect) where the world is Node's, as with `@hono/node-server`: making one of Node's costs more than the whole
   * exchange. `platform` touches nothing.
   */
  readonly responses?: 'quick' | 'platform' | undefined
  /**
   * With `quick`, and if undefined, a handler's `Request` is made of what was received when somebody asks for it. Where the
   * world is Node's and Node takes no such thing (from 24 on) the program's `Request` and `fetch` are ones that do, from
   * here on; only what was taken off the platform's before (`const { Request } = globalThis`, `Request.prototype.clone.call`)
   * refuses them. `platform` touches nothing, and makes one of the platform's for each exchange.
   */
  readonly requests?: 'quick' | 'platform' | undefined
  /** Methods that the handler is asked for besides those that are registered with IANA; others are answered with 501. */
  readonly methods?: readonly string[] | 'any' | undefined
  /** Sends back the heads of TRACE without their secrets (RFC 9110 9.3.8); where undefined TRACE is 405. */
  readonly traceMethod?: 'answered' | undefined
  /** What `formData()` of a request takes: 1000 parts and 64 MiB if undefined. Larger forms are for `parts`. */
  readonly forms?: Partial<FormLimits> | undefined
  /** Told what a handler threw; the client gets 500 without a word of it. Not told of what the client did wrong. */
  readonly failed?: ((error: unknown, request: Request | undefined) => void) | undefined
}

/**
 * Rejects with `FailureError`: net/port-taken, net/port-forbidden, net/no-such-address. What cannot be put in a `Request`
 * is answered without the handler: CONNECT (501), TRACE (405, or see `traceMethod`), `OPTIONS *` (204), a path with `..` in it (400); a method
 * that nobody knows too (501). A body of GET and HEAD is not shown.
 */
export const serve = (handler: Handler, options: ServeOptions): Promise<Server> => {
  const { world } = options
  const { words } = world
  const scheme = options.tls === undefined ? 'http' : 'https'
  const { failed, methods = [], responses = 'quick', requests = 'quick', forms, traceMethod, ...rest } = options
  if (responses === 'quick') world.replace?.response(FastResponse)
  const answering: AnswerOptions = {
    clock: world.clock,
    coders: options.compress === 'never' ? [] : world.coders,
    failed: error => failed?.(told(error, words), undefined),
    words,
    streams: options.compress === 'streams-too',
  }
  const limits = { ...formLimits, ...forms }
  const formData = (request: Request): Promise<FormData> => formDataOf(request, world, limits)
  const made = requestMaker({ scheme, words, formData, kind: requests, replace: world.replace })
  return serveExchanges(exchange => {
    const { method } = exchange.head
    if (method === 'CONNECT') {
      refuse(exchange, fail('http/tunnel-unsupported'), words)
      return
    }
    if (method === 'TRACE' && traceMethod === 'answered') {
      answerTrace(exchange)
      return
    }
    const unfit = METHODS.includes(method) ? undefined : unfitMethod(method, methods)
    if (unfit !== undefined) {
      refuse(exchange, unfit, words)
      return
    }
    if (exchange.head.path === '*') {
      // RFC 9110 9.3.7: about the server as a whole; a Request, which has a URL, could not say so.
      exchange.respond(204, [['allow', METHODS.join(', ')]])
      return
    }
    const answer = new Answer(exchange, answering)
    const request = made(exchange, answer)
    if (request instanceof Failure) {
      refuse(exchange, request, words)
      return
    }
    const threw = (error: unknown): void => {
      const blame = blameOf(error)
      if (blame === undefined) failed?.(told(error, words), request)
      answer.fail(blame)
    }
    let response: Response | Promise<Response>
    try {
      response = handler(request, new AboutExchange(exchange, answer, world))
    } catch (error) {
      threw(error)
      return
    }
    // In this turn, without a promise, where the handler needed none.
    if (isResponse(response)) answer.send(response)
    else {
      Promise.resolve(response).then(given => answer.send(given), threw)
    }
  }, rest)
}

class AboutExchange implements About {
  readonly world: World
  readonly #exchange: Exchange
  readonly #answer: Answer

  constructor(exchange: Exchange, answer: Answer, world: World) {
    this.world = world
    this.#exchange = exchange
    this.#answer = answer
  }

  get connection(): ConnectionInfo {
    return this.#exchange.connection
  }
  get signal(): AbortSignal {
    return this.#answer.signal
  }
  get early(): boolean {
    return this.#exchange.inEarlyData || this.#exchange.head.headers.get('early-data') !== undefined
  }
  get trailers(): Headers {
    return new Headers(this.#exchange.trailers as [string, string][])
  }
  inform(status: number, headers: Fields = []): void {
    this.#exchange.inform(status, listOf(headers))
  }
  sendTrailers(fields: () => Fields): void {
    this.#exchange.trailing = () => listOf(fields())
  }
  takeOver(answer?: { readonly headers: Fields }): { readonly stream: NetStream; readonly response: Response } {
    const stream = this.#exchange.takeOver(answer && { status: 101, headers: listOf(answer.headers) })
    return { stream, response: new Response(null) }
  }
}

const listOf = (headers: Fields): HeaderList => [...new Headers(headers)]

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** RFC 9110 9.1: methods have a case. A `Request` would show `get` as GET, which is another method to all others. */
const unfitMethod = (method: string, more: readonly string[] | 'any'): Failure | undefined => {
  const upper = method.toUpperCase()
  if (upper === 'TRACE' || upper === 'TRACK' || upper === 'CONNECT' || METHODS.includes(upper))
    return fail('http/method-not-allowed', { got: method, expected: METHODS.join(', ') })
  if (REGISTERED_METHODS.has(method) || more === 'any' || more.includes(method)) return undefined
  return fail('http/unknown-method', { got: method.slice(0, 80) })
}

const refuse = (exchange: Exchange, failure: Failure, words: Words | undefined): void => {
  const { status, headers, body } = answerTo(failure, { sentence: words?.sentence(failure) })
  exchange.respond(status, headers, body)
}
