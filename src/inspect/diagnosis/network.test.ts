/** What TCP alone shows of a connection that failed. */
import { expect, test } from 'vitest'
import { IcmpMessage } from '../../ip/icmp.ts'
import { ACK, FIN, PSH, RST, SYN } from '../../tcp/segment.ts'
import { messagesOf, type TraceRecord } from '../../trace/recorder.ts'
import type { Codec } from '../../wire/codec.ts'
import { diagnose } from './index.ts'

interface Sent {
  readonly from: 'client' | 'server'
  readonly bits: number
  readonly seq?: number
  readonly ack?: number
  readonly text?: number | string
  readonly window?: number
  readonly at: number
}

const FIRST = { client: 0xffff_fff0, server: 5_000 }

/** Segments with numbers that count from the SYN of their side. */
const exchange = (...sent: readonly Sent[]): TraceRecord[] =>
  sent.map(({ from, bits, seq = 0, ack = 0, text = 0, window = 1_000, at }, i) => {
    const body = typeof text === 'string' ? new TextEncoder().encode(text) : new Uint8Array(text).fill(0x41)
    const bytes = new Uint8Array(20 + body.length)
    const view = new DataView(bytes.buffer)
    const other = from === 'client' ? 'server' : 'client'
    view.setUint32(4, FIRST[from] + seq)
    view.setUint32(8, (bits & ACK) === 0 ? 0 : FIRST[other] + ack)
    bytes[12] = 0x50
    bytes[13] = bits
    view.setUint16(14, window)
    bytes.set(body, 20)
    const record = {
      id: i + 1,
      layer: 'tcp',
      flow: 'a-b',
      host: 'client',
      direction: from === 'client' ? 'out' : 'in',
      at,
      name: 'segment',
      format: undefined,
      bytes,
      ...(body.length === 0 ? {} : { payload: { start: seq - 1, end: seq - 1 + body.length, at: 20 } }),
    } as const
    return { type: 'message', record }
  })

const opened: readonly Sent[] = [
  { from: 'client', bits: SYN, at: 0 },
  { from: 'server', bits: SYN | ACK, ack: 1, at: 1 },
  { from: 'client', bits: ACK, seq: 1, ack: 1, at: 2 },
]

test('SYN that is answered by RST, and SYN that is not answered', () => {
  const refused = diagnose(exchange(opened[0]!, { from: 'server', bits: RST | ACK, ack: 1, at: 1 }))
  expect(refused).toMatchObject({ code: 'tcp/refused', side: 'server', by: 'server', at: { message: 2 } })
  const silent = diagnose(exchange(opened[0]!, { ...opened[0]!, at: 1_000 }, { ...opened[0]!, at: 3_000 }))
  expect(silent).toMatchObject({ code: 'tcp/silence', side: 'network', got: '3', number: 3_000 })
})

/** An ICMP error: a port of IPv4 that is closed, or a packet that is too big. */
const icmp = (type: number, code: number, id: number): TraceRecord => ({
  type: 'message',
  record: {
    id,
    layer: 'icmp',
    flow: 'router',
    host: 'client',
    direction: 'in',
    at: 5,
    name: `type ${type}`,
    format: IcmpMessage as Codec<unknown>,
    bytes: Uint8Array.of(type, code, 0, 0, 0, 0, 0, 0),
  },
})

test('what routers and hosts say of the packets of a connection is why it failed, where it did', () => {
  const silent = exchange(opened[0]!, { ...opened[0]!, at: 1_000 })
  expect(diagnose([...silent, icmp(3, 3, 9)])).toMatchObject({
    code: 'ip/unreachable',
    side: 'network',
    got: 'type 3',
    at: { message: 9 },
  })
  const again = (at: number): Sent => ({ from: 'client', bits: PSH | ACK, seq: 1, ack: 1, text: 'SSH-2.0', at })
  const lost = exchange(...opened, again(3), again(203), again(603))
  expect(diagnose([...lost, icmp(11, 0, 9)])).toMatchObject({ code: 'ip/time-exceeded' })
  const heard = exchange(...opened, again(3), { from: 'server', bits: ACK, seq: 1, ack: 8, at: 604 })
  expect(diagnose([...heard, icmp(3, 1, 9)])).toBeUndefined()
})

test('that packets are too big and nobody says so is not said where somebody does', () => {
  const stuck = exchange(
    ...opened,
    { from: 'client', bits: PSH | ACK, seq: 1, ack: 1, text: 'SSH-2.0', at: 3 },
    { from: 'server', bits: ACK, seq: 1, ack: 8, at: 4 },
    ...[5, 205, 605].map(at => ({ from: 'client', bits: ACK, seq: 8, ack: 1, text: 1_460, at }) as const),
  )
  expect(diagnose([...stuck, icmp(3, 4, 9)])).toMatchObject({ code: 'tcp/timeout', by: 'client' })
})

