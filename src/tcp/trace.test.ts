import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { frameOf, PEER, PERFECT, pair, US } from '../../test/support/tcp.ts'
import { established } from '../../test/support/tcp-states.ts'
import { recorder } from '../trace/recorder.ts'
import type { MessageRecord, StateRecord } from '../trace/types.ts'
import { ipAddress } from '../wire/address.ts'
import { checksum } from '../wire/checksum.ts'
import { Reader } from '../wire/reader.ts'

const run = (sizes: readonly [number, number], loss = 0) => {
  const sinks = { client: recorder(), server: recorder() }
  const p = pair(
    3,
    { ...PERFECT, loss },
    {},
    {
      client: { trace: { sink: sinks.client, host: 'client' } },
      server: { trace: { sink: sinks.server, host: 'server' } },
    },
  )
  p.server.stack.listen({ port: PEER.port })
  p.client.data = Uint8Array.from({ length: sizes[0] }, (_, i) => i * 31)
  p.server.data = Uint8Array.from({ length: sizes[1] }, (_, i) => i * 17)
  p.client.connection = p.client.stack.connect(US, PEER, {}, 0)
  const packets: Uint8Array[] = []
  const times: number[] = []
  p.tap = frame => {
    packets.push(packetOf(frame.view(), frame.from!.octets, frame.to!.octets))
    times.push(p.now)
  }
  p.run(600_000)
  const messages = (sink: ReturnType<typeof recorder>): MessageRecord[] =>
    sink.records.flatMap(r => (r.type === 'message' ? [r.record] : []))
  const states = (sink: ReturnType<typeof recorder>): StateRecord[] =>
    sink.records.flatMap(r => (r.type === 'state' ? [r.record] : []))
  return { p, packets, times, messages, states, sinks }
}

test('every segment is one message, named by its control bits, with the place of its text in the stream', () => {
  const { p, messages, sinks } = run([20_000, 3000], 0.05)
  const all = messages(sinks.client)
  const { segmentsIn, segmentsOut } = p.client.stack.statistics
  expect(all.length).toBe(segmentsIn + segmentsOut)
  expect(all.slice(0, 3).map(m => [m.direction, m.name])).toEqual([
    ['out', 'SYN'],
    ['in', 'SYN ACK'],
    ['out', 'ACK'],
  ])
  for (const [direction, data] of [
    ['out', p.client.data],
    ['in', p.server.data],
  ] as const) {
    const covered = new Uint8Array(data.length)
    for (const m of all.filter(x => x.direction === direction && x.payload !== undefined)) {
      const { start, end, at } = m.payload!
      expect(m.bytes.subarray(at, at + end - start)).toEqual(data.subarray(start, end))
      covered.fill(1, start, end)
      m.format!.walk(new Reader(m.bytes), 'TCP', [])
    }
    expect(covered.every(x => x === 1)).toBe(true)
  }
})

test('both sides call the flow by the same name, whoever opened it comes first', () => {
  const { messages, sinks } = run([10, 10])
  const flows = new Set([...messages(sinks.client), ...messages(sinks.server)].map(m => m.flow))
  expect([...flows]).toEqual(['10.0.0.1:1000 > 10.0.0.2:2000'])
})

test('the states are told in the order of RFC 9293 figure 5, with the message that caused each', () => {
  const { messages, states, sinks } = run([10, 10])
  expect(states(sinks.server).map(s => s.to)).toEqual([
    'LISTEN',
    'SYN-RECEIVED',
    'ESTABLISHED',
    'CLOSE-WAIT',
    'LAST-ACK',
    'CLOSED',
  ])
  const caused = states(sinks.server).find(s => s.to === 'ESTABLISHED')!.because
  expect(messages(sinks.server).find(m => m.id === caused)?.name).toMatch(/ACK$/)
})

test('what is sent again says so', () => {
  const { p, messages, sinks } = run([50_000, 0], 0.1)
  const again = messages(sinks.client).filter(m => m.direction === 'out' && m.about === 'retransmission')
  expect(again.length).toBe(p.client.stack.statistics.retransmitted)
  expect(again.length).toBeGreaterThan(0)
})

test('a segment says in which message it was carried, and the frame on its way down carries its number', () => {
  const sink = recorder()
  const { t } = established({ trace: { sink, host: 'us' } })
  const frame = frameOf(t, { is: 'PSH ACK', seq: 1, ack: 1, text: 'hello' })
  frame.message = 77
  frame.messageAt = frame.offset - 20
  t.stack.receive(frame, 0)
  t.nothing()
  const record = sink.records.at(-1)
  expect(record?.type === 'message' && record.record.carriedBy).toEqual([{ message: 77, start: 20, end: 45 }])
  t.at(39)
  t.stack.advance(40)
  expect(t.stack.pollEvent()).toBeUndefined()
  const ack = t.stack.pollTransmit(40)!
  const last = sink.records.at(-1)
  expect(last?.type === 'message' && [last.record.id, last.record.bytes.length]).toEqual([ack.message, ack.length])
})

