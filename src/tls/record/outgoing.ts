/** What goes out: content cut into records, protected when there are keys, and kept as pieces until it is polled. */
import type { Bytes, Millis } from '../../engine.ts'
import type { Carrier } from '../../trace/types.ts'
import { joined } from '../../wire/bytes.ts'
import type { Codec, Tagged } from '../../wire/codec.ts'
import { MAX_PLAINTEXT } from '../limits.ts'
import { TLS_1_2 } from '../messages/registries.table.ts'
import { refusal } from '../refusal.ts'
import type { TracedRecord, Tracing } from '../tracing.ts'
import { ALERT, APPLICATION_DATA, CHANGE_CIPHER_SPEC, HANDSHAKE, HEADER_LENGTH } from './format.ts'
import type { RecordProtection } from './protection.ts'

/** RFC 5246 E.1: the first record says 3.1, because some servers refuse a hello that says anything else there. */
const FIRST_VERSION = 0x0301

/** A message that waits for those behind it. */
interface Written {
  readonly name: string
  readonly format: Codec<Tagged>
  readonly message: Bytes
  readonly at: Millis
}

export class Outgoing {
  readonly #tracing: Tracing | undefined
  #protection: RecordProtection | undefined
  #pieces: Bytes[] = []
  /**
   * Messages under one key share records as far as they fit (RFC 9846 5.1): each record is sealed by itself, which costs
   * more than what is in it. They wait for whatever is no such message, for other keys, or until they are polled.
   */
  #flight: Written[] | undefined
  #alone = false
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
    return this.#pieces.length === 0 && this.#flight === undefined
  }
  /** Everything so far, as one gather list. */
  take(): readonly Bytes[] {
    this.#leave()
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }
  agreeOnVersion(): void {
    this.#version = TLS_1_2
  }
  /** From here on records hold no more content than this. */
  limit(bytes: number): void {
    this.#leave()
    this.#most = bytes
  }
  /** Undefined: in clear. */
  protect(protection: RecordProtection | undefined): void {
    this.#leave()
    this.#protection?.wipe()
    this.#protection = protection
  }
  /** Nothing more is sent; what would be fails, and does not go out in clear. */
  wipe(): void {
    this.#leave()
    this.#protection?.wipe()
  }
  /** The handshake is over: what comes behind it is no flight, and GnuTLS takes a request and new keys only one by one. */
  noFlights(): void {
    this.#alone = true
  }
  /** `message` must not change any more. */
  handshake(name: string, format: Codec<Tagged>, message: Bytes, now: Millis): void {
    this.#flight ??= []
    this.#flight.push({ name, format, message, at: now })
    if (this.#alone || this.#protection === undefined) this.#leave()
  }
  /** In clear: in the handshake of TLS 1.2 there are no keys yet, in that of 1.3 it says nothing. */
  changeCipherSpec(now: Millis): void {
    this.#leave()
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
  /** What was gathered goes into records. */
  #leave(): void {
    const flight = this.#flight
    if (flight === undefined) return
    this.#flight = undefined
    const first = flight[0]!
    const whole = flight.length === 1 ? first.message : joined(flight.map(({ message }) => message))
    const parts: TracedPart[] = []
    for (let at = 0; at < whole.length; at += this.#most) {
      const part = whole.subarray(at, at + this.#most)
      const record = this.#record(HANDSHAKE, part, first.at)
      if (record !== undefined) parts.push({ record, start: at, end: at + part.length })
    }
    if (this.#tracing === undefined) return
    let start = 0
    for (const { name, format, message, at } of flight) {
      const end = start + message.length
      this.#tracing.handshake('out', at, name, format, message, carriersOf(parts, start, end))
      start = end
    }
  }
  #record(type: number, content: Bytes, now: Millis): TracedRecord | undefined {
    if (type !== HANDSHAKE) this.#leave()
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

/** A record that was told of, and what of a flight lies in it. */
interface TracedPart {
  readonly record: TracedRecord
  readonly start: number
  readonly end: number
}

/** The records that carry [start, end) of a flight. */
const carriersOf = (parts: readonly TracedPart[], start: number, end: number): Carrier[] =>
  parts
    .filter(part => part.start < end && part.end > start)
    .map(({ record: { id, at }, ...part }) => ({
      message: id,
      start: at + Math.max(start, part.start) - part.start,
      end: at + Math.min(end, part.end) - part.start,
    }))
