/** The end of the chain below `fetch`: connections, by origin, and one exchange after another on them. */
import type { Bytes } from '../../engine.ts'
import { type FailureCode, FailureError, fail } from '../../failures/index.ts'
import { refused } from '../../http/message/header-block.ts'
import type { HeaderList, ResponseHead } from '../../http/types.ts'
import type { TraceContext, TraceSink } from '../../trace/types.ts'
import type { ReadClientOptions } from '../stream/client-answers.ts'
import { connectRead } from '../stream/connect.ts'
import { addressesOf } from '../stream/dial.ts'
import { DEFAULT_TIMEOUTS, type NetStream, type Timeouts, type Transport, type World } from '../stream/types.ts'
import { told } from '../told.ts'
import { type EarlyRequest, earlyRequest, mayBeEarly } from './early-request.ts'
import { FetchExchange } from './exchange.ts'
import type { ConnectionOptions } from './http1.ts'
import { Pool } from './pool.ts'
import { speaking } from './protocols.ts'
import { type ProxyChoice, type ProxyServer, proxyFor } from './proxies.ts'
import type { ProxyLogin, ProxyRequest } from './proxy-login.ts'
import { authorityOf, contextOf, hrefOf, mayRepeat, type Outline, targetOf } from './request.ts'
import type { Answer } from './seam.ts'
import { fieldsFor, type TunnelOptions, throughProxy, tunnelTarget, unauthorized, unreachable } from './tunnel.ts'
import type { ClientConnection, ConnectionListener, Lifecycle } from './types.ts'
import { askToSwitch, type Switched } from './upgrade.ts'

export interface WireOptions {
  readonly world: World
  /** For https. */
  readonly tls: ReadClientOptions
  /** And for hosts whose failures nobody may accept; as `tls` where undefined. */
  readonly strictTls?: ReadClientOptions | undefined
  readonly over?: Transport | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  readonly trace?: TraceSink | undefined
  readonly resolve?: ((host: string, port: number) => string | undefined) | undefined
  /** Not through any where undefined. */
  readonly proxy?: ProxyChoice | undefined
  /** For those that ask who we are; Basic unasked where undefined. */
  readonly proxyLogin?: ProxyLogin | undefined
  /** For proxies that are spoken to by TLS. */
  readonly proxyTls?: ReadClientOptions | undefined
  /** `PER_ORIGIN` where undefined. */
  readonly perOrigin?: number | undefined
  /** See `ClientTls`. */
  readonly earlyData?: true | undefined
  /** In ms; 4,000 where undefined, 0: no connection carries a second request. */
  readonly keepAlive?: number | undefined
  readonly connections?: ConnectionListener | undefined
}

/** As browsers. */
export const PER_ORIGIN = 6

type Authority = ReturnType<typeof authorityOf>

export class Wire {
  readonly #options: WireOptions
  readonly #world: World
  readonly #pool: Pool
  readonly #timeouts: Timeouts
  /** Who answered as HTTP/1.0 last. */
  readonly #old = new Set<string>()
  #closed = false

