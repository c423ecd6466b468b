/**
 * An answer as a `Response` whose parts are made when somebody asks for them: most programs look at the status and a few
 * fields and read the body whole, and a `Response` of the platform with a stream in it costs as much as all the rest of a
 * request. Whatever is not cheap is left to a real one, made at that moment of the same parts.
 */
import type { Bytes } from '../../engine.ts'
import { FailureError } from '../../failures/index.ts'
import { joined } from '../../wire/bytes.ts'
import { branches } from '../branches.ts'
import { adopt, receivedHeaders } from '../received-headers.ts'
import { copyFields, standIn, takesStandIns } from '../stand-in.ts'
import type { ConnectionInfo } from '../stream/types.ts'
import { toldByFetch } from '../told.ts'
import { dropped, piecesOf, streamOf } from './answer-body.ts'
import { type FetchResponse, Real, type ResponseOptions, realResponse } from './real-response.ts'
import type { Answer } from './seam.ts'

/** What a response is made of, and what was made of it so far. */
interface State {
  readonly answer: Answer
  readonly options: ResponseOptions
  readonly bodiless: boolean
  headers: Headers | undefined
  real: FetchResponse | undefined
  /** The body was read without a stream. */
  used: boolean
}

/** A property and no private field, so that it is found through a `Proxy` too, as what the platform keeps is. */
const STATE: unique symbol = Symbol('response')

class ReceivedResponse {
  readonly [STATE]: State

  constructor(answer: Answer, options: ResponseOptions, bodiless: boolean) {
    this[STATE] = { answer, options, bodiless, headers: undefined, real: undefined, used: false }
  }

  get status(): number {
    return this[STATE].answer.head.status
  }
  get statusText(): string {
    return this[STATE].answer.head.reason
  }
  get ok(): boolean {
    return this.status >= 200 && this.status < 300
  }
  get url(): string {
    return this[STATE].options.url
  }
  get redirected(): boolean {
    return this[STATE].options.redirected
  }
  /** A program asks for itself: nothing is of another origin (fetch standard, 2.2.6). */
  get type(): 'basic' {
    return 'basic'
  }
  get connection(): ConnectionInfo {
    return this[STATE].answer.connection
  }
  get headers(): Headers {
    const state = this[STATE]
    return (state.headers ??= state.real?.headers ?? receivedHeaders(state.answer.head.headers))
  }
  get trailers(): Headers {
    return new Headers(this[STATE].answer.pieces.trailers as [string, string][])
  }
  get body(): ReadableStream<Uint8Array> | null {
    const state = this[STATE]
    return state.bodiless ? null : realOf(state).body
  }
  get bodyUsed(): boolean {
    const { used, real } = this[STATE]
    return used || real?.bodyUsed === true
  }
  /** Of both the one that falls too far behind the other fails with `net/clone-behind`. */
  clone(): FetchResponse {
    const state = this[STATE]
    const real = realOf(state)
    if (real.body === null || real.bodyUsed || real.body.locked) return real.clone() as FetchResponse
    const { answer, options, bodiless } = state
    const [own, other] = branches(real.body, failure =>
      toldByFetch(new FailureError(failure), options.words, options.context()),
    )
    const clone = new ReceivedResponse(answer, options, bodiless)
    clone[STATE].real = withBody(state, real, other)
    state.real = withBody(state, real, own)
    return clone as unknown as FetchResponse
  }
  async arrayBuffer(): Promise<ArrayBuffer> {
    const pieces = await unstreamed(this[STATE])
    // A buffer of its own: pieces may lie among others, and be looked at by others.
    return pieces === undefined ? realOf(this[STATE]).arrayBuffer() : (joined(pieces).buffer as ArrayBuffer)
  }
  async text(): Promise<string> {
    const pieces = await unstreamed(this[STATE])
    return pieces === undefined
      ? realOf(this[STATE]).text()
      : utf8.decode(pieces.length === 1 ? pieces[0] : joined(pieces))
  }
  async json(): Promise<unknown> {
    return JSON.parse(await this.text())
  }
}

const utf8 = new TextDecoder()
const NOTHING = new Uint8Array(0)
const NO_PIECES = Promise.resolve<readonly Bytes[]>([])
const ignore = (): void => {}

/** For everything else. */
const realOf = (state: State): FetchResponse => {
  const { answer, options, bodiless, used, headers } = state
  if (state.real === undefined) {
    dropped.unregister(answer.pieces)
    const body: ReadableStream<Uint8Array> | Bytes | null = bodiless ? null : used ? NOTHING : streamOf(answer, options)
    state.real = realResponse(answer, options, body)
    // What was read already is as gone as if it had been read there: its reader is never released.
    if (used) state.real.body?.getReader().cancel().catch(ignore)
  }
  if (headers !== undefined && headers !== state.real.headers) adopt(headers, state.real.headers)
  return state.real
}

const withBody = ({ answer, options }: State, from: Response, body: ReadableStream<Uint8Array>): FetchResponse => {
  const response = realResponse(answer, options, body)
  copyFields(from.headers, response.headers)
  return response
}

/** The whole body, unless a stream of it was given away. */
const unstreamed = (state: State): Promise<readonly Bytes[]> | undefined => {
  if (state.real !== undefined || state.used) return undefined
  if (state.bodiless) return NO_PIECES
  state.used = true
  const { answer, options } = state
  dropped.unregister(answer.pieces)
  return piecesOf(answer, options)
}

let taken: boolean | undefined

/** The platform is asked once, before the first answer. */
const mayBeLazy = (quick: boolean | undefined): boolean => {
  if (taken === undefined) {
    const model = new Real('x')
    taken = takesStandIns(model, one => Real.prototype.clone.call(one))
    standIn(ReceivedResponse.prototype, model, one => realOf((one as ReceivedResponse)[STATE]))
  }
  return quick ?? taken
}

/** Undefined where one of the platform is wanted. */
export const receivedResponse = (
  answer: Answer,
  options: ResponseOptions,
  bodiless: boolean,
): FetchResponse | undefined => {
  if (!mayBeLazy(options.quick)) return undefined
  const response = new ReceivedResponse(answer, options, bodiless) as unknown as FetchResponse
  // What has come whole keeps no connection from others.
  if (answer.pieces.complete !== true) dropped.register(response, answer.pieces, answer.pieces)
  return response
}
