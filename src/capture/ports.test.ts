import { expect, test } from 'vitest'
import { hex as fromHex } from '../../test/support/bytes.ts'
import { hasPort } from './ports.ts'

const ETHERNET = 1
const RAW = 101
const MACS = '020000000002020000000001'
/** 443 and 50000. */
const PORTS = '01bbc350'
const ipv4 = (protocol: string, flagsAndOffset = '0000', options = ''): string =>
  `4${5 + options.length / 8}0000300001${flagsAndOffset}40${protocol}00000a0000010a000002${options}`
const ipv6 = (next: string): string => `600000000020${next}40${'20010db8'.padEnd(32, '0')}${'20010db8'.padEnd(32, '1')}`
const has = (hex: string, linkType: number, port: number): boolean => hasPort(fromHex(hex), linkType, port)

test.each([
  ['TCP in IPv4', `${MACS}0800${ipv4('06')}${PORTS}`, ETHERNET],
  ['UDP in IPv4', `${MACS}0800${ipv4('11')}${PORTS}`, ETHERNET],
  ['IPv4 with options', `${MACS}0800${ipv4('06', '0000', '01010101')}${PORTS}`, ETHERNET],
  ['the first fragment', `${MACS}0800${ipv4('06', '2000')}${PORTS}`, ETHERNET],
  ['behind a tag', `${MACS}810000050800${ipv4('06')}${PORTS}`, ETHERNET],
  ['behind two tags', `${MACS}88a80005810000050800${ipv4('06')}${PORTS}`, ETHERNET],
  ['TCP in IPv6', `${MACS}86dd${ipv6('06')}${PORTS}`, ETHERNET],
  ['IPv6 behind hop-by-hop options', `${MACS}86dd${ipv6('00')}0600000000000000${PORTS}`, ETHERNET],
  ['IPv6, a first fragment', `${MACS}86dd${ipv6('2c')}0600000100000001${PORTS}`, ETHERNET],
  ['a packet alone', `${ipv4('06')}${PORTS}`, RAW],
])('either port is found: %s', (_, hex, linkType) => {
  expect([443, 50_000, 80].map(port => has(hex, linkType, port))).toEqual([true, true, false])
})

test.each([
  ['a later fragment', `${MACS}0800${ipv4('06', '2001')}${PORTS}`, ETHERNET],
  ['a later fragment of IPv6', `${MACS}86dd${ipv6('2c')}0600000800000001${PORTS}`, ETHERNET],
  ['ICMP', `${MACS}0800${ipv4('01')}${PORTS}`, ETHERNET],
  ['ARP', `${MACS}0806${ipv4('06')}${PORTS}`, ETHERNET],
  ['no version of IP', `5${ipv4('06').slice(1)}${PORTS}`, RAW],
])('where there are no ports none is found: %s', (_, hex, linkType) => {
  expect([443, 50_000].map(port => has(hex, linkType, port))).toEqual([false, false])
})

test('a frame that is cut anywhere in front of its ports has none, and is no error', () => {
  for (const whole of [
    `${MACS}810000050800${ipv4('06')}${PORTS}`,
    `${MACS}86dd${ipv6('00')}0600000000000000${PORTS}`,
    `${MACS}86dd${ipv6('2c')}0600000100000001${PORTS}`,
  ]) {
    expect(has(whole, ETHERNET, 443)).toBe(true)
    for (let end = 0; end < whole.length; end += 2) expect(has(whole.slice(0, end), ETHERNET, 443)).toBe(false)
  }
  expect(has('', RAW, 443)).toBe(false)
})
