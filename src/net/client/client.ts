/// <reference lib="esnext.disposable" preserve="true" />
/** `client()`: a `fetch` that keeps its connections and its cookies. */
import { type Facts, type FailureCode, FailureError, fail, type RequestContext } from '../../failures/index.ts'
import { type CookieJar, cookieJar } from '../../http/cookies/jar.ts'
import type { HstsStore } from '../../http/semantics/hsts.ts'
import type { TraceSink } from '../../trace/types.ts'
import type { Retrieve, RevocationOptions } from '../stream/judged.ts'
import type { NetStream, Timeouts, Transport, World } from '../stream/types.ts'
import { told, toldAtOnce, toldByFetch } from '../told.ts'
import { type CacheOptions, cacheOf } from './cache.ts'
import { type ClientTlsOptions, proxyTlsOf, strictOf, tlsOf } from './client-tls.ts'
import { cookieRequest, crossing } from './cookies.ts'
import { hstsOf, noteHsts, onlyByTls } from './hsts.ts'
import { integrityOf } from './integrity.ts'
import { isLocal, localAnswer } from './local.ts'
import { BLOCKED_PORTS } from './ports.table.ts'
import type { ProxyChoice } from './proxies.ts'
import type { ProxyLogin } from './proxy-login.ts'
import {
  type AskedBy,
  type AskInit,
  authorityOf,
  contextOf,
  FETCHED,
  hrefOf,
  locationIn,
  type Outline,
  outlineOf,
  redirected,
} from './request.ts'
import { checkedResponseOf, type FetchResponse, responseOf } from './response.ts'
import { type ResumeOptions, resuming } from './resume.ts'
import { PATIENCE, retriever } from './retriever.ts'
import { type Answer, type Ask, chained, type Interceptor } from './seam.ts'
import { Wire, type WireOptions } from './wire.ts'

export interface ClientOptions extends ClientTlsOptions {
  /** Kernel TCP where undefined. */
  readonly over?: Transport | undefined
  readonly timeouts?: Partial<Timeouts> | undefined
  readonly trace?: TraceSink | undefined
  /** The address to go to instead of asking for that of the host; undefined: ask. Name checks are not affected. */
  readonly resolve?: ((host: string, port: number) => string | undefined) | undefined
  /** From `cookieJar`, or true for one of the client's own; without it no cookie is kept or sent. */
  readonly jar?: CookieJar | true | undefined
  /** Which page asks, where a request does not say another one: as `AskInit`. */
  readonly askedBy?: AskedBy | undefined
  /**
   * Bodies of GET that break off are gone on with, where the server says by a strong validator that the rest is of the same
   * (RFC 9110 13.1.5), as often as the options say. Not at all where undefined.
   */
  readonly resume?: ResumeOptions | true | undefined
  /**
   * From `hstsStore`, or true for one of the client's own: what hosts say by Strict-Transport-Security is kept, and their
   * http URLs are asked for by https (RFC 6797), where no certificate failure is accepted. Not at all where undefined.
   */
  readonly hsts?: HstsStore | true | undefined
  /**
   * Keeps answers and uses them again (RFC 9111), for one user: what came for one set of credentials (Authorization, cookies)
   * is for no other unless it is `public`. Not at all where undefined.
   */
  readonly cache?: CacheOptions | true | undefined
  /**
   * Through which proxy: `http://` or `https://` (TLS to the proxy itself), with name and password where it asks for them,
   * or a function of the URL (`proxiesIn` makes one of an environment). CONNECT for https and `upgrade`.
   */
  readonly proxy?: ProxyChoice | undefined
  /**
   * From `proxyLogin`, for proxies that ask by Digest: names and passwords of their URLs are shown as it says. By Basic, and
   * unasked, where undefined.
   */
  readonly proxyLogin?: ProxyLogin | undefined
  /** Connections to one origin at once; 6 where undefined, as browsers. */
  readonly perOrigin?: number | undefined
  /**
   * How long a connection without a request is kept, in ms; 4,000 where undefined: node:http closes after 5,000. A process of
   * Node's does not live on for it.
   */
  readonly keepAlive?: number | undefined
  /** `any`: `fetch` goes to the ports too that the standard forbids, because other protocols live there. */
  readonly ports?: 'any' | undefined
  /**
   * With `quick`, and if undefined, an answer is made a `Response` of the platform's when somebody asks for more than its
   * fields and its body whole: on Node, and wherever the platform's functions take one for theirs. On Node 24 they take no
   * such thing (`Response.prototype.clone.call(answer)`), and `platform` is for those who need that.
   */
  readonly responses?: 'quick' | 'platform' | undefined
  /** What sits between each request and the wire; the first is asked first. */
  readonly interceptors?: readonly Interceptor[] | undefined
  readonly world: World
}

