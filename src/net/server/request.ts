/**
 * A request as a `Request` whose parts are made when somebody asks for them: most handlers look at method and URL, and
 * a `Request` of the platform costs as much as all the rest of an exchange. Whatever is not cheap is left to a real
 * one, made at that moment from the same parts.
 */

import type { Bytes } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { joined } from '../../wire/bytes.ts'
import { branches } from '../branches.ts'
import { adopt, receivedHeaders } from '../received-headers.ts'
import { realOf as realOfAny, standIn, takesStandIns } from '../stand-in.ts'
import type { World } from '../stream/types.ts'
import { inWords } from '../told.ts'
import { unhidden } from '../with-headers.ts'
import type { Exchange } from './exchange.ts'

/** Knows when the client has left. */
export interface Left {
  readonly signal: AbortSignal
}

export interface RequestOptions {
  readonly scheme: 'http' | 'https'
  readonly words: Words | undefined
  /** `formData()` of a request that is all there. */
  readonly formData: (request: Request) => Promise<FormData>
  /** Of the platform's from the beginning, or of ours where that can be. */
  readonly kind: 'quick' | 'platform'
  readonly replace: World['replace']
}

/** Makes requests for one server, or says why there can be none. */
export const requestMaker = (options: RequestOptions) => {
  const { scheme } = options
  const isQuick = options.kind === 'quick' && mayBeLazy(options.replace)
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
  return (exchange: Exchange, left: Left): Request | Failure => {
    const { authority, path } = exchange.head
    const origin = originOf(authority === '' ? localAuthority(exchange) : authority)
    if (origin === undefined) return fail('http/bad-host', { got: JSON.stringify(authority) })
    if (mayHaveDots(path) && DOT_SEGMENT.test(path))
      return fail('http/bad-target', { got: JSON.stringify(path.slice(0, 80)) })
    return isQuick
      ? (new LazyRequest(exchange, origin, left, options) as unknown as Request)
      : withForm(realRequest({ exchange, origin, left, options }), options)
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
const mayHaveDots = (path: string): boolean => path.includes('/.') || path.includes('/%')
const DOT_SEGMENT = /^[^?]*\/(?:\.|%2e){1,2}(?:[/?]|$)/i

/** What a URL parser leaves as it is behind an origin. */
const PLAIN = /^\/[\w\-.~!$&'()*+,;=:@%/]*(?:\?[\w\-.~!$&()*+,;=:@%/?]*)?$/

interface Parts {
  readonly exchange: Exchange
  readonly origin: string
  readonly left: Left
  readonly options: RequestOptions
}

/** RFC 9110 7.1: the target URI. */
const urlOf = ({ exchange: { head }, origin }: Parts): string => {
  const { path } = head
  if (path === '*') return `${origin}/`
  return PLAIN.test(path) ? origin + path : new URL(origin + path).href
}

/** RFC 9112 3.2.2: the host of an absolute target replaces that of the field. */
const replacesHost = ({ exchange: { head } }: Parts): boolean => !head.target.startsWith('/') && head.target !== '*'

const headersOf = (parts: Parts): Headers => {
  const { head } = parts.exchange
  const headers = receivedHeaders(head.headers)
  if (replacesHost(parts)) headers.set('host', head.authority)
  return headers
}

/** A `Request` shows no body of GET and HEAD. */
const isBodiless = ({ exchange: { head } }: Parts): boolean =>
  head.framing.kind === 'none' || head.method === 'GET' || head.method === 'HEAD'

const realRequest = (parts: Parts): Request => {
  const { head } = parts.exchange
  // One copy and not two: the second would take white space that is left at the end of joined values.
  const headers = replacesHost(parts) ? headersOf(parts) : (head.headers.list() as [string, string][])
  return unhidden(
    new Request(urlOf(parts), {
      method: head.method,
      headers,
      signal: parts.left.signal,
      ...(isBodiless(parts) ? {} : { body: streamOf(parts), duplex: 'half' }),
    }),
    headers,
  )
}

/** With a `formData` that is bounded. */
const withForm = (request: Request, { formData }: RequestOptions): Request =>
  Object.defineProperty(request, 'formData', { value: () => formData(request), configurable: true })

/** What a lazy request knows, and what was made of it so far. */
interface State extends Parts {
  url: string | undefined
  headers: Headers | undefined
  real: Request | undefined
  /** The body was read without a stream. */
  used: boolean
}

/** A property and no private field, so that it is found through a `Proxy` too, as what the platform keeps is. */
const STATE: unique symbol = Symbol('request')

class LazyRequest {
  readonly [STATE]: State

  constructor(exchange: Exchange, origin: string, left: Left, options: RequestOptions) {
    this[STATE] = { exchange, origin, left, options, url: undefined, headers: undefined, real: undefined, used: false }
  }

  get method(): string {
    return this[STATE].exchange.head.method
  }
  get url(): string {
    const state = this[STATE]
    return (state.url ??= urlOf(state))
  }
  get headers(): Headers {
    const state = this[STATE]
    return (state.headers ??= state.real?.headers ?? headersOf(state))
  }
  get signal(): AbortSignal {
    return this[STATE].left.signal
  }
  get body(): ReadableStream<Uint8Array> | null {
    const state = this[STATE]
    return isBodiless(state) ? null : realOf(state).body
  }
  get bodyUsed(): boolean {
    const { used, real } = this[STATE]
    return used || real?.bodyUsed === true
  }
  /** Of both the one that falls too far behind the other fails with `net/clone-behind`. */
  clone(): Request {
    const state = this[STATE]
    const real = realOf(state)
    if (real.body === null || real.bodyUsed || real.body.locked) return real.clone()
    const { exchange, origin, left, options } = state
    const [own, other] = branches(real.body, failure => inWords(failure, options.words))
    const clone = new LazyRequest(exchange, origin, left, options)
    clone[STATE].real = withBody(real, other, left)
    state.real = withBody(real, own, left)
    return clone as unknown as Request
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    const state = this[STATE]
    const bytes = await unstreamed(state)
    return bytes === undefined ? realOf(state).arrayBuffer() : (bytes.slice().buffer as ArrayBuffer)
  }
  async text(): Promise<string> {
    const state = this[STATE]
    const bytes = await unstreamed(state)
    return bytes === undefined ? realOf(state).text() : utf8.decode(bytes)
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
  async formData(): Promise<FormData> {
    const state = this[STATE]
    return state.options.formData(realOf(state))
  }
}

/** For everything else. */
const realOf = (state: State): Request => {
  if (state.real === undefined) {
    state.real = realRequest(state)
    // What was read already is as gone as if it had been read there.
    if (state.used) state.real.body?.cancel().catch(ignore)
  }
  const { headers, real } = state
  if (headers !== undefined && headers !== real.headers) adopt(headers, real.headers)
  return real
}

const withBody = (request: Request, body: ReadableStream<Uint8Array>, { signal }: Left): Request =>
  unhidden(new Request(request, { body, signal, duplex: 'half' } as RequestInit), [...request.headers])

/** The body in one piece, unless a stream of it was given away. */
const unstreamed = (state: State): Promise<Bytes> | undefined => {
  if (state.real !== undefined || state.used) return undefined
  if (isBodiless(state)) return Promise.resolve(NOTHING)
  state.used = true
  return wholeOf(state)
}

const NOTHING = new Uint8Array(0)
const utf8 = new TextDecoder()
const ignore = (): void => {}

let taken: boolean | undefined

/** Of the platform, asked once; where it takes no lazy request, what is in the place of its own does. */
const mayBeLazy = (replace: World['replace']): boolean => {
  if (taken === undefined) {
    const model = new Request('http://localhost/', { method: 'POST', body: 'x' })
    taken = takesStandIns(model, one => new Request(one))
    standIn(LazyRequest.prototype, model, one => realOf((one as LazyRequest)[STATE]))
  }
  if (!taken) replace?.request(LazyRequest.prototype, realOfAny)
  return taken || replace !== undefined
}

/** The whole body, without a stream. */
const wholeOf = ({ exchange, options: { words } }: Parts): Promise<Bytes> =>
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
const streamOf = ({ exchange, options: { words } }: Parts): ReadableStream<Uint8Array> => {
  let started = false
  let cancelled = false
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
            if (cancelled) return
            controller.enqueue(bytes)
            if ((controller.desiredSize ?? 0) <= 0) exchange.pause()
          },
          end() {
            if (!cancelled) controller.close()
          },
          failed: failure => controller.error(inWords(failure, words)),
        })
      },
      cancel() {
        cancelled = true
        exchange.resume()
      },
    },
    { highWaterMark: 0, size: bytes => bytes.length / BODY_QUEUE },
  )
}
