import { describe, expect, test } from 'vitest'
import { ascii, concat, hex } from '../../test/support/bytes.ts'
import { checked } from '../../test/support/checked.ts'
import { parseSubnet } from '../ip/subnet.ts'
import { cable } from '../link/cable.ts'
import { seeded } from '../random.ts'
import type { TcpConnection } from '../tcp/types.ts'
import { ip } from '../wire/address.ts'
import { checksum } from '../wire/checksum.ts'
import { Host, type HostEvent, type HostOptions } from './host.ts'

const mac = (n: number) => Uint8Array.of(2, 0, 0, 0, 0, n)
const make = (n: number, more: Partial<HostOptions> = {}) => {
  const own = new Host({
    name: `host ${n}`,
    interfaces: [{ mac: mac(n), address: ip(`10.0.0.${n}`), prefix: 24 }],
    nameServers: [ip('10.0.0.2')],
    random: seeded(n),
    ...more,
  })
  return { own, engine: checked(own) }
}
/** Drains as a driver does: events, then what they led to. */
const drain = (engine: Host, now: number, react: (event: HostEvent) => void = () => {}) => {
  const events: HostEvent[] = []
  const out: { device: number; bytes: Uint8Array }[] = []
  for (let more = true; more; ) {
    more = false
    for (let e = engine.pollEvent(); e !== undefined; e = engine.pollEvent()) {
      events.push(e)
      react(e)
      more = true
    }
    for (let f = engine.pollTransmit(now); f !== undefined; f = engine.pollTransmit(now)) {
      out.push({ device: f.device, bytes: f.view().slice() })
      f.release()
      more = true
    }
  }
  return { events, out }
}
/** An IPv4 header with its checksum. */
const header = (addresses: Uint8Array, protocol: number, size: number) => {
  const bytes = concat(
    hex('4500'),
    Uint8Array.of(0, 20 + size),
    hex('0000 0000 40'),
    Uint8Array.of(protocol, 0, 0),
    addresses,
  )
  const sum = checksum(bytes, 0, 20)
  bytes.set([sum >> 8, sum & 255], 10)
  return bytes
}
/** A frame from 10.0.0.9 to 10.0.0.1 with an ICMP error of type and code about a packet. */
const report = (kind: string, packet: Uint8Array) => {
  const icmp = concat(hex(`${kind} 0000 00000000`), packet)
  const sum = checksum(icmp, 0, icmp.length)
  icmp.set([sum >> 8, sum & 255], 2)
  return concat(mac(1), mac(9), hex('0800'), header(hex('0a000009 0a000001'), 1, icmp.length), icmp)
}
const namesOf = (events: readonly HostEvent[]): string[] =>
  events.map(e => {
    if (e.type === 'connection') return e.event.type === 'failure' ? e.event.failure.code : e.event.type
    return 'failure' in e ? e.failure.code : e.type
  })

describe('two hosts on a cable', () => {
  test('talk TCP by the contract of engines: drained after every touch', () => {
    const [a, b] = [make(1), make(2)]
    b.own.listen({ port: 80 })
    const near = a.engine.connect({ address: ip('10.0.0.2'), port: 80 }, {}, 0)
    const seen: string[] = []
    const heard: Uint8Array[] = []
    const pass = (from: Host, to: Host, now: number): boolean => {
      const { out } = drain(from, now, event => {
        if (event.type === 'accepted') event.connection.write(ascii('welcome'), now)
        if (event.type !== 'connection') return
        seen.push(`${from.name} ${event.event.type}`)
        const connection: TcpConnection = event.connection
        if (event.event.type === 'readable') heard.push(connection.read(100, now))
        if (event.event.type === 'peer-finished') connection.finish(now)
      })
      for (const { bytes } of out) {
        to.receive(to.pool.copy(bytes), now)
        pass(to, from, now)
      }
      return out.length > 0
    }
    while (pass(a.engine, b.engine, 5));
    expect(heard).toEqual([ascii('welcome')])
    near.finish(6)
    while (pass(a.engine, b.engine, 6));
    expect(seen).toContain('host 1 connected')
    expect(seen).toContain('host 2 closed')
    expect([a.own.pool.outstanding, b.own.pool.outstanding]).toEqual([0, 0])
  })

  test('a cable moves frames both ways until nothing moves', () => {
    const [a, b] = [make(1).own, make(2).own]
    const wire = cable(a, b, { a: a.pool, b: b.pool })
    const ping = a.ping(ip('10.0.0.2'), 0)
    const frames: string[] = []
    wire.settle(3, (_, from) => void frames.push(from))
    expect(frames).toEqual(['a', 'b', 'a', 'b'])
    expect(a.pollEvent()).toEqual({ type: 'echo', ping, time: 3 })
  })
})

