import { expect, test } from 'vitest'
import { seeded } from '../../random.ts'
import { greaseMode, greaseProtocol, greaseValue, greaseValues, isGrease } from './grease.ts'
import { CipherSuite, PskKeyExchangeMode } from './registries.table.ts'

/** RFC 8701 2. */
const VALUES = [
  ...[0x0a0a, 0x1a1a, 0x2a2a, 0x3a3a, 0x4a4a, 0x5a5a, 0x6a6a, 0x7a7a],
  ...[0x8a8a, 0x9a9a, 0xaaaa, 0xbaba, 0xcaca, 0xdada, 0xeaea, 0xfafa],
]
const MODES = [0x0b, 0x2a, 0x49, 0x68, 0x87, 0xa6, 0xc5, 0xe4]

test('RFC 8701 2: these values are GREASE, and no others', () => {
  const found = Array.from({ length: 0x1_0000 }, (_, value) => value).filter(isGrease)
  expect(found).toEqual(VALUES)
})

test('every value is drawn from the random source that is given, sooner or later', () => {
  const random = seeded(8701)
  const values = new Set(Array.from({ length: 400 }, () => greaseValue(random)))
  expect([...values].sort((a, b) => a - b)).toEqual(VALUES)
  const modes = new Set(Array.from({ length: 200 }, () => greaseMode(random)))
  expect([...modes].sort((a, b) => a - b)).toEqual(MODES)
  expect(greaseValues(seeded(1), 5)).toEqual(greaseValues(seeded(1), 5))
})

test('as much is drawn as there are values', () => {
  const asked: number[] = []
  const random = { bytes: (count: number) => new Uint8Array(asked.push(count) > 0 ? count : 0) }
  expect([greaseValue(random), greaseMode(random), greaseValues(random, 3)]).toEqual([
    VALUES[0],
    MODES[0],
    VALUES.slice(0, 3),
  ])
  expect(greaseProtocol(random)).toBe('\n\n')
  expect(asked).toEqual([1, 1, 3, 1])
})

test('values that are drawn together differ: a list may not have an extension twice', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const values = greaseValues(seeded(seed), 16)
    expect(
      [...values].sort((a, b) => a - b),
      `seed ${seed}`,
    ).toEqual(VALUES)
  }
  expect(() => greaseValues(seeded(1), 17)).toThrow(RangeError)
})

test('a protocol is the two bytes of a value', () => {
  const name = greaseProtocol(seeded(3))
  expect(VALUES).toContain((name.charCodeAt(0) << 8) | name.charCodeAt(1))
  expect(name).toHaveLength(2)
})

test('readers of hellos see what it is', () => {
  expect(CipherSuite.nameOf(0x5a5a)).toBe('GREASE (0x5a5a)')
  expect(PskKeyExchangeMode.nameOf(0x0b)).toBe('GREASE (0x0b)')
})
