/**
 * A `Response` whose body is a string or bytes and stays what it is until somebody wants a stream: one of the platform
 * makes a stream at once, which costs more than all the rest of an answer.
 */
import type { Bytes } from '../../engine.ts'
import type { HeaderList } from '../../http/types.ts'
import { standIn } from './stand-in.ts'

/** That of the platform, also where a program has put ours in its place. */
const Real = Response

type Body = ConstructorParameters<typeof Response>[0]
type Init = NonNullable<ConstructorParameters<typeof Response>[1]>

/** A whole answer, as far as nobody has looked into it. */
export interface Whole {
  readonly status: number
  readonly statusText: string
  /** Names in small letters. */
  readonly headers: HeaderList
  readonly body: Bytes
}

const utf8 = new TextEncoder()
const NOTHING = new Uint8Array(0)

/** Fetch standard, 6.4: a `Response` with one of these has no body. */
const NO_BODY = new Set([101, 204, 205, 304])

class LightResponse {
  readonly #body: string | Uint8Array
  readonly #init: Init
  #real: Response | undefined

  constructor(body?: Body, init: Init = {}) {
    passForReal()
    this.#init = init
    const { status = 200, headers } = init
    const plain = typeof body === 'string' || body instanceof Uint8Array
    const usual = Number.isInteger(status) && status >= 200 && status <= 599 && !NO_BODY.has(status)
    const listed = headers === undefined || Object.getPrototypeOf(headers) === Object.prototype
    this.#body = plain ? body : NOTHING
    // Whatever has rules of its own is a real one from the beginning.
    if (!plain || !usual || !listed) this.#real = new Real(body, init)
  }

  get status(): number {
    return this.#real?.status ?? this.#init.status ?? 200
  }
  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }

  static real(one: LightResponse): Response {
    return (one.#real ??= new Real(one.#body as string, one.#init))
  }

  static whole(one: LightResponse): Whole | undefined {
    if (one.#real !== undefined) return undefined
    const headers: [string, string][] = []
    let typed = false
    for (const [name, value] of Object.entries((one.#init.headers ?? {}) as Record<string, string>)) {
      const lower = name.toLowerCase()
      typed ||= lower === 'content-type'
      headers.push([lower, `${value}`.trim()])
    }
    const isText = typeof one.#body === 'string'
    if (isText && !typed) headers.push(['content-type', 'text/plain;charset=UTF-8'])
    const body = isText ? utf8.encode(one.#body as string) : (one.#body as Uint8Array)
    return { status: one.#init.status ?? 200, statusText: one.#init.statusText ?? '', headers, body }
  }

  static [Symbol.hasInstance](one: unknown): boolean {
    return one instanceof Real
  }
  static isLight(one: object): one is LightResponse {
    return #body in one
  }

  static json(value: unknown, init: Init = {}): Response {
    const text = JSON.stringify(value)
    if (text === undefined || init.headers !== undefined) return Real.json(value, init)
    return new FastResponse(text, { ...init, headers: { 'content-type': 'application/json' } })
  }
  static error(): Response {
    return Real.error()
  }
  static redirect(...to: Parameters<typeof Real.redirect>): Response {
    return Real.redirect(...to)
  }
}

let passes = false
const passForReal = (): void => {
  if (passes) return
  passes = true
  standIn(LightResponse.prototype, new Real(), one => LightResponse.real(one as LightResponse))
}

/**
 * `Response`, quicker for strings and bytes, and one in every respect (`instanceof Response` too). Use it by its name, or
 * for code that is not yours: `globalThis.Response = FastResponse`.
 */
export const FastResponse = LightResponse as unknown as typeof Response

/** What `response` is made of, if it is one of these and nobody has looked into it. */
export const wholeOf = (response: object): Whole | undefined =>
  LightResponse.isLight(response) ? LightResponse.whole(response) : undefined
