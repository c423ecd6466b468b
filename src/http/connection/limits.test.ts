import { describe, expect, test } from 'vitest'
import { ascii, tearings } from '../../../test/support/bytes.ts'
import { checked } from '../../../test/support/checked.ts'
import { allEvents, drain, runServer, sentText, story } from '../../../test/support/http-story.ts'
import { seeded } from '../../random.ts'
import { defaultLimits } from '../limits.ts'
import { answerTo } from '../message/answers.ts'
import type { HttpConfig, HttpConnection } from '../types.ts'
import { httpClient, httpServer } from './engine.ts'

const random = seeded(413)
const empty = new Uint8Array(0)

/** The same for all tearings; returns the story of the whole. */
const everyWay = (wire: string, config: HttpConfig = {}): string[] => {
  const [whole, ...others] = tearings(ascii(wire), random.number).map(({ chunks }) => runServer(chunks, config))
  for (const other of others) expect(other).toEqual(whole)
  return whole!
}
const head = (...lines: string[]): string => `${lines.join('\r\n')}\r\n\r\n`

test('a status line that is wrong is refused for the same reason however it comes', () => {
  const refusal = (chunks: readonly Uint8Array[]): string[] => {
    const client = httpClient()
    client.send({ type: 'request', method: 'GET', target: '/', headers: [['Host', 'a']] }, 0)
    client.send({ type: 'end' }, 0)
    drain(client)
    for (const chunk of chunks) client.receive(chunk, 0)
    return story(drain(client))
  }
  for (const [line, code] of [
    ['HTTP/1.1 2\n', 'http/bare-line-feed'],
    ['HTTP/1.1\n', 'http/bare-line-feed'],
    ['HTTP/1.1 20\r\n', 'http/bad-start-line'],
    ['HTTP/1.1\r\n', 'http/bad-start-line'],
    ['HTTP/1.1 2000\r\n', 'http/bad-start-line'],
    ['HTTP/1.1 099\r\n', 'http/bad-start-line'],
  ] as const) {
    const bytes = ascii(`${line}Content-Length: 0\r\n\r\n`)
    for (const { chunks } of tearings(bytes, random.number)) expect(refusal(chunks), line).toEqual([`✗ ${code}`])
  }
  expect(refusal([ascii('HTTP/1.1 200\r\n')])).toEqual([])
})

