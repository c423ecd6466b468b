/** Connections that leave HTTP (RFC 9110 7.8, 9.3.6, 15.2.2), and those that only try. */
import { describe, expect, test } from 'vitest'
import { ascii, tearings } from '../../../test/support/bytes.ts'
import { checked } from '../../../test/support/checked.ts'
import { allEvents, drain, runServer, sentText, story } from '../../../test/support/http-story.ts'
import { FailureError } from '../../failures/index.ts'
import { seeded } from '../../random.ts'
import { answerTo } from '../message/answers.ts'
import type { HeaderList, HttpConnection, Outgoing } from '../types.ts'
import { httpClient, httpServer } from './engine.ts'

const random = seeded(101)
const UPGRADE: HeaderList = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
]
const asks = (...more: string[]): string =>
  [
    'GET /chat HTTP/1.1',
    'Host: a',
    'Upgrade: websocket, tea/1',
    'Connection: keep-alive, Upgrade',
    ...more,
    '',
    '',
  ].join('\r\n')
const CONNECT = 'CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443\r\n\r\n'
const SWITCHES = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n'
const SMUGGLED = 'GET /admin HTTP/1.1\r\nHost: a\r\n\r\n'

const text = (bytes: Uint8Array): string => Array.from(bytes, octet => String.fromCharCode(octet)).join('')
const codeOf = (work: () => void): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof FailureError) return error.code
    throw error
  }
  return 'nothing thrown'
}
const serverFor = (...pieces: (string | Uint8Array)[]): HttpConnection => {
  const server = checked(httpServer())
  for (const piece of pieces) {
    server.receive(typeof piece === 'string' ? ascii(piece) : piece, 0)
    drain(server)
  }
  return server
}
const clientAsking = (
  method = 'GET',
  target = '/chat',
  headers: HeaderList = [['Host', 'a'], ...UPGRADE],
): HttpConnection => {
  const client = checked(httpClient())
  client.send({ type: 'request', method, target, headers }, 0)
  client.send({ type: 'end' }, 0)
  drain(client)
  return client
}
const tunnelling = (): HttpConnection => clientAsking('CONNECT', 'b.test:443', [['Host', 'b.test:443']])
const final = (status: number, body = ''): Outgoing => ({ type: 'response', status, headers: [], body: ascii(body) })

