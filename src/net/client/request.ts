/** What is asked for, from the arguments of `fetch`, and what it becomes after a redirect (fetch standard, 4.4). */
import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'
import { FailureError, fail, type RequestContext } from '../../failures/index.ts'
import type { Mode } from '../../http/cache/decide.ts'
import type { HeaderList, LazyHeaders, ResponseHead } from '../../http/types.ts'
import type { TraceContext } from '../../trace/types.ts'
import { joined } from '../../wire/bytes.ts'
import { smallText } from '../../wire/slab.ts'
import { gather, piecesOf, Source, slices } from '../stream/source.ts'
import { modeOf, sayMode } from './cache-mode.ts'
import { bytesOf, lengthOf, piecesOfForm } from './form-body.ts'

/** A request as it goes out, without what belongs to one connection. */
export interface Outline {
  readonly url: URL
  readonly method: string
  readonly headers: Headers
  readonly body: OutlineBody | undefined
  /** In the place of path and query of `url`, to the letter: for whoever passes a request on. */
  readonly target?: string | undefined
  /**
   * `as given`: nothing is added that a request can do without. A list: nor is anything written otherwise than there, where
   * it says the same as `headers`.
   */
  readonly fields?: 'usual' | 'as given' | HeaderList | undefined
  /** Its connection ends with it (RFC 9112 9.6). */
  readonly once?: boolean | undefined
  /** Told when only the server is waited for, and when it is whoever gives the body: from when it begins to leave, each time. */
  readonly waits?: ((whom: 'server' | 'body') => void) | undefined
  readonly signal: AbortSignal | undefined
  /** What the jar says for it, where the headers have no Cookie; `trace` hears why cookies were left out. */
  readonly cookie?: ((trace: TraceContext | undefined) => string | undefined) | undefined
  /** Told of heads that come before the final one. */
  readonly informed?: ((head: ResponseHead) => void) | undefined
  /** Asked for what stands behind the body when that has left; it is chunked then. */
  readonly trailers?: (() => HeaderList) | undefined
  /** Told how much of the body has been handed on, each time that more has. */
  readonly sent?: ((bytes: number) => void) | undefined
  /** Which page asks; `crossed`: a redirect led through another site (RFC 6265bis 5.2). */
  readonly askedBy?: { readonly page: URL; readonly as: AskedBy['as']; readonly crossed: boolean } | undefined
  /** `omit`: no cookies, in either direction (fetch standard, 2.2.5). */
  readonly credentials?: RequestInit['credentials'] | undefined
  /** `strict`: of a host that is only spoken to by TLS; no failure of its certificate is accepted (RFC 6797 8.4). */
  readonly tls?: 'strict' | undefined
  /** What a cache may do with it (fetch standard, 2.2.5); `default` where undefined. */
  readonly cache?: Mode | undefined
}

/** Whose request it is where a page asks, and not the user himself. */
export interface AskedBy {
  /** The page at the top of the window. */
  readonly page: string | URL
  /** `navigation`: the answer takes its place (a link, a form); `subresource`: it is for the page. */
  readonly as: 'navigation' | 'subresource'
}

/** What `fetch` takes beyond the standard. */
export interface AskInit extends Omit<RequestInit, 'cache'> {
  /**
   * For SameSite and Partitioned cookies: which page asks. Where undefined the user does, as by a bookmark: all cookies of the
   * server go along, wherever redirects come from.
   */
  readonly askedBy?: AskedBy | undefined
  /** As the standard has it, of a client with a `cache`; without one `only-if-cached` fails. */
  readonly cache?: Mode | undefined
  /** Told of answers before the answer: 103 with its links (RFC 8297). */
  readonly informed?: ((status: number, headers: Headers) => void) | undefined
  /** Asked for fields that follow the request's body when all of it has left (RFC 9110 6.5). */
  readonly trailers?: (() => NonNullable<RequestInit['headers']>) | undefined
  /** Told how many bytes of the request's body have been handed on, each time that there are more. */
  readonly sent?: ((bytes: number) => void) | undefined
}

export interface OutlineBody {
  /** Undefined: chunked. */
  readonly length: number | undefined
  /** The whole of it, where it is at hand. */
  readonly bytes: Bytes | undefined
  /** As a stream: of `once` no second one can be had. */
  readonly open: () => ReadableStream<Uint8Array>
  readonly opens: 'once' | 'again'
}

