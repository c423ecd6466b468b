/**
 * One direction's protection of records in TLS 1.3 (RFC 9846 5.2 to 5.4). The type of the content is sealed with it, and
 * zeros may follow, so that nobody else learns what is in a record nor how much.
 */
import type { Aead, CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import type { Codec } from '../../wire/codec.ts'
import { SMALL, smallArray } from '../../wire/slab.ts'
import { MAX_CIPHERTEXT_13, MAX_PLAINTEXT } from '../limits.ts'
import { TLS_1_2 } from '../messages/registries.table.ts'
import { APPLICATION_DATA, HEADER_LENGTH } from '../record/format.ts'
import type { RecordProtection } from '../record/protection.ts'
import { writeNonce } from '../record/sequence.ts'
import type { Suite13 } from '../suites.table.ts'
import { sealedRecord, TAG_LENGTH } from './record-format.ts'

/** How many zeros go behind so much content. What does not fit into a record is left out. */
export type Padding = (contentLength: number) => number

const NONE: Padding = () => 0

export const NONCE_LENGTH = 12

/**
 * Written and read within one call, so all connections share them: an idle one holds two buffers less in each direction.
 * The header of a record is its additional data (RFC 9846 5.2).
 */
const NONCE = new Uint8Array(NONCE_LENGTH)
const WORDS = new DataView(NONCE.buffer)
const HEADER: Uint8Array = Uint8Array.of(0, TLS_1_2 >> 8, TLS_1_2 & 0xff, 0, 0)

/** RFC 9846 5.4: "The full encoded TLSInnerPlaintext MUST NOT exceed 2^14 + 1 octets". */
const MAX_INNER = MAX_PLAINTEXT + 1
/** Content, type and zeros, one behind the other: to copy them costs less than to encrypt the type by itself. */
const INNER = new Uint8Array(MAX_INNER)

export class Aead13Protection implements RecordProtection {
  readonly #suite: Suite13
  readonly #aead: Aead
  /** The IV in words. */
  readonly #iv0: number
  readonly #iv4: number
  readonly #iv8: number
  readonly #padding: Padding
  #sequence = 0
  #opened = 0
  /** Zeros in the record that was sealed or opened last. */
  #zeros = 0
  readonly prefixLength = 0
  readonly mostFragment: number = MAX_CIPHERTEXT_13
  /** Keeps nothing of `key` and `iv`: the caller may wipe them. */
  constructor(crypto: CryptoProvider, suite: Suite13, key: Bytes, iv: Bytes, padding: Padding = NONE) {
    this.#suite = suite
    this.#aead = crypto.aead(suite.aead, key)
    const words = new DataView(iv.buffer, iv.byteOffset, NONCE_LENGTH)
    this.#iv0 = words.getInt32(0)
    this.#iv4 = words.getInt32(4)
    this.#iv8 = words.getInt32(8)
    this.#padding = padding
  }
  get sequence(): number {
    return this.#sequence
  }
  get usedUp(): boolean {
    return this.#sequence >= this.#suite.mostRecords
  }
  get opened(): number {
    return this.#opened
  }
  get format(): Codec<unknown> {
    return sealedRecord(this.#zeros) as Codec<unknown>
  }
  /** The record as pieces for one write: header, ciphertext, tag; a short one as one piece. */
  seal(type: number, content: Bytes, most: number = MAX_PLAINTEXT): readonly Bytes[] {
    const room = most - content.length
    this.#zeros = Math.max(0, Math.min(this.#padding(content.length), room))
    const inner = content.length + 1 + this.#zeros
    const nonce = this.#mixed()
    const header = this.#header(APPLICATION_DATA, inner + TAG_LENGTH)
    this.#sequence++
    const length = HEADER_LENGTH + inner + TAG_LENGTH
    const later = this.#aead.sealLater?.(HEADER_LENGTH, nonce, header, inner)
    const record = later ?? (length <= SMALL ? smallArray(length) : this.#aead.room?.(length))
    if (record !== undefined) {
      record.set(header)
      record.set(content, HEADER_LENGTH)
      record[HEADER_LENGTH + content.length] = type
      if (this.#zeros > 0) record.fill(0, HEADER_LENGTH + content.length + 1, HEADER_LENGTH + inner)
      if (later === undefined)
        this.#aead.sealInto(record, HEADER_LENGTH, nonce, header, record.subarray(HEADER_LENGTH, HEADER_LENGTH + inner))
      return [record]
    }
    const whole = inner <= MAX_INNER ? INNER.subarray(0, inner) : new Uint8Array(inner)
    whole.set(content)
    whole[content.length] = type
    whole.fill(0, content.length + 1)
    const { ciphertext, tag } = this.#aead.seal(nonce, header, whole)
    // Nobody's data stays.
    whole.fill(0)
    return [header.slice(), ciphertext, tag]
  }
  /**
   * The content without type and padding. An inner plaintext that is too long is returned whole, so that whoever bounds
   * content refuses it (RFC 9846 5.4: record_overflow).
   */
  open(type: number, fragment: Bytes): Bytes | undefined {
    this.#zeros = 0
    const at = fragment.length - TAG_LENGTH
    if (at < 0 || type !== APPLICATION_DATA) return undefined
    const header = this.#header(type, fragment.length)
    const inner = this.#aead.open(this.#mixed(), header, fragment.subarray(0, at), fragment.subarray(at))
    if (inner === undefined) return undefined
    this.#sequence++
    let end = inner.length
    while (end > 0 && inner[end - 1] === 0) end--
    this.#opened = end === 0 ? 0 : inner[end - 1]!
    if (inner.length > MAX_INNER) return inner
    this.#zeros = end === 0 ? 0 : inner.length - end
    return inner.subarray(0, Math.max(0, end - 1))
  }
  goTo(sequence: number): void {
    this.#sequence = sequence
  }
  wipe(): void {
    this.#aead.wipe()
  }
  #header(type: number, length: number): Bytes {
    HEADER[0] = type
    HEADER[3] = length >> 8
    HEADER[4] = length & 0xff
    return HEADER
  }
  #mixed(): Bytes {
    writeNonce(WORDS, this.#iv0, this.#iv4, this.#iv8, this.#sequence)
    return NONCE
  }
}