test('a segment says what its sender goes by: how much may be under way, the round trip, the time-out', () => {
  const { messages, sinks } = run([200_000, 0], 0.02)
  const all = messages(sinks.client)
  const sent = all.flatMap(m => (m.direction === 'out' && m.sending !== undefined ? [m.sending] : []))
  expect(sent.length).toBe(all.filter(m => m.direction === 'out').length)
  expect(all.some(m => m.direction === 'in' && m.sending !== undefined)).toBe(false)
  // Before the first answer nothing is measured (RFC 6298 2.1).
  expect(sent[0]).toEqual({ window: expect.any(Number), timeOut: 1000 })
  const measured = sent.filter(({ roundTrip }) => roundTrip !== undefined)
  expect(measured.every(({ roundTrip, timeOut }) => roundTrip! > 0 && timeOut >= roundTrip!)).toBe(true)
  // It opens, and where something was lost it closes.
  const windows = sent.map(({ window }) => window)
  expect(Math.max(...windows)).toBeGreaterThan(windows[0]!)
  expect(windows.some((window, i) => i > 0 && window < windows[i - 1]!)).toBe(true)
})

test('what is refused leaves a verdict with its rule', () => {
  const sink = recorder()
  const { t } = established({ trace: { sink, host: 'us' } })
  t.peer({ is: 'RST', seq: 5 })
  t.peer({ is: 'RST', seq: -5 })
  t.peer({ is: 'SYN', seq: 1 })
  t.peer({ is: 'ACK', seq: 1, ack: 900 })
  const damaged = frameOf(t, { is: 'ACK', seq: 1, ack: 1, text: 'x' })
  damaged.buffer[damaged.end - 1]! ^= 4
  t.stack.receive(damaged, 0)
  const verdicts = sink.records.flatMap(r => (r.type === 'verdict' ? [r.record] : []))
  expect(verdicts.map(v => [v.ok, v.rule])).toEqual([
    [false, 'RFC 5961 3.2'],
    [false, 'RFC 9293 3.10.7.4'],
    [false, 'RFC 5961 4.2'],
    [false, 'RFC 5961 5.2'],
    [false, 'RFC 9293 3.1'],
  ])
})

const tshark = spawnSync('tshark', ['--version']).status === 0
const noTshark = tshark ? '' : ' (skipped: tshark is not installed)'

test.skipIf(!tshark)(
  `tshark finds nothing to remark on in a lossless exchange, and every checksum good${noTshark}`,
  () => {
    const { packets, times } = run([300_000, 60_000])
    const folder = mkdtempSync(join(tmpdir(), 'barewire-tcp-'))
    try {
      const file = join(folder, 'exchange.pcap')
      writeFileSync(file, pcapOf(packets, times))
      const ask = (filter: string): string =>
        spawnSync(
          'tshark',
          ['-r', file, '-o', 'tcp.check_checksum:TRUE', '-o', 'ip.check_checksum:TRUE', '-Y', filter],
          {
            encoding: 'utf8',
          },
        ).stdout
      expect(ask('tcp').trim().split('\n').length).toBe(packets.length)
      expect(ask('tcp.analysis.flags && !tcp.analysis.window_update')).toBe('')
      expect(ask('tcp.checksum.status != "Good" || ip.checksum.status != "Good" || _ws.malformed')).toBe('')
    } finally {
      rmSync(folder, { recursive: true })
    }
  },
)

/** An IPv4 packet around a segment. */
const packetOf = (segment: Uint8Array, from: Uint8Array, to: Uint8Array): Uint8Array => {
  expect(ipAddress(from).v).toBe(4)
  const packet = new Uint8Array(20 + segment.length)
  packet.set([0x45, 0, packet.length >> 8, packet.length & 0xff, 0, 0, 0x40, 0, 64, 6, 0, 0, ...from, ...to])
  const sum = checksum(packet, 0, 20)
  packet[10] = sum >> 8
  packet[11] = sum & 0xff
  packet.set(segment, 20)
  return packet
}

/** A classic capture file of raw IP packets (link type 101). */
const pcapOf = (packets: readonly Uint8Array[], times: readonly number[]): Buffer => {
  const head = Buffer.alloc(24)
  head.writeUInt32LE(0xa1b2c3d4, 0)
  head.writeUInt16LE(2, 4)
  head.writeUInt16LE(4, 6)
  head.writeUInt32LE(65_535, 16)
  head.writeUInt32LE(101, 20)
  const records = packets.flatMap((packet, i) => {
    const record = Buffer.alloc(16)
    const micros = Math.round(times[i]! * 1000)
    record.writeUInt32LE(Math.floor(micros / 1e6), 0)
    record.writeUInt32LE(micros % 1e6, 4)
    record.writeUInt32LE(packet.length, 8)
    record.writeUInt32LE(packet.length, 12)
    return [record, Buffer.from(packet)]
  })
  return Buffer.concat([head, ...records])
}

test('a command is traced at its own time, not at that of the touch before', () => {
  for (const [how, to] of [
    ['finish', 'FIN-WAIT-1'],
    ['reset', 'CLOSED'],
  ] as const) {
    const sink = recorder()
    const { t } = established({ trace: { sink, host: 'us' } })
    t.at(1000)
    t.peer({ is: 'PSH ACK', seq: 1, ack: 1, text: 'hello' })
    t.now = 5000
    t.open()[how](5000)
    t.whatever()
    const moved = sink.records.flatMap(r => (r.type === 'state' && r.record.to === to ? [r.record.at] : []))
    const sent = sink.records.flatMap(r => (r.type === 'message' && r.record.direction === 'out' ? [r.record.at] : []))
    expect([how, moved, sent.at(-1)]).toEqual([how, [5000], 5000])
  }
})
