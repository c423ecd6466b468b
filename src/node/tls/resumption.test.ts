/** Sessions that go on in another connection: both makes, both ways, and who may not. */
import { constants, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, type IncomingMessage } from 'node:http'
import { Agent as HttpsAgent, get as httpsGet } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import * as nodeTls from 'node:tls'
import { describe, expect, test } from 'vitest'
import {
  closing,
  errorOf,
  issued,
  listening,
  localhost,
  makes,
  next,
  pairs,
  root,
  strangeRoot,
  type Tls,
} from '../../../test/support/node-tls.ts'
import { type ConnectionOptions, connect, createServer, type TLSSocket } from './index.ts'

interface Visit {
  readonly reused: boolean
  readonly authorized: boolean
  readonly protocol: string | null
  readonly suite: string
  /** What is left of it. */
  readonly session: Buffer
}

/** One connection from end to end. */
const visit = async (tls: Tls, port: number, options: nodeTls.ConnectionOptions): Promise<Visit> => {
  const near = closing(tls.connect({ port, host: 'localhost', servername: 'localhost', ca: root, ...options }))
  let session: Buffer | undefined
  near.on('session', given => (session = given))
  await once(near, 'secureConnect')
  // Node forgets it with the connection.
  const facts = {
    reused: near.isSessionReused(),
    authorized: near.authorized,
    protocol: near.getProtocol(),
    suite: near.getCipher().standardName,
  }
  const before = near.getSession()
  expect(await text(near)).toBe('hello')
  const left = session ?? before ?? near.getSession()
  if (left === undefined) throw new Error('no session is left')
  return { ...facts, session: left }
}

const both = pairs.flatMap(pair => (['TLSv1.2', 'TLSv1.3'] as const).map(version => [...pair, version] as const))

for (const [client, server, clientTls, serverTls, maxVersion] of both) {
  const who = `${maxVersion}, client of ${client}, server of ${server}`

  test(`${who}: a session is resumed, and knows what the first handshake found`, async () => {
    const alice = issued({ names: [], commonName: 'alice', purposes: ['client'] })
    const seen: [boolean, boolean, string | undefined][] = []
    const options = { ...localhost, ca: root, requestCert: true, maxVersion } as const
    const port = await listening(
      serverTls.createServer(options, socket => {
        seen.push([socket.isSessionReused(), socket.authorized, socket.getPeerX509Certificate()?.subject])
        setImmediate(() => socket.end('hello'))
      }),
    )
    const first = await visit(clientTls, port, alice)
    expect(first.reused).toBe(false)
    const second = await visit(clientTls, port, { ...alice, session: first.session })
    expect(second).toMatchObject({ reused: true, authorized: true, protocol: maxVersion, suite: first.suite })
    const third = await visit(clientTls, port, { ...alice, session: second.session })
    expect(third.reused).toBe(true)
    expect(seen).toEqual([
      [false, true, 'CN=alice'],
      [true, true, 'CN=alice'],
      [true, true, 'CN=alice'],
    ])
  })

  test(`${who}: what is no session, or one of another server, is no obstacle`, async () => {
    const make = (): Promise<number> =>
      listening(serverTls.createServer({ ...localhost, maxVersion }, socket => setImmediate(() => socket.end('hello'))))
    const { session } = await visit(clientTls, await make(), {})
    expect((await visit(clientTls, await make(), { session })).reused).toBe(false)
    if (client === 'node') return
    for (const damaged of [Buffer.from('no session'), Buffer.alloc(0), session.subarray(1)])
      expect((await visit(clientTls, await make(), { session: damaged })).reused).toBe(false)
  })
}

test('a client that is to believe others than before refuses to resume', async () => {
  const port = await listening(createServer(localhost, socket => socket.on('error', () => {}).end('hello')))
  const near = closing(connect({ port, host: 'localhost', rejectUnauthorized: false, ca: strangeRoot('Another root') }))
  await once(near, 'secureConnect')
  expect(near.authorized).toBe(false)
  const session = near.getSession()!
  const careful = connect({ port, host: 'localhost', ca: strangeRoot('A third root'), session })
  expect(await errorOf(closing(careful))).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
})

test('newSession and resumeSession keep sessions elsewhere, also for another process of the same server', async () => {
  const kept = new Map<string, Uint8Array>()
  const make = (): Promise<number> => {
    const server = createServer({ ...localhost }, socket => socket.end('hello'))
    server.on('newSession', (id: Buffer, state: Buffer, done: () => void) => {
      kept.set(id.toString('hex'), state)
      setImmediate(done)
    })
    server.on('resumeSession', (id: Buffer, done: (error: Error | null, state?: Uint8Array) => void) =>
      setImmediate(() => done(null, kept.get(id.toString('hex')))),
    )
    return listening(server)
  }
  // OpenSSL does not offer tickets then.
  const withoutTickets = { secureOptions: constants.SSL_OP_NO_TICKET, maxVersion: 'TLSv1.2' } as const
  const come = async (session?: Buffer): Promise<Visit> =>
    visit(nodeTls, await make(), { ...withoutTickets, ...(session === undefined ? {} : { session }) })
  const { session } = await come()
  expect(kept.size).toBe(1)
  expect((await come(session)).reused).toBe(true)
  kept.clear()
  expect((await come(session)).reused).toBe(false)
})

