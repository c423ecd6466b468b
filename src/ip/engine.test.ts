import { describe, expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../test/support/bytes.ts'
import { checked } from '../../test/support/checked.ts'
import { UsedPool } from '../../test/support/frames.ts'
import { seeded } from '../random.ts'
import { type IpAddress, ip } from '../wire/address.ts'
import { checksum } from '../wire/checksum.ts'
import { decode, encode } from '../wire/codec.ts'
import { FramePool } from '../wire/frame.ts'
import { IpEngine, type IpEvent } from './engine.ts'
import { IcmpMessage } from './icmp.ts'
import { Ipv4Packet } from './ipv4.ts'
import { parseSubnet } from './subnet.ts'

const US = '10.0.0.1'
const PEER = '10.0.0.2'

interface Making {
  from?: string
  to?: string
  protocol?: number
  timeToLive?: number
  flags?: number
  fragmentOffset?: number
  options?: Uint8Array
}

/** A packet with a right header checksum. */
const packet = (payload: Uint8Array, m: Making = {}): Uint8Array => {
  const { from = PEER, to = US, protocol = 17, timeToLive = 64, flags = 0, fragmentOffset = 0 } = m
  const bytes = encode(Ipv4Packet, {
    head: {
      version: 4,
      internetHeaderLength: 5,
      differentiatedServices: 0,
      congestionNotification: 0,
      totalLength: 0,
      identification: 7,
      flags,
      fragmentOffset,
      timeToLive,
      protocol,
      headerChecksum: 0,
      sourceAddress: ip(from).octets,
      destinationAddress: ip(to).octets,
    },
    body: { options: m.options ?? new Uint8Array(0), payload },
  })
  const sum = checksum(bytes, 0, (bytes[0]! & 15) * 4)
  bytes[10] = sum >> 8
  bytes[11] = sum
  return bytes
}
const icmp = (type: number, code: number, rest: Uint8Array): Uint8Array => {
  const bytes = concat(Uint8Array.of(type, code, 0, 0), rest)
  const sum = checksum(bytes, 0, bytes.length)
  bytes[2] = sum >> 8
  bytes[3] = sum
  return bytes
}

const setup = () => {
  const pool = new UsedPool()
  const own = new IpEngine({
    interfaces: [
      { address: ip(US), prefix: 24, mtu: 1500 },
      { address: ip('192.168.5.1'), prefix: 16, mtu: 576 },
    ],
    routes: [{ to: parseSubnet('0.0.0.0/0')!, gateway: ip('10.0.0.254'), device: 0 }],
    pool,
    host: 'us',
  })
  const engine = checked(own)
  const drain = (now: number) => {
    const events: IpEvent[] = []
    const out: { device: number; nextHop: string; bytes: Uint8Array }[] = []
    for (let e = engine.pollEvent(); e !== undefined; e = engine.pollEvent()) events.push(e)
    for (let f = engine.pollTransmit(now); f !== undefined; f = engine.pollTransmit(now)) {
      out.push({ device: f.device, nextHop: f.nextHop!.text, bytes: f.view().slice() })
      f.release()
    }
    return { events, out }
  }
  return {
    pool,
    own,
    engine,
    receive(bytes: Uint8Array, now = 0) {
      engine.receive(pool.copy(bytes), now)
      return drain(now)
    },
    send(to: string, payload: Uint8Array, from?: IpAddress) {
      const frame = pool.take(payload.length)
      frame.buffer.set(payload, frame.offset)
      frame.length = payload.length
      frame.to = ip(to)
      frame.from = from
      engine.send(frame, 17, 0)
      return drain(0)
    },
    refuse(bytes: Uint8Array, why: 'port' | 'protocol' = 'port', now = 0) {
      const { events } = this.receive(bytes, now)
      const [event] = events
      if (event?.type !== 'packet') throw new Error('not delivered')
      engine.refuse(event.frame, why, now)
      event.frame.release()
      return drain(now)
    },
  }
}

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

describe('ICMP', () => {
  test('an echo request is answered with the same data (RFC 792)', () => {
    const { out } = setup().receive(packet(icmp(8, 0, hex('0102 0003 68656c6c6f')), { protocol: 1 }))
    expect(out).toMatchObject([{ nextHop: PEER }])
    const { body } = decode(Ipv4Packet, out[0]!.bytes)
    expect(toHex(body.payload)).toBe(toHex(icmp(0, 0, hex('0102 0003 68656c6c6f'))))
  })

  test('an echo request to a broadcast address is not answered, nor one with a wrong checksum (RFC 1122 3.2.2.6)', () => {
    const t = setup()
    expect(t.receive(packet(icmp(8, 0, hex('01020003')), { protocol: 1, to: '10.0.0.255' })).out).toEqual([])
    expect(t.receive(packet(hex('0800ffff 01020003'), { protocol: 1 })).out).toEqual([])
  })

  test('a reply is told with its number', () => {
    const t = setup()
    t.engine.ping(ip(PEER), 5, 9, 0)
    const sent = t.engine.pollTransmit(0)!
    expect([t.engine.pollEvent(), t.engine.pollTransmit(0)]).toEqual([undefined, undefined])
    expect(decode(IcmpMessage, sent.view().subarray(20))).toMatchObject({
      head: { type: 8 },
      body: { identifier: 5, sequenceNumber: 9 },
    })
    expect(t.receive(packet(icmp(0, 0, hex('00050009')), { protocol: 1 })).events).toMatchObject([
      { type: 'echo-reply', identifier: 5, sequenceNumber: 9 },
    ])
  })

  test('nobody on the port: port unreachable, with the header and the first bytes of what caused it (RFC 1122 3.2.2.1)', () => {
    const cause = packet(ascii('12345678 and more'))
    const { out } = setup().refuse(cause)
    const { head, body } = decode(Ipv4Packet, out[0]!.bytes)
    expect(head.protocol).toBe(1)
    expect(checksum(body.payload, 0, body.payload.length)).toBe(0)
    const message = decode(IcmpMessage, body.payload)
    expect(message.head).toMatchObject({ type: 3, code: 3 })
    expect(toHex((message.body as { packet: Uint8Array }).packet)).toBe(toHex(cause))
  })

  test('a report is never longer than 576 bytes (RFC 1812 4.3.2.3)', () => {
    const { out } = setup().refuse(packet(new Uint8Array(1400)), 'protocol')
    expect(out[0]!.bytes.length).toBe(576)
  })

  test('no report about an ICMP error, nor about a broadcast (RFC 1122 3.2.2)', () => {
    const t = setup()
    expect(t.refuse(packet(ascii('12345678'), { to: '10.0.0.255' })).out).toEqual([])
    t.receive(
      packet(icmp(3, 1, concat(new Uint8Array(4), packet(ascii('12345678'), { from: US, to: PEER }))), { protocol: 1 }),
    )
    expect(t.engine.pollTransmit(0)).toBeUndefined()
  })

  test('reports come at a limited rate that recovers with time (RFC 1812 4.3.2.8)', () => {
    const t = setup()
    const reports = (now: number) =>
      Array.from({ length: 200 }, () => t.refuse(packet(ascii('12345678')), 'port', now).out.length).reduce(
        (a, b) => a + b,
      )
    expect(reports(0)).toBe(50)
    expect(reports(10)).toBe(10)
    expect(reports(1e6)).toBe(50)
  })

  test('echo replies come a thousand a second at most', () => {
    const t = setup()
    const replies = (now: number) => {
      let count = 0
      const request = packet(icmp(8, 0, hex('00010001')), { protocol: 1 })
      for (let i = 0; i < 3000; i++) {
        t.engine.receive(t.pool.copy(request), now)
        expect(t.engine.pollEvent()).toBeUndefined()
        for (let f = t.engine.pollTransmit(now); f !== undefined; f = t.engine.pollTransmit(now)) {
          f.release()
          count++
        }
      }
      return count
    }
    expect([replies(0), replies(100)]).toEqual([1000, 100])
  })

  test('an MTU that every module must pass on is the least (RFC 791 3.2)', () => {
    const engine = (mtu: number) =>
      new IpEngine({ interfaces: [{ address: ip(US), prefix: 24, mtu }], pool: new FramePool(), host: 'a' })
    for (const mtu of [0, 39, 67, Number.NaN]) expect(() => engine(mtu)).toThrow(RangeError)
    expect(engine(68).sourceFor(ip(PEER))?.text).toBe(US)
  })

  test.each([
    [3, 3, 'unreachable', 'port'],
    [3, 1, 'unreachable', 'host'],
    [3, 13, 'unreachable', 'code 13'],
    [11, 0, 'time-exceeded', 'net'],
  ])('type %i code %i is told as %s, %s', (type, code, what, why) => {
    const quoted = packet(hex('1234 0035 0010 0000 ffff'), { from: US, to: '8.8.8.8' })
    const { events } = setup().receive(packet(icmp(type, code, concat(new Uint8Array(4), quoted)), { protocol: 1 }))
    expect(events).toMatchObject([{ type: 'error-report', what, why, protocol: 17, to: { text: '8.8.8.8' } }])
  })

  test('a report that quotes eight transport bytes of a packet without faults in its header is told (RFC 792)', () => {
    const told = (change: (quoted: Uint8Array) => void) => {
      const quoted = packet(hex('1234 0035 0010 0000'), { from: US, to: '8.8.8.8' })
      change(quoted)
      return setup().receive(packet(icmp(3, 3, concat(new Uint8Array(4), quoted)), { protocol: 1 })).events.length
    }
    expect(told(() => {})).toBe(1)
    expect(told(q => void (q[0] = 0x44))).toBe(0)
    expect(told(q => void (q[0] = 0x65))).toBe(0)
    expect(told(q => void (q[7] = 1))).toBe(0)
  })

  test('a report that quotes less than eight transport bytes says nothing (RFC 792)', () => {
    const quoted = packet(hex('1234 0035 0010 0000'), { from: US, to: '8.8.8.8' }).subarray(0, 27)
    const { events } = setup().receive(packet(icmp(3, 3, concat(new Uint8Array(4), quoted)), { protocol: 1 }))
    expect(events).toEqual([])
  })
})
