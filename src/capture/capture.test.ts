import { expect, test } from 'vitest'
import { ascii, concat, hex } from '../../test/support/bytes.ts'
import { Ipv4Packet } from '../ip/ipv4.ts'
import { Ipv6Header } from '../ip/ipv6.ts'
import { EthernetFrame } from '../link/ethernet.ts'
import { seeded } from '../random.ts'
import { TcpSegment } from '../tcp/segment.ts'
import { sinkOf } from '../trace/recorder.ts'
import type { TraceSink } from '../trace/types.ts'
import { ip } from '../wire/address.ts'
import { pseudoHeaderSum, sum } from '../wire/checksum.ts'
import { decode, dissect, encode, list } from '../wire/codec.ts'
import { Reader } from '../wire/reader.ts'
import {
  Block,
  block,
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  type EnhancedPacket,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  SECTION_HEADER,
} from './format.ts'
import { captureSink, captureTap, pcapngWriter } from './index.ts'

const clock = { now: () => 1000, date: () => 1_795_000_000_000.25 }
/** A file in memory. */
const file = () => {
  const pieces: Uint8Array[] = []
  return { write: (bytes: Uint8Array) => void pieces.push(bytes), bytes: () => concat(...pieces), pieces }
}
const blocksOf = (bytes: Uint8Array) => decode(list(Block), bytes)
const typesOf = (bytes: Uint8Array) => blocksOf(bytes).map(b => b.head.type)
const packetsOf = (bytes: Uint8Array) =>
  blocksOf(bytes).flatMap(b => (b.head.type === ENHANCED_PACKET ? [b.body.body as EnhancedPacket] : []))

test('the first bytes of a file are those that the format prescribes', () => {
  const out = file()
  pcapngWriter(out.write)
  expect(out.bytes()).toEqual(hex('0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c'))
})

test('a packet has its time in units of its interface, its direction and our comment', () => {
  for (const [resolution, units] of [
    ['us', 1_795_000_000_000_250n],
    ['ns', 1_795_000_000_000_250_000n],
  ] as const) {
    const out = file()
    const writer = pcapngWriter(out.write)
    const wire = writer.addInterface({ name: 'wire', resolution })
    writer.packet(ascii('hello'), { interface: wire, date: clock.date(), direction: 'out', comments: ['first'] })
    const [packet] = packetsOf(out.bytes())
    expect(packet?.head).toMatchObject({ interface: 0, capturedLength: 5, originalLength: 5 })
    expect((BigInt(packet!.head.timestampHigh) << 32n) | BigInt(packet!.head.timestampLow)).toBe(units)
    expect(packet?.body.data).toEqual(ascii('hello'))
    expect(packet?.body.options).toEqual([
      { code: 1, value: ascii('first') },
      { code: 2, value: Uint8Array.of(0, 0, 0, 2) },
      { code: 0, value: new Uint8Array(0) },
    ])
  }
})

test('every block is a multiple of 32 bits and says its length twice, whatever the sizes inside', () => {
  const random = seeded(7)
  const out = file()
  const writer = pcapngWriter(out.write, { application: 'barewire', comments: ['a', 'bc', 'def'] })
  writer.addInterface({ name: 'wire', description: 'x'.repeat(5) })
  for (let size = 0; size < 40; size++) {
    writer.packet(random.bytes(size), { interface: 0, date: size, comments: ['c'.repeat(size)] })
    writer.secrets(`CLIENT_RANDOM ${'0'.repeat(size)}\n`)
    writer.names(ip('10.0.0.1').octets, 'n'.repeat(size))
  }
  writer.finish(50)
  for (const piece of out.pieces) {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.length)
    expect(piece.length % 4).toBe(0)
    expect(view.getUint32(4)).toBe(piece.length)
    expect(view.getUint32(piece.length - 4)).toBe(piece.length)
  }
  expect(encode(list(Block), blocksOf(out.bytes()))).toEqual(out.bytes())
  const tree = dissect(list(Block), out.bytes(), 'file')
  expect(tree.note).toBeUndefined()
  expect(tree.children?.length).toBe(out.pieces.length)
})

test('a block whose length cannot be is refused where it stands', () => {
  const good = block(DECRYPTION_SECRETS, { secretsType: 1, secrets: ascii('x'), options: [] })
  for (const length of [0, 8, 11, 13, 0xffff_ffff]) {
    const bad = good.slice()
    new DataView(bad.buffer).setUint32(4, length)
    expect(() => decode(Block, bad), `${length}`).toThrow(/bad-value|truncated/)
  }
  expect(() => Block.read(new Reader(good.subarray(0, 10)))).toThrow(/truncated/)
})

