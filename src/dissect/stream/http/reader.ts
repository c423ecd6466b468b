/** HTTP/1.1 between two others: both sides' messages, each answer with its request, and what comes behind a switch. */
import type { Bytes, Millis } from '../../../engine.ts'
import type { Failure } from '../../../failures/index.ts'
import { type Asked, isSwitch } from '../../../http/connection/accept.ts'
import { type CookieJar, cookieJar } from '../../../http/cookies/index.ts'
import { isHost } from '../../../http/message/grammar.ts'
import type { HeaderList } from '../../../http/types.ts'
import type { Ending, Side, StreamReader } from '../../types.ts'
import type { StreamContext, StreamProtocol, Unread } from '../types.ts'
import { Exchange, MessageBuilt } from './exchange.ts'
import { fieldOf, type Kind, type SeenHead } from './head.ts'
import { MessageSide, type MessageSink, type Next } from './side.ts'
import { HttpTelling } from './telling.ts'

/** No secrets and no cryptography: HTTP has none. */
export type HttpContext = Pick<StreamContext, 'sink' | 'flow' | 'start' | 'tell'>

export interface HttpWhere {
  /** Nobody could listen in: cookies that are Secure may be set. */
  readonly secure: boolean
  /** Reads what goes through a tunnel to this end. */
  readonly tunnel: (target: string) => StreamReader
}

/** Requests that wait for their answers: what pipelines is answered soon, and who never gets an answer is not kept. */
const MOST_OPEN = 1_024

const KINDS: Readonly<Record<Side, Kind>> = { client: 'request', server: 'response' }

export class HttpReader implements StreamReader {
  readonly #context: HttpContext
  readonly #where: HttpWhere
  readonly #telling: HttpTelling
  readonly #sides: Readonly<Record<Side, MessageSide>>
  /** The request that is under way, and the response. */
  #request: MessageBuilt | undefined
  #response: MessageBuilt | undefined
  /** The oldest first. */
  #open: Exchange[] = []
  /** Nobody knows how many answers were not captured: the next belongs to the request that is newest. */
  #answersMissing = false
  readonly #jar: CookieJar
  #now: Millis = 0
  /** What is inside of a tunnel, and where in each stream that began. */
  #tunnel: StreamReader | undefined
  readonly #base: Partial<Record<Side, number>> = {}
  readonly #unread: { [S in Side]?: { -readonly [K in keyof Unread]: Unread[K] } | undefined } = {}
  readonly #ended = new Set<Side>()

