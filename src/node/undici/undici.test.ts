/** undici's own `fetch`, `request`, interceptors and WebSocket over our client, against both makes of servers. */
import { once } from 'node:events'
import { createServer as nodeServer, type RequestListener } from 'node:http'
import { createServer as nodeSecureServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import {
  Agent,
  type Dispatcher,
  FormData,
  fetch,
  getGlobalDispatcher,
  interceptors,
  MockAgent,
  request,
  setGlobalDispatcher,
  WebSocket,
} from 'undici'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { closing, peer, soon } from '../../../test/support/net.ts'
import { localhost, root, strangeRoot } from '../../../test/support/node-tls.ts'
import { upstream } from '../../../test/support/proxied.ts'
import { recorder } from '../../trace/recorder.ts'
import type { MessageRecord } from '../../trace/types.ts'
import { createServer } from '../http/index.ts'
import { dispatcher, type UndiciOptions } from './index.ts'

type Make = typeof nodeServer
const MAKES: readonly (readonly [string, Make])[] = [
  ['node:http', nodeServer],
  ['ours', createServer as unknown as Make],
]

const ours = (options: UndiciOptions = {}) => {
  const made = dispatcher(options)
  closing.push(() => made.destroy())
  return made
}
const codeIn = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing',
    (error: Error & { code?: string }) =>
      error.code ?? (error.cause as { code: string } | undefined)?.code ?? `${error}`,
  )

const listener: RequestListener = async (req, res) => {
  const { pathname } = new URL(req.url!, 'http://a')
  if (pathname === '/echo') {
    res.setHeader('X-Framed', req.headers['transfer-encoding'] ?? `${req.headers['content-length']}`)
    res.setHeader('Set-Cookie', ['a=1', 'b=2'])
    res.setHeader('X-Got', req.headers['x-thing'] ?? '')
    req.pipe(res)
  } else if (pathname === '/there') res.writeHead(302, { Location: '/echo' }).end()
  else if (pathname === '/headers') {
    const { host, connection, ...rest } = req.headers
    res.end(JSON.stringify(rest))
  } else if (pathname === '/trailers') {
    res.writeHead(200, { Trailer: 'Sum' })
    res.write('body')
    res.addTrailers({ Sum: '4' })
    res.end()
  } else if (pathname === '/big') {
    for (let i = 0; i < 100 && !res.destroyed; i++) if (!res.write(Buffer.alloc(100_000))) await once(res, 'drain')
    res.end()
  } else if (pathname === '/hints') {
    res.writeEarlyHints({ link: '</a.css>; rel=preload' })
    res.end('after')
  } else if (pathname === '/204') res.writeHead(204).end()
  else if (pathname !== '/never') res.writeHead(404).end()
}

