import { expect, test } from 'vitest'
import { parseSetCookie } from '../cookies/set-cookie.ts'
import { rangesOf } from '../semantics/ranges.ts'
import { members, octetName } from './grammar.ts'
import { headerBlock } from './header-block.ts'

test('white space is taken from both ends of a member, and no other', () => {
  expect(members(' \ta b\t , ,c\u00a0,\t')).toEqual(['a b', '', 'c\u00a0', ''])
})

test('a run of white space inside a value is looked at once: it would take hours to look at it as often as it is long', () => {
  const run = ' '.repeat(3_000_000)
  expect(members(`a${run}b, c`)).toEqual([`a${run}b`, 'c'])
  expect(parseSetCookie(`a=b;${run}path${run}=x`)).toMatchObject({ name: 'a', value: 'b' })
  expect(rangesOf(`bytes=0-1,${run}2-3`, 1000)).toEqual([{ start: 0, end: 4 }])
  expect(rangesOf(`bytes=0-1,2${run}-3`, 1000)).toBeUndefined()
})

test('an octet is shown as it is where it can be seen, and by its number in hex where it cannot', () => {
  expect([0x21, 0x7e, 0x20, 0x09, 0x00, 0x1f, 0x7f, 0xff].map(octetName)).toEqual([
    '"!"',
    '"~"',
    'a space',
    'a tab',
    '0x00',
    '0x1f',
    '0x7f',
    '0xff',
  ])
})

test('RFC 9110 5.5: no value is sent with white space around it, and any with white space in it', () => {
  for (const value of [' a', '\ta', 'a ', 'a\t', '\t', ' '])
    expect(() => headerBlock([['X', value]]), JSON.stringify(value)).toThrow('http/bad-outgoing')
  expect(
    headerBlock([
      ['X', 'a \t b'],
      ['Y', ''],
    ]).text,
  ).toBe('X: a \t b\r\nY: \r\n')
})
