/** A `Response` becomes an answer on the wire: its length, its coding, its body piece by piece. */
import type { Clock } from '../../clock.ts'
import type { Bytes } from '../../engine.ts'
import type { Words } from '../../explain/words.ts'
import { fail } from '../../failures/index.ts'
import { answerTo } from '../../http/answers.ts'
import type { BodyTransform, Coder } from '../../http/coding.ts'
import { chooseCoding, isCompressible } from '../../http/negotiation.ts'
import type { HeaderList } from '../../http/types.ts'
import { joined } from '../../wire/bytes.ts'
import type { AnswerWatcher, Exchange } from './exchange.ts'

export interface AnswerOptions {
  readonly clock: Clock
  /** Best first; none: nothing is compressed. */
  readonly coders: readonly Coder[]
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
    const failure = fail('http/handler-failed')
    const { status, headers, body } = answerTo(failure, { sentence: this.#options.words?.sentence(failure) })
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
    if (body === null) {
      exchange.respond(status, headersOf(response, chosen))
      return
    }
    const reader = body.getReader()
    this.#cancel = reason => void reader.cancel(reason).catch(ignore)
    const read = async (): Promise<BodyResult> => (await reader.read()) as BodyResult
    const pending = read()
    // The length that GET would say is told where it is known at once; what has to be waited for is not read for it.
    if (exchange.head.method === 'HEAD' && (await settledSoon(pending)) === undefined) {
      this.#sendHead(status, headersOf(response, chosen), pending)
      return
    }
    const first = await pending
    const second = first.done ? undefined : read()
    const rest = second === undefined ? undefined : await settledSoon(second)
    if (first.done || rest?.done) {
      await this.#sendWhole(response, first.done ? NOTHING : bytesOf(first.value), chosen)
      return
    }
    if (exchange.head.method === 'HEAD') {
      this.#sendHead(status, headersOf(response, chosen), second!)
      return
    }
    second!.catch(ignore)
    exchange.begin(status, headersOf(response, chosen))
    const pieces = this.#pieces(bytesOf((first as { value: unknown }).value), second!, read)
    await this.#pump(coderOf(chosen) === undefined ? pieces : this.#coded(pieces, coderOf(chosen)!.compress()))
  }

  /** The head alone; the body is left where it is. */
  #sendHead(status: number, headers: HeaderList, pending: Promise<BodyResult>): void {
    pending.catch(ignore)
    this.#cancel?.('HEAD wants no body')
    this.#exchange.begin(status, headers)
    this.#exchange.end()
  }

  /** A body that was all there: it gets a Content-Length instead of chunks, and goes out with its head if it is small. */
  async #sendWhole(response: Response, body: Bytes, chosen: Coding): Promise<void> {
    const exchange = this.#exchange
    const coding = body.length < WORTH_CODING ? undefined : chosen
    const headers = headersOf(response, coding)
    const coder = coderOf(coding)
    const whole = coder === undefined ? body : await this.#codedWhole(body, coder)
    if (exchange.dead) return
    if (whole.length <= AT_ONCE || exchange.head.method === 'HEAD') {
      exchange.respond(response.status, headers, whole)
      return
    }
    const length: HeaderList = [['content-length', `${whole.length}`]]
    exchange.begin(
      response.status,
      headers.some(([name]) => name === 'content-length') ? headers : [...headers, ...length],
    )
    await this.#pump(slices(whole))
  }

  async #codedWhole(body: Bytes, coder: Coder): Promise<Bytes> {
    const coded: Bytes[] = []
    for await (const piece of this.#coded(slices(body), coder.compress())) coded.push(piece)
    return joined(coded)
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

  #coding(response: Response): Coding {
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
const headersOf = (response: Response, coding: Coding): HeaderList => {
  const coded = coding !== undefined && coding !== 'identity'
  const list: [string, string][] = []
  for (const [name, value] of response.headers) {
    if (OURS.has(name)) {
      if (name === 'connection' && /\bclose\b/i.test(value)) list.push(['connection', 'close'])
    } else if (name === 'content-length' && response.status === 204) {
      // RFC 9110 8.6: it must not be sent; answers that are passed on may have one all the same.
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

async function* slices(bytes: Bytes): AsyncGenerator<Bytes> {
  for (let at = 0; at < bytes.length; at += AT_ONCE) yield bytes.subarray(at, at + AT_ONCE)
}

const ignore = (): void => {}
