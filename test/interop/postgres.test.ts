/** A PostgreSQL client that others wrote, over our TLS, to a PostgreSQL that others wrote. */
import { createHash } from 'node:crypto'
import { createRequire } from 'node:module'
import { type Socket, connect as tcpConnect } from 'node:net'
import { Client, type ClientConfig, Pool } from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type ConnectionOptions, connect, type TLSSocket } from '../../src/node/tls/index.ts'
import { issued, localhost, next, root, strangeRoot } from '../support/node-tls.ts'
import { noPostgres, type Postgres, startPostgres } from '../support/postgres.ts'

let postgres: Postgres
beforeAll(async () => {
  if (noPostgres === '') postgres = await startPostgres(localhost, root, ['hostssl template1 all 127.0.0.1/32 cert'])
}, 60_000)
afterAll(() => postgres?.stop())

/** Where pg takes its TLS from: it asks this module at each connection, for runtimes that have another one than Node's. */
const pgStream = createRequire(import.meta.url)('pg/lib/stream.js') as {
  getSecureStream: (options: ConnectionOptions) => TLSSocket
}

/** The sockets that pg was given, last first. */
const made: TLSSocket[] = []
const nodes = pgStream.getSecureStream
beforeAll(() => {
  pgStream.getSecureStream = options => {
    const socket = connect(options)
    made.unshift(socket)
    return socket
  }
})
afterAll(() => {
  pgStream.getSecureStream = nodes
})

const config = (more: ClientConfig = {}): ClientConfig => ({
  host: 'localhost',
  port: postgres.port,
  user: postgres.user,
  password: postgres.password,
  database: 'postgres',
  ssl: { ca: root },
  // SCRAM-SHA-256-PLUS (RFC 5929 4): the password is proven to the owner of the very certificate that TLS showed.
  enableChannelBinding: true,
  ...more,
})

const connected = async (more?: ClientConfig): Promise<Client> => {
  const client = new Client(config(more))
  await client.connect()
  return client
}

const check = test.skipIf(noPostgres !== '')

for (const [version, cipher] of [
  ['TLSv1.2', /^ECDHE-ECDSA-/],
  ['TLSv1.3', /^TLS_AES_/],
] as const) {
  check(`PostgreSQL says that it speaks ${version} with us${noPostgres}`, async () => {
    const client = await connected({ ssl: { ca: root, minVersion: version, maxVersion: version } })
    const { rows } = await client.query('select ssl, version, cipher from pg_stat_ssl where pid = pg_backend_pid()')
    expect(rows).toEqual([{ ssl: true, version, cipher: expect.stringMatching(cipher) }])
    expect(made[0]).toMatchObject({ authorized: true, servername: 'localhost', encrypted: true })
    expect(made[0]?.getCipher().name).toBe(rows[0].cipher)
    await client.end()
    expect(made[0]?.destroyed).toBe(true)
  })
}

check(`a hundred thousand rows come and eight megabytes go, through a pool of eight${noPostgres}`, async () => {
  const pool = new Pool({ ...config(), max: 8 })
  const rows = pool.query('select n, md5(n::text) from generate_series(1, 100000) n')
  const large = 'ä'.repeat(4_000_000)
  const length = pool.query('select octet_length($1::text) bytes, $1::text back', [large])
  const sums = await Promise.all(
    Array.from({ length: 200 }, async (_, n) => (await pool.query('select $1::int + 1 sum', [n])).rows[0].sum),
  )
  expect(sums).toEqual(Array.from({ length: 200 }, (_, n) => n + 1))
  expect((await rows).rows).toHaveLength(100_000)
  expect((await rows).rows.at(-1)).toEqual({ n: 100_000, md5: createHash('md5').update('100000').digest('hex') })
  const [answer] = (await length).rows
  expect(answer.bytes).toBe(8_000_000)
  expect(answer.back === large).toBe(true)
  await pool.end()
})

check(`what PostgreSQL says by itself arrives, and its end too${noPostgres}`, async () => {
  const [listener, other] = [await connected(), await connected()]
  const heard = next<{ payload: string }>(listener, 'notification')
  await listener.query('listen news')
  await other.query(`notify news, 'over TLS'`)
  expect(await heard).toMatchObject({ payload: 'over TLS' })
  // pg tells the end of the connection as a second error.
  const ended = new Promise<unknown>(resolve => listener.on('error', resolve))
  const { rows } = await listener.query('select pg_backend_pid() pid')
  await other.query('select pg_terminate_backend($1)', [rows[0].pid])
  expect(await ended).toMatchObject({ code: '57P01' })
  await other.end()
})

check(`a PostgreSQL that we do not trust gets no password${noPostgres}`, async () => {
  const stranger = new Client(config({ ssl: { ca: strangeRoot('Another root') } }))
  await expect(stranger.connect()).rejects.toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })
  const elsewhere = new Client(config({ ssl: { ca: root, host: 'shop.test', servername: 'shop.test' } as object }))
  // pg writes its host over the name that it was given.
  await elsewhere.connect()
  expect(made[0]?.servername).toBe('localhost')
  await elsewhere.end()
  const careless = await connected({ ssl: { rejectUnauthorized: false }, enableChannelBinding: false })
  expect(made[0]).toMatchObject({ authorized: false, authorizationError: 'SELF_SIGNED_CERT_IN_CHAIN' })
  await careless.end()
})

check(`PostgreSQL knows us by our certificate, and lets nobody in without one${noPostgres}`, async () => {
  const database = { database: 'template1', enableChannelBinding: false }
  const shop = issued({ names: [], commonName: 'shop', purposes: ['client'] })
  const client = await connected({ ...database, ssl: { ca: root, ...shop } })
  const { rows } = await client.query('select client_dn from pg_stat_ssl where pid = pg_backend_pid()')
  expect(rows).toEqual([{ client_dn: '/CN=shop' }])
  await client.end()
  const mallory = issued({ names: [], commonName: 'mallory', purposes: ['client'] })
  for (const ssl of [{ ca: root }, { ca: root, ...mallory }])
    await expect(connected({ ...database, ssl })).rejects.toMatchObject({ code: '28000' })
})

/** PostgreSQL speaks in clear first: an SSLRequest, and one byte for yes (PostgreSQL 15, 55.2.10). */
const SSL_REQUEST = Uint8Array.of(0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f)

/** What pg takes for `stream`: connected, and secure, before pg hears of it. */
const secured = async (options: ConnectionOptions & { readonly port: number }): Promise<TLSSocket> => {
  const socket: Socket = tcpConnect(options.port, options.host)
  socket.write(SSL_REQUEST)
  const answer = await next<Uint8Array>(socket, 'data')
  if (answer.length !== 1 || answer[0] !== 0x53) throw new Error('PostgreSQL does not speak TLS')
  const secure = connect({ ...options, socket })
  await next(secure, 'secureConnect')
  return secure
}

check(`pg takes our socket as its stream as well${noPostgres}`, async () => {
  const secure = await secured({ host: 'localhost', port: postgres.port, ca: root })
  const stream = Object.assign(secure, { connect: () => setImmediate(() => secure.emit('connect')) && secure })
  const client = await connected({ ssl: false, enableChannelBinding: false, stream: () => stream })
  const { rows } = await client.query('select ssl from pg_stat_ssl where pid = pg_backend_pid()')
  expect(rows).toEqual([{ ssl: true }])
  await client.end()
})