  constructor(options: WireOptions) {
    this.#options = options
    this.#world = options.world
    this.#timeouts = { ...DEFAULT_TIMEOUTS, ...options.timeouts }
    this.#pool = new Pool({
      clock: options.world.clock,
      perOrigin: options.perOrigin ?? PER_ORIGIN,
      idle: options.keepAlive ?? 4_000,
      turn: this.#timeouts.turn,
    })
  }

  /** Ends idle connections, cuts the others. */
  close(): void {
    this.#closed = true
    this.#pool.close()
  }

  /** The answer's head. A request that may be repeated is, once, when a kept connection turns out to be closed. */
  async ask(outline: Outline): Promise<Answer> {
    try {
      return await this.#exchange(outline)
    } catch (error) {
      throw told(error, this.#world.words, contextOf(outline))
    }
  }

  async #exchange(given: Outline): Promise<Answer> {
    const { url, signal } = given
    let outline = given
    const { clock } = this.#world
    const proxy = proxyFor(url, this.#options.proxy)
    // RFC 9112 3.2.2: a request that the proxy is to pass on says all of where it goes.
    const passing = proxy !== undefined && proxy.socks === undefined && url.protocol === 'http:' ? proxy : undefined
    const target = passing === undefined ? undefined : hrefOf(url)
    const origin = outline.tls === 'strict' ? `strict ${url.origin}` : url.origin
    const key = proxy === undefined ? origin : `${proxy.url.href} ${origin}`
    let early = this.#early(outline)
    const open = (lifecycle: Lifecycle): Promise<ClientConnection> => this.#open(outline, early, lifecycle)
    const { proxyLogin } = this.#options
    let answers = 0
    for (let which: 'any' | 'new' = 'any'; ; ) {
      if (this.#old.has(key) && isChunked(outline)) throw refused('A request to HTTP/1.0', 'a body of unknown length')
      const begin = (connection: ClientConnection) => {
        const fresh = connection.requests === 0
        const said = fresh && connection.info.tls?.earlyData === 'accepted' ? early : undefined
        const shown = passing && this.#shownTo(passing, { ...outline, target: target! })
        const headers = said?.headers ?? forProxy(this.headers(outline, connection.trace), proxy, passing && { shown })
        const exchange = new FetchExchange(connection, { outline, target, headers, clock })
        return { connection, fresh, said, shown, exchange }
      }
      const { connection, fresh, said, shown, exchange } = await this.#pool.use(key, open, begin, { which, signal })
      try {
        const head = await exchange.answered
        this.#heard(key, head)
        if (head.status === 407 && passing !== undefined) {
          exchange.discard()
          const again = outline.body?.opens !== 'once' && proxyLogin?.take(passing, head, answers++)
          if (again !== true) throw new FailureError(unauthorized(passing, shown))
          continue
        }
        if (passing !== undefined) proxyLogin?.heard(passing, head)
        if (head.status === EXPECTATION_FAILED && expectsContinue(outline.headers)) {
          const { body } = outline
          if (body !== undefined && (exchange.held || body.opens === 'again')) {
            // RFC 9110 10.1.1: somebody on the way knows nothing of 100.
            exchange.discard()
            outline = expectingNothing(outline)
            continue
          }
        }
        if (head.status === MISDIRECTED && which === 'any' && outline.body?.opens !== 'once') {
          // Fetch standard, 4.6: once more, for another connection may lead to whom it is meant for (RFC 9110 15.5.20).
          exchange.discard()
          which = 'new'
          continue
        }
        if (head.status !== TOO_EARLY || said === undefined) {
          return { head, pieces: exchange, connection: connection.info, trace: connection.trace }
        }
        // RFC 8470 5.2: once more, and not early.
        exchange.discard()
        early = undefined
      } catch (error) {
        if (fresh || which === 'new' || !exchange.untouched || !wasClosed(error) || !mayRepeat(outline)) throw error
        which = 'new'
      }
    }
  }

  /** RFC 9112 6.1: a server that spoke HTTP/1.0 last is sent nothing in chunks. */
  #heard(key: string, { version }: ResponseHead): void {
    this.#old.delete(key)
    if (version === '1.1') return
    if (this.#old.size >= MOST_OLD) this.#old.delete(this.#old.values().next().value!)
    this.#old.add(key)
  }

  #shownTo(proxy: ProxyServer, request: ProxyRequest): string | undefined {
    const { proxyLogin } = this.#options
    return proxyLogin === undefined ? proxy.authorization : proxyLogin.authorization(proxy, request)
  }

  #early(outline: Outline): EarlyRequest | undefined {
    if (this.#options.earlyData === undefined || !mayBeEarly(outline)) return undefined
    return earlyRequest(outline.method, targetOf(outline), this.headers(outline, undefined))
  }

  async #open(outline: Outline, early: EarlyRequest | undefined, lifecycle: Lifecycle): Promise<ClientConnection> {
    const stream = await this.stream(outline, early?.bytes).catch((error: unknown) => {
      // RFC 9846 D.3: a server that has gone back to TLS 1.2 since; its session is forgotten by now.
      if (early === undefined || !speaksLess(error)) throw error
      return this.stream(outline)
    })
    const saidEarly = stream.connection.tls?.earlyData === 'accepted'
    return speaking(stream, { ...this.speakingTo(outline.url), saidEarly, ...lifecycle })
  }

  /** Of a connection for a request to `url`. */
  speakingTo(url: URL): Pick<ConnectionOptions, 'clock' | 'timeouts' | 'where' | 'over'> {
    const { connections } = this.#options
    const over: ConnectionOptions['over'] = connections && (why => connections.over(url, why))
    return { clock: this.#world.clock, timeouts: this.#timeouts, where: url.host, over }
  }

  /** Asks for one of `protocols` (RFC 9110 7.8) on a stream of its own, which the pool does not count. */
  async upgrade(outline: Outline, protocols: string): Promise<Switched> {
    try {
      const { stream, headers } = await this.#offering(outline, protocols)
      const request = { method: outline.method, target: targetOf(outline), headers }
      const { url, signal } = outline
      return await askToSwitch(stream, request, { ...this.speakingTo(url), signal })
    } catch (error) {
      throw told(error, this.#world.words, contextOf(outline))
    }
  }

  /** As `upgrade`, for whoever takes an answer in the protocol that is spoken as well. */
  async offer(outline: Outline, protocols: string): Promise<Switched | Answer> {
    const { clock } = this.#world
    try {
      const { stream, headers } = await this.#offering(outline, protocols)
      const options = this.speakingTo(outline.url)
      const connection = speaking(stream, { ...options, free: one => one.close('last'), gone() {} })
      return await new Promise((resolve, reject) => {
        const switched = (head: ResponseHead, taken: NetStream): void => resolve({ head, stream: taken })
        const exchange = new FetchExchange(connection, { outline, headers, clock, switched })
        const { info, trace } = connection
        exchange.answered.then(head => resolve({ head, pieces: exchange, connection: info, trace }), reject)
      })
    } catch (error) {
      throw told(error, this.#world.words, contextOf(outline))
    }
  }

  async #offering(outline: Outline, protocols: string): Promise<{ stream: NetStream; headers: HeaderList }> {
    if (this.#closed) throw new FailureError(fail('net/client-closed'))
    const stream = await this.stream(outline, undefined, 'tunnel')
    const proxy = proxyFor(outline.url, this.#options.proxy)
    const fields = forProxy(this.headers(outline, stream.trace), proxy, undefined)
    const usual = fields.filter(([name]) => name !== 'Connection')
    return { stream, headers: [...usual, ['Connection', 'Upgrade'], ['Upgrade', protocols]] }
  }

  /** A stream of its own to where `outline` goes, or to the proxy that passes such requests on. */
  async stream(outline: Pick<Outline, 'url' | 'signal' | 'tls'>, early?: Bytes, way?: 'tunnel'): Promise<NetStream> {
    const { connections } = this.#options
    try {
      const stream = await this.#reach(outline, early, way)
      connections?.opened(outline.url)
      return stream
    } catch (error) {
      // Whoever asked has given up; nobody knows whether it could have been.
      if (outline.signal?.aborted !== true) connections?.refused(outline.url, error)
      throw error
    }
  }

  async #reach(
    { url, signal, tls: how }: Pick<Outline, 'url' | 'signal' | 'tls'>,
    early: Bytes | undefined,
    way: 'tunnel' | undefined,
  ): Promise<NetStream> {
    const { over, trace, resolve, tls, strictTls = tls, proxyTls } = this.#options
    const { clock } = this.#world
    const common = { over, trace, signal, world: this.#world, timeouts: this.#timeouts }
    const to = ({ host, port }: Authority) => ({
      ...common,
      host,
      port,
      address: resolve?.(host, port),
    })
    const inside = url.protocol === 'https:' ? (how === 'strict' ? strictTls : tls) : undefined
    const proxy = proxyFor(url, this.#options.proxy)
    if (proxy === undefined) return connectRead(to(authorityOf(url)), inside, early)
    const near = (): Promise<NetStream> =>
      connectRead(to(proxy), proxy.url.protocol === 'https:' ? proxyTls : undefined).catch((error: unknown) =>
        Promise.reject(unreachable(error, proxy)),
      )
    if (inside === undefined && way !== 'tunnel' && proxy.socks === undefined) return near()
    const lookUp = (at: Authority): Promise<readonly string[]> =>
      addressesOf({ ...to(at), timeouts: this.#timeouts }, over ?? this.#world.transport, clock)
    const tunnel = await this.#tunnel(near, url, proxy, { clock, timeouts: this.#timeouts, signal, lookUp })
    if (inside === undefined) return tunnel
    return connectRead({ ...common, ...authorityOf(url), over: only(tunnel) }, inside, early)
  }

  /** On a new connection for each time that the proxy asks who we are: it may close the one on which it did. */
  async #tunnel(
    near: () => Promise<NetStream>,
    url: URL,
    proxy: ProxyServer,
    options: Pick<TunnelOptions, 'clock' | 'timeouts' | 'signal' | 'lookUp'>,
  ): Promise<NetStream> {
    const request = { method: 'CONNECT', target: tunnelTarget(url), body: undefined }
    for (let answers = 0; ; answers++) {
      let asks: ResponseHead | undefined
      const declined = (head: ResponseHead): void => {
        if (head.status === 407) asks = head
      }
      const authorization = this.#shownTo(proxy, request)
      try {
        return await throughProxy(await near(), url, proxy, { ...options, authorization, declined })
      } catch (error) {
        if (asks === undefined || this.#options.proxyLogin?.take(proxy, asks, answers) !== true) throw error
      }
    }
  }

  headers(outline: Outline, trace: TraceContext | undefined): HeaderList {
    return fieldsOfRequest(outline, trace, { coders: this.#world.coders, keepAlive: this.#options.keepAlive })
  }
}

/** The fields as they go out: those of the caller, the usual ones, those about body and connection. */
export const fieldsOfRequest = (
  { url, headers, body, method, cookie, trailers, fields, once }: Outline,
  trace: TraceContext | undefined,
  { coders, keepAlive }: Pick<World, 'coders'> & Pick<WireOptions, 'keepAlive'>,
): HeaderList => {
  const list: [string, string][] = [['Host', headers.get('host') ?? url.host]]
  if (typeof fields === 'object')
    for (const field of fields) if (!OURS.has(field[0].toLowerCase())) list.push([...field])
  if (typeof fields !== 'object') for (const [name, value] of headers) if (!OURS.has(name)) list.push([name, value])
  const usual = fields === undefined || fields === 'usual'
  if (usual && !headers.has('user-agent')) list.push(['User-Agent', 'barewire'])
  if (usual && !headers.has('accept')) list.push(['Accept', '*/*'])
  if (usual && !headers.has('accept-encoding')) {
    // A part of what is coded cannot be decoded (fetch standard, 4.6).
    const coded = headers.has('range') ? [] : coders
    list.push(['Accept-Encoding', coded.map(coder => coder.coding).join(', ') || 'identity'])
  }
  const cookies = headers.has('cookie') ? undefined : cookie?.(trace)
  if (cookies !== undefined) list.push(['Cookie', cookies])
  if (keepAlive === 0 || once === true) list.push(['Connection', 'close'])
  if (body === undefined) {
    // RFC 9110 8.6: a method that has a meaning for a body says that there is none.
    if (method === 'POST' || method === 'PUT' || method === 'PATCH') list.push(['Content-Length', '0'])
    return list
  }
  // RFC 9110 9.3.7.
  if (usual && method === 'OPTIONS' && !headers.has('content-type'))
    list.push(['Content-Type', 'application/octet-stream'])
  if (expectsContinue(headers)) list.push(['Expect', '100-continue'])
  if (isChunked({ body, trailers })) list.push(['Transfer-Encoding', 'chunked'])
  else list.push(['Content-Length', `${body.length}`])
  return list
}

const isChunked = ({ body, trailers }: Pick<Outline, 'body' | 'trailers'>): boolean =>
  body !== undefined && (body.length === undefined || trailers !== undefined)

/** What is for `proxy` alone goes to it alone: here where it is `passing` this request on, in CONNECT otherwise. */
const forProxy = (
  fields: HeaderList,
  proxy: ProxyServer | undefined,
  passing: { readonly shown: string | undefined } | undefined,
): HeaderList => {
  if (proxy === undefined || (passing !== undefined && passing.shown === undefined)) return fields
  const others = fields.filter(([name]) => name.toLowerCase() !== 'proxy-authorization')
  return [...others, ...fieldsFor(passing?.shown)]
}

/** A way to one place, which is open already. */
const only = (stream: NetStream): Transport => ({
  connect: async () => stream,
  listen: () => Promise.reject(new FailureError(fail('net/no-listening'))),
})

/** RFC 9110 10.1.1: the only expectation there is. */
export const expectsContinue = (headers: Headers): boolean => headers.get('expect')?.toLowerCase() === '100-continue'

/** Servers of HTTP/1.0 that a client remembers. */
const MOST_OLD = 256

/** RFC 8470 5.2. */
const TOO_EARLY = 425

const EXPECTATION_FAILED = 417
const MISDIRECTED = 421

const expectingNothing = (outline: Outline): Outline => {
  const headers = new Headers(outline.headers)
  headers.delete('expect')
  return { ...outline, headers }
}

const speaksLess = (error: unknown): boolean => error instanceof FailureError && error.code === 'tls/early-data-version'

/** How it looks when a server closes a kept connection while our request is on its way. A time-out looks otherwise. */
const CLOSED: readonly FailureCode[] = ['http/no-answer', 'tcp/reset', 'tls/cut-short']
const wasClosed = (error: unknown): boolean => error instanceof FailureError && CLOSED.some(code => code === error.code)

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
