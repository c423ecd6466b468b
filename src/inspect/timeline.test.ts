import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { fail } from '../failures/index.ts'
import { nodeWorld } from '../node/world.ts'
import { Handshake } from '../tls/messages/tls12.ts'
import type { TraceRecord } from '../trace/recorder.ts'
import type { MessageRecord, VerdictRecord } from '../trace/types.ts'
import { encode } from '../wire/codec.ts'
import { legs, plain, renderFailure, renderLegs, renderTimeline, timeline } from './index.ts'

const FLOW = '127.0.0.1:4000-127.0.0.1:8443'
let ids = 0
const message = (
  at: number,
  layer: MessageRecord['layer'],
  direction: 'in' | 'out',
  name: string,
  more: Partial<MessageRecord> = {},
): TraceRecord => ({
  type: 'message',
  record: {
    id: ++ids,
    at,
    layer,
    direction,
    name,
    flow: FLOW,
    host: 'me',
    format: undefined,
    bytes: ascii(name),
    ...more,
  },
})
const state = (at: number, from: string, to: string): TraceRecord => ({
  type: 'state',
  record: { layer: 'tcp', flow: FLOW, host: 'me', from, to, at },
})
const verdict = (at: number, check: string, ok: boolean, more: Partial<VerdictRecord> = {}): TraceRecord => ({
  type: 'verdict',
  record: { layer: 'tls', flow: FLOW, host: 'me', at, check, ok, ...more },
})
const lookUp = (at: number, direction: 'in' | 'out', name: string) =>
  message(at, 'dns', direction, name, { flow: 'lookup shop.test', about: 'system' })
const read = (at: number) => message(at, 'tcp', 'in', 'read')
const write = (at: number) => message(at, 'tcp', 'out', 'write')

const REQUEST = 'GET / HTTP/1.1\r\nHost: shop.test:8443\r\n\r\n'
const answered = (head: string) => [
  message(70, 'http', 'out', 'GET /', { bytes: ascii(REQUEST) }),
  write(70),
  read(90),
  message(90, 'http', 'in', head.slice(9).split('\r\n')[0]!, { bytes: ascii(head) }),
]

/** 10 ms for the name, 5 to connect, a hello that takes us 10, 20 until it is answered, 15 until we go on. */
const exchange = (head = 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'): TraceRecord[] => [
  lookUp(0, 'out', 'A shop.test?'),
  lookUp(10, 'in', '::1, 127.0.0.1'),
  verdict(10, 'address', false, {
    layer: 'tcp',
    flow: '[::1]:8443',
    about: '[::1]:8443',
    failure: fail('tcp/refused'),
  }),
  state(10, 'CLOSED', 'SYN-SENT'),
  state(15, 'SYN-SENT', 'ESTABLISHED'),
  message(15, 'tls', 'out', 'ClientHello'),
  write(25),
  read(45),
  message(45, 'tls', 'in', 'ServerHello'),
  message(45, 'tls', 'out', 'Finished'),
  write(60),
  read(65),
  message(65, 'tls', 'in', 'Finished'),
  ...answered(head),
]

const rowOf = (records: readonly TraceRecord[], key: string) => timeline(records).rows.filter(row => row.key === key)

test('a name has its time, and every address that was tried has its row', () => {
  expect(rowOf(exchange(), 'name')).toMatchObject([
    { what: 'shop.test → ::1, 127.0.0.1', note: 'system', span: { from: 0, to: 10 }, ok: true },
  ])
  expect(rowOf(exchange(), 'tried')).toMatchObject([{ what: '[::1]:8443', note: 'tcp/refused', ok: false }])
  expect(rowOf(exchange(), 'tcp')).toMatchObject([{ span: { from: 10, to: 15 }, ok: true }])
  const nowhere = [lookUp(0, 'out', 'A shop.test?'), lookUp(4, 'in', 'no address (ENOTFOUND)')]
  expect(rowOf(nowhere, 'name')).toMatchObject([{ what: 'shop.test → no address (ENOTFOUND)', ok: false }])
})

test('our own work is what lies between bytes that came and bytes that went, and nothing else', () => {
  expect(rowOf(exchange(), 'tls')[0]?.ours).toEqual([
    { from: 15, to: 25 },
    { from: 45, to: 60 },
  ])
  expect(rowOf(exchange(), 'tcp')[0]?.ours).toEqual([])
  expect(rowOf(exchange(), 'wait')[0]?.ours).toEqual([])
  // Segments have timers between them: an acknowledgment that was held back is no work.
  const segments = exchange().filter(({ record }) => !('name' in record && /^(read|write)$/.test(record.name)))
  expect(timeline(segments).rows.flatMap(row => row.ours)).toEqual([])
})

