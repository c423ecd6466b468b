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

/** Header, one question for `a.test` (A, IN); the last four bits of the flags are the code. */
const dns = (flags: number): Partial<MessageRecord> => ({
  format: DnsMessage as Codec<unknown>,
  bytes: Uint8Array.of(
    0,
    7,
    flags >> 8,
    flags & 0xff,
    0,
    1,
    0,
    0,
    0,
    0,
    0,
    0,
    1,
    0x61,
    4,
    0x74,
    0x65,
    0x73,
    0x74,
    0,
    0,
    1,
    0,
    1,
  ),
  direction: flags >= 0x8000 ? 'in' : 'out',
})

test('a name that does not exist, a server that fails or refuses, and an answer', () => {
  expect(diagnose(seen(dns(0x0100), dns(0x8183)))).toMatchObject({
    code: 'dns/no-address',
    side: 'client',
    expected: 'a.test',
    at: { message: 2, start: 0, end: 24 },
  })
  for (const flags of [0x8182, 0x8185])
    expect(diagnose(seen(dns(0x0100), dns(flags)))).toMatchObject({ code: 'dns/server-failure', side: 'server' })
  expect(diagnose(seen(dns(0x0100), dns(0x8180)))).toBeUndefined()
  // A server that failed once and answered then has answered.
  expect(diagnose(seen(dns(0x0100), dns(0x8182), dns(0x0100), dns(0x8180)))).toBeUndefined()
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