/** RFC 9110 9.2.2. What may be sent again when a kept connection turns out to be closed. */
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'QUERY', 'PUT', 'DELETE'])

export const mayRepeat = ({ method, body }: Outline): boolean => IDEMPOTENT.has(method) && body?.opens !== 'once'

export const authorityOf = (url: URL): { readonly host: string; readonly port: number } => ({
  host: url.hostname.replace(/^\[|\]$/g, ''),
  port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
})

/** Path and query, as a request line has them; an empty query is one too (URL standard, 4.1), though `search` is silent of it. */
export const targetOf = ({ url, target }: Pick<Outline, 'url' | 'target'>): string =>
  target ?? `${url.pathname}${url.search === '' && /^[^#]*\?/.test(url.href) ? '?' : url.search}`

/** Without the fragment, which is nobody's business. */
export const hrefOf = (url: URL): string => url.href.replace(/#.*$/, '')

/** What is asked, for whoever is told that it failed. */
export const contextOf = ({ url, method }: Pick<Outline, 'url' | 'method'>): RequestContext => ({
  url: hrefOf(url),
  method,
  ...authorityOf(url),
})

/** What goes over the wire, and what `fetch` has besides. */
const HTTP: ReadonlySet<string> = new Set(['http:', 'https:'])
export const FETCHED: ReadonlySet<string> = new Set([...HTTP, 'data:', 'blob:'])

/** Throws `net/bad-url` and `net/bad-request`. */
export const outlineOf = (
  input: string | URL | Request,
  init: AskInit,
  clock: Clock,
  schemes: ReadonlySet<string> = HTTP,
): Outline | Promise<Outline> => {
  const url = urlOf(input instanceof Request ? input.url : input, schemes)
  return (input instanceof Request ? undefined : plainOutline(url, init)) ?? requestOutline(input, init, clock, url)
}

/**
 * What `Request` would make of it, without one: it costs more than a small answer. Undefined for everything with rules
 * of its own, and for what `Request` refuses.
 */
const plainOutline = (url: URL, init: AskInit): Outline | undefined => {
  const { method = 'GET', body, signal, redirect, mode = 'cors', credentials = 'include' } = init
  const bodiless = body === undefined || body === null
  if (!PLAIN_METHODS.has(method) || (!bodiless && (typeof body !== 'string' || method === 'GET' || method === 'HEAD')))
    return undefined
  if (UNUSUAL.some(name => init[name] !== undefined) || (redirect !== undefined && !REDIRECTS.has(redirect)))
    return undefined
  if (!MODES.has(mode) || !CREDENTIALS.has(credentials)) return undefined
  if (signal !== undefined && signal !== null && !(signal instanceof AbortSignal)) return undefined
  let headers: Headers
  try {
    headers = new Headers(init.headers)
  } catch {
    return undefined
  }
  if (!bodiless && !headers.has('content-type')) headers.set('content-type', TEXT)
  const cache = modeOf(init.cache)
  if (cache !== undefined) sayMode(headers, cache)
  return {
    url,
    method,
    headers,
    body: bodiless ? undefined : wholeBody(smallText(body)),
    signal: signal ?? undefined,
    credentials: init.credentials,
    cache,
    ...ownOptions(init),
  }
}

/** Those that are not put in capitals, and not refused. */
const PLAIN_METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])
const REDIRECTS: ReadonlySet<string> = new Set(['follow', 'error', 'manual'])
/** Those that change nothing about a request that no page makes. */
const MODES: ReadonlySet<string> = new Set(['cors', 'same-origin'])
const CREDENTIALS: ReadonlySet<string> = new Set(['omit', 'same-origin', 'include'])
const UNUSUAL = ['referrer', 'referrerPolicy', 'keepalive', 'duplex', 'window'] as const

/** Fetch standard, 5.2: the type of a text. */
const TEXT = 'text/plain;charset=UTF-8'

const ownOptions = ({
  informed,
  trailers,
  sent,
  askedBy,
}: AskInit): Pick<Outline, 'sent' | 'informed' | 'trailers' | 'askedBy'> => ({
  sent,
  askedBy: askedBy && { page: urlOf(askedBy.page), as: askedBy.as, crossed: false },
  informed: informed && (head => informed(head.status, new Headers(head.headers.list() as [string, string][]))),
  trailers: trailers && (() => [...new Headers(trailers())]),
})