describe('failures', () => {
  test('no route: a connection, a datagram, a ping and a name server fail at once with ip/no-route', () => {
    const { own, engine } = make(1, { nameServers: [ip('192.0.2.53')] })
    const away = ip('192.0.2.1')
    engine.connect({ address: away, port: 80 }, {}, 0)
    own.udp.bind(5000)
    engine.sendDatagram(5000, { address: away, port: 9 }, ascii('x'), 0)
    engine.ping(away, 0)
    engine.resolve('shop.test', 'A', 0)
    const codes = namesOf(drain(engine, 0).events)
    expect(codes.filter(code => code === 'ip/no-route')).toHaveLength(4)
    expect(own.nextDeadline()).toBeUndefined()
  })

  test('a name server that nobody is ends the question as link/no-neighbour, one without DNS as ip/unreachable', () => {
    const alone = make(1)
    alone.engine.resolve('shop.test', 'A', 0)
    const events: HostEvent[] = []
    drain(alone.engine, 0)
    for (let at = alone.own.nextDeadline(); at !== undefined; at = alone.own.nextDeadline()) {
      alone.engine.advance(at)
      events.push(...drain(alone.engine, at).events)
    }
    expect(namesOf(events)).toEqual(['link/no-neighbour'])
    const [a, b] = [make(1).own, make(2).own]
    a.resolve('shop.test', 'A', 0)
    cable(a, b, { a: a.pool, b: b.pool }).settle(0)
    expect(namesOf(drain(a, 0).events)).toEqual(['ip/unreachable'])
  })

  test('what a router drops because it went too far is ip/time-exceeded (RFC 792)', () => {
    const { own, engine } = make(1, {
      interfaces: [
        { mac: mac(1), address: ip('10.0.0.1'), prefix: 24, neighbours: [{ address: ip('10.0.0.9'), mac: mac(9) }] },
      ],
    })
    own.udp.bind(5000)
    engine.sendDatagram(5000, { address: ip('10.0.0.9'), port: 9 }, ascii('far away'), 0)
    const [sent] = drain(engine, 0).out
    engine.receive(own.pool.copy(report('0b00', sent!.bytes.subarray(14, 14 + 28))), 1)
    expect(drain(engine, 1).events).toMatchObject([
      { type: 'failure', port: 5000, failure: { code: 'ip/time-exceeded', where: '10.0.0.9' } },
    ])
  })
})

