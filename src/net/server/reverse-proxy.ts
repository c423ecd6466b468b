/**
 * `reverseProxy`: answers requests by asking an upstream, streaming both ways. Nothing is passed on as it was framed: each
 * side has its own engine, which refuses what two readers may understand differently, and frames anew what the other read.
 */
import { type Failure, FailureError, fail } from '../../failures/index.ts'
import { NEVER_TRAILERS } from '../../http/message/grammar.ts'
import { reasons } from '../../http/message/reasons.table.ts'
import type { HeaderList, RequestHead, ResponseHead } from '../../http/types.ts'
import { hexText } from '../../wire/bytes.ts'
import { type ClientOptions, wireOf } from '../client/client.ts'
import { type Outline, urlOf } from '../client/request.ts'
import type { Answer } from '../client/seam.ts'
import type { Switched } from '../client/upgrade.ts'
import type { Wire } from '../client/wire.ts'
import type { Address } from '../stream/types.ts'
import { toldAtOnce } from '../told.ts'
import type { ExchangeHandler } from './connection-options.ts'
import type { Exchange } from './exchange.ts'
import { type ForwardedAs, forwardedFields, withoutForwarded } from './forwarded.ts'
import { joinStreams } from './join-streams.ts'
import { bodyOf } from './proxied-body.ts'

export interface ReverseProxyOptions extends Omit<ClientOptions, 'jar' | 'interceptors'> {
  /**
   * What the upstream is told of the client, in fields that nobody else can write: `Forwarded` (RFC 7239), `X-Forwarded`
   * (-For, -Host, -Proto), or both. `remove` where undefined: those of the client are taken away. `pass`: they are left.
   */
  readonly forwarded?: ForwardedAs | undefined
  /** True for a proxy before this one: what it says of its clients is kept, and ours put behind it. */
  readonly believed?: ((remote: Address) => boolean) | undefined
  /** The name in Via (RFC 9110 7.6.3), by which a loop is known; drawn by lot where undefined. */
  readonly via?: string | undefined
  /** Which Host the upstream sees: that of the request where undefined. */
  readonly host?: 'of the request' | 'of the upstream' | undefined
  /**
   * Protocols that clients may switch to by GET; `websocket` alone where undefined. Never `h2c`: it would carry requests
   * past us.
   */
  readonly upgrades?: readonly string[] | undefined
  /** Connections to the upstream at once; undefined: as many as there are clients, who ask for one thing at a time. */
  readonly perOrigin?: number | undefined
  /** Told why an upstream could not be asked, or broke off. */
  readonly failed?: ((failure: Failure, head: RequestHead) => void) | undefined
}

export type ReverseProxy = ExchangeHandler & { readonly close: () => void }

/** RFC 9110 7.6.1, and what belongs to one hop by other rules (9.3.6, 11.7, 10.1.1). */
const OF_ONE_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'proxy-authentication-info',
  'te',
  'transfer-encoding',
  'upgrade',
  'expect',
])

/**
 * `upstream` is an origin: its path, if it has one, is put before that of each request. Throws as `client`, and
 * `net/bad-url` for an upstream that is no origin.
 */
export const reverseProxy = (upstream: string | URL, options: ReverseProxyOptions): ReverseProxy => {
  const url = toldAtOnce(() => originOf(upstream), options.world.words)
  const wire = wireOf({ ...options, perOrigin: options.perOrigin ?? Number.POSITIVE_INFINITY })
  const proxy = new Proxying(url, options, wire)
  return Object.assign((exchange: Exchange) => proxy.handle(exchange), { close: () => wire.close() })
}

/** What a request could not be put behind, or would be said to the upstream without anybody's doing, is refused. */
const originOf = (upstream: string | URL): URL => {
  const url = urlOf(upstream)
  if (url.search === '' && url.hash === '') return url
  throw new FailureError(fail('net/bad-url', { got: `${url.origin} with a query or a fragment` }))
}

class Proxying {
  readonly #origin: URL
  /** The authority of the upstream, and what is put before each path. */
  readonly #host: string
  readonly #before: string
  readonly #options: ReverseProxyOptions
  readonly #wire: Wire
  readonly #via: string

  constructor({ origin, host, pathname }: URL, options: ReverseProxyOptions, wire: Wire) {
    this.#origin = new URL(origin)
    this.#host = host
    this.#before = pathname.replace(/\/$/, '')
    this.#options = options
    this.#wire = wire
    this.#via = options.via ?? `barewire-${hexText(options.world.random.bytes(6))}`
  }

