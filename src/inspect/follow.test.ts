import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { messagesOf, type TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord } from '../trace/types.ts'
import { bytesIn, followed, followLines } from './follow.ts'
import { plain } from './style.ts'

let id = 0
const segment = (direction: 'in' | 'out', start: number, text: string, at: number): TraceRecord => {
  const bytes = ascii(`....${text}`)
  const payload = { start, end: start + text.length, at: 4 }
  const record: MessageRecord = {
    id: ++id,
    layer: 'tcp',
    flow: 'f',
    host: 'client',
    direction,
    at,
    name: 'PSH ACK',
    format: undefined,
    bytes,
    payload,
  }
  return { type: 'message', record }
}
const said = (records: readonly TraceRecord[]) =>
  followed(records, 'f').pieces.map(({ from, at, start, bytes, missing }) => [
    from,
    at,
    start,
    String.fromCharCode(...bytes),
    missing,
  ])

test('each byte is heard once, when everything in front of it is there', () => {
  expect(
    said([
      segment('out', 0, 'ask', 1),
      segment('in', 3, 'def', 2),
      segment('in', 6, 'ghi', 3),
      segment('out', 3, 'more', 4),
      segment('in', 0, 'abc', 5),
      segment('in', 0, 'abcdef', 6),
      segment('in', 7, 'hij', 7),
    ]),
  ).toEqual([
    ['client', 1, 0, 'askmore', 0],
    ['server', 5, 0, 'abcdefghij', 0],
  ])
})

test('what was never captured is counted, and what follows is heard when it came', () => {
  const records = [segment('in', 0, 'abc', 1), segment('in', 8, 'xyz', 2), segment('out', 0, 'ok', 3)]
  expect(said(records)).toEqual([
    ['server', 1, 0, 'abc', 0],
    ['server', 2, 8, 'xyz', 5],
    ['client', 3, 0, 'ok', 0],
  ])
  expect(followLines(followed(records, 'f'), plain(60))).toContain('5 B are missing here')
  const whole = followed(records, 'f')
  expect(
    bytesIn(whole, 'server', [
      { start: 1, end: 3 },
      { start: 9, end: 11 },
    ]),
  ).toEqual(ascii('bcyz'))
  expect(bytesIn(whole, 'server', [{ start: 1, end: 9 }])).toBeUndefined()
})

test('a hundred thousand pieces in the worst order are put in order', () => {
  const count = 100_000
  const records = Array.from({ length: count }, (_, i) => segment('in', count - 1 - i, 'x', i))
  expect(messagesOf(records)).toHaveLength(count)
  expect(followed(records, 'f').pieces.map(({ bytes, missing }) => [bytes.length, missing])).toEqual([[count, 0]])
})

test('what is no text is shown as bytes, and what cannot be read is said', () => {
  const hex = followLines(followed([segment('out', 0, '\u0000\u0001\u0002\u0003', 1)], 'f'), plain(80))
  expect(hex[1]).toMatch(/^0000 {2}00 01 02 03 .*\.\.\.\.$/)
  expect(followLines(followed([], 'f'), plain(80))).toEqual(['Nothing was said.'])
})

test('what is named a secret is starred in bodies and in heads that nobody read, unless it is to be shown', () => {
  const records = [
    segment('out', 0, 'POST /login HTTP/1.1\r\nCookie: sid=hush\r\n\r\nuser=ada&passw', 1),
    segment('out', 56, 'ord=hush&remember=1', 2),
    segment('in', 0, '{"token":"hush","name":"Ada"}', 3),
  ]
  const texts = (privacy?: 'shown'): string[] =>
    followed(records, 'f', privacy).pieces.map(({ bytes }) => String.fromCharCode(...bytes))
  expect(texts()).toEqual([
    'POST /login HTTP/1.1\r\nCookie: ********\r\n\r\nuser=ada&password=****&remember=1',
    '{"token":"****","name":"Ada"}',
  ])
  expect(texts('shown').join('')).toMatch(/sid=hush.*password=hush&.*"hush"/s)
})

test('a compressed body, in which no value can be found, is starred whole, and the next head is not', () => {
  const first = 'HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n'
  const second = 'HTTP/1.1 200 OK\r\ncontent-encoding: identity\r\n\r\n'
  const head = (text: string, start: number): TraceRecord => {
    const { payload: _, ...record } = (segment('in', 0, '', 1) as { readonly record: MessageRecord }).record
    const stream = { start, end: start + text.length }
    return { type: 'message', record: { ...record, layer: 'http', bytes: ascii(text), stream } }
  }
  const records = [
    segment('in', 0, `${first}\u001f\u0008xy${second}plain`, 1),
    head(first, 0),
    head(second, first.length + 4),
  ]
  expect(said(records)[0]![3]).toBe(`${first}****${second}plain`)
  const shown = followed(records, 'f', 'shown').pieces.map(({ bytes }) => String.fromCharCode(...bytes))
  expect(shown.join('')).toContain('\u001f\u0008xy')
})

test('of many stars the first are shown, and how many more there are', () => {
  const lines = followLines(followed([segment('out', 0, `password=${'x'.repeat(2000)}`, 1)], 'f'), plain(80))
  expect(lines[1]).toBe(`password=${'*'.repeat(64)} and 1936 more`)
})
