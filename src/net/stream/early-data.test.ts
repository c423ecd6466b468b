/** Data with the first flight, for those who use it (RFC 9846 2.3, RFC 8470): what it saves, what it may not do, and copies. */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { closing, codeOf, soon } from '../../../test/support/net.ts'
import { node, type Platform, platforms } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { SessionCache } from '../../tls/session/cache.ts'
import { ReplayGuard } from '../../tls/session/replays.ts'
import { TicketKeeper } from '../../tls/session/tickets.ts'
import { type ClientOptions, client, connect, type Handler, listen, type ServeOptions, serve } from '../index.ts'
import type { Served } from '../server/served.ts'
import type { TlsServerOptions } from './server-answers.ts'
import type { ByteStream, NetStream, StreamHandler, World } from './types.ts'

const ours = certificateAuthority({ crypto: node.crypto, now: Date.now, name: 'early root' })
const shop = ours.issue({ names: ['shop.test'] })
const identity = { cert: [...shop.chain], key: shop.privateKey }

interface House {
  readonly world: World
  /** Of each request that the handler has seen: its method, and whether it came early. */
  readonly seen: string[]
  readonly lines: Served[]
  close(): Promise<void>
}

const house = async (
  { world: worldOf }: Platform = node,
  tls: Partial<TlsServerOptions> = {},
  { handler, world = worldOf(), ...more }: Partial<ServeOptions> & { readonly handler?: Handler } = {},
): Promise<House> => {
  const seen: string[] = []
  const lines: Served[] = []
  const server = await serve(
    (request, about) => {
      seen.push(about.early ? `${request.method} early` : request.method)
      return handler === undefined ? new Response('here you are') : handler(request, about)
    },
    { world, port: 443, tls: { ...identity, earlyData: {}, ...tls }, served: line => lines.push(line), ...more },
  )
  const close = (): Promise<void> => server.close(50)
  closing.push(close)
  return { world, seen, lines, close }
}

/** One connection for each request. */
const visitor = (world: World, more: Partial<ClientOptions> = {}) => {
  const using = client({ world, ca: ours.root, keepAlive: 0, tls: { earlyData: true }, ...more })
  closing.push(using.close)
  return async (init: RequestInit = {}): Promise<string> => {
    const response = await using.fetch('https://shop.test/x?y', init)
    return `${response.status} ${await response.text()} ${response.connection.tls?.earlyData ?? 'whole'}`
  }
}

const shared = () => {
  const tickets = new TicketKeeper({ crypto: node.crypto })
  return { tickets, guard: new ReplayGuard({ since: Date.now() - 1_000 }) }
}

/** A world whose connections go through `tap`: what the client writes, and where to. */
const tapped = (world: World, tap: (pieces: readonly Uint8Array[], far: ByteStream) => boolean): World => ({
  ...world,
  transport: {
    ...world.transport,
    connect: async to => {
      const stream = await world.transport.connect(to)
      const write = stream.write.bind(stream)
      stream.write = pieces => (tap(pieces, stream) ? write(pieces) : true)
      return stream
    },
  },
})

/** Everything that a client says with its first flight. */
const firstFlight = async (there: House, request = 'GET / HTTP/1.1\r\nhost: shop.test\r\n\r\n') => {
  const sessions = new SessionCache()
  await visitor(there.world, { tls: { sessions } })()
  let flight: Uint8Array | undefined
  const world = tapped(there.world, (pieces, far) => {
    flight ??= concat(...pieces.map(piece => piece.slice()))
    far.reset()
    return false
  })
  const tls = { ca: ours.root, alpn: ['http/1.1'], sessions, earlyData: ascii(request) }
  await codeOf(connect({ host: 'shop.test', port: 443, world, tls }))
  there.seen.splice(0)
  there.lines.splice(0)
  return flight!
}

/** Somebody with those bytes and no keys; what the server says to it is counted. */
const replay = async (there: House, flight: Uint8Array) => {
  const stream = await there.world.transport.connect({ host: 'shop.test', port: 443 })
  const heard = { bytes: 0, closed: false, stream }
  const handler: StreamHandler = {
    data: bytes => void (heard.bytes += bytes.length),
    end: () => stream.end(),
    drain() {},
    closed: () => void (heard.closed = true),
  }
  stream.handler = handler
  stream.write([flight])
  return heard
}
/** Lines about requests: a client that was cut in its handshake has one too. */
const asked = ({ lines }: House): readonly Served[] => lines.filter(({ method }) => method !== undefined)