  handle(exchange: Exchange): void {
    const { head } = exchange
    // A tunnel is no affair of a gateway, and TRACE would show what was added on the way (RFC 9110 9.3.8).
    if (head.method === 'CONNECT' || head.method === 'TRACE') {
      refuse(exchange, 405)
      return
    }
    if (receivedBy(head).includes(this.#via)) {
      refuse(exchange, 508)
      return
    }
    // RFC 9110 7.6.2: zero is for us.
    if (head.method === 'OPTIONS' && hopsOf(head) === 0) {
      refuse(exchange, 204)
      return
    }
    this.#pass(exchange).catch((error: unknown) => this.#broken(exchange, error))
  }

  async #pass(exchange: Exchange): Promise<void> {
    const gone = new AbortController()
    let wake = (): void => {}
    exchange.watcher = {
      drain: () => wake(),
      gone: () => {
        gone.abort(new DOMException('the client went away', 'AbortError'))
        wake()
      },
    }
    const outline = this.#outline(exchange, gone.signal)
    const offered = this.#offered(exchange.head)
    const answer = await (offered === undefined ? this.#wire.ask(outline) : this.#wire.offer(outline, offered))
    if ('stream' in answer) {
      switchBoth(exchange, answer, offered ?? '')
      return
    }
    if (exchange.dead) {
      answer.pieces.cancel()
      return
    }
    const room = (): Promise<void> =>
      new Promise(resolve => {
        wake = resolve
      })
    try {
      await this.#answer(exchange, answer, room)
    } catch (error) {
      answer.pieces.cancel()
      throw error
    }
  }

  async #answer(exchange: Exchange, { head, pieces }: Answer, room: () => Promise<void>): Promise<void> {
    const { status, reason, framing } = head
    const list = withoutHop(head.headers.list())
    const says = framing.kind === 'length' || (framing.kind === 'none' && status !== 204)
    const fields: HeaderList = [
      ...(says ? list : list.filter(isNoLength)),
      ['Via', `${head.version} ${this.#via}`],
      ...(status === 426 ? this.#wanted() : []),
    ]
    exchange.begin(status, fields, reason)
    for (let piece = await pieces.next(); piece !== undefined; piece = await pieces.next()) {
      if (exchange.dead) {
        pieces.cancel()
        return
      }
      if (!exchange.write(piece)) await room()
    }
    if (!exchange.dead) exchange.end(mayTrail(pieces.trailers))
  }

  /** RFC 9110 15.5.22: what may be asked for instead is said by each hop for itself. */
  #wanted(): HeaderList {
    const { upgrades = ['websocket'] } = this.#options
    return [
      ['Upgrade', upgrades.join(', ')],
      ['Connection', 'Upgrade'],
    ]
  }

  #broken(exchange: Exchange, error: unknown): void {
    const failure = error instanceof FailureError ? error.failure : undefined
    if (failure !== undefined && !exchange.dead) this.#options.failed?.(failure, exchange.head)
    if (exchange.dead) return
    if (exchange.status === undefined)
      refuse(exchange, failure !== undefined && TOO_LATE.test(failure.code) ? 504 : 502)
    else exchange.cut()
  }

  #outline(exchange: Exchange, signal: AbortSignal): Outline {
    const { head } = exchange
    const chunked = head.framing.kind === 'chunked'
    return {
      url: this.#origin,
      target: head.path === '*' ? '*' : `${this.#before}${head.path}`,
      method: head.method,
      headers: this.#headers(exchange),
      body: bodyOf(exchange),
      signal,
      fields: 'as given',
      informed: head => inform(exchange, head),
      trailers: chunked ? () => mayTrail(this.#believed(exchange, exchange.trailers)) : undefined,
    }
  }

  /** Without what the client says of whom it speaks for, unless that is to be believed. */
  #believed({ connection }: Exchange, list: HeaderList): HeaderList {
    const { forwarded = 'remove', believed } = this.#options
    return forwarded === 'pass' || believed?.(connection.remote) === true ? list : withoutForwarded(list)
  }

  #headers(exchange: Exchange): Headers {
    const { head, connection } = exchange
    const { forwarded = 'remove', host = 'of the request' } = this.#options
    const headers = new Headers()
    for (const [name, value] of this.#believed(exchange, withoutHop(head.headers.list()))) {
      // RFC 6265 5.4: one field; two that were joined by a comma would be one cookie.
      const cookies = name === 'cookie' ? headers.get(name) : null
      if (cookies !== null) headers.set(name, `${cookies}; ${value}`)
      else if (name !== 'host' && name !== 'content-length') headers.append(name, value)
    }
    headers.set('host', host === 'of the request' && head.authority !== '' ? head.authority : this.#host)
    headers.append('via', `${head.version} ${this.#via}`)
    for (const [name, value] of forwardedFields(forwarded, head, connection))
      if (!ONE_VALUE.has(name) || !headers.has(name)) headers.append(name, value)
    // RFC 9110 10.1.1: whether the body is wanted is the upstream's to say.
    if (head.expectsContinue) headers.set('expect', '100-continue')
    // RFC 8470 5.1.
    if (exchange.inEarlyData) headers.set('early-data', '1')
    const hops = hopsOf(head)
    if (head.method === 'OPTIONS' && hops !== undefined) headers.set('max-forwards', `${hops - 1}`)
    return headers
  }

  /** Of what the client would rather speak, what it may. */
  #offered({ method, upgrade, framing }: RequestHead): string | undefined {
    if (upgrade.length === 0 || method !== 'GET' || framing.kind !== 'none') return undefined
    const { upgrades = ['websocket'] } = this.#options
    const allowed = upgrade.filter(one => upgrades.includes(one.toLowerCase()) && !/^h2c$/i.test(one))
    return allowed.length === 0 ? undefined : allowed.join(', ')
  }
}