describe('reports of strangers', () => {
  const known = [{ address: ip('10.0.0.9'), mac: mac(9) }]
  const interfaces = [{ mac: mac(1), address: ip('10.0.0.1'), prefix: 24, neighbours: known }]
  const there = ip('10.0.0.9')
  /** What a host says when the packet that it sent, with one change, is quoted in an ICMP report. */
  const told = (begin: (host: Host) => void, kind: string, change: (packet: Uint8Array) => void = () => {}) => {
    const { own, engine } = make(1, { interfaces, nameServers: [there] })
    begin(own)
    const packet = drain(engine, 0).out[0]!.bytes.slice(14)
    change(packet)
    engine.receive(own.pool.copy(report(kind, packet)), 1)
    return namesOf(drain(engine, 1).events)
  }
  const connect = (host: Host) => void host.connect({ address: there, port: 80 }, {}, 0)

  test('RFC 5927 4.1: a SYN counts as undelivered only when its sequence number is quoted', () => {
    for (const kind of ['0302', '0303', '030a']) expect(told(connect, kind)).toEqual(['ip/unreachable', 'closed'])
    for (const at of [22, 23, 24, 27]) expect(told(connect, '0303', p => void (p[at]! ^= 1))).toEqual([])
  })
  test('RFC 1122 4.2.3.9: what may pass ends no connection: no way to the net or host, too far, source route failed', () => {
    for (const kind of ['0300', '0301', '0305', '030b', '0b00']) expect(told(connect, kind), kind).toEqual([])
  })
  test('RFC 1191 3: that a packet would have to be cut does not end a connection', () => {
    expect(told(connect, '0304')).toEqual([])
  })
  test('RFC 792: what stands behind the header of another address, version or fragment is nobody’s', () => {
    for (const at of [0, 7, 12, 19])
      expect(told(connect, '0303', p => void (p[at]! ^= at === 0 ? 0x20 : 1))).toEqual([])
  })
  test('a question is refused only by who knows the server that was asked', () => {
    const ask = (host: Host) => void host.resolve('shop.test', 'A', 0)
    expect(told(ask, '0303')).toEqual(['ip/unreachable'])
    for (const at of [19, 21, 23]) expect(told(ask, '0303', p => void (p[at]! ^= 1))).toEqual([])
  })
  test('a ping is undelivered only when its own request is quoted', () => {
    const ping = (host: Host) => void host.ping(there, 0)
    expect(told(ping, '0301')).toEqual(['ip/unreachable'])
    for (const at of [9, 19, 20, 25, 27]) expect(told(ping, '0301', p => void (p[at]! ^= 1))).toEqual([])
  })
})

test('RFC 9293 3.9.2.3 (MUST-57): a SYN to a broadcast address of the subnet is not answered', () => {
  const { own, engine } = make(1)
  own.listen({ port: 80 })
  for (const to of ['10.0.0.255', '255.255.255.255', '10.0.0.1']) {
    const segment = concat(hex('1234 0050 00000001 00000000 5002 1000 0000 0000'))
    const addresses = concat(ip('10.0.0.2').octets, ip(to).octets)
    const sum = checksum(concat(addresses, hex('0006 0014'), segment), 0, 32)
    segment.set([sum >> 8, sum & 255], 16)
    engine.receive(own.pool.copy(concat(mac(1), mac(2), hex('0800'), header(addresses, 6, 20), segment)), 0)
    const { out } = drain(engine, 0)
    expect([to, out.length, own.tcp.connections]).toEqual(to === '10.0.0.1' ? [to, 1, 1] : [to, 0, 0])
  }
})

describe('several interfaces', () => {
  test('a packet leaves by the interface of its route, with that interface’s address', () => {
    const { own, engine } = make(1, {
      interfaces: [
        { mac: mac(1), address: ip('10.0.0.1'), prefix: 24 },
        { mac: mac(2), address: ip('10.1.0.1'), prefix: 24, mtu: 600 },
      ],
      routes: [{ to: parseSubnet('0.0.0.0/0')!, gateway: ip('10.1.0.254'), device: 1 }],
    })
    for (const [to, device, target] of [
      ['10.0.0.7', 0, '10.0.0.7'],
      ['10.1.0.7', 1, '10.1.0.7'],
      ['8.8.8.8', 1, '10.1.0.254'],
    ] as const) {
      const connection = own.connect({ address: ip(to), port: 80 }, {}, 0)
      expect(connection.local.address.text).toBe(`10.${device}.0.1`)
      const { out } = drain(engine, 0)
      expect(out.map(o => o.device)).toEqual([device])
      expect(out[0]!.bytes.subarray(38, 42)).toEqual(ip(target).octets)
    }
  })
})

