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

/**
 * RFC 9846 5.3, RFC 7905 2: the twelve bytes of an IV, given in words, with the number XORed into the last eight. Whoever
 * keeps an IV keeps it so: an array of twelve bytes takes 0.2 kB.
 */
export const writeNonce = (out: DataView, iv0: number, iv4: number, iv8: number, sequence: number): void => {
  out.setInt32(0, iv0)
  out.setInt32(4, iv4 ^ Math.floor(sequence / 0x1_0000_0000))
  out.setInt32(8, iv8 ^ sequence)
}
