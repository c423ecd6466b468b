import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { checked } from '../../../test/support/checked.ts'
import { drain, sentText, story } from '../../../test/support/http-story.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { answerTo } from '../message/answers.ts'
import { headerBlock } from '../message/header-block.ts'
import type { HeaderList, HttpConfig, HttpConnection, Outgoing } from '../types.ts'
import { httpClient, httpServer } from './engine.ts'

const codeOf = (work: () => void): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof FailureError) return error.code
    throw error
  }
  return 'nothing thrown'
}
const asking = (request: string, config: HttpConfig = {}): HttpConnection => {
  const server = checked(httpServer(config), config)
  server.receive(ascii(request), 0)
  drain(server)
  return server
}
const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const answered = (request: string, ...parts: Outgoing[]): string => {
  const server = asking(request)
  for (const part of parts) server.send(part, 0)
  return sentText(server)
}
const ok = (headers: HeaderList = [], body?: string): Outgoing => ({
  type: 'response',
  status: 200,
  headers,
  ...(body === undefined ? {} : { body: ascii(body) }),
})
const body = (text: string): Outgoing => ({ type: 'body', bytes: ascii(text) })
const end: Outgoing = { type: 'end' }

describe('what is written', () => {
  test('a whole response says its length', () => {
    expect(answered(GET, ok([['A', 'b']], 'hi'))).toBe('HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhi')
    const block = headerBlock([['A', 'b']])
    expect(answered(GET, { type: 'response', status: 200, headers: block, body: ascii('hi') })).toBe(
      'HTTP/1.1 200 OK\r\nA: b\r\nContent-Length: 2\r\n\r\nhi',
    )
  })
  test('a response without a length is chunked, and empty pieces do not end it', () => {
    expect(answered(GET, ok(), body('hello'), body(''), body('x'.repeat(16)), end)).toBe(
      `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n10\r\n${'x'.repeat(16)}\r\n0\r\n\r\n`,
    )
  })
  test('large pieces are handed on as they are, not copied', () => {
    const server = asking(GET)
    const bytes = new Uint8Array(100_000)
    server.send({ type: 'response', status: 200, headers: [], body: bytes }, 0)
    expect(server.pollTransmit(0)?.at(-1)).toBe(bytes)
  })
  test('RFC 9112 9.3: an answer to HTTP/1.0 ends with the connection, or keeps it when asked and framed', () => {
    expect(answered('GET / HTTP/1.0\r\n\r\n', ok(), body('hi'), end)).toBe(
      'HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhi',
    )
    const request = 'GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n'
    expect(answered(request, ok([], 'hi'))).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: keep-alive\r\n\r\nhi',
    )
    expect(answered('GET / HTTP/1.0\r\nConnection: TE, Keep-Alive\r\n\r\n', ok([], 'hi'))).toContain('keep-alive')
    expect(codeOf(() => answered(request, ok([['Transfer-Encoding', 'chunked']])))).toBe('http/bad-outgoing')
    // Whoever says it himself has it once.
    expect(answered(request, ok([['Connection', 'Keep-Alive, Upgrade']], 'hi'))).toBe(
      'HTTP/1.1 200 OK\r\nConnection: Keep-Alive, Upgrade\r\nContent-Length: 2\r\n\r\nhi',
    )
  })
  test('RFC 9110 15.3.6: 205 has no content and says so; 204 and 304 have none and say nothing', () => {
    const status = (code: number, more: { headers?: HeaderList; body?: Uint8Array } = {}): Outgoing => ({
      type: 'response',
      status: code,
      headers: more.headers ?? [],
      ...(more.body === undefined ? {} : { body: more.body }),
    })
    const length = 'Content-Length: 0\r\n'
    expect(answered(GET, status(205, { body: ascii('') }))).toBe(`HTTP/1.1 205 Reset Content\r\n${length}\r\n`)
    expect(answered(GET, status(205), end)).toBe(`HTTP/1.1 205 Reset Content\r\n${length}\r\n`)
    expect(answered(GET, status(204, { body: ascii('') }))).toBe('HTTP/1.1 204 No Content\r\n\r\n')
    expect(answered(GET, status(304), end)).toBe('HTTP/1.1 304 Not Modified\r\n\r\n')
    for (const code of [204, 205, 304]) {
      expect(codeOf(() => answered(GET, status(code, { body: ascii('x') })))).toBe('http/wrong-length')
    }
    for (const field of [['Content-Length', '1'] as const, ['Transfer-Encoding', 'chunked'] as const]) {
      expect(codeOf(() => answered(GET, status(205, { headers: [field] })))).toBe('http/wrong-length')
    }
  })
  test('a whole message is never chunked: its length is known', () => {
    const chunked: HeaderList = [['Transfer-Encoding', 'chunked']]
    expect(codeOf(() => answered(GET, ok(chunked, 'hi')))).toBe('http/bad-outgoing')
    expect(codeOf(() => answered(GET, ok(chunked, '')))).toBe('http/bad-outgoing')
    const request: Outgoing = {
      type: 'request',
      method: 'POST',
      target: '/',
      headers: [['Host', 'a'], ...chunked],
      body: ascii('hi'),
    }
    const client = httpClient()
    expect(codeOf(() => client.send(request, 0))).toBe('http/bad-outgoing')
    expect(sentText(client)).toBe('')
  })
  test('RFC 9110 9.3.2: HEAD is answered with the head that GET would get', () => {
    const head = 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'
    expect(answered(head, ok([], 'hello'))).toBe('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n')
    expect(answered(head, ok([['Content-Length', '9']]), body('whatever'), end)).toBe(
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n',
    )
  })
  test('Date is added once, Connection: close when the client or we want it', () => {
    const server = asking('GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n', { date: () => 'now' })
    server.send(ok([], ''), 0)
    expect(sentText(server)).toBe('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\nDate: now\r\n\r\n')
    expect(server.reusable).toBe(false)
    const closing = asking(GET, { date: () => 'now' })
    closing.closeAfter()
    closing.send(ok([['Date', 'then']], ''), 0)
    expect(sentText(closing)).toBe('HTTP/1.1 200 OK\r\nDate: then\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
  })
  test('RFC 9110 10.1.1: 100 Continue goes out before the answer; without it the connection closes', () => {
    const request = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n'
    const server = asking(request)
    server.send({ type: 'response', status: 100, headers: [] }, 0)
    expect(sentText(server)).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    drain(server)
    server.receive(ascii('hi'), 0)
    expect(story(drain(server))).toEqual(['body hi', 'end'])
    server.send(ok([], ''), 0)
    expect(sentText(server)).not.toContain('close')
    expect(answered(request, ok([], ''))).toContain('Connection: close')
  })
  test('fields whose names are as long as those that frame a message are only passed on', () => {
    const headers: HeaderList = [
      ['Host', 'a'],
      ['From', 'nobody'],
      ['Cookie', '100-continue'],
      ['Referer', 'upgrade'],
      ['User-Agent', 'close'],
      ['Accept-Charset', 'utf-8'],
      ['If-Modified-Since', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ]
    const client = httpClient()
    client.send({ type: 'request', method: 'GET', target: '/', headers }, 0)
    client.send(end, 0)
    const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    expect(sentText(client)).toBe(`GET / HTTP/1.1\r\n${lines}\r\n`)
    client.receive(ascii('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), 0)
    drain(client)
    expect([client.cycleDone, client.reusable]).toEqual([true, true])
  })
  test('RFC 9110 6.5.1: no trailer speaks of framing, routing or who asks', () => {
    for (const name of [
      'Content-Length',
      'transfer-encoding',
      'Host',
      'Trailer',
      'Content-Encoding',
      'Authorization',
    ]) {
      expect(codeOf(() => answered(GET, ok(), { type: 'end', trailers: [[name, '1']] }))).toBe('http/bad-outgoing')
    }
  })
  test('trailers follow a chunked body', () => {
    expect(answered(GET, ok(), body('a'), { type: 'end', trailers: [['Sum', '1']] })).toMatch(/0\r\nSum: 1\r\n\r\n$/)
    expect(codeOf(() => answered(GET, ok([['Content-Length', '0']]), { type: 'end', trailers: [['Sum', '1']] }))).toBe(
      'http/bad-outgoing',
    )
  })
  test('RFC 9112 9.3.2: pipelined requests are answered in order', () => {
    const server = asking(GET.replace('/ ', '/1 ') + GET.replace('/ ', '/2 ') + GET.replace('/ ', '/3 '))
    const targets: string[] = []
    for (let i = 0; i < 3; i++) {
      server.send(ok([], `${i}`), 0)
      drain(server)
      server.nextCycle(0)
      targets.push(...story(drain(server)).filter(line => line.startsWith('GET')))
    }
    expect(targets).toEqual(['GET /2 1.1 | Host: a', 'GET /3 1.1 | Host: a'])
  })
})

describe('what must not be written', () => {
  const injections: HeaderList[] = [
    [['A', 'b\r\nSet-Cookie: x']],
    [['A', 'b\nc']],
    [['A', 'b\0']],
    [['A\r\nB', 'c']],
    [['A:', 'c']],
    [['', 'c']],
    [['A', ' b']],
    [['A', 'b\u0100']],
    [['Content-Length', '-1']],
    [
      ['Content-Length', '1'],
      ['Content-Length', '1'],
    ],
    [['Transfer-Encoding', 'gzip']],
    [
      ['Content-Length', '1'],
      ['Transfer-Encoding', 'chunked'],
    ],
  ]
  test.each(injections.map(headers => [headers]))('%j is http/bad-outgoing', headers => {
    expect(codeOf(() => answered(GET, ok(headers)))).toBe('http/bad-outgoing')
  })
  test.each([
    ['G T', '/', [['Host', 'a']]],
    ['GET', '/a b', [['Host', 'a']]],
    ['GET', '/\r\nX: y', [['Host', 'a']]],
    ['GET', 'a', [['Host', 'a']]],
    ['GET', '/', []],
    [
      'GET',
      '/',
      [
        ['Host', 'a'],
        ['Host', 'a'],
      ],
    ],
    ['GET', '/', [['Host', 'a b']]],
    [
      'GET',
      '/',
      [
        ['Host', 'a'],
        ['Upgrade', 'h2c'],
      ],
    ],
  ] as [string, string, HeaderList][])('%s %s %j is http/bad-outgoing', (method, target, headers) => {
    const client = httpClient()
    expect(codeOf(() => client.send({ type: 'request', method, target, headers }, 0))).toBe('http/bad-outgoing')
    expect(client.pollTransmit(0)).toBeUndefined()
  })
  test('a reason with a line end, a status that is none, a length where none may be', () => {
    const response = (status: number, more: Partial<Outgoing & { type: 'response' }> = {}) =>
      codeOf(() => answered(GET, { type: 'response', status, headers: [], ...more }))
    expect(response(200, { reason: 'a\r\nb' })).toBe('http/bad-outgoing')
    const early: Outgoing = { type: 'response', status: 103, headers: [] }
    expect(codeOf(() => answered('GET / HTTP/1.0\r\n\r\n', early))).toBe('http/bad-outgoing')
    expect(response(99)).toBe('http/bad-outgoing')
    expect(response(101)).toBe('http/bad-outgoing')
    expect(response(204, { headers: [['Content-Length', '0']] })).toBe('http/bad-outgoing')
    expect(response(304, { body: ascii('x') })).toBe('http/wrong-length')
  })
  test('a body longer or shorter than its length is http/wrong-length', () => {
    const five = ok([['Content-Length', '5']])
    expect(codeOf(() => answered(GET, five, body('hello!')))).toBe('http/wrong-length')
    expect(codeOf(() => answered(GET, five, body('hell'), end))).toBe('http/wrong-length')
    expect(() => answered(GET, five, body('hel'), body('lo!'))).toThrow('http/wrong-length: got 6, expected 5')
    expect(codeOf(() => answered(GET, ok([['Content-Length', '5']], 'hi')))).toBe('http/wrong-length')
    expect(codeOf(() => answered(GET, { type: 'response', status: 204, headers: [] }, body('x')))).toBe(
      'http/wrong-length',
    )
  })
  test('a part out of turn is http/wrong-turn', () => {
    expect(codeOf(() => httpServer().send(ok(), 0))).toBe('http/wrong-turn')
    expect(codeOf(() => answered(GET, body('x')))).toBe('http/wrong-turn')
    expect(codeOf(() => answered(GET, end))).toBe('http/wrong-turn')
    for (const parts of [[end], [ok([], ''), end], [ok(), body('x'), end, end], [ok(), body('x'), end, body('y')]]) {
      const server = asking(GET)
      const last = parts.pop()!
      for (const part of parts) server.send(part, 0)
      sentText(server)
      expect(codeOf(() => server.send(last, 0))).toBe('http/wrong-turn')
      expect(sentText(server)).toBe('')
    }
    expect(codeOf(() => answered(GET, ok([], ''), ok([], '')))).toBe('http/wrong-turn')
    expect(codeOf(() => asking(GET).nextCycle(0))).toBe('http/wrong-turn')
    const client = httpClient()
    client.send({ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a']], body: ascii('') }, 0)
    const again = () => client.send({ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a']] }, 0)
    expect(codeOf(again)).toBe('http/wrong-turn')
  })
})

test('404, 405 and 500 are whole answers with what the status demands', () => {
  expect(answered(GET, answerTo(fail('http/not-found', { where: '/x' })))).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
  const notAllowed = answered(GET, answerTo(fail('http/method-not-allowed', { got: 'GET', expected: 'POST' })))
  expect(notAllowed).toMatch(/^HTTP\/1\.1 405 Method Not Allowed\r\n/)
  expect(notAllowed).toContain('\r\nAllow: POST\r\n')
  expect(answered(GET, answerTo(fail('http/handler-failed')))).toMatch(/^HTTP\/1\.1 500 Internal Server Error\r\n/)
})
