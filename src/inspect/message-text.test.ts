/** One message in full on a terminal of 60 columns: head, tree, bytes. */
import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { requestHeadFormat } from '../http/message/head-format.ts'
import { dissect } from '../wire/codec.ts'
import type { Field } from '../wire/field.ts'
import { plain } from './index.ts'
import { meanings } from './meanings.ts'
import { bytesLines, fieldLines, headLines } from './message-text.ts'

const style = plain(60)
const head = `GET /cart HTTP/1.1\r\nHost: shop.test\r\nX-Long: ${'word '.repeat(14)}${'y'.repeat(300)}\r\n\r\n`

test('a head is its fields, each once, without the first line and what is behind it; long ones are cut', () => {
  expect(headLines(ascii(`${head}body: no`), 6, style)).toEqual([
    '      Host: shop.test',
    '      X-Long: word word word word word word word word word',
    '              word word word word word',
    `              ${'y'.repeat(46)}`,
    `              ${'y'.repeat(46)}`,
    '              and 208 characters more',
  ])
  expect(headLines(ascii('HTTP/1.1 200 OK\nA:b\n folded\n\nC: d'), 2, style)).toEqual(['  A: b', '   folded'])
})

test('lines that end in LF alone, as captures have them, are shown whole', () => {
  const head = dissect(requestHeadFormat, ascii('GET / HTTP/1.1\nHost: a\n\n'), 'request')
  expect(fieldLines(head, 4, style).map(line => line.trim())).toEqual([
    '0..15   requestLine  GET / HTTP/1.1',
    '0..3      method   GET',
    '4..5      target   /',
    '6..14     version  HTTP/1.1',
    '15..23  Host         a',
    '23..24  end',
  ])
})

test('a tree says where each field lies, its name and its value, one below the other', () => {
  expect(
    fieldLines(dissect(requestHeadFormat, ascii('GET / HTTP/1.1\r\nHost: a\r\n\r\n'), 'request'), 4, style),
  ).toEqual([
    '    0..16   requestLine  GET / HTTP/1.1',
    '    0..3      method   GET',
    '    4..5      target   /',
    '    6..14     version  HTTP/1.1',
    '    16..25  Host         a',
    '    25..27  end',
  ])
})

test('below a field stands what it means, once in a run, in the language of the run', () => {
  const means = meanings('zh')
  const shown = () =>
    fieldLines(
      dissect(requestHeadFormat, ascii('GET / HTTP/1.1\r\nversion: a\r\n\r\n'), 'request'),
      4,
      style,
      means('http'),
    )
  expect(shown()).toEqual([
    '    0..16   requestLine  GET / HTTP/1.1',
    '              想要什么：方法、目标和版本。',
    '    0..3      method   GET',
    '                要做什么：GET 读取，POST 发送，HEAD 只读头',
    '                部。',
    '    4..5      target   /',
    '                对什么做：路径和查询。',
    '    6..14     version  HTTP/1.1',
    '                HTTP 的版本。',
    '    16..28  version      a',
    '    28..30  end',
    '              最后一个字段之后的空行。',
  ])
  expect(shown()).toHaveLength(6)
})

test('octets are shown up to 16, text as it is; a name that is too long moves its own value only', () => {
  const children: Field[] = [
    { name: 'short', start: 0, end: 2, value: Uint8Array.of(1, 0xab) },
    { name: 'all', start: 2, end: 18, value: new Uint8Array(16) },
    { name: 'more', start: 18, end: 35, value: new Uint8Array(17), note: 'a note' },
    { name: 'a name that is far too long', start: 35, end: 36, value: 7 },
    { name: 'nothing', start: 36, end: 36, value: undefined },
    { name: 'list', start: 36, end: 140, children: [{ name: 'inner', start: 36, end: 38, text: 'said' }] },
    {
      name: 'pair',
      start: 140,
      end: 150,
      text: 'b',
      children: [
        { name: 'name', start: 140, end: 141 },
        { name: 'value', start: 142, end: 143 },
      ],
    },
  ] as Field[]
  expect(fieldLines({ name: 'm', start: 0, end: 40, children } as Field, 2, plain(100))).toEqual([
    '  0..2      short                     01ab',
    '  2..18     all                       00000000000000000000000000000000',
    '  18..35    more                      00000000000000000000000000000000… (17 bytes)  (a note)',
    '  35..36    a name that is far too long  7',
    '  36..36    nothing',
    '  36..140   list',
    '  36..38      inner  said',
    '  140..150  pair                      b',
  ])
  expect(fieldLines({ name: 'm', start: 0, end: 4 } as Field, 2, style)).toEqual([])
})

test('bytes are shown in 64 lines of 16, of 8 where there is less room, and the rest is counted', () => {
  expect(bytesLines(new Uint8Array(512), 2, style)).toHaveLength(64)
  expect(bytesLines(new Uint8Array(512), 2, style)[63]).toMatch(/^ {2}01f8( {2}| )(00 ){8}/)
  expect(bytesLines(new Uint8Array(1024), 2, plain(100))).toHaveLength(64)
  const lines = bytesLines(new Uint8Array(1100), 2, plain(100))
  expect(lines).toHaveLength(65)
  expect(lines[63]).toMatch(/^ {2}03f0 {2}00 00 /)
  expect(lines[64]!.trim()).toBe('and 76 bytes more')
})
