/**
 * A `Response` whose body is a string or bytes and stays what it is until somebody wants a stream: one of the platform
 * makes a stream at once, which costs more than all the rest of an answer.
 */
import type { Bytes } from '../../engine.ts'
import { smallText } from '../../http/connection/slab.ts'
import { allOf, isToken, VALUE } from '../../http/message/grammar.ts'
import type { HeaderList } from '../../http/types.ts'
import { standIn } from './stand-in.ts'

/** Those of the platform, also where a program has put ours in their place. */
const Real = Response
const RealHeaders = Headers

type Body = ConstructorParameters<typeof Response>[0]
type Init = NonNullable<ConstructorParameters<typeof Response>[1]>

/** A whole answer, as far as nobody has looked into its body. */
export interface Whole {
  readonly status: number
  readonly statusText: string
  /** Names in small letters. */
  readonly headers: HeaderList
  /** Undefined where there is none, which is not the same as an empty one. */
  readonly body: Bytes | undefined
}

const NO_FIELDS: HeaderList = []
const TEXT: readonly [string, string] = ['content-type', 'text/plain;charset=UTF-8']

/** Fetch standard, 6.4: a `Response` with one of these has no body. */
const NO_BODY = new Set([101, 204, 205, 304])

class LightResponse {
  readonly #body: string | Uint8Array | null = null
  readonly #status: number = 200
  readonly #statusText: string = ''
  /** As they were when it was made. */
  readonly #fields: HeaderList = NO_FIELDS
  /** The same for whoever asked, and may have changed them. */
  #headers: Headers | undefined
  #real: Response | undefined

  constructor(body?: Body, init?: Init | null) {
    passForReal()
    // Whatever has rules of its own is a real one from the beginning.
    if (body !== undefined && body !== null && typeof body !== 'string' && !isPlainBytes(body)) {
      this.#real = new Real(body, init ?? undefined)
      return
    }
    this.#body = typeof body === 'string' || body === undefined || body === null ? (body ?? null) : body.slice()
    if (init === undefined || init === null) {
      if (typeof body === 'string') this.#fields = [TEXT]
      return
    }
    const { status = 200, statusText = '', headers } = init
    const usual = Number.isInteger(status) && status >= 200 && status <= 599
    const fits = this.#body === null || !NO_BODY.has(status)
    if (!usual || !fits || typeof statusText !== 'string' || !allOf(statusText, VALUE)) {
      this.#real = new Real(body, { status, statusText, ...(headers === undefined ? {} : { headers }) })
      return
    }
    this.#status = status
    this.#statusText = statusText
    this.#fields = fieldsOf(headers, typeof body === 'string')
  }

