/** `serve`: a handler of `Request` to `Response` behind HTTP or HTTPS, over any transport. */

import type { Words } from '../../explain/words.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { answerTo } from '../../http/answers.ts'
import type { ConnectionInfo } from '../stream/types.ts'
import { inWords, told } from '../told.ts'
import { unhidden } from '../with-headers.ts'
import { Answer, type AnswerOptions } from './answer.ts'
import type { Exchange } from './exchange.ts'
import { type Server, type ServerOptions, serveExchanges } from './exchanges.ts'

export interface About {
  readonly connection: ConnectionInfo
  /** Aborted when the client goes away before it has the whole answer. */
  readonly signal: AbortSignal
  /** The words of the server's world, for answers that say what is wrong. */
  readonly words: Words | undefined
}

export type Handler = (request: Request, about: About) => Response | Promise<Response>

export interface ServeOptions extends ServerOptions {
  /**
   * gzip or deflate for bodies that shrink, where the client accepts it: those whose length is known (strings, bytes,
   * files) if undefined. With `streams-too` what a stream has given is flushed whenever it has nothing more at hand.
   * Over HTTPS the size of a compressed body tells of its content: where a page shows a secret (a CSRF token) beside
   * what an attacker chooses (a search word), say `never` or answer with `Cache-Control: no-transform` (BREACH).
   */
  readonly compress?: 'never' | 'known-length' | 'streams-too'
  /** Told what a handler threw; the client gets 500 without a word of it. */
  readonly failed?: (error: unknown, request: Request | undefined) => void
}

/**
 * Rejects with `FailureError`: net/port-taken, net/port-forbidden, net/no-such-address. CONNECT and TRACE, and a body in
 * a GET or HEAD request, cannot be put in a `Request`: the former are answered with 405, the latter is not shown.
 */
export const serve = (handler: Handler, options: ServeOptions): Promise<Server> => {
  const { world } = options
  const { words } = world
  const scheme = options.tls === undefined ? 'http' : 'https'
  const { failed, ...rest } = options
  const answering: AnswerOptions = {
    clock: world.clock,
    coders: options.compress === 'never' ? [] : world.coders,
    failed: error => failed?.(told(error, words), undefined),
    words,
    streams: options.compress === 'streams-too',
  }
  return serveExchanges(exchange => {
    const { method } = exchange.head
    if (!isShown(method)) {
      refuse(exchange, fail('http/method-not-allowed', { got: method, expected: METHODS.join(', ') }), words)
      return
    }
    const request = requestOf(exchange, scheme, words)
    if (request === undefined) {
      refuse(exchange, fail('http/bad-host', { got: JSON.stringify(exchange.head.authority) }), words)
      return
    }
    const answer = new Answer(exchange, answering)
    const about: About = {
      connection: exchange.connection,
      get signal() {
        return answer.signal
      },
      words,
    }
    const broken = (error: unknown): void => {
      failed?.(told(error, words), request)
      answer.fail()
    }
    let response: Response | Promise<Response>
    try {
      response = handler(request, about)
    } catch (error) {
      broken(error)
      return
    }
    if (response instanceof Response) answer.send(response)
    else Promise.resolve(response).then(given => answer.send(given), broken)
  }, rest)
}

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** RFC 9110 9.1: methods have a case. A `Request` would show `get` as GET, which is another method to all others. */
const isShown = (method: string): boolean => {
  const upper = method.toUpperCase()
  if (upper === 'TRACE' || upper === 'TRACK' || upper === 'CONNECT') return false
  return upper === method || !METHODS.includes(upper)
}

const refuse = (exchange: Exchange, failure: Failure, words: Words | undefined): void => {
  const { status, headers, body } = answerTo(failure, { sentence: words?.sentence(failure) })
  exchange.respond(status, headers, body)
}

/**
 * RFC 9110 7.1: the target URI from the scheme, the authority of target or Host, and the path. Undefined where a host that
 * the grammar allows makes no URL: `shop:99999`, `[:::]`.
 */
const requestOf = (exchange: Exchange, scheme: 'http' | 'https', words: Words | undefined): Request | undefined => {
  const { head, connection } = exchange
  const { address, port } = connection.local
  const authority =
    head.authority !== '' ? head.authority : address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
  const url = `${scheme}://${authority}${head.path === '*' ? '/' : head.path}`
  if (!URL.canParse(url)) return undefined
  const bodiless = head.framing.kind === 'none' || head.method === 'GET' || head.method === 'HEAD'
  const headers = head.headers.list() as [string, string][]
  const body = bodiless ? {} : ({ body: bodyOf(exchange, words), duplex: 'half' } as const)
  return unhidden(new Request(url, { method: head.method, headers, ...body }), headers)
}

/** Bytes of a body that wait for whoever reads it; the client is stopped above it. */
const BODY_QUEUE = 64 * 1024

/** The body as a stream that nobody starts before it is read, so that `100 Continue` is sent only when it is wanted. */
const bodyOf = (exchange: Exchange, words: Words | undefined): ReadableStream<Uint8Array> => {
  let started = false
  let done = false
  return new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (started) {
          exchange.resume()
          return
        }
        started = true
        exchange.read({
          data(bytes) {
            if (done) return
            controller.enqueue(bytes)
            if ((controller.desiredSize ?? 0) <= 0) exchange.pause()
          },
          end() {
            if (!done) controller.close()
            done = true
          },
          failed(failure) {
            if (!done) controller.error(inWords(failure, words))
            done = true
          },
        })
      },
      cancel() {
        done = true
        exchange.resume()
      },
    },
    { highWaterMark: 0, size: bytes => bytes.length / BODY_QUEUE },
  )
}
