/**
 * Reads a head (start line and field lines) or a trailer section in place. RFC 9112 2.2, 3, 4, 5.
 *
 * A line is judged when its LF has come or when it is over its limit, never before: so a head torn anywhere gives the
 * same result. What is read of complete lines is kept; an incomplete line is read again once its LF is there.
 */
import type { Bytes } from '../../engine.ts'
import { type Facts, type Failure, type FailureCode, fail } from '../../failures/index.ts'
import { latin1Text } from '../../wire/bytes.ts'
import type { HttpLimits } from '../limits.ts'
import { PER_FIELD } from './fields.ts'
import { classOf, endOf, octetName, PATH, QUERY, TOKEN, VALUE } from './grammar.ts'
import { MOST_AT_ONCE, quickLines, WORTH_A_COPY } from './quick-lines.ts'

const CR = 0x0d
const LF = 0x0a
const SP = 0x20
const HTAB = 0x09
const COLON = 0x3a
const QUESTION = 0x3f

const NONE: readonly number[] = []

/** The head goes on: more bytes are needed. */
export const MORE = -1
/** Where what was read ends, `MORE`, or why it is refused. */
type Outcome = number | Failure

export type StartLine = 'request' | 'response' | 'trailers'

export class HeadReader {
  readonly #kind: StartLine
  readonly #limits: HttpLimits
  /** Where the line that is being read begins, from the start of the head. */
  #line = 0
  /** Up to here no LF was found in the incomplete line. */
  #scanned = 0
  #emptyLines = 0
  #startDone: boolean
  /** From the start of the head: where its first line begins after empty ones. */
  start = 0
  /** `PER_FIELD` numbers a field line, from the start of the head; of the last head that was complete. */
  offsets: readonly number[] = NONE
  /** The same while lines are read: one array for all heads, of which each keeps as much as it needs. */
  readonly #lines: number[] = []
  #count = 0
  /** Of a request, from the start of the head. */
  methodEnd = 0
  targetStart = 0
  targetEnd = 0
  /** Of a response, from the start of the head. */
  reasonStart = 0
  reasonEnd = 0
  status = 0
  minor = 1

  constructor(kind: StartLine, limits: HttpLimits) {
    this.#kind = kind
    this.#limits = limits
    this.#startDone = kind === 'trailers'
  }

  reset(): void {
    this.#line = 0
    this.#scanned = 0
    this.#emptyLines = 0
    this.#startDone = this.#kind === 'trailers'
    this.start = 0
    this.#count = 0
  }

  /** True when no byte of the message has come; empty lines before it do not count. */
  get untouched(): boolean {
    return this.#line === this.start && this.#scanned <= this.#line && !this.#startDone
  }

  /** `base` is the first byte of the head. Returns where the bytes after the head begin, `MORE`, or why it is refused. */
  read(bytes: Bytes, base: number, end: number): Outcome {
    if (this.#scanned > 0) {
      const lf = bytes.indexOf(LF, base + this.#scanned)
      if (lf < 0 || lf >= end) return this.#incomplete(bytes, base, end)
    }
    while (!this.#startDone) {
      const next = this.#kind === 'request' ? this.#requestLine(bytes, base, end) : this.#statusLine(bytes, base, end)
      if (typeof next !== 'number' || next < 0) return next
      this.#line = next - base
    }
    return this.#fields(bytes, base, end)
  }

  #requestLine(bytes: Bytes, base: number, end: number): Outcome {
    const line = base + this.#line
    let p = line
    while (p < end && (classOf[bytes[p]!]! & TOKEN) !== 0) p++
    const methodEnd = p
    if (p >= end) return this.#incomplete(bytes, base, end)
    if (p === line) return this.#emptyLine(bytes, base, end)
    if (bytes[p] !== SP) return this.#badStart(bytes, base, end)
    const target = ++p
    p = endOf(PATH, bytes, p, end)
    if (bytes[p] === QUESTION) p = endOf(QUERY, bytes, p, end)
    if (p >= end) return this.#incomplete(bytes, base, end)
    if (bytes[p] !== SP || p === target) {
      const code = bytes[p] === CR || bytes[p] === LF || p === target ? 'http/bad-start-line' : 'http/bad-target'
      return this.#refuse(code, bytes, base, end, { got: octetName(bytes[p]) })
    }
    this.methodEnd = methodEnd - base
    this.targetStart = target - base
    this.targetEnd = p - base
    const next = this.#version(bytes, base, p + 1, end)
    if (typeof next !== 'number' || next < 0) return next
    return this.#lineEnd(bytes, base, next, end)
  }