const requestOutline = async (
  input: string | URL | Request,
  init: AskInit,
  clock: Clock,
  url: URL,
): Promise<Outline> => {
  const given = init.body ?? undefined
  let request: Request
  // As the standard's enumeration: nobody is to find later that another word meant nothing.
  if (init.duplex !== undefined && init.duplex !== 'half') {
    throw new FailureError(fail('net/bad-request', { where: 'duplex', got: `${init.duplex}` }))
  }
  try {
    const source = input instanceof Request ? input : url.href
    const iterable = given !== undefined && !(given instanceof ReadableStream) && Symbol.asyncIterator in Object(given)
    const body = iterable ? streamOf(given as unknown as AsyncIterable<Uint8Array>) : given
    const streamed = body instanceof ReadableStream ? { body, duplex: 'half' as const } : {}
    request = new Request(source, { ...plainInit(init), ...streamed })
  } catch (error) {
    const got = error instanceof Error ? error.message : String(error)
    throw new FailureError(fail('net/bad-request', { got }), { cause: error })
  }
  // Fetch standard, 5.4: null takes the signal of a `Request` away.
  const signal = (init.signal === undefined && input instanceof Request ? input.signal : init.signal) ?? undefined
  if (signal?.aborted) {
    request.body?.cancel(signal.reason).catch(() => {})
    throw signal.reason
  }
  const headers = new Headers(request.headers)
  // In a page the `Request` has lost some of them: `Cookie`, `Host`, `Origin`.
  if (init.headers !== undefined) for (const [name, value] of new Headers(init.headers)) headers.set(name, value)
  // Bun does not say it.
  if (typeof given === 'string' && !headers.has('content-type')) headers.set('content-type', TEXT)
  const mode = modeOf(init.cache ?? (input instanceof Request ? input.cache : undefined))
  sayMode(headers, mode)
  return {
    url,
    method: request.method,
    headers,
    body: await bodyOf(request, given, clock),
    signal,
    credentials: init.credentials ?? (input instanceof Request ? input.credentials : undefined),
    cache: mode,
    ...ownOptions(init),
  }
}

/** Throws `net/bad-url` for what is no URL of these schemes, and for one with a user or a password in it. */
export const urlOf = (input: string | URL, schemes: ReadonlySet<string> = HTTP): URL => {
  const url = typeof input === 'string' ? parsed(input) : new URL(input)
  if (url === undefined || !schemes.has(url.protocol) || (HTTP.has(url.protocol) && url.hostname === '')) {
    throw new FailureError(fail('net/bad-url', { got: String(input).slice(0, 200) }))
  }
  if (url.username !== '' || url.password !== '') {
    throw new FailureError(fail('net/bad-url', { got: `${url.origin} with a user name or password in it` }))
  }
  return url
}

const parsed = (text: string): URL | undefined => {
  try {
    return new URL(text)
  } catch {
    return undefined
  }
}

/** Only what `Request` knows; our own options must not disturb it. A null body is none. */
const plainInit = (init: AskInit): RequestInit => {
  const plain: Record<string, unknown> = {}
  for (const name of PLAIN)
    if (init[name] !== undefined && !(name === 'body' && init.body === null)) plain[name] = init[name]
  return plain
}

const PLAIN = [
  'method',
  'headers',
  'body',
  'signal',
  'redirect',
  'referrer',
  'referrerPolicy',
  'keepalive',
  'duplex',
  'mode',
  'credentials',
  'window',
] as const

/** Bytes of a `Request`'s body that are taken to see whether it is all there. */
const AT_HAND = 1024 * 1024

const bodyOf = async (
  request: Request,
  given: RequestInit['body'] | undefined,
  clock: Clock,
): Promise<OutlineBody | undefined> => {
  const { body } = request
  if (body === null) return undefined
  if (given instanceof Blob) {
    return { length: given.size, bytes: undefined, open: () => given.stream(), opens: 'again' }
  }
  if (given === undefined) return bodyOfRequest(request, body, clock)
  const form = given instanceof FormData ? longForm(given, request) : undefined
  if (form !== undefined) return form
  if (given instanceof ReadableStream || Symbol.asyncIterator in Object(given)) {
    return { length: undefined, bytes: undefined, open: () => body, opens: 'once' }
  }
  // The platform reads the body in its own time; virtual time waits for it.
  return wholeBody(new Uint8Array(await request.arrayBuffer().finally(clock.hold())))
}