  get status(): number {
    return this.#real?.status ?? this.#status
  }
  get statusText(): string {
    return this.#real?.statusText ?? this.#statusText
  }
  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }
  get headers(): Headers {
    return (this.#headers ??= this.#real?.headers ?? new RealHeaders(this.#fields as [string, string][]))
  }
  get body(): ReadableStream<Uint8Array> | null {
    return this.#real === undefined && this.#body === null ? null : LightResponse.real(this).body
  }
  get bodyUsed(): boolean {
    return this.#real?.bodyUsed ?? false
  }
  get type(): Response['type'] {
    return this.#real?.type ?? 'default'
  }
  get url(): string {
    return this.#real?.url ?? ''
  }
  get redirected(): boolean {
    return this.#real?.redirected ?? false
  }

  static real(one: LightResponse): Response {
    const headers = one.#headers
    const fields = one.#fields as [string, string][]
    const init = { status: one.#status, statusText: one.#statusText, headers: fields }
    const real = (one.#real ??= new Real(one.#body as string | null, init))
    // Whoever asked for the headers goes on changing those.
    if (headers !== undefined && headers !== real.headers) copyInto(real.headers, headers)
    return real
  }

  static whole(one: LightResponse): Whole | undefined {
    if (one.#real !== undefined) return undefined
    const body = one.#body
    return {
      status: one.#status,
      statusText: one.#statusText,
      headers: one.#headers === undefined ? one.#fields : [...one.#headers],
      body: typeof body === 'string' ? smallText(body) : (body ?? undefined),
    }
  }

  /** Of the class that stands for `Response`; those derived from it know their own. */
  static readonly [Symbol.hasInstance] = function (this: unknown, one: unknown): boolean {
    return this === LightResponse
      ? one instanceof Real
      : Function.prototype[Symbol.hasInstance].call(this as never, one)
  }
  static isLight(one: object): one is LightResponse {
    return #body in one
  }

  static json(value: unknown, init?: Init): Response {
    const text = JSON.stringify(value)
    // What JSON cannot say is refused as the platform refuses it.
    if (text === undefined) return Real.json(value, init)
    if (init === undefined || init === null) return new FastResponse(text, { headers: JSON_TYPE })
    const { status = 200, statusText = '', headers: given } = init
    const headers = new RealHeaders(given)
    if (!headers.has('content-type')) headers.set('content-type', JSON_TYPE['content-type'])
    return new FastResponse(text, { status, statusText, headers })
  }
  static error(): Response {
    return Real.error()
  }
  static redirect(...to: Parameters<typeof Real.redirect>): Response {
    return Real.redirect(...to)
  }
}

const JSON_TYPE = { 'content-type': 'application/json' }

/** What the platform copies too: bytes that belong to the caller, who may change them. */
const isPlainBytes = (body: NonNullable<Body>): body is Uint8Array<ArrayBuffer> =>
  body instanceof Uint8Array && body.buffer instanceof ArrayBuffer

/** The fields as they are now; throws what the platform throws for those that no message may have. */
const fieldsOf = (headers: Init['headers'] | undefined, isText: boolean): HeaderList => {
  if (headers === undefined) return isText ? [TEXT] : NO_FIELDS
  const list = isPlainRecord(headers) ? (plainFields(headers) ?? platformFields(headers)) : platformFields(headers)
  if (isText && !list.some(([name]) => name === 'content-type')) list.push(TEXT)
  return list
}

const isPlainRecord = (headers: NonNullable<Init['headers']>): headers is Record<string, string> =>
  Object.getPrototypeOf(headers) === Object.prototype

const platformFields = (headers: NonNullable<Init['headers']>): (readonly [string, string])[] => [
  ...(headers instanceof RealHeaders ? headers : new RealHeaders(headers)),
]

/** Undefined for whatever is not plain: names that are the same in small letters, white space around a value. */
const plainFields = (headers: Record<string, string>): (readonly [string, string])[] | undefined => {
  const list: (readonly [string, string])[] = []
  if (Object.getOwnPropertySymbols(headers).length > 0) return undefined
  for (const name of Object.keys(headers)) {
    const value: unknown = headers[name]
    const lower = name.toLowerCase()
    if (!isToken(name) || !isPlainValue(value) || list.some(([there]) => there === lower)) return undefined
    list.push([lower, value])
  }
  return list
}

const isPlainValue = (value: unknown): value is string =>
  typeof value === 'string' && allOf(value, VALUE) && value.trim() === value

const copyInto = (to: Headers, from: Headers): void => {
  for (const name of [...to.keys()]) to.delete(name)
  for (const [name, value] of from) to.append(name, value)
}

let passes = false
const passForReal = (): void => {
  if (passes) return
  passes = true
  standIn(LightResponse.prototype, new Real(), one => LightResponse.real(one as LightResponse))
  Object.defineProperty(LightResponse, 'name', { value: 'Response' })
}

/**
 * `Response`, quicker for strings and bytes, and one in every respect (`instanceof Response` too). Use it by its name, or
 * for code that is not yours: `globalThis.Response = FastResponse`, which `serve` does by itself on Node.
 */
export const FastResponse = LightResponse as unknown as typeof Response

/** What `response` is made of, if it is one of these and nobody has looked into its body. */
export const wholeOf = (response: object): Whole | undefined =>
  LightResponse.isLight(response) ? LightResponse.whole(response) : undefined

/** A `Response`, whoever's. */
export const isResponse = (one: unknown): one is Response => one instanceof Real
