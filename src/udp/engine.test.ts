import { describe, expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../test/support/bytes.ts'
import { checked } from '../../test/support/checked.ts'
import { fail } from '../failures/index.ts'
import { seeded } from '../random.ts'
import { recorder } from '../trace/recorder.ts'
import { ip } from '../wire/address.ts'
import { checksum, pseudoHeaderSum } from '../wire/checksum.ts'
import { FramePool } from '../wire/frame.ts'
import { UdpEngine, type UdpEvent } from './engine.ts'

const A = ip('10.0.0.1')
const B = ip('10.0.0.2')

const setup = () => {
  const pool = new FramePool()
  const own = new UdpEngine({ pool, random: seeded(1), host: 'a' })
  const engine = checked(own)
  return {
    pool,
    own,
    engine,
    /** What the peer would send: made by a second engine, then changed. */
    receive(to: number, payload: Uint8Array, change: (bytes: Uint8Array) => Uint8Array = b => b): UdpEvent[] {
      const peer = new UdpEngine({ pool, random: seeded(2), host: 'b' })
      peer.bind(4000)
      peer.send({ port: 4000, to: { address: A, port: to }, payload, from: B }, 0)
      const sent = peer.pollTransmit(0)!
      const frame = pool.copy(change(sent.view().slice()))
      sent.release()
      frame.from = B
      frame.to = A
      engine.receive(frame, 0)
      const events: UdpEvent[] = []
      for (let e = engine.pollEvent(); e !== undefined; e = engine.pollEvent()) events.push(e)
      engine.pollTransmit(0)
      return events
    },
  }
}

describe('sending', () => {
  test('the header is right, checksum over the pseudo header included (RFC 768)', () => {
    const t = setup()
    t.own.bind(5000)
    t.engine.send({ port: 5000, to: { address: B, port: 53 }, payload: ascii('hello'), from: A }, 0)
    const frame = t.own.pollTransmit(0)!
    expect(toHex(frame.view().subarray(0, 6))).toBe('13880035000d')
    expect(checksum(frame.buffer, frame.offset, frame.end, pseudoHeaderSum(A, B, 17) + 13)).toBe(0)
  })

  test('a checksum that comes out as zero is sent as 0xffff (RFC 768)', () => {
    const t = setup()
    for (let word = 0; word <= 0xffff; word++) {
      t.engine.send({ port: 5000, to: { address: B, port: 53 }, payload: Uint8Array.of(word >> 8, word), from: A }, 0)
      const frame = t.own.pollTransmit(0)!
      const sum = (frame.buffer[frame.offset + 6]! << 8) | frame.buffer[frame.offset + 7]!
      frame.release()
      expect(sum).not.toBe(0)
    }
  })

  test('a datagram that no IP packet can hold is ip/too-big', () => {
    const t = setup()
    t.engine.send({ port: 5000, to: { address: B, port: 53 }, payload: new Uint8Array(65_508), from: A }, 0)
    expect(t.own.pollEvent()).toMatchObject({ type: 'failure', failure: { code: 'ip/too-big' } })
  })
})

describe('ports', () => {
  test('a port that is taken is refused with ip/port-taken; port 0 takes a free one at random (RFC 6056 3.2)', () => {
    const t = setup()
    t.own.bind(53)
    expect(() => t.own.bind(53)).toThrow(expect.objectContaining({ code: 'ip/port-taken' }))
    t.own.unbind(53)
    expect(t.own.bind(53)).toBe(53)
    const ports = new Set(Array.from({ length: 1000 }, () => t.own.bind(0)))
    expect(ports.size).toBe(1000)
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(1024)
    expect([1, 2, 3].filter(k => [...ports].some(port => port >> 14 === k))).toEqual([1, 2, 3])
  })

  test('one free port after the other is as random as it can be (RFC 5452 9.2)', () => {
    const { own } = setup()
    const ports = Array.from({ length: 1000 }, () => {
      const port = own.bind(0)
      own.unbind(port)
      return port
    })
    // Of 64,512 ports, 1000 random ones meet some eight times.
    expect(new Set(ports).size).toBeGreaterThan(970)
    expect(new Set(ports.map(port => port & 0xff)).size).toBeGreaterThan(240)
    expect(new Set(ports.map(port => port >> 8)).size).toBeGreaterThan(240)
  })

  test('when all ports are taken port 0 is refused too', () => {
    const t = setup()
    for (let i = 0; i < 64_512; i++) t.own.bind(0)
    expect(() => t.own.bind(0)).toThrow(expect.objectContaining({ code: 'ip/port-taken' }))
  })
})

describe('receiving', () => {
  test('a datagram is told with its sender', () => {
    const t = setup()
    t.own.bind(53)
    expect(t.receive(53, ascii('question'))).toMatchObject([
      { type: 'datagram', port: 53, from: { address: B, port: 4000 }, payload: ascii('question') },
    ])
    expect(t.pool.outstanding).toBe(0)
  })

  test('bytes behind the length of the header are not part of it (RFC 768)', () => {
    const t = setup()
    t.own.bind(53)
    const padded = t.receive(53, ascii('data'), bytes => Uint8Array.of(...bytes, 0, 0, 0))
    expect(padded).toMatchObject([{ payload: ascii('data') }])
  })

  test('a checksum of zero was not made and is not looked at (RFC 1122 4.1.3.4)', () => {
    const t = setup()
    t.own.bind(53)
    expect(t.receive(53, ascii('data'), b => b.fill(0, 6, 8))).toHaveLength(1)
  })

  test('any wrong bit is noticed (RFC 1122 4.1.3.4)', () => {
    for (let bit = 0; bit < 12 * 8; bit++) {
      const t = setup()
      t.own.bind(53)
      const events = t.receive(53, ascii('data'), b =>
        b.map((octet, i) => (i === bit >> 3 ? octet ^ (1 << (bit & 7)) : octet)),
      )
      expect(events, `bit ${bit}`).toEqual([])
    }
  })

  test('nobody on the port: the frame goes back for an ICMP report', () => {
    const [event] = setup().receive(99, ascii('data'))
    expect(event?.type).toBe('nobody')
  })

  test.each([
    ['short', (b: Uint8Array) => b.subarray(0, 7)],
    ['badLength', (b: Uint8Array) => concat(b.subarray(0, 4), hex('0007'), b.subarray(6))],
    ['badLength', (b: Uint8Array) => b.subarray(0, 11)],
  ] as const)('%s: dropped and counted', (reason, change) => {
    const t = setup()
    t.own.bind(53)
    expect(t.receive(53, ascii('data'), change)).toEqual([])
    expect(t.own.dropped[reason]).toBe(1)
    expect(t.pool.outstanding).toBe(0)
  })

  test('word that a datagram was not delivered reaches the port it was sent from', () => {
    const t = setup()
    t.own.bind(5000)
    t.engine.send({ port: 5000, to: { address: B, port: 53 }, payload: ascii('hello'), from: A }, 0)
    const transport = t.own.pollTransmit(0)!.view().slice(0, 8)
    t.engine.undelivered(transport, B, fail('ip/unreachable', { where: B.text, got: 'port' }), 0)
    expect(t.own.pollEvent()).toMatchObject({
      type: 'failure',
      port: 5000,
      to: { port: 53 },
      failure: { code: 'ip/unreachable' },
    })
    t.engine.undelivered(transport.subarray(0, 7), B, fail('ip/unreachable'), 0)
    t.own.unbind(5000)
    t.engine.undelivered(transport, B, fail('ip/unreachable'), 0)
    expect(t.own.pollEvent()).toBeUndefined()
  })
})

test('a datagram is told with its flow, its place in the packet, and what lies in it', () => {
  const pool = new FramePool()
  const sink = recorder()
  const engine = new UdpEngine({ pool, random: seeded(1), host: 'a', trace: sink })
  engine.bind(4000)
  engine.send({ port: 4000, to: { address: B, port: 53 }, payload: ascii('what?'), from: A, carries: 77 }, 5)
  const sent = engine.pollTransmit(5)!
  const [from, to] = [A, B]
  const frame = pool.copy(concat(new Uint8Array(20), hex('0035 0fa0 000d 0000'), ascii('that!')))
  Object.assign(frame, { message: 88, messageAt: frame.offset, from: to, to: from })
  frame.offset += 20
  frame.length -= 20
  engine.receive(frame, 6)
  const told = sink.records.flatMap(r => (r.type === 'message' ? [r.record] : []))
  expect(told).toMatchObject([
    { id: 1, at: 5, host: 'a', layer: 'udp', flow: '10.0.0.1:4000 10.0.0.2:53', direction: 'out', name: '4000 → 53' },
    { id: 2, at: 6, host: 'a', layer: 'udp', flow: '10.0.0.1:4000 10.0.0.2:53', direction: 'in', name: '53 → 4000' },
  ])
  expect(told.map(m => [m.carries, m.carriedBy])).toEqual([
    [[{ message: 77, start: 8, end: 13 }], undefined],
    [undefined, [{ message: 88, start: 20, end: 33 }]],
  ])
  expect([sent.message, sent.messageAt]).toEqual([1, sent.offset])
  expect(engine.pollEvent()).toMatchObject({ type: 'datagram', message: 2, port: 4000 })
})
