/** Connections that leave HTTP, and what stands before and behind an answer: WebSocket by `ws`, tunnels, 103, trailers. */
import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { closing, heard, soon, talk } from '../../../test/support/net.ts'
import type { HeaderList } from '../../http/types.ts'
import { serve, serveExchanges } from '../../index.ts'
import { toNode } from '../../node/to-node.ts'
import type { NetStream } from '../stream/types.ts'
import type { ExchangeHandler } from './connection-options.ts'
import type { Exchange } from './exchange.ts'
import type { Handler } from './serve.ts'
import type { Served } from './served.ts'

const ASKS = 'GET /chat HTTP/1.1\r\nHost: localhost\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n'
const TUNNEL = 'CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443\r\n\r\n'
const TO_ECHO: HeaderList = [
  ['Upgrade', 'echo'],
  ['Connection', 'Upgrade'],
]
const SWITCHES = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n'

/** Gives back what it gets, and FIN for FIN. */
const echo = (stream: NetStream): void => {
  stream.handler = {
    data: bytes => void stream.write([bytes.slice()]),
    end: () => stream.end(),
    drain() {},
    closed() {},
  }
}
const exchanging = async (handler: ExchangeHandler, options: Parameters<typeof serveExchanges>[1] = {}) => {
  const lines: Served[] = []
  const server = await serveExchanges(handler, { ...options, served: line => lines.push(line) })
  closing.push(() => server.close(0))
  return Object.assign(server, { lines })
}
const serving = async (handler: Handler) => {
  const server = await serve(handler)
  closing.push(() => server.close(0))
  return server
}
/** As `node:http` shows a request to `ws`. */
const forNode = ({ head }: Exchange): IncomingMessage =>
  ({
    method: head.method,
    url: head.target,
    headers: Object.fromEntries(head.headers.list().map(([name, value]) => [name.toLowerCase(), value])),
  }) as unknown as IncomingMessage

describe('WebSocket', () => {
  test('by ws on both ends, over our server: a megabyte there and back, ping, close', async () => {
    const sockets = new WebSocketServer({ noServer: true })
    sockets.on('connection', socket => {
      socket.on('message', (data, binary) => socket.send(data, { binary }))
    })
    const server = await exchanging(exchange => {
      expect(exchange.head.upgrade).toEqual(['websocket'])
      const request = forNode(exchange)
      sockets.handleUpgrade(request, toNode(exchange.takeOver()), Buffer.alloc(0), socket =>
        sockets.emit('connection', socket, request),
      )
    })
    const socket = new WebSocket(`ws://127.0.0.1:${server.port}/chat`)
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    const sent = Buffer.alloc(1_000_000, 'megabyte ')
    const back = new Promise<Buffer>(resolve => socket.once('message', data => resolve(data as Buffer)))
    socket.send(sent)
    expect((await back).equals(sent)).toBe(true)
    const pong = new Promise<string>(resolve => socket.once('pong', data => resolve(data.toString())))
    socket.ping('still there')
    expect(await pong).toBe('still there')
    const closed = new Promise<number>(resolve => socket.once('close', resolve))
    socket.close(4_000, 'enough')
    expect(await closed).toBe(4_000)
    expect(server.lines.map(line => [line.target, line.status])).toEqual([['/chat', undefined]])
  })
})

