import { describe, expect, test } from 'vitest'
import { seeded } from '../random.ts'
import { ip, ipAddress } from '../wire/address.ts'
import { Routes } from './routes.ts'
import { contains, lastAddress, netmask, nth, parseSubnet, subnet, subnetText } from './subnet.ts'

describe('subnets', () => {
  test('an address belongs to a subnet when its first bits are the same (RFC 4632 3.1)', () => {
    const net = parseSubnet('10.1.4.0/22')!
    expect(contains(net, ip('10.1.7.255'))).toBe(true)
    expect(contains(net, ip('10.1.8.0'))).toBe(false)
    expect(contains(net, ip('::ffff:10.1.4.1'))).toBe(false)
    expect(contains(parseSubnet('2001:db8::/33')!, ip('2001:db8:7fff::1'))).toBe(true)
    expect(contains(parseSubnet('2001:db8::/33')!, ip('2001:db8:8000::1'))).toBe(false)
    expect(contains(parseSubnet('0.0.0.0/0')!, ip('255.255.255.255'))).toBe(true)
    expect(contains(parseSubnet('10.0.0.1/32')!, ip('10.0.0.1'))).toBe(true)
  })

  test('agrees with arithmetic on whole numbers', () => {
    const random = seeded(11)
    const number = (o: Uint8Array) => o.reduce((n, octet) => n * 256 + octet, 0)
    for (let i = 0; i < 2000; i++) {
      const prefix = random.below(33)
      const [a, b] = [ipAddress(random.bytes(4)), ipAddress(random.bytes(4))]
      const size = 2 ** (32 - prefix)
      const same = Math.floor(number(a.octets) / size) === Math.floor(number(b.octets) / size)
      const net = subnet(a, prefix)
      expect(contains(net, b), `seed 11, ${a.text}/${prefix} ${b.text}`).toBe(same)
      expect(number(net.address.octets)).toBe(Math.floor(number(a.octets) / size) * size)
      expect(number(lastAddress(net).octets)).toBe(number(net.address.octets) + size - 1)
      const count = random.below(size)
      expect(number(nth(net, count)!.octets)).toBe(number(net.address.octets) + count)
      expect(nth(net, size)).toBeUndefined()
    }
    expect(nth(parseSubnet('10.0.0.0/24')!, -1)).toBeUndefined()
  })

  test('text is taken only as it would be written', () => {
    expect(subnetText(parseSubnet('192.168.0.0/16')!)).toBe('192.168.0.0/16')
    for (const wrong of ['10.0.0.1/24', '10.0.0.0/33', '10.0.0.0', '10.0.0.0/08', '10.0.0.0/8/8', 'x/8', '::1/129'])
      expect(parseSubnet(wrong), wrong).toBeUndefined()
    expect(netmask(parseSubnet('10.0.0.0/20')!).text).toBe('255.255.240.0')
    expect(() => subnet(ip('10.0.0.0'), 33)).toThrow(RangeError)
    expect(netmask(parseSubnet('2001:db8::/33')!).text).toBe('ffff:ffff:8000::')
  })
})

describe('routes', () => {
  const route = (to: string, device: number, gateway?: string) =>
    gateway === undefined ? { to: parseSubnet(to)!, device } : { to: parseSubnet(to)!, device, gateway: ip(gateway) }

  test('the longest prefix wins, in whatever order they were added (RFC 1812 5.2.4.3)', () => {
    const all = [
      route('0.0.0.0/0', 0, '10.0.0.1'),
      route('10.0.0.0/8', 1),
      route('10.2.0.0/16', 2),
      route('10.2.3.4/32', 3),
    ]
    for (const order of [all, all.toReversed(), [all[2]!, all[0]!, all[3]!, all[1]!]]) {
      const routes = new Routes(order)
      expect(routes.lookup(ip('8.8.8.8'))?.device).toBe(0)
      expect(routes.lookup(ip('10.3.0.1'))?.device).toBe(1)
      expect(routes.lookup(ip('10.2.9.9'))?.device).toBe(2)
      expect(routes.lookup(ip('10.2.3.4'))?.device).toBe(3)
    }
  })

  test('a change is seen by destinations that were looked up before', () => {
    const routes = new Routes()
    expect(routes.lookup(ip('10.0.0.9'))).toBeUndefined()
    const added = route('10.0.0.0/24', 5)
    routes.add(added)
    expect(routes.lookup(ip('10.0.0.9'))).toBe(added)
    routes.remove(added)
    expect(routes.lookup(ip('10.0.0.9'))).toBeUndefined()
  })
})