for (const [name, make] of MAKES) {
  test(`request and fetch say of a server of ${name} what they say over undici's own connections`, async () => {
    const { url } = await upstream(listener, make)
    const own = new Agent()
    closing.push(() => own.close())
    const asked = async (over: Dispatcher) => {
      const said: unknown[] = []
      const ask = async (path: string, options: Parameters<typeof request>[1] = {}) => {
        const answer = await request(`${url}${path}`, { ...options, dispatcher: over })
        const { date, connection, 'keep-alive': _, ...headers } = answer.headers
        said.push(answer.statusCode, headers, await answer.body.text(), { ...answer.trailers })
      }
      await ask('/echo?x=1', { headers: { 'X-Thing': 'value' } })
      await ask('/echo', { method: 'POST', body: 'hello' })
      await ask('/echo', { method: 'POST', body: Readable.from(['in ', 'pieces']) })
      const measured = { 'Content-Length': '9' }
      await ask('/echo', { method: 'POST', body: Readable.from(['in ', 'pieces']), headers: measured })
      await ask('/echo', { method: 'PUT', body: Buffer.alloc(1_000_000, 'x') })
      await ask('/echo', { method: 'HEAD' })
      await ask('/echo', { query: { a: [1, 2] } as never })
      await ask('/headers', { headers: ['X-Raw', '1', 'X-Raw', '2'] })
      await ask('/204')
      await ask('/nowhere', { method: 'DELETE' })
      await ask('/trailers')
      const response = await fetch(`${url}/there`, { dispatcher: over as never })
      said.push(response.status, response.redirected, response.headers.getSetCookie(), await response.text())
      const form = new FormData()
      form.set('a', 'b')
      const posted = await fetch(`${url}/echo`, { method: 'POST', body: form, dispatcher: over as never })
      said.push(await posted.text())
      return said
    }
    const drop = (said: unknown[]) => JSON.parse(JSON.stringify(said).replace(/formdata-undici-\d+/g, ''))
    expect(drop(await asked(ours()))).toEqual(drop(await asked(own)))
  })

  test(`an abort ends the request at a server of ${name}, before the head and within the body`, async () => {
    const { server, url } = await upstream(listener, make)
    const over = ours()
    for (const path of ['/never', '/big']) {
      const left = new Promise<void>(resolve =>
        server.once('request', (_req, res) => void res.once('close', () => resolve())),
      )
      const controller = new AbortController()
      const asked = request(`${url}${path}`, { dispatcher: over, signal: controller.signal })
      if (path === '/never') {
        await once(server, 'request')
        controller.abort()
        await expect(asked).rejects.toMatchObject({ name: 'AbortError' })
      } else {
        const { body } = await asked
        await once(body, 'readable')
        controller.abort()
        await expect(body.text()).rejects.toMatchObject({ name: 'AbortError' })
      }
      await left
    }
  })

  test(`a body of ${name} that nobody reads stops the server, and comes whole when somebody does`, async () => {
    const { server, url } = await upstream(listener, make)
    let written = (): number => 0
    server.on('request', (req, _res) => {
      written = () => req.socket.bytesWritten
    })
    const { body } = await request(`${url}/big`, { dispatcher: ours() })
    await soon(40)
    expect(written()).toBeLessThan(9_000_000)
    expect((await body.arrayBuffer()).byteLength).toBe(10_000_000)
  })
}

test('interceptors of undici: retry asks again after a cut, redirect follows', async () => {
  let asks = 0
  const url = await peer(socket => {
    socket.once('data', () => {
      if (++asks < 3) socket.resetAndDestroy()
      else socket.end('HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\ndone')
    })
  })
  const retrying = ours().compose(interceptors.retry({ minTimeout: 1, maxTimeout: 2 }))
  const answer = await request(url, { dispatcher: retrying })
  expect([await answer.body.text(), asks]).toEqual(['done', 3])
  const { url: other } = await upstream(listener)
  const following = ours().compose(interceptors.redirect({ maxRedirections: 3 }))
  expect((await request(`${other}/there`, { dispatcher: following })).statusCode).toBe(200)
})

test('it can be the dispatcher of all: the fetch of the platform runs over it', async () => {
  const before = getGlobalDispatcher()
  closing.push(() => setGlobalDispatcher(before))
  const { url } = await upstream(listener)
  let asked = 0
  const over = ours()
  const counted = over.compose(dispatch => (options, handler) => {
    asked++
    return dispatch(options, handler)
  })
  setGlobalDispatcher(counted)
  expect(await (await globalThis.fetch(`${url}/echo`, { method: 'POST', body: 'hi' })).text()).toBe('hi')
  expect(await (await fetch(`${url}/echo`, { method: 'POST', body: 'yo' })).text()).toBe('yo')
  expect(asked).toBe(2)
})

test('MockAgent of undici answers what is mocked, and the rest goes over it', async () => {
  const { url } = await upstream(listener)
  const flows = new Set<string>()
  const trace = { ...recorder(), message: ({ flow }: MessageRecord) => void flows.add(flow) }
  const mocking = new MockAgent({ factory: () => ours({ trace }) })
  closing.push(() => mocking.close())
  mocking.get(url).intercept({ path: '/mocked' }).reply(200, 'mocked')
  expect(await (await fetch(`${url}/mocked`, { dispatcher: mocking })).text()).toBe('mocked')
  expect(flows.size).toBe(0)
  const texts = ['a', 'b', 'c', 'd'].map(async body =>
    (await fetch(`${url}/echo`, { method: 'POST', body, dispatcher: mocking })).text(),
  )
  expect(await Promise.all(texts)).toEqual(['a', 'b', 'c', 'd'])
  expect(flows.size).toBeGreaterThan(0)
  mocking.disableNetConnect()
  expect(await codeIn(fetch(`${url}/echo`, { dispatcher: mocking }))).toBe('UND_MOCK_ERR_MOCK_NOT_MATCHED')
})

