import { expect, test } from 'vitest'
import { listed } from './listed.ts'

const letter = (value: number): string => String.fromCharCode(65 + value)

test('a list of a peer is shown up to eight names, each once', () => {
  expect(listed([], letter)).toBe('')
  expect(listed([0, 1, 0, 2, 1], letter)).toBe('A, B, C')
  expect(listed([0, 1, 2, 3, 4, 5, 6, 7, 7, 0], letter)).toBe('A, B, C, D, E, F, G, H')
  expect(listed([0, 1, 2, 3, 4, 5, 6, 7, 8], letter)).toBe('A, B, C, D, E, F, G, H and more')
})

test('what is not shown is neither named nor looked at', () => {
  let taken = 0
  let named = 0
  const endless = function* () {
    for (;;) yield taken++
  }
  listed(endless(), value => {
    named++
    return letter(value)
  })
  expect([taken, named]).toEqual([9, 8])
})
