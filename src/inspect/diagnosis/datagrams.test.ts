/** What name servers and routers say, or do not. */
import { expect, test } from 'vitest'
import { DnsMessage } from '../../dns/message.ts'
import { IcmpMessage } from '../../ip/icmp.ts'
import { FIN } from '../../tcp/segment.ts'
import type { TraceRecord } from '../../trace/recorder.ts'
import type { MessageRecord } from '../../trace/types.ts'
import type { Codec } from '../../wire/codec.ts'
import { diagnose } from './index.ts'

const seen = (...messages: readonly Partial<MessageRecord>[]): TraceRecord[] =>
  messages.map((message, i) => ({
    type: 'message',
    record: {
      id: i + 1,
      layer: 'dns',
      flow: 'a',
      host: 'client',
      direction: 'out',
      at: i * 1_000,
      name: '',
      format: undefined,
      bytes: new Uint8Array(0),
      ...message,
    },
  }))

const TYPES = { A: 1, AAAA: 28 } as const

/** One question for `a.test` (IN), and its answer if it has one; the last four bits of the flags are the code. */
const dns = (
  flags: number,
  type: keyof typeof TYPES = 'A',
  address: readonly number[] = [],
): Partial<MessageRecord> => ({
  format: DnsMessage as Codec<unknown>,
  bytes: Uint8Array.of(
    ...[0, 7, flags >> 8, flags & 0xff, 0, 1, 0, address.length === 0 ? 0 : 1, 0, 0, 0, 0],
    ...[1, 0x61, 4, 0x74, 0x65, 0x73, 0x74, 0, 0, TYPES[type], 0, 1],
    ...(address.length === 0 ? [] : [0xc0, 12, 0, TYPES[type], 0, 1, 0, 0, 0, 60, 0, address.length, ...address]),
  ),
  direction: flags >= 0x8000 ? 'in' : 'out',
})
const HERE = [127, 0, 0, 1]

test('a name that does not exist, a server that fails or refuses, and an answer', () => {
  expect(diagnose(seen(dns(0x0100), dns(0x8183)))).toMatchObject({
    code: 'dns/no-address',
    side: 'client',
    expected: 'a.test',
    at: { message: 2, start: 0, end: 24 },
  })
  for (const flags of [0x8182, 0x8185])
    expect(diagnose(seen(dns(0x0100), dns(flags)))).toMatchObject({ code: 'dns/server-failure', side: 'server' })
  expect(diagnose(seen(dns(0x0100), dns(0x8180, 'A', HERE)))).toBeUndefined()
  // A server that failed once and answered then has answered.
  expect(diagnose(seen(dns(0x0100), dns(0x8182), dns(0x0100), dns(0x8180, 'A', HERE)))).toBeUndefined()
})

test('a name without addresses: sure when both kinds were asked for, none of our business when one is there', () => {
  const none = { code: 'dns/no-address', side: 'client', expected: 'a.test', number: 0 }
  expect(diagnose(seen(dns(0x0100), dns(0x8180)))).toMatchObject({ ...none, certainty: 'likely' })
  const both = [dns(0x0100), dns(0x0100, 'AAAA'), dns(0x8180)]
  expect(diagnose(seen(...both, dns(0x8180, 'AAAA')))).toMatchObject({ ...none, certainty: 'seen' })
  // What may have been in an answer that is cut or cannot be read nobody knows.
  expect(diagnose(seen(dns(0x0100), dns(0x8380)))).toBeUndefined()
  expect(diagnose(seen(dns(0x0100), { ...dns(0x8180), bytes: dns(0x8180).bytes!.subarray(0, 20) }))).toBeUndefined()
  const six = [...new Uint8Array(15), 1]
  expect(diagnose(seen(...both, dns(0x8180, 'AAAA', six)))).toBeUndefined()
  expect(diagnose(seen(dns(0x0100, 'AAAA'), dns(0x8180, 'AAAA')))).toBeUndefined()
})

