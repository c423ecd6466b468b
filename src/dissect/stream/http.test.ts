/** HTTP/1.1 between two others: what is heard is what the ends tell, and what is broken is told as far as it makes sense. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { bytewise, eachWay, type Heard, heard, type Tapped, told, verdictsOf } from '../../../test/support/streams.ts'
import { httpClient, httpServer } from '../../http/connection/engine.ts'
import type { Outgoing } from '../../http/types.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { recorder } from '../../trace/recorder.ts'
import { streamReader } from './reader.ts'
import type { ExchangeFound, Finding } from './types.ts'

const crypto = nodeCrypto()
const text = (said: readonly (readonly ['client' | 'server', string])[]): Tapped =>
  said.map(([from, each]) => [from, ascii(each)] as const)
const hear = (...said: readonly (readonly ['client' | 'server', string])[]): Heard => {
  const whole = heard(crypto, text(said))
  const torn = heard(crypto, bytewise(text(said)))
  expect(told(torn.trace.records, ['http', 'record', 'tls'])).toEqual(
    told(whole.trace.records, ['http', 'record', 'tls']),
  )
  expect(torn.findings).toEqual(whole.findings)
  return whole
}
const exchangesIn = ({ findings }: Heard): readonly ExchangeFound[] =>
  findings.flatMap(found => (found.about === 'exchange' ? [found] : []))
const linesOf = (each: Heard): readonly string[] =>
  exchangesIn(each).map(({ request, response }) => `${request?.start.join(' ')} -> ${response?.start.join(' ')}`)
const namesOf = ({ trace }: Heard): readonly string[] =>
  told(trace.records, ['http']).map(message => (message as { name: string }).name)
const failuresOf = ({ trace }: Heard): readonly string[] =>
  trace.records.flatMap(({ type, record }) => (type === 'verdict' && record.failure ? [record.failure.code] : []))

test('what is heard is what the client has told: heads, their places, and how bodies are framed', () => {
  const ends = recorder()
  const client = httpClient({ trace: { sink: ends, flow: 'one', host: 'client' } })
  const server = httpServer({})
  const tap: [from: 'client' | 'server', bytes: Uint8Array][] = []
  const carry = (): void => {
    for (const [from, one, other] of [
      ['client', client, server],
      ['server', server, client],
    ] as const)
      for (const bytes of one.pollTransmit(0) ?? []) {
        tap.push([from, bytes.slice()])
        other.receive(bytes, 0)
        while (other.pollEvent() !== undefined);
      }
  }
  const exchanges: readonly (readonly [Outgoing[], Outgoing[]])[] = [
    [
      [{ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a']], body: ascii('') }],
      [
        { type: 'response', status: 103, headers: [['Link', '</a.css>']] },
        { type: 'response', status: 200, headers: [] },
        { type: 'body', bytes: ascii('hello') },
        { type: 'body', bytes: ascii(' again') },
        { type: 'end', trailers: [['Digest', 'none']] },
      ],
    ],
    [
      [{ type: 'request', method: 'HEAD', target: '/x', headers: [['Host', 'a']], body: ascii('') }],
      [{ type: 'response', status: 200, headers: [], body: ascii('left out') }],
    ],
    [
      [{ type: 'request', method: 'POST', target: '/y', headers: [['Host', 'a']], body: ascii('name=value') }],
      [{ type: 'response', status: 404, headers: [], body: ascii('no') }],
    ],
  ]
  for (const [asks, answers] of exchanges) {
    for (const part of asks) client.send(part, 0)
    carry()
    for (const part of answers) server.send(part, 0)
    carry()
    client.nextCycle(0)
    server.nextCycle(0)
  }
  const result = heard(crypto, tap)
  expect(eachWay(told(result.trace.records, ['http']))).toEqual(eachWay(told(ends.records, ['http'])))
  expect(exchangesIn(result)).toMatchObject([
    {
      response: {
        start: ['HTTP/1.1', '200', 'OK'],
        body: { framing: 'chunked', length: 11, complete: true, trailers: [['Digest', 'none']] },
      },
    },
    { request: { start: ['HEAD', '/x', 'HTTP/1.1'] }, response: { body: { framing: 'none', length: 0 } } },
    { request: { body: { framing: 'length', length: 10 } }, response: { body: { length: 2, complete: true } } },
  ])
})

test('pipelined requests get their answers in order', () => {
  const get = (path: string) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`
  const ok = (status: string) => `HTTP/1.1 ${status}\r\nContent-Length: 0\r\n\r\n`
  expect(linesOf(hear(['client', get('/1') + get('/2')], ['server', ok('200 OK') + ok('404 Not Found')]))).toEqual([
    'GET /1 HTTP/1.1 -> HTTP/1.1 200 OK',
    'GET /2 HTTP/1.1 -> HTTP/1.1 404 Not Found',
  ])
})

describe('broken HTTP is told as far as it makes sense, with what is wrong and where', () => {
  test.each([
    ['lines that end in a bare LF', 'GET / HTTP/1.1\nHost: a\n\n', 'http/bare-line-feed'],
    ['white space before a colon', 'GET / HTTP/1.1\r\nHost : a\r\n\r\n', 'http/space-before-colon'],
    ['a folded field', 'GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n', 'http/folded-header'],
    ['no Host', 'GET / HTTP/1.1\r\n\r\n', 'http/bad-host'],
    ['two lengths', 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n', 'http/two-lengths'],
  ])('%s', (_, request, code) => {
    const result = hear(['client', request], ['server', 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'])
    expect(failuresOf(result)).toEqual([code])
    expect(linesOf(result)).toEqual([`${request.split(/\r?\n/)[0]} -> HTTP/1.1 200 OK`])
    const verdict = result.trace.records.find(({ type, record }) => type === 'verdict' && record.failure !== undefined)
    expect(verdict).toMatchObject({ record: { where: { message: expect.any(Number) } } })
  })

  test('empty lines before a head move no place in it, whether it is refused by its form or by what it says', () => {
    const placed = (request: string): unknown[] =>
      hear(['client', `GET / HTTP/1.1\r\nHost: a\r\n\r\n${request}`]).trace.records.flatMap(({ type, record }) =>
        type === 'verdict' && record.failure !== undefined
          ? [
              { ...record.where, message: 0 },
              { ...record.failure.at, message: 0 },
            ]
          : [],
      )
    for (const request of [
      'GET / HTTP/1.1\r\nHost : a\r\n\r\n',
      'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 1\r\n\r\n',
    ]) {
      const places = placed(request)
      expect(places[0]).toMatchObject({ start: expect.any(Number), end: expect.any(Number) })
      expect(placed(`\r\n\r\n${request}`)).toEqual(places)
    }
    // What is not there has no place.
    const asked = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
    expect(failuresOf(hear(['client', `${asked}\r\nGET / HTTP/1.1\r\n\r\n`]))).toEqual(['http/bad-host'])
  })

  test('of a refused head the fields are read that have a name, and its body by its length', () => {
    const head = 'POST / HTTP/1.1\nHost: a\nno field\n: nameless\nx:\nContent-Length: 3\n\n'
    const answer = 'HTTP/1.1 200 OK\nX : folded\n\tover two\n\nuntil the end'
    const [exchange] = exchangesIn(
      hear(['client', `${head}abcGET /next HTTP/1.1\r\nHost: a\r\n\r\n`], ['server', answer]),
    )
    expect(exchange).toMatchObject({
      request: {
        headers: [
          ['Host', 'a'],
          ['x', ''],
          ['Content-Length', '3'],
        ],
        body: { framing: 'length', length: 3, complete: true },
      },
      response: { headers: [['X', 'folded over two']], body: { framing: 'until-close', length: 13 } },
    })
  })

  test.each([
    ['to HEAD', 'HEAD', '200 OK'],
    ['that is 204', 'GET', '204 No Content'],
    ['that is 304', 'GET', '304 Not Modified'],
  ])('a refused answer %s has no body, whatever length it names', (_, method, status) => {
    const answer = `HTTP/1.1 ${status}\nContent-Length: 9\n\n`
    const asked = `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`
    const result = hear(['client', asked], ['server', `${answer}HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n`])
    expect(exchangesIn(result)[0]).toMatchObject({ response: { body: { framing: 'none', length: 0 } } })
    expect(namesOf(result)).toContain('200 OK')
  })

  test('a chunk without a size ends what can be read, and the rest is counted', () => {
    const head = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
    const result = hear(['client', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'], ['server', `${head}3\r\nabc\r\nxyz\r\n`])
    expect(failuresOf(result)).toEqual(['http/bad-chunk'])
    expect(exchangesIn(result)).toMatchObject([{ response: { body: { length: 3, complete: false } } }])
    expect(result.findings).toContainEqual({
      about: 'unread',
      flow: 'one',
      from: 'server',
      why: 'not-http',
      at: head.length + 8,
      bytes: 5,
      records: 0,
    })
  })

  test('a head that never ends, and an answer that is cut short', () => {
    const cut = hear(['client', 'GET / HTTP/1.1\r\nHos'])
    expect(failuresOf(cut)).toEqual(['http/head-cut-short'])
    const short = hear(
      ['client', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
      ['server', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'],
    )
    expect(exchangesIn(short)).toMatchObject([{ response: { body: { length: 4, complete: false } } }])
  })

  test('an answer until the end of the connection is complete by FIN alone', () => {
    const said = text([
      ['client', 'GET / HTTP/1.0\r\n\r\n'],
      ['server', 'HTTP/1.0 200 OK\r\n\r\nall that there is'],
    ])
    for (const [how, complete] of [
      ['FIN', true],
      ['RST', false],
      ['the capture ends', false],
    ] as const)
      expect(exchangesIn(heard(crypto, said, {}, how))).toMatchObject([
        { response: { body: { length: 17, complete } } },
      ])
  })
})

describe('what was not captured', () => {
  const ask = (path: string) => ascii(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
  test('a hole in a body of known length leaves what follows readable', () => {
    const tap: Tapped = [
      ['client', ask('/1')],
      ['server', ascii('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc')],
      ['server', 5],
      ['server', ascii('xy')],
      ['client', ask('/2')],
      ['server', ascii('HTTP/1.1 204 No Content\r\n\r\n')],
    ]
    const result = heard(crypto, tap)
    expect(exchangesIn(result)).toMatchObject([
      {
        response: {
          body: {
            length: 5,
            complete: false,
            ranges: [
              { start: 39, end: 42 },
              { start: 47, end: 49 },
            ],
          },
        },
      },
      { request: { start: ['GET', '/2', 'HTTP/1.1'] }, response: { start: ['HTTP/1.1', '204', 'No Content'] } },
    ])
    expect(failuresOf(result)).toEqual([])
  })

  test('behind a hole the next head is found, and the newest request is what it answers', () => {
    const tap: Tapped = [
      ['client', ask('/1')],
      ['server', ascii('HTTP/1.1 200 OK\r\nContent-Len')],
      ['server', 40],
      ['server', ascii('the end of it')],
      ['client', ask('/2')],
      ['server', ascii('HTTP/1.1 204 No Content\r\n\r\n')],
    ]
    expect(linesOf(heard(crypto, tap))).toContain('GET /2 HTTP/1.1 -> HTTP/1.1 204 No Content')
  })
})

describe('what is spoken instead of HTTP', () => {
  test('a tunnel holds a connection of its own', () => {
    const result = hear(
      ['client', 'CONNECT shop.test:80 HTTP/1.1\r\nHost: shop.test:80\r\n\r\n'],
      ['server', 'HTTP/1.1 200 Connection established\r\n\r\n'],
      ['client', 'GET /in HTTP/1.1\r\nHost: shop.test\r\n\r\n'],
      ['server', 'HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'],
    )
    expect(exchangesIn(result).map(({ flow }) => flow)).toEqual(['one', 'one > shop.test:80'])
    const inside = told(result.trace.records, ['http']).slice(2)
    expect(inside).toMatchObject([
      { name: 'GET /in', flow: 'one > shop.test:80', stream: { start: 0, end: 37 } },
      { name: '404 Not Found', flow: 'one > shop.test:80', stream: { start: 0, end: 45 } },
    ])
  })

  test('a proxy that says no is asked again', () => {
    const connect = 'CONNECT shop.test:80 HTTP/1.1\r\nHost: shop.test:80\r\n\r\n'
    const result = hear(
      ['client', connect + connect],
      ['server', 'HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n'],
      ['server', 'HTTP/1.1 200 Connection established\r\n\r\nSSH-2.0-x\r\n'],
    )
    expect(linesOf(result).length).toBe(2)
    expect(result.findings).toContainEqual({
      about: 'protocol',
      flow: 'one > shop.test:80',
      protocol: 'SSH',
      inside: 'tunnel',
    })
  })

  test('WebSocket is named, and its bytes are nobody’s request', () => {
    const result = hear(
      ['client', 'GET /chat HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
      ['server', 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n\x81\x05hello'],
      ['client', 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'],
    )
    expect(namesOf(result)).toEqual(['GET /chat', '101 Switching Protocols'])
    expect(result.findings).toContainEqual({ about: 'protocol', flow: 'one', protocol: 'WebSocket', inside: 'tunnel' })
  })
})

test('cookies are judged as the client would', () => {
  const result = hear(
    ['client', 'GET / HTTP/1.1\r\nHost: shop.test:8080\r\n\r\n'],
    ['server', 'HTTP/1.1 204 No Content\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2; Secure\r\n\r\n'],
  )
  expect(verdictsOf(result.trace, 'http').filter(each => each.startsWith('cookie'))).toEqual([
    'cookie failed',
    'cookie ok',
  ])
  expect(failuresOf(result)).toEqual(['cookie/secure-over-http'])
})

describe('what is spoken is seen by the first bytes, whatever the port', () => {
  test.each([
    ['HTTP/1.1', [['client', 'PROPFIND /']]],
    ['HTTP/1.1', [['server', 'HTTP/1.0 400']]],
    ['HTTP/2', [['client', 'PRI * HTTP/2.0\r\n']]],
    ['TLS', [['client', '\x16\x03\x01\x02\x00\x01']]],
    ['TLS', [['server', '\x15\x03\x03\x00\x02\x02']]],
    ['SSH', [['server', 'SSH-2.0-OpenSSH']]],
    ['SMTP', [['server', '220 mail.test ESMTP ready\r\n']]],
    ['FTP', [['server', '220 Welcome\r\n']]],
    ['POP3', [['server', '+OK ready']]],
    ['IMAP', [['server', '* OK ready']]],
    ['Redis', [['client', '*1\r\n$4\r\nPING']]],
    ['PostgreSQL', [['client', '\0\0\0\x08\x04\xd2\x16\x2f']]],
    [
      'unknown',
      [
        ['client', 'hello'],
        ['server', 'who are you?'],
      ],
    ],
    ['unknown', [['client', '\x16\x02\x01\x00']]],
    [
      'SSH',
      [
        ['client', 'whatever it is'],
        ['server', 'SSH-1.99-x'],
      ],
    ],
  ] as const)('%s', (protocol, said) => {
    expect(hear(...said).findings[0]).toEqual({ about: 'protocol', flow: 'one', protocol, inside: 'stream' })
  })

  test('of many bytes that say nothing, few are kept', () => {
    const findings: Finding[] = []
    const tell = (finding: Finding): void => void findings.push(finding)
    const reader = streamReader({ sink: recorder(), flow: 'one', secrets: { find: () => undefined }, crypto, tell })
    for (let at = 0; at < 65_536; at += 4_096) {
      expect(findings).toEqual([])
      reader.data('client', new Uint8Array(4_096).fill(1), at, 0)
    }
    expect(findings).toMatchObject([{ protocol: 'unknown' }])
  })
})
