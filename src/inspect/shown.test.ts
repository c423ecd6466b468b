import { expect, test } from 'vitest'
import { columnsOf, cut } from './shown.ts'
import { clip, legible, line, plain, wrap } from './style.ts'

test('what could command a terminal or turn the direction of writing is named instead', () => {
  const style = plain()
  for (const [text, shown] of [
    ['\u001b[31m', '\\x1b[31m'],
    ['\u009b31m\u009d0;x\u009c', '\\x9b31m\\x9d0;x\\x9c'],
    ['a\u202eb', 'a\\u202eb'],
    ['\u061c\u00ad\u180e\ufff9', '\\u061c\\xad\\u180e\\ufff9'],
    ['\u{e0041}', '\\u{e0041}'],
    ['a\r\n\tb', 'a\\x0d\\x0a\\x09b'],
    ['grüßé 証明書 👩', 'grüßé 証明書 👩'],
  ] as const) {
    expect(legible(text, style)).toBe(shown)
    expect(line(style, { text })).toBe(shown)
  }
})

test('a column is a cell of the terminal: wide characters take two, combining marks none', () => {
  expect(columnsOf('abc')).toBe(3)
  expect(columnsOf('证书')).toBe(4)
  expect(columnsOf('e\u0301')).toBe(1)
  expect(columnsOf('👩')).toBe(2)
  expect(cut('证书已过期', 5)).toBe('证书')
  expect(cut('e\u0301a', 1)).toBe('e\u0301')
})

test('no line is wider than the style allows, whatever is in it', () => {
  const wide = '证书'.repeat(60)
  for (const width of [40, 61, 80]) {
    const style = plain(width)
    for (const text of [wide, `a${wide}`, 'x'.repeat(300)]) {
      expect(columnsOf(line(style, { text: ' ' }, { text, column: 3 }))).toBeLessThanOrEqual(width)
      expect(columnsOf(clip(style, text, 21))).toBeLessThanOrEqual(21)
      expect(clip(style, text, 21).endsWith('…')).toBe(true)
    }
  }
})

test('text is wrapped between words, and between Chinese characters but not before the end of a clause', () => {
  expect(wrap('one two three', 7)).toEqual(['one two', 'three'])
  expect(wrap('', 10)).toEqual([''])
  expect(wrap('证书已经过期，请更新。', 12)).toEqual(['证书已经过', '期，请更新。'])
  expect(wrap('服务器 shop.test 的证书', 12)).toEqual(['服务器', 'shop.test 的', '证书'])
  for (const part of wrap('证书已经过期，请更新。'.repeat(20), 21)) expect(columnsOf(part)).toBeLessThanOrEqual(21)
})
