/**
 * One direction's protection of records with AES-CBC and HMAC: the MAC inside of what is encrypted (RFC 5246 6.2.3.2), or
 * over it (RFC 7366). Inside, whoever opens a record must not show by his time where the padding ends (Lucky Thirteen,
 * POODLE): the same octets are looked at and as many blocks are hashed for every record of one length. That is as much as
 * can be had here: neither the engine that runs this nor the call into the provider promises more.
 */
import type { Cbc, CryptoProvider } from '../../crypto/provider.ts'
import type { Bytes } from '../../engine.ts'
import { joined } from '../../wire/bytes.ts'
import type { Codec } from '../../wire/codec.ts'
import { MAX_CIPHERTEXT } from '../limits.ts'
import { TLS_1_2 } from '../messages/registries.table.ts'
import { HEADER_LENGTH } from '../record/format.ts'
import type { RecordProtection } from '../record/protection.ts'
import { writeSequence } from '../record/sequence.ts'
import type { CbcSuite } from '../suites.table.ts'
import { cbcRecord, etmCbcRecord } from './record-format.ts'

export type MacOrder = 'mac-then-encrypt' | 'encrypt-then-mac'

export const MAC_LENGTH: Readonly<Record<CbcSuite['mac'], number>> = { sha1: 20, sha256: 32, sha384: 48 }

/** Bytes of AES's block, and of the IV in front of each record. */
const BLOCK = 16

/** RFC 5246 6.2.3.2: the padding and its length byte. */
const MAX_PADDING = 256

/** How each hash cuts its input into blocks: their length, and what is behind the input at least (FIPS 180-4 5.1). */
const HASHING: Readonly<Record<CbcSuite['mac'], { readonly block: number; readonly behind: number }>> = {
  sha1: { block: 64, behind: 9 },
  sha256: { block: 64, behind: 9 },
  sha384: { block: 128, behind: 17 },
}

/** What is hashed where a record has less than it could. Six blocks make up for the longest padding. */
const FILLER = new Uint8Array(6 * 128)

