/** A `Response` becomes an answer on the wire: its length, its coding, its body piece by piece. */
import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { type Failure, fail } from '../../failures/index.ts'
import type { BodyTransform, Coder } from '../../http/coding.ts'
import { answerTo } from '../../http/message/answers.ts'
import { hasMember } from '../../http/message/grammar.ts'
import { reasons } from '../../http/message/reasons.table.ts'
import { chooseCoding, isCompressible } from '../../http/semantics/negotiation.ts'
import type { HeaderList } from '../../http/types.ts'
import { joined } from '../../wire/bytes.ts'
import { gather, piecesOf, Source, slices } from '../stream/source.ts'
import type { AnswerWatcher, Exchange } from './exchange.ts'
import { isLikeResponse, isResponse, type Whole, wholeOf } from './fast-response.ts'

export interface AnswerOptions {
  readonly clock: Clock
  /** Best first; none: nothing is compressed. */
  readonly coders: readonly Coder[]
  /** Bodies of unknown length are compressed too. */
  readonly streams: boolean
  /** Told what a body stream threw, or what was wrong with the response. */
  readonly failed: (error: unknown) => void
  readonly words: Words | undefined
}

/** Bodies below this gain nothing from compression: the answer fits a TCP segment either way. */
const WORTH_CODING = 1_024

/** Whole bodies above this go out piece by piece, as the client takes them. */
const AT_ONCE = 256 * 1024

/** RFC 9110 7.6.1: fields about the connection belong to whoever holds it. `Connection: close` is understood. */
const OURS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'te', 'trailer', 'upgrade'])

/** What an answer is coded with; `identity` where another client would get a coded one, undefined where nobody would. */
type Coding = Coder | 'identity' | undefined
const coderOf = (coding: Coding): Coder | undefined => (coding === 'identity' ? undefined : coding)

export class Answer implements AnswerWatcher {
  readonly #exchange: Exchange
  readonly #options: AnswerOptions
  #controller: AbortController | undefined
  #cancel: ((reason: unknown) => void) | undefined
  #wake: (() => void) | undefined

  constructor(exchange: Exchange, options: AnswerOptions) {
    this.#exchange = exchange
    this.#options = options
    exchange.watcher = this
  }

  /** Made when somebody looks at it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#exchange.presence !== 'here') this.#controller.abort()
    return this.#controller.signal
  }

  drain(): void {
    this.#wake?.()
  }
  left(): void {
    this.#controller?.abort()
  }
  gone(): void {
    this.#controller?.abort()
    this.#cancel?.('the client went away')
    this.#wake?.()
  }

  send(response: unknown): void {
    if (!isResponse(response) && !isLikeResponse(response)) {
      this.#broken(new TypeError('a handler gave something that is no Response'))
      return
    }
    if (this.#exchange.dead) {
      response.body?.cancel().catch(ignore)
      return
    }
    const whole = wholeOf(response)
    if (whole?.body === undefined || whole.body.length >= WORTH_CODING) {
      const sent = whole?.body === undefined ? this.#send(response) : this.#sendWhole(response, whole.body)
      sent.catch((error: unknown) => this.#broken(error))
    } else this.#respond(whole, whole.body)
  }

  /** 500, without a word of why. */
  fail(failure: Failure = fail('http/handler-failed')): void {
    const { status, headers, body } = answerTo(failure, { sentence: this.#options.words?.sentence(failure) })
    if (this.#exchange.status === undefined) this.#exchange.respond(status, headers, body)
    else this.#exchange.cut()
  }

  #broken(error: unknown): void {
    this.#options.failed(error)
    this.#cancel?.(error)
    if (!this.#exchange.dead) this.fail()
  }

  /** A small answer that is all there, in this turn. */
  #respond({ status, statusText, headers }: Whole, body: Bytes): void {
    try {
      this.#exchange.respond(status, withoutOurs(headers), body, reasonOf({ status, statusText }))
    } catch (error) {
      this.#broken(error)
    }
  }

  async #send(response: Response): Promise<void> {
    const exchange = this.#exchange
    const { status, body } = response
    const { method } = exchange.head
    if (body === null) {
      // RFC 9110 8.6: what GET would say is not known, and a length of 0 would be said of it.
      if (method === 'HEAD') this.#sendHead(response, headersOf(response, undefined))
      else exchange.respond(status, headersOf(response, undefined), undefined, reasonOf(response))
      return
    }
    const source = new Source(body, this.#options.clock)
    this.#cancel = reason => source.cancel(reason)
    const length = announcedLength(response)
    if (method !== 'HEAD' || length === undefined) {
      const { pieces, whole } = await gather(source, AT_ONCE)
      if (exchange.dead) return
      if (whole) {
        await this.#sendWhole(response, joined(pieces))
        return
      }
      source.unread(pieces)
    }
    await this.#sendStream(response, source, length)
  }

  /** The head leaves at once, whenever the first piece may come. */
  async #sendStream(response: Response, source: Source, length: number | undefined): Promise<void> {
    const exchange = this.#exchange
    const chosen = length !== undefined || this.#options.streams ? this.#coding(response, length) : undefined
    const transform = coderOf(chosen)?.compress()
    // What cannot be made to let go of its bytes would hold the stream back.
    const flushes = transform?.flush !== undefined
    if (!flushes) transform?.destroy()
    const headers = headersOf(response, transform === undefined || flushes ? chosen : 'identity')
    if (exchange.head.method === 'HEAD') {
      transform?.destroy()
      source.cancel('HEAD wants no body')
      this.#sendHead(response, headers)
      return
    }
    exchange.begin(response.status, headers, reasonOf(response))
    await this.#pump(transform !== undefined && flushes ? this.#coded(source, transform) : piecesOf(source))
  }

  #sendHead(response: Response, headers: HeaderList): void {
    this.#exchange.begin(response.status, headers, reasonOf(response))
    this.#exchange.end()
  }

