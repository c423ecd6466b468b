import { expect, test } from 'vitest'
import { ascii, concat } from '../../test/support/bytes.ts'
import { blocksOf, clock, file, packetsOf, partsOf, unseen } from '../../test/support/pcapng.ts'
import { Ipv6Header } from '../ip/ipv6.ts'
import { EthernetFrame } from '../link/ethernet.ts'
import { seeded } from '../random.ts'
import { sinkOf } from '../trace/recorder.ts'
import { ip } from '../wire/address.ts'
import { pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { decode } from '../wire/codec.ts'
import { Reader } from '../wire/reader.ts'
import { INTERFACE_DESCRIPTION } from './format.ts'
import { captureSink, SyntheticConnection } from './index.ts'

test('a connection over kernel sockets becomes frames with right checksums, numbers, times and bytes', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const stream = unseen(capture, '127.0.0.1:40000-127.0.0.1:443')
  const random = seeded(3)
  const [request, answer] = [random.bytes(333), random.bytes(300_001)]
  stream.state('SYN-SENT', 1000)
  stream.state('ESTABLISHED', 1002)
  stream.moved('out', request, 1003)
  stream.moved('in', answer, 1010)
  stream.state('FIN-WAIT', 1011)
  stream.state('CLOSE-WAIT', 1012)
  stream.state('CLOSED', 1013)
  capture.finish()
  const packets = packetsOf(out.bytes())
  const parts = packets.map(partsOf)
  expect(parts.slice(0, 4).map(p => [p.control, p.seq, p.ack])).toEqual([
    [0x02, 0, 0],
    [0x12, 0, 1],
    [0x10, 1, 1],
    [0x18, 1, 1],
  ])
  for (const { datagram, segment } of parts) {
    const { head } = datagram
    const from = ip(head.sourceAddress.join('.'))
    const to = ip(head.destinationAddress.join('.'))
    const raw = datagram.body.payload
    expect(sum(raw, 0, raw.length, pseudoHeaderSum(from, to, 6) + raw.length)).toBe(0xffff)
    expect(segment.body.payload.length).toBeLessThan(65_000)
  }
  const bytesFrom = (port: number) =>
    concat(...parts.filter(p => p.segment.head.sourcePort === port).map(p => p.segment.body.payload))
  expect(bytesFrom(40_000)).toEqual(request)
  expect(bytesFrom(443)).toEqual(answer)
  const time = (i: number) => packets[i]!.head.timestampLow - packets[0]!.head.timestampLow
  expect([time(1), time(3), time(packets.length - 1)]).toEqual([2000, 3000, 12_000])
  expect(packets[0]?.body.options.some(o => o.code === 1)).toBe(true)
  expect(capture.frames).toBe(packets.length)
})

test('who was accepted has the other side begin, and a connection that was cut ends with RST', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const stream = unseen(capture, '10.0.0.1:443-10.0.0.2:5000')
  stream.state('ESTABLISHED', 1000)
  stream.moved('in', ascii('x'), 1001)
  stream.state('CLOSED', 1002)
  capture.finish()
  const parts = packetsOf(out.bytes()).map(partsOf)
  expect(parts[0]?.segment.head).toMatchObject({ sourcePort: 5000, controlBits: 0x02 })
  expect(parts.at(-1)?.control).toBe(0x14)
})

test('IPv6 addresses have IPv6 frames, and IPv4 ones in IPv6 clothes have IPv4 frames', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  unseen(capture, '::1:40000-::1:443').state('ESTABLISHED', 1000)
  unseen(capture, '[fd00::1]:40001-[fd00::2]:443').state('ESTABLISHED', 1000)
  unseen(capture, '::ffff:127.0.0.1:40000-::ffff:127.0.0.1:443').state('ESTABLISHED', 1000)
  capture.finish()
  const frames = packetsOf(out.bytes()).map(p => decode(EthernetFrame, p.body.data))
  expect(frames.map(f => f.header.etherType)).toEqual([
    ...[0x86dd, 0x86dd, 0x86dd, 0x86dd, 0x86dd, 0x86dd],
    ...[0x800, 0x800, 0x800],
  ])
  const bracketed = Ipv6Header.read(new Reader(frames[3]!.payload))
  expect(Buffer.from(bracketed.sourceAddress).toString('hex')).toBe('fd000000000000000000000000000002')
  const header = Ipv6Header.read(new Reader(frames[0]!.payload))
  expect(header).toMatchObject({ version: 6, nextHeader: 6, payloadLength: frames[0]!.payload.length - 40 })
})

test('a stream that both of its ends tell of is written once', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const flow = '127.0.0.1:49152-127.0.0.1:443'
  const [near, far] = [unseen(capture, flow, 'client'), unseen(capture, flow, 'server')]
  near.state('ESTABLISHED', 1000)
  far.state('ESTABLISHED', 1000)
  near.moved('out', ascii('hello'), 1001)
  far.moved('in', ascii('hello'), 1001)
  expect(capture.frames).toBe(4)
})

