/** Puts handshake messages together from fragments of records: several in one, or one in several (RFC 5246 6.2.1). */
import type { Bytes } from '../engine.ts'
import type { Carrier } from '../trace/types.ts'
import { MAX_HANDSHAKE_MESSAGE } from './limits.ts'
import { HandshakeType } from './messages/registries.table.ts'
import { refusal } from './refusal.ts'

const HEADER_LENGTH = 4

export interface WholeMessage {
  readonly type: number
  /** Header and body, in a buffer of its own. */
  readonly bytes: Bytes
  /** Where it lay, when a trace wants to know. */
  readonly carriedBy: readonly Carrier[]
}

export class HandshakeInput {
  #fragment: Bytes = new Uint8Array(0)
  #at = 0
  /** Trace id of the record that brought the fragment, 0 if nobody looks, and where in it the fragment begins. */
  #record = 0
  #offset = 0
  #message: Uint8Array | undefined
  #have = 0
  #carriers: Carrier[] = []
  /** True between the first and the last byte of a message. */
  get partial(): boolean {
    return this.#have > 0
  }
  /** Only after `next` said undefined. */
  push(fragment: Bytes, record: number, offset: number): void {
    this.#fragment = fragment
    this.#at = 0
    this.#record = record
    this.#offset = offset
  }
  /** Makes what is left of the fragment our own. */
  keep(): void {
    if (this.#fragment.length === 0) return
    this.#offset += this.#at
    this.#fragment = this.#fragment.slice(this.#at)
    this.#at = 0
  }
  /** The next whole message; undefined when another record is needed. */
  next(): WholeMessage | undefined {
    if (this.#at === this.#fragment.length) return undefined
    this.#message ??= new Uint8Array(HEADER_LENGTH)
    const start = this.#at
    if (this.#have < HEADER_LENGTH) this.#copy(this.#message, HEADER_LENGTH)
    if (this.#have === HEADER_LENGTH && this.#message.length === HEADER_LENGTH) this.#message = grown(this.#message)
    if (this.#have >= HEADER_LENGTH) this.#copy(this.#message, this.#message.length)
    if (this.#record !== 0 && this.#at > start)
      this.#carriers.push({ message: this.#record, start: this.#offset + start, end: this.#offset + this.#at })
    return this.#have >= HEADER_LENGTH && this.#have === this.#message.length ? this.#done(this.#message) : undefined
  }
  #copy(into: Uint8Array, until: number): void {
    const count = Math.min(until - this.#have, this.#fragment.length - this.#at)
    into.set(this.#fragment.subarray(this.#at, this.#at + count), this.#have)
    this.#have += count
    this.#at += count
  }
  #done(bytes: Bytes): WholeMessage {
    const carriedBy = this.#carriers
    this.#message = undefined
    this.#have = 0
    this.#carriers = []
    return { type: bytes[0]!, bytes, carriedBy }
  }
}

/** Room for the body that the header announces. */
const grown = (header: Uint8Array): Uint8Array => {
  const length = (header[1]! << 16) | (header[2]! << 8) | header[3]!
  if (length > MAX_HANDSHAKE_MESSAGE)
    throw refusal('tls/message-too-long', {
      where: HandshakeType.nameOf(header[0]!),
      got: `${length}`,
      number: MAX_HANDSHAKE_MESSAGE,
    })
  if (length === 0) return header
  const message = new Uint8Array(HEADER_LENGTH + length)
  message.set(header)
  return message
}
