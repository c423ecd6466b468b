import { expect, test } from 'vitest'
import { seeded } from '../../random.ts'
import { type Codec, decode, encode, list, prefixed, rest, u8 } from '../../wire/codec.ts'
import { WireError } from '../../wire/reader.ts'
import { allBut, atMost, atMostOne, between, nonEmpty } from './combinators.ts'

const of = (length: number): Uint8Array => new Uint8Array(length).fill(7)
const codeOf = (task: () => unknown): string => {
  try {
    task()
  } catch (error) {
    if (error instanceof WireError) return `${error.rule} at ${error.at}`
    throw error
  }
  return 'none'
}
/** What becomes of so many bytes, read and written. */
const both = (codec: Codec<Uint8Array>, length: number): string[] => [
  codeOf(() => decode(codec, of(length))),
  codeOf(() => encode(codec, of(length))),
]

test('what is refused when it is read is not written either, and what may just be is', () => {
  expect(both(nonEmpty(rest), 1)).toEqual(['none', 'none'])
  expect(both(nonEmpty(rest), 0)).toEqual(['truncated at 0', 'truncated at 0'])
  expect(both(atMost(3, rest), 3)).toEqual(['none', 'none'])
  expect(both(atMost(3, rest), 4)).toEqual(['too-long at 4', 'too-long at 0'])
  for (const length of [2, 4]) expect(both(between(2, 4), length)).toEqual(['none', 'none'])
  expect(both(between(2, 4), 1)).toEqual(['truncated at 1', 'truncated at 0'])
  expect(both(between(2, 4), 5)).toEqual(['too-long at 5', 'too-long at 0'])
})

test('in a place for one there is one or none', () => {
  const codec = atMostOne(u8)
  expect([encode(codec, []), encode(codec, [9])]).toEqual([of(0), Uint8Array.of(9)])
  expect([decode(codec, of(0)), decode(codec, of(1))]).toEqual([[], [7]])
  expect(codeOf(() => encode(prefixed(1, codec), [1, 2]))).toBe('too-long at 1')
})

test('everything but the end is what stands before it', () => {
  expect(decode(allBut(0), of(3))).toEqual(of(3))
  expect(codeOf(() => decode(allBut(4), of(3)))).toMatch(/^truncated/)
})

test('what is made up for tests is what may be written', () => {
  const { number } = seeded(5)
  const lengths = (codec: Codec<{ readonly length: number }>, count = 300): number[] =>
    [...new Set(Array.from({ length: count }, () => codec.sample(number).length))].sort((a, b) => a - b)
  expect(lengths(nonEmpty(list(u8)))[0]).toBe(1)
  expect(lengths(atMost(2, list(u8)))).toEqual([0, 1, 2])
  expect(lengths(atMostOne(u8))).toEqual([0, 1])
  expect(lengths(between(2, 4))).toEqual([2, 3, 4])
  expect(lengths(between(3, 3))).toEqual([3])
  expect(lengths(between(2, 60))).toEqual([2, 3, 4, 5, 6, 7, 8, 9, 10])
  expect(lengths(allBut(1), 2_000)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  for (let i = 0; i < 100; i++) expect(atMostOne(prefixed(1, rest)).sample(number)).not.toEqual([of(0)])
})
