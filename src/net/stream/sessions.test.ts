/** Clients of `net` come back sooner: sessions in the cache of a client, tickets of a listener. */
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { closing, codeOf } from '../../../test/support/net.ts'
import { node, type Platform, platforms } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { SessionCache } from '../../tls/session/cache.ts'
import { Session } from '../../tls/session/session.ts'
import { SessionStore } from '../../tls/session/store.ts'
import { TicketKeeper } from '../../tls/session/tickets.ts'
import { client, connect, serve } from '../index.ts'
import type { TlsServerOptions } from './server-answers.ts'
import type { ByteStream, Transport, World } from './types.ts'

const authorityOf = (name: string) => certificateAuthority({ crypto: node.crypto, now: Date.now, name })
const ours = authorityOf('server root')
const people = authorityOf('people')
const shop = ours.issue({ names: ['shop.test', 'blog.test'] })
const alice = people.issue({ names: [], commonName: 'alice', purposes: ['client'] })

const served = async (
  { world: worldOf }: Platform,
  tls: Partial<TlsServerOptions> = {},
  port = 443,
  world = worldOf(),
) => {
  const server = await serve((_, { connection }) => new Response(`${connection.tls?.peerChain.length}`), {
    world,
    port,
    tls: { cert: [...shop.chain], key: shop.privateKey, ...tls },
  })
  closing.push(() => server.close(50))
  return { world, close: () => server.close(50) }
}

const visitor = (world: World, more: object = {}) => {
  const using = client({ world, ca: ours.root, keepAlive: 0, ...more })
  closing.push(using.close)
  /** One connection, and whether it was resumed. */
  return async (url = 'https://shop.test/'): Promise<boolean | undefined> => {
    const response = await using.fetch(url, { headers: { connection: 'close' } })
    await response.text()
    return response.connection.tls?.resumed
  }
}

describe.each(platforms)('on %s', (_, platform) => {
  test('a client resumes what it had with a server, and with no other', async () => {
    const { world } = await served(platform)
    await served(platform, {}, 8443, world)
    const visit = visitor(world)
    expect([await visit(), await visit(), await visit()]).toEqual([false, true, true])
    expect(await visit('https://shop.test:8443/'), 'another port').toBe(false)
    expect(await visit('https://blog.test/'), 'another name').toBe(false)
    expect(await visitor(world)(), 'another client').toBe(false)
  })
})

test('a listener without tickets, and one that has forgotten its keys, take everybody as new', async () => {
  const { world } = await served(node, { tickets: 'none' })
  const visit = visitor(world)
  expect([await visit(), await visit()]).toEqual([false, false])
  const before = await served(node)
  const again = visitor(before.world)
  expect([await again(), await again()]).toEqual([false, true])
  await before.close()
  await served(node, {}, 443, before.world)
  expect([await again(), await again()]).toEqual([false, true])
})

test('a listener that keeps sessions by their id needs no tickets, and no more memory than it was given', async () => {
  const versions = ['TLS 1.2'] as const
  const sessions = new SessionStore()
  const { world } = await served(node, { versions, tickets: 'none', sessions })
  const visit = visitor(world)
  expect([await visit(), await visit(), await visit()]).toEqual([false, true, true])
  expect(sessions.size).toBe(1)
  const small = await served(node, { versions, tickets: 'none', sessions: new SessionStore({ bytes: 10 }) })
  const forgotten = visitor(small.world)
  expect([await forgotten(), await forgotten()]).toEqual([false, false])
  const beside = new SessionStore()
  const both = await served(node, { versions, sessions: beside })
  const other = visitor(both.world)
  expect([await other(), await other(), beside.size]).toEqual([false, true, 0])
})

test('listeners that share a keeper of tickets take each other’s clients', async () => {
  const tickets = new TicketKeeper({ crypto: node.crypto })
  const before = await served(node, { tickets })
  const visit = visitor(before.world)
  expect(await visit()).toBe(false)
  await before.close()
  await served(node, { tickets }, 443, before.world)
  expect(await visit()).toBe(true)
})

