/** Clients that are asked who they are when the handshake is over, and servers that speak before it is (RFC 9846 4.7.2, 4.5.4). */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { holding } from '../../../test/support/holding.ts'
import { closing, codeOf, soon } from '../../../test/support/net.ts'
import { node, platforms } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { Clock } from '../../clock.ts'
import { fail } from '../../failures/index.ts'
import { nodeWorld } from '../../node/world.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { connect, fetch, type Handler, type ListenerOptions, listen, type ServeOptions, serve } from '../index.ts'
import type { TlsClientOptions } from './client-answers.ts'
import { type ClientShown, LaterAnswers } from './later-answers.ts'
import type { TlsServerOptions } from './server-answers.ts'
import type { NetStream, World } from './types.ts'

const authorityOf = (name: string) => certificateAuthority({ crypto: node.crypto, now: Date.now, name })
const ours = authorityOf('server root')
const people = authorityOf('people')
const shop = ours.issue({ names: ['shop.test'] })
const person = (by = people) => by.issue({ names: [], commonName: 'alice', purposes: ['client'] })
const showing = ({ chain, privateKey }: ReturnType<typeof person>) => ({ cert: [...chain], key: privateKey })
const alice = showing(person())
const own = { cert: [...shop.chain], key: shop.privateKey }
const asking = { ca: people.root, postHandshakeAuth: 'allowed' } as const
const willing = { tls: { postHandshakeAuth: 'allowed' }, ...alice } as const

const nameIn = ({ peerChain: [leaf], trusted }: ClientShown): string =>
  leaf === undefined ? 'nobody' : `${new Certificate(leaf).subject.text}, ${trusted?.anchor}`

const served = async (world: World, handler: Handler, more: Partial<ServeOptions> = {}) => {
  const server = await serve(handler, { world, port: 0, tls: { ...own, ...asking }, ...more })
  closing.push(() => server.close(0))
  return async (init: object = willing): Promise<string> => {
    const to = { address: '127.0.0.1', port: server.port }
    const response = await fetch(`https://shop.test:${server.port}/`, {
      world,
      ca: ours.root,
      resolve: () => to.address,
      ...init,
    })
    return response.text()
  }
}

/** Both ends of one connection. */
const both = async (
  tls: Partial<TlsServerOptions> = asking,
  clientTls: Partial<TlsClientOptions> = { ...alice, postHandshakeAuth: 'allowed' },
  world = node.world(),
) => {
  const refused: string[] = []
  let came: (stream: NetStream) => void
  const server = new Promise<NetStream>(resolve => {
    came = resolve
  })
  const options = {
    world,
    tls: { ...own, ...tls },
    refused: ({ code }) => refused.push(code),
  } satisfies ListenerOptions
  const listener = await listen(options, stream => came(stream))
  const to = { world, host: 'shop.test', address: '127.0.0.1', port: listener.port }
  const client = await connect({ ...to, tls: { ca: ours.root, ...clientTls } })
  closing.push(() => client.reset(), listener.close)
  const ended: (string | undefined)[] = []
  const handler = { data() {}, end() {}, drain() {}, closed: (why?: { code: string }) => void ended.push(why?.code) }
  const stream = await server
  stream.handler = handler
  client.handler = { data() {}, end() {}, drain() {}, closed() {} }
  return { client, server: stream, ended, refused }
}
const ask = ({ connection }: NetStream): Promise<ClientShown> => connection.requestCertificate!()

const worlds: readonly (readonly [string, () => World])[] = [
  ...platforms.map(([name, platform]) => [`${name}, in memory`, () => platform.world()] as const),
  ['node, over the kernel', () => nodeWorld()],
]

describe.each(worlds)('on %s', (_, worldOf) => {
  test('a handler that wants to know who asks is told, and others are not asked', async () => {
    const asked = await served(worldOf(), async (request, { connection }) => {
      expect(connection.tls?.peerChain).toEqual([])
      return new Response(request.method === 'GET' ? nameIn(await connection.requestCertificate!()) : 'who cares')
    })
    expect([await asked(), await asked({ ...willing, method: 'POST', body: 'x' })]).toEqual([
      'CN=alice, people',
      'who cares',
    ])
  })

  test('what a server says first arrives before anything of the client’s second flight', async () => {
    const world = worldOf()
    const { world: far, held } = holding(world)
    const streams: NetStream[] = []
    const early: unknown[] = []
    const listener = await listen({ world: far, tls: { ...own, halfRtt: 'allowed' } }, stream => {
      streams.push(stream)
      stream.handler = { data() {}, end() {}, drain() {}, closed() {} }
      early.push(stream.early, stream.connection.tls?.version, stream.connection.times.secured)
      stream.write([ascii('220 welcome')])
    })
    const to = { host: 'shop.test', port: listener.port, world: far }
    const client = await connect({ ...to, tls: { ca: ours.root } })
    closing.push(() => client.reset(), listener.close)
    const heard = await new Promise<Uint8Array>(resolve => {
      client.handler = { data: resolve, end() {}, drain() {}, closed() {} }
    })
    expect(heard).toEqual(ascii('220 welcome'))
    expect(early).toEqual([true, 'TLS 1.3', undefined])
    for (const release of held) release()
    while (streams[0]?.early !== false) await soon()
    expect(streams).toHaveLength(1)
    expect(streams[0]?.connection.times.secured).toBeTypeOf('number')
  })
})

