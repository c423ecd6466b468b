/**
 * `reverseProxy`: answers requests by asking an upstream, streaming both ways. Nothing is passed on as it was framed: each
 * side has its own engine, which refuses what two readers may understand differently, and frames anew what the other read.
 */
import { type Failure, FailureError } from '../../failures/index.ts'
import { NEVER_TRAILERS } from '../../http/message/grammar.ts'
import { reasons } from '../../http/message/reasons.table.ts'
import type { HeaderList, RequestHead } from '../../http/types.ts'
import { hexText } from '../../wire/bytes.ts'
import { type ClientOptions, wireOf } from '../client/client.ts'
import type { Outline } from '../client/request.ts'
import type { Answer } from '../client/seam.ts'
import type { Wire } from '../client/wire.ts'
import type { Address } from '../stream/types.ts'
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
  /** Protocols that clients may switch to; `websocket` alone where undefined. Never `h2c`: it would carry requests past us. */
  readonly upgrades?: readonly string[] | undefined
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

/** `upstream` is an origin: its path, if it has one, is put before that of each request. Throws as `client`. */
export const reverseProxy = (upstream: string | URL, options: ReverseProxyOptions): ReverseProxy => {
  const wire = wireOf(options)
  const proxy = new Proxying(new URL(upstream), options, wire)
  return Object.assign((exchange: Exchange) => proxy.handle(exchange), { close: () => wire.close() })
}

class Proxying {
  readonly #upstream: URL
  readonly #options: ReverseProxyOptions
  readonly #wire: Wire
  readonly #via: string

  constructor(upstream: URL, options: ReverseProxyOptions, wire: Wire) {
    this.#upstream = upstream
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
    if (head.headers.all('via').some(value => value.includes(this.#via))) {
      refuse(exchange, 508)
      return
    }
    const hops = head.headers.get('max-forwards')
    // RFC 9110 7.6.2: zero is for us.
    if (head.method === 'OPTIONS' && hops !== undefined && Number(hops) === 0) {
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
    if (offered !== undefined && (await this.#switched(exchange, outline, offered))) return
    const answer = await this.#wire.ask(outline)
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
    const list = withoutHop(head.headers.list()).filter(([name]) => status !== 204 || name !== 'content-length')
    const framed = framing.kind === 'length' ? list : list.filter(field => !isLength(field) || framing.kind === 'none')
    const fields: HeaderList = [...framed, ['Via', `${head.version} ${this.#via}`]]
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
    const { pathname, origin } = this.#upstream
    const before = pathname.replace(/\/$/, '')
    const target = head.path === '*' ? '*' : `${before}${head.path}`
    const chunked = head.framing.kind === 'chunked'
    return {
      url: new URL(origin),
      target,
      method: head.method,
      headers: this.#headers(exchange),
      body: bodyOf(exchange),
      signal,
      fields: 'as given',
      informed: ({ status, headers }) => {
        if (status !== 100 && exchange.status === undefined && !exchange.dead)
          exchange.inform(status, withoutHop(headers.list()))
      },
      trailers: chunked ? () => mayTrail(exchange.trailers) : undefined,
    }
  }

  #headers(exchange: Exchange): Headers {
    const { head, connection } = exchange
    const { forwarded = 'remove', believed, host = 'of the request' } = this.#options
    const trusted = believed?.(connection.remote) === true
    const headers = new Headers()
    const kept = withoutHop(head.headers.list())
    const list = forwarded === 'pass' || trusted ? kept : withoutForwarded(kept)
    for (const [name, value] of list) {
      // RFC 6265 5.4: one field; two that were joined by a comma would be one cookie.
      const cookies = name === 'cookie' ? headers.get(name) : null
      if (cookies !== null) headers.set(name, `${cookies}; ${value}`)
      else if (name !== 'host' && !isLength([name, value])) headers.append(name, value)
    }
    headers.set('host', host === 'of the request' && head.authority !== '' ? head.authority : this.#upstream.host)
    headers.append('via', `${head.version} ${this.#via}`)
    for (const [name, value] of forwardedFields(forwarded, head, connection)) headers.append(name, value)
    const hops = Number(head.headers.get('max-forwards'))
    if (head.method === 'OPTIONS' && hops > 0) headers.set('max-forwards', `${hops - 1}`)
    return headers
  }

  /** Of what the client would rather speak, what it may. */
  #offered({ upgrade, framing }: RequestHead): string | undefined {
    const { upgrades = ['websocket'] } = this.#options
    const allowed = upgrade.filter(one => upgrades.includes(one.toLowerCase()) && !/^h2c$/i.test(one))
    return allowed.length === 0 || framing.kind !== 'none' ? undefined : allowed.join(', ')
  }

  /** False: the upstream would rather go on in HTTP, and a request that changes nothing is made in it. */
  async #switched(exchange: Exchange, outline: Outline, offered: string): Promise<boolean> {
    try {
      const { head, stream } = await this.#wire.upgrade(outline, offered)
      if (exchange.dead) {
        stream.reset()
        return true
      }
      const fields = withoutHop(head.headers.list())
      const switching: HeaderList = [
        ...fields,
        ['Upgrade', head.headers.get('upgrade') ?? offered],
        ['Connection', 'Upgrade'],
      ]
      joinStreams(exchange.takeOver({ status: 101, headers: switching, reason: head.reason }), stream)
      return true
    } catch (error) {
      const declined = error instanceof FailureError && error.code === 'http/upgrade-declined'
      if (declined && outline.method === 'GET' && !exchange.dead) return false
      throw error
    }
  }
}

/** Time-outs on the way to the upstream, and of it. */
const TOO_LATE = /timeout|silence|pool-waits/

const isLength = ([name]: HeaderList[number]): boolean => name.toLowerCase() === 'content-length'

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

const refuse = (exchange: Exchange, status: number): void => {
  const allow: HeaderList = status === 405 ? [['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']] : []
  const reason = reasons[status] ?? 'Loop Detected'
  if (status === 204) exchange.respond(204, [])
  else
    exchange.respond(
      status,
      [['Content-Type', 'text/plain; charset=utf-8'], ...allow],
      new TextEncoder().encode(`${status} ${reason}\n`),
      reason,
    )
}