  /** RFC 9112 4: status-line = HTTP-version SP status-code SP [ reason-phrase ]. The last SP is often left out. */
  #statusLine(bytes: Bytes, base: number, end: number): Outcome {
    const line = base + this.#line
    // An alert or a handshake of TLS: a message of HTTP never begins so, and it is judged without waiting for a line.
    if (line < end && (bytes[line] === 0x15 || bytes[line] === 0x16)) {
      return fail('http/tls-answered', { got: octetName(bytes[line]), at: this.#at(0, 1) })
    }
    const version = this.#version(bytes, base, line, end)
    if (typeof version !== 'number' || version < 0) return version
    let p = version
    const status = latin1Text(bytes, p + 1, Math.min(p + 4, end))
    if (bytes[p] !== SP || !/^[1-9][0-9]{2}$/.test(status)) return this.#badStart(bytes, base, end)
    this.status = Number(status)
    p += 4
    this.reasonStart = p - base
    this.reasonEnd = p - base
    if (bytes[p] === SP) {
      p++
      this.reasonStart = p - base
      while (p < end && (classOf[bytes[p]!]! & VALUE) !== 0) p++
      this.reasonEnd = p - base
    }
    return this.#lineEnd(bytes, base, p, end)
  }

  /** HTTP/1.x at `p`; returns the position after it. */
  #version(bytes: Bytes, base: number, p: number, end: number): Outcome {
    if (p + 8 > end) return this.#badStart(bytes, base, end)
    const http =
      bytes[p] === 0x48 &&
      bytes[p + 1] === 0x54 &&
      bytes[p + 2] === 0x54 &&
      bytes[p + 3] === 0x50 &&
      bytes[p + 4] === 0x2f
    const major = bytes[p + 5]! - 0x30
    const minor = bytes[p + 7]! - 0x30
    if (!http || bytes[p + 6] !== 0x2e || major < 0 || major > 9 || minor < 0 || minor > 9) {
      return this.#badStart(bytes, base, end)
    }
    // RFC 9110 2.5: a higher minor version is understood as the highest that we know.
    if (major !== 1)
      return this.#refuse('http/unsupported-version', bytes, base, end, { got: latin1Text(bytes, p, p + 8) })
    this.minor = minor === 0 ? 0 : 1
    return p + 8
  }

  #lineEnd(bytes: Bytes, base: number, p: number, end: number): Outcome {
    if (p + 1 >= end) {
      if (p < end && bytes[p] !== CR) return this.#badEnd(bytes, base, p, end)
      return this.#incomplete(bytes, base, end)
    }
    if (bytes[p] !== CR || bytes[p + 1] !== LF) return this.#badEnd(bytes, base, p, end)
    if (p + 2 - base - this.#line > this.#limits.startLine) return this.#tooLong(bytes, base)
    this.#startDone = true
    return p + 2
  }

