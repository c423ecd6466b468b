import { expect, test } from 'vitest'
import { aligned } from './alignment.ts'

/** `a` both, `-a` gone, `+a` new. */
const text = (before: string, after: string): string =>
  aligned([...before], [...after], each => each)
    .map(each => (each.kind === 'both' ? each.after : each.kind === 'gone' ? `-${each.before}` : `+${each.after}`))
    .join(' ')

test.each([
  ['', '', ''],
  ['abc', 'abc', 'a b c'],
  ['abc', '', '-a -b -c'],
  ['', 'abc', '+a +b +c'],
  ['abcd', 'abxd', 'a b -c +x d'],
  ['abcdef', 'abxcyf', 'a b +x c -d -e +y f'],
  ['aab', 'aaab', 'a a +a b'],
  ['abc', 'cab', '+c a b -c'],
])('%j beside %j is %j', (before, after, expected) => expect(text(before, after)).toBe(expected))

test('nothing is lost of lists that are too long to be compared whole', () => {
  const before = Array.from({ length: 5_000 }, (_, i) => `a${i}`)
  const after = Array.from({ length: 4_000 }, (_, i) => `b${i}`)
  const rows = aligned(before, after, each => each)
  expect(rows.flatMap(each => (each.kind === 'gone' ? [each.before] : []))).toEqual(before)
  expect(rows.flatMap(each => (each.kind === 'new' ? [each.after] : []))).toEqual(after)
})
