/**
 * The parts of a multipart body (RFC 2046 5.1) as they come, torn anywhere. What of them is content is handed on as views of
 * what came, so nothing is held but a head or a delimiter that is not complete. Strict as the rest of HTTP: what two readers
 * may understand differently is refused, so that no guard in front of a program sees another form than it.
 */
import type { Bytes } from '../../engine.ts'
import { type Failure, fail } from '../../failures/index.ts'
import { joined, latin1Bytes, latin1Text } from '../../wire/bytes.ts'
import { isToken, trimmed } from '../message/grammar.ts'
import type { HeaderList } from '../message/header-list.ts'
import { parseMediaType } from '../semantics/parameters.ts'

export interface MultipartLimits {
  readonly parts: number
  readonly head: number
  readonly fields: number
  readonly preamble: number
}

export const multipartLimits: MultipartLimits = {
  /** Parts of one body: each costs its reader some objects, however small it is. Django, Go and Werkzeug have 1000. */
  parts: 1000,
  /** Octets of the head of a part. Two or three fields: a file name of 4096, percent-encoded by some, fits in. */
  head: 16_384,
  /** Fields of the head of a part. RFC 7578 4.8 knows three. */
  fields: 16,
  /** Octets before the first part. Browsers write none, and mail programs one sentence. */
  preamble: 4096,
}

export type MultipartEvent =
  /** A part begins. Its fields as they came, UTF-8 in them read as such. */
  | { readonly type: 'part'; readonly headers: HeaderList }
  /** Content of it. Keep a copy, not the view. */
  | { readonly type: 'body'; readonly bytes: Bytes }
  | { readonly type: 'part-end' }
  /** The last part is over. What stands behind it says nothing. */
  | { readonly type: 'end' }
  | { readonly type: 'failure'; readonly failure: Failure }

/** RFC 2046 5.1.1: 1 to 70 characters, the last of them no space. */
const BOUNDARY = /^[\w'()+,./:=? -]{0,69}[\w'()+,./:=?-]$/

/** The boundary that a Content-Type has; `http/unsupported-media-type` and `http/bad-boundary`. */
export const boundaryIn = (contentType: string, type = 'multipart/form-data'): string | Failure => {
  const read = parseMediaType(contentType)
  const family = type.endsWith('/*') ? type.slice(0, -1) : undefined
  if (read === undefined || (family === undefined ? read.type !== type : !read.type.startsWith(family)))
    return fail('http/unsupported-media-type', { got: contentType.slice(0, 80), expected: type })
  const boundary = read.parameters.find(({ name }) => name === 'boundary')?.value
  if (boundary === undefined) return fail('http/bad-boundary', { got: 'no boundary in Content-Type' })
  return BOUNDARY.test(boundary) ? boundary : fail('http/bad-boundary', { got: JSON.stringify(boundary.slice(0, 80)) })
}

type State = 'preamble' | 'delimiter' | 'closing' | 'head' | 'content' | 'end' | 'failed'

const CRLF = latin1Bytes('\r\n')
const [LF, CR, DASH] = [0x0a, 0x0d, 0x2d]
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const NO_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/

export class MultipartReader {
  readonly #limits: MultipartLimits
  /** CRLF, two dashes, the boundary. */
  readonly #delimiter: Bytes
  readonly #skips: Uint8Array
  #state: State = 'preamble'
  /** What came and may be the beginning of a delimiter. One may begin where content does: as if a CRLF were before it. */
  #held: Bytes = CRLF
  /** Octets of `#held` that never came. */
  #imagined = CRLF.length
  #before = 0
  #line: Bytes = new Uint8Array(0)
  #filled = 0
  #headSize = 0
  #fields: (readonly [string, string])[] = []
  #parts = 0
  readonly #events: MultipartEvent[] = []
  #next = 0

  /** `boundary` as `boundaryIn` gives it. */
  constructor(boundary: string, limits: Partial<MultipartLimits> = {}) {
    this.#limits = { ...multipartLimits, ...limits }
    this.#delimiter = latin1Bytes(`\r\n--${boundary}`)
    this.#skips = skipsOf(this.#delimiter)
  }