/** Undefined for one that may as well be made at once. */
const longForm = (form: FormData, { headers }: Request): OutlineBody | undefined => {
  const [, quoted, token] =
    /;\s*boundary=(?:"([^"\\]{1,70})"|([^\s;"]{1,70}))/i.exec(headers.get('content-type') ?? '') ?? []
  const boundary = quoted ?? token
  if (boundary === undefined) return undefined
  const pieces = piecesOfForm(form, boundary)
  const length = lengthOf(pieces)
  if (length <= AT_HAND) return undefined
  return { length, bytes: undefined, open: () => streamOf(bytesOf(pieces)), opens: 'again' }
}

/** A `Request` does not say what its body was made of: what can be had of it without waiting says so. */
const bodyOfRequest = async (
  request: Request,
  body: ReadableStream<Uint8Array>,
  clock: Clock,
): Promise<OutlineBody> => {
  const source = new Source(body, clock)
  const { pieces, whole } = await gather(source, AT_HAND)
  if (whole) return wholeBody(joined(pieces))
  source.unread(pieces)
  // A length that came with it, of a request that is passed on; the engine holds us to it.
  const said = request.headers.get('content-length')
  const length = said !== null && /^\d{1,15}$/.test(said) ? Number(said) : undefined
  return {
    length,
    bytes: undefined,
    open: () => streamOf(piecesOf(source), error => source.cancel(error)),
    opens: 'once',
  }
}

const wholeBody = (bytes: Bytes): OutlineBody => ({
  length: bytes.length,
  bytes,
  open: () => streamOf(slices(bytes)),
  opens: 'again',
})

/** One piece after another, each when it is asked for. */
const streamOf = (
  pieces: AsyncIterable<Uint8Array>,
  cancelled: (reason: unknown) => void = () => {},
): ReadableStream<Uint8Array> => {
  const iterator = pieces[Symbol.asyncIterator]()
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel(reason) {
        cancelled(reason)
        await iterator.return?.(reason)
      },
    },
    { highWaterMark: 0 },
  )
}

/** Fields about a body that is not sent any more, and fields that another origin must not see. */
const ABOUT_BODY = ['content-encoding', 'content-language', 'content-location', 'content-type', 'content-length']
const FOR_ONE_ORIGIN = ['authorization', 'proxy-authorization', 'cookie', 'host']

/** Where a redirect leads. Octets above ASCII stand for themselves, as in browsers. Throws `net/redirect-refused`. */
export const locationIn = (headers: LazyHeaders): string => {
  const [location = '', ...others] = new Set(headers.all('location'))
  if (others.length > 0) throw refused(location.slice(0, 200), 'and elsewhere: it names several places')
  return location.replace(/[\x80-\xff]/g, octet => `%${octet.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** The next request after a redirect to `location`. Throws `net/redirect-refused`. */
export const redirected = (outline: Outline, status: number, location: string): Outline => {
  const url = target(outline.url, location)
  const headers = new Headers(outline.headers)
  let { method, body } = outline
  const toGet = status === 303 ? method !== 'GET' && method !== 'HEAD' : method === 'POST' && status <= 302
  if (toGet) {
    method = 'GET'
    body = undefined
    for (const name of ABOUT_BODY) headers.delete(name)
  }
  if (body?.opens === 'once') {
    throw refused(url.href, 'the body was a stream and is gone')
  }
  if (url.origin !== outline.url.origin) for (const name of FOR_ONE_ORIGIN) headers.delete(name)
  return { ...outline, url, target: undefined, method, headers, body }
}

const target = (from: URL, location: string): URL => {
  let url: URL
  try {
    url = new URL(location, from)
  } catch {
    throw refused(location.slice(0, 200), 'that is no URL')
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:')
    throw refused(url.protocol, 'only http and https are followed')
  if (url.username !== '' || url.password !== '') throw refused(url.host, 'it has a password in it')
  if (url.hash === '') url.hash = from.hash
  return url
}

const refused = (got: string, where: string): FailureError =>
  new FailureError(fail('net/redirect-refused', { got, where }))