test('a connection whose two ends are kernel sockets of this process is written once, to its end and past it', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const play = () => {
    const near = unseen(capture, '127.0.0.1:40000-127.0.0.1:443')
    const far = unseen(capture, '::ffff:127.0.0.1:443-::ffff:127.0.0.1:40000')
    near.state('SYN-SENT', 1000)
    near.state('ESTABLISHED', 1000)
    far.state('ESTABLISHED', 1000)
    near.moved('out', ascii('hello'), 1001)
    near.state('FIN-WAIT', 1002)
    near.state('CLOSED', 1002)
    far.moved('in', ascii('hello'), 1003)
    far.state('CLOSE-WAIT', 1003)
    far.state('FIN-WAIT', 1003)
    far.state('CLOSED', 1004)
  }
  play()
  // The ports are used again.
  play()
  capture.finish()
  const both = packetsOf(out.bytes()).map(partsOf)
  expect(both).toHaveLength(14)
  expect(both.slice(7).map(p => [p.control, p.seq])).toEqual(both.slice(0, 7).map(p => [p.control, p.seq]))
  expect(both.slice(0, 7).map(p => [p.segment.head.sourcePort, p.control])).toEqual([
    [40_000, 0x02],
    [443, 0x12],
    [40_000, 0x10],
    [40_000, 0x18],
    [40_000, 0x11],
    [443, 0x10],
    [443, 0x14],
  ])
})

test('both ends may have one name, and a stream to a port of its own is one end', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const [near, far] = [unseen(capture, '[::1]:5-[::1]:6', 'a'), unseen(capture, '[::1]:6-[::1]:5', 'a')]
  near.state('ESTABLISHED', 1000)
  far.state('ESTABLISHED', 1000)
  expect(capture.frames).toBe(3)
  unseen(capture, '10.0.0.1:7-10.0.0.1:7').state('ESTABLISHED', 1000)
  expect(capture.frames).toBe(6)
})

test('of more than 4096 connections that do not end the longest silent is forgotten, and goes on where it was', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const streams = Array.from({ length: 4097 }, (_, i) => {
    const stream = unseen(capture, `10.0.0.1:443-10.0.${i >> 8}.${i & 255}:5000`)
    stream.state('ESTABLISHED', 1000)
    stream.moved('in', ascii('hello'), 1000)
    return stream
  })
  const before = capture.frames
  streams[0]!.moved('in', ascii(' again'), 1001)
  // This one was remembered until the one before it came back, and that one after that is still.
  streams[1]!.state('CLOSED', 1002)
  streams[3]!.state('CLOSED', 1002)
  capture.finish()
  const packets = packetsOf(out.bytes()).slice(before)
  expect(packets.map(partsOf).map(p => [p.control, p.seq, p.ack, ...p.segment.body.payload])).toEqual([
    [0x10, 0, 6],
    [0x18, 6, 0, ...ascii(' again')],
    [0x14, 6, 1],
  ])
  expect(String.fromCharCode(...packets[0]!.body.options[0]!.value)).toMatch(/^Synthetic frames.* It began before this/)
})

test('a stream that was open before anybody listened has no handshake that nobody saw', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const quiet = unseen(
    sinkOf(() => {}),
    'x',
  )
  quiet.moved('out', ascii('unheard'), 999)
  capture.message({
    id: 1,
    layer: 'tcp',
    flow: '10.0.0.1:5-10.0.0.2:6',
    host: 'h',
    direction: 'out',
    at: 1000,
    name: 'write',
    format: undefined,
    bytes: ascii('heard'),
    payload: { start: 0x1_0000_0010, end: 0x1_0000_0015, at: 0 },
  })
  capture.finish()
  expect(packetsOf(out.bytes()).map(partsOf)).toMatchObject([
    { control: 0x10, ack: 0x11 },
    { control: 0x18, seq: 0x11 },
  ])
})

test('the interface of synthetic frames says what is made up', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  unseen(capture, '127.0.0.1:40000-127.0.0.1:443').state('ESTABLISHED', 1000)
  capture.frame(ascii('real'))
  capture.finish()
  const interfaces = blocksOf(out.bytes()).filter(b => b.head.type === INTERFACE_DESCRIPTION)
  const commentsOf = (body: unknown) =>
    (body as { options: { code: number; value: Uint8Array }[] }).options.flatMap(({ code, value }) =>
      code === 1 ? [String.fromCharCode(...value)] : [],
    )
  expect(interfaces.map(({ body }) => commentsOf(body.body))).toEqual([
    [expect.stringContaining('segment sizes, sequence numbers and acknowledgments are made up')],
    [],
  ])
})

test('an end is told once, and not at all of what never began', () => {
  const local = { address: '10.0.0.1', port: 5 }
  const sent: string[] = []
  const connection = new SyntheticConnection(local, { ...local, port: 6 }, (frame, direction) => {
    sent.push(`${direction} ${frame[47]!.toString(16)}`)
  })
  connection.finished('out', 1)
  connection.closed(1)
  expect(sent).toEqual([])
  connection.opened('local', 1, 1)
  connection.opened('local', 1, 1)
  connection.finished('out', 1)
  connection.finished('out', 1)
  connection.finished('in', 1)
  connection.closed(1)
  expect(sent).toEqual(['out 2', 'in 12', 'out 10', 'out 11', 'in 10', 'in 11', 'out 10'])
})

test('when the only end that spoke is over, the other direction is another connection', () => {
  const capture = captureSink(() => {}, clock)
  const client = unseen(capture, '127.0.0.1:40000-127.0.0.1:443')
  client.state('ESTABLISHED', 1000)
  client.state('CLOSED', 1000)
  expect(capture.frames).toBe(4)
  unseen(capture, '127.0.0.1:443-127.0.0.1:40000').state('ESTABLISHED', 1001)
  expect(capture.frames).toBe(7)
})
