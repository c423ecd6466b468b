import { expect, test } from 'vitest'
import { seeded } from '../random.ts'
import { ip } from './address.ts'
import { checksum, frameChecksum, frameSum, pseudoHeaderSum, sum } from './checksum.ts'
import { FramePool } from './frame.ts'

/** RFC 1071 4.1, as it is written there. */
const naive = (bytes: Uint8Array): number => {
  let total = 0n
  for (let i = 0; i < bytes.length; i += 2) total += BigInt(bytes[i]! * 256 + (bytes[i + 1] ?? 0))
  while (total >> 16n) total = (total & 0xffffn) + (total >> 16n)
  return Number(~total & 0xffffn)
}

test('RFC 1071 3: the numerical example', () => {
  const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7)
  expect(sum(bytes, 0, 8)).toBe(0xddf2)
  expect(checksum(bytes, 0, 8)).toBe(0x220d)
})

test('bytes and words agree with the naive sum at every alignment and length', () => {
  const seed = 1071
  const random = seeded(seed)
  const pool = new FramePool()
  for (let round = 0; round < 3000; round++) {
    const length = random.below(round % 10 === 0 ? 1980 : 40)
    const start = 2 + random.below(60)
    const bytes = round % 7 === 0 ? new Uint8Array(length).fill(0xff) : random.bytes(length)
    const frame = pool.take()
    frame.buffer.set(bytes, start)
    const hint = `seed ${seed}, round ${round}, ${length} bytes at ${start}`
    expect(checksum(frame.buffer, start, start + length), hint).toBe(naive(bytes))
    expect(frameChecksum(frame, start, start + length), hint).toBe(naive(bytes))
    frame.release()
  }
})

test('a sum goes on where another stopped', () => {
  const random = seeded(7)
  const pool = new FramePool()
  const frame = pool.copy(random.bytes(1500))
  const whole = frameSum(frame, 4, 1404)
  for (const cut of [4, 6, 40, 1000, 1402, 1404])
    expect(frameSum(frame, cut, 1404, frameSum(frame, 4, cut)), `cut at ${cut}`).toBe(whole)
})

test('a super-segment of 64 KB of ones does not overflow', () => {
  const pool = new FramePool()
  const frame = pool.take(65_536)
  frame.buffer.fill(0xff)
  expect(frameChecksum(frame, 4, 65_536)).toBe(0)
})

test('RFC 9293 3.1: the pseudo header of a segment between 192.0.2.1 and 198.51.100.2', () => {
  const header = Uint8Array.of(192, 0, 2, 1, 198, 51, 100, 2, 0, 6, 0, 20)
  const whole = sum(header, 0, header.length)
  expect(sum(new Uint8Array(), 0, 0, pseudoHeaderSum(ip('192.0.2.1'), ip('198.51.100.2'), 6) + 20)).toBe(whole)
})

test('RFC 8200 8.1: the pseudo header of IPv6', () => {
  const from = ip('2001:db8::1')
  const to = ip('2001:db8::2')
  const header = Uint8Array.from([...from.octets, ...to.octets, 0, 0, 0, 24, 0, 0, 0, 6])
  expect(sum(new Uint8Array(), 0, 0, pseudoHeaderSum(from, to, 6) + 24)).toBe(sum(header, 0, header.length))
})

test('carries that make a carry are folded again', () => {
  const nothing = new Uint8Array(0)
  // 2^32 counts as one, 0xffffffff as nothing: 0x1fffe and one more are 0x1ffff, then 0x10000, then 1.
  expect(sum(nothing, 0, 0, 2 ** 32 + 0xffff_ffff)).toBe(1)
  expect(sum(nothing, 0, 0, 0xffff_ffff)).toBe(0xffff)
})