test('WebSocket of undici and dispatcher.upgrade run over it', async () => {
  const { server, url } = await upstream(listener)
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', socket => socket.on('message', (data, binary) => socket.send(data, { binary })))
  const socket = new WebSocket(url.replace('http', 'ws'), { dispatcher: ours() })
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  const heardBack = new Promise<unknown>(resolve => socket.addEventListener('message', ({ data }) => resolve(data)))
  socket.send('there and back')
  expect(await heardBack).toBe('there and back')
  socket.close()
  server.removeAllListeners('upgrade')
  server.on('upgrade', (_req, raw) => {
    raw.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n')
    raw.pipe(raw)
  })
  const upgraded = await ours().upgrade({ path: '/', origin: url, protocol: 'echo' } as never)
  upgraded.socket.end('through')
  let text = ''
  for await (const piece of upgraded.socket) text += piece
  expect(text).toBe('through')
})

test('1xx is told to whoever asks for it', async () => {
  const { url } = await upstream(listener)
  const infos: unknown[] = []
  const onInfo = ({ statusCode, headers }: { statusCode: number; headers: { link?: unknown } }) =>
    infos.push([statusCode, headers.link])
  const { body } = await request(`${url}/hints`, { dispatcher: ours(), onInfo } as never)
  expect(await body.text()).toBe('after')
  expect(infos).toEqual([[103, '</a.css>; rel=preload']])
})

test('failures have the codes of undici and Node, and ours as cause', async () => {
  const over = ours()
  const get = (url: string, options = {}) => codeIn(request(url, { dispatcher: over, ...options }))
  const closed = nodeServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const { port } = closed.address() as AddressInfo
  await new Promise(resolve => closed.close(resolve))
  expect(await get(`http://127.0.0.1:${port}/`)).toBe('ECONNREFUSED')
  const cut = await peer(socket => void socket.once('data', () => socket.destroy()))
  expect(await get(cut)).toBe('UND_ERR_SOCKET')
  const broken = await peer(socket => void socket.once('data', () => socket.end('NONSENSE\r\n\r\n')))
  const failed = await request(broken, { dispatcher: over }).catch(error => error)
  expect(failed.name).toBe('HTTPParserError')
  expect(failed.cause.code).toBe('http/bad-start-line')
  const silent = await peer(socket => void socket.resume())
  expect(await get(silent, { headersTimeout: 20 })).toBe('UND_ERR_HEADERS_TIMEOUT')
  const half = await peer(socket => {
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'))
  })
  const { body } = await request(half, { dispatcher: over, bodyTimeout: 20 })
  expect(await codeIn(body.text())).toBe('UND_ERR_BODY_TIMEOUT')
  expect(await get(cut, { headers: { 'bad name': 'x' } })).toBe('UND_ERR_INVALID_ARG')
  const ended = over.close()
  expect(await get(cut)).toBe('UND_ERR_CLOSED')
  await ended
  expect(await get(cut)).toBe('UND_ERR_DESTROYED')
  const error = await fetch(cut, { dispatcher: ours() as never }).catch(thrown => thrown)
  expect(error).toBeInstanceOf(TypeError)
  expect(error.cause.code).toBe('UND_ERR_SOCKET')
})

test('close waits for what is under way, destroy ends it', async () => {
  const { server, url } = await upstream(
    (req, res) => void (req.url === '/slow' && setTimeout(() => res.end('late'), 20)),
  )
  const waiting = ours()
  const asked = request(`${url}/slow`, { dispatcher: waiting }).then(({ body }) => body.text())
  await once(server, 'request')
  await waiting.close()
  expect(await asked).toBe('late')
  const ending = ours()
  const never = codeIn(request(`${url}/never`, { dispatcher: ending }))
  await once(server, 'request')
  await ending.destroy()
  expect(await never).toBe('UND_ERR_DESTROYED')
})

test('HTTPS is judged by our TLS: a stranger is refused with the code of Node', async () => {
  const server = nodeSecureServer(localhost, (_req, res) => void res.end('secure')).listen(0, '127.0.0.1')
  await once(server, 'listening')
  closing.push(() => server.close())
  const url = `https://localhost:${(server.address() as AddressInfo).port}/`
  const { body } = await request(url, { dispatcher: ours({ ca: root }) })
  expect(await body.text()).toBe('secure')
  expect(await codeIn(request(url, { dispatcher: ours({ ca: strangeRoot('Another') }) }))).toMatch(
    /^(?:UNABLE_|SELF_|ERR_|CERT_)/,
  )
})