describe('limits', () => {
  test('a request line over 8 KiB is http/target-too-long, with or without its end', () => {
    const long = `GET /${'a'.repeat(defaultLimits.startLine)}`
    expect(everyWay(head(`${long} HTTP/1.1`, 'Host: a'))).toEqual(['✗ http/target-too-long'])
    expect(everyWay(long)).toEqual(['✗ http/target-too-long'])
    expect(everyWay(head(`GET /${'a'.repeat(defaultLimits.startLine - 20)} HTTP/1.1`, 'Host: a'))).toHaveLength(2)
  })
  test('RFC 9112 2.2: empty lines in front of a request line are no part of its length', () => {
    const line = (size: number): string => `\r\n\r\nGET /${'a'.repeat(size - 16)} HTTP/1.1`
    expect(everyWay(head(line(defaultLimits.startLine), 'Host: a'))).toHaveLength(2)
    expect(everyWay(head(line(defaultLimits.startLine + 1), 'Host: a'))).toEqual(['✗ http/target-too-long'])
  })
  test('RFC 9112 3: a method that is longer than any is http/unknown-method, not a target that is too long', () => {
    const { startLine } = defaultLimits
    const method = 'M'.repeat(startLine)
    expect(everyWay(head(`${method} / HTTP/1.1`, 'Host: a'))).toEqual(['✗ http/unknown-method'])
    expect(everyWay(`${method}M`)).toEqual(['✗ http/unknown-method'])
    expect(everyWay(head(`${method.slice(1)} / HTTP/1.1`, 'Host: a'))).toEqual(['✗ http/target-too-long'])
    expect(everyWay(`${method.slice(1)}@${'M'.repeat(80)}`)).toEqual(['✗ http/target-too-long'])
  })
  test('a head over 16 KiB is http/header-too-big, in one field or in many', () => {
    expect(everyWay(head('GET / HTTP/1.1', 'Host: a', `X: ${'b'.repeat(16_384)}`))).toEqual(['✗ http/header-too-big'])
    const many = Array.from({ length: 190 }, (_, i) => `X-${i}: ${'c'.repeat(100)}`)
    expect(everyWay(head('GET / HTTP/1.1', 'Host: a', ...many))).toEqual(['✗ http/header-too-big'])
    expect(everyWay(`GET / HTTP/1.1\r\nHost: a\r\nX: ${'b'.repeat(20_000)}`)).toEqual(['✗ http/header-too-big'])
  })
  test('a head and its trailers have limits of their own, to the octet', () => {
    const limits = { ...defaultLimits, head: 300, trailers: 100 }
    const post = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n'
    const withHead = (size: number) =>
      everyWay(`${post}X: ${'x'.repeat(size - post.length - 7)}\r\n\r\n0\r\n\r\n`, { limits })
    expect(withHead(300).at(-1)).toBe('end')
    expect(withHead(301)).toEqual(['✗ http/header-too-big'])
    const withTrailers = (size: number) => everyWay(`${post}\r\n0\r\nX: ${'x'.repeat(size - 7)}\r\n\r\n`, { limits })
    expect(withTrailers(100).at(-1)).toMatch(/^end X: x+$/)
    expect(withTrailers(101).at(-1)).toBe('✗ http/trailers-too-big')
    const broken = (size: number) => everyWay(`${post}\r\n0\r\nX: ${'x'.repeat(size - 5)}\n`, { limits }).at(-1)
    expect([broken(99), broken(150)]).toEqual(['✗ http/bare-line-feed', '✗ http/trailers-too-big'])
  })
  test('more than 200 fields are http/too-many-headers, never dropped', () => {
    const fields = (count: number) => Array.from({ length: count }, () => 'a: b')
    expect(everyWay(head('GET / HTTP/1.1', 'Host: a', ...fields(200)))).toEqual(['✗ http/too-many-headers'])
    expect(everyWay(head('GET / HTTP/1.1', 'Host: a', ...fields(199)))[0]).toMatch(/^GET/)
  })
  test('chunk lines, their extensions and trailers are bounded', () => {
    const chunked = head('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked')
    expect(everyWay(`${chunked}5;${'x'.repeat(2000)}\r\n`).at(-1)).toBe('✗ http/chunk-line-too-long')
    const drip = `1;${'x'.repeat(1000)}\r\na\r\n`.repeat(20)
    expect(everyWay(chunked + drip).at(-1)).toBe('✗ http/chunk-line-too-long')
    expect(everyWay(`${chunked}0\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`).at(-1)).toBe('✗ http/trailers-too-big')
  })
  test('a chunked body may have any number of chunks, both ways: only their extensions are counted', () => {
    const chunks = 'a\r\n0123456789\r\n'.repeat(100_000)
    for (const engine of [httpServer(), asked()]) {
      const first = engine.role === 'server' ? head('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked') : ''
      const answer = head('HTTP/1.1 200 OK', 'Transfer-Encoding: chunked')
      engine.receive(ascii(`${first || answer}${chunks}0\r\n\r\n`), 0)
      let bytes = 0
      let last = ''
      for (let event = engine.pollEvent(); event !== undefined; event = engine.pollEvent()) {
        if (event.type === 'body') bytes += event.bytes.length
        last = event.type
      }
      expect([engine.role, bytes, last]).toEqual([engine.role, 1_000_000, 'message-end'])
    }
  })
  test('a chunk size of 17 digits is refused and says where it stands', () => {
    const server = httpServer()
    server.receive(ascii(`${head('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked')}${'0'.repeat(17)}`), 0)
    const failure = allEvents(server).find(event => event.type === 'failure')
    expect(failure).toMatchObject({ failure: { code: 'http/bad-chunk', where: 'The size line' } })
  })
  test('white space before an extension counts as one', () => {
    const chunked = head('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked')
    const drip = `1${' '.repeat(1000)};a\r\na\r\n`.repeat(20)
    expect(everyWay(chunked + drip).at(-1)).toBe('✗ http/chunk-line-too-long')
  })
  test('a body as long as the limit is taken, in one chunk and in many, and not an octet more', () => {
    const request = head('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked')
    for (const chunks of [
      ['a', '0123456789'],
      ['4', '0123', '6', '456789'],
    ]) {
      const body = `${chunks.join('\r\n')}\r\n`
      expect(everyWay(`${request}${body}0\r\n\r\n`, { limits: { body: 10 } }).at(-1)).toBe('end')
      expect(everyWay(`${request}${body}1\r\nx\r\n0\r\n\r\n`, { limits: { body: 10 } }).at(-1)).toBe(
        '✗ http/body-too-big',
      )
    }
  })
  test('a body over the limit is http/body-too-big: by its length at once, chunked when it gets there', () => {
    const limits = { body: 10 }
    expect(everyWay(head('POST / HTTP/1.1', 'Host: a', 'Content-Length: 11'), { limits })).toEqual([
      '✗ http/body-too-big',
    ])
    const chunked = head('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked')
    expect(everyWay(`${chunked}6\r\nabcdef\r\n6\r\n`, { limits }).slice(1)).toEqual([
      'body abcdef',
      '✗ http/body-too-big',
    ])
    expect(everyWay(`${chunked}fffffffffffffff\r\n`, {}).at(-1)).toBe('✗ http/body-too-big')
  })
  test('RFC 9112 9.6: what comes behind the last request of a connection is dropped, however much, torn or not', () => {
    const last = head('GET / HTTP/1.1', 'Host: a', 'Connection: close')
    for (const cut of [0, 1, 20, last.length - 1, last.length]) {
      const server = checked(httpServer({ limits: { ahead: 100 } }))
      const said = [last.slice(0, cut), last.slice(cut) + 'x'.repeat(200), 'y'.repeat(200)].flatMap(piece => {
        server.receive(ascii(piece), 0)
        return story(drain(server))
      })
      expect(
        said.map(line => line.split(' ')[0]),
        `cut at ${cut}`,
      ).toEqual(['GET', 'end'])
      server.send({ type: 'response', status: 204, headers: [] }, 0)
      expect(sentText(server)).toMatch(/^HTTP\/1\.1 204/)
    }
  })
  test('a client that sends far ahead of its answers is http/too-far-ahead', () => {
    const server = checked(httpServer({ limits: { ahead: 1000 } }))
    server.receive(ascii(head('GET /1 HTTP/1.1', 'Host: a')), 0)
    drain(server)
    server.receive(new Uint8Array(900).fill(0x41), 0)
    expect(story(drain(server))).toEqual(['paused'])
    server.receive(new Uint8Array(101).fill(0x41), 0)
    expect(story(drain(server))).toEqual(['✗ http/too-far-ahead'])
  })
  test('a server that answers in TLS is known by the first byte, before a line is complete', () => {
    for (const [first, name] of [
      [0x15, '0x15'],
      [0x16, '0x16'],
    ] as const) {
      const client = asked()
      client.receive(Uint8Array.of(first), 0)
      const failure = drain(client).find(event => event.type === 'failure')
      expect(failure).toMatchObject({ failure: { code: 'http/tls-answered', got: name } })
    }
    const later = asked()
    later.receive(ascii('H'), 0)
    drain(later)
    later.receive(Uint8Array.of(0x15), 0)
    expect(drain(later)).toEqual([])
  })
  test('a server that announces an answer for ever is http/too-many-informational', () => {
    const client = asked()
    client.receive(ascii('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(17)), 0)
    expect(story(drain(client)).at(-1)).toBe('✗ http/too-many-informational')
  })
})

const asked = (method = 'GET', config: HttpConfig = {}): HttpConnection => {
  const client = checked(httpClient(config), config)
  client.send({ type: 'request', method, target: '/', headers: [['Host', 'a']], body: empty }, 0)
  drain(client)
  return client
}

describe('ends and cuts', () => {
  test('TLS on a plain port is http/tls-spoken at its first byte', () => {
    expect(everyWay('\x16\x03\x01\x02\x00\x01')).toEqual(['✗ http/tls-spoken'])
  })
  test('closed in the middle of a head: http/head-cut-short', () => {
    expect(runServer([ascii('GET / HT'), 'end'])).toEqual(['✗ http/head-cut-short'])
    expect(runServer([ascii('\r\n'), 'end'])).toEqual(['peer-closed'])
  })
  test('closed in the middle of a body: http/body-cut-short says how much had come', () => {
    const client = asked()
    client.receive(ascii('HTTP/1.1 200 OK\r\nContent-Length: 2000000000\r\n\r\nhello'), 0)
    drain(client)
    client.receive('end', 0)
    const failure = drain(client).find(event => event.type === 'failure')?.failure
    expect(failure).toMatchObject({ code: 'http/body-cut-short', expected: '2000000000', got: '5' })
    const chunked = head('POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked')
    expect(runServer([ascii(`${chunked}5\r\nhel`), 'end']).at(-1)).toBe('✗ http/body-cut-short')
    expect(runServer([ascii(`${chunked}5\r\nhello\r\n0\r\n`), 'end']).at(-1)).toBe('✗ http/body-cut-short')
  })
  test('a response without a length ends with the connection', () => {
    const client = asked()
    client.receive(ascii('HTTP/1.1 200 OK\r\n\r\nhel'), 0)
    const events = drain(client)
    client.receive(ascii('lo'), 0)
    events.push(...drain(client))
    client.receive('end', 0)
    expect(story([...events, ...drain(client)])).toEqual(['200 OK 1.1', 'body hello', 'end', 'peer-closed'])
    expect(client.reusable).toBe(false)
  })
  test('no answer at all is http/no-answer, an answer to nothing http/unsolicited-answer', () => {
    const client = asked()
    client.receive('end', 0)
    expect(story(drain(client))).toEqual(['✗ http/no-answer'])
    const idle = checked(httpClient())
    idle.receive(empty, 0)
    expect(story(drain(idle))).toEqual([])
    idle.receive(ascii('HTTP/1.1 408 Request Timeout\r\n\r\n'), 0)
    expect(story(drain(idle))).toEqual(['✗ http/unsolicited-answer'])
  })
  test('101 is http/unexpected-upgrade', () => {
    const client = asked()
    client.receive(ascii('HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\n'), 0)
    expect(story(drain(client))).toEqual(['✗ http/unexpected-upgrade'])
  })
  test('bytes after the last response are dropped, and the connection is not used again', () => {
    const client = asked()
    client.receive(ascii('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhiHTTP/1.1 200 OK\r\n\r\n'), 0)
    expect(story(drain(client))).toEqual(['200 OK 1.1 | Content-Length: 2', 'body hi', 'end'])
    expect(client.reusable).toBe(false)
  })
  test('a failed engine stays failed, with the same failure', () => {
    const server = checked(httpServer())
    server.receive(ascii('nonsense\r\n'), 0)
    expect(story(drain(server))).toEqual(['✗ http/bad-start-line'])
    server.receive(ascii(head('GET / HTTP/1.1', 'Host: a')), 0)
    expect(drain(server)).toEqual([])
    expect(server.reusable).toBe(false)
  })
})

describe('time-outs', () => {
  test('idle, head and body each have their own code, and a slow head gets no more time', () => {
    const timeouts = { idle: 100, head: 50, body: 30 }
    const idle = checked(httpServer({ timeouts }))
    drain(idle, 0)
    expect(idle.nextDeadline()).toBe(100)
    idle.advance(100)
    const events = drain(idle, 100)
    expect(story(events)).toEqual(['✗ http/idle-timeout'])
    expect(events).toMatchObject([{ failure: { number: 100 } }])

    const slow = checked(httpServer({ timeouts }))
    drain(slow, 0)
    for (let now = 0; now < 50; now += 10) {
      slow.receive(ascii('G'), now)
      drain(slow, now)
    }
    expect(slow.nextDeadline()).toBe(50)
    slow.advance(50)
    expect(story(drain(slow, 50))).toEqual(['✗ http/head-timeout'])
    expect(slow.canRespond).toBe(true)

    const body = checked(httpServer({ timeouts }))
    body.receive(ascii(`${head('POST / HTTP/1.1', 'Host: a', 'Content-Length: 5')}hel`), 0)
    drain(body, 0)
    body.receive(ascii('l'), 20)
    drain(body, 20)
    body.advance(30)
    expect(drain(body, 30)).toEqual([])
    expect(body.nextDeadline()).toBe(50)
    body.advance(50)
    expect(story(drain(body, 50))).toEqual(['✗ http/body-timeout'])
  })
  test('the first request may have another time than those behind it', () => {
    const timeouts = { first: 200, idle: 100 }
    const silent = checked(httpServer({ timeouts }))
    drain(silent, 0)
    silent.advance(100)
    expect(drain(silent, 100)).toEqual([])
    expect(silent.nextDeadline()).toBe(200)
    silent.advance(200)
    expect(drain(silent, 200)).toMatchObject([{ failure: { code: 'http/idle-timeout', number: 200 } }])

    const asking = checked(httpServer({ timeouts }))
    asking.receive(ascii(head('GET / HTTP/1.1', 'Host: a')), 10)
    drain(asking, 10)
    asking.send({ type: 'response', status: 204, headers: [], body: new Uint8Array(0) }, 20)
    drain(asking, 20)
    asking.nextCycle(20)
    drain(asking, 20)
    asking.advance(120)
    expect(drain(asking, 120)).toMatchObject([{ failure: { code: 'http/idle-timeout', number: 100 } }])
  })
  test('a connection that failed runs out of no time any more', () => {
    const server = checked(httpServer({ timeouts: { idle: 100, head: 100, body: 100 } }))
    server.receive(ascii('nonsense\r\n\r\n'), 0)
    expect(story(drain(server, 0))).toEqual(['✗ http/bad-start-line'])
    expect(server.nextDeadline()).toBe(undefined)
    const slow = checked(httpServer({ timeouts: { head: 100 } }))
    slow.receive(ascii('GET'), 0)
    drain(slow, 0)
    slow.receive(ascii(' / HTTP/0.9\r\n'), 50)
    expect(story(drain(slow, 50))).toEqual(['✗ http/unsupported-version'])
    slow.advance(100)
    expect(story(drain(slow, 100))).toEqual([])
  })
  test('a client waits for the head from the end of its request', () => {
    const client = asked('GET', { timeouts: { head: 70 } })
    expect(client.nextDeadline()).toBe(70)
    client.advance(70)
    expect(story(drain(client, 70))).toEqual(['✗ http/head-timeout'])
  })
  test('nothing is waited for while the application works', () => {
    const server = checked(httpServer({ timeouts: { idle: 10, head: 10, body: 10 } }))
    server.receive(ascii(head('GET / HTTP/1.1', 'Host: a')), 0)
    drain(server, 0)
    server.advance(1000)
    expect(drain(server, 1000)).toEqual([])
  })
})

describe('answers to failures', () => {
  const answer = (wire: string, config: HttpConfig = {}): string => {
    const server = checked(httpServer(config), config)
    server.receive(ascii(wire), 0)
    for (const event of allEvents(server)) if (event.type === 'failure') server.send(answerTo(event.failure), 0)
    return sentText(server)
  }
  test.each([
    ['GET / HTTP/1.1\r\n\r\n', '400 Bad Request', 'http/bad-host'],
    [`GET /${'x'.repeat(9000)} HTTP/1.1\r\n\r\n`, '414 URI Too Long', 'http/target-too-long'],
    [`${'M'.repeat(9000)} / HTTP/1.1\r\n\r\n`, '501 Not Implemented', 'http/unknown-method'],
    [
      `GET / HTTP/1.1\r\nX: ${'x'.repeat(17_000)}\r\n\r\n`,
      '431 Request Header Fields Too Large',
      'http/header-too-big',
    ],
    ['GET / HTTP/2.0\r\n\r\n', '505 HTTP Version Not Supported', 'http/unsupported-version'],
    ['GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n', '417 Expectation Failed', 'http/unmet-expectation'],
  ])('%j', (wire, status, code) => {
    const text = answer(wire)
    expect(text.startsWith(`HTTP/1.1 ${status}\r\n`)).toBe(true)
    expect(text).toContain('Connection: close\r\n')
    expect(text).toContain('X-Content-Type-Options: nosniff\r\n')
    expect(text.endsWith(`${code}\n`)).toBe(true)
    const [headText = '', body = ''] = text.split('\r\n\r\n')
    expect(headText).toContain(`Content-Length: ${body.length}`)
  })
  test('RFC 9110 2.5: a version that is not spoken is named, on either side', () => {
    const server = checked(httpServer())
    server.receive(ascii('GET /a HTTP/2.0\r\n\r\n'), 0)
    const client = asked('GET')
    client.receive(ascii('HTTP/3.1 200 OK\r\n\r\n'), 0)
    const named = [server, client].map(side => drain(side).map(event => 'failure' in event && event.failure.got))
    expect(named).toEqual([['HTTP/2.0'], ['HTTP/3.1']])
  })
  test('a body too big is 413', () => {
    const wire = head('POST / HTTP/1.1', 'Host: a', 'Content-Length: 11')
    expect(answer(wire, { limits: { body: 10 } })).toMatch(/^HTTP\/1\.1 413 Content Too Large\r\n/)
  })
})