  #badEnd(bytes: Bytes, base: number, p: number, end: number): Outcome {
    const where = { where: 'The first line' }
    if (bytes[p] === LF) return this.#refuse('http/bare-line-feed', bytes, base, end, where)
    if (bytes[p] === CR) return this.#refuse('http/bare-carriage-return', bytes, base, end, where)
    return this.#badStart(bytes, base, end)
  }

  /** RFC 9112 2.2: a server SHOULD ignore at least one empty line before the request line. */
  #emptyLine(bytes: Bytes, base: number, end: number): Outcome {
    const line = base + this.#line
    const first = bytes[line]
    // A message never begins with this octet, so it is judged without waiting for a line.
    if (first === 0x16 && this.#line === 0) {
      return fail('http/tls-spoken', { got: '0x16', at: this.#at(0, 1) })
    }
    if (first !== CR || this.#emptyLines >= this.#limits.emptyLines) return this.#badStart(bytes, base, end)
    if (line + 1 >= end) return this.#incomplete(bytes, base, end)
    if (bytes[line + 1] !== LF)
      return this.#refuse('http/bare-carriage-return', bytes, base, end, { where: 'An empty line' })
    this.#emptyLines++
    this.start = this.#line + 2
    return line + 2
  }

  #fields(bytes: Bytes, base: number, end: number): Outcome {
    const lines = this.#lines
    const { head, fields } = this.#limits
    const limit = this.#kind === 'trailers' ? this.#limits.trailers : head
    this.#quickly(bytes, base, Math.min(end, base + limit))
    for (;;) {
      const line = base + this.#line
      let p = endOf(TOKEN, bytes, line, end)
      const nameEnd = p
      if (p >= end) return this.#incomplete(bytes, base, end)
      if (bytes[p] !== COLON || p === line) {
        if (p !== line || bytes[p] !== CR) return this.#badName(bytes, base, p, end)
        if (p + 1 >= end) return this.#incomplete(bytes, base, end)
        if (bytes[p + 1] !== LF)
          return this.#refuse('http/bare-carriage-return', bytes, base, end, { where: 'The last line' })
        if (p + 2 - base > limit) return this.#tooBig()
        this.offsets = this.#count === 0 ? NONE : lines.slice(0, this.#count)
        return p + 2
      }
      p++
      while (p < end && (bytes[p] === SP || bytes[p] === HTAB)) p++
      const value = p
      p = endOf(VALUE, bytes, p, end)
      if (p + 1 >= end) {
        if (p < end && bytes[p] !== CR) return this.#badValue(bytes, base, p, nameEnd, end)
        return this.#incomplete(bytes, base, end)
      }
      if (bytes[p] !== CR || bytes[p + 1] !== LF) return this.#badValue(bytes, base, p, nameEnd, end)
      const next = p + 2
      if (next - base > limit) return this.#tooBig()
      while (p > value && (bytes[p - 1] === SP || bytes[p - 1] === HTAB)) p--
      const at = this.#count
      if (at >= PER_FIELD * fields) return fail('http/too-many-headers', { number: fields })
      lines[at] = line - base
      lines[at + 1] = nameEnd - base
      lines[at + 2] = value - base
      lines[at + 3] = p - base
      this.#count = at + PER_FIELD
      this.#line = next - base
    }
  }

  /** What of it is whole and good, as far as that is worth it; the rest is read as ever. */
  #quickly(bytes: Bytes, base: number, end: number): void {
    const size = Math.min(end - base, MOST_AT_ONCE)
    if (size - this.#line < WORTH_A_COPY) return
    const head = base === 0 && size === bytes.length ? bytes : bytes.subarray(base, base + size)
    const count = quickLines(head, this.#line, this.#lines, this.#count, PER_FIELD * this.#limits.fields)
    if (count === this.#count) return
    this.#count = count
    let lf = base + this.#lines[count - 1]!
    while (bytes[lf] !== LF) lf++
    this.#line = lf + 1 - base
  }

  #badName(bytes: Bytes, base: number, p: number, end: number): Outcome {
    const line = base + this.#line
    const octet = bytes[p]
    if (octet === LF) return this.#refuse('http/bare-line-feed', bytes, base, end, { where: 'A header line' })
    if (octet === SP || octet === HTAB) {
      if (p === line) return this.#refuse('http/folded-header', bytes, base, end, {})
      const colon = bytes.subarray(p, end).findIndex(o => o !== SP && o !== HTAB)
      const code = bytes[p + colon] === COLON ? 'http/space-before-colon' : 'http/bad-header'
      return this.#refuse(code, bytes, base, end, { where: latin1Text(bytes, line, p), got: octetName(octet) })
    }
    return this.#refuse('http/bad-header', bytes, base, end, { where: 'A header name', got: octetName(octet) })
  }

  #badValue(bytes: Bytes, base: number, p: number, nameEnd: number, end: number): Outcome {
    const where = latin1Text(bytes, base + this.#line, nameEnd)
    if (bytes[p] === LF) return this.#refuse('http/bare-line-feed', bytes, base, end, { where })
    if (bytes[p] === CR) return this.#refuse('http/bare-carriage-return', bytes, base, end, { where })
    return this.#refuse('http/bad-header', bytes, base, end, { where, got: octetName(bytes[p]) })
  }

  #badStart(bytes: Bytes, base: number, end: number): Outcome {
    const line = base + this.#line
    const lf = bytes.indexOf(LF, line)
    // Whoever does not speak HTTP at all is told so, whatever ends the line.
    const meant = lf > line && latin1Text(bytes, line, lf).includes('HTTP/')
    if (lf === line || (meant && lf < end && bytes[lf - 1] !== CR)) {
      return this.#refuse('http/bare-line-feed', bytes, base, end, { where: 'The first line' })
    }
    return this.#refuse('http/bad-start-line', bytes, base, end, { got: this.#quote(bytes, base, end) })
  }

  #quote(bytes: Bytes, base: number, end: number): string {
    const line = base + this.#line
    const lf = bytes.indexOf(LF, line)
    const text = latin1Text(bytes, line, Math.min(lf < 0 ? end : lf, end, line + 24))
    return JSON.stringify(text.replace(/\r$/, ''))
  }

  /** The line is wrong: said once its LF is there; the size of the line goes before its content. */
  #refuse(code: FailureCode, bytes: Bytes, base: number, end: number, facts: Facts): Outcome {
    const lf = bytes.indexOf(LF, base + this.#line)
    if (lf < 0 || lf >= end) return this.#incomplete(bytes, base, end)
    if (!this.#startDone && lf + 1 - base - this.#line > this.#limits.startLine) return this.#tooLong(bytes, base)
    if (lf + 1 - base > (this.#kind === 'trailers' ? this.#limits.trailers : this.#limits.head)) return this.#tooBig()
    return fail(code, { ...facts, at: this.#at(this.#line, lf + 1 - base) })
  }

  #incomplete(bytes: Bytes, base: number, end: number): Outcome {
    this.#scanned = end - base
    if (!this.#startDone && this.#scanned - this.#line > this.#limits.startLine) return this.#tooLong(bytes, base)
    if (this.#scanned > (this.#kind === 'trailers' ? this.#limits.trailers : this.#limits.head)) return this.#tooBig()
    return MORE
  }

  /** RFC 9112 3: 501 to a method that is longer than any, 414 to a target that is longer than what is read. */
  #tooLong(bytes: Bytes, base: number): Failure {
    const number = this.#limits.startLine
    if (this.#kind !== 'request') return fail('http/header-too-big', { number })
    const line = base + this.#line
    let p = line
    while (p < line + number && (classOf[bytes[p]!]! & TOKEN) !== 0) p++
    if (p < line + number) return fail('http/target-too-long', { number })
    return fail('http/unknown-method', { got: latin1Text(bytes, line, line + 80) })
  }

  #tooBig(): Failure {
    return this.#kind === 'trailers'
      ? fail('http/trailers-too-big', { number: this.#limits.trailers })
      : fail('http/header-too-big', { number: this.#limits.head })
  }

  #at(start: number, end: number): { message: number; start: number; end: number } {
    return { message: 0, start, end }
  }
}
