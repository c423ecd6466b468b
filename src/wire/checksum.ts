/**
 * The Internet checksum (RFC 1071) of IPv4, ICMP, UDP and TCP. The sum does not depend on byte order (RFC 1071 2(B)),
 * so it is taken over the machine's own 32-bit words where a frame is aligned, and swapped once at the end.
 */
import type { IpAddress } from './address.ts'
import type { Frame } from './frame.ts'

const LITTLE_ENDIAN = new Uint8Array(Uint32Array.of(1).buffer)[0] === 1

/** The one's complement sum, 0 to 0xffff, of bytes [start, end) as big-endian 16-bit words; an odd last byte is padded. */
export const sum = (bytes: Uint8Array, start: number, end: number, initial = 0): number => {
  let total = initial
  const even = end - ((end - start) & 1)
  for (let i = start; i < even; i += 2) total += (bytes[i]! << 8) | bytes[i + 1]!
  if (even < end) total += bytes[even]! << 8
  return fold(total)
}

/** What belongs into a checksum field: the complement of `sum`. Over bytes that hold a right checksum it is 0. */
export const checksum = (bytes: Uint8Array, start: number, end: number, initial = 0): number =>
  ~sum(bytes, start, end, initial) & 0xffff

/** As `sum`, for bytes [start, end) of a frame's buffer: by words where `start` is aligned. */
export const frameSum = (frame: Frame, start: number, end: number, initial = 0): number => {
  if ((start & 3) !== 0) return sum(frame.buffer, start, end, initial)
  const aligned = end - ((end - start) & 3)
  const words = wordSum(frame.words, start >>> 2, aligned >>> 2)
  return aligned === end ? fold(words + initial) : sum(frame.buffer, aligned, end, words + initial)
}

/** As `checksum`, for bytes [start, end) of a frame's buffer. */
export const frameChecksum = (frame: Frame, start: number, end: number, initial = 0): number =>
  ~frameSum(frame, start, end, initial) & 0xffff

/** The sum of a pseudo header without its length (RFC 9293 3.1, RFC 8200 8.1); add the length of header and data. */
export const pseudoHeaderSum = (from: IpAddress, to: IpAddress, protocol: number): number =>
  sum(to.octets, 0, to.octets.length, sum(from.octets, 0, from.octets.length, protocol))

/** Folds the carries of a sum below 2^48 into 16 bits. */
const fold = (total: number): number => {
  const low = total >>> 0
  let folded = (low & 0xffff) + (low >>> 16) + (total - low) / 0x1_0000_0000
  folded = (folded & 0xffff) + (folded >>> 16)
  return (folded & 0xffff) + (folded >>> 16)
}

/** Words [from, to), added as doubles (exact below 2^53) on four counters so that the additions overlap. */
const wordSum = (words: Uint32Array, from: number, to: number): number => {
  let a = 0
  let b = 0
  let c = 0
  let d = 0
  let i = from
  for (; i + 4 <= to; i += 4) {
    a += words[i]!
    b += words[i + 1]!
    c += words[i + 2]!
    d += words[i + 3]!
  }
  for (; i < to; i++) a += words[i]!
  const folded = fold(a + b + (c + d))
  return LITTLE_ENDIAN ? ((folded & 0xff) << 8) | (folded >>> 8) : folded
}