export interface Client {
  /** As the `fetch` of the standard, with named failures. */
  fetch(input: string | URL | Request, init?: AskInit): Promise<FetchResponse>
  /**
   * Asks for another protocol on a connection of its own (RFC 9110 7.8); from then on the stream is the caller's, whatever
   * becomes of the client. `ws:` and `wss:` stand for `http:` and `https:`. Rejects with `FailureError`:
   * http/upgrade-declined, http/unexpected-upgrade, and as `fetch`.
   */
  upgrade(url: string | URL, options: UpgradeOptions): Promise<Upgraded>
  /** The cookies that it keeps. */
  readonly jar: CookieJar | undefined
  /** The hosts that it only speaks to by TLS. */
  readonly hsts: HstsStore | undefined
  /** Ends idle connections, cuts the others. */
  close(): void
  [Symbol.dispose](): void
}

export interface UpgradeOptions {
  /** `websocket`, or several, best first: `tls/1.3, tls/1.2`. */
  readonly protocol: string
  readonly headers?: RequestInit['headers'] | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Upgraded {
  /** With what came behind the answer in it. */
  readonly stream: NetStream
  /** What the server chose, as it says it. */
  readonly protocol: string
  readonly headers: Headers
}

/** Fetch standard, 4.4; curl stops at 50. */
export const REDIRECTS = 20

/** Fetch standard, 2.2.3. */
export const REDIRECT_STATUS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

/** Throws `FailureError` for options that cannot work: net/bad-tls-options, net/bad-certificate, net/key-mismatch, … */
export const client = (options: ClientOptions): Client => {
  const wire = wireOf(options)
  const each = new Fetcher(options, wire)
  const close = (): void => wire.close()
  return {
    fetch: (input, init = {}) => each.fetch(input, init),
    upgrade: (url, asked) => each.upgrade(url, asked),
    jar: each.jar,
    hsts: each.hsts,
    close,
    [Symbol.dispose]: close,
  }
}

/** The wire below such a client, for those who ask without `fetch`, or want to hear of connections. Throws as `client`. */
export const wireOf = (given: ClientOptions & Pick<WireOptions, 'connections'>): Wire => {
  const options = { ...given, revocation: completed(given) }
  const tls = toldAtOnce(() => tlsOf(options), options.world.words)
  const proxyTls = toldAtOnce(() => proxyTlsOf(options), options.world.words)
  return new Wire({ ...options, tls, strictTls: strictOf(options, tls), proxyTls, earlyData: options.tls?.earlyData })
}

/** Lists and answers are signed: whoever fetches them asks no question of trust, but for a proxy on the way. */
const completed = ({ revocation, ...options }: ClientOptions): RevocationOptions | undefined => {
  if (revocation === undefined || revocation.mode === 'off' || revocation.retrieve !== undefined) return revocation
  return { ...revocation, retrieve: fetching(options) }
}

const fetching = (options: ClientOptions): Retrieve => {
  const { world, over, timeouts, resolve, proxy, proxyLogin, trust, ca } = options
  const { crypto, clock } = world
  const plain = client({ world, over, timeouts, resolve, proxy, proxyLogin, trust, ca, ports: 'any', keepAlive: 0 })
  // An answer, then a list, and the handshake waits for both: whoever is silent must not end it.
  const patience = timeouts?.handshake && Math.min(PATIENCE, timeouts.handshake / 3)
  return retriever({ fetch: (url, init) => plain.fetch(url, init as AskInit), crypto, clock, patience })
}

class Fetcher {
  readonly #options: ClientOptions
  readonly #world: World
  readonly #wire: Wire
  readonly #ask: Ask
  readonly #quick: boolean | undefined
  readonly jar: CookieJar | undefined
  readonly hsts: HstsStore | undefined

  constructor(options: ClientOptions, wire: Wire) {
    this.#options = options
    this.#world = options.world
    this.#wire = wire
    const { jar, world, responses } = options
    this.#quick = responses === 'platform' ? false : world.replace && true
    const own = (): CookieJar => cookieJar({ isPublicSuffix: world.isPublicSuffix, date: () => world.clock.date() })
    this.jar = jar === true ? own() : jar
    this.hsts = options.hsts === true ? hstsOf(world) : options.hsts
    const interceptors = [...(options.interceptors ?? []), ...kept(options, wire)]
    this.#ask = chained(interceptors, outline => this.#asked(outline))
  }

