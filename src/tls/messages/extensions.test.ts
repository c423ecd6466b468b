import { expect, test } from 'vitest'
import { duplicateOf, taggedExtensions } from './extensions.ts'

const list = (...types: number[]) => types.map(type => ({ type, body: new Uint8Array(0) }))
const upTo = (length: number): number[] => Array.from({ length }, (_, i) => i * 5)

test('the first extension that repeats one is found in lists short and long', () => {
  for (const length of [2, 31, 32, 33, 100, 3000]) {
    const numbers = upTo(length)
    expect(duplicateOf(list(...numbers)), `${length}`).toBeUndefined()
    expect(duplicateOf(list(...numbers, 5)), `${length}`).toBe(5)
    expect(duplicateOf(list(...numbers, 0, 5)), `${length}`).toBe(0)
    expect(duplicateOf(list(65_535, ...numbers, 65_535)), `${length}`).toBe(65_535)
  }
  expect(duplicateOf([])).toBeUndefined()
  expect(duplicateOf(list(7))).toBeUndefined()
  // Alike in all bits but one of them.
  expect(duplicateOf(list(8, 0, 16, 1, 9))).toBeUndefined()
})

test('extensions go out in the order in which they are named, those without a value not at all', () => {
  const sent = taggedExtensions<'encryptedExtensions'>({
    serverName: {},
    earlyData: undefined,
    alpn: { protocols: ['h2'] },
  })
  expect(sent.map(({ type }) => type)).toEqual([0, 16])
})
