import { expect, test } from 'vitest'
import { bytes, decode } from './codec.ts'
import { numbered } from './numbered.ts'

test('the same numbers give the same format, which says what they were', () => {
  const family = numbered((one: number, other: number) => bytes(one + other))
  const format = family(1, 2)
  expect(family(1, 2)).toBe(format)
  expect(family(2, 1)).not.toBe(format)
  expect(family.numbersOf(format)).toEqual([1, 2])
  expect(family.numbersOf(family(2, 1))).toEqual([2, 1])
  expect(family.numbersOf(bytes(3))).toBeUndefined()
  expect(decode(format, Uint8Array.of(7, 8, 9))).toEqual(Uint8Array.of(7, 8, 9))
})

test('who chooses ever new numbers does not make it keep all of them', () => {
  const family = numbered((one: number) => bytes(one))
  const first = family(0)
  for (let i = 1; i < 2000; i++) family(i)
  expect(family(0)).toBe(first)
  expect(family(1999)).not.toBe(family(1999))
  expect(family.numbersOf(family(1999))).toEqual([1999])
})