test('our own work has a shade of its own, in ASCII too, and the legend stands once', () => {
  const [fine, simple] = [plain(100), plain(100, false)].map(style => renderTimeline(timeline(exchange()), style))
  const tls = fine!.find(line => line.startsWith(' tls'))!
  expect(tls).toMatch(/▒+█+▒+█* 50\.0$/)
  expect(fine!.join('\n').match(/waiting/g)).toHaveLength(1)
  expect(simple!.find(line => line.startsWith(' tls'))).toMatch(/\++#+\++#* 50\.0$/)
  expect(simple!.at(-1)).toMatch(/# waiting {2}\+ our work$/)
  // Where it does not fit behind the counts it stands below them.
  expect(renderTimeline(timeline(exchange()), plain(55)).slice(-2)).toEqual([
    ' 8 messages, 6 reads and writes',
    ' █ waiting  ▒ our work',
  ])
})

test('at 80 columns there are bars, and nothing is cut off', () => {
  const text = renderTimeline(timeline(exchange()), plain(80))
  expect(text.find(line => line.startsWith(' wait'))).toMatch(/█{2,} 20\.0$/)
  expect(text.find(line => line.startsWith(' tcp'))).toContain('127.0.0.1:4000 → :8443')
  for (const line of text) expect([...line].length).toBeLessThanOrEqual(80)
})

test('a run that was stopped shows what was waited for, until then', () => {
  const until = 1000
  const stopped = (records: readonly TraceRecord[]) => timeline(records, { until }).rows.at(-1)
  const whole = exchange()
  expect(stopped(whole.slice(0, 1))).toMatchObject({ key: 'name', span: { from: 0, to: 1000 }, ok: false })
  expect(stopped(whole.slice(0, 2))).toMatchObject({ key: 'tcp', span: { from: 10, to: 1000 }, ok: false })
  expect(stopped(whole.slice(0, 8))).toMatchObject({ key: 'tls', span: { from: 15, to: 1000 }, ok: false })
  const rows = timeline(whole.slice(0, -2), { until }).rows
  expect(rows.find(row => row.key === 'wait')).toMatchObject({ span: { from: 70, to: 1000 } })
  expect(rows.at(-1)).toMatchObject({ key: 'answer', what: 'none', ok: false })
})

test('statuses of 400 and more are marked', () => {
  for (const [head, ok] of [
    ['HTTP/1.1 204 No Content\r\n\r\n', true],
    ['HTTP/1.1 404 Not Found\r\n\r\n', false],
    ['HTTP/1.1 503 Service Unavailable\r\n\r\n', false],
  ] as const)
    expect(rowOf(exchange(head), 'answer')).toMatchObject([{ ok }])
})

test('cookies that no browser keeps are marked where no jar judged them', () => {
  const cookies = [
    'a=1; Path=/x',
    '__Host-b=1; Path=/foo; Secure',
    '__Secure-c=1',
    'd=1; Domain=example.org',
    'e=1; Domain=shop.test; Secure',
  ]
  const head = `HTTP/1.1 200 OK\r\n${cookies.map(each => `Set-Cookie: ${each}\r\n`).join('')}\r\n`
  expect(rowOf(exchange(head), 'cookie').map(({ what, note, ok }) => [what, note, ok])).toEqual([
    ['a', '', true],
    ['__Host-b (Secure)', 'no browser keeps it: cookie/host-prefix', false],
    ['__Secure-c', 'no browser keeps it: cookie/secure-prefix', false],
    ['d', 'no browser keeps it: cookie/other-domain', false],
    ['e (Secure)', '', true],
  ])
})

test('a cookie that stays at home is told below the request that it did not go with', () => {
  const back = (at: number, about: string) =>
    verdict(at, 'cookie kept back', false, { layer: 'http', about, failure: fail('cookie/only-same-site') })
  const records = [...exchange(), back(69, 'sid'), back(70, 'other'), back(71, 'later')]
  const { rows } = timeline(records)
  const at = rows.findIndex(({ key }) => key === 'request')
  expect(rows.slice(at + 1, at + 4).map(({ key, what, note }) => [key, what, note])).toEqual([
    ['cookie', 'sid', 'not sent: cookie/only-same-site'],
    ['cookie', 'other', 'not sent: cookie/only-same-site'],
    ['wait', '', ''],
  ])
})

test('no time of any record makes a timeline throw, or wider than the terminal', () => {
  const whole = exchange()
  const strange = fc.constantFrom(-1e9, -1, 0, 1e-9, 30, 1e9, Number.MAX_VALUE, -Number.MAX_VALUE)
  fc.assert(
    fc.property(fc.nat(whole.length - 1), strange, fc.constantFrom(40, 60, 80, 100), (i, at, width) => {
      const records = whole.map((entry, k) =>
        k === i ? { ...entry, record: { ...entry.record, at } } : entry,
      ) as TraceRecord[]
      for (const line of renderLegs(legs(records), plain(width))) expect([...line].length).toBeLessThanOrEqual(width)
    }),
    { numRuns: 500 },
  )
})

test('a failure of a certificate shows the chain with its days, and ends with what to do', () => {
  const { crypto } = nodeWorld()
  const now = Date.UTC(2026, 10, 21)
  const authority = certificateAuthority({ crypto, now: () => now, name: 'test root' })
  const issued = authority.issue({ names: ['shop.test'] })
  const bytes = encode(Handshake, { type: 11, body: { chain: [...issued.chain] } })
  const records = [message(0, 'tls', 'in', 'Certificate', { bytes })]
  const failure = fail('tls/certificate-untrusted', { expected: 'shop.test' })
  const text = renderFailure(failure, { style: plain(100), records })
  expect(text.join('\n')).toMatch(/ {2}they showed {3}1 {2}CN=shop\.test, by CN=test root, 2026-11-20 to 2026-11-28/)
  const labels = text.flatMap(line => /^ {2}(\S.*?) {2,}\S/.exec(line)?.[1] ?? [])
  expect(labels.at(-1)).toBe('try')
  // A failure of another kind says nothing of certificates.
  expect(renderFailure(fail('tcp/reset', { where: 'a' }), { style: plain(100), records }).join()).not.toContain(
    'they showed',
  )
})

test('what a cache said stands below the exchange that it is about, or before all where it asked nobody', () => {
  const cached = (at: number, about: string) => verdict(at, 'cache', true, { layer: 'http', about })
  const rows = timeline([cached(0, 'served'), ...exchange(), cached(200, 'kept')]).rows
  const keys = rows.map(({ key }) => key)
  expect(rows.filter(({ key }) => key === 'cache').map(({ what }) => what)).toEqual(['served', 'kept'])
  expect(keys.lastIndexOf('cache')).toBe(keys.indexOf('answer') + 1)
  expect(keys.indexOf('cache')).toBeLessThan(keys.indexOf('request'))
})

test('the handshake is over with the last Finished: tickets that come later take none of its time', () => {
  const handshake = (at: number, direction: 'in' | 'out', name: string) => message(at, 'tls', direction, name)
  const { rows } = timeline([
    handshake(0, 'out', 'ClientHello'),
    handshake(20, 'in', 'ServerHello'),
    handshake(20, 'in', 'Finished'),
    handshake(21, 'out', 'Finished'),
    handshake(40, 'in', 'NewSessionTicket'),
    handshake(60, 'in', 'KeyUpdate'),
  ])
  expect(rows.find(({ key }) => key === 'tls')?.span).toEqual({ from: 0, to: 21 })
})

test('the end says which alerts went which way, and who closed how', () => {
  const fatal = (at: number, direction: 'in' | 'out', about: string) =>
    message(at, 'tls', direction, 'Alert', { about })
  const ended = (...records: readonly TraceRecord[]) => {
    const { what, ok } = timeline(records).rows.find(({ key }) => key === 'close')!
    return [what, ok]
  }
  const fins = [message(3, 'tcp', 'out', 'FIN ACK'), message(4, 'tcp', 'in', 'FIN ACK')]
  expect(ended(fatal(1, 'in', 'fatal 48 unknown_ca'), ...fins)).toEqual([
    'received Alert fatal 48 unknown_ca, FIN both ways',
    false,
  ])
  expect(ended(fatal(1, 'out', 'fatal 42 bad_certificate'), message(2, 'tcp', 'in', 'RST'))).toEqual([
    'sent Alert fatal 42 bad_certificate, RST from the other side',
    false,
  ])
  expect(ended(fatal(1, 'out', 'warning 0 close_notify'), fins[0]!)).toEqual([
    'close_notify from us, FIN from us',
    true,
  ])
})
