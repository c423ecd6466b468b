/** Received heads: views of their own bytes, strings made when read. */
import type { Bytes } from '../../engine.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { BodyFraming, LazyHeaders, RequestHead, ResponseHead } from '../types.ts'
import { ReceivedFields } from './fields.ts'
import { targetOf } from './framing.ts'

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
  readonly headers: LazyHeaders
  readonly framing: BodyFraming
  readonly expectsContinue: boolean
  readonly upgrade: readonly string[]
  readonly #parts: RequestParts
  #target: string | undefined

  constructor(parts: RequestParts) {
    this.method = parts.method
    this.version = parts.version
    this.headers = new ReceivedFields(parts.bytes, parts.offsets)
    this.framing = parts.framing
    this.expectsContinue = parts.expectsContinue
    this.upgrade = parts.upgrade
    this.#parts = parts
  }
  get target(): string {
    const { bytes, targetStart, targetEnd } = this.#parts
    return (this.#target ??= latin1Text(bytes, targetStart, targetEnd))
  }
  get authority(): string {
    const { bytes, host, hostEnd } = this.#parts
    return targetOf(this.method, this.target)?.authority ?? latin1Text(bytes, host, hostEnd)
  }
  get path(): string {
    return targetOf(this.method, this.target)?.path ?? '/'
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
