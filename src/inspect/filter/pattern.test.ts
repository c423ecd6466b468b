import { expect, test } from 'vitest'
import { seeded } from '../../random.ts'
import { PatternError, pattern } from './pattern.ts'

test('patterns fit what those of JavaScript fit', () => {
  for (const [text, ...given] of [
    ['abc', 'xabcx', 'ab', ''],
    ['^a.c$', 'abc', 'xabc', 'a\nc', 'abcx'],
    ['a*b+c?', 'b', 'aab', 'ac', 'c'],
    ['(foo|bar|)baz', 'foobaz', 'baz', 'fooba'],
    ['x{2,3}y', 'xy', 'xxy', 'xxxy', 'xx'],
    ['^x{3}$', 'xx', 'xxx', 'xxxx'],
    ['^x{2,}$', 'x', 'xx', 'xxxxxx'],
    ['[a-c]\\d', 'a1', 'd1', 'c9', 'c'],
    ['[^a-c]', 'abc', 'abcd'],
    ['[\\]x-]', ']', '-', 'y'],
    ['\\w+@\\w+\\.test', 'ann@shop.test', 'ann@shop-test', '@shop.test'],
    ['\\S\\s\\D\\W', 'a b!', 'a 1!', 'ab b!'],
    ['(a|b)*c', 'ababc', 'abab'],
    ['(?:a(b(c)))', 'abc', 'ab'],
    ['a||b', '', 'x'],
    ['^$', '', 'x'],
    ['\\.\\*\\n', '.*\n', 'xx'],
    ['(a*)*b', 'aaab', 'aaa'],
  ] as const)
    for (const each of given) expect(pattern(text).test(each), `${text} on ${each}`).toBe(new RegExp(text).test(each))
})

test('either case is asked for in front', () => {
  expect(pattern('(?i)SHOP[a-c]').test('xshopBx')).toBe(true)
  expect(pattern('SHOP').test('shop')).toBe(false)
})

test('random patterns say the same as those of JavaScript', () => {
  const random = seeded(9)
  const pick = (of: string): string => of[random.bytes(1)[0]! % of.length]!
  const made = (depth: number): string => {
    const parts = Array.from({ length: 1 + (random.bytes(1)[0]! % 3) }, () => {
      const one = depth > 0 && random.bytes(1)[0]! < 90 ? `(${made(depth - 1)})` : pick('abc.')
      return `${one}${['', '', '', '*', '+', '?', '{1,2}'][random.bytes(1)[0]! % 7]}`
    })
    return random.bytes(1)[0]! < 60 ? `${parts.join('')}|${pick('abc')}` : parts.join('')
  }
  for (let i = 0; i < 500; i++) {
    const text = `^${made(2)}$`
    const given = Array.from({ length: random.bytes(1)[0]! % 8 }, () => pick('abc')).join('')
    expect(pattern(text).test(given), `${text} on ${given}`).toBe(new RegExp(text).test(given))
  }
})

test('what makes backtracking take years takes steps that can be counted', () => {
  const text = 'a'.repeat(20_000)
  expect(pattern('(a*)*(a*)*(a*)*b').test(text)).toBe(false)
  expect(pattern('(a|a)*c').test(text)).toBe(false)
  expect(pattern(`${'('.repeat(15)}${'){100}'.repeat(15)}b`).test('ab')).toBe(true)
})

test('a mistake is told with its place', () => {
  for (const [text, at, said] of [
    ['a)', 1, 'a ( before it'],
    ['x(a', 1, 'a ) for it'],
    ['ab[c', 2, 'a ] for it'],
    ['*a', 0, 'something before it to repeat'],
    ['a|+', 2, 'something before it to repeat'],
    ['a\\', 1, 'something behind it'],
    ['a\\q', 2, 'an escape that means something, not \\q'],
    ['a{3,2}', 1, 'the smaller number first'],
    ['a{101}', 1, 'at most 100 times'],
    ['[z-a]', 2, 'the lower end of a range first'],
    ['^*', 2, 'something that can repeat'],
    ['x'.repeat(201), 200, 'at most 200 characters'],
    ['(((a{100}){100}))', 0, 'a pattern that repeats less'],
    ['('.repeat(25), 20, 'groups that lie less deep'],
  ] as const) {
    const thrown = (() => {
      try {
        pattern(text)
      } catch (error) {
        return error
      }
    })()
    expect(thrown, text).toBeInstanceOf(PatternError)
    expect([(thrown as PatternError).at, (thrown as PatternError).message], text).toEqual([at, said])
  }
})
