/** A proxy between clients that say anything and upstreams that answer anything: what passes, what does not, what is never said. */
import { once } from 'node:events'
import { connect as tlsConnect } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { closing, heard, talk } from '../../../test/support/net.ts'
import { issued, root } from '../../../test/support/node-tls.ts'
import { type ProxyOptions, proxied, saying, upstream } from '../../../test/support/proxied.ts'
import { serveExchanges } from '../../index.ts'
import type { ExchangeHandler } from './connection-options.ts'
import { virtualHosts } from './virtual-hosts.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'
const GET = 'GET / HTTP/1.1\r\nHost: a.test\r\n\r\n'

describe('what passes', () => {
  test('is the request to the letter, with Host and Via and nothing of ours', async () => {
    const { url, asked } = await saying(OK)
    const { port } = await proxied(url)
    await heard(talk(port, 'GET /a/%2e%2e/b//c?x=%20y HTTP/1.1\r\nHost: a.test:80\r\nX-One: 1\r\n\r\n'), /ok$/)
    expect(asked).toEqual([
      'GET /a/%2e%2e/b//c?x=%20y HTTP/1.1\r\nHost: a.test:80\r\nvia: 1.1 here\r\nx-one: 1\r\n\r\n',
    ])
  })
  test('RFC 9110 7.6.1: is without what belongs to one hop, and what Connection names, in both directions', async () => {
    const { url, asked } = await saying(
      'HTTP/1.1 200 Fine\r\nConnection: x-hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-Kept: 2\r\nContent-Length: 2\r\n\r\nok',
    )
    const { port } = await proxied(url)
    const said = talk(
      port,
      'GET / HTTP/1.1\r\nHost: a\r\nConnection: x-secret, host\r\nX-Secret: 1\r\nTE: trailers\r\nKeep-Alive: 3\r\nProxy-Authorization: Basic eA==\r\nX-Kept: 2\r\n\r\n',
    )
    await heard(said, /ok$/)
    expect(asked[0]).toBe('GET / HTTP/1.1\r\nHost: a\r\nvia: 1.1 here\r\nx-kept: 2\r\n\r\n')
    expect(said.text).toMatch(
      /^HTTP\/1\.1 200 Fine\r\nx-kept: 2\r\ncontent-length: 2\r\nVia: 1\.1 here\r\nDate: [^\r]+\r\n\r\nok$/,
    )
  })
  test('are bodies and trailers, streamed both ways, and answers before the answer', async () => {
    const { url } = await upstream(async (req, res) => {
      res.writeEarlyHints({ link: '</a.css>; rel=preload' })
      res.writeHead(201, { Trailer: 'Sum' })
      for await (const piece of req) res.write(piece)
      res.addTrailers({ Sum: `${req.trailers.up}` })
      res.end()
    })
    const { port } = await proxied(url)
    const said = talk(port, 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n')
    await heard(
      said,
      /103 Early Hints\r\nlink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 201 Created[\s\S]*5\r\nfirst\r\n$/,
    )
    said.socket.write('6\r\nsecond\r\n0\r\nUp: 7\r\n\r\n')
    await heard(said, /6\r\nsecond\r\n0\r\n(?:s|S)um: 7\r\n\r\n$/)
  })
  test('is HEAD with the length of GET, 204 and 304 without a body', async () => {
    const { url } = await upstream((req, res) => {
      if (req.method === 'HEAD') res.setHeader('Content-Length', '9')
      else res.statusCode = Number(req.url!.slice(1))
      res.end()
    })
    const { port } = await proxied(url)
    await heard(
      talk(port, 'HEAD / HTTP/1.1\r\nHost: a\r\n\r\n'),
      /200 OK\r\n[\s\S]*content-length: 9\r\n[\s\S]*\r\n\r\n$/,
    )
    for (const status of ['204', '304'])
      await heard(
        talk(port, `GET /${status} HTTP/1.1\r\nHost: a\r\n\r\n`),
        new RegExp(`^HTTP/1\\.1 ${status} [\\s\\S]*\r\n\r\n$`),
      )
  })
  test('is a body of 900,000 octets there and back, none lost and none twice', async () => {
    const { url } = await upstream((req, res) => void req.pipe(res))
    const { port } = await proxied(url)
    const said = talk(
      port,
      `POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 900000\r\n\r\n${'x'.repeat(900_000)}`,
    )
    await said.closed
    const body = said.text.slice(said.text.indexOf('\r\n\r\n'))
    expect(body.match(/x/g)).toHaveLength(900_000)
    expect(body).toMatch(/\r\n0\r\n\r\n$/)
  })
  test('is the length of a body where the client says one, and chunks where it does not', async () => {
    const { url } = await upstream(async (req, res) => {
      let text = ''
      for await (const piece of req) text += piece
      res.end(`${req.headers['content-length']} ${req.headers['transfer-encoding']} ${text}.`)
    })
    const { port } = await proxied(url)
    for (const [framing, said] of [
      ['Content-Length: 4\r\n\r\nbody', '4 undefined body.'],
      ['Content-Length: 0\r\n\r\n', '0 undefined .'],
      ['Transfer-Encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n', 'undefined chunked body.'],
    ] as const)
      await heard(talk(port, `POST / HTTP/1.1\r\nHost: a\r\n${framing}`), `\r\n\r\n${said}`)
  })
  test('is WebSocket; h2c and what else is offered is left out', async () => {
    const { server, url } = await upstream((req, res) => void res.end(`plain ${req.headers.upgrade}`))
    const sockets = new WebSocketServer({ server })
    sockets.on('connection', socket => socket.on('message', (data, binary) => socket.send(data, { binary })))
    const { port } = await proxied(url)
    const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`)
    await once(socket, 'open')
    const sent = Buffer.alloc(500_000, 'abc')
    socket.send(sent)
    const [back] = (await once(socket, 'message')) as [Buffer]
    expect(back.equals(sent)).toBe(true)
    socket.close(4_000)
    expect((await once(socket, 'close'))[0]).toBe(4_000)
    const asks =
      'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAAA\r\n\r\n'
    await heard(talk(port, asks), 'plain undefined')
  })
  test('is what the upstream answers to an upgrade that it declines, and it is asked once', async () => {
    const { url, server } = await upstream((_req, res) => void res.writeHead(426, { Upgrade: 'other' }).end('no'))
    let asked = 0
    server.on('request', () => asked++)
    const { port } = await proxied(url)
    const said = talk(port, 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n')
    await heard(said, /^HTTP\/1\.1 426 [\s\S]*Upgrade: websocket\r\nConnection: Upgrade\r\n[\s\S]*no\r\n0\r\n\r\n$/)
    expect(asked).toBe(1)
    // The client goes on in HTTP.
    said.socket.write(GET)
    await heard(said, /no\r\n[\s\S]*no\r\n0\r\n\r\n$/)
  })
})

describe('what the upstream is told of the client', () => {
  const ip = '203.0.113.9'
  const SPOOFED = `X-Forwarded-For: ${ip}\r\nX_Forwarded_For: ${ip}\r\nForwarded: for=${ip}\r\nX-Real-IP: ${ip}\r\n`
  const told = async (options: ProxyOptions, said = SPOOFED) => {
    const { url, asked } = await saying(OK)
    const { port } = await proxied(url, options)
    await heard(talk(port, `GET / HTTP/1.1\r\nHost: a.test\r\n${said}\r\n`), /ok$/)
    return asked[0]!
      .split('\r\n')
      .filter(line => /forwarded|real/i.test(line))
      .sort()
  }
  test('is nothing where nobody asks, and never what the client says of itself', async () => {
    expect(await told({})).toEqual([])
    expect(await told({ forwarded: 'Forwarded' })).toEqual(['forwarded: for=127.0.0.1;host="a.test";proto=http'])
    expect(await told({ forwarded: 'X-Forwarded' })).toEqual([
      'x-forwarded-for: 127.0.0.1',
      'x-forwarded-host: a.test',
      'x-forwarded-proto: http',
    ])
  })
  test('is put behind what a proxy before this one says, where that is believed', async () => {
    expect(await told({ forwarded: 'X-Forwarded', believed: ({ address }) => address === '127.0.0.1' })).toContain(
      'x-forwarded-for: 203.0.113.9, 127.0.0.1',
    )
  })
  test('is both what is new and what is old, and where it passes what the client says', async () => {
    const said = 'X-Forwarded-For: 203.0.113.9\r\nForwarded: for=x\r\n'
    expect(await told({ forwarded: 'both' }, said)).toEqual([
      'forwarded: for=127.0.0.1;host="a.test";proto=http',
      'x-forwarded-for: 127.0.0.1',
      'x-forwarded-host: a.test',
      'x-forwarded-proto: http',
    ])
    expect(await told({ forwarded: 'pass' }, said)).toEqual(['forwarded: for=x', 'x-forwarded-for: 203.0.113.9'])
  })
  test('a field of one value stays that of the proxy before, where that is believed', async () => {
    const said = 'X-Forwarded-For: 203.0.113.9\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: shop.test\r\n'
    expect(await told({ forwarded: 'X-Forwarded', believed: () => true }, said)).toEqual([
      'x-forwarded-for: 203.0.113.9, 127.0.0.1',
      'x-forwarded-host: shop.test',
      'x-forwarded-proto: https',
    ])
  })
  test('is not what the client puts in trailers either, which an upstream may join with its fields', async () => {
    const trailers = async (options: ProxyOptions) => {
      const { url } = await upstream((req, res) => {
        req.resume().on('end', () => res.end(JSON.stringify(req.trailers)))
      })
      const { port } = await proxied(url, options)
      const head = 'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n'
      const said = talk(port, `${head}2\r\nhi\r\n0\r\nSum: 7\r\n${SPOOFED}\r\n`)
      await heard(said, /\}(?:\r\n0\r\n\r\n)?$/)
      return JSON.parse(/\{.*\}/.exec(said.text)![0]) as unknown
    }
    expect(await trailers({ forwarded: 'both' })).toEqual({ sum: '7' })
    expect(await trailers({ believed: () => true })).toMatchObject({ sum: '7', 'x-forwarded-for': ip })
  })
  test('is not taken away because the client names it in Connection', async () => {
    const said = 'Connection: x-forwarded-for, forwarded, via\r\nX-Forwarded-For: 203.0.113.9\r\n'
    expect(await told({ forwarded: 'both' }, said)).toContain('x-forwarded-for: 127.0.0.1')
  })
})

describe('what goes wrong', () => {
  test('is 502 where nobody listens or nonsense comes, 504 where nobody answers in time', async () => {
    const closed = await upstream(() => {})
    await new Promise(resolve => closed.server.close(resolve))
    const refused = await proxied(closed.url)
    await heard(talk(refused.port, GET), /^HTTP\/1\.1 502 Bad Gateway/)
    expect(refused.failures).toEqual(['tcp/refused'])
    const nonsense = await proxied((await saying('NONSENSE\r\n\r\n')).url)
    await heard(talk(nonsense.port, GET), /^HTTP\/1\.1 502 Bad Gateway/)
    const silent = await proxied((await saying(() => {})).url, { timeouts: { firstByte: 20 } })
    await heard(talk(silent.port, GET), /^HTTP\/1\.1 504 Gateway Timeout/)
    expect(silent.failures).toEqual(['http/head-timeout'])
  })
  test('is a cut, where the upstream breaks off: nobody takes half for the whole', async () => {
    const { url } = await saying(socket => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n', () => socket.destroy())
    })
    const { port } = await proxied(url)
    const said = talk(port, GET)
    await said.closed
    expect(said.text).not.toMatch(/0\r\n\r\n$/)
  })
  test('is told to the upstream, where the client leaves', async () => {
    const { server, url } = await upstream((_req, res) => void res.write('begun'))
    const { port } = await proxied(url)
    const left = new Promise<void>(resolve =>
      server.once('request', (_req, res) => void res.once('close', () => resolve())),
    )
    const said = talk(port, GET)
    await heard(said, 'begun')
    said.socket.resetAndDestroy()
    await left
  })
  test('is a loop, known by Via; CONNECT and TRACE; OPTIONS that may go no further', async () => {
    const { url, asked } = await saying(OK)
    const { port } = await proxied(url)
    await heard(
      talk(port, 'GET / HTTP/1.1\r\nHost: a\r\nVia: 1.1 there, 1.1 here\r\n\r\n'),
      /^HTTP\/1\.1 508 Loop Detected/,
    )
    await heard(talk(port, 'TRACE / HTTP/1.1\r\nHost: a\r\n\r\n'), /^HTTP\/1\.1 405 /)
    await heard(talk(port, 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n'), /^HTTP\/1\.1 405 /)
    await heard(talk(port, 'OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n\r\n'), /^HTTP\/1\.1 204 /)
    expect(asked).toEqual([])
    await heard(talk(port, 'OPTIONS * HTTP/1.1\r\nHost: a\r\nMax-Forwards: 2\r\n\r\n'), /ok$/)
    expect(asked[0]).toMatch(/^OPTIONS \* HTTP\/1\.1\r\n[\s\S]*max-forwards: 1\r\n/)
    await heard(talk(port, 'OPTIONS /a HTTP/1.1\r\nHost: a\r\n\r\n'), /ok$/)
    expect(asked[1]).toMatch(/^OPTIONS \/a HTTP\/1\.1\r\n/)
    expect(asked[1]).not.toMatch(/max-forwards/i)
  })
})

describe('smuggling', () => {
  const HIDDEN = 'GET /admin HTTP/1.1\r\nHost: a\r\n\r\n'
  const requests = {
    'a length beside chunks': `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    'two lengths': `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nContent-Length: 30\r\n\r\n${HIDDEN}`,
    'a length with a sign': `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +0\r\n\r\n${HIDDEN}`,
    'a coding that is almost chunked': `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    'chunked twice': `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
    'white space before the colon': `POST / HTTP/1.1\r\nHost: a\r\nContent-Length : 30\r\n\r\n${HIDDEN}`,
    'a folded field': `POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n Content-Length: 30\r\n\r\n${HIDDEN}`,
    'a bare line feed': `POST / HTTP/1.1\r\nHost: a\r\nX: y\nContent-Length: 30\r\n\r\n${HIDDEN}`,
    'a bare carriage return': `POST / HTTP/1.1\r\nHost: a\r\nX: y\rContent-Length: 30\r\n\r\n${HIDDEN}`,
    'two hosts': `GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
    'a chunk size with a sign': `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n-0\r\n\r\n${HIDDEN}`,
    'chunks in HTTP/1.0': `POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${HIDDEN}`,
  }
  test.each(Object.entries(requests))(
    'a request with %s reaches nobody whole, nor what is behind it',
    async (_name, request) => {
      const { url, asked } = await saying(OK)
      const { port } = await proxied(url)
      const said = talk(port, request)
      await said.closed
      expect(said.text).toMatch(/^HTTP\/1\.1 [45]\d\d /)
      expect(said.text.match(/HTTP\/1\.1/g)).toHaveLength(1)
      expect(asked.join('')).not.toContain('/admin')
    },
  )
  const BEHIND = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil'
  const answers = {
    'a length beside chunks': `HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${BEHIND}`,
    'two lengths': `HTTP/1.1 200 OK\r\nContent-Length: 0\r\nContent-Length: 5\r\n\r\n${BEHIND}`,
    'a length with a sign': `HTTP/1.1 200 OK\r\nContent-Length: +0\r\n\r\n${BEHIND}`,
    'a coding that is almost chunked': `HTTP/1.1 200 OK\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${BEHIND}`,
    'white space before the colon': `HTTP/1.1 200 OK\r\nContent-Length : 0\r\n\r\n${BEHIND}`,
    'a folded field': `HTTP/1.1 200 OK\r\nX: y\r\n Content-Length: 0\r\n\r\n${BEHIND}`,
    'a bare carriage return': `HTTP/1.1 200 OK\r\nX: y\rContent-Length: 0\r\n\r\n${BEHIND}`,
    'a switch that nobody asked for': `HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n${BEHIND}`,
  }
  test.each(Object.entries(answers))('an answer with %s is 502', async (_name, answer) => {
    const { url } = await saying(answer)
    const { port } = await proxied(url)
    const said = talk(port, GET)
    await heard(said, /^HTTP\/1\.1 502 Bad Gateway[\s\S]*Bad Gateway\n$/)
    expect(said.text).not.toContain('evil')
  })
  test('an answer behind the answer is nobody’s: the next request is asked on another connection', async () => {
    let asks = 0
    const { url } = await saying(
      socket => void socket.write(`HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n${++asks}${BEHIND}`),
    )
    const { port } = await proxied(url)
    const said = talk(port, GET)
    await heard(said, /\r\n\r\n1$/)
    said.socket.write(GET)
    await heard(said, /\r\n\r\n2$/)
    expect(said.text).not.toContain('evil')
  })
})

describe('virtual hosts', () => {
  const saysIt =
    (word: string): ExchangeHandler =>
    exchange =>
      exchange.respond(200, [], Buffer.from(word))
  const hosts = virtualHosts({ 'one.test': saysIt('one'), '*.two.test': saysIt('two'), 'Three.test': saysIt('three') })
  test('are told apart by Host, whatever its case, port and last dot; others are 421', async () => {
    const server = await serveExchanges(hosts)
    closing.push(() => server.close(0))
    const get = (host: string) => talk(server.port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await heard(get('ONE.test:80'), /one$/)
    await heard(get('one.test.'), /one$/)
    await heard(get('a.two.test'), /two$/)
    await heard(get('three.test'), /three$/)
    await heard(talk(server.port, 'GET http://three.test/ HTTP/1.1\r\nHost: one.test\r\n\r\n'), /three$/)
    for (const host of ['two.test', 'b.a.two.test', 'four.test', 'one.test.evil'])
      await heard(get(host), /^HTTP\/1\.1 421 Misdirected Request/)
  })
  test('RFC 9110 7.4: a connection that TLS opened for one of them asks not for another', async () => {
    const server = await serveExchanges(hosts, { tls: issued({ names: ['one.test', 'three.test'] }) })
    closing.push(() => server.close(0))
    const get = async (servername: string, host: string) => {
      const socket = tlsConnect({ port: server.port, host: '127.0.0.1', servername, ca: root })
      let text = ''
      socket.setEncoding('latin1').on('data', piece => {
        text += piece
      })
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`)
      await once(socket, 'close')
      return text
    }
    expect(await get('one.test', 'one.test')).toMatch(/one$/)
    expect(await get('three.test', 'three.test')).toMatch(/three$/)
    expect(await get('one.test', 'three.test')).toMatch(/^HTTP\/1\.1 421 /)
  })
})
