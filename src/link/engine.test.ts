import { describe, expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../test/support/bytes.ts'
import { checked } from '../../test/support/checked.ts'
import { seeded } from '../random.ts'
import { ip } from '../wire/address.ts'
import { type Frame, FramePool } from '../wire/frame.ts'
import { LinkEngine, type LinkEvent } from './engine.ts'
import { ARP_INTERVAL, NEIGHBOUR_LIFETIME, NEIGHBOURS, WAITING_PER_NEIGHBOUR } from './neighbours.ts'

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

const setup = (neighbours: { address: typeof A; mac: Uint8Array }[] = []) => {
  const pool = new FramePool()
  const own = new LinkEngine({ mac: OWN, address: A, pool, host: 'a', neighbours })
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
      own.send(frame, now)
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
    expect(t.own.nextDeadline()).toBe(5 + ARP_INTERVAL)
    expect(t.at(ARP_INTERVAL).out).toEqual([])
    expect(t.at(5 + ARP_INTERVAL).out).toEqual([REQUEST])
    expect(t.at(5 + 2 * ARP_INTERVAL).out).toEqual([REQUEST])
    const { events, out } = t.at(5 + 3 * ARP_INTERVAL)
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
    for (let i = 0; i < WAITING_PER_NEIGHBOUR + 3; i++) t.send(B, Uint8Array.of(i))
    expect(t.pool.outstanding).toBe(WAITING_PER_NEIGHBOUR)
    const { out } = t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'))
    expect(out.map(frame => Number.parseInt(frame.slice(28, 30), 16))).toEqual(
      Array.from({ length: WAITING_PER_NEIGHBOUR }, (_, i) => i + 3),
    )
    expect(t.own.neighbours.overflowed).toBe(3)
  })

  test('a neighbour in use is asked again in unicast after a minute, and forgotten after two polls without answer (RFC 1122 2.3.2.1)', () => {
    const t = setup()
    t.send(B, ascii('x'))
    t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'))
    expect(t.own.nextDeadline()).toBeUndefined()
    expect(t.send(B, ascii('x'), NEIGHBOUR_LIFETIME - 1).out).toHaveLength(1)
    const { out } = t.send(B, ascii('x'), NEIGHBOUR_LIFETIME)
    expect(out).toHaveLength(2)
    expect(out[0]).toMatch(new RegExp(`^${toHex(PEER)}${toHex(OWN)}0806`))
    expect(t.at(NEIGHBOUR_LIFETIME + ARP_INTERVAL).out).toHaveLength(1)
    t.at(NEIGHBOUR_LIFETIME + 2 * ARP_INTERVAL)
    expect(t.own.neighbours.look(B)).toBeUndefined()
  })

  test('an answer to a poll keeps the neighbour for another minute', () => {
    const t = setup()
    t.send(B, ascii('x'))
    t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'))
    t.send(B, ascii('x'), NEIGHBOUR_LIFETIME)
    t.wire(OWN, PEER, '0806', arp(2, PEER, '10.0.0.2', OWN, '10.0.0.1'), NEIGHBOUR_LIFETIME + 10)
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
    for (let i = 0; i < 2 * NEIGHBOURS; i++) {
      const stranger = `10.${1 + (i >> 8)}.${i & 255}.1`
      const { events } = t.wire(ALL, PEER, '0806', arp(1, PEER, stranger, new Uint8Array(6), '10.0.0.1'))
      expect(events).toEqual([])
    }
    expect(t.own.neighbours.look(B)?.state).toBe('Reachable')
    expect(t.wire(OWN, STRANGER, '0806', arp(2, STRANGER, '10.0.0.3', OWN, '10.0.0.1')).out).toHaveLength(1)
  })

  test('strangers cannot fill the cache beyond its size', () => {
    const t = setup()
    for (let i = 0; i < NEIGHBOURS + 500; i++)
      t.wire(ALL, PEER, '0806', arp(1, PEER, `10.${1 + (i >> 8)}.${i & 255}.1`, new Uint8Array(6), '10.0.0.1'))
    expect(t.own.neighbours.size).toBe(NEIGHBOURS)
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
    expect(t.wire(OWN, PEER, '88cc', ascii('lldp')).events).toEqual([])
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
