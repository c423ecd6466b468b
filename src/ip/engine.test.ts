import { describe, expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../test/support/bytes.ts'
import { PEER, packet, setup, US } from '../../test/support/ip.ts'
import { seeded } from '../random.ts'
import { ip } from '../wire/address.ts'
import { checksum } from '../wire/checksum.ts'
import { decode } from '../wire/codec.ts'
import { FramePool } from '../wire/frame.ts'
import { IpEngine, type IpEvent } from './engine.ts'
import { Ipv4Packet } from './ipv4.ts'

describe('receiving', () => {
  test('a packet is handed up from its transport header on, without padding and options (RFC 791 3.1, RFC 894)', () => {
    const t = setup()
    const { events } = t.receive(concat(packet(ascii('data'), { options: hex('01010100') }), new Uint8Array(20)))
    expect(events).toMatchObject([{ type: 'packet', protocol: 17 }])
    const { frame } = events[0] as Extract<IpEvent, { type: 'packet' }>
    expect(toHex(frame.view())).toBe(toHex(ascii('data')))
    expect([frame.from?.text, frame.to?.text]).toEqual([PEER, US])
    frame.release()
    expect(t.pool.outstanding).toBe(0)
  })

  test('a header with a wrong checksum is discarded silently, whichever bit is wrong (RFC 1122 3.2.1.2)', () => {
    const good = packet(ascii('data'))
    for (let bit = 0; bit < 160; bit++) {
      const t = setup()
      const bad = good.slice()
      bad[bit >> 3]! ^= 1 << (bit & 7)
      expect(t.receive(bad), `bit ${bit}`).toEqual({ events: [], out: [] })
      expect(Object.values(t.own.dropped).reduce((a, b) => a + b)).toBe(1)
    }
  })

  test.each([
    ['short', packet(ascii('')).subarray(0, 19)],
    ['badLength', packet(ascii('data')).subarray(0, 23)],
    ['notIpv4', packet(ascii('data')).map((b, at) => (at === 0 ? 0x65 : b))],
    ['notForUs', packet(ascii('data'), { to: '10.0.0.3' })],
    ['notForUs', packet(ascii('data'), { to: '127.0.0.1' })],
    ['badSource', packet(ascii('data'), { from: '127.0.0.1' })],
    ['badSource', packet(ascii('data'), { from: '10.0.0.255' })],
    ['badSource', packet(ascii('data'), { from: '224.0.0.1' })],
    ['badSource', packet(ascii('data'), { from: '0.0.0.0' })],
    ['badSource', packet(ascii('data'), { from: US })],
    ['fragment', packet(ascii('data'), { flags: 1 })],
    ['fragment', packet(ascii('data'), { fragmentOffset: 3 })],
  ] as const)('%s: dropped and counted (RFC 1122 3.2.1)', (reason, bytes) => {
    const t = setup()
    expect(t.receive(bytes)).toEqual({ events: [], out: [] })
    expect(t.own.dropped[reason]).toBe(1)
    expect(t.pool.outstanding).toBe(0)
  })

  test('a packet for an address that differs from ours in one or two bits is not for us', () => {
    const pool = new FramePool()
    const interfaces = [{ address: ip('11.1.1.1'), prefix: 32, mtu: 1500 }]
    const engine = new IpEngine({ interfaces, pool, host: 'us' })
    for (let one = 0; one < 32; one++)
      for (let two = one; two < 32; two++) {
        const to = Uint8Array.of(11, 1, 1, 1)
        to[one >> 3]! ^= 1 << (one & 7)
        if (two !== one) to[two >> 3]! ^= 1 << (two & 7)
        engine.receive(pool.copy(packet(ascii('data'), { to: to.join('.') })), 0)
        expect(engine.pollEvent(), to.join('.')).toBeUndefined()
      }
    expect([engine.dropped.notForUs, pool.outstanding]).toEqual([528, 0])
  })

  test('a declared packet whose lengths contradict each other is refused where its header ends (RFC 791 3.1)', () => {
    const refused = (change: (bytes: Uint8Array) => void) => {
      const bytes = packet(ascii('data'))
      change(bytes)
      return () => decode(Ipv4Packet, bytes)
    }
    expect(refused(bytes => void (bytes[3] = 19))).toThrow('at byte 20: total length is less than the header')
    expect(refused(bytes => void (bytes[0] = 0x44))).toThrow('at byte 20: not an IPv4 header')
    expect(refused(bytes => void (bytes[0] = 0x65))).toThrow('at byte 20: not an IPv4 header')
    expect(decode(Ipv4Packet, packet(new Uint8Array(0))).body.payload).toHaveLength(0)
  })

  test('the value of a peer’s address is made once, and not kept for more than 1024 peers', () => {
    const t = setup()
    const peer = (n: number) => {
      const { events } = t.receive(packet(ascii('x'), { from: `10.1.${n >> 8}.${n & 255}` }))
      const { frame } = events[0] as Extract<IpEvent, { type: 'packet' }>
      const { from } = frame
      frame.release()
      return from
    }
    const first = peer(0)
    // Ours is one of them.
    for (let n = 1; n < 1023; n++) peer(n)
    expect(peer(0)).toBe(first)
    peer(1023)
    expect(peer(0)).not.toBe(first)
    expect(peer(0)?.text).toBe('10.1.0.0')
  })

  test('a packet that is nothing but its header is a packet', () => {
    expect(setup().receive(packet(new Uint8Array(0))).events).toMatchObject([{ type: 'packet', frame: { length: 0 } }])
  })

  test('broadcasts of the subnet and of the wire are taken; a /32 or /31 has none (RFC 919, RFC 3021)', () => {
    const t = setup()
    expect(t.receive(packet(ascii('x'), { to: '10.0.0.255' })).events).toHaveLength(1)
    expect(t.receive(packet(ascii('x'), { to: '255.255.255.255' })).events).toHaveLength(1)
    expect(t.receive(packet(ascii('x'), { to: '192.168.255.255' })).events).toHaveLength(1)
    for (const prefix of [30, 31, 32]) {
      const interfaces = [{ address: ip('10.0.0.2'), prefix, mtu: 1500 }]
      const engine = new IpEngine({ interfaces, pool: t.pool, host: 'us' })
      expect(engine.isBroadcast(ip('10.0.0.3')), `/${prefix}`).toBe(prefix === 30)
      expect(engine.isBroadcast(ip('10.0.0.2')), `/${prefix}`).toBe(false)
    }
  })

  test('a packet that is here is taken, whatever is left of its time to live (RFC 1122 3.2.1.7)', () => {
    for (const timeToLive of [0, 1, 255])
      expect(setup().receive(packet(ascii('x'), { timeToLive })).events, `${timeToLive}`).toHaveLength(1)
  })

  test('no bytes make it throw, and no frame is lost track of', () => {
    const random = seeded(5)
    const t = setup()
    for (let i = 0; i < 5000; i++) {
      const bytes = packet(random.bytes(random.below(60)), { protocol: random.below(3) })
      for (let n = random.below(3); n > 0; n--) bytes[random.below(bytes.length)] = random.below(256)
      const sum = checksum(
        bytes.map((b, at) => (at === 10 || at === 11 ? 0 : b)),
        0,
        Math.min(20, bytes.length),
      )
      bytes[10] = sum >> 8
      bytes[11] = sum
      for (const event of t.receive(
        bytes.subarray(0, random.below(4) === 0 ? random.below(bytes.length) : undefined),
        i,
      ).events)
        if (event.type === 'packet') event.frame.release()
    }
    expect(t.pool.outstanding).toBe(0)
  })
})

describe('sending', () => {
  test('the header is right and the neighbour is the destination itself (RFC 791 3.1)', () => {
    const { out } = setup().send(PEER, ascii('data'))
    expect(out).toMatchObject([{ device: 0, nextHop: PEER }])
    const bytes = out[0]!.bytes
    expect(checksum(bytes, 0, 20)).toBe(0)
    const { head, body } = decode(Ipv4Packet, bytes)
    expect(head).toMatchObject({
      version: 4,
      totalLength: 24,
      timeToLive: 64,
      protocol: 17,
      differentiatedServices: 0,
      congestionNotification: 0,
      flags: 2,
      fragmentOffset: 0,
    })
    expect(toHex(head.sourceAddress)).toBe(toHex(ip(US).octets))
    expect(toHex(head.destinationAddress)).toBe(toHex(ip(PEER).octets))
    expect(toHex(body.payload)).toBe(toHex(ascii('data')))
  })

  test('packets are numbered one after the other, for whoever reads a capture', () => {
    const t = setup()
    const numbers = ['a', 'b', 'c'].map(text => decode(Ipv4Packet, t.send(PEER, ascii(text)).out[0]!.bytes).head)
    expect(numbers.map(({ identification }) => identification)).toEqual([1, 2, 3])
  })

  test('what is not in a subnet goes to the gateway, by the interface of the longest prefix (RFC 1122 3.3.1)', () => {
    const t = setup()
    expect(t.send('8.8.8.8', ascii('x')).out).toMatchObject([{ device: 0, nextHop: '10.0.0.254' }])
    expect(t.send('192.168.9.9', ascii('x')).out).toMatchObject([{ device: 1, nextHop: '192.168.9.9' }])
    expect(t.own.sourceFor(ip('192.168.9.9'))?.text).toBe('192.168.5.1')
    expect(t.send('10.0.0.255', ascii('x')).out).toMatchObject([{ device: 0, nextHop: '255.255.255.255' }])
  })

  test('without a route a packet comes back as ip/no-route, and one that is larger than the MTU as ip/too-big', () => {
    const t = setup()
    for (const route of t.own.routes.all().filter(r => r.to.prefix === 0)) t.own.routes.remove(route)
    expect(t.send('8.8.8.8', ascii('x')).events).toMatchObject([
      { type: 'undelivered', failure: { code: 'ip/no-route' } },
    ])
    expect(t.send('2001:db8::1', ascii('x')).events).toMatchObject([{ failure: { code: 'ip/no-route' } }])
    expect(t.send('192.168.9.9', new Uint8Array(557)).events).toMatchObject([
      { type: 'undelivered', failure: { code: 'ip/too-big', got: '577', number: 576 } },
    ])
    expect(t.send('192.168.9.9', new Uint8Array(556)).out).toHaveLength(1)
  })

  test('what is for this machine never leaves it (RFC 1122 3.2.1.3 (g))', () => {
    const t = setup()
    for (const own of [US, '192.168.5.1', '127.0.0.1', '127.9.9.9']) {
      const { events, out } = t.send(own, ascii('to myself'))
      expect(out).toEqual([])
      expect(events).toMatchObject([{ type: 'packet', protocol: 17 }])
    }
  })
})