/** The upstream takes what was offered: from here on nobody reads what passes. */
const switchBoth = (exchange: Exchange, { head, stream }: Switched, offered: string): void => {
  if (exchange.dead) {
    stream.reset()
    return
  }
  const headers: HeaderList = [
    ...withoutHop(head.headers.list()),
    ['Upgrade', head.headers.get('upgrade') ?? offered],
    ['Connection', 'Upgrade'],
  ]
  joinStreams(exchange.takeOver({ status: 101, headers, reason: head.reason }), stream)
}

/** Time-outs on the way to the upstream, and of it. */
const TOO_LATE = /timeout|silence|pool-waits/

/** Of names in small letters. */
const isNoLength = ([name]: HeaderList[number]): boolean => name !== 'content-length'

/** Fields of which readers take the whole for one value. */
const ONE_VALUE = new Set(['x-forwarded-host', 'x-forwarded-proto'])

/** The names in Via (RFC 9110 7.6.3), of whoever passed the request on. */
const receivedBy = ({ headers }: RequestHead): string[] =>
  headers.all('via').flatMap(value => value.split(',').map(each => each.trim().split(/[ \t]+/)[1] ?? ''))

const hopsOf = ({ headers }: RequestHead): number | undefined => {
  const said = headers.get('max-forwards') ?? ''
  return /^\d{1,9}$/.test(said) ? Number(said) : undefined
}

/** Without the fields of one hop, and those that the message says are: names in small letters. */
export const withoutHop = (list: HeaderList): HeaderList => {
  const named = new Set<string>()
  for (const [name, value] of list)
    if (name.toLowerCase() === 'connection') for (const each of value.split(',')) named.add(each.trim().toLowerCase())
  return list
    .map(([name, value]) => [name.toLowerCase(), value] as const)
    .filter(([name]) => !OF_ONE_HOP.has(name) && (!named.has(name) || name === 'host' || name === 'content-length'))
}

const mayTrail = (trailers: HeaderList): HeaderList =>
  withoutHop(trailers).filter(([name]) => !NEVER_TRAILERS.includes(name))

/** Passes on an answer before the answer. 100 is ours to say, when somebody reads. */
const inform = (exchange: Exchange, { status, headers }: ResponseHead): void => {
  if (status === 100) return
  try {
    // RFC 9110 8.6: it has no length, whatever it says.
    exchange.inform(status, withoutHop(headers.list()).filter(isNoLength))
  } catch (error) {
    // RFC 9110 15.2: nobody has to have it, so what cannot be said is left out.
    if (!(error instanceof FailureError)) throw error
  }
}

const refuse = (exchange: Exchange, status: number): void => {
  const allow: HeaderList = status === 405 ? [['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']] : []
  if (status === 204) exchange.respond(204, [])
  else
    exchange.respond(
      status,
      [['Content-Type', 'text/plain; charset=utf-8'], ...allow],
      new TextEncoder().encode(`${status} ${reasons[status]}\n`),
    )
}
