/// <reference lib="esnext.disposable" preserve="true" />
/** `client()`: a `fetch` that keeps its connections and its cookies. */
import { type Facts, type FailureCode, FailureError, fail } from '../../failures/index.ts'
import type { CookieJar, CookieRequest } from '../../http/cookies/index.ts'
import type { ResponseHead } from '../../http/types.ts'
import { SessionCache } from '../../tls/session-cache.ts'
import type { TraceContext, TraceSink } from '../../trace/types.ts'
import { type ReadClientOptions, readClientOptions } from '../stream/client-answers.ts'
import { connectRead } from '../stream/connect.ts'
import type { Credentials } from '../stream/credentials.ts'
import type { SharedKey } from '../stream/shared-keys.ts'
import { checkPlaces, checkTlsOptions, type TlsChoices, wrong } from '../stream/tls-options.ts'
import { DEFAULT_TIMEOUTS, type Timeouts, type Transport, type TrustOptions, type World } from '../stream/types.ts'
import type { Warned } from '../stream/warnings.ts'
import { told, toldAtOnce } from '../told.ts'
import { ClientConnection } from './connection.ts'
import { type EarlyRequest, earlyRequest, mayBeEarly } from './early-request.ts'
import { FetchExchange } from './exchange.ts'
import { type Lifecycle, Pool } from './pool.ts'
import { mayRepeat, type Outline, outlineOf, redirected } from './request.ts'
import { type FetchResponse, responseOf } from './response.ts'

export interface ClientOptions extends TrustOptions, Credentials, Warned {
  /** What may be agreed on with servers over HTTPS. */
  readonly tls?: ClientTls | undefined
  /** As `TlsClientOptions.psk`: servers are known by keys that they have too. */
  readonly psk?: SharedKey | readonly SharedKey[] | undefined
  /** Kernel TCP where undefined. */
  readonly over?: Transport | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  readonly trace?: TraceSink | undefined
  /** The address to go to instead of asking for that of the host; undefined: ask. Name checks are not affected. */
  readonly resolve?: (host: string, port: number) => string | undefined
  /** From `cookieJar`; without it no cookie is kept or sent. */
  readonly jar?: CookieJar | undefined
  /** Connections to one origin at once; 6 where undefined, as browsers. */
  readonly perOrigin?: number | undefined
  /** How long a connection without a request is kept, in ms; 4,000 where undefined: node:http closes after 5,000. */
  readonly keepAlive?: number | undefined
  readonly world: World
}

export interface ClientTls extends Omit<TlsChoices, 'alpn'> {
  /** Sessions from before, and for later: see `connect`. One of the client's own where undefined. */
  readonly sessions?: SessionCache | undefined
  /**
   * GET, HEAD and OPTIONS without a body leave with the first flight to servers that the client comes back to and that
   * allow it (RFC 9846 2.3, RFC 8470). Whoever has the wire can have them arrive twice. What the server does not take, or
   * answers with 425, is asked again once the handshake is over. Never where undefined.
   */
  readonly earlyData?: true | undefined
}

export interface Client {
  /** As the `fetch` of the standard, with named failures. */
  fetch(input: string | URL | Request, init?: RequestInit): Promise<FetchResponse>
  /** Ends idle connections, cuts the others. */
  close(): void
  [Symbol.dispose](): void
}

/** Fetch standard, 4.4; curl stops at 50. */
const REDIRECTS = 20

const REDIRECT_STATUS = new Set([301, 302, 303, 307, 308])

/** Throws `FailureError` for options that cannot work: net/bad-tls-options, net/bad-certificate, net/key-mismatch, … */
export const client = (options: ClientOptions): Client => {
  const { world } = options
  const tls = toldAtOnce(() => tlsOf(options), world.words)
  const pool = new Pool({
    clock: world.clock,
    perOrigin: options.perOrigin ?? 6,
    idle: options.keepAlive ?? 4_000,
    turn: options.timeouts?.turn ?? DEFAULT_TIMEOUTS.turn,
  })
  const each = new Fetcher(options, tls, pool)
  const close = (): void => pool.close()
  return { fetch: (input, init = {}) => each.fetch(input, init), close, [Symbol.dispose]: close }
}

const CHOICES: Record<keyof ClientTls, true> = {
  sessions: true,
  earlyData: true,
  versions: true,
  suites: true,
  groups: true,
}

