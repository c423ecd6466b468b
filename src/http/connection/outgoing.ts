/**
 * The sending half: writes heads, frames bodies, and refuses what would make the other side misread the connection.
 * Every mistake is thrown before a byte of the part is queued.
 */
import type { Bytes } from '../../engine.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { smallArray } from '../../wire/slab.ts'
import { allOf, NEVER_TRAILERS, VALUE } from '../message/grammar.ts'
import {
  checkedFields,
  checkField,
  firstBad,
  type HeaderBlock,
  isBlock,
  type OutgoingFacts,
  refused,
} from '../message/header-block.ts'
import type { HeaderList } from '../types.ts'

/** Bodies up to here are joined with what stands before them: one piece is written faster than two. */
const JOIN = 4096

/** How the body of the message that is being sent is framed. `dropped`: an answer to HEAD. */
export type OutgoingFraming = 'none' | 'length' | 'chunked' | 'until-close' | 'dropped'

const CRLF = latin1Bytes('\r\n')
const LAST_CHUNK = latin1Bytes('0\r\n\r\n')

export class Outgoing {
  #pieces: Bytes[] = []
  #framing: OutgoingFraming = 'none'
  #announced = 0
  #left = 0
  /** Which piece the last head begins, and how long it is. */
  #head = 0
  #headLength = 0
  /** Bytes queued since the beginning of the connection. */
  sent = 0

  /** Everything queued, in one gather list. */
  take(): readonly Bytes[] | undefined {
    if (this.#pieces.length === 0) return undefined
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }

  /** Queues a head and, if it is the whole message, its body. */
  head(line: string | Bytes, fields: Fields, more: readonly (string | Bytes)[], body: Bytes | undefined): void {
    let length = line.length + fields.length + 2
    for (const each of more) length += each.length
    const bytes = this.#begin(length, body)
    let at = put(bytes, 0, line)
    at = put(bytes, at, fields.fields)
    for (const each of more) at = put(bytes, at, each)
    bytes[at] = 0x0d
    bytes[at + 1] = 0x0a
  }

  /** Queues a whole message of which all is octets already but the length of its body, between `start` and `rest`. */
  whole(start: Bytes, rest: Bytes, body: Bytes): void {
    const digits = `${body.length}`
    const bytes = this.#begin(start.length + digits.length + rest.length, body)
    bytes.set(start)
    bytes.set(rest, put(bytes, start.length, digits))
  }

  /** The octets of the head that was queued last, before they are taken. */
  get lastHead(): Bytes {
    return this.#pieces[this.#head]!.subarray(0, this.#headLength)
  }

  /** Queues an array for a head of `length` octets, to be filled in, and the body behind it. */
  #begin(length: number, body: Bytes | undefined): Uint8Array {
    const joined = body !== undefined && body.length <= JOIN ? body.length : 0
    const bytes = smallArray(length + joined)
    if (joined > 0) bytes.set(body!, length)
    this.#head = this.#pieces.length
    this.#headLength = length
    this.#queue(bytes)
    if (body !== undefined && body.length > joined) this.#queue(body)
    return bytes
  }

  /** The body that follows the head. `length` is what was announced. */
  frame(framing: OutgoingFraming, length: number): void {
    this.#framing = framing
    this.#announced = length
    this.#left = length
  }

  body(bytes: Bytes): void {
    switch (this.#framing) {
      case 'dropped':
        return
      case 'none':
        if (bytes.length > 0) throw this.#wrongLength(bytes.length)
        return
      case 'length':
        if (bytes.length > this.#left) throw this.#wrongLength(this.#announced - this.#left + bytes.length)
        this.#left -= bytes.length
        if (bytes.length > 0) this.#queue(bytes)
        return
      case 'until-close':
        if (bytes.length > 0) this.#queue(bytes)
        return
      case 'chunked':
        // A chunk of size 0 would be the last one.
        if (bytes.length > 0) this.#chunk(bytes)
        return
      default:
        this.#framing satisfies never
    }
  }

  end(trailers: HeaderList | undefined): void {
    if (this.#framing === 'length' && this.#left > 0) throw this.#wrongLength(this.#announced - this.#left)
    if (trailers !== undefined && trailers.length > 0 && this.#framing !== 'chunked' && this.#framing !== 'dropped') {
      throw refused('The trailer section', 'fields, but the body is not chunked')
    }
    if (this.#framing !== 'chunked') return
    if (trailers === undefined || trailers.length === 0) {
      this.#queue(LAST_CHUNK)
      return
    }
    let text = '0\r\n'
    for (const [name, value] of trailers) {
      checkField(name, value)
      if (NEVER_TRAILERS.includes(name.toLowerCase())) throw refused('The trailer section', name)
      text += `${name}: ${value}\r\n`
    }
    this.#queue(latin1Bytes(`${text}\r\n`))
  }

  #chunk(bytes: Bytes): void {
    const line = `${bytes.length.toString(16)}\r\n`
    if (bytes.length > JOIN) {
      this.#queue(latin1Bytes(line))
      this.#queue(bytes)
      this.#queue(CRLF)
      return
    }
    const whole = smallArray(line.length + bytes.length + 2)
    put(whole, 0, line)
    whole.set(bytes, line.length)
    whole.set(CRLF, line.length + bytes.length)
    this.#queue(whole)
  }

  #queue(bytes: Bytes): void {
    this.sent += bytes.length
    this.#pieces.push(bytes)
  }

  #wrongLength(got: number): FailureError {
    return new FailureError(fail('http/wrong-length', { expected: `${this.#announced}`, got: `${got}` }))
  }
}

/** Checked field lines, as text or as octets. */
export interface Fields {
  readonly fields: string | Bytes
  readonly length: number
  readonly facts: OutgoingFacts
}

export const fieldsToSend = (headers: HeaderList | HeaderBlock): Fields => {
  if (isBlock(headers)) return { fields: headers.bytes, length: headers.bytes.length, facts: headers.facts }
  const { text, facts } = checkedFields(headers)
  return { fields: text, length: text.length, facts }
}

/** RFC 9112 4: a reason phrase is made of the octets of a field value. */
export const checkReason = (reason: string): void => {
  if (!allOf(reason, VALUE)) throw refused('The reason phrase', firstBad(reason, VALUE))
}

const put = (bytes: Uint8Array, at: number, piece: string | Bytes): number => {
  if (typeof piece !== 'string') {
    bytes.set(piece, at)
    return at + piece.length
  }
  for (let i = 0; i < piece.length; i++) bytes[at + i] = piece.charCodeAt(i)
  return at + piece.length
}
