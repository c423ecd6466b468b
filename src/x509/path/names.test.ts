import { expect, test } from 'vitest'
import { ip } from '../../wire/address.ts'
import type { GeneralName } from '../certificate/general-name.ts'
import { dnsMatches, matches } from './names.ts'

const place = { from: 0, to: 0 }

test.each([
  ['example.com', 'example.com', true, 'RFC 9525 6.3'],
  ['EXAMPLE.com', 'example.COM', true, 'letter case does not count (RFC 4343)'],
  ['example.com', 'example.com.', true, 'a final period of the question means the root'],
  ['*.example.com', 'a.example.com', true, 'the wildcard is one whole label'],
  ['*.example.com', 'xn--bcher-kva.example.com', true, 'an A-label is a label'],
  ['example.com', 'a.example.com', false, 'a name does not hold those below'],
  ['*.example.com', 'example.com', false, 'the wildcard is not nothing'],
  ['*.example.com', 'a.b.example.com', false, 'the wildcard is not two labels'],
  ['*.example.com', '.example.com', false, 'the wildcard is not an empty label'],
  ['a*.example.com', 'ab.example.com', false, 'no part of a label (RFC 9525 6.3)'],
  ['*a.example.com', 'ba.example.com', false, 'no part of a label'],
  ['*aexample.com', 'b.example.com', false, 'nor does the wildcard stand for a period'],
  ['xn--*.example.com', 'xn--a.example.com', false, 'no part of an A-label'],
  ['a.*.example.com', 'a.b.example.com', false, 'the left-most label only'],
  ['*.*.example.com', 'a.b.example.com', false, 'one wildcard only'],
  ['*', 'localhost', false, 'not everything'],
  ['*.com', 'example.com', false, 'not everything below a top-level domain'],
  ['*.', 'a.', false, 'not below the root'],
  ['', '', false, 'no name is no name'],
  ['example.com.', 'example.com', false, 'a presented name has no final period (RFC 9525 6.3)'],
  ['a_b.example.com', 'a_b.example.com', true, 'underscores are seen in practice'],
  ['10.0.0.5', '10.0.0.5.', false, 'an address with a period is no name'],
  ['*.0.0.5', '10.0.0.5.', false, 'nor fits it a wildcard'],
  ['127.1', '127.1', false, 'what ends in a number is a way to write an address'],
  ['a.0x7f', 'a.0x7f', false, 'in hexadecimal too'],
  ['1a.example.com', '1a.example.com', true, 'a label may begin with a digit'],
  ['example.com', 'example.com:443', false, 'a port is no part of a name'],
  ['key.example.com', '\u212aey.example.com', false, 'a Kelvin sign is no k'],
  ['f*o.example.com', 'foo.example.com', false, 'no part of a label'],
  ['exa mple.com', 'exa mple.com', false, 'a space is no part of a name'],
  ['😜.example.com', '😜.example.com', false, 'names are ASCII on the wire (RFC 5280 7.2)'],
] as const)('%j for %j is %s: %s', (presented, reference, expected, _why) => {
  expect(dnsMatches(presented, reference)).toBe(expected)
})

test('an address is compared by its octets, never as a DNS name (RFC 9525 6.4)', () => {
  const v4: GeneralName = { ...place, type: 'ip', octets: ip('192.0.2.1').octets }
  const v6: GeneralName = { ...place, type: 'ip', octets: ip('2001:db8::1').octets }
  expect(matches(v4, '192.0.2.1')).toBe(true)
  expect(matches(v4, '192.0.2.2')).toBe(false)
  expect(matches(v6, '2001:DB8:0::1')).toBe(true)
  expect(matches(v6, '[2001:db8::1]')).toBe(true)
  expect(matches(v4, '::ffff:192.0.2.1')).toBe(false)
  expect(matches({ ...place, type: 'ip', octets: ip('::ffff:192.0.2.1').octets }, '192.0.2.1')).toBe(false)
  expect(matches({ ...place, type: 'dns', text: '192.0.2.1' }, '192.0.2.1')).toBe(false)
  expect(matches({ ...place, type: 'dns', text: '*.0.2.1' }, '192.0.2.1')).toBe(false)
  expect(matches({ ...place, type: 'uri', text: 'example.com' }, 'example.com')).toBe(false)
})
