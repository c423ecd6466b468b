import { expect, test } from 'vitest'
import { isKeyElsewhere } from './certified-key.ts'

test('a key elsewhere is an object that signs, and nothing else is', () => {
  expect(isKeyElsewhere({ sign: () => new Uint8Array(0) })).toBe(true)
  for (const value of [undefined, null, () => 0, 'sign', {}, { sign: 1 }, new Uint8Array(3)])
    expect(isKeyElsewhere(value), String(value)).toBe(false)
})
