import { expect, test } from 'vitest'
import { ip, macText, parseIp } from './address.ts'

test('dotted decimal is read strictly', () => {
  expect(Array.from(ip('10.0.0.2').octets)).toEqual([10, 0, 0, 2])
  for (const bad of ['10.0.0', '10.0.0.256', '10.0.0.01', '10.0.0.0x1', ' 10.0.0.1', '', '1.2.3.4.5']) {
    expect(parseIp(bad), bad).toBeUndefined()
  }
})

test('RFC 5952 4: IPv6 text is canonical', () => {
  const cases: [string, string][] = [
    ['::', '::'],
    ['::1', '::1'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['::ffff:192.0.2.1', '::ffff:c000:201'],
    ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
  ]
  for (const [given, text] of cases) expect(ip(given).text, given).toBe(text)
  for (const bad of [
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4:5:6:7::8',
    '12345::',
    'g::',
  ]) {
    expect(parseIp(bad), bad).toBeUndefined()
  }
})

test('a MAC address is six lower-case octets', () => {
  expect(macText(Uint8Array.of(2, 0, 0, 0, 0xab, 1))).toBe('02:00:00:00:ab:01')
})
