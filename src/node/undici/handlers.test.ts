/** What handlers of undici are told, when, and what becomes of those that throw. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { PassThrough } from 'node:stream'
import { Agent, type Dispatcher, fetch, interceptors, RetryAgent, request, WebSocket } from 'undici'
import { expect, test } from 'vitest'
import { WebSocketServer } from 'ws'
import { closing, peer, soon } from '../../../test/support/net.ts'
import { upstream } from '../../../test/support/proxied.ts'
import { dispatcher, type UndiciOptions } from './index.ts'

const ours = (options: UndiciOptions = {}) => {
  const made = dispatcher(options)
  closing.push(() => made.destroy())
  return made
}
const GET = { path: '/', method: 'GET' as const }

test('what compose makes can be asked, closed and destroyed', async () => {
  const { url } = await upstream((_, answer) => void answer.end('composed'))
  for (const end of ['close', 'destroy'] as const) {
    const composed = dispatcher().compose(interceptors.redirect({ maxRedirections: 1 }))
    expect(await (await request(url, { dispatcher: composed })).body.text()).toBe('composed')
    await composed[end]()
    expect((composed as unknown as { destroyed: boolean }).destroyed).toBe(true)
    await expect(request(url, { dispatcher: composed })).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' })
  }
})

test('close waits for what was asked just before, as often as it is called; what is closed says so', async () => {
  const { url } = await upstream((_, answer) => void setTimeout(() => answer.end('late'), 10))
  const over = dispatcher()
  const asked = request(url, { dispatcher: over }).then(({ body }) => body.text())
  const told: unknown[] = []
  over.close((...facts: unknown[]) => told.push(facts))
  await Promise.all([over.close(), over.close()])
  expect(await asked).toBe('late')
  await soon()
  expect(told).toEqual([[null, null]])
  await expect(over.close()).rejects.toMatchObject({ code: 'UND_ERR_DESTROYED' })
  await over.destroy()
  expect(() => over.close('later' as never)).toThrow('invalid callback')
})

test('fetch has the answer behind 103, which it does not want to hear of', async () => {
  const { url } = await upstream((_, answer) => {
    answer.writeEarlyHints({ link: '</a.css>; rel=preload' })
    answer.end('behind')
  })
  expect(await (await fetch(url, { dispatcher: ours() as never })).text()).toBe('behind')
})

test('what came at once is told at once: the next request finds it in the cache', async () => {
  let asks = 0
  const answer = `HTTP/1.1 200 OK\r\nCache-Control: max-age=60\r\nDate: ${new Date().toUTCString()}\r\n`
  const url = await peer(socket => {
    socket.on('data', () => void socket.write(`${answer}Content-Length: 1\r\n\r\n${++asks}`))
  })
  const caching = ours().compose(interceptors.cache())
  const first = await request(url, { dispatcher: caching })
  const second = await request(url, { dispatcher: caching })
  expect([await first.body.text(), await second.body.text()]).toEqual(['1', '1'])
})

test('a time that ran out is no abort of the caller: RetryAgent asks again', async () => {
  let asks = 0
  const { url } = await upstream((_, answer) => {
    if (++asks > 1) answer.end('in time')
  })
  const options = { errorCodes: ['UND_ERR_HEADERS_TIMEOUT'], minTimeout: 1 }
  const retrying = new RetryAgent(ours({ timeouts: { firstByte: 100 } }) as unknown as Agent, options)
  expect(await (await request(url, { dispatcher: retrying })).body.text()).toBe('in time')
})

test('headersTimeout waits for the server, not for whoever gives the body, and 0 is none', async () => {
  const { url } = await upstream(async (head, answer) => {
    for await (const _ of head);
    setTimeout(() => answer.end('all of it'), head.headers['x-late'] === undefined ? 0 : 600)
  })
  const body = new PassThrough()
  const over = ours({ timeouts: { firstByte: 300 } })
  const asked = request(url, { dispatcher: over, method: 'POST', body })
  for (let i = 0; i < 10; i++) {
    body.write('piece')
    await soon(i === 5 ? 400 : 10)
  }
  body.end()
  expect(await (await asked).body.text()).toBe('all of it')
  const late = { dispatcher: over, headers: { 'x-late': 'yes' } }
  const [answer, failed] = await Promise.all([
    request(url, { ...late, headersTimeout: 0 }),
    request(url, late).catch(error => error),
  ])
  expect(await answer.body.text()).toBe('all of it')
  expect([failed.code, failed.cause.code]).toEqual(['UND_ERR_HEADERS_TIMEOUT', 'http/head-timeout'])
})

test('what a handler throws ends its request, and is what it is told', async () => {
  const { url } = await upstream((_, answer) => {
    answer.writeEarlyHints({ link: '</a.css>; rel=preload' })
    answer.end('body')
  })
  for (const name of ['onRequestStart', 'onResponseStart', 'onResponseData', 'onResponseEnd'] as const) {
    const error = await new Promise(resolve => {
      const thrower = {
        [name]: () => {
          throw new Error(name)
        },
        onResponseError: (_: unknown, thrown: Error) => resolve(thrown),
      }
      ours().dispatch({ origin: url, ...GET }, { onRequestStart() {}, ...thrower })
    })
    expect(String(error)).toBe(`Error: ${name}`)
  }
})

test('what it throws when it is told of an error is an event of the dispatcher, and nobody waits for ever', async () => {
  const over = dispatcher()
  const thrown = once(over as unknown as NodeJS.EventEmitter, 'error')
  const onResponseError = (): void => {
    throw new Error('thrown again')
  }
  over.dispatch({ origin: 'nowhere', ...GET }, { onRequestStart() {}, onResponseError })
  expect(String((await thrown)[0])).toBe('Error: thrown again')
  await over.close()
})

test('a handler that cannot be told is refused; one that lacks the rest is told', async () => {
  const over = ours()
  expect(() => over.dispatch({ origin: 'http://a.test', ...GET }, null as never)).toThrow('handler must be an object')
  expect(() => over.dispatch({ origin: 'http://a.test', ...GET }, { onConnect() {} } as never)).toThrow(
    'invalid onError method',
  )
  const told = (handler: object, options: object = {}): Promise<string> =>
    new Promise(resolve => {
      const said = (error: Error): void => resolve(error.message)
      const errors =
        'onRequestStart' in handler ? { onResponseError: (_: unknown, e: Error) => said(e) } : { onError: said }
      over.dispatch({ origin: 'http://a.test', ...GET, ...options } as never, { ...handler, ...errors } as never)
    })
  const nothing = (): void => {}
  expect(await told({ onConnect: nothing })).toBe('invalid onHeaders method')
  expect(await told({ onConnect: nothing }, { upgrade: 'a' })).toBe('invalid onUpgrade method')
  expect(await told({ onRequestStart: nothing }, { method: 'CONNECT' })).toBe('invalid onRequestUpgrade method')
})

/** A server that switches to an echo, and its sockets. */
const echoing = async () => {
  const { server, url } = await upstream((_, answer) => void answer.writeHead(401, { 'X-Why': 'no' }).end('who?'))
  const sockets: Duplex[] = []
  const switching = (_: unknown, socket: Socket): void => {
    sockets.push(socket)
    socket.on('error', () => {})
    socket.write('HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n')
    socket.pipe(socket)
  }
  return { server, url, sockets, switching }
}