/** Once for all connections: keys are tried. */
const tlsOf = ({
  trust,
  ca,
  publicKeys,
  accept,
  cert,
  key,
  psk,
  warned,
  tls = {},
  world,
  ...rest
}: ClientOptions): ReadClientOptions => {
  checkPlaces(rest, CHOICES)
  checkTlsOptions(tls, CHOICES)
  const { sessions = new SessionCache(), earlyData, ...choices } = tls
  if (earlyData !== undefined && earlyData !== true) throw wrong('tls.earlyData', `${earlyData}`, 'true')
  const trusting = { accept, trust, ca, publicKeys }
  return readClientOptions({ ...choices, alpn: ['http/1.1'], sessions, ...trusting, cert, key, psk, warned }, world)
}

class Fetcher {
  readonly #options: ClientOptions
  readonly #tls: ReadClientOptions
  readonly #world: World
  readonly #pool: Pool
  readonly #timeouts: Timeouts

  constructor(options: ClientOptions, tls: ReadClientOptions, pool: Pool) {
    this.#options = options
    this.#tls = tls
    this.#world = options.world
    this.#pool = pool
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
  }

  async fetch(input: string | URL | Request, init: RequestInit): Promise<FetchResponse> {
    try {
      return await this.#follow(input, init)
    } catch (error) {
      throw told(error, this.#world.words)
    }
  }

  async #follow(input: string | URL | Request, init: RequestInit): Promise<FetchResponse> {
    const signal = init.signal ?? (input instanceof Request ? input.signal : undefined)
    const redirect = init.redirect ?? (input instanceof Request ? input.redirect : 'follow')
    const from = await outlineOf(input, init, this.#world.clock)
    let outline = from
    for (let hops = 0; ; hops++) {
      signal?.throwIfAborted()
      const { head, answer } = await this.#ask(outline, signal)
      this.#keepCookies(outline.url, head, answer)
      const location = REDIRECT_STATUS.has(head.status) ? head.headers.get('location') : undefined
      if (location === undefined || redirect === 'manual') {
        const { clock, coders, words } = this.#world
        const { url } = contextOf(outline)
        return responseOf(head, answer, {
          url,
          redirected: hops > 0,
          method: outline.method,
          clock,
          coders,
          words,
          context: contextOf(outline),
        })
      }
      answer.discard()
      if (redirect === 'error') throw refused(outline, 'net/redirect-refused', { got: location })
      if (hops === REDIRECTS) throw refused(from, 'net/too-many-redirects', { got: location, number: hops })
      outline = redirected(outline, head.status, location)
    }
  }

  async #ask(outline: Outline, signal: AbortSignal | undefined) {
    try {
      return await this.#exchange(outline, signal)
    } catch (error) {
      throw told(error, this.#world.words, contextOf(outline))
    }
  }

  /** The answer's head. A request that may be repeated is, once, when a kept connection turns out to be closed. */
  async #exchange(outline: Outline, signal: AbortSignal | undefined) {
    const { url, method, body } = outline
    const target = `${url.pathname}${url.search}`
    let early = this.#early(outline, target)
    const open = (lifecycle: Lifecycle): Promise<ClientConnection> => this.#open(url, { early, lifecycle, signal })
    for (let which: 'any' | 'new' = 'any'; ; ) {
      const connection = await this.#pool.take(url.origin, open, which, signal)
      if (signal?.aborted) {
        connection.close()
        throw signal.reason
      }
      const fresh = connection.requests === 0
      const said = fresh && wentEarly(connection) ? early : undefined
      const headers = said?.headers ?? this.#headers(outline, connection.trace)
      const answer = new FetchExchange(connection, { method, target, headers, body, signal })
      try {
        const head = await answer.answered
        if (head.status !== TOO_EARLY || said === undefined) return { head, answer }
        // RFC 8470 5.2: once more, and not early.
        answer.discard()
        early = undefined
      } catch (error) {
        if (fresh || which === 'new' || !answer.untouched || !wasClosed(error) || !mayRepeat(outline)) throw error
        which = 'new'
      }
    }
  }

