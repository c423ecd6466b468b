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
}

export class ReceivedRequest implements RequestHead {
  readonly type = 'request'
  readonly method: string
  readonly version: '1.0' | '1.1'
  readonly framing: BodyFraming
  readonly expectsContinue: boolean
  readonly upgrade: readonly string[]
  readonly #parts: RequestParts
  #headers: LazyHeaders | undefined
  #target: string | undefined

  constructor(parts: RequestParts) {
    this.method = parts.method
    this.version = parts.version
    this.framing = parts.framing
    this.expectsContinue = parts.expectsContinue
    this.upgrade = parts.upgrade
    this.#parts = parts
  }
  get headers(): LazyHeaders {
    return (this.#headers ??= new ReceivedFields(this.#parts.bytes, this.#parts.offsets))
  }
  get target(): string {
    const { bytes, targetStart, targetEnd } = this.#parts
    return (this.#target ??= latin1Text(bytes, targetStart, targetEnd))
  }
  get authority(): string {
    const { bytes, host, hostEnd } = this.#parts
    if (this.#isOrigin) return latin1Text(bytes, host, hostEnd)
    return targetOf(this.method, this.target)?.authority ?? latin1Text(bytes, host, hostEnd)
  }
  get path(): string {
    if (this.#isOrigin) return this.target
    return targetOf(this.method, this.target)?.path ?? '/'
  }
  /** RFC 9112 3.2.1: origin-form, as nearly all are; its target is the path. */
  get #isOrigin(): boolean {
    return this.#parts.bytes[this.#parts.targetStart] === SLASH
  }
}

export class ReceivedResponse implements ResponseHead {
  readonly type = 'response'
  readonly status: number
  readonly version: '1.0' | '1.1'
  readonly headers: LazyHeaders
  readonly framing: BodyFraming
  readonly #bytes: Bytes
  readonly #reason: readonly [start: number, end: number]

  constructor(
    bytes: Bytes,
    offsets: readonly number[],
    about: { status: number; version: '1.0' | '1.1'; reason: readonly [number, number]; framing: BodyFraming },
  ) {
    this.status = about.status
    this.version = about.version
    this.headers = new ReceivedFields(bytes, offsets)
    this.framing = about.framing
    this.#bytes = bytes
    this.#reason = about.reason
  }
  get reason(): string {
    return latin1Text(this.#bytes, this.#reason[0], this.#reason[1])
  }
}
