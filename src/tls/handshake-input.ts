/** Puts handshake messages together from fragments of records: several in one, or one in several (RFC 5246 6.2.1). */
import type { Bytes } from '../engine.ts'
import type { Carrier } from '../trace/types.ts'
import { joined } from '../wire/bytes.ts'

const HEADER_LENGTH = 4

/** Room that is given to a message at once, before its bytes are there; from then on twice what has come. */
const FIRST_ROOM = 16_384

export interface WholeMessage {
  readonly type: number
  /** Header and body, in a buffer of its own. */
  readonly bytes: Bytes
  /** Where it lay, when a trace wants to know. */
  readonly carriedBy: readonly Carrier[]
}

/** What a header announces, before any memory is given to it. To refuse, throw. */
export type Announced = (type: number, length: number, soFar: () => WholeMessage) => void

const NOTHING = new Uint8Array(0)
const NOBODY_LOOKS: readonly Carrier[] = []

export class HandshakeInput {
  readonly #announced: Announced
  #fragment: Bytes = NOTHING
  #at = 0
  /** Trace id of the record that brought the fragment, 0 if nobody looks, and where in it the fragment begins. */
  #record = 0
  #offset = 0
  #message: Uint8Array | undefined
  #have = 0
  /** Header and body, once the header is there. */
  #whole = HEADER_LENGTH
  #carriers: Carrier[] | undefined
  /** True when the fragment is a copy of our own. */
  #kept = false
  constructor(announced: Announced) {
    this.#announced = announced
  }
  /** True when nothing is unread: no message that is begun, and none that is whole. */
  get empty(): boolean {
    return this.#have === 0 && this.#at === this.#fragment.length
  }
  /** Only after `next` said undefined. */
  push(fragment: Bytes, record: number, offset: number): void {
    this.#fragment = fragment
    this.#kept = false
    this.#at = 0
    this.#record = record
    this.#offset = offset
  }
  /** Makes what is left of the fragment our own, once: it may lie here for as long as a question is open. */
  keep(): void {
    if (this.#kept || this.#fragment.length === 0) return
    this.#offset += this.#at
    this.#fragment = this.#at === this.#fragment.length ? NOTHING : this.#fragment.slice(this.#at)
    this.#kept = true
    this.#at = 0
  }
  /** The next whole message; undefined when another record is needed. */
  next(): WholeMessage | undefined {
    if (this.#at === this.#fragment.length) return undefined
    this.#message ??= new Uint8Array(HEADER_LENGTH)
    const start = this.#at
    if (this.#have < HEADER_LENGTH) {
      this.#copy(this.#message, HEADER_LENGTH)
      if (this.#have === HEADER_LENGTH) this.#announce(this.#message, start)
    }
    while (this.#have >= HEADER_LENGTH && this.#have < this.#whole && this.#at < this.#fragment.length) {
      if (this.#have === this.#message.length) this.#message = this.#grown(this.#message)
      this.#copy(this.#message, this.#message.length)
    }
    this.#carry(start)
    return this.#have >= HEADER_LENGTH && this.#have === this.#whole ? this.#done(this.#message) : undefined
  }
  #announce(header: Uint8Array, start: number): void {
    const length = (header[1]! << 16) | (header[2]! << 8) | header[3]!
    this.#announced(header[0]!, length, () => {
      const body = this.#fragment.subarray(this.#at, this.#at + length)
      this.#at += body.length
      this.#carry(start)
      return this.#done(joined([header, body]))
    })
    this.#whole = HEADER_LENGTH + length
  }
  /** Who announces much and sends little has us hold little. */
  #grown(message: Uint8Array): Uint8Array {
    const room = new Uint8Array(Math.min(this.#whole, Math.max(HEADER_LENGTH + FIRST_ROOM, 2 * message.length)))
    room.set(message)
    return room
  }
  /** Notes the record that brought what was read from `start` on. */
  #carry(start: number): void {
    if (this.#record !== 0 && this.#at > start)
      (this.#carriers ??= []).push({
        message: this.#record,
        start: this.#offset + start,
        end: this.#offset + this.#at,
      })
  }
  #copy(into: Uint8Array, until: number): void {
    const count = Math.min(until - this.#have, this.#fragment.length - this.#at)
    into.set(this.#fragment.subarray(this.#at, this.#at + count), this.#have)
    this.#have += count
    this.#at += count
  }
  #done(bytes: Bytes): WholeMessage {
    const carriedBy = this.#carriers ?? NOBODY_LOOKS
    this.#message = undefined
    this.#have = 0
    this.#whole = HEADER_LENGTH
    this.#carriers = undefined
    return { type: bytes[0]!, bytes, carriedBy }
  }
}