test('no frames make a host throw, and none is lost track of', () => {
  const random = seeded(31)
  const { own, engine } = make(1)
  own.listen({ port: 80 })
  own.udp.bind(53)
  engine.resolve('shop.test', 'A', 0)
  engine.connect({ address: ip('10.0.0.2'), port: 80 }, {}, 0)
  drain(engine, 0)
  for (let now = 0; now < 4000; now++) {
    const protocol = [1, 6, 17][random.below(3)]!
    const transport = random.bytes(random.below(60))
    if (transport.length > 4 && random.number() < 0.8)
      transport.set(protocol === 17 ? [0, 53, 0, 53] : [0, 80, 0, 80], 0)
    const header = concat(
      Uint8Array.of(0x45, 0, 0, 20 + transport.length),
      hex('0000 0000 40'),
      Uint8Array.of(protocol),
      hex('0000 0a000002 0a000001'),
    )
    const sum = checksum(header, 0, 20)
    header.set([sum >> 8, sum & 255], 10)
    const frame = concat(mac(1), mac(2), hex(random.number() < 0.9 ? '0800' : '0806'), header, transport)
    if (random.number() < 0.3) frame[random.below(frame.length)] = random.below(256)
    engine.receive(own.pool.copy(frame), now)
    drain(engine, now)
  }
  for (let at = own.nextDeadline(), n = 0; at !== undefined && n < 1000; at = own.nextDeadline(), n++) {
    engine.advance(Math.max(at, 4000))
    drain(engine, Math.max(at, 4000))
  }
  expect(own.pool.outstanding, 'seed 31').toBe(0)
})

describe('a host that is asked for too much', () => {
  const server = { address: ip('10.0.0.2'), mac: mac(2) }
  const interfaces = [{ mac: mac(1), address: ip('10.0.0.1'), prefix: 24, neighbours: [server] }]
  /** Everything that is told until nothing is waited for. */
  const rest = (own: Host, engine: Host): HostEvent[] => {
    const events: HostEvent[] = []
    for (let at = own.nextDeadline(); at !== undefined; at = own.nextDeadline()) {
      engine.advance(at)
      events.push(...drain(engine, at).events)
    }
    return events
  }

  test('of 5000 names at once 1024 are asked for, the others fail at once, and each is told once', () => {
    const { own, engine } = make(1, { interfaces })
    const asked = Array.from({ length: 5000 }, (_, i) => engine.resolve(`host${i}.test`, 'A', 0))
    const { events, out } = drain(engine, 0)
    expect([events.length, out.length]).toEqual([3976, 1024])
    const all = [...events, ...rest(own, engine)]
    expect(all.map(event => (event.type === 'failed' ? event.query : event.type)).sort()).toEqual(asked.sort())
    expect(new Set(namesOf(all))).toEqual(new Set(['dns/server-failure', 'dns/silence']))
    expect(own.pool.outstanding).toBe(0)
  })

  test('of 70,000 pings the last 1024 wait, the others are told how long they did, and each is told once', () => {
    const { own, engine } = make(1, { interfaces })
    const told: number[] = []
    const count = (event: HostEvent) => {
      if (event.type === 'no-echo') told.push(event.failure.number ?? -1)
    }
    for (let i = 0; i < 70; i++) {
      for (let n = 0; n < 1000; n++) own.ping(server.address, i)
      drain(own, i, count)
    }
    expect(told.length).toBe(70_000 - 1024)
    expect(new Set(told)).toEqual(new Set([1, 2]))
    for (const event of rest(own, engine)) count(event)
    expect(told.length).toBe(70_000)
    expect(told.at(-1)).toBe(5000)
    expect(own.pool.outstanding).toBe(0)
  })
})