  constructor(context: HttpContext, where: HttpWhere) {
    this.#context = context
    this.#where = where
    this.#telling = new HttpTelling({ sink: context.sink, flow: context.flow, host: 'client' })
    this.#sides = {
      client: new MessageSide('request', this.#sinkOf('client')),
      server: new MessageSide('response', this.#sinkOf('server')),
    }
    this.#jar = cookieJar({ isPublicSuffix: () => false, date: () => (context.start ?? 0) + this.#now })
  }

  data(from: Side, bytes: Bytes, offset: number, at: Millis): void {
    this.#now = at
    this.#sides[from].push(bytes, offset, at)
  }
  gap(from: Side, length: number, at: Millis): void {
    if (this.#tunnel !== undefined) this.#tunnel.gap(from, length, at)
    const known = this.#sides[from].gap(length, at)
    if (from === 'server' && known === 'out of step') this.#answersMissing = true
  }
  end(from: Side, how: Ending, at: Millis): void {
    if (this.#ended.has(from)) return
    this.#ended.add(from)
    const message = from === 'client' ? this.#request : this.#response
    this.#sides[from].end(how === 'FIN' ? 'clean' : 'cut', at)
    if (message?.cut && how !== 'the capture ends') this.#telling.cut(message, at)
    this.#tunnel?.end(from, how, at)
    this.#tellUnread(from)
    if (this.#ended.size < 2) return
    for (const exchange of this.#open.splice(0)) this.#tell(exchange)
  }

  #sinkOf(side: Side): MessageSink {
    return {
      asked: () => this.#asked(),
      head: (head, at) => (side === 'client' ? this.#requestHead(head, at) : this.#responseHead(head, at)),
      body: (bytes, start) => (side === 'client' ? this.#request : this.#response)?.body(bytes, start),
      end: (trailers, whole, at) =>
        side === 'client' ? this.#requestEnds(trailers, whole) : this.#responseEnds(trailers, whole, at),
      broken: (failure, start, head, at) => this.#broken(side, failure, start, head, at),
      switched: (bytes, start, at) => {
        this.#base[side] ??= start
        this.#tunnel?.data(side, bytes, start - this.#base[side], at)
      },
      unread: (start, bytes) => this.#notRead(side, start, bytes),
    }
  }

  /** The exchange whose answer comes next. */
  get #answered(): Exchange | undefined {
    return this.#open.find(({ response }) => response === undefined)
  }

  #asked(): Asked {
    const request = this.#answered?.request
    const offers = request?.head.upgrade ?? []
    const method = request?.head.parts[0] ?? ''
    return { method, offers, mightSwitch: request !== undefined && mightSwitch(request.head) }
  }

  #requestHead(head: SeenHead, at: Millis): Next {
    this.#request = new MessageBuilt(head, this.#telling.head(head, at), at)
    const exchange = new Exchange()
    exchange.request = this.#request
    this.#open.push(exchange)
    if (this.#open.length > MOST_OPEN) this.#tell(this.#open.shift()!)
    return head.framing
  }

  /** RFC 9110 7.8: behind an offer nobody knows whose the bytes are until it is answered. */
  #requestEnds(trailers: HeaderList, whole: boolean): 'go on' | 'wait' {
    const request = this.#request
    if (request === undefined) return 'go on'
    request.end(trailers, whole)
    this.#request = undefined
    this.#settle()
    const waits = mightSwitch(request.head) && this.#open.some(each => each.request === request && !each.response)
    return waits ? 'wait' : 'go on'
  }

  #responseHead(head: SeenHead, at: Millis): Next {
    const id = this.#telling.head(head, at)
    const status = Number(head.parts[1])
    if (this.#answersMissing) while (this.#open.length > 1) this.#tell(this.#open.shift()!)
    this.#answersMissing = false
    const exchange = this.#answered ?? this.#unasked()
    const request = exchange.request?.head
    const switches = request !== undefined && mightSwitch(request) && isSwitch(status, exchange.method)
    if (status < 200 && !switches) return 'another head'
    const built = new MessageBuilt(head, id, at)
    exchange.response = built
    if (switches) {
      built.end([], true)
      this.#switch(request, head, at)
      return 'switch'
    }
    this.#response = built
    this.#cookies(request, head.headers, at)
    if (request !== undefined && mightSwitch(request)) this.#sides.client.resume('HTTP', at)
    return head.framing
  }

  #unasked(): Exchange {
    const exchange = new Exchange()
    this.#open.push(exchange)
    return exchange
  }

  #responseEnds(trailers: HeaderList, whole: boolean, _at: Millis): 'go on' {
    this.#response?.end(trailers, whole)
    this.#response = undefined
    this.#settle()
    return 'go on'
  }

  #settle(): void {
    while (this.#open[0]?.done) this.#tell(this.#open.shift()!)
  }

  #switch(request: SeenHead, { headers }: SeenHead, at: Millis): void {
    const { flow, tell } = this.#context
    if (request.parts[0] === 'CONNECT') this.#tunnel = this.#where.tunnel(request.parts[1])
    else tell?.({ about: 'protocol', flow, protocol: protocolOf(fieldOf(headers, 'upgrade')), inside: 'tunnel' })
    this.#settle()
    this.#sides.client.resume('switched', at)
  }

  /** Each cookie as the client's own jar would judge it that has no list of public suffixes. */
  #cookies(request: SeenHead | undefined, headers: HeaderList, at: Millis): void {
    const target = request?.parts[1] ?? ''
    const authority = /^https?:\/\/([^/?]*)/i.exec(target)?.[1] ?? fieldOf(request?.headers ?? [], 'host') ?? ''
    const host = authority.replace(/:\d*$/, '').toLowerCase()
    if (!isHost(host)) return
    const path = target.replace(/^https?:\/\/[^/?]*/i, '') || '/'
    const { sink, flow } = this.#context
    const trace = { sink, flow, host: 'client' }
    for (const [name, value] of headers)
      if (name.toLowerCase() === 'set-cookie')
        this.#jar.receive(value, { host, path, secure: this.#where.secure, trace, now: at })
  }

  #broken(side: Side, failure: Failure, start: number, head: Bytes | undefined, at: Millis): void {
    this.#telling.broken(KINDS[side], failure, start, head, at)
  }

  #notRead(from: Side, at: number, bytes: number): void {
    const unread = this.#unread[from]
    if (unread !== undefined && unread.at + unread.bytes === at) {
      unread.bytes += bytes
      return
    }
    this.#tellUnread(from)
    const { flow } = this.#context
    this.#unread[from] = { about: 'unread', flow, from, why: 'not-http', at, bytes, records: 0 }
  }

  #tellUnread(from: Side): void {
    const unread = this.#unread[from]
    if (unread !== undefined) this.#context.tell?.(unread)
    this.#unread[from] = undefined
  }

  #tell(exchange: Exchange): void {
    this.#context.tell?.(exchange.found(this.#context.flow))
  }
}

const mightSwitch = ({ parts, upgrade }: SeenHead): boolean => parts[0] === 'CONNECT' || upgrade.length > 0

const protocolOf = (upgrade: string | undefined): StreamProtocol => {
  const name = upgrade?.toLowerCase().split('/')[0]
  if (name === 'websocket') return 'WebSocket'
  return name === 'h2c' ? 'HTTP/2' : 'unknown'
}