test('a client can be asked again, and what the handshake said of it stays as it was', async () => {
  const { server, client } = await both()
  expect(nameIn(await ask(server))).toBe('CN=alice, people')
  expect(nameIn(await ask(server))).toBe('CN=alice, people')
  expect(client.connection.requestCertificate).toBeUndefined()
  expect(server.connection.tls).toMatchObject({ peerChain: [], trusted: undefined })
})

test('who did not offer it, or speaks TLS 1.2, is not asked; nor is more asked at once than may be open', async () => {
  const code = 'tls/no-later-certificate'
  expect(await codeOf(ask((await both(asking, {})).server))).toBe(code)
  expect(await codeOf(ask((await both(asking, { versions: ['TLS 1.2'] })).server))).toBe(code)
  expect((await both({}, {})).server.connection.requestCertificate).toBeUndefined()
  const { server, client } = await both()
  client.pause()
  const four = Array.from({ length: 4 }, () => ask(server))
  expect(await codeOf(ask(server))).toBe(code)
  client.resume()
  expect((await Promise.all(four)).map(nameIn)).toEqual(Array(4).fill('CN=alice, people'))
  expect(nameIn(await ask(server))).toBe('CN=alice, people')
})

test('somebody whom a stranger vouches for ends the connection, and who asked hears why', async () => {
  const mallory = showing(person(authorityOf('strangers')))
  const { server, ended } = await both(asking, { ...mallory, postHandshakeAuth: 'allowed' })
  expect(await codeOf(ask(server))).toBe('tls/chain-incomplete')
  expect(ended).toEqual(['tls/chain-incomplete'])
  expect(await codeOf(ask(server))).toBe('tls/chain-incomplete')
})

test('a client that leaves instead, and a server that does, leave no promise behind', async () => {
  for (const leaves of [
    ({ client }: { client: NetStream }) => client.reset(),
    ({ server }: { server: NetStream }) => server.reset(),
  ]) {
    const ends = await both()
    ends.client.pause()
    const answer = codeOf(ask(ends.server))
    leaves(ends)
    expect(await answer).toBe('tcp/reset')
  }
})

describe('answers and time', () => {
  const manual = () => {
    const tasks = new Map<object, { at: number; task: () => void }>()
    let time = 0
    const clock: Pick<Clock, 'now' | 'later'> = {
      now: () => time,
      later: (at, task) => {
        const key = {}
        tasks.set(key, { at, task })
        return () => tasks.delete(key)
      },
    }
    const pass = (to: number): void => {
      time = to
      for (const { at, task } of [...tasks.values()]) if (at <= time) task()
    }
    return { clock: clock as Clock, tasks, pass }
  }
  const nobody: ClientShown = { peerChain: [], trusted: undefined }

  test('an answer that does not come in time is waited for no longer, and none is armed when all are told', async () => {
    const { clock, tasks, pass } = manual()
    const answers = new LaterAnswers(clock, 100)
    const first = codeOf(answers.ask(() => {}))
    pass(50)
    const second = answers.ask(() => {})
    pass(100)
    expect(await first).toBe('net/handshake-timeout')
    answers.came(nobody)
    expect(await second).toEqual(nobody)
    answers.came(nobody)
    const third = codeOf(answers.ask(() => {}))
    answers.lost(fail('tcp/reset', {}))
    expect(await third).toBe('tcp/reset')
    await expect(
      answers.ask(() => {
        throw new RangeError('not now')
      }),
    ).rejects.toThrow('not now')
    expect(tasks.size).toBe(0)
  })
})

test('options that could never do what they say are refused at the call', async () => {
  const world = node.world()
  const bad = (tls: object): Promise<string> => codeOf(listen({ world, tls: { ...own, ...tls } }, () => {}))
  for (const tls of [
    { halfRtt: true },
    { halfRtt: 'allowed', versions: ['TLS 1.2'] },
    { halfRtt: 'allowed', clientCertificate: 'asked', ca: people.root },
    { postHandshakeAuth: 'yes', ca: people.root },
    { postHandshakeAuth: 'allowed' },
    { postHandshakeAuth: 'allowed', ca: people.root, versions: ['TLS 1.2'] },
  ])
    expect([tls, await bad(tls)]).toEqual([tls, 'net/bad-tls-options'])
  const to = { world, host: 'shop.test', port: 1 }
  expect(await codeOf(connect({ ...to, tls: { postHandshakeAuth: 'allowed' } }))).toBe('net/bad-tls-options')
  const half = { ...own, halfRtt: 'allowed' } as ServeOptions['tls']
  expect(await codeOf(serve(() => new Response(), { world, tls: half }))).toBe('net/bad-tls-options')
})

test('without halfRtt nobody has a stream before the client has finished', async () => {
  const { world, held } = holding(node.world())
  const got: NetStream[] = []
  const listener = await listen({ world, port: 443, tls: own }, stream => void got.push(stream))
  const client = await connect({ world, host: 'shop.test', port: 443, tls: { ca: ours.root } })
  closing.push(() => client.reset(), listener.close)
  await soon(20)
  expect(got).toEqual([])
  for (const release of held) release()
  while (got.length === 0) await soon()
  expect(got[0]?.early).toBe(false)
})