test('after setSecureContext nobody resumes what was agreed before', async () => {
  const server = createServer(localhost, socket => socket.end('hello'))
  const port = await listening(server)
  const visitOurs = (session?: Buffer) =>
    visit({ connect } as unknown as Tls, port, session === undefined ? {} : { session })
  const { session } = await visitOurs()
  expect((await visitOurs(session)).reused).toBe(true)
  server.setSecureContext(issued())
  expect((await visitOurs(session)).reused).toBe(false)
})

describe.each(makes)('servers of %s that share the keys of their tickets', (_, tls) => {
  const make = (ticketKeys?: Buffer) => {
    const given = ticketKeys === undefined ? {} : { ticketKeys }
    return tls.createServer({ ...localhost, ...given }, socket => setImmediate(() => socket.end('hello')))
  }
  const visited = async (server: nodeTls.Server, session?: Buffer) => {
    const port = server.listening ? (server.address() as AddressInfo).port : await listening(server)
    return visit({ connect } as unknown as Tls, port, session === undefined ? {} : { session })
  }

  test('resume what another has begun', async () => {
    const keys = randomBytes(48)
    const [one, other, third] = [make(keys), make(keys), make(randomBytes(48))]
    expect(one.getTicketKeys()).toEqual(keys)
    const { session } = await visited(one)
    expect((await visited(other, session)).reused).toBe(true)
    expect((await visited(third, session)).reused).toBe(false)
  })

  test('hand them on, take others, and forget what is replaced', async () => {
    const [one, other] = [make(), make()]
    const keys = one.getTicketKeys()
    expect(keys).toHaveLength(48)
    expect(one.getTicketKeys()).toEqual(keys)
    const { session } = await visited(one)
    other.setTicketKeys(keys)
    expect((await visited(other, session)).reused).toBe(true)
    one.setTicketKeys(randomBytes(48))
    expect((await visited(one, session)).reused).toBe(false)
  })

  test('are made to by node:cluster', async () => {
    const [first, second] = [make(), make()] as unknown as (nodeTls.Server & {
      _getServerData(): object
      _setServerData(data: object): void
    })[]
    second!._setServerData(JSON.parse(JSON.stringify(first!._getServerData())))
    const { session } = await visited(first!)
    expect((await visited(second!, session)).reused).toBe(true)
  })

  test('refuse what are no keys', () => {
    const server = make()
    for (const keys of [undefined, null, 'x'.repeat(48), 48, {}])
      expect(() => server.setTicketKeys(keys as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      )
    expect(() => server.setTicketKeys(Buffer.alloc(47))).toThrow(/Session ticket keys must be a 48-byte buffer/)
    expect(() => make(Buffer.alloc(49))).toThrow(expect.objectContaining({ code: 'ERR_INVALID_ARG_VALUE' }))
  })
})

test('what was sealed before the keys were asked for is opened still', async () => {
  const server = createServer(localhost, socket => socket.end('hello'))
  const port = await listening(server)
  const ours = { connect } as unknown as Tls
  const { session } = await visit(ours, port, {})
  server.getTicketKeys()
  expect((await visit(ours, port, { session })).reused).toBe(true)
})

test('an https.Agent that keeps what `session` brings resumes with it', async () => {
  const made: TLSSocket[] = []
  class OurAgent extends HttpsAgent {
    #session: Buffer | undefined
    override createConnection(options: object): TLSSocket {
      const socket = connect({ ...(options as ConnectionOptions), ca: root, session: this.#session })
      socket.on('session', (session: Buffer) => (this.#session = session))
      made.push(socket)
      return socket
    }
  }
  const http = createHttpServer((_, answer) => answer.setHeader('connection', 'close').end('hello'))
  const port = await listening(
    createServer({ ...localhost, maxVersion: 'TLSv1.2' }, socket => http.emit('connection', socket)),
  )
  const agent = closing(new OurAgent())
  for (let i = 0; i < 3; i++) {
    const asking = httpsGet({ host: 'localhost', port, agent })
    expect(await text(await next<IncomingMessage>(asking, 'response'))).toBe('hello')
  }
  expect(made.map(socket => socket.isSessionReused())).toEqual([false, true, true])
})

test('the event session comes behind secureConnect in both versions, and `session: false` is none', async () => {
  for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
    const port = await listening(createServer(localhost))
    const near = closing(connect({ port, host: 'localhost', ca: root, maxVersion, session: false as never }))
    const told: string[] = []
    for (const name of ['secureConnect', 'session']) near.once(name, () => told.push(name))
    await next(near, 'session')
    expect([maxVersion, told]).toEqual([maxVersion, ['secureConnect', 'session']])
  }
})
