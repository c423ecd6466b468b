/** What a dispatcher tells of its connections, beside what undici's own tells of the same. */
import { type EventEmitter, once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { Agent, BalancedPool, Dispatcher, Pool, request } from 'undici'
import { expect, test } from 'vitest'
import { closing, soon } from '../../../test/support/net.ts'
import { Busy } from './busy.ts'
import { dispatcher } from './index.ts'

const listener: RequestListener = (asked, answer) => {
  if (asked.url === '/last') answer.setHeader('Connection', 'close').end('the last')
  else if (asked.url === '/cut') asked.socket.destroy()
  else if (asked.url === '/part') {
    answer.write('a part')
    setTimeout(() => asked.socket.destroy(), 20)
  } else if (asked.url === '/late') setTimeout(() => answer.end('late'), 20)
  else if (asked.url === '/old') {
    answer.end('the server is about to go')
    setTimeout(() => asked.socket.end(), 20)
  } else if (asked.url !== '/never') answer.end('here')
}

const serving = async (): Promise<string> => {
  const server = createServer({ keepAliveTimeout: 0 }, listener)
  const switched = (words: string) => (_asked: unknown, socket: Duplex) => {
    socket.on('error', () => {})
    socket.end(`HTTP/1.1 ${words}\r\n\r\n`)
  }
  server.on('upgrade', switched('101 Now\r\nConnection: Upgrade\r\nUpgrade: test'))
  server.on('connect', switched('200 Go on'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  closing.push(() => {
    server.close()
    server.closeAllConnections()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

interface Options {
  readonly connections: number
  /** In ms. */
  readonly keepAlive: number
}
type Make = (options: Options) => Dispatcher
const MAKES: Readonly<Record<string, Make>> = {
  undici: ({ connections, keepAlive }) =>
    new Agent({
      connections,
      keepAliveTimeout: keepAlive,
      keepAliveTimeoutThreshold: 0,
      keepAliveMaxTimeout: keepAlive,
    }),
  ours: ({ connections, keepAlive }) => dispatcher({ perOrigin: connections, keepAlive }),
}

/** Its events as they come, and what waits until there are so many. */
const listening = (made: Dispatcher) => {
  const events: string[] = []
  const heard =
    (event: string) =>
    (origin: unknown, targets: readonly unknown[], error?: Error & { code?: string }): void => {
      const first = targets[0] === made && targets.every(target => target instanceof Dispatcher)
      events.push(`${event} ${origin instanceof URL ? origin.href : typeof origin} ${first} ${error?.code}`)
    }
  for (const event of ['connect', 'disconnect', 'connectionError', 'drain'] as const)
    (made as EventEmitter).on(event, heard(event))
  const until = async (count: number): Promise<void> => {
    while (events.length < count) await soon()
  }
  return { events, until }
}

type Ask = (path: string, options?: object) => Promise<unknown>
type Story = (ask: Ask, made: Dispatcher, until: (count: number) => Promise<void>, origin: string) => Promise<unknown>

const stories: Readonly<Record<string, Partial<Options> & { readonly play: Story; readonly tells: string[] }>> = {
  'an answer after which the server closes': {
    play: ask => ask('/last'),
    tells: ['connect', 'disconnect UND_ERR_INFO'],
  },
  'an answer after which the client closes': {
    play: ask => ask('/', { reset: true }),
    tells: ['connect', 'disconnect UND_ERR_INFO'],
  },
  'a server that goes without an answer': {
    play: ask => ask('/cut', { method: 'POST' }).catch(() => {}),
    tells: ['connect', 'disconnect UND_ERR_SOCKET'],
  },
  'a body that breaks off': {
    play: ask => ask('/part').catch(() => {}),
    tells: ['connect', 'disconnect UND_ERR_SOCKET'],
  },
  'a server that goes between requests': { play: ask => ask('/old'), tells: ['connect', 'disconnect UND_ERR_SOCKET'] },
  'a connection that nobody had for long': {
    keepAlive: 20,
    play: ask => ask('/'),
    tells: ['connect', 'disconnect UND_ERR_INFO'],
  },
  'nobody who listens': {
    play: async (_ask, made) => request('http://127.0.0.1:1/', { dispatcher: made }).catch(() => {}),
    tells: ['connectionError ECONNREFUSED'],
  },
  'a close': {
    play: async (ask, made) => {
      const late = ask('/late')
      await made.close()
      await late
    },
    tells: ['connect', 'disconnect UND_ERR_DESTROYED'],
  },
  'an end with an error': {
    play: async (ask, made, until) => {
      const asked = ask('/never').catch(() => {})
      await until(1)
      await made.destroy(Object.assign(new Error('mine'), { code: 'MINE' }))
      await asked
    },
    tells: ['connect', 'disconnect MINE'],
  },
  'another protocol': {
    play: async (_ask, made, _until, origin) => {
      const { socket } = await made.upgrade({ origin, path: '/', protocol: 'test' } as never)
      socket.destroy()
    },
    tells: ['connect', 'disconnect UND_ERR_INFO'],
  },
  'a tunnel': {
    play: async (_ask, made, _until, origin) => {
      const { socket } = await made.connect({ origin, path: 'a.test:1' })
      socket.destroy()
    },
    tells: ['connect', 'disconnect UND_ERR_INFO'],
  },
  'more requests than connections': {
    connections: 2,
    play: ask => Promise.all(Array.from({ length: 5 }, () => ask('/late'))),
    tells: ['connect', 'connect', 'drain'],
  },
}

for (const [what, { play, tells, ...options }] of Object.entries(stories))
  test.each(Object.entries(MAKES))(`${what}, told by %s`, async (_name, make) => {
    const origin = await serving()
    const made = make({ connections: 6, keepAlive: 60_000, ...options })
    closing.push(() => made.destroy().catch(() => {}))
    const { events, until } = listening(made)
    const ask: Ask = async (path, more = {}) =>
      (await request(`${origin}${path}`, { dispatcher: made, ...more })).body.text()
    await play(ask, made, until, origin)
    await until(tells.length)
    const where = what === 'nobody who listens' ? 'http://127.0.0.1:1' : origin
    const told = tells.map(line => line.split(' ')).map(([event, code]) => `${event} ${where}/ true ${code}`)
    expect(events).toEqual(told)
  })

test('a request that is given up is no failure of the server, nor of its connection', async () => {
  const origin = await serving()
  const made = dispatcher()
  closing.push(() => made.destroy())
  const { events, until } = listening(made)
  const stop = new AbortController()
  const asked = request(`${origin}/`, { dispatcher: made, signal: stop.signal }).catch(error => error.name)
  stop.abort()
  expect([await asked, events]).toEqual(['AbortError', []])
  const late = new AbortController()
  const never = request(`${origin}/never`, { dispatcher: made, signal: late.signal }).catch(error => error.name)
  await until(1)
  late.abort()
  expect(await never).toBe('AbortError')
  expect(events).toEqual([`connect ${origin}/ true undefined`, `disconnect ${origin}/ true UND_ERR_INFO`])
})

test.each(Object.entries(MAKES))('dispatch of %s is false when the next request would wait', async (_name, make) => {
  const [origin, other] = [await serving(), await serving()]
  const made = make({ connections: 2, keepAlive: 60_000 })
  closing.push(() => made.destroy().catch(() => {}))
  let open = 0
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onResponseStart() {},
    onResponseData() {},
    onResponseEnd: () => void open--,
    onResponseError() {},
  }
  const begin = (where: string): boolean => {
    open++
    return made.dispatch({ origin: where, path: '/late', method: 'GET' }, handler)
  }
  expect([begin(origin), begin(other), begin(origin), begin(origin)]).toEqual([true, true, false, false])
  await once(made, 'drain')
  expect(open).toBeLessThan(3)
  while (open > 0) await soon()
  expect(begin(origin)).toBe(true)
})

test('only who was busy is told of as drained', () => {
  const told: string[] = []
  const busy = new Busy(2, origin => told.push(origin))
  expect([busy.began('a'), busy.began('b'), busy.began('a')]).toEqual([false, false, true])
  busy.ended('b')
  expect(told).toEqual([])
  busy.ended('a')
  busy.ended('a')
  expect([told, busy.began('a')]).toEqual([['a'], false])
})

test.each([
  ['Agent', (factory: () => Dispatcher) => new Agent({ factory })],
  ['Pool', (factory: () => Dispatcher, origin: string) => new Pool(origin, { connections: 1, factory })],
  ['BalancedPool', (factory: () => Dispatcher, origin: string) => new BalancedPool([origin], { factory } as never)],
])(
  "an %s of undici's over dispatchers of ours goes on when they are free, and when they are gone",
  async (_name, make) => {
    const origin = await serving()
    const made = make(() => dispatcher({ perOrigin: 1 }), origin) as Dispatcher
    closing.push(() => made.destroy().catch(() => {}))
    const ask = async (path: string) => (await request(`${origin}${path}`, { dispatcher: made })).body.text()
    expect(await Promise.all([ask('/late'), ask('/late'), ask('/last')])).toEqual(['late', 'late', 'the last'])
    expect([await ask('/last'), await ask('/late')]).toEqual(['the last', 'late'])
  },
)
