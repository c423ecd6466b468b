/** What goes out: content cut into records, protected when there are keys, and kept as pieces until it is polled. */
import type { Bytes, Millis } from '../../engine.ts'
import type { Carrier } from '../../trace/types.ts'
import type { Codec, Tagged } from '../../wire/codec.ts'
import { MAX_PLAINTEXT } from '../limits.ts'
import { TLS_1_2 } from '../messages/registries.table.ts'
import { refusal } from '../refusal.ts'
import type { TracedRecord, Tracing } from '../tracing.ts'
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, HEADER_LENGTH } from './format.ts'
import type { RecordProtection } from './protection.ts'

/** RFC 5246 E.1: the first record says 3.1, because some servers refuse a hello that says anything else there. */
const FIRST_VERSION = 0x0301

export class Outgoing {
  readonly #tracing: Tracing | undefined
  #protection: RecordProtection | undefined
  #pieces: Bytes[] = []
  #most: number = MAX_PLAINTEXT
  #version = FIRST_VERSION
  /** One goes out before the next record. */
  #owesChangeCipherSpec = false
  /** Offset in the byte stream. */
  #at = 0
  /** Makes new keys when those of `protect` are used up; false: there are none to be had. */
  readonly #renew: () => boolean
  constructor(tracing: Tracing | undefined, renew: () => boolean) {
    this.#tracing = tracing
    this.#renew = renew
  }
  get empty(): boolean {
    return this.#pieces.length === 0
  }
  /** Everything so far, as one gather list. */
  take(): readonly Bytes[] {
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }
  agreeOnVersion(): void {
    this.#version = TLS_1_2
  }
  /** From here on records hold no more content than this. */
  limit(bytes: number): void {
    this.#most = bytes
  }
  /** Undefined: in clear. */
  protect(protection: RecordProtection | undefined): void {
    this.#protection = protection
  }
  /** `message` must not change any more. */
  handshake(name: string, format: Codec<Tagged>, message: Bytes, now: Millis): void {
    const carriers: Carrier[] = []
    for (let at = 0; at < message.length; at += this.#most) {
      const part = message.subarray(at, at + this.#most)
      const record = this.#record(HANDSHAKE, part, now)
      if (record !== undefined) carriers.push({ message: record.id, start: record.at, end: record.at + part.length })
    }
    this.#tracing?.handshake('out', now, name, format, message, carriers)
  }
  /** In clear: in the handshake of TLS 1.2 there are no keys yet, in that of 1.3 it says nothing. */
  changeCipherSpec(now: Millis): void {
    const content = Uint8Array.of(1)
    const record = this.#emit(CHANGE_CIPHER_SPEC, content, now, undefined)
    if (record !== undefined) this.#tracing?.small('out', now, 'ChangeCipherSpec', content, record)
  }
  changeCipherSpecFirst(): void {
    this.#owesChangeCipherSpec = true
  }
  alert(level: number, description: number, now: Millis): void {
    const content = Uint8Array.of(level, description)
    const record = this.#record(ALERT, content, now)
    if (record !== undefined) this.#tracing?.small('out', now, 'Alert', content, record)
  }
  /** Protected at once: the caller may change `data` afterwards. Throws `Refusal` when the key is used up. */
  data(data: Bytes, now: Millis): void {
    if (data.length <= this.#most) {
      this.#dataRecord(data, now)
      return
    }
    for (let at = 0; at < data.length; at += this.#most) this.#dataRecord(data.subarray(at, at + this.#most), now)
  }
  #dataRecord(content: Bytes, now: Millis): void {
    const protection = this.#protection
    if (protection?.usedUp && !this.#renew()) throw refusal('tls/key-used-up', { number: protection.sequence })
    this.#record(APPLICATION_DATA, content, now)
  }
  #record(type: number, content: Bytes, now: Millis): TracedRecord | undefined {
    if (this.#owesChangeCipherSpec) {
      this.#owesChangeCipherSpec = false
      this.changeCipherSpec(now)
    }
    return this.#emit(type, content, now, this.#protection)
  }
  #emit(type: number, content: Bytes, now: Millis, protection: RecordProtection | undefined): TracedRecord | undefined {
    const record = protection === undefined ? this.#plain(type, content) : protection.seal(type, content, this.#most)
    this.#pieces.push(...record)
    const start = this.#at
    for (const piece of record) this.#at += piece.length
    const hidden = protection === undefined ? undefined : content
    return this.#tracing?.record('out', now, record, start, protection, hidden, type)
  }
  #plain(type: number, content: Bytes): readonly [Bytes, Bytes] {
    const header = new Uint8Array(HEADER_LENGTH)
    header[0] = type
    header[1] = this.#version >> 8
    header[2] = this.#version & 0xff
    header[3] = content.length >> 8
    header[4] = content.length & 0xff
    this.#version = TLS_1_2
    return [header, content]
  }
}