const until = async (met: () => boolean): Promise<void> => {
  while (!met()) await soon()
}

describe.each(platforms)('on %s', (_, platform) => {
  test('who comes back asks with the first flight, and has the answer before it has said more', async () => {
    const { world, seen } = await house(platform)
    const sessions = new SessionCache()
    expect(await visitor(world, { tls: { sessions, earlyData: true } })()).toBe('200 here you are whole')
    let flights = 0
    const mute = tapped(world, () => ++flights === 1)
    const using = client({ world: mute, ca: ours.root, keepAlive: 0, tls: { sessions, earlyData: true } })
    closing.push(using.close)
    const response = await using.fetch('https://shop.test/')
    expect(response.connection.tls).toMatchObject({ resumed: true, earlyData: 'accepted' })
    expect(await response.text()).toBe('here you are')
    expect(flights).toBeGreaterThan(1)
    expect(seen).toEqual(['GET', 'GET early'])
  })

  test('it comes back again and again, each time with a new ticket, also to a server that closes', async () => {
    const { world, seen } = await house(platform)
    const sessions = new SessionCache()
    const visit = visitor(world, { tls: { sessions, earlyData: true } })
    const said: string[] = []
    for (let i = 0; i < 4; i++) {
      said.push(await visit())
      // The ticket follows the handshake, which the answer did not wait for.
      await until(() => sessions.size > 0)
    }
    expect(said).toEqual(['200 here you are whole', ...Array<string>(3).fill('200 here you are accepted')])
    expect(seen).toEqual(['GET', 'GET early', 'GET early', 'GET early'])
  })
})

test('what the server does not take is asked again behind the handshake, once', async () => {
  const { tickets } = shared()
  const guard = { isFresh: async () => false }
  const { world, seen } = await house(node, { tickets, earlyData: { guard } })
  const visit = visitor(world)
  expect([await visit(), await visit()]).toEqual(['200 here you are whole', '200 here you are rejected'])
  expect(seen).toEqual(['GET', 'GET'])
})

test('425 is asked again behind the handshake, once, and a second 425 is an answer', async () => {
  const { world, seen } = await house(
    node,
    {},
    {
      handler: (_, { early }) => new Response(early ? 'too early' : 'now', { status: early ? 425 : 200 }),
    },
  )
  const visit = visitor(world)
  expect([await visit(), await visit()]).toEqual(['200 now whole', '200 now whole'])
  expect(seen).toEqual(['GET', 'GET early', 'GET'])
  const stubborn = await house(node, {}, { handler: () => new Response('never', { status: 425 }) })
  const again = visitor(stubborn.world)
  expect([await again(), await again()]).toEqual(['425 never whole', '425 never whole'])
  expect(stubborn.seen).toEqual(['GET', 'GET early', 'GET'])
})

test('a kept connection asks later requests as always', async () => {
  const { world, seen } = await house()
  const sessions = new SessionCache()
  await visitor(world, { tls: { sessions } })()
  const visit = visitor(world, { keepAlive: 1_000, tls: { sessions, earlyData: true } })
  expect([await visit(), await visit(), await visit()]).toEqual(Array(3).fill('200 here you are accepted'))
  expect(seen).toEqual(['GET', 'GET early', 'GET', 'GET'])
})

