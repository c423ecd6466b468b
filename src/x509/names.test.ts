import { expect, test } from 'vitest'
import { ip } from '../wire/address.ts'
import type { GeneralName } from './general-name.ts'
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
  ['xn--*.example.com', 'xn--a.example.com', false, 'no part of an A-label'],
  ['a.*.example.com', 'a.b.example.com', false, 'the left-most label only'],
  ['*.*.example.com', 'a.b.example.com', false, 'one wildcard only'],
  ['*', 'localhost', false, 'not everything'],
  ['*.com', 'example.com', false, 'not everything below a top-level domain'],
  ['*.', 'a.', false, 'not below the root'],
  ['', '', false, 'no name is no name'],
  ['example.com.', 'example.com', false, 'a presented name has no final period (RFC 9525 6.3)'],
  ['a_b.example.com', 'a_b.example.com', true, 'underscores are seen in practice'],
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
  expect(matches({ ...place, type: 'dns', text: '192.0.2.1' }, '192.0.2.1')).toBe(false)
  expect(matches({ ...place, type: 'dns', text: '*.0.2.1' }, '192.0.2.1')).toBe(false)
  expect(matches({ ...place, type: 'uri', text: 'example.com' }, 'example.com')).toBe(false)
})