test('a server that stays with HTTP has answered: who asked to switch is told the answer', async () => {
  const { url } = await echoing()
  const told = await new Promise(resolve => {
    const facts: unknown[] = []
    ours().dispatch({ origin: url, ...GET, upgrade: 'echo' }, {
      onRequestStart() {},
      onRequestUpgrade: () => facts.push('switched'),
      onResponseStart: (_, status, headers) => facts.push(status, headers['x-why']),
      onResponseData: (_, bytes) => facts.push(String(bytes)),
      onResponseEnd: () => resolve(facts),
      onResponseError: (_, error) => resolve(error),
    } as Dispatcher.DispatchHandler)
  })
  expect(told).toEqual([401, 'no', 'who?'])
  await expect(ours().upgrade({ origin: url, ...GET } as never)).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' })
})

test('a socket that its handler throws at is destroyed with that, and one that the server ends has ended', async () => {
  const { server, url, sockets, switching } = await echoing()
  server.on('upgrade', switching)
  const failed = new Promise(resolve => {
    const onRequestUpgrade = (_: unknown, _status: number, _headers: unknown, socket: Duplex): void => {
      socket.on('error', resolve)
      throw new Error('not wanted')
    }
    const handler = { onRequestStart() {}, onRequestUpgrade, onResponseError() {} }
    ours().dispatch({ origin: url, ...GET, upgrade: 'echo' }, handler as never)
  })
  expect(String(await failed)).toBe('Error: not wanted')
  const { socket } = await ours().upgrade({ origin: url, ...GET, protocol: 'echo' } as never)
  socket.resume()
  sockets.at(-1)!.end()
  await once(socket, 'close')
})

test('WebSocket of undici closes, and takes no more than its dispatcher allows', async () => {
  const { server, url } = await upstream(() => {})
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', socket => socket.send('more than that'))
  const open = async (options: UndiciOptions, event: string): Promise<WebSocket> => {
    const socket = new WebSocket(url.replace('http', 'ws'), { dispatcher: ours(options) })
    await new Promise(resolve => socket.addEventListener(event as 'open', resolve))
    return socket
  }
  const socket = await open({}, 'message')
  const left = new Promise(resolve => [...sockets.clients][0]!.on('close', resolve))
  socket.close(1000)
  expect(await left).toBe(1000)
  expect((await open({ webSocket: { maxPayloadSize: 4 } }, 'error')).readyState).toBeGreaterThan(1)
  expect(ours().webSocketOptions).toEqual((new Agent() as unknown as Record<string, unknown>).webSocketOptions)
})
