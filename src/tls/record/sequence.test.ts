import { expect, test } from 'vitest'
import { toHex } from '../../../test/support/bytes.ts'
import { writeNonce, writeSequence } from './sequence.ts'

test('RFC 5246 6.1: a sequence number has 64 bits, and goes on beyond 32', () => {
  const out = new Uint8Array(8)
  const written = (sequence: number): string => {
    writeSequence(out, sequence)
    return toHex(out)
  }
  expect(written(0)).toBe('0000000000000000')
  expect(written(0x0102_0304)).toBe('0000000001020304')
  expect(written(0xffff_ffff)).toBe('00000000ffffffff')
  expect(written(0x1_0000_0000)).toBe('0000000100000000')
  expect(written(Number.MAX_SAFE_INTEGER)).toBe('001fffffffffffff')
})

test('RFC 9846 5.3: the nonce of a record is the IV with its number XORed into the end', () => {
  const nonce = new Uint8Array(12)
  const mixed = (sequence: number): string => {
    writeNonce(new DataView(nonce.buffer), 0xa1a2_a3a4 | 0, 0xb000_0000 | 0, 0xc000_0000 | 0, sequence)
    return toHex(nonce)
  }
  expect(mixed(0)).toBe('a1a2a3a4b0000000c0000000')
  expect(mixed(257)).toBe('a1a2a3a4b0000000c0000101')
  expect(mixed(0x1_ffff_ffff)).toBe('a1a2a3a4b00000013fffffff')
  expect(mixed(0)).toBe('a1a2a3a4b0000000c0000000')
})