  /** A body that was all there: it gets a Content-Length instead of chunks, and goes out with its head if it is small. */
  async #sendWhole(response: Response, body: Bytes): Promise<void> {
    const exchange = this.#exchange
    const chosen = this.#coding(response, body.length)
    const headers = headersOf(response, chosen, body.length)
    const coder = coderOf(chosen)
    const whole = coder === undefined ? body : await this.#codedWhole(body, coder)
    if (exchange.dead) return
    if (whole.length <= AT_ONCE || exchange.head.method === 'HEAD') {
      exchange.respond(response.status, headers, whole, reasonOf(response))
      return
    }
    const length: HeaderList = [['content-length', `${whole.length}`]]
    exchange.begin(
      response.status,
      headers.some(([name]) => name === 'content-length') ? headers : [...headers, ...length],
      reasonOf(response),
    )
    await this.#pump(slices(whole))
  }

  async #codedWhole(body: Bytes, coder: Coder): Promise<Bytes> {
    const transform = coder.compress()
    const coded: Bytes[] = []
    try {
      for await (const piece of this.#held(transform.push(body))) coded.push(piece)
      for await (const piece of this.#held(transform.end())) coded.push(piece)
    } finally {
      transform.destroy()
    }
    return joined(coded)
  }

  /** Nothing stays in the coder while the source has nothing more to give. */
  async *#coded(source: Source, transform: BodyTransform): AsyncGenerator<Bytes> {
    try {
      for (let piece = await source.next(); piece !== undefined; piece = await source.next()) {
        yield* this.#held(transform.push(piece))
        if ((await source.peek()) === 'later') yield* this.#held(transform.flush!())
      }
      yield* this.#held(transform.end())
    } finally {
      transform.destroy()
    }
  }

  /** Virtual time stands still while the coder works. */
  async *#held(pieces: AsyncIterable<Bytes>): AsyncGenerator<Bytes> {
    const iterator = pieces[Symbol.asyncIterator]()
    for (;;) {
      const release = this.#options.clock.hold()
      const { done, value } = await iterator.next().finally(release)
      if (done) return
      yield value
    }
  }

  async #pump(pieces: AsyncIterable<Bytes>): Promise<void> {
    const exchange = this.#exchange
    for await (const piece of pieces) {
      if (exchange.dead) return
      if (piece.length === 0 || exchange.write(piece)) continue
      await new Promise<void>(resolve => {
        this.#wake = resolve
      })
    }
    if (!exchange.dead) exchange.end()
  }

  /** `length` is that of the body, where it is known. */
  #coding(response: Response, length: number | undefined): Coding {
    const { coders } = this.#options
    if (coders.length === 0 || (length !== undefined && length < WORTH_CODING) || !mayBeCoded(response))
      return undefined
    const offered = coders.map(coder => coder.coding)
    const chosen = chooseCoding(this.#exchange.head.headers.get('accept-encoding'), offered)
    return coders.find(coder => coder.coding === chosen) ?? 'identity'
  }
}

