/**
 * A `Response` whose body is a string or bytes and stays what it is until somebody wants a stream: one of the platform
 * makes a stream at once, which costs more than all the rest of an answer.
 */
import type { Bytes } from '../../engine.ts'
import { allOf, isToken, VALUE } from '../../http/message/grammar.ts'
import type { HeaderList } from '../../http/types.ts'
import { smallText } from '../../wire/slab.ts'
import { copyFields, standIn } from '../stand-in.ts'

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

const NO_INIT: Init = {}

const NO_FIELDS: HeaderList = []
const TEXT: readonly [string, string] = ['content-type', 'text/plain;charset=UTF-8']

/** Fetch standard, 6.4: a `Response` with one of these has no body. */
const NO_BODY = new Set([101, 204, 205, 304])

/** What a quick response was made of, and what was made of it so far. */
interface State extends Omit<Whole, 'body'> {
  readonly body: string | Bytes | undefined
  /** Of the fields, for whoever asked, and may have changed them. */
  handed: Headers | undefined
  real: Response | undefined
}

/** A property and no private field, so that it is found through a `Proxy` too, as what the platform keeps is. */
const STATE: unique symbol = Symbol('response')

const stateOf = (body: Body | undefined, init: Init | null | undefined): State => {
  const own = body ?? undefined
  // Whatever has rules of its own is a real one from the beginning.
  if (own !== undefined && typeof own !== 'string' && !isPlainBytes(own))
    return ofReal(new Real(own, init ?? undefined))
  const isText = typeof own === 'string'
  const whole = isText || own === undefined ? own : own.slice()
  const { status = 200, statusText = '', headers } = init ?? NO_INIT
  const usual = Number.isInteger(status) && status >= 200 && status <= 599
  const fits = own === undefined || !NO_BODY.has(status)
  if (!usual || !fits || typeof statusText !== 'string' || !allOf(statusText, VALUE))
    return ofReal(new Real(own, { status, statusText, ...(headers === undefined ? {} : { headers }) }))
  return { status, statusText, headers: fieldsOf(headers, isText), body: whole, handed: undefined, real: undefined }
}

const ofReal = (real: Response): State => ({
  status: real.status,
  statusText: real.statusText,
  headers: NO_FIELDS,
  body: undefined,
  handed: undefined,
  real,
})

const realOf = (state: State): Response => {
  const { status, statusText, headers, handed } = state
  const init = { status, statusText, headers: headers as [string, string][] }
  const real = (state.real ??= new Real((state.body ?? null) as string | null, init))
  // Whoever asked for the headers goes on changing those.
  if (handed !== undefined && handed !== real.headers) copyFields(handed, real.headers)
  return real
}

class LightResponse {
  readonly [STATE]: State

  constructor(body?: Body, init?: Init | null) {
    passForReal()
    this[STATE] = stateOf(body, init)
  }

  get status(): number {
    return this[STATE].status
  }
  get statusText(): string {
    return this[STATE].statusText
  }
  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }
  get headers(): Headers {
    const state = this[STATE]
    return (state.handed ??= state.real?.headers ?? new RealHeaders(state.headers as [string, string][]))
  }
  get body(): ReadableStream<Uint8Array> | null {
    const state = this[STATE]
    return state.real === undefined && state.body === undefined ? null : realOf(state).body
  }
  get bodyUsed(): boolean {
    return this[STATE].real?.bodyUsed ?? false
  }
  get type(): Response['type'] {
    return this[STATE].real?.type ?? 'default'
  }
  get url(): string {
    return this[STATE].real?.url ?? ''
  }
  get redirected(): boolean {
    return this[STATE].real?.redirected ?? false
  }

  /** Of the class that stands for `Response`; those derived from it know their own. */
  static readonly [Symbol.hasInstance] = function (this: unknown, one: unknown): boolean {
    return this === LightResponse
      ? one instanceof Real
      : Function.prototype[Symbol.hasInstance].call(this as never, one)
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

let passes = false
const passForReal = (): void => {
  if (passes) return
  passes = true
  // Methods that are taken off the class are called on what others made too: `fetch` of the platform, and ours.
  standIn(LightResponse.prototype, new Real(), one => realOf((one as LightResponse)[STATE]))
  Object.defineProperty(LightResponse, 'name', { value: 'Response' })
}

/**
 * `Response`, quicker for strings and bytes, and one in every respect (`instanceof Response` too). Use it by its name, or
 * for code that is not yours: `globalThis.Response = FastResponse`, which `serve` does by itself on Node.
 */
export const FastResponse = LightResponse as unknown as typeof Response

/** What `response` is made of, if it is one of these and nobody has looked into its body. */
export const wholeOf = (response: object): Whole | undefined => {
  const state = STATE in response ? (response as LightResponse)[STATE] : undefined
  if (state === undefined || state.real !== undefined) return undefined
  const { status, statusText, headers, body } = state
  // Whoever gave it other headers means those: `withHeaders` does.
  const shown = Object.hasOwn(response, 'headers') ? (response as Response).headers : state.handed
  return {
    status,
    statusText,
    headers: shown === undefined ? headers : [...shown],
    body: typeof body === 'string' ? smallText(body) : body,
  }
}

/** A `Response` of the platform's or of ours. */
export const isResponse = (one: unknown): one is Response => one instanceof Real

/** One of a library that brings its own (`@whatwg-node/fetch`), or of another realm: it says that it is one, and is like one. */
export const isLikeResponse = (one: unknown): one is Response => {
  if (Object.prototype.toString.call(one) !== '[object Response]') return false
  const { status, headers, body } = one as Partial<Response>
  if (!Number.isInteger(status) || status! < 200 || status! > 599) return false
  if (typeof headers?.get !== 'function' || !(Symbol.iterator in headers)) return false
  return body === null || typeof body?.getReader === 'function'
}