describe('a server', () => {
  test('RFC 9110 7.8: what is offered stands in the head, first choice first; versions belong to the name', () => {
    const [head] = allEvents(serverWith(asks()))
    expect(head).toMatchObject({ type: 'request', upgrade: ['websocket', 'tea/1'] })
  })
  test('RFC 9110 15.2.2: answers 101 and reads nothing as HTTP any more, however the bytes were torn', () => {
    for (const { how, chunks } of tearings(ascii(asks() + SMUGGLED), random.number)) {
      const server = checked(httpServer())
      const events = chunks.flatMap(chunk => {
        server.receive(chunk, 0)
        return drain(server)
      })
      expect(story(events).filter(line => line !== 'paused').length, how).toBe(2)
      server.send({ type: 'switch', status: 101, headers: UPGRADE }, 0)
      expect(sentText(server)).toBe(SWITCHES)
      expect(drain(server)).toEqual([])
      expect(server.switched).toBe(true)
      expect(text(server.rest()), how).toBe(SMUGGLED)
      server.receive(ascii(SMUGGLED), 0)
      expect(drain(server)).toEqual([])
      expect([text(server.rest()), text(server.rest())]).toEqual([SMUGGLED, ''])
      server.receive('end', 0)
      expect(drain(server)).toEqual([])
      expect([server.reusable, server.cycleDone, server.canRespond]).toEqual([false, false, false])
    }
  })
  test('RFC 9110 9.3.6: opens a tunnel with any 2xx, with a date and without a length', () => {
    const server = checked(httpServer({ date: () => 'now' }))
    server.receive(ascii(`${CONNECT}\x16\x03\x01`), 0)
    expect(story(drain(server))).toEqual(['CONNECT b.test:443 1.1 | Host: b.test:443', 'end', 'paused'])
    server.send({ type: 'switch', status: 200, reason: 'Connection established' }, 0)
    expect(sentText(server)).toBe('HTTP/1.1 200 Connection established\r\nDate: now\r\n\r\n')
    expect(text(server.rest())).toBe('\x16\x03\x01')
  })
  test('RFC 9110 6.6.1: a tunnel opens with one date, where there is one, and 101 with none', () => {
    const said = (wire: string, headers: HeaderList, date?: () => string): string => {
      const server = checked(httpServer(date && { date }))
      server.receive(ascii(wire), 0)
      drain(server)
      server.send({ type: 'switch', status: wire === CONNECT ? 200 : 101, headers }, 0)
      return sentText(server)
    }
    const open = 'HTTP/1.1 200 OK\r\n'
    expect(said(CONNECT, [])).toBe(`${open}\r\n`)
    expect(said(CONNECT, [['Date', 'then']], () => 'now')).toBe(`${open}Date: then\r\n\r\n`)
    expect(said(asks(), UPGRADE, () => 'now')).toBe(SWITCHES)
  })
  test('lets whoever takes the stream over write the answer', () => {
    const server = serverFor(asks())
    server.send({ type: 'switch' }, 0)
    expect(sentText(server)).toBe('')
    expect(server.switched).toBe(true)
  })
  test('names the end of a tunnel as the authority', () => {
    const [head] = allEvents(serverWith(CONNECT))
    expect(head).toMatchObject({ method: 'CONNECT', authority: 'b.test:443', path: '', upgrade: [] })
  })
  test('declines by any other answer and goes on, where the client waited for it', () => {
    const server = serverFor(asks())
    server.send(final(200, 'no'), 0)
    expect(sentText(server)).toBe('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno')
    server.nextCycle(0)
    drain(server)
    server.receive(ascii(SMUGGLED), 0)
    expect(story(drain(server))).toEqual(['GET /admin 1.1 | Host: a', 'end'])
  })
  test('what came before it declined is no request: a client may have written it for another protocol', () => {
    for (const { how, chunks } of tearings(ascii(asks() + SMUGGLED), random.number)) {
      const server = serverFor(...chunks)
      server.send(final(200), 0)
      expect(sentText(server), how).toBe('HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
      expect([server.cycleDone, server.reusable], how).toEqual([true, false])
    }
  })
  test('a declined tunnel ends the connection, since its first bytes may follow at any time', () => {
    const server = serverFor(CONNECT)
    server.send(final(403), 0)
    expect(sentText(server)).toBe('HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    drain(server)
    server.receive(ascii(SMUGGLED), 0)
    expect([drain(server), server.reusable]).toEqual([[], false])
  })
  test('an offer is over when an answer begins before the request is complete', () => {
    const post = asks('Content-Length: 2').replace('GET', 'POST')
    const server = serverFor(post)
    expect(codeOf(() => server.send({ type: 'switch', status: 101, headers: UPGRADE }, 0))).toBe('http/wrong-turn')
    server.send(final(200), 0)
    drain(server)
    server.receive(ascii('hi'), 0)
    expect(story(drain(server))).toEqual(['body hi', 'end'])
    expect(codeOf(() => server.send({ type: 'switch', status: 101, headers: UPGRADE }, 0))).toBe('http/wrong-turn')
    expect(server.cycleDone).toBe(true)
  })
  test('an offer with a body may be taken up once the body is here', () => {
    const server = serverFor(`${asks('Content-Length: 2').replace('GET', 'POST')}hi\x81`)
    server.send({ type: 'response', status: 100, headers: [] }, 0)
    server.send({ type: 'switch', status: 101, headers: UPGRADE }, 0)
    expect(sentText(server)).toBe(`HTTP/1.1 100 Continue\r\n\r\n${SWITCHES}`)
    expect(text(server.rest())).toBe('\x81')
  })
  test('keeps only so much before its answer', () => {
    const server = checked(httpServer({ limits: { ahead: 10 } }))
    server.receive(ascii(`${CONNECT}12345678901`), 0)
    expect(story(drain(server)).at(-1)).toBe('✗ http/too-far-ahead')
    expect(codeOf(() => server.send({ type: 'switch', status: 200 }, 0))).toBe('http/wrong-turn')
  })
  test.each([
    ['HTTP/1.0', asks().replace('HTTP/1.1', 'HTTP/1.0')],
    ['Connection does not name it', asks().replace(', Upgrade', '')],
    ['it is no list of protocols', asks().replace('websocket, tea/1', '"websocket" /, a/b/c')],
    ['nothing is offered', SMUGGLED],
  ])('RFC 9110 7.8: Upgrade is ignored when %s', (_, wire) => {
    const server = serverWith(wire)
    const [head] = drain(server)
    expect(head).toMatchObject({ upgrade: [] })
    expect(codeOf(() => server.send({ type: 'switch', status: 101, headers: UPGRADE }, 0))).toBe('http/wrong-turn')
    server.send(final(204), 0)
    expect(server.cycleDone).toBe(true)
  })
  test.each([
    ['a length', CONNECT.replace('\r\n\r\n', '\r\nContent-Length: 1\r\n\r\nx'), 'http/tunnel-with-body'],
    ['chunks', CONNECT.replace('\r\n\r\n', '\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'), 'http/tunnel-with-body'],
    ['no port', CONNECT.replace('b.test:443 HTTP', 'b.test HTTP'), 'http/bad-target'],
    ['an empty port', CONNECT.replace('b.test:443 HTTP', 'b.test: HTTP'), 'http/bad-target'],
    ['port 0', CONNECT.replace('b.test:443 HTTP', 'b.test:0 HTTP'), 'http/bad-target'],
    ['a port too high', CONNECT.replace('b.test:443 HTTP', 'b.test:65536 HTTP'), 'http/bad-target'],
    ['a user', CONNECT.replace('b.test:443 HTTP', 'me@b.test:443 HTTP'), 'http/bad-target'],
    ['a path', CONNECT.replace('b.test:443 HTTP', '/b.test:443 HTTP'), 'http/bad-target'],
    ['a URL', CONNECT.replace('b.test:443 HTTP', 'http://b.test:443 HTTP'), 'http/bad-target'],
    ['no host', CONNECT.replace('b.test:443 HTTP', ':443 HTTP'), 'http/bad-target'],
  ])('RFC 9110 9.3.6: CONNECT with %s is refused with 400', (_, wire, code) => {
    const server = checked(httpServer())
    server.receive(ascii(wire), 0)
    const failure = drain(server).at(-1)
    expect(failure).toMatchObject({ type: 'failure', failure: { code } })
    if (failure?.type === 'failure') server.send(answerTo(failure.failure), 0)
    expect(sentText(server)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
  })
  test('an authority is the target of CONNECT alone', () => {
    expect(runServer([ascii('GET b.test:443 HTTP/1.1\r\nHost: a\r\n\r\n')])).toEqual(['✗ http/bad-target'])
  })
  test.each([
    ['101 with what was not offered', asks(), 101, [['Upgrade', 'h2c'], UPGRADE[1]!]],
    ['101 without Upgrade', asks(), 101, [UPGRADE[1]!]],
    ['101 without Connection: Upgrade', asks(), 101, [UPGRADE[0]!]],
    ['101 with a length', asks(), 101, [...UPGRADE, ['Content-Length', '0']]],
    ['200 to an Upgrade', asks(), 200, UPGRADE],
    ['101 to CONNECT', CONNECT, 101, UPGRADE],
    ['403 to CONNECT', CONNECT, 403, []],
    ['200 with chunks to CONNECT', CONNECT, 200, [['Transfer-Encoding', 'chunked']]],
  ] as [string, string, number, HeaderList][])('does not switch with %s', (_, wire, status, headers) => {
    const server = serverFor(wire)
    expect(codeOf(() => server.send({ type: 'switch', status, headers }, 0))).toBe('http/bad-outgoing')
    expect([sentText(server), server.switched]).toEqual(['', false])
    expect(codeOf(() => server.rest())).toBe('http/wrong-turn')
  })
  test('one whose answer names nothing, or something else, is told which', () => {
    const told = (headers: HeaderList): string | undefined => {
      try {
        serverFor(asks()).send({ type: 'switch', status: 101, headers }, 0)
      } catch (error) {
        return (error as FailureError).failure.got
      }
      return undefined
    }
    expect(told([])).toBe('no Upgrade')
    expect(told([UPGRADE[1]!, ['Upgrade', 'other']])).toBe('Upgrade: other')
    expect(told(UPGRADE)).toBeUndefined()
  })
  test('101, and 2xx to CONNECT, are no responses: without letting go of the stream they would be lies', () => {
    expect(codeOf(() => serverFor(asks()).send(final(101), 0))).toBe('http/bad-outgoing')
    expect(codeOf(() => serverFor(CONNECT).send(final(200), 0))).toBe('http/bad-outgoing')
  })
})

/** Nothing drained, so that the events are still there. */
const serverWith = (wire: string): HttpConnection => {
  const server = httpServer()
  server.receive(ascii(wire), 0)
  return server
}

describe('a client', () => {
  test('offers, and after 101 reads nothing as HTTP, however the bytes were torn', () => {
    const answer = `HTTP/1.1 103 Early Hints\r\n\r\n${SWITCHES}HTTP/1.1 200 OK\r\n\r\n`
    for (const { how, chunks } of tearings(ascii(answer), random.number)) {
      const client = clientAsking()
      const events = chunks.flatMap(chunk => {
        client.receive(chunk, 0)
        return drain(client)
      })
      expect(story(events), how).toEqual([
        '103 Early Hints 1.1',
        '101 Switching Protocols 1.1 | Upgrade: websocket | Connection: Upgrade',
      ])
      expect([client.switched, client.reusable, client.nextDeadline()]).toEqual([true, false, undefined])
      expect(text(client.rest()), how).toBe('HTTP/1.1 200 OK\r\n\r\n')
      client.receive('end', 0)
      expect(drain(client)).toEqual([])
    }
  })
  test('opens a tunnel through HTTP/1.0 too, and the length in its answer says nothing', () => {
    const client = tunnelling()
    client.receive(ascii('HTTP/1.0 200 Connection established\r\nContent-Length: 5\r\n\r\n\x16'), 0)
    expect(story(drain(client))).toEqual(['200 Connection established 1.0 | Content-Length: 5'])
    expect([client.switched, text(client.rest())]).toEqual([true, '\x16'])
  })
  test('writes its offers as they are given', () => {
    const client = httpClient()
    client.send({ type: 'request', method: 'CONNECT', target: '[::1]:8080', headers: [['Host', '[::1]:8080']] }, 0)
    expect(sentText(client)).toBe('CONNECT [::1]:8080 HTTP/1.1\r\nHost: [::1]:8080\r\n\r\n')
  })
  test('whose offer is declined goes on with HTTP', () => {
    const client = clientAsking()
    expect(
      codeOf(() => client.send({ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a']] }, 0)),
    ).toBe('http/wrong-turn')
    drain(client)
    client.receive(ascii('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno'), 0)
    expect(story(drain(client))).toEqual(['200 OK 1.1 | Content-Length: 2', 'body no', 'end'])
    client.nextCycle(0)
    client.send({ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a']] }, 0)
    expect(codeOf(() => client.send({ type: 'switch', status: 101 }, 0))).toBe('http/wrong-turn')
  })
  test('waits for the answer to an offer no longer than for any other', () => {
    const client = checked(httpClient({ timeouts: { head: 30 } }))
    client.send({ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a'], ...UPGRADE] }, 0)
    client.send({ type: 'end' }, 0)
    drain(client)
    expect(client.nextDeadline()).toBe(30)
  })
  test('hears that a server closed instead of answering an offer', () => {
    const client = clientAsking()
    client.receive('end', 0)
    expect(story(drain(client))).toEqual(['✗ http/no-answer'])
  })
  test.each([
    ['nothing was offered', [['Host', 'a']], SWITCHES],
    ['something else was offered', [['Host', 'a'], ['Upgrade', 'tea'], UPGRADE[1]!], SWITCHES],
    ['it does not say to what', [['Host', 'a'], ...UPGRADE], 'HTTP/1.1 101 Switching Protocols\r\n\r\n'],
    ['Connection does not name it', [['Host', 'a'], ...UPGRADE], SWITCHES.replace('Connection: Upgrade\r\n', '')],
    ['in HTTP/1.0', [['Host', 'a'], ...UPGRADE], SWITCHES.replace('HTTP/1.1', 'HTTP/1.0')],
  ] as [string, HeaderList, string][])('101 is http/unexpected-upgrade where %s', (_, headers, wire) => {
    const client = clientAsking('GET', '/', headers)
    client.receive(ascii(wire), 0)
    expect(story(drain(client))).toEqual(['✗ http/unexpected-upgrade'])
  })
  test('101 is http/unexpected-upgrade before the request is complete', () => {
    const client = checked(httpClient())
    const headers: HeaderList = [['Host', 'a'], ...UPGRADE, ['Content-Length', '2']]
    client.send({ type: 'request', method: 'POST', target: '/', headers }, 0)
    drain(client)
    client.receive(ascii(SWITCHES), 0)
    expect(story(drain(client))).toEqual(['✗ http/unexpected-upgrade'])
  })
  test.each([
    ['Upgrade to what is no protocol', 'GET', '/', [['Host', 'a'], ['Upgrade', 'tea, a b'], UPGRADE[1]!]],
    ['Upgrade without Connection', 'GET', '/', [['Host', 'a'], UPGRADE[0]!]],
    [
      'CONNECT with a length',
      'CONNECT',
      'b:1',
      [
        ['Host', 'b:1'],
        ['Content-Length', '1'],
      ],
    ],
    [
      'CONNECT with chunks',
      'CONNECT',
      'b:1',
      [
        ['Host', 'b:1'],
        ['Transfer-Encoding', 'chunked'],
      ],
    ],
    ['CONNECT to a path', 'CONNECT', '/', [['Host', 'b']]],
    ['GET of an authority', 'GET', 'b:1', [['Host', 'b']]],
  ] as [string, string, string, HeaderList][])('does not send %s', (_, method, target, headers) => {
    const client = httpClient()
    expect(codeOf(() => client.send({ type: 'request', method, target, headers }, 0))).toBe('http/bad-outgoing')
    expect(sentText(client)).toBe('')
  })
})
