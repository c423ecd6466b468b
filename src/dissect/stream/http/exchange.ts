/** Requests with their answers, as they come: what is found of each, and when it is over. */
import type { Bytes, Millis } from '../../../engine.ts'
import type { HeaderList } from '../../../http/types.ts'
import type { Range } from '../../../trace/types.ts'
import type { BodyFound, ExchangeFound, HttpMessageFound } from '../types.ts'
import { fieldOf, type SeenHead } from './head.ts'

/** Pieces of one body whose places are kept: a chunk each, at 16 bytes the place. Their bytes are in the trace. */
const MOST_RANGES = 65_536

/** A message that is under way. */
export class MessageBuilt {
  readonly head: SeenHead
  readonly #id: number
  readonly #at: Millis
  readonly #ranges: { start: number; end: number }[] = []
  #length = 0
  #leftOut = false
  #trailers: HeaderList = []
  done = false
  #complete = false
  constructor(head: SeenHead, id: number, at: Millis) {
    this.head = head
    this.#id = id
    this.#at = at
  }
  body(bytes: Bytes, start: number): void {
    this.#length += bytes.length
    const last = this.#ranges.at(-1)
    if (last?.end === start) last.end += bytes.length
    else if (this.#ranges.length < MOST_RANGES) this.#ranges.push({ start, end: start + bytes.length })
    else this.#leftOut = true
  }
  end(trailers: HeaderList, whole: boolean): void {
    this.done = true
    this.#trailers = trailers
    this.#complete = whole
  }
  /** Its end came, and it was none. */
  get cut(): boolean {
    return this.done && !this.#complete
  }
  get found(): HttpMessageFound {
    const { parts, headers } = this.head
    return { head: this.#id, at: this.#at, start: parts, headers, body: this.#body }
  }
  get #body(): BodyFound {
    const { framing, headers } = this.head
    const codings = (fieldOf(headers, 'content-encoding') ?? '').split(',').map(each => each.trim().toLowerCase())
    const ranges: readonly Range[] = this.#ranges
    return {
      framing: framing.kind,
      length: this.#length,
      ranges,
      leftOut: this.#leftOut,
      codings: codings.filter(coding => coding !== '' && coding !== 'identity'),
      complete: this.#complete,
      trailers: this.#trailers,
    }
  }
}

export class Exchange {
  request: MessageBuilt | undefined
  response: MessageBuilt | undefined
  get done(): boolean {
    return this.response?.done === true && this.request?.done !== false
  }
  get method(): string {
    return this.request?.head.parts[0] ?? ''
  }
  found(flow: string): ExchangeFound {
    return { about: 'exchange', flow, request: this.request?.found, response: this.response?.found }
  }
}