const withoutOurs = (headers: HeaderList): HeaderList =>
  headers.some(([name]) => OURS.has(name))
    ? headers.flatMap(([name, value]) => (OURS.has(name) ? closing(name, value) : [[name, value] as const]))
    : headers

/** Of the fields about the connection only the wish to close it is heard. */
const closing = (name: string, value: string): HeaderList =>
  name === 'connection' && /\bclose\b/i.test(value) ? [['connection', 'close']] : []

/** Undefined for the usual phrase, which is at hand. */
const reasonOf = ({ status, statusText }: Pick<Response, 'status' | 'statusText'>): string | undefined =>
  statusText === '' || statusText === reasons[status] ? undefined : statusText

/** RFC 9110 14.4: ranges are counted in the bytes of one representation, so a part of it is sent as it is. */
const mayBeCoded = (response: Response): boolean => {
  const { headers, status } = response
  if (status === 206 || headers.has('content-range')) return false
  if (headers.has('content-encoding') && !wasDecoded(response)) return false
  if (/\bno-transform\b/i.test(headers.get('cache-control') ?? '')) return false
  return isCompressible(headers.get('content-type') ?? undefined)
}

/** What `fetch` undoes; the field and the length of what came stay in its Response all the same. */
const UNDONE = /^(?:(?:x-)?gzip|deflate|br|zstd|identity)$/i

/**
 * A `Response` that a `fetch` made (ours, the platform's): only those have a URL. Its body is decoded already, and to
 * say the coding of what came, and its length, would make the client misread it.
 */
const wasDecoded = ({ url, headers }: Response): boolean => {
  const coding = headers.get('content-encoding')
  return coding !== null && url !== '' && coding.split(',').every(one => UNDONE.test(one.trim()))
}

/** The length that the handler promises for a stream. */
const announcedLength = (response: Response): number | undefined => {
  const length = response.headers.get('content-length')
  return length === null || wasDecoded(response) ? undefined : Number(length)
}

/**
 * The response's fields, and what the coding changes: RFC 9110 8.4, 8.8.3 (another representation, another ETag), 12.5.5.
 * `length` is that of the whole body, where it is at hand.
 */
const headersOf = (response: Response, coding: Coding, length?: number): HeaderList => {
  const { headers, status } = response
  const coded = coding !== undefined && coding !== 'identity'
  // Fields that were copied from an answer whose body `fetch` had decoded give themselves away by another length.
  const said = headers.get('content-length')
  const copied = headers.has('content-encoding') && said !== null && length !== undefined && Number(said) !== length
  const undone = wasDecoded(response) || copied
  const list: [string, string][] = []
  for (const [name, value] of headers) {
    if (OURS.has(name)) {
      // Of an answer that is passed on it was said of the connection that brought it (RFC 9110 7.6.1).
      if (response.url !== '') continue
      for (const [key, word] of closing(name, value)) list.push([key, word])
    } else if (name === 'content-length') {
      // RFC 9110 8.6: of 204 it must not be sent; answers that are passed on may have one all the same.
      if (status !== 204 && !coded && !undone) list.push([name, value])
    } else if (name === 'content-encoding') {
      if (!undone) list.push([name, value])
    } else if (name === 'accept-ranges') {
      // Of what is coded as it leaves no second part could be had.
      if (!coded) list.push([name, value])
    } else if (name === 'vary' && coding !== undefined && !hasMember(value, 'accept-encoding')) {
      list.push([name, `${value}, accept-encoding`])
    } else if (name === 'etag' && (coded || undone) && !value.startsWith('W/')) list.push([name, `W/${value}`])
    else list.push([name, value])
  }
  if (coding !== undefined && !headers.has('vary')) list.push(['vary', 'accept-encoding'])
  if (coded) list.push(['content-encoding', coding.coding])
  return list
}

const ignore = (): void => {}
