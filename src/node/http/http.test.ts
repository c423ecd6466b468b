/** What frameworks do not ask: back pressure, clients that leave, other protocols, times, ends, HTTPS. */
import { once } from 'node:events'
import { createServer as nodeServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { pipeline } from 'node:stream/promises'
import { connect as tlsConnect } from 'node:tls'
import express from 'express'
import session from 'express-session'
import { Agent, request } from 'undici'
import { describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { closing, heard, talk } from '../../../test/support/net.ts'
import { listening, serving } from '../../../test/support/node-http.ts'
import { localhost, root } from '../../../test/support/node-tls.ts'
import { createServer, type IncomingMessage, SecureServer, type ServerOptions } from './index.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'

describe('bodies', () => {
  test('wait for whoever reads them: a client is stopped whose body nobody takes', async () => {
    const { server, port } = await serving(req => void req.once('readable', () => {}))
    const asked = once(server, 'request') as Promise<[IncomingMessage]>
    const socket = connect(port, '127.0.0.1')
    closing.push(() => socket.destroy())
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 50000000\r\n\r\n')
    const piece = Buffer.alloc(1_000_000)
    for (let i = 0; i < 50; i++) socket.write(piece)
    const [req] = await asked
    await new Promise(resolve => setTimeout(resolve, 40))
    expect(req.readableLength).toBeLessThan(300_000)
    expect(socket.writableLength).toBeGreaterThan(0)
  })
  test('of an answer wait for the client: write says false, drain comes, and all arrives', async () => {
    const said: boolean[] = []
    const { port } = await serving(async (_req, res) => {
      for (let i = 0; i < 200; i++) {
        const room = res.write(Buffer.alloc(100_000, 'x'))
        said.push(room)
        if (!room) await once(res, 'drain')
      }
      res.end()
    })
    const { body } = await request(`http://127.0.0.1:${port}/`)
    expect((await body.arrayBuffer()).byteLength).toBe(20_000_000)
    expect(said).toContain(false)
  })
  test('are piped there and back, and finish and close come once each, in their order', async () => {
    const events: string[] = []
    const { port } = await serving(async (req, res) => {
      for (const name of ['end', 'close']) req.on(name, () => events.push(`req ${name}`))
      for (const name of ['finish', 'close']) res.on(name, () => events.push(`res ${name}`))
      await pipeline(req, res)
    })
    const sent = Buffer.alloc(3_000_000, 'abc')
    const { body } = await request(`http://127.0.0.1:${port}/`, { method: 'POST', body: sent })
    expect(Buffer.from(await body.arrayBuffer()).equals(sent)).toBe(true)
    expect(events.filter(name => name.startsWith('res'))).toEqual(['res finish', 'res close'])
    expect(events.filter(name => name.startsWith('req'))).toEqual(['req end', 'req close'])
  })
  test('of a length that was not said cut the connection, and no second answer can begin in it', async () => {
    const events: string[] = []
    const { port } = await serving((_req, res) => {
      res.on('error', (error: Error) => events.push((error.cause as { code: string }).code))
      for (const name of ['finish', 'close']) res.on(name, () => events.push(name))
      res.writeHead(200, { 'Content-Length': '5' })
      res.write('hello')
      res.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil')
    })
    const said = talk(port, GET)
    await said.closed
    expect(said.text).not.toContain('evil')
    expect(events).toEqual(['http/wrong-length', 'close'])
  })
  test('nobody read are ended with the answer, and the connection goes on', async () => {
    const { port } = await serving((_req, res) => void res.end('unread'))
    const said = talk(port, `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello${GET}`)
    await heard(said, /unread[\s\S]*unread/)
  })
  test('under the coding identity, or chunked for HTTP/1.0, go without: neither makes end throw', async () => {
    const thrown: unknown[] = []
    const { port } = await serving((req, res) => {
      try {
        res.setHeader('Transfer-Encoding', req.url!.slice(1))
        if (req.headers.torn !== undefined) res.write('hel')
        res.end(req.headers.torn === undefined ? 'hello' : 'lo')
      } catch (error) {
        thrown.push((error as NodeJS.ErrnoException).code)
        res.removeHeader('Transfer-Encoding')
        res.end('refused')
      }
    })
    const answer = async (coding: string, version: string, more = ''): Promise<string> => {
      const said = talk(port, `GET /${coding} HTTP/${version}\r\nHost: a\r\nConnection: close\r\n${more}\r\n`)
      said.socket.once('end', () => said.socket.end())
      await said.closed
      return said.text
    }
    for (const more of ['', 'Torn: yes\r\n'])
      for (const [coding, version] of [
        ['identity', '1.1'],
        ['Identity', '1.0'],
        ['Chunked', '1.0'],
      ] as const) {
        const said = await answer(coding, version, more)
        expect(said, `${coding} ${version} ${more}`).toMatch(/\r\n\r\n(?:hello|3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n)$/)
        expect(/^transfer-encoding: (.*)$/im.exec(said)?.[1]).toBe(
          more === '' || version === '1.0' ? undefined : 'chunked',
        )
      }
    expect(thrown).toEqual([])
    expect(await answer('gzip', '1.1')).toMatch(/\r\n\r\nrefused$/)
    expect(thrown).toEqual(['ERR_HTTP_BAD_OUTGOING'])
  })
  test('have their trailers behind them', async () => {
    const { port } = await serving(async (req, res) => {
      req.resume()
      await once(req, 'end')
      res.end(JSON.stringify([req.trailers, req.rawTrailers, req.complete]))
    })
    const said = talk(
      port,
      'POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nSum: 7\r\n\r\n',
    )
    await heard(said, '[{"sum":"7"},["Sum","7"],true]')
  })
})

describe('before the answer', () => {
  test('100 is sent when somebody reads, and checkContinue may refuse', async () => {
    const { server, port } = await serving(async (req, res) => {
      let text = ''
      for await (const piece of req) text += piece
      res.end(`got ${text}`)
    })
    const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n'
    const said = talk(port, head)
    await heard(said, 'HTTP/1.1 100 Continue\r\n\r\n')
    said.socket.write('hi')
    await heard(said, /got hi$/)
    expect(said.text.split('100 Continue')).toHaveLength(2)
    server.on('checkContinue', (req, res) => {
      if (req.url === '/no') res.writeHead(413).end()
      else {
        res.writeContinue()
        server.emit('request', req, res)
      }
    })
    const asked = talk(port, head)
    await heard(asked, 'HTTP/1.1 100 Continue\r\n\r\n')
    asked.socket.write('yo')
    await heard(asked, /got yo$/)
    expect(asked.text.split('100 Continue')).toHaveLength(2)
    await heard(talk(port, head.replace('/', '/no')), /^HTTP\/1\.1 413 /)
  })
  test('103 with its links and 102 go ahead', async () => {
    const { port } = await serving((_req, res) => {
      res.writeProcessing()
      res.writeEarlyHints({ link: ['</a.css>; rel=preload', '</b.js>; rel=preload'], 'x-trace': 'one' })
      res.end('done')
    })
    await heard(
      talk(port, GET),
      /^HTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload, <\/b\.js>; rel=preload\r\nx-trace: one\r\n\r\nHTTP\/1\.1 200 OK/,
    )
  })
})

describe('other protocols', () => {
  test('WebSocket by ws on upgrade: a message there and back, and close', async () => {
    const { server, port } = await serving((_req, res) => void res.end())
    const sockets = new WebSocketServer({ server: server as never })
    sockets.on('connection', (socket, req) => {
      socket.send(`${req.url} ${req.socket.remoteAddress}`)
      socket.on('message', (data, binary) => socket.send(data, { binary }))
    })
    const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`)
    const messages: string[] = []
    const sent = 'x'.repeat(300_000)
    socket.on('open', () => socket.send(sent))
    socket.on('message', data => {
      messages.push(data.toString())
      if (messages.length === 2) socket.close(4_000)
    })
    const [code] = await once(socket, 'close')
    expect([code, ...messages]).toEqual([4_000, '/chat 127.0.0.1', sent])
  })
  test('upgrade gives the socket itself with what came behind the request; without a listener it is a request', async () => {
    const { server, port } = await serving((req, res) => void res.end(`plain ${req.headers.upgrade}`))
    const asks = 'GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n'
    await heard(talk(port, asks), /plain echo$/)
    server.on('upgrade', (req: IncomingMessage, socket: Socket, head: Buffer) => {
      expect(socket).toBe(req.socket)
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n${head}`)
      socket.pipe(socket)
    })
    const said = talk(port, `${asks}early`)
    await heard(said, /\r\n\r\nearly$/)
    said.socket.end(' late')
    await said.closed
    expect(said.text).toMatch(/early late$/)
  })
  test('CONNECT is a tunnel for whoever listens, and cut otherwise', async () => {
    const { server, port } = await serving((_req, res) => void res.end('never'))
    const asks = 'CONNECT b.test:443 HTTP/1.1\r\nHost: b.test:443\r\n\r\n'
    const nobody = talk(port, asks)
    await nobody.closed
    expect(nobody.text).toBe('')
    server.on('connect', (req: IncomingMessage, socket: Socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n\r\n${req.url}`)
      socket.pipe(socket)
    })
    const said = talk(port, asks)
    await heard(said, 'HTTP/1.1 200 OK\r\n\r\nb.test:443')
    said.socket.write(' through')
    await heard(said, /b\.test:443 through$/)
  })
})

describe('times and ends', () => {
  test('keepAliveTimeout and headersTimeout count from when they are set', async () => {
    const { server, port } = await serving((_req, res) => void res.end('ok'))
    server.keepAliveTimeout = 20
    server.headersTimeout = 20
    const idle = talk(port, GET)
    await idle.closed
    expect(idle.text).toMatch(/ok$/)
    const slow = talk(port, 'GET / HT')
    await slow.closed
    expect(slow.text).toMatch(/^HTTP\/1\.1 408 /)
  })
  test('setTimeout cuts what is silent, unless somebody listens', async () => {
    const { server, port } = await serving(() => {})
    server.setTimeout(20)
    const said = talk(port, GET)
    await said.closed
    expect(said.text).toBe('')
    server.on('timeout', (socket: Socket) => socket.end('bye'))
    const other = talk(port, GET)
    await heard(other, 'bye')
  })
  test('requestTimeout counts for the head too', async () => {
    const { server, port } = await serving(() => {})
    server.requestTimeout = 20
    const said = talk(port, 'GET / HT')
    await said.closed
    expect(said.text).toMatch(/^HTTP\/1\.1 408 /)
  })
  test('between requests it is keepAliveTimeout that counts, and nobody hears of timeout', async () => {
    const heardOf: string[] = []
    const { server, port } = await serving((req, res) => {
      req.socket.on('timeout', () => heardOf.push('of the socket'))
      res.end('ok')
    })
    server.setTimeout(15)
    server.keepAliveTimeout = 60
    server.on('timeout', () => heardOf.push('timeout'))
    const said = talk(port, GET)
    await said.closed
    expect(said.text).toMatch(/ok$/)
    expect(heardOf).toEqual([])
  })
  test('maxRequestsPerSocket is said with the last answer', async () => {
    const { port } = await serving((_req, res) => void res.end('ok'), { maxRequestsPerSocket: 2 })
    const said = talk(port, GET + GET + GET)
    await said.closed
    expect(said.text.split('200 OK')).toHaveLength(3)
    expect(said.text.match(/connection: close/gi)).toHaveLength(1)
  })
  test('answers say for how long their connection is kept, where it is: as Node does', async () => {
    const heads = async (asked: string, options: ServerOptions = {}, own?: [string, string]) => {
      const { port } = await serving(
        (_req, res) => void (own === undefined ? res : res.setHeader(...own)).end('ok'),
        options,
      )
      const said = talk(port, asked)
      await heard(said, /ok$/)
      said.socket.end()
      return [...said.text.matchAll(/^(?:connection|keep-alive): (.*)\r$/gim)].map(([, value]) => value)
    }
    expect(await heads(GET)).toEqual(['keep-alive', 'timeout=5'])
    expect(await heads(GET, { keepAliveTimeout: 12_999 })).toEqual(['keep-alive', 'timeout=12'])
    expect(await heads(GET, { keepAliveTimeout: 0 })).toEqual([])
    expect(await heads(GET, { maxRequestsPerSocket: 1 })).toEqual(['close'])
    expect(await heads(GET, {}, ['Connection', 'x'])).toEqual(['x'])
    expect(await heads(GET, {}, ['Keep-Alive', 'timeout=1'])).toEqual(['timeout=1'])
    expect(await heads(GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))).toEqual(['close'])
    expect(await heads(GET.replace('HTTP/1.1', 'HTTP/1.0'))).toEqual(['close'])
  })
  test('close lets what is under way end and closes what is idle; its callback comes then', async () => {
    let answer = (): void => {}
    const { server, port } = await serving((req, res) => {
      if (req.url === '/idle') res.end('ok')
      else answer = () => res.end('last')
    })
    const idle = talk(port, GET.replace('/', '/idle'))
    await heard(idle, /ok$/)
    const busy = talk(port, GET)
    await once(server, 'request')
    const closed = new Promise<void>(resolve => server.close(() => resolve()))
    await idle.closed
    answer()
    await busy.closed
    expect(busy.text).toMatch(/connection: close\r\n[\s\S]*last$/i)
    await closed
  })
  test('closeIdleConnections leaves those that are asked for something; closeAllConnections does not', async () => {
    const { server, port } = await serving((req, res) => void (req.url === '/idle' && res.end('ok')))
    const idle = talk(port, GET.replace('/', '/idle'))
    await heard(idle, /ok$/)
    const asked = once(server, 'request')
    const busy = talk(port, GET)
    await asked
    server.closeIdleConnections()
    await idle.closed
    expect(busy.ended).toBe(false)
    server.closeAllConnections()
    await busy.closed
  })
})

describe('mistakes of a listener have the codes of Node', () => {
  const mistakes = async (make: typeof nodeServer) => {
    const said: unknown[] = []
    const code = (work: () => unknown): void => {
      try {
        work()
        said.push('fine')
      } catch (error) {
        said.push((error as NodeJS.ErrnoException).code)
      }
    }
    const server = make(async (_req, res) => {
      code(() => res.setHeader('bad name', 'x'))
      code(() => res.setHeader('x', 'a\r\nb'))
      code(() => res.write(null as never))
      code(() => res.write(7 as never))
      code(() => res.writeHead(99))
      code(() => res.writeHead(200, 'a\nb'))
      res.statusMessage = 'Fine'
      res.on('error', (error: NodeJS.ErrnoException) => said.push(`error ${error.code}`))
      res.end('done')
      code(() => res.setHeader('late', 'x'))
      code(() => res.writeHead(200))
      code(() => res.write('late'))
      await new Promise<unknown>(resolve => res.end((error: unknown) => resolve(error)))
      said.push([res.headersSent, res.writableEnded, res.finished])
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    closing.push(() => server.close())
    const { body } = await request(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
    expect(await body.text()).toBe('done')
    await new Promise(resolve => setTimeout(resolve, 10))
    return said
  }
  test('the same as there', async () => {
    expect(await mistakes(createServer as unknown as typeof nodeServer)).toEqual(await mistakes(nodeServer))
  })
  test('options that would have to be ignored are refused', () => {
    for (const options of [{ insecureHTTPParser: true }, { requireHostHeader: false }, { uniqueHeaders: ['x'] }])
      expect(() => createServer(options as ServerOptions)).toThrow(
        expect.objectContaining({ code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' }),
      )
    expect(() => createServer({ requireHostHeader: true } as ServerOptions)).not.toThrow()
  })
})

describe('HTTPS', () => {
  test('a secure cookie of express-session comes over it, and not without', async () => {
    const app = express()
    app.use(session({ secret: 'x', resave: false, saveUninitialized: true, cookie: { secure: true } }))
    app.get('/', (req, res) => void res.json([req.secure, req.ip, 'encrypted' in req.socket && req.socket.encrypted]))
    const secure = createServer({ ...localhost }, app)
    expect(secure).toBeInstanceOf(SecureServer)
    const port = await listening(secure)
    const dispatcher = new Agent({ connect: { ca: root } })
    closing.push(() => dispatcher.close())
    const { headers, body } = await request(`https://localhost:${port}/`, { dispatcher })
    expect(await body.json()).toEqual([true, '127.0.0.1', true])
    expect(headers['set-cookie']).toMatch(/^connect\.sid=.*; Secure$/)
    const plain = await serving(app)
    const answer = await request(`http://127.0.0.1:${plain.port}/`)
    expect([answer.headers['set-cookie'], await answer.body.json()]).toEqual([undefined, [false, '127.0.0.1', false]])
  })
  test('WebSocket over it, and what came behind the request is decrypted', async () => {
    const server = createServer({ ...localhost }, (_req, res) => void res.end())
    server.on('upgrade', (_req: IncomingMessage, socket: Socket, head: Buffer) => {
      socket.write(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n${head}`)
      socket.pipe(socket)
    })
    const port = await listening(server)
    const socket = tlsConnect({ port, host: '127.0.0.1', servername: 'localhost', ca: root })
    let text = ''
    socket.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
      if (text.endsWith('early')) socket.end(' late')
    })
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\nearly')
    await once(socket, 'close')
    expect(text).toMatch(/^HTTP\/1\.1 101 [\s\S]*\r\n\r\nearly late$/)
  })
})