describe('a stream that is taken over', () => {
  test('has what the client sent behind its request, in front of all that follows', async () => {
    for (const later of [false, true]) {
      const server = await exchanging(async exchange => {
        if (later) await soon()
        const stream = exchange.takeOver({ status: 101, headers: TO_ECHO })
        if (later) await soon()
        echo(stream)
      })
      const said = talk(server.port, `${ASKS}early`)
      await heard(said, `${SWITCHES}early`)
      said.socket.write(' late')
      await heard(said, `${SWITCHES}early late`)
      said.socket.end()
      await said.closed
      expect(server.lines.map(line => line.status)).toEqual([101])
    }
  })
  test('has the FIN that came with the request', async () => {
    const server = await exchanging(async exchange => {
      await soon()
      echo(exchange.takeOver({ status: 101, headers: TO_ECHO }))
    })
    const said = talk(server.port)
    said.socket.end(`${ASKS}all of it`)
    await said.closed
    expect(said.text).toBe(`${SWITCHES}all of it`)
  })
  test('may be paused until it is resumed, and tells whoever listens next nothing twice', async () => {
    const taken: NetStream[] = []
    const server = await exchanging(exchange => {
      const stream = exchange.takeOver({ status: 101, headers: TO_ECHO })
      taken.push(stream)
      stream.pause()
      for (let listeners = 0; listeners < 2; listeners++) echo(stream)
    })
    const said = talk(server.port, `${ASKS}early`)
    await heard(said, `${SWITCHES}early`)
    said.socket.write(' late')
    await soon(20)
    expect(said.text).toBe(`${SWITCHES}early`)
    taken[0]!.resume()
    await heard(said, `${SWITCHES}early late`)
  })
  test('is written behind the answers that were pipelined before it', async () => {
    const server = await exchanging(exchange => {
      if (exchange.head.upgrade.length === 0) exchange.respond(200, [], Buffer.from('first'))
      else echo(exchange.takeOver({ status: 101, headers: TO_ECHO }))
    })
    const said = talk(server.port, `GET / HTTP/1.1\r\nHost: a\r\n\r\n${ASKS}behind`)
    await heard(said, `first${SWITCHES}behind`)
  })
  test('reads nothing as HTTP: a request in it is its own affair', async () => {
    const paths: string[] = []
    const server = await exchanging(exchange => {
      paths.push(exchange.head.path)
      echo(exchange.takeOver({ status: 101, headers: TO_ECHO }))
    })
    const said = talk(server.port, `${ASKS}GET /admin HTTP/1.1\r\nHost: a\r\n\r\n`)
    await heard(said, /GET \/admin HTTP\/1\.1/)
    said.socket.write('GET /admin HTTP/1.1\r\nHost: a\r\n\r\n')
    await heard(said, /GET \/admin[\s\S]*GET \/admin/)
    expect(paths).toEqual(['/chat'])
  })
  test('is a tunnel behind CONNECT', async () => {
    const server = await exchanging(exchange => {
      expect([exchange.head.authority, exchange.head.upgrade]).toEqual(['b.test:443', []])
      echo(exchange.takeOver({ status: 200, headers: [] }))
    })
    const said = talk(server.port, TUNNEL)
    await heard(said, /^HTTP\/1\.1 200 OK\r\nDate: [^\r]+\r\n\r\n$/)
    said.socket.write('through')
    await heard(said, /\r\n\r\nthrough$/)
  })
  test('waits as long as it likes: no time-out of HTTP runs on it', async () => {
    const server = await exchanging(
      async exchange => {
        const stream = exchange.takeOver({ status: 101, headers: TO_ECHO })
        await soon(50)
        echo(stream)
      },
      { timeouts: { idle: 40, head: 40, body: 40, left: 40, request: 40 } },
    )
    const said = talk(server.port, `${ASKS}`)
    await heard(said, SWITCHES)
    await soon(50)
    said.socket.write('still')
    await heard(said, `${SWITCHES}still`)
  })
  test('counts for the server until it is over, and is cut at its end', async () => {
    const server = await exchanging(exchange => echo(exchange.takeOver({ status: 101, headers: TO_ECHO })), {
      maxConnections: 1,
    })
    const said = talk(server.port, ASKS)
    await heard(said, SWITCHES)
    const other = talk(server.port, ASKS)
    await other.closed
    expect(other.text).toBe('')
    said.socket.end()
    await said.closed
    const next = talk(server.port, ASKS)
    await heard(next, SWITCHES)
    await server.close(0)
    await next.closed
  })
  test('is handed over once, and leaves nothing to answer', async () => {
    const errors: string[] = []
    const server = await exchanging(exchange => {
      echo(exchange.takeOver({ status: 101, headers: TO_ECHO }))
      exchange.respond(200, [], Buffer.from('lost'))
      expect(exchange.dead).toBe(true)
      try {
        exchange.takeOver()
      } catch (error) {
        errors.push((error as { code: string }).code)
      }
    })
    const said = talk(server.port, `${ASKS}x`)
    await heard(said, `${SWITCHES}x`)
    expect(errors).toEqual(['http/wrong-turn'])
  })
  test('cannot be had for a request that offers nothing, and a handler that tries answers 500', async () => {
    const server = await exchanging(exchange => void exchange.takeOver())
    await heard(talk(server.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'), 'HTTP/1.1 500 ')
    await heard(talk(server.port, ASKS.replace('Connection: Upgrade\r\n', '')), 'HTTP/1.1 500 ')
    await heard(talk(server.port, ASKS.replace('HTTP/1.1', 'HTTP/1.0')), 'HTTP/1.1 500 ')
  })
  test('cannot be faked by a response: a handler that answers CONNECT with 200 answers 500', async () => {
    const server = await exchanging(exchange => exchange.respond(200, [], Buffer.from('hello')))
    const said = talk(server.port, TUNNEL)
    await said.closed
    expect(said.text).toMatch(/^HTTP\/1\.1 500 /)
  })
  test('survives a hundred clients that leave at once, by FIN and by RST', async () => {
    const server = await exchanging(exchange => echo(exchange.takeOver({ status: 101, headers: TO_ECHO })), {
      maxConnections: 100,
    })
    for (const how of ['end', 'resetAndDestroy', 'destroy'] as const) {
      const all = Array.from({ length: 100 }, () => {
        const socket = connect(server.port, '127.0.0.1')
        socket.on('error', () => {})
        socket.write(`${ASKS}and more`)
        return new Promise<void>(resolve => {
          socket.once('data', () => socket[how]())
          socket.once('close', () => resolve())
        })
      })
      await Promise.all(all)
      await soon(20)
    }
    await heard(talk(server.port, ASKS), SWITCHES)
  })
})

describe('a handler of serve', () => {
  test('takes the stream over and returns what stands for it', async () => {
    const server = await serving((_, about) => {
      const { stream, response } = about.takeOver({ headers: { upgrade: 'echo', connection: 'upgrade' } })
      echo(stream)
      return response
    })
    const said = talk(server.port, `${ASKS}hello`)
    await heard(said, /^HTTP\/1\.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nhello$/)
  })
  test('declines an offer by answering it, and the connection goes on', async () => {
    const server = await serving(request => new Response(request.url.replace(/.*\//, '')))
    const said = talk(server.port, ASKS)
    await heard(said, /chat$/)
    said.socket.write('GET /next HTTP/1.1\r\nHost: a\r\n\r\n')
    await heard(said, /next$/)
  })
  test('RFC 8297: sends 103 before its answer, and HTTP/1.0 hears none of it', async () => {
    const server = await serving((_, about) => {
      about.inform(103, { link: '</a.css>; rel=preload' })
      return new Response('answer')
    })
    const said = talk(server.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n')
    await heard(
      said,
      /^HTTP\/1\.1 103 Early Hints\r\nlink: <\/a\.css>; rel=preload\r\n\r\nHTTP\/1\.1 200 OK\r\n[\s\S]*answer$/,
    )
    await heard(talk(server.port, 'GET / HTTP/1.0\r\n\r\n'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*answer$/)
  })
  test('an informational status is one, and comes before the answer', async () => {
    const errors: unknown[] = []
    const server = await exchanging(exchange => {
      for (const status of [99, 101, 200]) {
        try {
          exchange.inform(status)
        } catch (error) {
          errors.push((error as { code?: string }).code ?? (error as Error).name)
        }
      }
      exchange.begin(200, [])
      try {
        exchange.inform(103)
      } catch (error) {
        errors.push((error as { code: string }).code)
      }
      exchange.end()
    })
    await heard(
      talk(server.port, 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'),
      /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\n0\r\n\r\n$/,
    )
    expect(errors).toEqual(['RangeError', 'http/bad-outgoing', 'RangeError', 'http/wrong-turn'])
  })
  test('RFC 9110 6.5: sees the trailers of a request behind its body, and sends its own behind the answer', async () => {
    const server = await serving(async (request, about) => {
      const before = [...about.trailers].length
      const body = await request.text()
      about.sendTrailers(() => ({ 'server-timing': 'all;dur=1' }))
      return new Response(`${before} ${body} ${about.trailers.get('sum')}`)
    })
    const said = talk(
      server.port,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nSum: 7\r\n\r\n',
    )
    await heard(
      said,
      /\r\nTransfer-Encoding: chunked\r\n[\s\S]*\r\n\r\n6\r\n0 hi 7\r\n0\r\nserver-timing: all;dur=1\r\n\r\n$/,
    )
  })
  test('trailers stand behind a stream too, and nowhere where they cannot', async () => {
    const server = await serving((request, about) => {
      about.sendTrailers(() => [['sum', '7']])
      const { pathname } = new URL(request.url)
      if (pathname === '/empty') return new Response(null, { status: 204 })
      const body = new ReadableStream({
        start(controller) {
          controller.enqueue(new TextEncoder().encode('hi'))
          controller.close()
        },
      })
      return new Response(body, pathname === '/length' ? { headers: { 'content-length': '2' } } : {})
    })
    const get = (path: string, version = '1.1') => talk(server.port, `GET ${path} HTTP/${version}\r\nHost: a\r\n\r\n`)
    await heard(get('/'), /\r\n\r\n2\r\nhi\r\n0\r\nsum: 7\r\n\r\n$/)
    await heard(get('/empty'), /^HTTP\/1\.1 204 No Content\r\nDate: [^\r]+\r\n\r\n$/)
    await heard(get('/', '1.0'), /^HTTP\/1\.1 200 OK\r\n[\s\S]*\r\n\r\nhi$/)
  })
})
