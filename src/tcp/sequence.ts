/**
 * Sequence numbers (RFC 9293 3.4): arithmetic modulo 2^32. They are kept as signed 32-bit integers, which the machine
 * subtracts for us: the sign of a difference says which of two numbers comes first, as long as they lie less than 2^31
 * apart.
 */

/** A sequence number as a signed 32-bit integer. */
export type Sequence = number

export const advance = (from: Sequence, by: number): Sequence => (from + by) | 0

/** Bytes from `from` to `to`; negative when `to` comes first. */
export const distance = (from: Sequence, to: Sequence): number => (to - from) | 0

export const isBefore = (a: Sequence, b: Sequence): boolean => ((a - b) | 0) < 0

export const isAfter = (a: Sequence, b: Sequence): boolean => ((b - a) | 0) < 0

export const latest = (a: Sequence, b: Sequence): Sequence => (isBefore(a, b) ? b : a)