test('a segment that is sent again and again, and one that is heard at last', () => {
  const again = (at: number): Sent => ({ from: 'client', bits: PSH | ACK, seq: 1, ack: 1, text: 'SSH-2.0', at })
  const lost = [...opened, again(3), again(203), again(603)]
  expect(diagnose(exchange(...lost))).toMatchObject({ code: 'tcp/timeout', side: 'network', by: 'client', number: 600 })
  const heard = { from: 'server', bits: ACK, seq: 1, ack: 8, at: 604 } as const
  expect(diagnose(exchange(...lost, heard))).toBeUndefined()
})

test('large segments that are lost where small ones pass', () => {
  const found = diagnose(
    exchange(
      ...opened,
      { from: 'client', bits: PSH | ACK, seq: 1, ack: 1, text: 'SSH-2.0', at: 3 },
      { from: 'server', bits: ACK, seq: 1, ack: 8, at: 4 },
      ...[5, 205, 605].map(at => ({ from: 'client', bits: ACK, seq: 8, ack: 1, text: 1_460, at }) as const),
    ),
  )
  expect(found).toMatchObject({ code: 'ip/too-big', side: 'network', got: '1460', expected: '7', certainty: 'likely' })
})

test('a window that stays shut, on either side', () => {
  const shut = (from: 'client' | 'server', at: number): Sent => ({ from, bits: ACK, seq: 1, ack: 8, window: 0, at })
  const told = (from: 'client' | 'server'): Sent => ({ from, bits: PSH | ACK, seq: 1, ack: 1, text: 'SSH-2.0', at: 3 })
  expect(diagnose(exchange(...opened, told('client'), shut('server', 9), shut('server', 609)))).toMatchObject({
    code: 'net/idle-timeout',
    side: 'server',
  })
  expect(diagnose(exchange(...opened, told('server'), shut('client', 9), shut('client', 609)))).toMatchObject({
    code: 'net/client-too-slow',
    side: 'client',
  })
})

test('a client that never says a word: the server is tired of it, or it leaves by itself', () => {
  const leaves = (from: 'client' | 'server', bits: number): Sent => ({ from, bits, seq: 1, ack: 1, at: 300 })
  expect(diagnose(exchange(...opened, leaves('server', FIN | ACK)))).toMatchObject({
    code: 'http/idle-timeout',
    side: 'client',
    by: 'server',
    number: 300,
  })
  expect(diagnose(exchange(...opened, leaves('server', RST)))).toMatchObject({ code: 'tcp/reset', side: 'server' })
  expect(diagnose(exchange(...opened, leaves('client', FIN | ACK)))).toBeUndefined()
})

test('HTTP/2 without being asked, to a server that closes on it or answers in HTTP/1.1', () => {
  const preface = {
    from: 'client',
    bits: PSH | ACK,
    seq: 1,
    ack: 1,
    text: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    at: 3,
  } as const
  const closed = diagnose(exchange(...opened, preface, { from: 'server', bits: FIN | ACK, seq: 1, ack: 25, at: 4 }))
  expect(closed).toMatchObject({ code: 'http/unsupported-version', side: 'client', certainty: 'likely' })
  const answer = {
    from: 'server',
    bits: PSH | ACK,
    seq: 1,
    ack: 25,
    text: 'HTTP/1.1 400 Bad Request\r\n\r\n',
    at: 4,
  } as const
  const answered = diagnose(exchange(...opened, preface, answer))
  expect(answered).toMatchObject({ code: 'http/unsupported-version', side: 'client', certainty: 'seen' })
  const spoken = { ...answer, text: '\0\0\0\x04\0\0\0\0\0' }
  expect(diagnose(exchange(...opened, preface, spoken))).toBeUndefined()
})

test('a hello of SSL 2.0, to which nginx says an alert and others nothing', () => {
  const text = '\x7f\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10'
  const hello = exchange(...opened, { from: 'client', bits: PSH | ACK, seq: 1, ack: 1, text, at: 3 })
  const sent = messagesOf(hello).at(-1)!
  // TextEncoder has no octet of this value alone.
  sent.bytes[20] = 0x80
  const told = { code: 'tls/no-common-version', side: 'client', expected: 'SSL 2.0' }
  const [, , , closed, said] = exchange(
    ...opened,
    { from: 'server', bits: FIN | ACK, seq: 1, ack: 12, at: 4 },
    { from: 'server', bits: PSH | ACK, seq: 1, ack: 12, text: '\x15\x03\x01\x00\x02\x02\x46', at: 4 },
  )
  expect(diagnose([...hello, closed!])).toMatchObject(told)
  expect(diagnose([...hello, said!])).toMatchObject(told)
  expect(diagnose(hello)).toBeUndefined()
})
