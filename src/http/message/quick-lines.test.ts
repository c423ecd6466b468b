import { expect, test } from 'vitest'
import { isFailure } from '../../failures/index.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { defaultLimits, type HttpLimits } from '../limits.ts'
import { PER_FIELD, ReceivedFields } from './fields.ts'
import { HeadReader, MORE } from './head-reader.ts'
import { MOST_AT_ONCE, quickLines, WORTH_A_COPY } from './quick-lines.ts'

const LONG = `Filler: ${'f'.repeat(WORTH_A_COPY)}\r\n`

/** What comes of a head that stands behind `before` other bytes and is read in pieces of `step`. */
const outcome = (head: string, step: number, limits: HttpLimits = defaultLimits, before = 0): unknown => {
  const bytes = latin1Bytes(`${'#'.repeat(before)}${head}`)
  const reader = new HeadReader('request', limits)
  for (let end = before + step; ; end += step) {
    const result = reader.read(bytes, before, Math.min(end, bytes.length))
    if (result === MORE && end < bytes.length) continue
    if (typeof result !== 'number') return { ...result }
    return { end: result - before, fields: new ReceivedFields(bytes.subarray(before), reader.offsets).list() }
  }
}

const bothWays = (head: string, limits?: HttpLimits): unknown => {
  const whole = outcome(head, head.length, limits)
  expect(outcome(head, 1, limits), JSON.stringify(head)).toEqual(whole)
  expect(outcome(head, head.length, limits, 3), JSON.stringify(head)).toEqual(whole)
  return whole
}

const OCTETS = Array.from({ length: 256 }, (_, octet) => String.fromCharCode(octet))

test('any octet at any place of a long head is judged as when the head comes octet by octet', () => {
  for (const octet of OCTETS) {
    for (let place = 0; place < 5; place++) {
      const [name, value] = [`abcdefgh`, `12345678`].map(text => text.slice(0, place) + octet + text.slice(place))
      bothWays(`GET / HTTP/1.1\r\n${name}: 1\r\n${LONG}\r\n`)
      bothWays(`GET / HTTP/1.1\r\nn: ${value}\r\n${LONG}\r\n`)
    }
  }
})

test('what stands after the end of a head in memory is no part of it: a cut head waits', () => {
  const head = `GET / HTTP/1.1\r\n${LONG}Second: 2\r\n\r\n`
  expect(outcome(head, head.length)).toMatchObject({ end: head.length })
  for (let cut = head.length - 20; cut < head.length; cut++) {
    for (const memory of [head.slice(0, cut), head])
      expect(new HeadReader('request', defaultLimits).read(latin1Bytes(memory), 0, cut)).toBe(MORE)
  }
})

test('RFC 9110 5.5: white space around a value is no part of it, and a value of white space is empty', () => {
  const lines = ['a:', 'b: \t ', 'c:\t1 \t', 'd: 1\t2 3', 'e:1']
  expect(bothWays(`GET / HTTP/1.1\r\n${lines.join('\r\n')}\r\n${LONG}\r\n`)).toMatchObject({
    fields: [
      ['a', ''],
      ['b', ''],
      ['c', '1'],
      ['d', '1\t2 3'],
      ['e', '1'],
      ['Filler', expect.any(String)],
    ],
  })
})

test('fields beyond what is read at once, and the limits of heads, are as for short ones', () => {
  const line = `Cookie: ${'c'.repeat(500)}\r\n`
  const head = `GET / HTTP/1.1\r\n${line.repeat(12)}\r\n`
  expect(head.length).toBeGreaterThan(MOST_AT_ONCE)
  expect(bothWays(head)).toMatchObject({ end: head.length, fields: { length: 12 } })
  for (const limits of [{ fields: 11 }, { fields: 12 }, { fields: 2 }, { head: 3000 }, { head: head.length - 1 }]) {
    bothWays(head, { ...defaultLimits, ...limits })
  }
  const refused = new HeadReader('request', { ...defaultLimits, fields: 11 }).read(latin1Bytes(head), 0, head.length)
  expect(isFailure(refused) && refused.code).toBe('http/too-many-headers')
})

test('lines of any legal octets are read quickly, all of them', () => {
  const legal = OCTETS.filter(octet => octet === '\t' || (octet >= ' ' && octet !== '\x7f'))
  for (const before of ['', '1', '12', '123']) {
    const lines = latin1Bytes(`${legal.map(octet => `n: ${before}${octet}4567\r\n`).join('')}\r\n`)
    const offsets: number[] = []
    expect(quickLines(lines, 0, offsets, 0, Number.POSITIVE_INFINITY), before).toBe(PER_FIELD * legal.length)
    const last = lines.length - 2 - `n: ${before}x4567\r\n`.length
    expect(offsets.slice(-PER_FIELD)).toEqual([last, last + 1, last + 3, lines.length - 4])
  }
})
