/**
 * Initial sequence numbers (RFC 6528 3): ISN = M + F(local address, local port, remote address, remote port, secret). M
 * is the clock of 4 microseconds (RFC 9293 3.4.1); F is SipHash-2-4 (Aumasson and Bernstein, 2012), as in Linux.
 */
import type { Millis } from '../engine.ts'
import type { Endpoint } from '../wire/address.ts'
import type { Sequence } from './sequence.ts'

const TICKS_PER_MILLI = 250

/** `secret`: 16 bytes that nobody outside may know. */
export const initialSequence = (local: Endpoint, remote: Endpoint, secret: Uint8Array, now: Millis): Sequence => {
  const input = Uint8Array.from([
    ...local.address.octets,
    local.port >>> 8,
    local.port & 0xff,
    ...remote.address.octets,
    remote.port >>> 8,
    remote.port & 0xff,
  ])
  return (Math.floor(now * TICKS_PER_MILLI) + sipHash(secret, input)[0]!) | 0
}

/** The 64-bit SipHash-2-4 of `input` as two words, low first. */
export const sipHash = (key: Uint8Array, input: Uint8Array): Uint32Array => {
  const word = (bytes: Uint8Array, at: number): number =>
    (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
  const [k0l, k0h, k1l, k1h] = [word(key, 0), word(key, 4), word(key, 8), word(key, 12)]
  // v0 to v3, each as a low and a high word.
  const v = Uint32Array.of(
    k0l ^ 0x70736575,
    k0h ^ 0x736f6d65,
    k1l ^ 0x6e646f6d,
    k1h ^ 0x646f7261,
    k0l ^ 0x6e657261,
    k0h ^ 0x6c796765,
    k1l ^ 0x79746573,
    k1h ^ 0x74656462,
  )
  const compress = (low: number, high: number): void => {
    v[6]! ^= low
    v[7]! ^= high
    round(v)
    round(v)
    v[0]! ^= low
    v[1]! ^= high
  }
  const whole = input.length & ~7
  for (let at = 0; at < whole; at += 8) compress(word(input, at), word(input, at + 4))
  compress(word(input, whole), (word(input, whole + 4) & 0xffffff) | ((input.length & 0xff) << 24))
  v[4]! ^= 0xff
  for (let i = 0; i < 4; i++) round(v)
  return Uint32Array.of(v[0]! ^ v[2]! ^ v[4]! ^ v[6]!, v[1]! ^ v[3]! ^ v[5]! ^ v[7]!)
}

const round = (v: Uint32Array): void => {
  add(v, 0, 1)
  add(v, 2, 3)
  rotate(v, 1, 13)
  rotate(v, 3, 16)
  xor(v, 1, 0)
  xor(v, 3, 2)
  rotate(v, 0, 32)
  add(v, 2, 1)
  add(v, 0, 3)
  rotate(v, 1, 17)
  rotate(v, 3, 21)
  xor(v, 1, 2)
  xor(v, 3, 0)
  rotate(v, 2, 32)
}

/** v[a] += v[b], modulo 2^64. */
const add = (v: Uint32Array, a: number, b: number): void => {
  const low = v[2 * a]! + v[2 * b]!
  v[2 * a] = low
  v[2 * a + 1] = v[2 * a + 1]! + v[2 * b + 1]! + (low > 0xffffffff ? 1 : 0)
}

const xor = (v: Uint32Array, a: number, b: number): void => {
  v[2 * a]! ^= v[2 * b]!
  v[2 * a + 1]! ^= v[2 * b + 1]!
}

/** Rotates v[a] to the left. */
const rotate = (v: Uint32Array, a: number, by: number): void => {
  const low = by >= 32 ? v[2 * a + 1]! : v[2 * a]!
  const high = by >= 32 ? v[2 * a]! : v[2 * a + 1]!
  const left = by & 31
  v[2 * a] = left === 0 ? low : (low << left) | (high >>> (32 - left))
  v[2 * a + 1] = left === 0 ? high : (high << left) | (low >>> (32 - left))
}