  async fetch(input: string | URL | Request, init: AskInit): Promise<FetchResponse> {
    try {
      return await this.#follow(input, init)
    } catch (error) {
      throw toldByFetch(error, this.#world.words)
    }
  }

  async upgrade(url: string | URL, { protocol, headers, signal }: UpgradeOptions): Promise<Upgraded> {
    try {
      const http = String(url).replace(/^ws(?=s?:)/i, 'http')
      const { askedBy } = this.#options
      const init: AskInit = { ...(headers && { headers }), ...(signal && { signal }), askedBy }
      const outline = this.#withCookies(this.#byTls(await outlineOf(http, init, this.#world.clock)))
      const { head, stream } = await this.#wire.upgrade(outline, protocol)
      this.#remember(outline, { head, trace: stream.trace, connection: stream.connection })
      const list = head.headers.list() as [string, string][]
      return { stream, protocol: head.headers.get('upgrade') ?? '', headers: new Headers(list) }
    } catch (error) {
      throw told(error, this.#world.words)
    }
  }

  async #follow(input: string | URL | Request, init: AskInit): Promise<FetchResponse> {
    const { askedBy } = this.#options
    const asked = askedBy === undefined ? init : { askedBy, ...init }
    const from = await outlineOf(input, asked, this.#world.clock, FETCHED)
    try {
      return await this.#answered(from, input, init)
    } catch (error) {
      abandon(from, error)
      throw error
    }
  }

  async #answered(from: Outline, input: string | URL | Request, init: AskInit): Promise<FetchResponse> {
    const redirect = init.redirect ?? (input instanceof Request ? input.redirect : 'follow')
    const integrity = init.integrity ?? (input instanceof Request ? input.integrity : '')
    let outline = from
    for (let hops = 0; ; hops++) {
      outline.signal?.throwIfAborted()
      outline = this.#byTls(outline)
      const answer = await (isLocal(outline.url) ? localAnswer(outline, this.#world) : this.#answer(outline))
      const { head } = answer
      if (!REDIRECT_STATUS.has(head.status) || !head.headers.has('location') || redirect === 'manual') {
        const { clock, coders, words, crypto } = this.#world
        const asked = outline
        const { method } = asked
        const url = hrefOf(outline.url)
        const context = (): RequestContext => contextOf(asked)
        const options = { url, redirected: hops > 0, method, clock, coders, words, context, quick: this.#quick }
        return integrityOf(integrity).length === 0
          ? responseOf(answer, options)
          : checkedResponseOf(answer, { ...options, integrity, crypto })
      }
      answer.pieces.discard()
      const location = locationIn(head.headers)
      if (redirect === 'error') throw refused(outline, 'net/redirect-refused', { got: location })
      if (hops === REDIRECTS) throw refused(from, 'net/too-many-redirects', { got: location, number: hops })
      outline = crossing(outline, redirected(outline, head.status, location), this.#world)
    }
  }

  async #answer(outline: Outline): Promise<Answer> {
    const { host, port } = authorityOf(outline.url)
    if (this.#options.ports !== 'any' && BLOCKED_PORTS.has(port)) {
      throw refused(outline, 'net/blocked-port', { where: host, number: port })
    }
    if (outline.cache === 'only-if-cached' && this.#options.cache === undefined)
      throw refused(outline, 'net/not-cached', {})
    const answer = await this.#ask(this.#withCookies(outline))
    // One that an interceptor made may set cookies too.
    if (answer.cookies !== 'taken') this.#keepCookies(outline, answer)
    return answer
  }

  async #asked(outline: Outline): Promise<Answer> {
    const answer = await this.#wire.ask(outline)
    this.#remember(outline, answer)
    return { ...answer, cookies: 'taken' }
  }

  /** What an answer from the wire says for later. */
  #remember(outline: Outline, answer: Pick<Answer, 'head' | 'trace' | 'connection'>): void {
    this.#keepCookies(outline, answer)
    if (this.hsts !== undefined) noteHsts(this.hsts, outline.url, answer, this.#world.clock)
  }

  #byTls(outline: Outline): Outline {
    if (this.hsts === undefined) return outline
    return onlyByTls(this.hsts, outline, { sink: this.#options.trace, clock: this.#world.clock })
  }

  #withCookies(outline: Outline): Outline {
    const { jar } = this
    return jar === undefined || outline.credentials === 'omit'
      ? outline
      : { ...outline, cookie: trace => jar.header(cookieRequest(outline, trace, this.#world)) }
  }

  #keepCookies(outline: Outline, { head, trace }: Pick<Answer, 'head' | 'trace'>): void {
    const { jar } = this
    if (jar === undefined || outline.credentials === 'omit') return
    const from = cookieRequest(outline, trace, this.#world)
    for (const value of head.headers.all('set-cookie')) jar.receive(value, from)
  }
}

/** Next to the wire, so that what others add to a request is seen by it. What is gone on with is kept whole. */
const kept = ({ cache, resume, world, trace }: ClientOptions, wire: Wire): readonly Interceptor[] => {
  const { clock, crypto } = world
  const fieldsOf = (outline: Outline) => wire.headers(outline, undefined)
  return [
    ...(cache === undefined ? [] : [cacheOf(cache === true ? {} : cache, { clock, crypto, trace, fieldsOf })]),
    ...(resume === undefined ? [] : [resuming(resume === true ? {} : resume, clock, fieldsOf)]),
  ]
}

/** Fetch standard, 4.1 "abort fetch": whoever makes a body that does not leave is told; a reader of it has told him. */
const abandon = ({ body }: Outline, reason: unknown): void => {
  if (body?.opens === 'once')
    body
      .open()
      .cancel(reason)
      .catch(() => {})
}

const refused = (outline: Outline, code: FailureCode, facts: Facts): FailureError =>
  new FailureError(fail(code, facts).within(contextOf(outline)))