test('a client that has said who it is is known again, and whom it is shown by stays trusted', async () => {
  const { world } = await served(node, { clientCertificate: 'required', ca: people.root })
  const own = { cert: [...alice.chain], key: alice.privateKey }
  const visit = visitor(world, own)
  expect([await visit(), await visit()]).toEqual([false, true])
  const using = client({ world, ca: ours.root, ...own })
  closing.push(using.close)
  for (let i = 0; i < 2; i++) {
    const response = await using.fetch('https://shop.test/', { headers: { connection: 'close' } })
    expect(await response.text()).toBe('1')
    expect(response.connection.tls?.trusted?.anchor).toContain('server root')
  }
})

test('connect keeps sessions where it is told to, and nowhere else', async () => {
  const { world } = await served(node, { versions: ['TLS 1.2'] })
  const sessions = new SessionCache()
  const visit = async (tls: object): Promise<boolean | undefined> => {
    const stream = await connect({ host: 'shop.test', port: 443, world, tls: { ca: ours.root, ...tls } })
    stream.reset()
    return stream.connection.tls?.resumed
  }
  expect([await visit({}), await visit({})]).toEqual([false, false])
  expect([await visit({ sessions }), await visit({ sessions })]).toEqual([false, true])
})

test('a session is of who began it: others who share the cache are themselves', async () => {
  const bob = people.issue({ names: [], commonName: 'bob', purposes: ['client'] })
  const { world } = await served(node, { clientCertificate: 'asked', ca: people.root })
  const sessions = new SessionCache()
  const visit = async (who?: typeof bob): Promise<boolean | undefined> => {
    const own = who && { cert: [...who.chain], key: who.privateKey }
    const tls = { ca: ours.root, sessions, alpn: ['http/1.1'], ...own }
    const stream = await connect({ host: 'shop.test', port: 443, world, tls })
    stream.write([ascii('GET / HTTP/1.1\r\nhost: shop.test\r\n\r\n')])
    await new Promise<void>(resolve => {
      stream.handler = { data: () => resolve(), end() {}, drain() {}, closed() {} }
    })
    stream.reset()
    return stream.connection.tls?.resumed
  }
  expect([await visit(alice), await visit(), await visit(bob)]).toEqual([false, false, false])
  expect([await visit(alice), await visit(), await visit(bob)]).toEqual([true, true, true])
})

test('a session whose connection failed is not tried again', async () => {
  const { world, close } = await served(node)
  const visit = visitor(world)
  expect(await visit()).toBe(false)
  await close()
  const hellos: number[] = []
  const listener = await world.transport.listen({ port: 443 }, stream => {
    const data = (bytes: Uint8Array): void => {
      // The header of its record says how long it is.
      hellos.push((bytes[3]! << 8) | bytes[4]!)
      stream.reset()
    }
    stream.handler = { data, end() {}, drain() {}, closed() {} }
  })
  expect(await codeOf(visit())).toBe('tcp/reset-in-handshake')
  expect(await codeOf(visit())).toBe('tcp/reset-in-handshake')
  await listener.close()
  // A ticket has the chain in it.
  expect(hellos[0]).toBeGreaterThan(hellos[1]! + 100)
})

