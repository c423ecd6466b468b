/**
 * Cuts the byte stream into records. A record that lies whole in one chunk is a view of that chunk; only a record torn
 * over chunks is put together, in a buffer of exactly its size.
 */
import type { Bytes } from '../../engine.ts'
import { hexText, joined, latin1Text } from '../../wire/bytes.ts'
import { MAX_PLAINTEXT } from '../limits.ts'
import { ProtocolVersion } from '../messages/registries.table.ts'
import { refusal } from '../refusal.ts'
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HEADER_LENGTH, RecordHeader } from './format.ts'

export interface RecordOnWire {
  readonly type: number
  /** Header and fragment. A view of the chunk: it is the caller's again when `receive` returns. */
  readonly bytes: Bytes
  /** Offset of the header in the byte stream. */
  readonly start: number
}

/** What the view of a header lies over when there is none to be read: it holds no chunk. */
const NOTHING = new Uint8Array(0)

/** Read within one call, so all connections share it. */
const HEADER = new RecordHeader.View()

export class RecordInput {
  readonly #role: 'client' | 'server'
  /** Chunks that are not used up; the first from `#at` on. Undefined: none, for an array keeps the room that it ever had. */
  #chunks: Bytes[] | undefined
  #at = 0
  /** Bytes in the chunks that are not used up. */
  #held = 0
  #torn: Uint8Array | undefined
  #have = 0
  /** Stream offset of the next record. */
  #start = 0
  #version: number | undefined
  #disguised = false
  #maxFragment = MAX_PLAINTEXT
  constructor(role: 'client' | 'server') {
    this.#role = role
  }
  /** From here on records must name this version; where protected ones are `disguised`, an alert is one in clear. */
  agreeOnVersion(version: number, disguised: boolean): void {
    this.#version = version
    this.#disguised = disguised
  }
  /** From here on fragments are protected and may be longer. */
  expectProtected(most: number): void {
    this.#maxFragment = most
  }
  push(chunk: Bytes): void {
    if (chunk.length === 0) return
    if (this.#chunks === undefined) this.#chunks = [chunk]
    else this.#chunks.push(chunk)
    this.#held += chunk.length
  }
  /** Bytes pushed and not yet taken out as records. */
  get waiting(): number {
    return this.#held + this.#have
  }
  /** How many chunks are held. */
  get pieces(): number {
    return this.#chunks?.length ?? 0
  }
  /**
   * Makes what is left our own: the chunks belong to the caller again. Chunks gather only while nobody takes records
   * out; a peer that sends byte by byte then must not cost an object for each, so a chunk joins the one before it
   * unless that is the larger one: few chunks, and no byte is copied more often than they double.
   */
  keep(): void {
    HEADER.at(NOTHING, 0)
    const chunks = this.#chunks
    if (chunks === undefined) return
    const last = chunks.length - 1
    // Only the last chunk can be new: the others were kept when they came.
    let end: Bytes = chunks.pop()!.slice(last === 0 ? this.#at : 0)
    if (last === 0) this.#at = 0
    for (let before = chunks.at(-1); before !== undefined; before = chunks.at(-1)) {
      const from = chunks.length === 1 ? this.#at : 0
      if (before.length - from > end.length) break
      chunks.pop()
      end = joined([before.subarray(from), end])
      if (from > 0) this.#at = 0
    }
    chunks.push(end)
  }
  /** The next whole record; undefined when more bytes are needed. Refuses a header as soon as it is there. */
  next(): RecordOnWire | undefined {
    for (let chunk = this.#chunks?.[0]; chunk !== undefined; chunk = this.#chunks?.[0]) {
      const left = chunk.length - this.#at
      if (this.#torn === undefined) {
        if (left >= HEADER_LENGTH) {
          const end = this.#at + HEADER_LENGTH + this.#fragmentLength(chunk, this.#at)
          if (end <= chunk.length) return this.#take(chunk, end)
          this.#torn = new Uint8Array(end - this.#at)
        } else this.#torn = new Uint8Array(HEADER_LENGTH)
      }
      const whole = this.#fill(this.#torn, chunk)
      if (whole !== undefined) return this.#record(whole)
    }
    return undefined
  }
  #take(chunk: Bytes, end: number): RecordOnWire {
    const bytes = chunk.subarray(this.#at, end)
    this.#held -= end - this.#at
    this.#at = end
    if (end === chunk.length) this.#drop()
    return this.#record(bytes)
  }
  #record(bytes: Bytes): RecordOnWire {
    const start = this.#start
    this.#start += bytes.length
    return { type: bytes[0]!, bytes, start }
  }
  #drop(): void {
    if (this.#chunks!.length === 1) this.#chunks = undefined
    else this.#chunks!.shift()
    this.#at = 0
  }
  /** Copies into the torn record what `chunk` has for it; the record when it is complete. */
  #fill(torn: Uint8Array, chunk: Bytes): Bytes | undefined {
    const count = Math.min(torn.length - this.#have, chunk.length - this.#at)
    torn.set(chunk.subarray(this.#at, this.#at + count), this.#have)
    this.#have += count
    this.#at += count
    this.#held -= count
    if (this.#at === chunk.length) this.#drop()
    if (this.#have < torn.length) return undefined
    const length = HEADER_LENGTH + this.#fragmentLength(torn, 0)
    if (torn.length < length) {
      this.#torn = new Uint8Array(length)
      this.#torn.set(torn)
      return undefined
    }
    this.#torn = undefined
    this.#have = 0
    return torn
  }
  #fragmentLength(buffer: Uint8Array, at: number): number {
    const header = HEADER.at(buffer, at)
    if (this.#start === 0) this.#checkFirst(buffer.subarray(at, at + HEADER_LENGTH))
    else if (header.type < CHANGE_CIPHER_SPEC || header.type > APPLICATION_DATA)
      throw refusal('tls/unexpected-record', {
        expected: 'a record of TLS',
        got: `a record of type ${header.type}`,
        where: 'the record layer',
      })
    this.#checkVersion(header.type, header.version)
    if (header.length > this.#maxFragment)
      throw refusal('tls/record-too-long', { got: `${header.length}`, number: this.#maxFragment })
    return header.length
  }
  /**
   * RFC 5246 E.1: until a version is agreed, any minor version may stand here; and a peer that does not take our
   * ServerHello has not agreed when it says so in an alert. RFC 9846 5.1 has it ignored for ever; in a protected record,
   * where it is bound, we want what it says has to be there.
   */
  #checkVersion(type: number, version: number): void {
    const bare = this.#disguised ? type !== APPLICATION_DATA : type === ALERT && this.#maxFragment === MAX_PLAINTEXT
    if (this.#version === undefined || bare ? version >> 8 === 3 : version === this.#version) return
    throw refusal('tls/record-version', {
      expected: ProtocolVersion.nameOf(this.#version ?? 0x0303),
      got: ProtocolVersion.nameOf(version),
    })
  }
  /** The first bytes tell whether the other side speaks TLS at all. */
  #checkFirst(first: Bytes): void {
    if (first[0]! >= CHANGE_CIPHER_SPEC && first[0]! <= APPLICATION_DATA && first[1] === 3) return
    const text = textOf(first)
    if (this.#role === 'server' && text !== undefined && HTTP_METHOD.test(text))
      throw refusal('tls/http-spoken', { got: `"${text}"` })
    throw refusal('tls/not-tls', { got: text === undefined ? hexText(first, ' ') : `"${text}"` })
  }
}

/** How an HTTP request begins, in five characters (RFC 9110 9.3; PRI opens HTTP/2). */
const HTTP_METHOD = /^(GET |HEAD |POST |PUT |DELET|CONNE|OPTIO|TRACE|PATCH|PRI )/

const textOf = (bytes: Bytes): string | undefined => {
  const text = latin1Text(bytes)
  return /^[\x20-\x7e\r\n]*$/.test(text) ? text.replaceAll('\r', '\\r').replaceAll('\n', '\\n') : undefined
}
