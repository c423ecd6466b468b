/** Received heads: views of their own bytes, strings made when read. */
import type { Bytes } from '../../engine.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { BodyFraming, LazyHeaders, RequestHead, ResponseHead } from '../types.ts'
import { ReceivedFields } from './fields.ts'
import { targetOf } from './framing.ts'

const SLASH = 0x2f

/** What the reader knows about a request when its head is complete; offsets are into `bytes`. */
export interface RequestParts {
  readonly bytes: Bytes
  readonly offsets: readonly number[]
  readonly method: string
  readonly targetStart: number
  readonly targetEnd: number
  readonly version: '1.0' | '1.1'
  /** The value of Host; nothing when there is none. */
  readonly host: number
  readonly hostEnd: number
  readonly framing: BodyFraming
  readonly expectsContinue: boolean
  readonly upgrade: readonly string[]
  readonly persists: boolean
}

export class ReceivedRequest implements RequestHead {
  readonly type = 'request'
  readonly method: string
  readonly version: '1.0' | '1.1'
  readonly framing: BodyFraming
  readonly expectsContinue: boolean
  readonly upgrade: readonly string[]
  /** RFC 9112 9.3: it lets the connection go on. */
  readonly persists: boolean
  readonly #bytes: Bytes
  readonly #offsets: readonly number[]
  readonly #targetStart: number
  readonly #targetEnd: number
  readonly #host: number
  readonly #hostEnd: number
  #headers: LazyHeaders | undefined
  #target: string | undefined

  constructor(parts: RequestParts) {
    this.method = parts.method
    this.version = parts.version
    this.framing = parts.framing
    this.expectsContinue = parts.expectsContinue
    this.upgrade = parts.upgrade
    this.persists = parts.persists
    this.#bytes = parts.bytes
    this.#offsets = parts.offsets
    this.#targetStart = parts.targetStart
    this.#targetEnd = parts.targetEnd
    this.#host = parts.host
    this.#hostEnd = parts.hostEnd
  }
  get headers(): LazyHeaders {
    return (this.#headers ??= new ReceivedFields(this.#bytes, this.#offsets))
  }
  get target(): string {
    return (this.#target ??= latin1Text(this.#bytes, this.#targetStart, this.#targetEnd))
  }
  get authority(): string {
    if (this.#isOrigin) return this.#hostText
    return targetOf(this.method, this.target)?.authority ?? this.#hostText
  }
  get path(): string {
    if (this.#isOrigin) return this.target
    return targetOf(this.method, this.target)?.path ?? '/'
  }
  get #hostText(): string {
    return latin1Text(this.#bytes, this.#host, this.#hostEnd)
  }
  /** RFC 9112 3.2.1: origin-form, as nearly all are; its target is the path. */
  get #isOrigin(): boolean {
    return this.#bytes[this.#targetStart] === SLASH
  }
}

export class ReceivedResponse implements ResponseHead {
  readonly type = 'response'
  readonly status: number
  readonly version: '1.0' | '1.1'
  readonly headers: LazyHeaders
  readonly framing: BodyFraming
  readonly persists: boolean
  readonly #bytes: Bytes
  readonly #reason: readonly [start: number, end: number]

  constructor(
    bytes: Bytes,
    offsets: readonly number[],
    about: {
      readonly status: number
      readonly version: '1.0' | '1.1'
      readonly reason: readonly [number, number]
      readonly framing: BodyFraming
      readonly persists: boolean
    },
  ) {
    this.status = about.status
    this.version = about.version
    this.headers = new ReceivedFields(bytes, offsets)
    this.framing = about.framing
    this.persists = about.persists
    this.#bytes = bytes
    this.#reason = about.reason
  }
  get reason(): string {
    return latin1Text(this.#bytes, this.#reason[0], this.#reason[1])
  }
}