/** What `net/stream-trace.ts` says of a stream whose segments nobody sees. */
const unseen = (sink: TraceSink, flow: string, host = 'client') => {
  const offsets = { in: 0, out: 0 }
  let state = 'CLOSED'
  return {
    state(to: string, at: number) {
      sink.state({ layer: 'tcp', flow, host, from: state, to, at })
      state = to
    },
    moved(direction: 'in' | 'out', bytes: Uint8Array, at: number) {
      const start = offsets[direction]
      offsets[direction] += bytes.length
      sink.message({
        id: sink.nextId(),
        layer: 'tcp',
        flow,
        host,
        direction,
        at,
        name: direction === 'in' ? 'read' : 'write',
        format: undefined,
        bytes,
        payload: { start, end: start + bytes.length, at: 0 },
      })
    },
  }
}

/** A frame taken apart with the declarations of the engines. */
const partsOf = (packet: EnhancedPacket) => {
  const frame = decode(EthernetFrame, packet.body.data)
  const datagram = decode(Ipv4Packet, frame.payload)
  const segment = decode(TcpSegment, datagram.body.payload)
  const { head } = segment
  return { datagram, segment, seq: head.sequenceNumber, ack: head.acknowledgmentNumber, control: head.controlBits }
}

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
  unseen(capture, '::ffff:127.0.0.1:40000-::ffff:127.0.0.1:443').state('ESTABLISHED', 1000)
  capture.finish()
  const frames = packetsOf(out.bytes()).map(p => decode(EthernetFrame, p.body.data))
  expect(frames.map(f => f.header.etherType)).toEqual([0x86dd, 0x86dd, 0x86dd, 0x800, 0x800, 0x800])
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

test('a secret is written once, when it is known', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  capture.frame(ascii('one'))
  const secret = { flow: 'f', label: 'CLIENT_RANDOM', clientRandom: Uint8Array.of(1), secret: Uint8Array.of(2) }
  capture.secret({ ...secret, host: 'client' })
  capture.secret({ ...secret, host: 'server' })
  capture.frame(ascii('two'))
  capture.name(ip('10.0.0.80'), 'shop.test')
  capture.finish()
  capture.frame(ascii('late'))
  expect(typesOf(out.bytes())).toEqual([
    SECTION_HEADER,
    INTERFACE_DESCRIPTION,
    ENHANCED_PACKET,
    DECRYPTION_SECRETS,
    ENHANCED_PACKET,
    NAME_RESOLUTION,
    INTERFACE_STATISTICS,
  ])
})

test('a secret overtakes the frames that just came in, and nothing waits longer than that', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const secret = {
    flow: 'f',
    host: 'h',
    label: 'CLIENT_RANDOM',
    clientRandom: Uint8Array.of(1),
    secret: Uint8Array.of(2),
  }
  capture.frame(ascii('hello'), { direction: 'out' })
  capture.frame(ascii('ServerHello and more'), { direction: 'in' })
  capture.secret(secret)
  capture.frame(ascii('Finished'), { direction: 'out' })
  expect(typesOf(out.bytes()).slice(2)).toEqual([ENHANCED_PACKET, DECRYPTION_SECRETS, ENHANCED_PACKET, ENHANCED_PACKET])
  const before = out.pieces.length
  for (let i = 0; i < 100; i++) capture.frame(ascii(`${i}`), { direction: 'in' })
  expect(before + 100 - out.pieces.length).toBeLessThan(20)
  capture.finish()
  expect(packetsOf(out.bytes()).length).toBe(103)
})

test('what other layers say does not disturb the file', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const before = out.pieces.length
  capture.state({ layer: 'tcp', flow: '10.0.0.1:1 > 10.0.0.2:2', host: 'h', from: 'CLOSED', to: 'ESTABLISHED', at: 1 })
  capture.state({ layer: 'tls', flow: 'x', host: 'h', from: 'a', to: 'ESTABLISHED', at: 1 })
  capture.verdict({ layer: 'tls', flow: 'x', host: 'h', at: 1, check: 'name', ok: true })
  expect(out.pieces.length).toBe(before)
  expect(sinkOf(() => {}).nextId()).toBe(1)
})

test('a tap captures what its host sent and what reached it, not what was lost on the way', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const tap = captureTap(capture, 'client')
  const seen = (host: string, direction: 'in' | 'out', what: string) =>
    tap({ date: 1, host, direction, what, bytes: ascii(what) })
  seen('client', 'out', 'sent')
  seen('client', 'out', 'lost')
  seen('client', 'in', 'passed')
  seen('client', 'in', 'delivered')
  seen('server', 'in', 'delivered')
  capture.finish()
  expect(packetsOf(out.bytes()).map(p => String.fromCharCode(...p.body.data))).toEqual(['sent', 'delivered'])
})
