/** A `Response` becomes an answer on the wire: its length, its coding, its body piece by piece. */
import type { Clock } from '../clock.ts'
import type { Bytes } from '../engine.ts'
import { fail } from '../failures/index.ts'
import { answerTo } from '../http/answers.ts'
import type { BodyTransform, Coder } from '../http/coding.ts'
import { chooseCoding, isCompressible } from '../http/negotiation.ts'
import type { HeaderList } from '../http/types.ts'
import type { AnswerWatcher, Exchange } from './exchange.ts'

export interface AnswerOptions {
  readonly clock: Clock
  /** Best first; none: nothing is compressed. */
  readonly coders: readonly Coder[]
  /** Told what a body stream threw, or what was wrong with the response. */
  readonly failed: (error: unknown) => void
}

/** Bodies below this gain nothing from compression: the answer fits a TCP segment either way. */
const WORTH_CODING = 1_024

/** RFC 9110 7.6.1: fields about the connection belong to whoever holds it. `Connection: close` is understood. */
const OURS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'te', 'trailer', 'upgrade'])

type BodyResult =
  | { readonly done: true; readonly value?: undefined }
  | { readonly done: false; readonly value: unknown }

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
    if (this.#exchange.dead) this.#controller.abort()
    return this.#controller.signal
  }

  drain(): void {
    this.#wake?.()
  }
  gone(): void {
    this.#controller?.abort()
    this.#cancel?.('the client went away')
    this.#wake?.()
  }

  send(response: unknown): void {
    if (!(response instanceof Response)) {
      this.#broken(new TypeError('a handler gave something that is no Response'))
      return
    }
    if (this.#exchange.dead) {
      response.body?.cancel().catch(ignore)
      return
    }
    this.#send(response).catch((error: unknown) => this.#broken(error))
  }

  /** 500, without a word of why. */
  fail(): void {
    const { status, headers, body } = answerTo(fail('http/handler-failed'))
    if (this.#exchange.status === undefined) this.#exchange.respond(status, headers, body)
    else this.#exchange.cut()
  }

  #broken(error: unknown): void {
    this.#options.failed(error)
    if (!this.#exchange.dead) this.fail()
  }

  async #send(response: Response): Promise<void> {
    const exchange = this.#exchange
    const { status, body } = response
    const chosen = this.#coding(response)
    const coding = chosen === 'identity' ? undefined : chosen
    const headers = headersOf(response, chosen)
    if (body === null) {
      exchange.respond(status, headers)
      return
    }
    if (exchange.head.method === 'HEAD') {
      await body.cancel()
      exchange.begin(status, headers)
      exchange.end()
      return
    }
    const reader = body.getReader()
    this.#cancel = reason => void reader.cancel(reason).catch(ignore)
    const read = async (): Promise<BodyResult> => (await reader.read()) as BodyResult
    const first = await read()
    const second = first.done ? undefined : read()
    const rest = second === undefined ? undefined : await settledSoon(second)
    if (first.done || rest?.done) {
      await this.#sendWhole(status, headers, first.done ? NOTHING : bytesOf(first.value), coding)
      return
    }
    second!.catch(ignore)
    exchange.begin(status, headers)
    const pieces = this.#pieces(bytesOf((first as { value: unknown }).value), second!, read)
    await this.#pump(coding === undefined ? pieces : this.#coded(pieces, coding.compress()))
  }

  /** A body that was all there: it gets a Content-Length instead of chunks. */
  async #sendWhole(status: number, headers: HeaderList, body: Bytes, coding: Coder | undefined): Promise<void> {
    const exchange = this.#exchange
    if (coding === undefined) {
      if (!exchange.dead) exchange.respond(status, headers, body)
      return
    }
    const coded: Bytes[] = []
    const one = async function* (): AsyncGenerator<Bytes> {
      yield body
    }
    for await (const piece of this.#coded(one(), coding.compress())) coded.push(piece)
    if (exchange.dead) return
    const size = coded.reduce((sum, piece) => sum + piece.length, 0)
    exchange.begin(status, [...headers, ['content-length', `${size}`]])
    for (const piece of coded) exchange.write(piece)
    exchange.end()
  }

  async *#pieces(first: Bytes, second: Promise<BodyResult>, read: () => Promise<BodyResult>): AsyncGenerator<Bytes> {
    yield first
    for (let next = await second; !next.done; next = await read()) yield bytesOf(next.value)
  }

  async *#coded(pieces: AsyncIterable<Bytes>, transform: BodyTransform): AsyncGenerator<Bytes> {
    try {
      for await (const piece of pieces) yield* this.#held(transform.push(piece))
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

  /** The coder for this answer; `identity` where another client would get a coded one, undefined where nobody would. */
  #coding(response: Response): Coder | 'identity' | undefined {
    const { coders } = this.#options
    if (coders.length === 0 || !worthCoding(response)) return undefined
    const offered = coders.map(coder => coder.coding)
    const chosen = chooseCoding(this.#exchange.head.headers.get('accept-encoding'), offered)
    return coders.find(coder => coder.coding === chosen) ?? 'identity'
  }
}

const worthCoding = ({ headers, body, status }: Response): boolean => {
  if (body === null || status === 206 || headers.has('content-encoding') || headers.has('content-range')) return false
  if (/\bno-transform\b/i.test(headers.get('cache-control') ?? '')) return false
  const length = headers.get('content-length')
  if (length !== null && Number(length) < WORTH_CODING) return false
  return isCompressible(headers.get('content-type') ?? undefined)
}

/** The response's fields, and what the coding changes: RFC 9110 8.4, 8.8.3 (another representation, another ETag), 12.5.5. */
const headersOf = (response: Response, coding: Coder | 'identity' | undefined): HeaderList => {
  const coded = coding !== undefined && coding !== 'identity'
  const list: [string, string][] = []
  for (const [name, value] of response.headers) {
    if (OURS.has(name)) {
      if (name === 'connection' && /\bclose\b/i.test(value)) list.push(['connection', 'close'])
    } else if (name === 'vary' && coding !== undefined) list.push([name, `${value}, accept-encoding`])
    else if (coded && name === 'etag' && !value.startsWith('W/')) list.push([name, `W/${value}`])
    else if (!coded || name !== 'content-length') list.push([name, value])
  }
  if (coding !== undefined && !response.headers.has('vary')) list.push(['vary', 'accept-encoding'])
  if (coded) list.push(['content-encoding', coding.coding])
  return list
}

const bytesOf = (value: unknown): Bytes => {
  if (value instanceof Uint8Array) return value
  throw new TypeError('the body of a Response must give Uint8Array')
}

/** What `promise` gives if it settles in the turns of microtasks that an ended stream needs, before any I/O. */
const settledSoon = async <T>(promise: Promise<T>): Promise<T | undefined> => {
  let value: T | undefined
  let settled = false
  promise.then(
    given => {
      value = given
      settled = true
    },
    () => {
      settled = true
    },
  )
  for (let turn = 0; turn < MICROTURNS && !settled; turn++) await undefined
  return value
}
const MICROTURNS = 12

const NOTHING = new Uint8Array(0)

const ignore = (): void => {}