test.each([
  ['ends by an alert', (wire: ByteStream) => wire.write([Uint8Array.of(23, 3, 3, 0, 1, 0)]), 0],
  ['is cut short', (wire: ByteStream) => wire.end(), 1],
])('of a connection that %s both sides know the session no more, or still (RFC 5246 7.2)', async (_, harm, left) => {
  const store = new SessionStore()
  const { world } = await served(node, { versions: ['TLS 1.2'], tickets: 'none', sessions: store })
  const wires: ByteStream[] = []
  const transport: Transport = {
    listen: (...to) => world.transport.listen(...to),
    async connect(...to) {
      const wire = await world.transport.connect(...to)
      wires.push(wire)
      return wire
    },
  }
  const sessions = new SessionCache()
  const to = { world: { ...world, transport }, host: 'shop.test', port: 443, tls: { ca: ours.root, sessions } }
  const visit = async (): Promise<boolean | undefined> => {
    const stream = await connect(to)
    const over = new Promise<void>(resolve => {
      stream.handler = { data() {}, end() {}, drain() {}, closed: () => resolve() }
    })
    expect([store.size, sessions.size]).toEqual([1, 1])
    harm(wires.pop()!)
    await over
    return stream.connection.tls?.resumed
  }
  expect([await visit(), store.size, sessions.size]).toEqual([false, left, left])
  expect([await visit(), store.size, sessions.size]).toEqual([left === 1, left, left])
})

test('a session can be kept beyond the process; whom it was with is judged again by who takes it up', async () => {
  const { world } = await served(node, { versions: ['TLS 1.2'] })
  const to = { world, host: 'shop.test', port: 443 }
  const kept = new SessionCache()
  const first = await connect({ ...to, tls: { ca: ours.root, sessions: kept } })
  first.reset()
  const bytes = kept.take('shop.test:443', Date.now())!.toBytes()
  const taken = (): SessionCache => {
    const sessions = new SessionCache()
    sessions.keep('shop.test:443', Session.fromBytes(bytes)!)
    return sessions
  }
  const second = await connect({ ...to, tls: { ca: ours.root, sessions: taken() } })
  expect(second.connection.tls).toMatchObject({ resumed: true, trusted: { anchor: 'server root' } })
  second.reset()
  expect(await codeOf(connect({ ...to, tls: { ca: people.root, sessions: taken() } }))).toBe('tls/chain-incomplete')
})

test.each(['TLS 1.2', 'TLS 1.3'] as const)(
  '%s: a session ends with the certificate that it rests on',
  async version => {
    let later = 0
    const platform = node.world()
    const date = (): number => platform.clock.date() + later
    const clock = Object.assign(Object.create(platform.clock), { date })
    const soon = ours.issue({ names: ['shop.test'], notAfter: Date.now() + 3_600_000 })
    const renewed = ours.issue({ names: ['shop.test'] })
    const certificateFor = () => certifiedKey(later === 0 ? soon : renewed)
    const world = { ...platform, clock }
    await served(node, { versions: [version], cert: undefined, key: undefined, certificateFor }, 443, world)
    const visit = visitor(world)
    expect([await visit(), await visit()]).toEqual([false, true])
    later = 3_601_000
    expect([await visit(), await visit()]).toEqual([false, true])
  },
)

test('what only looks like a cache or a keeper of tickets is refused at the call', async () => {
  const to = { world: node.world(), host: 'shop.test', port: 443 }
  const sessions = new Map() as unknown as SessionCache
  expect(await codeOf(connect({ ...to, tls: { sessions } }))).toBe('net/bad-tls-options')
  expect(await codeOf(served(node, { tickets: true as unknown as TicketKeeper }))).toBe('net/bad-tls-options')
})

describe.each(['TLS 1.2', 'TLS 1.3'] as const)('%s: a client whose certificate is long', version => {
  test.each([
    [200, true],
    [300, false],
    [1000, false],
  ])('that has %i names of 50 letters: resumed: %s', async (count, resumed) => {
    const names = Array.from({ length: count }, (_, i) => `${'name'.repeat(10)}-${10_000 + i}.test`)
    const long = people.issue({ names, purposes: ['client'] })
    const { world } = await served(node, { versions: [version], clientCertificate: 'required', ca: people.root })
    const visit = visitor(world, { cert: [...long.chain], key: long.privateKey })
    expect([await visit(), await visit()]).toEqual([false, resumed])
  })
})
