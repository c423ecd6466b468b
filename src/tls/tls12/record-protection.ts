/**
 * One direction's protection of records with an AEAD (RFC 5246 6.2.3.3, RFC 5288 3, RFC 7905 2). Nonce and additional
 * data are two buffers, changed in place for each record; ciphertext and tag stay the pieces that the provider gave.
 */
import type { Aead, CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import type { Codec } from '../../wire/codec.ts'
import { SMALL, smallArray } from '../../wire/slab.ts'
import { MAX_CIPHERTEXT } from '../limits.ts'
import { TLS_1_2 } from '../messages/registries.table.ts'
import { HEADER_LENGTH } from '../record/format.ts'
import type { RecordProtection } from '../record/protection.ts'
import { mixSequence, writeSequence } from '../record/sequence.ts'
import type { AeadSuite } from '../suites.table.ts'
import { ChaChaRecord, GcmRecord, TAG_LENGTH } from './record-format.ts'

const NONCE_LENGTH = 12

export class AeadProtection implements RecordProtection {
  readonly #suite: AeadSuite
  readonly #aead: Aead
  /** The part from the key block: the first 4 bytes for GCM, all 12 for ChaCha20. */
  readonly #iv: Bytes
  readonly #nonce = new Uint8Array(NONCE_LENGTH)
  /** Sequence number, type, version, length of the plaintext. */
  readonly #additional = new Uint8Array(13)
  #sequence = 0
  #opened = 0
  readonly mostFragment: number = MAX_CIPHERTEXT
  /** Keeps nothing of `key` and `iv`: the caller may wipe them. */
  constructor(crypto: CryptoProvider, suite: AeadSuite, key: Bytes, iv: Bytes) {
    this.#suite = suite
    this.#aead = crypto.aead(suite.aead, key)
    this.#iv = iv.slice()
    this.#nonce.set(iv)
    this.#additional[9] = TLS_1_2 >> 8
    this.#additional[10] = TLS_1_2 & 0xff
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
    const short = HEADER_LENGTH + length <= SMALL
    const head = short ? smallArray(HEADER_LENGTH + length) : new Uint8Array(at)
    head[0] = type
    head[1] = TLS_1_2 >> 8
    head[2] = TLS_1_2 & 0xff
    head[3] = length >> 8
    head[4] = length & 0xff
    // RFC 5288 3 leaves the explicit nonce to the sender; the sequence number can never repeat under one key.
    if (recordIvLength === 8) {
      for (let i = 0; i < 8; i++) head[HEADER_LENGTH + i] = this.#nonce[4 + i] = additional[i]!
    } else mixSequence(this.#nonce, this.#iv, this.#sequence)
    this.#sequence++
    if (short) {
      this.#aead.sealInto(head, at, this.#nonce, additional, plaintext)
      return [head]
    }
    const { ciphertext, tag } = this.#aead.seal(this.#nonce, additional, plaintext)
    return [head, ciphertext, tag]
  }
  /** The content of a fragment, in a buffer of its own; undefined when its tag does not fit. */
  open(type: number, fragment: Bytes): Bytes | undefined {
    const { recordIvLength } = this.#suite
    const length = fragment.length - recordIvLength - TAG_LENGTH
    if (length < 0) return undefined
    const additional = this.#prepare(type, length)
    if (recordIvLength === 8) for (let i = 0; i < 8; i++) this.#nonce[4 + i] = fragment[i]!
    else mixSequence(this.#nonce, this.#iv, this.#sequence)
    const at = fragment.length - TAG_LENGTH
    const plaintext = this.#aead.open(
      this.#nonce,
      additional,
      fragment.subarray(recordIvLength, at),
      fragment.subarray(at),
    )
    if (plaintext === undefined) return undefined
    this.#sequence++
    this.#opened = type
    return plaintext
  }
  #prepare(type: number, length: number): Bytes {
    const additional = this.#additional
    writeSequence(additional, this.#sequence)
    additional[8] = type
    additional[11] = length >> 8
    additional[12] = length & 0xff
    return additional
  }
}
