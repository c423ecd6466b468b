import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { clock, file, packetsOf, typesOf } from '../../test/support/pcapng.ts'
import { keyLogSink } from '../trace/keylog.ts'
import { sinkOf } from '../trace/recorder.ts'
import { ip } from '../wire/address.ts'
import {
  DECRYPTION_SECRETS,
  ENHANCED_PACKET,
  INTERFACE_DESCRIPTION,
  INTERFACE_STATISTICS,
  NAME_RESOLUTION,
  SECTION_HEADER,
} from './format.ts'
import { captureSink, captureTap } from './index.ts'

test('a secret is forgotten after 1024 others, so that none is kept for ever', () => {
  const lines: string[] = []
  const out = file()
  const capture = captureSink(out.write, clock)
  const sinks = [keyLogSink(line => void lines.push(line)), capture]
  const tell = (n: number) => {
    const secret = { flow: 'f', host: 'h', label: 'CLIENT_RANDOM', clientRandom: Uint8Array.of(n >> 8, n & 255) }
    for (const sink of sinks) sink.secret({ ...secret, secret: Uint8Array.of(1) })
  }
  for (const sink of sinks) sink.state({ layer: 'tls', flow: 'f', host: 'h', from: 'a', to: 'b', at: 1 })
  const written = () => [lines.length, typesOf(out.bytes()).filter(type => type === DECRYPTION_SECRETS).length]
  for (let n = 0; n < 1024; n++) tell(n)
  tell(0)
  tell(1023)
  expect(written()).toEqual([1024, 1024])
  tell(1024)
  tell(1)
  expect(written()).toEqual([1025, 1025])
  tell(0)
  expect(written()).toEqual([1026, 1026])
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
  // After 17 all of them are written.
  expect(out.pieces.length).toBe(before + 85)
  capture.finish()
  expect(packetsOf(out.bytes()).length).toBe(103)
})

test('in a handshake of TLS 1.3 what we send waits too, until the secrets of what comes behind it are known', () => {
  const out = file()
  const capture = captureSink(out.write, clock)
  const secret = { flow: 'f', host: 'h', clientRandom: Uint8Array.of(1), secret: Uint8Array.of(2) }
  const written = () => packetsOf(out.bytes()).map(({ body }) => Buffer.from(body.data).toString())
  capture.frame(ascii('ClientHello'), { direction: 'out' })
  capture.frame(ascii('ServerHello to Finished'), { direction: 'in' })
  capture.secret({ ...secret, label: 'SERVER_HANDSHAKE_TRAFFIC_SECRET' })
  capture.frame(ascii('ChangeCipherSpec'), { direction: 'out' })
  expect(written()).toEqual(['ClientHello'])
  capture.secret({ ...secret, label: 'SERVER_TRAFFIC_SECRET_0' })
  capture.frame(ascii('Finished'), { direction: 'out' })
  expect(written()).toEqual(['ClientHello', 'ServerHello to Finished', 'ChangeCipherSpec', 'Finished'])
  const secrets = [DECRYPTION_SECRETS, DECRYPTION_SECRETS]
  expect(typesOf(out.bytes()).slice(3, 6)).toEqual([...secrets, ENHANCED_PACKET])
  // Of a handshake that never ends no more than these wait.
  capture.secret({ ...secret, clientRandom: Uint8Array.of(3), label: 'SERVER_HANDSHAKE_TRAFFIC_SECRET' })
  for (let i = 0; i < 17; i++) capture.frame(ascii(`${i}`), { direction: 'out' })
  expect(written()).toHaveLength(4 + 17)
  capture.frame(ascii('17'), { direction: 'out' })
  expect(written()).toHaveLength(4 + 18)
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
