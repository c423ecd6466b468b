import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { connection, ethernet, pcapFile } from '../../test/support/made-captures.ts'
import { bytesSource } from '../capture/read/index.ts'
import { recorder } from '../trace/recorder.ts'
import { openCapture } from './capture.ts'
import type { StreamReader } from './types.ts'

/** A capture of these IP packets, 1 ms apart. */
const captureOf = (packets: readonly Uint8Array[], linkType = 1): Uint8Array =>
  pcapFile(
    'little',
    linkType,
    packets.map((packet, i) => ({
      time: 1_795_000_000_000_000n + BigInt(i) * 1000n,
      bytes: linkType === 1 ? ethernet(packet) : packet,
    })),
  )

/** What a reader of the two streams is told, as text. */
const heard = () => {
  const told: string[] = []
  const reader: StreamReader = {
    data: (from, bytes, offset, at) => void told.push(`${from} ${offset} ${new TextDecoder().decode(bytes)} @${at}`),
    gap: (from, length) => void told.push(`${from} gap ${length}`),
    end: (from, how) => void told.push(`${from} ${how}`),
  }
  return { told, reading: () => reader }
}

const exchange = () => {
  const c = connection('10.0.0.1:40000', '10.0.0.2:80')
  return [
    c.syn(),
    c.synAck(),
    c.ack('client'),
    c.says('client', ascii('GET / HTTP/1.1\r\n\r\n')),
    c.says('server', ascii('HTTP/1.1 200 OK\r\n\r\n')),
    c.fin('client'),
    c.fin('server'),
    c.ack('client'),
  ]
}

test('a connection is listed with its ends, its protocol, how it opened and closed', () => {
  const capture = openCapture(bytesSource(captureOf(exchange())))
  expect([capture.frames, capture.start, capture.duration, capture.damage]).toEqual([8, 1_795_000_000_000, 7, []])
  expect(capture.conversations).toEqual([
    {
      id: 1,
      kind: 'TCP',
      client: { address: '10.0.0.1', port: 40_000 },
      server: { address: '10.0.0.2', port: 80 },
      flow: '10.0.0.1:40000-10.0.0.2:80',
      protocol: 'HTTP',
      frames: { client: 5, server: 3 },
      wireBytes: { client: 5 * 54 + 18, server: 3 * 54 + 19 },
      bytes: { client: 18, server: 19 },
      copies: 0,
      start: 0,
      end: 7,
      tcp: {
        opened: 'handshake',
        closed: 'FIN',
        retransmissions: { client: 0, server: 0 },
        outOfOrder: { client: 0, server: 0 },
        lost: { client: 0, server: 0 },
        resets: { client: 0, server: 0 },
        zeroWindows: { client: 0, server: 0 },
        keepAlives: { client: 0, server: 0 },
      },
    },
  ])
})

test('its records are those of a run of ours: frame, packet and segment, each in the one below, states, streams', () => {
  const capture = openCapture(bytesSource(captureOf(exchange())))
  const recording = recorder()
  const { told, reading } = heard()
  capture.dissect(1, recording, reading)
  const messages = recording.records.flatMap(each => (each.type === 'message' ? [each.record] : []))
  expect(messages.slice(9, 12)).toMatchObject([
    { layer: 'ethernet', direction: 'out', at: 3, name: 'IPv4', flow: '02:00:00:00:00:02 02:00:00:00:00:01' },
    {
      layer: 'ip',
      direction: 'out',
      flow: '10.0.0.1 10.0.0.2',
      name: 'TCP',
      carriedBy: [{ message: messages[9]!.id, start: 14, end: 72 }],
    },
    {
      layer: 'tcp',
      direction: 'out',
      flow: '10.0.0.1:40000-10.0.0.2:80',
      name: 'PSH ACK',
      about: '18 bytes',
      host: 'client',
      payload: { start: 0, end: 18, at: 20 },
      carriedBy: [{ message: messages[10]!.id, start: 20, end: 58 }],
    },
  ])
  expect(
    recording.records.flatMap(each => (each.type === 'state' ? [`${each.record.to} ${each.record.at}`] : [])),
  ).toEqual(['SYN-SENT 0', 'ESTABLISHED 1', 'FIN-WAIT-1 5', 'FIN-WAIT-2 6', 'TIME-WAIT 6'])
  expect(told).toEqual([
    'client 0 GET / HTTP/1.1\r\n\r\n @3',
    'server 0 HTTP/1.1 200 OK\r\n\r\n @4',
    'client FIN',
    'server FIN',
  ])
})

test('frames of a link type that is not known are counted: capture/link-type-unknown', () => {
  const capture = openCapture(bytesSource(captureOf(exchange(), 147)))
  expect(capture.damage).toMatchObject([{ code: 'capture/link-type-unknown', number: 147, got: '8' }])
  expect(capture.conversations).toMatchObject([{ kind: 'other', frames: { client: 8, server: 0 } }])
})
