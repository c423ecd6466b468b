/** How a server is made and ends, and what its options mean: as with Node. */
import { captureRejectionSymbol, once } from 'node:events'
import { createServer as nodeServer, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { heard, soon, talk } from '../../../test/support/net.ts'
import { listening, serving } from '../../../test/support/node-http.ts'
import { localhost } from '../../../test/support/node-tls.ts'
import { writePkcs12 } from '../../x509/index.ts'
import { nodeCrypto } from '../crypto.ts'
import { createServer, type IncomingMessage, SecureServer, Server, type ServerOptions } from './index.ts'

const GET = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const ok = (_req: unknown, res: { end(text: string): void }): void => res.end('ok')

describe('a server', () => {
  test('is made with or without new, by its listener alone, or by nothing', async () => {
    const Old = Server as unknown as (...given: unknown[]) => Server
    for (const server of [new Server(ok), Old(ok), Old({}, ok), new Server(null, ok), createServer(ok) as Server]) {
      expect(server).toBeInstanceOf(Server)
      await heard(talk(await listening(server), GET), /ok$/)
    }
    const bare = Old()
    bare.on('request', ok)
    await heard(talk(await listening(bare), GET), /ok$/)
    expect((SecureServer as unknown as (options: object) => SecureServer)(localhost)).toBeInstanceOf(SecureServer)
  })
  test('can be extended, but not called on an object that was made otherwise', async () => {
    class Own extends Server {
      readonly own = true
    }
    const server = new Own(ok)
    expect([server.own, server instanceof Server]).toEqual([true, true])
    await heard(talk(await listening(server), GET), /ok$/)
    expect(() => (Server as unknown as () => void).call(server)).toThrow(TypeError)
  })
  test('speaks TLS where its certificate is in PKCS#12: it must not speak in clear', () => {
    const pfx = Buffer.from(writePkcs12({ entries: [], iterations: 1 }, 'x', nodeCrypto()))
    expect(() => createServer({ pfx, passphrase: 'wrong' })).toThrow()
  })
})

test('options that are none have the codes of Node', () => {
  for (const options of [
    'text',
    7,
    [],
    { requestTimeout: 'soon' },
    { headersTimeout: -1 },
    { keepAliveTimeout: 1.5 },
    { maxHeaderSize: -1 },
    { headersTimeout: 10_000, requestTimeout: 1_000 },
  ]) {
    const codes = [nodeServer, createServer].map(make => {
      try {
        ;(make as (options: unknown) => unknown)(options)
        return 'none'
      } catch (error) {
        return (error as NodeJS.ErrnoException).code
      }
    })
    expect(codes[1], JSON.stringify(options)).toBe(codes[0])
    expect(codes[1]).toMatch(/^ERR_/)
  }
})

test('a head has no more time than its request where nothing else is said', () => {
  const times = (options: ServerOptions): number[] => {
    const { headersTimeout, requestTimeout } = createServer(options)
    return [headersTimeout, requestTimeout]
  }
  for (const options of [{}, { requestTimeout: 20_000 }, { headersTimeout: 10_000 }, { requestTimeout: 100_000 }]) {
    const { headersTimeout, requestTimeout } = nodeServer(options)
    expect(times(options)).toEqual([headersTimeout, requestTimeout])
  }
  // Otherwise than Node: who lets bodies take their time does not wait for heads for ever.
  expect(times({ requestTimeout: 0 })).toEqual([60_000, 0])
})

test('a connection is kept somewhat longer than its client is told: the next request may be on its way', async () => {
  const { port } = await serving(ok as never, { keepAliveTimeout: 10, keepAliveTimeoutBuffer: 200 })
  const said = talk(port, GET)
  await heard(said, /ok$/)
  await soon(60)
  said.socket.write(GET)
  await heard(said, /ok[\s\S]*ok$/)
  const { port: other } = await serving(ok as never, { keepAliveTimeout: 10, keepAliveTimeoutBuffer: 0 })
  const brief = talk(other, GET)
  await brief.closed
  expect((createServer({}) as Server).keepAliveTimeoutBuffer).toBe(1_000)
})

test('a client that has connected has as long for its first request as for a head, whatever is kept between two', async () => {
  const { port } = await serving(ok as never, { keepAliveTimeout: 1, keepAliveTimeoutBuffer: 0 })
  const late = talk(port)
  await soon(60)
  expect(late.ended).toBe(false)
  late.socket.write(GET)
  await heard(late, /ok$/)
  const { port: other } = await serving(ok as never, { keepAliveTimeout: 0, headersTimeout: 20 })
  await talk(other).closed
})

test('with maxRequestsPerSocket answers say how many there may be', async () => {
  const { port } = await serving(ok as never, { maxRequestsPerSocket: 3 })
  await heard(talk(port, GET), /keep-alive: timeout=5, max=3\r\n/i)
})

describe('close', () => {
  test('answers whoever has begun to ask, or has just connected', async () => {
    const { server, port } = await serving(ok as never)
    const begun = talk(port, 'GET / HT')
    const fresh = talk(port)
    await soon(20)
    const closed = once(server, 'close')
    server.close()
    await soon(20)
    begun.socket.write('TP/1.1\r\nHost: a\r\n\r\n')
    fresh.socket.write(GET)
    await Promise.all([begun.closed, fresh.closed, closed])
    for (const { text } of [begun, fresh]) expect(text).toMatch(/^HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*ok$/i)
  })
})

describe('shouldUpgradeCallback', () => {
  const asks = 'GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n'
  test('decides what is a request, by the request', async () => {
    const { server, port } = await serving(ok as never, { shouldUpgradeCallback: ({ url }) => url === '/x' })
    server.on('upgrade', (_req: IncomingMessage, socket: Socket) => socket.end('upgraded'))
    await heard(talk(port, asks), /^upgraded$/)
    await heard(talk(port, asks.replace('/x', '/y')), /ok$/)
  })
  test('and what nobody takes then is cut', async () => {
    const { port } = await serving(ok as never, { shouldUpgradeCallback: () => true })
    const said = talk(port, asks)
    await said.closed
    expect(said.text).toBe('')
  })
})

describe('what an async listener rejects with, where rejections are captured', () => {
  const rejected = async (listener: (res: ServerResponse) => void): Promise<string> => {
    const { server, port } = await serving(async (_req, res) => {
      listener(res)
      // As `events.captureRejections` has it called, which is for a whole process.
      const capture = (server as unknown as Record<symbol, (...given: unknown[]) => void>)[captureRejectionSymbol]!
      capture.call(server, new Error('kaboom'), 'request', _req, res)
    })
    const said = talk(port, GET.replace('\r\n\r\n', '\r\nConnection: close\r\n\r\n'))
    await said.closed
    return said.text
  }
  test('is 500, with nothing of what was to be said', async () => {
    const said = await rejected(res => void res.setHeader('content-type', 'application/json'))
    expect(said).toMatch(/^HTTP\/1\.1 500 [\s\S]*\r\n\r\nInternal Server Error$/)
    expect(said).not.toContain('json')
  })
  test('cuts an answer that has begun', async () => {
    expect(await rejected(res => void res.write('half'))).not.toMatch(/0\r\n\r\n$/)
  })
  test('for other events is an error of the server', async () => {
    const server = createServer() as Server
    const told: unknown[] = []
    server.on('error', error => told.push(error))
    const capture = (server as unknown as Record<symbol, (...given: unknown[]) => void>)[captureRejectionSymbol]!
    capture.call(server, 'why', 'listening')
    expect(told).toEqual(['why'])
  })
})

test('a socket of HTTP takes no encoding, and again does once it was handed over', async () => {
  const { server, port } = await serving(ok as never)
  const codes: unknown[] = []
  const code = (socket: Socket): void => {
    try {
      socket.setEncoding('utf8')
      codes.push('taken')
    } catch (error) {
      codes.push((error as NodeJS.ErrnoException).code)
    }
  }
  server.on('connection', code)
  server.on('upgrade', (_req: IncomingMessage, socket: Socket) => {
    code(socket)
    socket.destroy()
  })
  await talk(port, 'GET / HTTP/1.1\r\nHost: a\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n').closed
  expect(codes).toEqual(['ERR_HTTP_SOCKET_ENCODING', 'taken'])
})
