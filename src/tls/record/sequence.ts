/**
 * Sequence numbers of records as 64 bits (RFC 5246 6.1, RFC 9846 5.3). A double counts to 2^53; a million records per
 * second would take 285 years, so it cannot wrap.
 */
import type { Bytes } from '../../engine.ts'

/** Big-endian into the first eight bytes. */
export const writeSequence = (out: Bytes, sequence: number): void => {
  let high = Math.floor(sequence / 0x1_0000_0000)
  let low = sequence >>> 0
  for (let i = 3; i >= 0; i--) {
    out[i] = high & 0xff
    out[i + 4] = low & 0xff
    high >>>= 8
    low >>>= 8
  }
}

/** RFC 9846 5.3, RFC 7905 2: the IV with the number XORed into its last eight of twelve bytes. */
export const mixSequence = (nonce: Bytes, iv: Bytes, sequence: number): void => {
  let high = Math.floor(sequence / 0x1_0000_0000)
  let low = sequence >>> 0
  for (let i = 7; i >= 4; i--) {
    nonce[i] = iv[i]! ^ (high & 0xff)
    nonce[i + 4] = iv[i + 4]! ^ (low & 0xff)
    high >>>= 8
    low >>>= 8
  }
}