  /** The next octets of the body, or its end. Poll all events before they are used for something else. */
  receive(bytes: Bytes | 'end'): void {
    if (bytes === 'end') {
      // Some senders leave out the last line break.
      if (this.#state === 'closing') this.#told(this.#padding(this.#line.subarray(0, this.#filled)))
      else if (this.#state !== 'end' && this.#state !== 'failed')
        this.#fail(fail('http/multipart-cut-short', { got: PLACES[this.#state], number: this.#parts }))
      return
    }
    let at = 0
    while (at < bytes.length && this.#state !== 'end' && this.#state !== 'failed') {
      if (this.#state === 'preamble' || this.#state === 'content') at = this.#content(bytes, at)
      else at = this.#inLine(bytes, at)
    }
  }

  pollEvent(): MultipartEvent | undefined {
    const event = this.#events[this.#next++]
    if (event === undefined) {
      this.#events.length = 0
      this.#next = 0
    }
    return event
  }

  /** Content up to a delimiter, or to what may be the beginning of one. */
  #content(bytes: Bytes, at: number): number {
    const rest = bytes.subarray(at)
    const held = this.#held.length
    const near = held === 0 ? rest : joined([this.#held, rest.subarray(0, this.#delimiter.length - 1)])
    const found = find(near, this.#delimiter, this.#skips)
    const searched = near.length === held + rest.length
    // Without a delimiter that begins in it, what was held is content after all; the rest is searched where it lies.
    const end = found >= 0 ? found : searched ? near.length - tailOf(near, this.#delimiter) : held
    const imagined = Math.min(this.#imagined, end)
    this.#give(near.subarray(imagined, end))
    this.#imagined -= imagined
    if (this.#state === 'failed') return bytes.length
    if (found < 0) {
      this.#held = searched ? near.slice(end) : NOTHING
      return searched ? bytes.length : at
    }
    if (this.#state === 'content') this.#events.push({ type: 'part-end' })
    this.#begin('delimiter')
    return at + found + this.#delimiter.length - held
  }

  #give(bytes: Bytes): void {
    if (bytes.length === 0) return
    if (this.#state === 'content') this.#events.push({ type: 'body', bytes })
    else if ((this.#before += bytes.length) > this.#limits.preamble)
      this.#fail(fail('http/bad-boundary', { got: `${this.#limits.preamble} bytes without it` }))
  }

  /** Octets up to LF: the rest of a delimiter, or a line of a head. */
  #inLine(bytes: Bytes, at: number): number {
    const found = bytes.indexOf(LF, at)
    const end = found < 0 ? bytes.length : found + 1
    const size = end - at
    if (this.#headSize + size > this.#limits.head) {
      this.#fail(fail('http/part-too-big', { where: 'The head of a part', number: this.#limits.head }))
      return end
    }
    this.#headSize += size
    this.#keep(bytes.subarray(at, end))
    if (this.#state === 'delimiter' && this.#filled >= 2 && this.#line[0] === DASH && this.#line[1] === DASH)
      this.#state = 'closing'
    if (found >= 0) this.#judge()
    return end
  }

  #keep(bytes: Bytes): void {
    const needed = this.#filled + bytes.length
    if (needed > this.#line.length) {
      const larger = new Uint8Array(Math.min(this.#limits.head, Math.max(needed, 2 * this.#line.length, 256)))
      larger.set(this.#line.subarray(0, this.#filled))
      this.#line = larger
    }
    this.#line.set(bytes, this.#filled)
    this.#filled = needed
  }

  #judge(): void {
    const line = this.#line.subarray(0, this.#filled)
    this.#filled = 0
    const end = line.length - 2
    const failure = line[end] === CR ? this.#judged(line.subarray(0, end)) : bad('LF without CR before it', this.#state)
    this.#told(failure)
  }

  #judged(line: Bytes): Failure | undefined {
    if (this.#state !== 'head') return this.#padding(line)
    if (line.length > 0) return this.#field(line)
    this.#headEnds()
    return undefined
  }

  /** RFC 2046 5.1.1: white space of a transport may follow a boundary; anything else makes it another boundary. */
  #padding(line: Bytes): Failure | undefined {
    const closes = this.#state === 'closing'
    if (line.subarray(closes ? 2 : 0).some(octet => octet !== 0x20 && octet !== 0x09)) {
      const got = JSON.stringify(latin1Text(line, 0, Math.min(line.length, 40)))
      return fail('http/bad-boundary', { got: `${got} behind it` })
    }
    if (closes) {
      this.#events.push({ type: 'end' })
      this.#begin('end')
      return undefined
    }
    if (this.#parts === this.#limits.parts) return fail('http/too-many-parts', { number: this.#limits.parts })
    this.#parts++
    this.#begin('head')
    return undefined
  }

  #field(line: Bytes): Failure | undefined {
    const text = UTF8.decode(line)
    const colon = text.indexOf(':')
    const [name, value] = [text.slice(0, Math.max(0, colon)), trimmed(text.slice(colon + 1))]
    // Folded lines have no name: nobody has been allowed to write them in HTTP for long (RFC 9112 5.2).
    // A boundary may look like a name.
    if (!isToken(name) || NO_VALUE.test(value) || startsWith(line, this.#delimiter.subarray(CRLF.length))) {
      return bad(JSON.stringify(text.slice(0, 80)), 'head')
    }
    if (this.#fields.length === this.#limits.fields)
      return fail('http/part-too-big', { where: 'The head of a part', number: this.#limits.fields })
    this.#fields.push([name, value])
    return undefined
  }

  #headEnds(): void {
    this.#events.push({ type: 'part', headers: this.#fields })
    this.#fields = []
    this.#begin('content')
    this.#held = CRLF
    this.#imagined = CRLF.length
  }

  #begin(state: State): void {
    this.#state = state
    this.#filled = 0
    if (state !== 'content') this.#held = NOTHING
    if (state !== 'head') this.#headSize = 0
  }

  #told(failure: Failure | undefined): void {
    if (failure !== undefined) this.#fail(failure)
  }

  #fail(failure: Failure): void {
    this.#events.push({ type: 'failure', failure })
    this.#begin('failed')
  }
}

const NOTHING = new Uint8Array(0)

/** HTML, "multipart/form-data": names are in UTF-8. What is not becomes U+FFFD. */
const UTF8 = new TextDecoder('utf-8', { ignoreBOM: true })

/** Where something stands, for a failure. */
const PLACES: Readonly<Record<State, string>> = {
  preamble: 'before the first part',
  delimiter: 'in a boundary',
  closing: 'in the last boundary',
  head: 'in the head of a part',
  content: 'in a part',
  end: 'behind the last part',
  failed: 'behind a failure',
}

const bad = (got: string, state: State): Failure => fail('http/bad-part', { got, where: PLACES[state] })

const startsWith = (bytes: Bytes, start: Bytes): boolean =>
  bytes.length >= start.length && start.every((octet, i) => bytes[i] === octet)

/** Horspool: how far on a delimiter can be at best, by the octet that stands where its last one would. */
const skipsOf = (pattern: Bytes): Uint8Array => {
  const last = pattern.length - 1
  const skips = new Uint8Array(256).fill(pattern.length)
  for (let i = 0; i < last; i++) skips[pattern[i]!] = last - i
  return skips
}

const find = (bytes: Bytes, pattern: Bytes, skips: Uint8Array): number => {
  const last = pattern.length - 1
  for (let end = last; end < bytes.length; end += skips[bytes[end]!]!) {
    let i = 0
    while (i <= last && bytes[end - i] === pattern[last - i]) i++
    if (i > last) return end - last
  }
  return -1
}

/** How many octets at the end may be the beginning of `pattern`. */
const tailOf = (bytes: Bytes, pattern: Bytes): number => {
  for (let at = Math.max(0, bytes.length - pattern.length + 1); at < bytes.length; at++) {
    at = bytes.indexOf(CR, at)
    if (at < 0) return 0
    if (bytes.subarray(at).every((octet, i) => octet === pattern[i])) return bytes.length - at
  }
  return 0
}
