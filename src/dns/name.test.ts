import { describe, expect, test } from 'vitest'
import { ascii, concat, hex } from '../../test/support/bytes.ts'
import { seeded } from '../random.ts'
import { decode, encode } from '../wire/codec.ts'
import { Reader, WireError } from '../wire/reader.ts'
import { labelsOf, Name, normalName, sameName } from './name.ts'

describe('names on the wire', () => {
  test('labels with their lengths, then zero (RFC 1035 3.1)', () => {
    expect(encode(Name, 'shop.test')).toEqual(concat(hex('04'), ascii('shop'), hex('04'), ascii('test'), hex('00')))
    expect(decode(Name, hex('00'))).toBe('')
    expect(encode(Name, 'shop.test.')).toEqual(encode(Name, 'shop.test'))
  })

  test('a pointer leads to labels further in front; the reader goes on behind the pointer (RFC 1035 4.1.4)', () => {
    const bytes = concat(hex('0474657374 00'), hex('0473686f70 c000'), hex('c006 ff'))
    const r = new Reader(bytes, 6)
    expect(Name.read(r)).toBe('shop.test')
    expect(r.pos).toBe(13)
    expect(Name.read(r)).toBe('shop.test')
    expect(r.pos).toBe(15)
  })

  test.each([
    ['to itself', hex('c000'), 0],
    ['forwards', hex('c002 0161 00'), 0],
    ['into a circle', hex('0161 c004 0162 c000'), 4],
    ['back and then forwards', hex('c003 00 0161 c005 00'), 3],
  ])('a pointer %s is refused', (_, bytes, at) => {
    expect(() => Name.read(new Reader(bytes, at))).toThrow(WireError)
  })

  test('what is wrong is found at its own byte', () => {
    expect(() => decode(Name, hex('0161 41'))).toThrow('at byte 2: label type 0x41')
    expect(() => decode(Name, hex('0161 c007 00'))).toThrow('at byte 2: a name pointer that does not lead back')
    expect(() => decode(Name, hex('0261'))).toThrow('truncated at byte 2')
  })

  test('a name leads through 127 pointers at most, each further to the front', () => {
    const links = Array.from({ length: 128 }, (_, i) => hex((0xc000 | (i === 0 ? 0 : 2 * i - 1)).toString(16)))
    const bytes = concat(hex('00'), ...links)
    expect(Name.read(new Reader(bytes, 2 * 127 - 1))).toBe('')
    expect(() => Name.read(new Reader(bytes, 2 * 128 - 1))).toThrow(/too-long at byte 1: .*127 pointers/)
  })

  test('no more than 255 octets, also by pointers; no label types but these two (RFC 1035 2.3.4, 4.1.4)', () => {
    const label = concat(hex('3f'), new Uint8Array(63).fill(97))
    expect(() => decode(Name, concat(label, label, label, label, hex('00')))).toThrow(/255/)
    expect(
      decode(Name, concat(label, label, label, concat(hex('3d'), new Uint8Array(61).fill(98)), hex('00'))),
    ).toHaveLength(253)
    expect(() =>
      Name.read(new Reader(concat(label, label, label, hex('00 3f'), new Uint8Array(63), hex('c000')), 193)),
    ).toThrow(/255/)
    expect(() => decode(Name, hex('41 61 00'))).toThrow(/label type/)
  })

  test('any bytes give a name or a WireError', () => {
    const random = seeded(9)
    for (let i = 0; i < 20_000; i++) {
      const bytes = random.bytes(random.below(40)).map(b => (b < 128 ? b % 5 : b < 200 ? 0xc0 : b))
      try {
        Name.read(new Reader(bytes, random.below(bytes.length + 1)))
      } catch (error) {
        expect(error).toBeInstanceOf(WireError)
      }
    }
  })
})

describe('names as text', () => {
  test('dots and bytes that do not print are escaped and survive (RFC 1035 5.1)', () => {
    const bytes = hex('04 612e5c00 02 ff20 00')
    expect(decode(Name, bytes)).toBe('a\\.\\\\\\000.\\255\\032')
    expect(encode(Name, decode(Name, bytes))).toEqual(bytes)
  })

  test('a label has 63 octets at most, and what does not print is never written as it is', () => {
    expect(labelsOf(`${'a'.repeat(63)}.b`)).toHaveLength(2)
    expect(decode(Name, hex('06 20217e7f801b 00'))).toBe('\\032!~\\127\\128\\027')
  })

  test('empty and long labels, long names and letters outside Latin-1 are no names', () => {
    for (const wrong of ['a..b', '.a', 'a'.repeat(64), Array(128).fill('a').join('.'), 'ab\u0416', 'a\\999'])
      expect(labelsOf(wrong), wrong).toBeUndefined()
    expect(labelsOf(Array(127).fill('a').join('.'))).toHaveLength(127)
    expect(labelsOf('')).toEqual([])
  })

  test('case and a final dot make no difference (RFC 4343)', () => {
    expect(sameName('Shop.TEST.', 'shop.test')).toBe(true)
    expect(sameName('shop.test', 'shop.tes')).toBe(false)
    expect(normalName('a\\.')).toBe('a\\.')
  })
})
