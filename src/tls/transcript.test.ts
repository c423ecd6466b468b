import { expect, test } from 'vitest'
import { ascii, toHex } from '../../test/support/bytes.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { joined } from '../wire/bytes.ts'
import { messageHash } from './messages/tls13.ts'
import { Transcript } from './transcript.ts'

const crypto = nodeCrypto()
const of = (...messages: readonly string[]): Transcript => {
  const transcript = new Transcript()
  for (const message of messages) transcript.add(ascii(message))
  return transcript
}
/** SHA-256 of `abc` (FIPS 180-4). */
const ABC = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'

test('what came before the hash was known is under it, and so is what comes later', () => {
  const transcript = of('a', 'b')
  expect(() => transcript.digest()).toThrow('binds nothing')
  transcript.useHash(crypto, 'sha256')
  transcript.add(ascii('c'))
  expect(toHex(transcript.digest())).toBe(ABC)
  // Another look changes nothing, nor does a second name for the hash.
  transcript.useHashOnce(crypto, 'sha384')
  expect(toHex(transcript.digest())).toBe(ABC)
})

test('messages are held until there is a hash, and beyond only for who asks before', () => {
  const plain = of('a')
  expect(plain.raw()).toEqual(ascii('a'))
  plain.useHash(crypto, 'sha256')
  expect(() => plain.raw()).toThrow('were not kept')
  const kept = of('a')
  kept.keepRaw()
  kept.useHash(crypto, 'sha256')
  kept.add(ascii('bc'))
  expect(kept.raw()).toEqual(ascii('abc'))
  kept.forgetRaw()
  expect(() => kept.raw()).toThrow('were not kept')
  expect(toHex(kept.digest())).toBe(ABC)
})

test('forgotten before there is a hash, messages stay until it has them', () => {
  const transcript = of('a', 'b', 'c')
  transcript.keepRaw()
  transcript.forgetRaw()
  transcript.useHash(crypto, 'sha256')
  expect(toHex(transcript.digest())).toBe(ABC)
  expect(() => transcript.raw()).toThrow('were not kept')
})

test('a fork goes on by itself, before the hash is known and behind', () => {
  for (const hashed of [false, true]) {
    const transcript = of('a')
    if (hashed) transcript.useHash(crypto, 'sha256')
    const other = transcript.fork()
    other.add(ascii('bc'))
    transcript.add(ascii('x'))
    other.useHashOnce(crypto, 'sha256')
    expect(toHex(other.digest())).toBe(ABC)
  }
})

test('RFC 9846 4.5.1: a message with the hash stands for everything before it', () => {
  const transcript = of('abc')
  transcript.useHash(crypto, 'sha256')
  transcript.replaceByHash(crypto, 'sha256')
  const instead = crypto.hash('sha256')
  instead.update(Uint8Array.of(254, 0, 0, 32))
  instead.update(new Uint8Array(Buffer.from(ABC, 'hex')))
  expect(transcript.digest()).toEqual(instead.digest())
})

test('many messages have the hash that few would have, kept or not, on every branch', () => {
  const lines = Array.from({ length: 300 }, (_, index) => ascii(`message ${index} of a long handshake`))
  const expected = (count: number): string => toHex(crypto.digest('sha256', ...lines.slice(0, count)))
  for (const kept of [false, true])
    for (const named of [0, 2, 200]) {
      const transcript = new Transcript()
      if (kept) transcript.keepRaw()
      for (const [index, line] of lines.entries()) {
        if (index === named) transcript.useHash(crypto, 'sha256')
        if (index >= named) expect(toHex(transcript.digest())).toBe(expected(index))
        transcript.add(line)
      }
      const branch = transcript.fork()
      branch.add(ascii('x'))
      expect(toHex(transcript.digest())).toBe(expected(300))
      expect(branch.digest()).toEqual(crypto.digest('sha256', ...lines, ascii('x')))
      if (kept) expect(transcript.raw()).toEqual(joined(lines))
      else expect(() => transcript.raw()).toThrow('were not kept')
    }
})

test('of many messages nothing is gone through again at each look, on no branch, and behind a second hello neither', () => {
  const line = new Uint8Array(1_000)
  const digest: typeof crypto.digest = (name, ...data) => {
    if (data.length > 5) throw new Error('hashed anew')
    return crypto.digest(name, ...data)
  }
  const own = { ...crypto, digest }
  for (const again of [false, true]) {
    const transcript = new Transcript()
    transcript.useHash(own, 'sha256')
    if (again) {
      for (let i = 0; i < 9; i++) transcript.add(line)
      transcript.replaceByHash(own, 'sha256')
    }
    const hellos = Array<Uint8Array>(9).fill(line)
    const before = again ? [messageHash(crypto.digest('sha256', ...hellos))] : []
    for (let count = 1; count < 20; count++) {
      transcript.add(line)
      const expected = crypto.digest('sha256', ...before, ...Array<Uint8Array>(count).fill(line))
      expect(transcript.digest()).toEqual(expected)
      const branch = transcript.fork()
      expect(branch.digest()).toEqual(expected)
      for (let more = count + 1; more < count + 5; more++) {
        branch.add(line)
        const later = crypto.digest('sha256', ...before, ...Array<Uint8Array>(more).fill(line))
        expect(branch.digest()).toEqual(later)
      }
    }
  }
})

test('released, it holds nothing and takes nothing', () => {
  const transcript = of('a')
  transcript.keepRaw()
  transcript.useHash(crypto, 'sha256')
  const fork = transcript.fork()
  const after = transcript.released()
  expect(after, 'one for all connections').toBe(of('c').released())
  for (const each of [transcript, after, after.fork()]) {
    each.keepRaw()
    each.useHash(crypto, 'sha256')
    each.add(ascii('b'))
    expect(() => each.digest()).toThrow('binds nothing')
    expect(() => each.raw()).toThrow('were not kept')
  }
  fork.add(ascii('bc'))
  expect(toHex(fork.digest())).toBe(ABC)
})
