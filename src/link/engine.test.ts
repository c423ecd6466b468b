import { describe, expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../test/support/bytes.ts'
import { checked } from '../../test/support/checked.ts'
import { UsedPool } from '../../test/support/frames.ts'
import { seeded } from '../random.ts'
import { ip } from '../wire/address.ts'
import type { Frame } from '../wire/frame.ts'
import { LinkEngine, type LinkEvent, type LinkOptions } from './engine.ts'

const OWN = hex('020000000001')
const PEER = hex('020000000002')
const STRANGER = hex('020000000003')
const ALL = hex('ffffffffffff')
const A = ip('10.0.0.1')
const B = ip('10.0.0.2')

const arp = (operation: number, mac: Uint8Array, from: string, targetMac: Uint8Array, target: string) =>
  concat(
    hex(`000108000604${operation.toString(16).padStart(4, '0')}`),
    mac,
    ip(from).octets,
    targetMac,
    ip(target).octets,
  )

const setup = (neighbours: { address: typeof A; mac: Uint8Array }[] = [], more: Partial<LinkOptions> = {}) => {
  const pool = new UsedPool()
  const own = new LinkEngine({ mac: OWN, address: A, pool, host: 'a', neighbours, ...more })
  const engine = checked(own)
  const drain = (now: number) => {
    const events: LinkEvent[] = []
    const out: string[] = []
    for (let more = true; more; ) {
      more = false
      for (let e = engine.pollEvent(); e !== undefined; e = engine.pollEvent()) events.push(e)
      for (let f = engine.pollTransmit(now); f !== undefined; f = engine.pollTransmit(now)) {
        out.push(toHex(f.view()))
        f.release()
        more = true
      }
    }
    return { events, out }
  }
  return {
    pool,
    own,
    engine,
    wire(to: Uint8Array, from: Uint8Array, type: string, payload: Uint8Array, now = 0) {
      engine.receive(pool.copy(concat(to, from, hex(type), payload)), now)
      return drain(now)
    },
    send(to: typeof A, payload: Uint8Array, now = 0) {
      const frame: Frame = pool.take(payload.length)
      frame.buffer.set(payload, frame.offset)
      frame.length = payload.length
      frame.nextHop = to
      engine.send(frame, now)
      return drain(now)
    },
    at(now: number) {
      engine.advance(now)
      return drain(now)
    },
  }
}

const REQUEST = toHex(
  concat(ALL, OWN, hex('0806'), arp(1, OWN, '10.0.0.1', new Uint8Array(6), '10.0.0.2'), new Uint8Array(18)),
)

describe('sending', () => {
  test('a packet for an unknown neighbour waits for ARP and then goes, in order (RFC 826)', () => {
    const t = setup()
    expect(t.send(B, ascii('first')).out).toEqual([REQUEST])
    expect(t.send(B, ascii('second')).out).toEqual([])
    const { out } = t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'))
    expect(out).toEqual(
      ['first', 'second'].map(text =>
        toHex(concat(PEER, OWN, hex('0800'), ascii(text), new Uint8Array(46 - text.length))),
      ),
    )
    expect(t.pool.outstanding).toBe(0)
  })

  test('a request is repeated once a second at most, three times, then the packet comes back as link/no-neighbour (RFC 1122 2.3.2.1)', () => {
    const t = setup()
    t.send(B, ascii('lost'), 5)
    expect(t.own.nextDeadline()).toBe(5 + 1000)
    expect(t.at(1000).out).toEqual([])
    expect(t.at(5 + 1000).out).toEqual([REQUEST])
    expect(t.at(5 + 2 * 1000).out).toEqual([REQUEST])
    const { events, out } = t.at(5 + 3 * 1000)
    expect(out).toEqual([])
    expect(events).toMatchObject([
      { type: 'undelivered', failure: { code: 'link/no-neighbour', where: '10.0.0.2', number: 3 } },
    ])
    expect(t.own.nextDeadline()).toBeUndefined()
    expect(t.own.neighbours.size).toBe(0)
    for (const event of events) event.frame.release()
    expect(t.pool.outstanding).toBe(0)
  })

  test('of too many packets that wait for one neighbour the latest are kept (RFC 1122 2.3.2.2)', () => {
    const t = setup()
    for (let i = 0; i < 16 + 3; i++) t.send(B, Uint8Array.of(i))
    expect(t.pool.outstanding).toBe(16)
    const { out } = t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'))
    expect(out.map(frame => Number.parseInt(frame.slice(28, 30), 16))).toEqual(
      Array.from({ length: 16 }, (_, i) => i + 3),
    )
    expect(t.own.neighbours.overflowed).toBe(3)
  })

  test('a neighbour in use is asked again in unicast after a minute, and forgotten after two polls without answer (RFC 1122 2.3.2.1)', () => {
    const t = setup()
    t.send(B, ascii('x'))
    t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'))
    expect(t.own.nextDeadline()).toBeUndefined()
    expect(t.send(B, ascii('x'), 60_000 - 1).out).toHaveLength(1)
    const { out } = t.send(B, ascii('x'), 60_000)
    expect(out).toHaveLength(2)
    expect(out[0]).toMatch(new RegExp(`^${toHex(PEER)}${toHex(OWN)}0806`))
    expect(t.at(60_000 + 1000).out).toHaveLength(1)
    const entry = t.own.neighbours.look(B)
    t.at(60_000 + 2 * 1000)
    expect(t.own.neighbours.look(B)).toBeUndefined()
    expect(entry?.state).toBe('gone')
  })

  test('an answer to a poll keeps the neighbour for another minute', () => {
    const t = setup()
    t.send(B, ascii('x'))
    t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'))
    t.send(B, ascii('x'), 60_000)
    t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'), 60_000 + 10)
    expect(t.own.neighbours.look(B)?.state).toBe('Reachable')
    expect(t.own.nextDeadline()).toBeUndefined()
  })

  test('a broadcast needs no neighbour, a configured one is never asked', () => {
    const t = setup([{ address: B, mac: PEER }])
    expect(t.send(ip('255.255.255.255'), ascii('x')).out[0]).toMatch(/^ffffffffffff/)
    expect(t.send(B, ascii('x'), 1e9).out).toHaveLength(1)
    t.wire(OWN, STRANGER, '0806', arp(2, STRANGER, '10.0.0.2', OWN, '10.0.0.1'), 1e9)
    expect(t.send(B, ascii('x'), 1e9).out[0]).toMatch(new RegExp(`^${toHex(PEER)}`))
  })
})

describe('answering', () => {
  test('a request for our address is answered, and its sender is known from then on (RFC 826)', () => {
    const t = setup()
    const { out } = t.wire(ALL, PEER, '0806', arp(1, PEER, '10.0.0.2', new Uint8Array(6), '10.0.0.1'))
    expect(out).toEqual([
      toHex(concat(PEER, OWN, hex('0806'), arp(2, OWN, '10.0.0.1', PEER, '10.0.0.2'), new Uint8Array(18))),
    ])
    expect(t.own.neighbours.look(B)?.state).toBe('Reachable')
  })

  test('a request for somebody else makes no entry, but renews one that is there (RFC 826)', () => {
    const t = setup()
    t.wire(ALL, PEER, '0806', arp(1, PEER, '10.0.0.2', new Uint8Array(6), '10.0.0.9'))
    expect(t.own.neighbours.size).toBe(0)
    t.wire(ALL, PEER, '0806', arp(1, PEER, '10.0.0.2', new Uint8Array(6), '10.0.0.1'))
    t.wire(ALL, STRANGER, '0806', arp(1, STRANGER, '10.0.0.2', new Uint8Array(6), '10.0.0.9'))
    expect(toHex(t.own.neighbours.look(B)!.mac)).toBe(toHex(STRANGER))
  })

  test('a probe is answered and not remembered; nobody else has our address (RFC 5227 2.1.1, 2.4)', () => {
    const t = setup()
    expect(t.wire(ALL, PEER, '0806', arp(1, PEER, '0.0.0.0', new Uint8Array(6), '10.0.0.1')).out).toHaveLength(1)
    t.wire(ALL, PEER, '0806', arp(2, PEER, '10.0.0.1', OWN, '10.0.0.1'))
    expect(t.own.neighbours.size).toBe(0)
  })

  test.each([
    ['too short', hex('0001080006040001')],
    ['not Ethernet', concat(hex('00060800060400010200000000020a000002'), new Uint8Array(6), A.octets)],
    ['not IPv4', concat(hex('000186dd060400010200000000020a000002'), new Uint8Array(6), A.octets)],
    ['odd lengths', concat(hex('00010800080400010200000000020a000002'), new Uint8Array(6), A.octets)],
    ['unknown operation', concat(hex('00010800060400090200000000020a000002'), new Uint8Array(6), A.octets)],
    ['a group as sender', concat(hex('00010800060400010300000000020a000002'), new Uint8Array(6), A.octets)],
  ])('ARP that is %s is dropped and counted', (_, packet) => {
    const t = setup()
    expect(t.wire(ALL, PEER, '0806', packet)).toEqual({ events: [], out: [] })
    expect(t.own.dropped.badArp).toBe(1)
    expect(t.pool.outstanding).toBe(0)
  })

  test('an answer that nobody asked for makes no entry, as in Linux (arp_accept = 0)', () => {
    const t = setup()
    t.wire(OWN, STRANGER, '0806', arp(2, STRANGER, '10.0.0.2', OWN, '10.0.0.1'))
    expect(t.own.neighbours.size).toBe(0)
  })

  test('strangers cannot push out a neighbour to whom something is sent, nor what waits for one', () => {
    const t = setup()
    t.wire(ALL, PEER, '0806', arp(1, PEER, '10.0.0.2', new Uint8Array(6), '10.0.0.1'))
    t.send(B, ascii('known'))
    t.send(ip('10.0.0.3'), ascii('waits'))
    for (let i = 0; i < 2 * 1024; i++) {
      const stranger = `10.${1 + (i >> 8)}.${i & 255}.1`
      const { events } = t.wire(ALL, PEER, '0806', arp(1, PEER, stranger, new Uint8Array(6), '10.0.0.1'))
      expect(events).toEqual([])
    }
    expect(t.own.neighbours.look(B)?.state).toBe('Reachable')
    expect(t.wire(OWN, STRANGER, '0806', arp(2, STRANGER, '10.0.0.3', OWN, '10.0.0.1')).out).toHaveLength(1)
  })

  test('strangers cannot fill the cache beyond its size', () => {
    const t = setup()
    for (let i = 0; i < 1024 + 500; i++)
      t.wire(ALL, PEER, '0806', arp(1, PEER, `10.${1 + (i >> 8)}.${i & 255}.1`, new Uint8Array(6), '10.0.0.1'))
    expect(t.own.neighbours.size).toBe(1024)
  })
})

describe('a flood of packets for neighbours that are not there', () => {
  const nobody = (i: number) => ip(`10.9.${i >> 8}.${i & 255}`)
  const flood = (t: ReturnType<typeof setup>, count: number, now = 0) => {
    let asked = 0
    for (let i = 0; i < count; i++) asked += t.send(nobody(i), ascii('SYN ACK'), now + i / 20).out.length
    return asked
  }
  const known = (t: ReturnType<typeof setup>) => {
    t.send(B, ascii('x'))
    t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'))
  }

  test('does not push out the gateway, nor another neighbour that answers', () => {
    const t = setup()
    known(t)
    flood(t, 5000)
    expect(t.own.neighbours.look(B)?.state).toBe('Reachable')
    expect(t.own.neighbours.size).toBe(1024)
  })

  test('is told of by no more than a thousand broadcasts a second, and those that waited are asked later', () => {
    const t = setup()
    expect(flood(t, 20_000)).toBeLessThanOrEqual(256 + 1000)
    const quiet = setup()
    for (let i = 0; i < 1000; i++) quiet.send(nobody(i), ascii('x'))
    let asked = 256
    for (let due = quiet.own.nextDeadline(); asked < 1000 && due! < 1000; due = quiet.own.nextDeadline()) {
      asked += quiet.at(Math.ceil(due!)).out.length
      expect(asked).toBeLessThanOrEqual(257 + Math.ceil(due!))
    }
    expect(asked).toBe(1000)
  })

  test('makes no more than two megabytes wait, the latest, and gives every frame back in the end', () => {
    const t = setup()
    for (let round = 0; round < 4; round++) flood(t, 1000, round * 100)
    expect(t.pool.outstanding * 2048).toBeLessThanOrEqual(2 * 1024 * 1024)
    expect(t.pool.outstanding).toBeGreaterThan(1000)
    for (let now = 400; t.own.nextDeadline() !== undefined; now += 100)
      for (const { frame } of t.at(now).events) frame.release()
    expect([t.pool.outstanding, t.own.neighbours.size]).toEqual([0, 0])
  })

  test('of neighbours that all answer, the one that was used least recently makes room', () => {
    const t = setup()
    for (let i = 0; i < 1024; i++) {
      const address = nobody(i)
      t.send(address, ascii('x'), i * 2)
      t.wire(OWN, PEER, '0806', arp(2, PEER, address.text, OWN, '10.0.0.1'), i * 2)
    }
    t.send(nobody(0), ascii('again'), 2048)
    t.send(B, ascii('x'), 2049)
    expect(t.own.neighbours.look(nobody(0))?.state).toBe('Reachable')
    expect(t.own.neighbours.look(nobody(1))).toBeUndefined()
    expect(t.own.neighbours.look(nobody(2))?.state).toBe('Reachable')
  })
})

describe('strict ARP', () => {
  const strict = () => setup([], { arp: 'strict', prefix: 24 })
  const reply = (mac: Uint8Array, from: string) => arp(2, mac, from, OWN, '10.0.0.1')
  const macOf = (t: ReturnType<typeof setup>) => toHex(t.own.neighbours.look(B)?.mac ?? new Uint8Array())
  const known = () => {
    const t = strict()
    t.send(B, ascii('x'))
    t.wire(OWN, PEER, '0806', reply(PEER, '10.0.0.2'))
    return t
  }

  test('another machine does not get the place of a neighbour that still answers when it is asked', () => {
    const t = known()
    expect(t.wire(OWN, STRANGER, '0806', reply(STRANGER, '10.0.0.2'), 999).out).toEqual([])
    const { out } = t.wire(OWN, STRANGER, '0806', reply(STRANGER, '10.0.0.2'), 1000)
    expect(out.map(frame => frame.slice(0, 28))).toEqual([`${toHex(PEER)}${toHex(OWN)}0806`])
    t.wire(OWN, STRANGER, '0806', reply(STRANGER, '10.0.0.2'), 1001)
    t.wire(ALL, STRANGER, '0806', arp(1, STRANGER, '10.0.0.2', new Uint8Array(6), '10.0.0.1'), 1002)
    expect(macOf(t)).toBe(toHex(PEER))
    t.wire(OWN, PEER, '0806', reply(PEER, '10.0.0.2'), 1003)
    expect([t.own.neighbours.look(B)?.state, macOf(t)]).toEqual(['Reachable', toHex(PEER)])
  })

  test('a neighbour that is silent when it is asked makes room for the one that has its address now', () => {
    const t = known()
    t.wire(OWN, STRANGER, '0806', reply(STRANGER, '10.0.0.2'), 1000)
    t.at(2000)
    t.at(3000)
    expect(t.own.neighbours.look(B)).toBeUndefined()
    t.send(B, ascii('x'), 3001)
    t.wire(OWN, STRANGER, '0806', reply(STRANGER, '10.0.0.2'), 3002)
    expect(macOf(t)).toBe(toHex(STRANGER))
  })

  test('who speaks for another card, or for an address outside the subnet, is dropped and counted', () => {
    const t = strict()
    t.send(B, ascii('x'))
    t.wire(OWN, STRANGER, '0806', reply(PEER, '10.0.0.2'))
    expect(t.own.neighbours.look(B)?.state).toBe('Incomplete')
    t.wire(ALL, PEER, '0806', arp(1, PEER, '8.8.8.8', new Uint8Array(6), '10.0.0.1'))
    t.wire(ALL, PEER, '0806', arp(1, PEER, '10.0.1.2', new Uint8Array(6), '10.0.0.1'))
    expect([t.own.neighbours.size, t.own.dropped.badArp]).toEqual([1, 3])
    expect(t.wire(ALL, PEER, '0806', arp(1, PEER, '0.0.0.0', new Uint8Array(6), '10.0.0.1')).out).toHaveLength(1)
    t.wire(OWN, PEER, '0806', reply(PEER, '10.0.0.2'))
    expect(t.own.neighbours.look(B)?.state).toBe('Reachable')
  })

  test('without a subnet a neighbour may have any address', () => {
    const t = setup([], { arp: 'strict' })
    t.wire(ALL, PEER, '0806', arp(1, PEER, '200.0.0.2', new Uint8Array(6), '10.0.0.1'))
    expect(t.own.neighbours.look(ip('200.0.0.2'))?.state).toBe('Reachable')
  })

  test('RFC 5227 2.4: our own address is defended by one announcement in ten seconds; trusting machines count only', () => {
    const claim = arp(2, STRANGER, '10.0.0.1', OWN, '10.0.0.2')
    const announced = toHex(
      concat(ALL, OWN, hex('0806'), arp(1, OWN, '10.0.0.1', new Uint8Array(6), '10.0.0.1'), new Uint8Array(18)),
    )
    const t = strict()
    expect(t.wire(ALL, STRANGER, '0806', claim, 5).out).toEqual([announced])
    expect(t.wire(ALL, STRANGER, '0806', claim, 10_004).out).toEqual([])
    expect(t.wire(ALL, STRANGER, '0806', claim, 10_005).out).toEqual([announced])
    expect(t.own.conflicts).toBe(3)
    const trusting = setup()
    expect(trusting.wire(ALL, STRANGER, '0806', claim, 5).out).toEqual([])
    expect(trusting.own.conflicts).toBe(1)
    t.wire(ALL, OWN, '0806', arp(1, OWN, '10.0.0.1', new Uint8Array(6), '10.0.0.1'), 30_000)
    expect(t.own.conflicts).toBe(3)
  })
})

describe('receiving', () => {
  test('a packet comes out from its IP header on; frames for others, unknown types and runts are dropped and counted', () => {
    const t = setup()
    const { events } = t.wire(OWN, PEER, '0800', ascii('packet'))
    expect(events.map(e => toHex(e.frame.view()))).toEqual([toHex(ascii('packet'))])
    events[0]!.frame.release()
    expect(t.wire(ALL, PEER, '0800', ascii('packet')).events).toHaveLength(1)
    expect(t.wire(STRANGER, PEER, '0800', ascii('packet')).events).toEqual([])
    expect(t.wire(hex('01005e000001'), PEER, '0800', ascii('packet')).events).toEqual([])
    expect(t.wire(OWN, PEER, '88cc', ascii('')).events).toEqual([])
    t.engine.receive(t.pool.copy(hex('020000000001')), 0)
    expect(t.own.dropped).toEqual({ short: 1, notForUs: 2, unknownType: 1, badArp: 0 })
  })

  test('no bytes make it throw, and no frame is lost track of', () => {
    const random = seeded(3)
    const t = setup()
    for (let i = 0; i < 3000; i++) {
      const bytes = random.bytes(random.below(80))
      if (bytes.length > 13 && random.number() < 0.8) bytes.set(concat(OWN, PEER, hex('0806')), 0)
      if (bytes.length > 21 && random.number() < 0.8) bytes.set(hex('0001080006040001'), 14)
      t.engine.receive(t.pool.copy(bytes), i)
      for (let e = t.engine.pollEvent(); e !== undefined; e = t.engine.pollEvent()) e.frame.release()
      for (let f = t.engine.pollTransmit(i); f !== undefined; f = t.engine.pollTransmit(i)) f.release()
    }
    expect(t.pool.outstanding).toBe(0)
  })
})
