/**
 * A request as a `Request` whose parts are made when somebody asks for them: most handlers look at method and URL, and
 * a `Request` of the platform costs as much as all the rest of an exchange. Whatever is not cheap is left to a real
 * one, made at that moment from the same parts.
 */

import type { Bytes } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { joined } from '../../wire/bytes.ts'
import { inWords } from '../told.ts'
import { unhidden } from '../with-headers.ts'
import type { Exchange } from './exchange.ts'
import { standIn, takesStandIns } from './stand-in.ts'

export interface RequestOptions {
  readonly scheme: 'http' | 'https'
  readonly words: Words | undefined
}

/** Makes requests for one server, or says why there can be none. */
export const requestMaker = ({ scheme, words }: RequestOptions) => {
  let lastAuthority: string | undefined
  let lastOrigin: string | undefined
  /** Of one authority after another: clients of a server seldom call it by two names at once. */
  const originOf = (authority: string): string | undefined => {
    if (authority === lastAuthority) return lastOrigin
    const url = `${scheme}://${authority}/`
    lastAuthority = authority
    lastOrigin = URL.canParse(url) ? new URL(url).origin : undefined
    return lastOrigin
  }
  return (exchange: Exchange, signal: () => AbortSignal): Request | Failure => {
    const { authority, path } = exchange.head
    const origin = originOf(authority === '' ? localAuthority(exchange) : authority)
    if (origin === undefined) return fail('http/bad-host', { got: JSON.stringify(authority) })
    if (DOT_SEGMENT.test(path)) return fail('http/bad-target', { got: JSON.stringify(path.slice(0, 80)) })
    const parts: Parts = { exchange, origin, signal, words }
    return isLazy() ? (new LazyRequest(parts) as unknown as Request) : realRequest(parts)
  }
}

/** HTTP/1.0 needs no Host: then the address that was called. */
const localAuthority = ({ connection }: Exchange): string => {
  const { address, port } = connection.local
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`
}

/**
 * `.` and `..` in a path, raw or coded: a URL parser takes them for a way and resolves them, so that a handler would see
 * another path than a proxy in front of it (RFC 3986 5.2.4: clients have done so before they send).
 */
const DOT_SEGMENT = /^[^?]*\/(?:\.|%2e){1,2}(?:[/?]|$)/i

/** What a URL parser leaves as it is behind an origin. */
const PLAIN = /^\/[\w\-.~!$&'()*+,;=:@%/]*(?:\?[\w\-.~!$&()*+,;=:@%/?]*)?$/

interface Parts {
  readonly exchange: Exchange
  readonly origin: string
  readonly signal: () => AbortSignal
  readonly words: Words | undefined
}

/** RFC 9110 7.1: the target URI. */
const urlOf = ({ exchange: { head }, origin }: Parts): string => {
  const { path } = head
  if (path === '*') return `${origin}/`
  return PLAIN.test(path) ? origin + path : new URL(origin + path).href
}

const headersOf = ({ exchange: { head } }: Parts): Headers => {
  const headers = new Headers(head.headers.list() as [string, string][])
  // RFC 9112 3.2.2: the host of an absolute target replaces that of the field.
  if (!head.target.startsWith('/') && head.target !== '*') headers.set('host', head.authority)
  return headers
}

/** A `Request` shows no body of GET and HEAD. */
const isBodiless = ({ exchange: { head } }: Parts): boolean =>
  head.framing.kind === 'none' || head.method === 'GET' || head.method === 'HEAD'

const realRequest = (parts: Parts, headers = headersOf(parts)): Request =>
  unhidden(
    new Request(urlOf(parts), {
      method: parts.exchange.head.method,
      headers,
      signal: parts.signal(),
      ...(isBodiless(parts) ? {} : { body: streamOf(parts), duplex: 'half' }),
    }),
    headers,
  )

class LazyRequest {
  readonly #parts: Parts
  #url: string | undefined
  #headers: Headers | undefined
  #real: Request | undefined
  /** The body was read without a stream. */
  #used = false

  constructor(parts: Parts) {
    this.#parts = parts
  }

  get method(): string {
    return this.#parts.exchange.head.method
  }
  get url(): string {
    return (this.#url ??= urlOf(this.#parts))
  }
  get headers(): Headers {
    return (this.#headers ??= this.#real?.headers ?? headersOf(this.#parts))
  }
  get signal(): AbortSignal {
    return this.#parts.signal()
  }
  get body(): ReadableStream<Uint8Array> | null {
    return isBodiless(this.#parts) ? null : LazyRequest.real(this).body
  }
  get bodyUsed(): boolean {
    return this.#used || this.#real?.bodyUsed === true
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    const bytes = await this.#whole()
    return bytes === undefined ? LazyRequest.real(this).arrayBuffer() : (bytes.slice().buffer as ArrayBuffer)
  }
  async text(): Promise<string> {
    const bytes = await this.#whole()
    return bytes === undefined ? LazyRequest.real(this).text() : utf8.decode(bytes)
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }

  /** For everything else. */
  static real(one: LazyRequest): Request {
    if (one.#real !== undefined) return one.#real
    one.#real = realRequest(one.#parts, one.#headers)
    // What was read already is as gone as if it had been read there.
    if (one.#used) one.#real.body?.cancel().catch(ignore)
    return one.#real
  }

  /** The body in one piece, unless a stream of it was given away. */
  #whole(): Promise<Bytes> | undefined {
    if (this.#real !== undefined || this.#used) return undefined
    if (isBodiless(this.#parts)) return Promise.resolve(NOTHING)
    this.#used = true
    return wholeOf(this.#parts)
  }
}

const NOTHING = new Uint8Array(0)
const utf8 = new TextDecoder()
const ignore = (): void => {}

let lazy: boolean | undefined

/** Asked once, before the first request. */
const isLazy = (): boolean => {
  if (lazy !== undefined) return lazy
  const model = new Request('http://localhost/', { method: 'POST', body: 'x' })
  lazy = takesStandIns(model, one => new Request(one))
  if (lazy) standIn(LazyRequest.prototype, model, one => LazyRequest.real(one as LazyRequest))
  return lazy
}

/** The whole body, without a stream. */
const wholeOf = ({ exchange, words }: Parts): Promise<Bytes> =>
  new Promise((resolve, reject) => {
    const pieces: Bytes[] = []
    exchange.read({
      data: bytes => void pieces.push(bytes),
      end: () => resolve(joined(pieces)),
      failed: failure => reject(inWords(failure, words)),
    })
  })

/** Bytes of a body that wait for whoever reads it; the client is stopped above it. */
const BODY_QUEUE = 64 * 1024

/** The body as a stream that nobody starts before it is read, so that `100 Continue` is sent only when it is wanted. */
const streamOf = ({ exchange, words }: Parts): ReadableStream<Uint8Array> => {
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