  #early(outline: Outline, target: string): EarlyRequest | undefined {
    if (this.#options.tls?.earlyData === undefined || !mayBeEarly(outline)) return undefined
    return earlyRequest(outline.method, target, this.#headers(outline, undefined))
  }

  async #open(url: URL, { early, lifecycle, signal }: Opening): Promise<ClientConnection> {
    const { over, trace, resolve } = this.#options
    const { host, port } = authorityOf(url)
    const address = resolve?.(host, port)
    const to = { host, port, address, over, trace, signal, world: this.#world, timeouts: this.#timeouts }
    const tls = url.protocol === 'https:' ? this.#tls : undefined
    const stream = await connectRead(to, tls, early?.bytes).catch((error: unknown) => {
      // RFC 9846 D.3: a server that has gone back to TLS 1.2 since; its session is forgotten by now.
      if (early === undefined || !speaksLess(error)) throw error
      return connectRead(to, tls)
    })
    const { clock } = this.#world
    const saidEarly = stream.connection.tls?.earlyData === 'accepted'
    return new ClientConnection(stream, { clock, timeouts: this.#timeouts, where: url.host, saidEarly, ...lifecycle })
  }

  #keepCookies(url: URL, head: ResponseHead, { connection }: FetchExchange): void {
    const { jar } = this.#options
    if (jar === undefined) return
    const from = { ...cookieRequest(url, connection.trace), now: this.#world.clock.now() }
    for (const value of head.headers.all('set-cookie')) jar.receive(value, from)
  }

  #headers({ url, headers, body, method }: Outline, trace: TraceContext | undefined): [string, string][] {
    const list: [string, string][] = [['Host', headers.get('host') ?? url.host]]
    for (const [name, value] of headers) if (!OURS.has(name)) list.push([name, value])
    if (!headers.has('user-agent')) list.push(['User-Agent', 'barewire'])
    if (!headers.has('accept')) list.push(['Accept', '*/*'])
    if (!headers.has('accept-encoding')) {
      list.push(['Accept-Encoding', this.#world.coders.map(coder => coder.coding).join(', ') || 'identity'])
    }
    const cookies = headers.has('cookie') ? undefined : this.#options.jar?.header(cookieRequest(url, trace))
    if (cookies !== undefined) list.push(['Cookie', cookies])
    if (this.#options.keepAlive === 0) list.push(['Connection', 'close'])
    if (body === undefined) {
      // RFC 9110 8.6: a method that has a meaning for a body says that there is none.
      if (method === 'POST' || method === 'PUT' || method === 'PATCH') list.push(['Content-Length', '0'])
    } else if (body.length === undefined) list.push(['Transfer-Encoding', 'chunked'])
    else list.push(['Content-Length', `${body.length}`])
    return list
  }
}

const authorityOf = (url: URL): { readonly host: string; readonly port: number } => ({
  host: url.hostname.replace(/^\[|\]$/g, ''),
  port: url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
})

/** What is asked, for whoever is told that it failed. */
const contextOf = ({ url, method }: Outline) => ({ url: url.href.replace(/#.*$/, ''), method, ...authorityOf(url) })

const refused = (outline: Outline, code: FailureCode, facts: Facts): FailureError =>
  new FailureError(fail(code, facts).within(contextOf(outline)))

interface Opening {
  readonly early: EarlyRequest | undefined
  readonly lifecycle: Lifecycle
  readonly signal: AbortSignal | undefined
}

/** RFC 8470 5.2. */
const TOO_EARLY = 425

const wentEarly = ({ info }: ClientConnection): boolean => info.tls?.earlyData === 'accepted'

const speaksLess = (error: unknown): boolean => error instanceof FailureError && error.code === 'tls/early-data-version'

/** How it looks when a server closes a kept connection while our request is on its way. A time-out looks otherwise. */
const CLOSED: readonly FailureCode[] = ['http/no-answer', 'tcp/reset', 'tls/cut-short']
const wasClosed = (error: unknown): boolean => error instanceof FailureError && CLOSED.some(code => code === error.code)

/** What a browser counts as secure too: nobody between a program and its own machine listens in. */
const isLoopback = (host: string): boolean => /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(host)

const cookieRequest = ({ hostname, pathname, protocol }: URL, trace: TraceContext | undefined): CookieRequest => ({
  host: hostname,
  path: pathname,
  secure: protocol === 'https:' || isLoopback(hostname),
  trace,
})

/** Set by us, whatever the caller says: they belong to the connection or follow from the body. */
const OURS = new Set([
  'host',
  'connection',
  'keep-alive',
  'transfer-encoding',
  'content-length',
  'upgrade',
  'te',
  'expect',
])
