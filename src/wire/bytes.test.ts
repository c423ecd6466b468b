/** Joining bytes, and their text forms, at their edges. */
import { expect, test } from 'vitest'
import { hexText, joined, latin1Bytes, latin1Text } from './bytes.ts'

const octets = Uint8Array.from({ length: 256 }, (_, i) => i)

test('pieces are joined in their order into an array of their own', () => {
  const piece = Uint8Array.of(1, 2)
  const whole = joined([piece, new Uint8Array(0), Uint8Array.of(3)])
  piece[0] = 9
  expect(whole).toEqual(Uint8Array.of(1, 2, 3))
  expect(joined([])).toEqual(new Uint8Array(0))
})

test('more pieces are joined than a call takes arguments', () => {
  expect(joined(Array<Uint8Array>(300_000).fill(Uint8Array.of(7)))).toHaveLength(300_000)
})

test('hex has two digits for each octet', () => {
  expect(hexText(Uint8Array.of(0, 10, 255))).toBe('000aff')
  expect(hexText(Uint8Array.of(0, 10, 255), ' ')).toBe('00 0a ff')
})

test('as Latin-1 every octet is the character of its number, also 0x80 to 0x9f', () => {
  const text = latin1Text(octets)
  expect(Array.from(text, c => c.charCodeAt(0))).toEqual([...octets])
  expect(latin1Bytes(text)).toEqual(octets)
})

test('a range of any length is read from where it begins to where it ends', () => {
  for (let end = 40; end < 60; end++) expect(latin1Text(octets, 40, end)).toBe(latin1Text(octets.slice(40, end)))
})

test('a text of a million octets is read', () => {
  expect(latin1Text(new Uint8Array(1_000_000))).toHaveLength(1_000_000)
})