const arp = (operation: number, sender: readonly number[], target: readonly number[]): Partial<MessageRecord> => ({
  layer: 'arp',
  direction: operation === 1 ? 'out' : 'in',
  bytes: Uint8Array.of(0, 1, 8, 0, 6, 4, 0, operation, ...[2, 0, 0, 0, 0, 1], ...sender, 0, 0, 0, 0, 0, 0, ...target),
})

test('an address that nobody has; looking for a free one, and taking it, are no questions', () => {
  const [me, other] = [
    [10, 0, 0, 1],
    [10, 0, 0, 9],
  ]
  const asks = arp(1, me, other)
  expect(diagnose(seen(asks, asks, asks))).toMatchObject({
    code: 'link/no-neighbour',
    side: 'network',
    certainty: 'seen',
    where: '10.0.0.9',
    number: 3,
  })
  expect(diagnose(seen(asks, asks))?.certainty).toBe('likely')
  expect(diagnose(seen(asks))).toBeUndefined()
  expect(diagnose(seen(asks, asks, arp(2, other, me)))).toBeUndefined()
  const probe = arp(1, [0, 0, 0, 0], other)
  expect(diagnose(seen(probe, probe, probe))).toBeUndefined()
  const announces = arp(1, me, me)
  expect(diagnose(seen(announces, announces, announces))).toBeUndefined()
})

test('questions that nobody answers: sure when they were repeated', () => {
  expect(diagnose(seen(dns(0x0100), dns(0x0100)))).toMatchObject({
    code: 'dns/silence',
    side: 'network',
    certainty: 'seen',
    got: '2',
    number: 1_000,
  })
  expect(diagnose(seen(dns(0x0100)))).toMatchObject({ code: 'dns/silence', certainty: 'likely' })
})

const icmp = (version: 4 | 6, type: number, code: number): Partial<MessageRecord> => ({
  layer: 'icmp',
  name: `type ${type}`,
  direction: 'in',
  format: version === 4 ? (IcmpMessage as Codec<unknown>) : undefined,
  bytes: Uint8Array.of(type, code, 0, 0, 0, 0, 0, 0),
})

test('packets that routers drop, in both versions; a path that is measured is no failure, an echo neither', () => {
  expect(diagnose(seen(icmp(4, 3, 1)))).toMatchObject({ code: 'ip/unreachable', side: 'network', got: 'type 3' })
  expect(diagnose(seen(icmp(6, 1, 4)))?.code).toBe('ip/unreachable')
  expect(diagnose(seen(icmp(4, 11, 0)))?.code).toBe('ip/time-exceeded')
  expect(diagnose(seen(icmp(6, 3, 0)))?.code).toBe('ip/time-exceeded')
  expect(diagnose(seen(icmp(4, 3, 4)))).toBeUndefined()
  expect(diagnose(seen(icmp(4, 0, 0)))).toBeUndefined()
})

test('OpenSSL calls it decode_error when FIN comes without goodbye; where goodbye was said it is what it says', () => {
  const fin = new Uint8Array(20)
  fin[12] = 0x50
  fin[13] = FIN
  const alert = (number: number, direction: 'in' | 'out'): Partial<MessageRecord> => ({
    layer: 'tls',
    name: 'Alert',
    direction,
    bytes: Uint8Array.of(number === 0 ? 1 : 2, number),
  })
  const hello = { layer: 'tls', name: 'ClientHello' } as const
  const closes = { layer: 'tcp', bytes: fin } as const
  expect(diagnose(seen(hello, closes, alert(50, 'in')))).toMatchObject({
    code: 'tls/cut-short',
    side: 'client',
    by: 'server',
    at: { message: 2 },
  })
  expect(diagnose(seen(hello, alert(0, 'out'), closes, alert(50, 'in')))?.code).toBe('tls/bad-message')
  expect(diagnose(seen(hello, alert(50, 'in'), closes))?.code).toBe('tls/bad-message')
})
