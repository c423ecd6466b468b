import { expect, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { fail } from '../failures/index.ts'
import { recorder } from '../trace/recorder.ts'
import type { MessageRecord } from '../trace/types.ts'
import { struct, u8, u16 } from '../wire/codec.ts'
import {
  jsonOf,
  jsonOfFailure,
  jsonOfTimeline,
  ladder,
  plain,
  renderFailure,
  renderLadder,
  renderTimeline,
  type Style,
  type TimelineFacts,
  timeline,
} from './index.ts'

const message = (
  id: number,
  at: number,
  layer: MessageRecord['layer'],
  direction: 'in' | 'out',
  name: string,
  more: Partial<MessageRecord> = {},
): MessageRecord => ({
  id,
  at,
  layer,
  direction,
  name,
  flow: 'c1',
  host: 'client',
  format: undefined,
  bytes: new Uint8Array(20),
  ...more,
})

/** One small exchange as a client sees it. */
const exchange = () => {
  const sink = recorder()
  const say = (...args: Parameters<typeof message>) => sink.message(message(...args))
  say(1, 0, 'tcp', 'out', 'SYN', { about: 'MSS 1460' })
  say(2, 1.9, 'tcp', 'in', 'SYN ACK', { about: 'MSS 1460' })
  say(3, 1.9, 'tcp', 'out', 'ACK')
  sink.state({ layer: 'tcp', flow: 'c1', host: 'client', from: 'CLOSED', to: 'SYN-SENT', at: 0 })
  sink.state({ layer: 'tcp', flow: 'c1', host: 'client', from: 'SYN-SENT', to: 'ESTABLISHED', at: 1.9 })
  say(4, 2, 'tls', 'out', 'ClientHello', { about: 'shop.test, 6 suites' })
  say(5, 6, 'tls', 'in', 'ServerHello', { about: 'x25519, AES-128-GCM' })
  say(6, 6, 'tls', 'in', 'Certificate', { about: 'CN=shop.test' })
  sink.verdict({ layer: 'tls', flow: 'c1', host: 'client', at: 6.5, check: 'name', ok: true })
  sink.verdict({ layer: 'tls', flow: 'c1', host: 'client', at: 6.5, check: 'dates', ok: true, about: '61 days left' })
  say(7, 7, 'tls', 'out', 'Finished', { sealed: true })
  say(8, 10, 'tls', 'in', 'Finished', { sealed: true })
  sink.verdict({
    layer: 'tls',
    flow: 'c1',
    host: 'client',
    at: 10,
    check: 'Finished',
    ok: true,
    where: { message: 8, start: 4, end: 16 },
  })
  const request = ascii('GET /cart HTTP/1.1\r\nHost: shop.test\r\n\r\n')
  say(9, 10.1, 'http', 'out', 'GET /cart', { bytes: request, sealed: true })
  const answer = ascii(
    'HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: 29\r\nSet-Cookie: sid=1; HttpOnly; Secure; SameSite=Lax; Path=/\r\n\r\n',
  )
  say(10, 22.5, 'http', 'in', '200 OK', { bytes: answer, sealed: true })
  sink.verdict({ layer: 'http', flow: 'c1', host: 'client', at: 22.5, check: 'cookie', ok: true })
  say(11, 22.7, 'record', 'in', 'application data', { payload: { start: 0, end: 158, at: 13 } })
  say(12, 22.8, 'tls', 'out', 'Alert', { about: 'warning 0 close_notify', sealed: true })
  say(13, 22.9, 'tcp', 'out', 'FIN ACK')
  say(14, 23, 'tcp', 'in', 'FIN ACK')
  return sink
}
const facts: TimelineFacts = {
  name: { asked: 'shop.test', address: '10.0.0.80', from: 'DNS', took: 0.1 },
  tcp: { local: '10.0.0.2:47130', remote: '10.0.0.80:443' },
  tls: {
    version: 'TLS 1.2',
    suite: 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
    group: 'x25519',
    alpn: 'http/1.1',
    resumed: false,
  },
  who: 'CN=shop.test, EC P-256',
  trustedThrough: 'barewire CA of dev@host',
}

test('the timeline has a row per layer, with times from the first thing that happened', () => {
  const of = timeline(exchange().records, facts)
  expect(of.rows.map(r => [r.label, r.what, r.note, r.span?.from, r.span?.to])).toEqual([
    ['name', 'shop.test → 10.0.0.80', 'DNS', 0, 0.1],
    ['tcp', '10.0.0.2:47130 → 10.0.0.80:443', 'MSS 1460', 0, 1.9],
    ['tls 1.2', 'x25519, AES-128-GCM, http/1.1', '2 round trips', 2, 10],
    ['who', 'CN=shop.test, EC P-256', '✓ name ✓ dates (61 days left)', undefined, undefined],
    ['why', 'trusted through "barewire CA of dev@host"', '', undefined, undefined],
    ['request', 'GET /cart', '39 B', 10.1, 10.1],
    ['wait', '', '', 10.1, 22.5],
    ['answer', '200 OK, application/json', '29 B', 22.5, 22.7],
    ['cookie', 'sid (HttpOnly, Secure, Lax)', 'kept', undefined, undefined],
    ['close', 'close_notify from us, FIN both ways', '', 22.8, 23],
  ])
  expect(of.rows.every(r => r.ok)).toBe(true)
  expect(of.total).toBe(23)
})

test('a cookie is kept or refused by a jar; where there is none, neither is claimed', () => {
  const shown = (verdicts: readonly boolean[]) => {
    const sink = recorder()
    sink.message(message(1, 0, 'http', 'out', 'GET /', { bytes: ascii('GET / HTTP/1.1\r\n\r\n') }))
    const head = 'HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2; Secure\r\n\r\n'
    const answer = message(2, 1, 'http', 'in', '200 OK', { bytes: ascii(head) })
    sink.message(answer)
    for (const ok of verdicts)
      sink.verdict({ layer: 'http', flow: answer.flow, host: answer.host, at: 1, check: 'cookie', ok })
    return timeline(sink.records)
      .rows.filter(r => r.key === 'cookie')
      .map(r => [r.what, r.note, r.ok])
  }
  expect(shown([])).toEqual([
    ['a', '', true],
    ['b (Secure)', '', true],
  ])
  expect(shown([true, false])).toEqual([
    ['a', 'kept', true],
    ['b (Secure)', 'refused', false],
  ])
})

test('on narrow terminals notes move left, then below; nothing that was found out is cut off', () => {
  const of = timeline(exchange().records, { ...facts, who: 'CN=a.rather.long.name.shop.test, EC P-256' })
  for (const width of [60, 72, 80, 99]) {
    const text = renderTimeline(of, plain(width))
    for (const row of text) expect([...row].length).toBeLessThanOrEqual(width)
    for (const part of ['✓ name ✓ dates (61 days left)', '2 round trips', '8.0', '12.4', 'FIN both ways', '23.0 ms'])
      expect(text.join('\n')).toContain(part)
  }
})

test('reads and writes of a socket of the system are not called segments', () => {
  const sink = recorder()
  sink.message(message(1, 0, 'tcp', 'out', 'write', { about: '20 bytes' }))
  sink.message(message(2, 1, 'tcp', 'in', 'read', { about: '20 bytes' }))
  const of = timeline(sink.records)
  expect(of.counts).toMatchObject({ messages: 2, segments: 0, transfers: 2 })
  expect(renderTimeline(of, plain()).at(-1)).toBe(' 0 messages, 2 reads and writes')
  expect(renderLadder(ladder(sink.records, { grain: 'segments' }), plain())[1]).toMatch(/─ write ─+▶│ {2}20 B$/)
})

test("one who asked has answered nothing: the status of a failure is a server's", () => {
  const info = fail('http/body-cut-short', { where: 'a:80' })
  expect(info.status).toBe(400)
  expect(renderFailure(info, { style: plain() }).join('\n')).not.toContain('answered 400')
})

test('a timeline without facts says what the trace alone knows', () => {
  const of = timeline(exchange().records)
  expect(of.rows.map(r => r.key)).toEqual(['tcp', 'tls', 'who', 'request', 'wait', 'answer', 'cookie', 'close'])
  expect(timeline([]).rows).toEqual([])
  expect(renderTimeline(timeline([]), plain())).toEqual([])
})

test('the timeline as text has its bars on one scale', () => {
  const text = renderTimeline(timeline(exchange().records, facts), plain(100))
  expect(text).toEqual([
    '                                                          0 ms           10             20',
    ' name      shop.test → 10.0.0.80           DNS            ▏ 0.1',
    ' tcp       10.0.0.2:47130 → 10.0.0.80:443  MSS 1460       ███ 1.9',
    ' tls 1.2   x25519, AES-128-GCM, http/1.1   2 round trips     ████████████ 8.0',
    '   who     CN=shop.test, EC P-256          ✓ name ✓ dates (61 days left)',
    '   why     trusted through "barewire CA of dev@host"',
    ' request   GET /cart                       39 B                          ▏ 0.0',
    ' wait                                                                    ██████████████████ 12.4',
    ' answer    200 OK, application/json        29 B                                            █ 0.2',
    '   cookie  sid (HttpOnly, Secure, Lax)     kept',
    ' close     close_notify from us, FIN both ways                                               23.0 ms',
    ' 14 messages in 5 segments',
  ])
})

test('the ladder shows what was said, who said it and what was encrypted', () => {
  const of = ladder(exchange().records, { names: ['you', 'shop.test'] })
  expect(of.lines.map(l => l.name)).toEqual([
    'SYN',
    'SYN ACK',
    'ClientHello',
    'ServerHello',
    'Certificate',
    'Finished',
    'Finished',
    'GET /cart',
    '200 OK',
    'Alert',
    'FIN ACK',
    'FIN ACK',
  ])
  expect(renderLadder(of, plain(100))).toEqual([
    '      ms   you                                                  shop.test',
    '   0.000   │──── SYN  MSS 1460 ────────────────────────────────────────▶│  20 B',
    '   1.900   │◀─── SYN ACK  MSS 1460 ─────────────────────────────────────│  20 B',
    '   2.000   │──── ClientHello  shop.test, 6 suites ─────────────────────▶│  20 B',
    '   6.000   │◀─── ServerHello  x25519, AES-128-GCM ──────────────────────│  20 B',
    '           │◀─── Certificate  CN=shop.test ─────────────────────────────│  20 B',
    '   7.000   │════ Finished ═════════════════════════════════════════════▶│  20 B',
    '  10.000   │◀═══ Finished ✓ ════════════════════════════════════════════│  20 B',
    '  10.100   │════ GET /cart ════════════════════════════════════════════▶│  39 B',
    '  22.500   │◀═══ 200 OK  application/json, 29 B, sets sid ══════════════│  145 B',
    '  22.800   │════ Alert  warning 0 close_notify ════════════════════════▶│  20 B',
    '  22.900   │──── FIN ACK ──────────────────────────────────────────────▶│  20 B',
    '  23.000   │◀─── FIN ACK ───────────────────────────────────────────────│  20 B',
  ])
})

test('the same ladder from the server has the client on the left', () => {
  const sink = recorder()
  sink.message(message(1, 0, 'tls', 'in', 'ClientHello', { host: 'server' }))
  sink.message(message(2, 1, 'tls', 'out', 'ServerHello', { host: 'server' }))
  expect(ladder(sink.records, { host: 'server' }).lines.map(l => l.direction)).toEqual(['right', 'left'])
})

test('a segment that never arrived is dashed, and sent again it says so', () => {
  const sink = recorder()
  const data = (n: number) => new Uint8Array(30).fill(n)
  sink.message(message(1, 0, 'tcp', 'out', 'SYN', { bytes: data(1) }))
  sink.message(message(2, 0, 'tcp', 'in', 'SYN', { bytes: data(1), host: 'server' }))
  sink.message(message(3, 1, 'tcp', 'out', 'PSH ACK', { bytes: data(2) }))
  sink.message(message(4, 300, 'tcp', 'out', 'PSH ACK', { bytes: data(2), about: 'retransmission' }))
  sink.message(message(5, 301, 'tcp', 'in', 'PSH ACK', { bytes: data(2), host: 'server' }))
  const of = ladder(sink.records, { grain: 'segments', host: 'client' })
  // Equal bytes: what arrived is what had been sent last, and not what was waited for 300 ms long.
  expect(of.lines.map(({ at, lost, again }) => [at, lost, again])).toEqual([
    [0, false, false],
    [1, true, false],
    [300, false, true],
  ])
  const text = renderLadder(of, plain(80))
  expect(text.some(l => l.includes('╌') && l.includes('lost'))).toBe(true)
})

test('of two equal segments that both arrived, late as one may be, none was lost', () => {
  const sink = recorder()
  const bytes = new Uint8Array(30).fill(2)
  sink.message(message(1, 0, 'tcp', 'out', 'PSH ACK', { bytes }))
  sink.message(message(2, 200, 'tcp', 'out', 'PSH ACK', { bytes, about: 'retransmission' }))
  sink.message(message(3, 201, 'tcp', 'in', 'PSH ACK', { bytes, host: 'server' }))
  sink.message(message(4, 500, 'tcp', 'in', 'PSH ACK', { bytes, host: 'server' }))
  expect(ladder(sink.records, { grain: 'segments', host: 'client' }).lines.map(l => l.lost)).toEqual([false, false])
})

test('a segment that came with another checksum, because its addresses were changed on the way, was not lost', () => {
  const sink = recorder()
  const sent = new Uint8Array(30).fill(2)
  const came = sent.slice()
  came.set([9, 9], 16)
  sink.message(message(1, 0, 'tcp', 'out', 'SYN', { bytes: sent }))
  sink.message(message(2, 1, 'tcp', 'in', 'SYN', { bytes: came, host: 'server' }))
  const lost = (): boolean[] => ladder(sink.records, { grain: 'segments', host: 'client' }).lines.map(l => l.lost)
  expect(lost()).toEqual([false])
  came[4] = 9
  expect(lost()).toEqual([true])
})

test('what nobody received is lost where the cables of others were watched, and unknown where they were not', () => {
  const lostBeside = (others: 'ethernet' | 'tls'): boolean[] => {
    const sink = recorder()
    sink.message(message(1, 0, 'tcp', 'out', 'SYN', { bytes: new Uint8Array(30) }))
    sink.message(message(2, 1, others, 'in', 'something else', { host: 'server' }))
    return ladder(sink.records, { grain: 'segments', host: 'client' }).lines.map(l => l.lost)
  }
  expect(lostBeside('ethernet')).toEqual([true])
  expect(lostBeside('tls')).toEqual([false])
})

test('a failure says what, expected, got, where with bytes, whose side, what we did, what to try', () => {
  const sink = recorder()
  const bytes = ascii('HTTP/1.1 400 Bad Request\r\nServer: nginx\r\n\r\n')
  sink.message(message(9, 1, 'record', 'in', 'not a record', { bytes }))
  const info = fail('tls/not-tls', {
    got: '"HTTP/1.1 400 Bad"',
    where: 'shop.test:80',
    at: { message: 9, start: 0, end: 20 },
  })
  const text = renderFailure(info, {
    style: plain(100),
    records: sink.records,
    did: 'Nothing of your request was sent.',
  })
  expect(text[0]).toMatch(/^✗ The other side does not speak TLS here\. +tls\/not-tls$/)
  expect(text[0]?.length).toBe(100)
  const whole = text.join('\n')
  expect(whole).toContain('where         shop.test:80   received not a record (message 9), bytes 0..20')
  expect(whole).toContain('0000  48 54 54 50 2f 31 2e 31 20 34 30 30 20 42 61 64   HTTP/1.1 400 Bad')
  expect(whole).toContain("whose side    the other side's")
  expect(whole).toContain('Nothing of your request was sent.')
})

const colourful: Style = {
  width: 100,
  unicode: true,
  colour: {
    you: s => `\x1b[34m${s}\x1b[0m`,
    server: s => `\x1b[33m${s}\x1b[0m`,
    bad: s => `\x1b[31m${s}\x1b[0m`,
    good: s => `\x1b[32m${s}\x1b[0m`,
    secret: s => `\x1b[35m${s}\x1b[0m`,
    quiet: s => `\x1b[2m${s}\x1b[0m`,
  },
}
const allText = (style: Style, peerText = '') => {
  const sink = exchange()
  sink.message(message(90, 30, 'http', 'out', `GET /${peerText}`, { bytes: ascii('GET / HTTP/1.1\r\n\r\n') }))
  sink.message(
    message(91, 31, 'http', 'in', `404 ${peerText}`, {
      about: peerText,
      bytes: ascii(`HTTP/1.1 404\r\nContent-Type: ${peerText}\r\nSet-Cookie: ${peerText}=1\r\n\r\n`),
    }),
  )
  const info = fail('tls/not-tls', { got: peerText, expected: peerText, where: peerText })
  return [
    ...renderTimeline(timeline(sink.records, facts), style),
    ...renderLadder(ladder(sink.records), style),
    ...renderFailure(info, { style, records: sink.records }),
  ]
}

test('colour adds nothing but colour', () => {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the escapes of this test's own colours
  const bare = allText(colourful).map(l => l.replace(/\x1b\[\d+m/g, ''))
  expect(bare).toEqual(allText(plain(100)))
})

test('no line is wider than the terminal, and none wider than 100', () => {
  const long =
    'a very long text from the other side that does not end soon enough for anybody to read it at all '.repeat(3)
  for (const width of [40, 60, 79, 80, 100, 300]) {
    for (const text of allText(plain(width), long))
      expect([...text].length, text).toBeLessThanOrEqual(Math.min(width, 100))
  }
})

test('without Unicode every character is ASCII', () => {
  for (const text of allText(plain(100, false), 'Grüße')) expect(text).toMatch(/^[ -~]*$/)
})

test('text from a peer cannot move the cursor, colour the screen or turn the writing', () => {
  const evil = 'x\x1b[2J\x07\r\n\u009b31m\u202e\u2066y'
  for (const text of allText(plain(100), evil)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not come through
    expect(text).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/)
  }
})

test('JSON has one schema version, ranges as pairs, and secrets only when asked for', () => {
  const sink = recorder()
  const format = struct({ kind: u8, size: u16 })
  sink.message(
    message(1, 2, 'record', 'in', 'test', {
      format,
      bytes: Uint8Array.of(7, 0, 5),
      stream: { start: 10, end: 13 },
      carriedBy: [{ message: 4, start: 20, end: 23 }],
    }),
  )
  sink.secret({
    flow: 'c1',
    host: 'client',
    label: 'CLIENT_RANDOM',
    clientRandom: Uint8Array.of(1),
    secret: Uint8Array.of(0xfe),
  })
  const [first, second] = sink.records
  expect(jsonOf(first!, ['fields', 'bytes'])).toEqual({
    v: 1,
    type: 'message',
    id: 1,
    layer: 'record',
    flow: 'c1',
    host: 'client',
    direction: 'in',
    at: 2,
    name: 'test',
    length: 3,
    stream: [10, 13],
    carriedBy: [{ message: 4, range: [20, 23] }],
    bytes: '070005',
    fields: {
      name: 'test',
      range: [0, 3],
      children: [
        { name: 'kind', range: [0, 1], value: 7 },
        { name: 'size', range: [1, 3], value: 5 },
      ],
    },
  })
  expect(JSON.stringify(jsonOf(second!))).not.toContain('fe')
  expect(jsonOf(second!, ['secrets'])).toMatchObject({ type: 'secret', secret: 'fe' })
})

test('a failure and a timeline survive JSON unchanged', () => {
  const objects = [
    jsonOfFailure(fail('tcp/refused', { where: 'shop.test:443' })),
    jsonOfTimeline(timeline(exchange().records, facts)),
    ...exchange().records.map(entry => jsonOf(entry)),
  ]
  for (const object of objects) {
    expect(object).toMatchObject({ v: 1 })
    expect(JSON.parse(JSON.stringify(object))).toEqual(object)
  }
  expect(objects[0]).toMatchObject({ type: 'failure', code: 'tcp/refused', exit: 3, fault: 'peer' })
})