export class CbcProtection implements RecordProtection {
  readonly #crypto: CryptoProvider
  readonly #suite: CbcSuite
  readonly #macKey: Bytes
  readonly #macLength: number
  readonly #cbc: Cbc
  readonly #order: MacOrder
  /** Sequence number, type, version, length: in front of what the MAC is over. */
  readonly #head = new Uint8Array(13)
  #sequence = 0
  #opened = 0
  /** Of the record that was sealed or opened last, with its length byte. */
  #padding = 1
  readonly prefixLength: number = BLOCK
  readonly mostFragment: number = MAX_CIPHERTEXT
  /** Copies `macKey` and `key`: the caller may wipe them. */
  constructor(crypto: CryptoProvider, suite: CbcSuite, macKey: Bytes, key: Bytes, order: MacOrder) {
    this.#crypto = crypto
    this.#suite = suite
    this.#macKey = macKey.slice()
    this.#macLength = MAC_LENGTH[suite.mac]
    this.#cbc = crypto.cbc(key)
    this.#order = order
    this.#head[9] = TLS_1_2 >> 8
    this.#head[10] = TLS_1_2 & 0xff
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
    const form = this.#order === 'encrypt-then-mac' ? etmCbcRecord : cbcRecord
    return form(this.#macLength, this.#padding) as Codec<unknown>
  }
  /** The record as pieces for one write: header with the IV, ciphertext, and the MAC when it is over that. */
  seal(type: number, content: Bytes): readonly Bytes[] {
    const outside = this.#order === 'encrypt-then-mac'
    const inner = outside ? [content] : [content, this.#mac(type, content.length, content)]
    const length = content.length + (outside ? 0 : this.#macLength)
    this.#padding = BLOCK - (length % BLOCK)
    const iv = this.#crypto.random.bytes(BLOCK)
    const ciphertext = this.#cbc.encrypt(iv, joined([...inner, new Uint8Array(this.#padding).fill(this.#padding - 1)]))
    const pieces = [iv, ciphertext]
    if (outside) pieces.push(this.#mac(type, BLOCK + ciphertext.length, iv, ciphertext))
    this.#sequence++
    return [this.#header(type, iv, pieces), ...pieces.slice(1)]
  }
  /** The content of a fragment, in a buffer of its own; undefined when MAC or padding do not fit, whichever it is. */
  open(type: number, fragment: Bytes): Bytes | undefined {
    const content =
      this.#order === 'encrypt-then-mac' ? this.#openOutside(type, fragment) : this.#openInside(type, fragment)
    if (content === undefined) return undefined
    this.#sequence++
    this.#opened = type
    return content
  }
  goTo(sequence: number): void {
    this.#sequence = sequence
  }
  wipe(): void {
    this.#macKey.fill(0)
    this.#cbc.wipe()
  }
  /** RFC 7366 3: nothing is decrypted that was altered. */
  #openOutside(type: number, fragment: Bytes): Bytes | undefined {
    const end = fragment.length - this.#macLength
    if (end < 2 * BLOCK || end % BLOCK !== 0) return undefined
    const sealed = fragment.subarray(0, end)
    if (!this.#crypto.equal(this.#mac(type, end, sealed), fragment.subarray(end))) return undefined
    const inner = this.#cbc.decrypt(sealed.subarray(0, BLOCK), sealed.subarray(BLOCK))
    const padding = paddingOf(inner, inner.length)
    if (padding === 0) return undefined
    this.#padding = padding
    return inner.subarray(0, inner.length - padding)
  }
  #openInside(type: number, fragment: Bytes): Bytes | undefined {
    const length = fragment.length - BLOCK
    if (length < this.#macLength + 1 || length % BLOCK !== 0) return undefined
    const inner = this.#cbc.decrypt(fragment.subarray(0, BLOCK), fragment.subarray(BLOCK))
    const padding = paddingOf(inner, length - this.#macLength)
    // Without padding that could be right, the MAC is taken over as if there were one byte, and nobody believes it.
    const counted = padding | (isZero(padding) & 1)
    const end = length - this.#macLength - counted
    const mac = this.#mac(type, end, inner.subarray(0, end))
    this.#hashTheRest(length - this.#macLength - 1, end)
    const wrong = difference(inner, end, mac) | isZero(padding)
    if (wrong !== 0) return undefined
    this.#padding = padding
    return inner.subarray(0, end)
  }
  /** Lucky Thirteen: as many blocks as a content of `most` bytes would have had and one of `length` did not. */
  #hashTheRest(most: number, length: number): void {
    const { block, behind } = HASHING[this.#suite.mac]
    const blocks = (bytes: number): number => Math.ceil((this.#head.length + bytes + behind) / block)
    this.#crypto.hash(this.#suite.mac).update(FILLER.subarray(0, (blocks(most) - blocks(length)) * block))
  }
  #mac(type: number, length: number, ...data: readonly Bytes[]): Bytes {
    const head = this.#head
    writeSequence(head, this.#sequence)
    head[8] = type
    head[11] = length >> 8
    head[12] = length & 0xff
    return this.#crypto.hmac(this.#suite.mac, this.#macKey, head, ...data)
  }
  #header(type: number, iv: Bytes, pieces: readonly Bytes[]): Bytes {
    const head = new Uint8Array(HEADER_LENGTH + BLOCK)
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0)
    head.set([type, TLS_1_2 >> 8, TLS_1_2 & 0xff, length >> 8, length & 0xff])
    head.set(iv, HEADER_LENGTH)
    return head
  }
}

/**
 * Bytes of padding at the end of `inner`, with the length byte; 0 when they are not all alike or more than `most`. Looks
 * at as many bytes whatever they are.
 */
const paddingOf = (inner: Bytes, most: number): number => {
  const last = inner[inner.length - 1]!
  const padding = last + 1
  /** Not zero when something is wrong. */
  let wrong = isLess(most, padding)
  const looked = Math.min(MAX_PADDING, inner.length)
  for (let i = 1; i <= looked; i++) wrong |= (inner[inner.length - i]! ^ last) & ~isLess(padding, i)
  return padding & isZero(wrong)
}

/** Zero when the bytes from `start` on are `mac`. `start` may be any that a padding allows, and is not shown. */
const difference = (inner: Bytes, start: number, mac: Bytes): number => {
  // A power of two, so that an index needs no comparison.
  const expected = new Uint8Array(64)
  expected.set(mac)
  let wrong = 0
  for (let i = Math.max(0, inner.length - mac.length - MAX_PADDING); i < inner.length; i++) {
    const inside = ~isLess(i, start) & isLess(i, start + mac.length)
    wrong |= (inner[i]! ^ expected[(i - start) & 63]!) & inside
  }
  return wrong
}

/** All ones when `a` is less than `b`, else zero, for numbers below 2^30. */
const isLess = (a: number, b: number): number => (a - b) >> 31

/** All ones for zero, zero for any other number below 2^30 (and for none below zero). */
const isZero = (value: number): number => ((value - 1) & ~value) >> 31
