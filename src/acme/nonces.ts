/**
 * Nonces (RFC 8555 6.5): every one is good for one request. They are numbers with a tag that only their maker can make, so
 * that nothing is kept for those that were handed out; of the last `WINDOW` a bit each says which came back already.
 */
import type { CryptoProvider } from '../crypto/provider.ts'
import { base64url, fromBase64url } from '../wire/base64url.ts'
import { joined } from '../wire/bytes.ts'

/**
 * So many may be under way at once; older ones are badNonce, which clients answer by taking the next (RFC 8555 6.5). The
 * bits of all are 8 kB, however many were asked for.
 */
export const NONCE_WINDOW = 65_536
/** Octets of number and tag: nobody counts to 2^48, or guesses 96 bits. */
const NUMBER = 6
const TAG = 12

export class Nonces {
  readonly #crypto: CryptoProvider
  readonly #key: Uint8Array
  readonly #used = new Uint8Array(NONCE_WINDOW / 8)
  #next = 0

  /** Its key is its own: nonces of an earlier start are unknown. */
  constructor(crypto: CryptoProvider) {
    this.#crypto = crypto
    this.#key = crypto.random.bytes(32).slice()
  }

  make(): string {
    const number = this.#next++
    const slot = number % NONCE_WINDOW
    this.#used[slot >> 3]! &= ~(1 << (slot & 7))
    const octets = octetsOf(number)
    return base64url(joined([octets, this.#tag(octets)]))
  }

  /** True once for each that was made, while it is among the last. */
  take(text: string): boolean {
    const octets = fromBase64url(text)
    if (octets === undefined || octets.length !== NUMBER + TAG) return false
    const number = octets.subarray(0, NUMBER)
    if (!this.#crypto.equal(this.#tag(number), octets.subarray(NUMBER))) return false
    const value = number.reduce((sum, octet) => sum * 256 + octet, 0)
    if (value < this.#next - NONCE_WINDOW) return false
    const slot = value % NONCE_WINDOW
    const bit = 1 << (slot & 7)
    if ((this.#used[slot >> 3]! & bit) !== 0) return false
    this.#used[slot >> 3]! |= bit
    return true
  }

  #tag(number: Uint8Array): Uint8Array {
    return this.#crypto.hmac('sha256', this.#key, number).subarray(0, TAG)
  }
}

const octetsOf = (number: number): Uint8Array =>
  Uint8Array.from({ length: NUMBER }, (_, i) => Math.floor(number / 256 ** (NUMBER - 1 - i)) & 0xff)
