import { expect, test } from 'vitest'
import { hex } from '../../test/support/bytes.ts'
import { seeded } from '../random.ts'
import { decode, encode } from '../wire/codec.ts'
import type { Field } from '../wire/field.ts'
import { FramePool } from '../wire/frame.ts'
import { Reader, WireError } from '../wire/reader.ts'
import { synOptions } from './options.ts'
import { ACK, controlNames, FIN, PSH, readSegment, Segment, SYN, TcpSegment } from './segment.ts'

/** A SYN that Linux 6 sent over TUN: MSS 1460, SACK permitted, timestamps, window scale 10. */
const LINUX_SYN = hex('b934 0050 d272cc37 00000000 a002 faf0 1d6f 0000 020405b4 0402 080a bc480723 00000000 01 03030a')

test('RFC 9293 3.1: a SYN of Linux is read field by field', () => {
  const { head, body } = decode(TcpSegment, LINUX_SYN)
  expect(head).toMatchObject({
    sourcePort: 47412,
    destinationPort: 80,
    dataOffset: 10,
    syn: 1,
    ack: 0,
    window: 64240,
  })
  expect(body.options).toEqual([
    { type: 2, body: 1460 },
    { type: 4, body: new Uint8Array() },
    { type: 8, body: { value: 0xbc480723, echoReply: 0 } },
    { type: 1, body: undefined },
    { type: 3, body: 10 },
  ])
  expect(synOptions(LINUX_SYN, 20, 40)).toEqual({ maximumSegmentSize: 1460, windowScale: 10 })
})

test('a data offset of less than the header is refused, and says so; of 20 bytes, there are no options', () => {
  const header = (offset: number) => Uint8Array.from(LINUX_SYN.subarray(0, 20), (b, i) => (i === 12 ? offset << 4 : b))
  expect(() => decode(TcpSegment, header(4))).toThrow('at byte 20: a data offset of 4')
  expect(decode(TcpSegment, header(5)).body).toEqual({ options: [], payload: new Uint8Array() })
})

test('RFC 9293 3.1: each control bit has its place, from CWR down to FIN', () => {
  const names = ['cwr', 'ece', 'urg', 'ack', 'psh', 'rst', 'syn', 'fin'] as const
  for (const [i, name] of names.entries()) {
    const bytes = Uint8Array.from(LINUX_SYN.subarray(0, 20), (b, at) => (at === 12 ? 0x5f : at === 13 ? 0x80 >> i : b))
    const { head } = decode(TcpSegment, bytes)
    expect(names.filter(n => head[n] === 1)).toEqual([name])
    expect([head.reserved, head.dataOffset]).toEqual([15, 5])
  }
})

test('the tree names header, options and payload with their bytes', () => {
  const tree: Field[] = []
  TcpSegment.walk(new Reader(Uint8Array.from([...LINUX_SYN, 1, 2, 3])), 'TCP', tree)
  const [header, body] = tree[0]!.children!
  expect([header!.name, header!.start, header!.end]).toEqual(['header', 0, 20])
  expect(body!.children!.map(f => [f.name, f.start, f.end])).toEqual([
    ['options', 20, 40],
    ['payload', 40, 43],
  ])
  expect(header!.children!.find(f => f.name === 'controlBits')!.text).toBe('SYN')
})

test('samples are written and read again without loss, and every truncation is a WireError or a shorter payload', () => {
  const seed = 9293
  const random = seeded(seed)
  for (let i = 0; i < 500; i++) {
    const raw = encode(TcpSegment, TcpSegment.sample(random.number))
    const hint = `seed ${seed}, round ${i}`
    expect(encode(TcpSegment, decode(TcpSegment, raw)), hint).toEqual(raw)
    const cut = raw.subarray(0, random.below(raw.length))
    try {
      decode(TcpSegment, cut)
    } catch (error) {
      expect(error, hint).toBeInstanceOf(WireError)
    }
  }
})

test('RFC 9293 3.1 (MUST-7): an option of illegal length hurts nothing; what stands before it counts', () => {
  const options = hex('020405b4 0300 0000')
  expect(synOptions(options, 0, options.length)).toEqual({ maximumSegmentSize: 1460, windowScale: undefined })
  const random = seeded(7)
  for (let i = 0; i < 2000; i++) {
    const noise = random.bytes(random.below(41))
    expect(() => synOptions(noise, 0, noise.length)).not.toThrow()
  }
})

test('the hot path reads what the declaration reads, for any bytes', () => {
  const seed = 20
  const random = seeded(seed)
  const pool = new FramePool()
  const segment = new Segment()
  for (let i = 0; i < 2000; i++) {
    const raw = i % 2 === 0 ? encode(TcpSegment, TcpSegment.sample(random.number)) : random.bytes(random.below(80))
    const frame = pool.take()
    frame.buffer.set(raw, frame.offset)
    frame.length = raw.length
    const size = (raw[12] ?? 0) >> 4
    const whole = raw.length >= 20 && size >= 5 && size * 4 <= raw.length
    expect(readSegment(frame, segment), `seed ${seed}, round ${i}`).toBe(whole)
    if (whole) {
      const header = new Reader(raw)
      expect(segment.sourcePort).toBe(header.u16())
      expect(segment.destinationPort).toBe(header.u16())
      expect(segment.seq >>> 0).toBe(header.u32())
      expect(segment.ack >>> 0).toBe(header.u32())
      expect(segment.payloadLength).toBe(raw.length - size * 4)
      expect(segment.control).toBe(raw[13])
    }
    frame.release()
  }
})

test('RFC 9293 3.4: SYN and FIN count in the sequence space; cutting the front takes SYN first, the end takes FIN', () => {
  const segment = new Segment()
  segment.seq = -1
  segment.payloadLength = 10
  segment.control = SYN | FIN | ACK
  expect(segment.length).toBe(12)
  segment.trimFront(4)
  expect([segment.seq, segment.payloadLength, segment.control]).toEqual([3, 7, FIN | ACK])
  segment.trimEnd(5)
  expect([segment.payloadLength, segment.control & FIN]).toEqual([5, 0])
})

test('control bits have their names in the order in which people say them', () => {
  expect([SYN | ACK, FIN | ACK, PSH | ACK, 0].map(controlNames)).toEqual(['SYN ACK', 'FIN ACK', 'PSH ACK', 'none'])
})