test('only methods that ask, without a body, leave early', async () => {
  const { world, seen } = await house()
  const sessions = new SessionCache()
  const visit = visitor(world, { tls: { sessions, earlyData: true } })
  await visit()
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD', 'OPTIONS']) {
    await until(() => sessions.size > 0)
    await visit({ method })
  }
  expect(seen).toEqual(['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'HEAD early', 'OPTIONS early'])
})

test('nothing leaves early where it was not asked for, on either side', async () => {
  const { world, seen } = await house()
  const visit = visitor(world, { tls: {} })
  expect([await visit(), await visit()]).toEqual(Array(2).fill('200 here you are whole'))
  const off = await house(node, { earlyData: undefined })
  const other = visitor(off.world)
  expect([await other(), await other()]).toEqual(Array(2).fill('200 here you are whole'))
  expect([seen, off.seen]).toEqual([
    ['GET', 'GET'],
    ['GET', 'GET'],
  ])
})

test('a gateway’s Early-Data makes a request early too (RFC 8470 5.1)', async () => {
  const { world, seen } = await house()
  await visitor(world)({ headers: { 'early-data': '1' } })
  expect(seen).toEqual(['GET early'])
})

test('a server that has gone back to TLS 1.2 is asked again without it', async () => {
  const there = await house()
  const visit = visitor(there.world)
  await visit()
  await there.close()
  const old = await house(node, { earlyData: undefined, versions: ['TLS 1.2'] }, { world: there.world })
  expect(await visit()).toBe('200 here you are whole')
  expect(old.seen).toEqual(['GET'])
})

describe('connect says its first words', () => {
  test.each([
    ['early where they are taken', true, 'accepted'],
    ['behind the handshake where they are not', false, 'rejected'],
  ])('%s, and once', async (_, fresh, expected) => {
    const world = node.world()
    const { tickets } = shared()
    const heard: string[] = []
    const take = (stream: NetStream): void => {
      stream.handler = {
        data: bytes => {
          heard.push(`${new TextDecoder().decode(bytes)} ${stream.early ? 'early' : 'late'}`)
          stream.write([ascii('yes')])
        },
        end: () => stream.end(),
        drain() {},
        closed() {},
      }
    }
    const earlyData = { guard: { isFresh: () => fresh } }
    const listener = await listen({ world, port: 443, tls: { ...identity, tickets, earlyData } }, take)
    closing.push(() => listener.close())
    const sessions = new SessionCache()
    const tls = { ca: ours.root, sessions, earlyData: ascii('hello') }
    const kinds: unknown[] = []
    for (let i = 0; i < 2; i++) {
      const stream = await connect({ host: 'shop.test', port: 443, world, tls })
      kinds.push(stream.connection.tls?.earlyData)
      await new Promise<void>(resolve => {
        stream.handler = { data: () => resolve(), end() {}, drain() {}, closed() {} }
      })
      await until(() => sessions.size > 0)
      stream.end()
    }
    expect(kinds).toEqual([undefined, expected])
    expect(heard).toEqual(['hello late', fresh ? 'hello early' : 'hello late'])
  })
})

describe('somebody who has recorded a first flight and sends it again', () => {
  test('is not heard: what the server took once it does not take again', async () => {
    const there = await house()
    const flight = await firstFlight(there)
    const first = await replay(there, flight)
    await until(() => there.seen.length > 0)
    const copies = await Promise.all(Array.from({ length: 5 }, () => replay(there, flight)))
    await until(() => copies.every(({ bytes }) => bytes > 0))
    await soon(10)
    expect(there.seen).toEqual(['GET early'])
    for (const { stream } of [first, ...copies]) stream.reset()
  })

  test('is not heard by another server with the same tickets, which has to share the guard', async () => {
    const { tickets, guard } = shared()
    const there = await house(node, { tickets, earlyData: { guard } })
    const flight = await firstFlight(there)
    await replay(there, flight)
    await until(() => there.seen.length > 0)
    await there.close()
    const other = await house(node, { tickets, earlyData: { guard } }, { world: there.world })
    const copy = await replay(other, flight)
    await until(() => copy.bytes > 0)
    await soon(10)
    expect(other.seen).toEqual([])
    expect(await codeOf(house(node, { tickets }))).toBe('net/bad-tls-options')
  })
})

test('http/too-early: a request that does something is not done before the handshake is over', async () => {
  const there = await house()
  const flight = await firstFlight(there, 'DELETE / HTTP/1.1\r\nhost: shop.test\r\n\r\n')
  await replay(there, flight)
  await until(() => asked(there).length > 0)
  expect(there.seen).toEqual([])
  expect(asked(there)[0]).toMatchObject({ method: 'DELETE', status: 425 })
})

test('a body that comes early with it is thrown away', async () => {
  const there = await house()
  const post = 'POST / HTTP/1.1\r\nhost: shop.test\r\ncontent-length: 5\r\n\r\n12345'
  await replay(there, await firstFlight(there, `${post}GET / HTTP/1.1\r\nhost: shop.test\r\n\r\n`))
  await until(() => asked(there).length > 1)
  expect(asked(there).map(({ status }) => status)).toEqual([425, 200])
  expect(there.seen).toEqual(['GET early'])
})

test('early data beyond what the server takes ends the connection, and nothing of it is heard', async () => {
  const { tickets, guard } = shared()
  const there = await house(node, { tickets, earlyData: { guard, mostBytes: 100 } })
  const sessions = new SessionCache()
  await visitor(there.world, { tls: { sessions } })()
  await there.close()
  const stricter = await house(node, { tickets, earlyData: { guard, mostBytes: 20 } }, { world: there.world })
  const alpn = ['http/1.1']
  const tls = { ca: ours.root, alpn, sessions, earlyData: ascii('GET / HTTP/1.1\r\nhost: shop.test\r\n\r\n') }
  const stream = await connect({ host: 'shop.test', port: 443, world: there.world, tls })
  const closed = new Promise<string | undefined>(resolve => {
    stream.handler = { data() {}, end() {}, drain() {}, closed: failure => resolve(failure?.code) }
  })
  expect(await closed).toBe('tls/alert-received')
  expect(stricter.seen).toEqual([])
  expect(stricter.lines).toMatchObject([{ method: undefined, failure: { code: 'tls/too-much-early-data' } }])
})

describe('a client that asks early and never finishes', () => {
  /** A server that has no time, with first flights for it that were made with another one. */
  const hurried = async (flights: number, handler: Handler, time: number) => {
    const { tickets, guard } = shared()
    const tls = { tickets, earlyData: { guard } }
    const before = await house(node, tls)
    const made: Uint8Array[] = []
    for (let i = 0; i < flights; i++) made.push(await firstFlight(before))
    await before.close()
    const there = await house(node, tls, { world: before.world, timeouts: { handshake: time }, handler })
    return { there, made }
  }

  test.each<[string, (stream: ByteStream) => void, string, number]>([
    ['stays silent', () => {}, 'net/handshake-timeout', 40],
    ['leaves by FIN', stream => stream.end(), 'tls/handshake-cut', 10_000],
    ['leaves by RST', stream => stream.reset(), 'tcp/reset', 10_000],
  ])('and %s is let go, and the handler hears of it', async (_, leave, code, time) => {
    let left = false
    const { there, made } = await hurried(
      1,
      (_, { signal }) => {
        return new Promise(resolve => {
          signal.addEventListener('abort', () => {
            left = true
            resolve(new Response('too late'))
          })
        })
      },
      time,
    )
    const { stream } = await replay(there, made[0]!)
    await until(() => there.seen.length > 0)
    leave(stream)
    await until(() => left)
    await until(() => there.lines.length > 0)
    expect(there.lines).toMatchObject([{ method: 'GET', failure: { code } }])
  })

  test('is answered and let go, thirty at once too', async () => {
    const { there, made } = await hurried(30, () => new Response('here you are'), 40)
    const heard = await Promise.all(made.map(flight => replay(there, flight)))
    await until(() => heard.every(({ closed }) => closed))
    expect(there.seen).toEqual(Array(30).fill('GET early'))
    expect(there.lines.map(({ status }) => status)).toEqual(Array(30).fill(200))
  })
})

test('options that would take nothing, or a copy twice, are refused at the call', async () => {
  const bad = (tls: object): Promise<string> => codeOf(house(node, tls as Partial<TlsServerOptions>))
  for (const tls of [
    { earlyData: true },
    { earlyData: { mostBytes: 0 } },
    { earlyData: { mostBytes: 32_769 } },
    { earlyData: { most: 1 } },
    { earlyData: { guard: {} } },
    { tickets: 'none' },
    { versions: ['TLS 1.2'] },
    { clientCertificate: 'required', ca: ours.root },
    { sessions: new Map() },
  ])
    expect([tls, await bad(tls)]).toEqual([tls, 'net/bad-tls-options'])
  const to = { host: 'shop.test', port: 443, world: node.world() }
  expect(await codeOf(connect({ ...to, tls: { earlyData: ascii('x') } }))).toBe('net/bad-tls-options')
  const sessions = new SessionCache()
  const text = 'x' as unknown as Uint8Array
  expect(await codeOf(connect({ ...to, tls: { sessions, earlyData: text } }))).toBe('net/bad-tls-options')
  const wrong = async () => client({ world: to.world, tls: { earlyData: 1 as unknown as true } })
  expect(await codeOf(wrong())).toBe('net/bad-tls-options')
})
