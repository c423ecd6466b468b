import { expect, test } from 'vitest'
import { base64url, fromBase64url } from './base64url.ts'

test('octets of every length go to text and back, as Node writes them', () => {
  for (let length = 0; length < 40; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + length * 89) & 0xff)
    expect(base64url(bytes)).toBe(Buffer.from(bytes).toString('base64url'))
    expect(fromBase64url(base64url(bytes))).toEqual(bytes)
  }
  const every = Uint8Array.from({ length: 256 }, (_, i) => i)
  expect(fromBase64url(base64url(every))).toEqual(every)
})

test.each(['A', 'AAAAA', 'AA==', 'AA=', 'A A', 'AA\n', 'AA+', 'AA/', 'AAé', 'AA\u{10000}', '\u0141A'])(
  'what is no base64url has no octets: %j',
  text => {
    expect(fromBase64url(text)).toBeUndefined()
  },
)

test('two texts never mean the same octets: bits behind the last one are zero (RFC 4648 3.5)', () => {
  expect(fromBase64url('AQ')).toEqual(Uint8Array.of(1))
  for (const text of ['AR', 'AS', 'AX', 'Af']) expect(fromBase64url(text), text).toBeUndefined()
  expect(fromBase64url('AAE')).toEqual(Uint8Array.of(0, 1))
  for (const text of ['AAF', 'AAG']) expect(fromBase64url(text), text).toBeUndefined()
})
