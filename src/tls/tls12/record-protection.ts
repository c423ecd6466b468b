/**
 * One direction's protection of records with an AEAD (RFC 5246 6.2.3.3, RFC 5288 3, RFC 7905 2). Ciphertext and tag stay
 * the pieces that the provider gave.
 */
import type { Aead, CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import type { Codec } from '../../wire/codec.ts'
import { SMALL, smallArray } from '../../wire/slab.ts'
import { MAX_CIPHERTEXT } from '../limits.ts'
import { TLS_1_2 } from '../messages/registries.table.ts'
import { HEADER_LENGTH } from '../record/format.ts'
import type { RecordProtection } from '../record/protection.ts'
import { writeNonce, writeSequence } from '../record/sequence.ts'
import type { AeadSuite } from '../suites.table.ts'
import { ChaChaRecord, GcmRecord, TAG_LENGTH } from './record-format.ts'

/**
 * Written and read within one call, so all connections share them: an idle one holds two buffers less in each direction.
 * The second is sequence number, type, version, length of the plaintext.
 */
const NONCE = new Uint8Array(12)
const WORDS = new DataView(NONCE.buffer)
const ADDITIONAL: Uint8Array = Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, TLS_1_2 >> 8, TLS_1_2 & 0xff, 0, 0)

export class AeadProtection implements RecordProtection {
  readonly #suite: AeadSuite
  readonly #aead: Aead
  /** The part from the key block, in words: for GCM the first, for ChaCha20 all three. */
  readonly #iv0: number
  readonly #iv4: number
  readonly #iv8: number
  #sequence = 0
  #opened = 0
  readonly mostFragment: number = MAX_CIPHERTEXT
  /** Keeps nothing of `key` and `iv`: the caller may wipe them. */
  constructor(crypto: CryptoProvider, suite: AeadSuite, key: Bytes, iv: Bytes) {
    this.#suite = suite
    this.#aead = crypto.aead(suite.aead, key)
    NONCE.fill(0)
    NONCE.set(iv)
    this.#iv0 = WORDS.getInt32(0)
    this.#iv4 = WORDS.getInt32(4)
    this.#iv8 = WORDS.getInt32(8)
  }
  get usedUp(): boolean {
    return this.#sequence >= this.#suite.mostRecords
  }
  /** The explicit part of the nonce. */
  get prefixLength(): number {
    return this.#suite.recordIvLength
  }
  get format(): Codec<unknown> {
    return (this.#suite.recordIvLength === 8 ? GcmRecord : ChaChaRecord) as Codec<unknown>
  }
  get sequence(): number {
    return this.#sequence
  }
  get opened(): number {
    return this.#opened
  }
  /** The record as pieces for one write: header with the explicit nonce, ciphertext, tag; a short one as one piece. */
  seal(type: number, plaintext: Bytes): readonly Bytes[] {
    const { recordIvLength } = this.#suite
    const additional = this.#prepare(type, plaintext.length)
    const at = HEADER_LENGTH + recordIvLength
    const length = recordIvLength + plaintext.length + TAG_LENGTH
    // RFC 5288 3 leaves the explicit nonce to the sender; the sequence number can never repeat under one key.
    if (recordIvLength === 8) for (let i = 0; i < 8; i++) NONCE[4 + i] = additional[i]!
    const later = this.#aead.sealLater?.(at, NONCE, additional, plaintext.length)
    const whole = HEADER_LENGTH + length
    const room = later ?? (whole <= SMALL ? smallArray(whole) : this.#aead.room?.(whole))
    const head = room ?? new Uint8Array(at)
    head[0] = type
    head[1] = TLS_1_2 >> 8
    head[2] = TLS_1_2 & 0xff
    head[3] = length >> 8
    head[4] = length & 0xff
    if (recordIvLength === 8) for (let i = 0; i < 8; i++) head[HEADER_LENGTH + i] = additional[i]!
    this.#sequence++
    if (later !== undefined) {
      later.set(plaintext, at)
      return [later]
    }
    if (room !== undefined) {
      this.#aead.sealInto(head, at, NONCE, additional, plaintext)
      return [head]
    }
    const { ciphertext, tag } = this.#aead.seal(NONCE, additional, plaintext)
    return [head, ciphertext, tag]
  }
  /** The content of a fragment, in a buffer of its own; undefined when its tag does not fit. */
  open(type: number, fragment: Bytes): Bytes | undefined {
    const { recordIvLength } = this.#suite
    const length = fragment.length - recordIvLength - TAG_LENGTH
    if (length < 0) return undefined
    const additional = this.#prepare(type, length)
    if (recordIvLength === 8) for (let i = 0; i < 8; i++) NONCE[4 + i] = fragment[i]!
    const at = fragment.length - TAG_LENGTH
    const plaintext = this.#aead.open(NONCE, additional, fragment.subarray(recordIvLength, at), fragment.subarray(at))
    if (plaintext === undefined) return undefined
    this.#sequence++
    this.#opened = type
    return plaintext
  }
  goTo(sequence: number): void {
    this.#sequence = sequence
  }
  wipe(): void {
    this.#aead.wipe()
  }
  #prepare(type: number, length: number): Bytes {
    // As RFC 7905 2 has it; in GCM the explicit part takes the place of the last eight bytes.
    writeNonce(WORDS, this.#iv0, this.#iv4, this.#iv8, this.#sequence)
    writeSequence(ADDITIONAL, this.#sequence)
    ADDITIONAL[8] = type
    ADDITIONAL[11] = length >> 8
    ADDITIONAL[12] = length & 0xff
    return ADDITIONAL
  }
}
