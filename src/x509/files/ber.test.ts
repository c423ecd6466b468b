import { expect, test } from 'vitest'
import { hex } from '../../../test/support/bytes.ts'
import { hexText } from '../../wire/bytes.ts'
import { derOf } from './ber.ts'
import { certificatesOfPkcs7 } from './pkcs7.ts'

const der = (text: string): string => hexText(derOf(hex(text), 'a test'))

test('X.690 8.1.3.6, 8.7.3: indefinite lengths, long ones and strings in pieces become DER', () => {
  expect(der('30 80 02 01 05 00 00')).toBe('3003020105')
  expect(der('30 83 00 00 03 02 01 05')).toBe('3003020105')
  expect(der('24 80 04 02 61 62 04 01 63 00 00')).toBe('0403616263')
  expect(der('30 80 24 08 04 02 61 62 04 02 63 64 00 00')).toBe('3006040461626364')
  expect(der('30 80 30 80 00 00 05 00 00 00')).toBe('300430000500')
})

test.each([
  ['', 'truncated'],
  ['30', 'truncated'],
  ['30 02 05', 'truncated'],
  ['30 84', 'truncated'],
  ['30 84 00', 'truncated'],
  ['30 84 00 00 00', 'truncated'],
  ['30 80', 'truncated'],
  ['30 80 00', 'truncated'],
  ['30 80 05 00 00', 'truncated'],
  ['30 03 02 02 05 06', 'truncated'],
  ['30 03 30 80 00 00', 'truncated'],
  ['30 80 30 03 30 80 00 00 00 00', 'truncated'],
  ['30 85 00 00 00 00 00', 'length-too-long'],
  ['04 80 00 00', 'indefinite-length'],
  ['3f 00', 'long-tag'],
  ['05 00 05', 'trailing'],
  [`${'30 80 '.repeat(40)}`, 'too-deep'],
])('%s is %s', (text, rule) => {
  expect(() => der(text)).toThrow(expect.objectContaining({ rule }))
})

test('a bundle has 8 MiB at most: more is not looked into', () => {
  const size = 8 * 1024 * 1024
  const read = (octets: number) => () => certificatesOfPkcs7(new Uint8Array(octets))
  expect(read(size + 1)).toThrow(expect.objectContaining({ rule: 'too-big', end: size + 1 }))
  expect(read(size)).not.toThrow(expect.objectContaining({ rule: 'too-big' }))
})
