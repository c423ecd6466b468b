/** What is answered, reported and told by ICMP (RFC 792, RFC 1122 3.2.2). */
import { describe, expect, test } from 'vitest'
import { ascii, concat, hex, toHex } from '../../test/support/bytes.ts'
import { icmp, PEER, packet, setup, US } from '../../test/support/ip.ts'
import { ip } from '../wire/address.ts'
import { checksum } from '../wire/checksum.ts'
import { decode } from '../wire/codec.ts'
import { FramePool } from '../wire/frame.ts'
import { IpEngine } from './engine.ts'
import { IcmpMessage } from './icmp.ts'
import { Ipv4Packet } from './ipv4.ts'

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
