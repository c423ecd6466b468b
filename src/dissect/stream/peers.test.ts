/** What OpenSSL's two ends say to each other, as Node has it: read with the secrets that they write down themselves. */
import { type AddressInfo, connect, createServer as relayServer, type Socket } from 'node:net'
import { createServer, type SecureContextOptions, type TLSSocket, connect as tlsConnect } from 'node:tls'
import { expect, test } from 'vitest'
import { hex } from '../../../test/support/bytes.ts'
import { heard, type Tapped } from '../../../test/support/streams.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import type { Secrets } from '../types.ts'
import type { SessionFound } from './types.ts'

const crypto = nodeCrypto()
const authority = certificateAuthority({ crypto, now: () => Date.UTC(2026, 10, 21), name: 'test root' })
const pem = (label: string, der: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${Buffer.from(der).toString('base64')}\n-----END ${label}-----\n`
const issued = {
  rsa: authority.issue({ names: ['localhost'], key: 'rsa-2048' }),
  ec: authority.issue({ names: ['localhost'] }),
}
const files = (kind: 'rsa' | 'ec'): SecureContextOptions => ({
  cert: issued[kind].chain.map(each => pem('CERTIFICATE', each)).join(''),
  key: pem('PRIVATE KEY', issued[kind].privateKey!),
})

const secretsIn = (log: string): Secrets => {
  const lines = new Map(
    log.split('\n').map(each => {
      const [label, random, secret = ''] = each.trim().split(' ')
      return [`${label} ${random}`, secret]
    }),
  )
  return {
    find: (label, random) => {
      const found = lines.get(`${label} ${Buffer.from(random).toString('hex')}`)
      return found === undefined ? undefined : hex(found)
    },
  }
}

interface Run {
  readonly tap: Tapped
  readonly log: string
}

const listening = (server: { listen(port: number, host: string, done: () => void): unknown; address(): unknown }) =>
  new Promise<number>(resolve => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)))

/** One request and its answer; `before` is what happens in between. */
const talked = async (
  kind: 'rsa' | 'ec',
  options: SecureContextOptions,
  before: (client: TLSSocket) => Promise<void> = () => Promise.resolve(),
): Promise<Run> => {
  const tap: [from: 'client' | 'server', bytes: Uint8Array][] = []
  let log = ''
  const server = createServer({ ...files(kind), dhparam: 'auto', ...options }, socket => {
    socket.on('error', () => undefined)
    socket.on('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello'))
  })
  server.on('tlsClientError', () => undefined)
  const port = await listening(server)
  const relay = relayServer(near => {
    const far: Socket = connect(port, '127.0.0.1')
    near.on('data', bytes => {
      tap.push(['client', new Uint8Array(bytes)])
      far.write(bytes)
    })
    far.on('data', bytes => {
      tap.push(['server', new Uint8Array(bytes)])
      near.write(bytes)
    })
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on('error', () => other.destroy())
      one.on('end', () => other.end())
    }
  })
  const through = await listening(relay)
  const client = tlsConnect({
    port: through,
    host: '127.0.0.1',
    rejectUnauthorized: false,
    servername: 'localhost',
    ...options,
  })
  client.on('keylog', line => (log += String(line)))
  const closed = new Promise(resolve => client.on('close', resolve))
  client.on('error', () => undefined)
  client.resume()
  client.once('secureConnect', () => {
    void before(client).then(() => client.write('GET /in HTTP/1.1\r\nHost: localhost\r\n\r\n'))
  })
  await closed
  relay.close()
  server.close()
  return { tap, log }
}

const sessions = (result: ReturnType<typeof heard>): readonly SessionFound[] =>
  result.findings.flatMap(found => (found.about === 'session' ? [found] : []))
const lines = (result: ReturnType<typeof heard>): readonly string[] =>
  result.findings.flatMap(found =>
    found.about === 'exchange'
      ? [`${found.request?.start[1]} ${found.response?.start[1]} ${found.response?.body.length}`]
      : [],
  )
const failed = (result: ReturnType<typeof heard>): readonly string[] =>
  result.trace.records.flatMap(({ type, record }) => (type === 'verdict' && !record.ok ? [record.check] : []))

const only12 = (ciphers: string): SecureContextOptions => ({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2', ciphers })
const only13 = (ciphers: string): SecureContextOptions => ({ minVersion: 'TLSv1.3', maxVersion: 'TLSv1.3', ciphers })

test.each([
  ['rsa', only12('ECDHE-RSA-AES128-GCM-SHA256'), 'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256'],
  ['ec', only12('ECDHE-ECDSA-CHACHA20-POLY1305'), 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256'],
  ['rsa', only12('DHE-RSA-AES256-GCM-SHA384'), 'TLS_DHE_RSA_WITH_AES_256_GCM_SHA384'],
  ['rsa', only12('DHE-RSA-AES128-SHA256'), 'TLS_DHE_RSA_WITH_AES_128_CBC_SHA256'],
  ['ec', only12('ECDHE-ECDSA-AES256-SHA384'), 'TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384'],
  ['rsa', only12('ECDHE-RSA-AES128-SHA'), 'TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA'],
  ['rsa', only12('AES128-GCM-SHA256'), 'TLS_RSA_WITH_AES_128_GCM_SHA256'],
  ['ec', only13('TLS_AES_128_GCM_SHA256'), 'TLS_AES_128_GCM_SHA256'],
  ['rsa', only13('TLS_AES_256_GCM_SHA384'), 'TLS_AES_256_GCM_SHA384'],
  ['ec', only13('TLS_CHACHA20_POLY1305_SHA256'), 'TLS_CHACHA20_POLY1305_SHA256'],
] as const)('%s %o: everything opens, and everything that is checked holds', async (kind, options, suite) => {
  const { tap, log } = await talked(kind, options)
  const result = heard(crypto, tap, { secrets: secretsIn(log) })
  expect(sessions(result)).toMatchObject([{ suite, serverName: 'localhost', finished: { client: true, server: true } }])
  expect(lines(result)).toEqual(['/in 200 5'])
  expect(failed(result)).toEqual([])
  expect(result.findings.filter(({ about }) => about === 'unread')).toEqual([])
})

test('with the key of the server alone, where RSA agreed on the secret', async () => {
  const { tap } = await talked('rsa', only12('AES128-SHA256'))
  const result = heard(crypto, tap, { privateKeys: [issued.rsa.privateKey!] })
  expect(lines(result)).toEqual(['/in 200 5'])
  expect(sessions(result)).toMatchObject([{ finished: { client: true, server: true } }])
})

test('other keys are agreed on under those that there are', async () => {
  const again = (client: TLSSocket): Promise<void> =>
    new Promise(resolve => void client.renegotiate({ rejectUnauthorized: false }, () => resolve()))
  const { tap, log } = await talked('rsa', only12('ECDHE-RSA-AES128-GCM-SHA256'), again)
  const result = heard(crypto, tap, { secrets: secretsIn(log) })
  expect(sessions(result)).toMatchObject([
    { finished: { client: true, server: true } },
    { finished: { client: true, server: true } },
  ])
  expect(lines(result)).toEqual(['/in 200 5'])
})

test('a suite that nobody here speaks is named', async () => {
  const { tap, log } = await talked('ec', only12('ECDHE-ECDSA-AES128-CCM'))
  const result = heard(crypto, tap, { secrets: secretsIn(log) })
  expect(result.findings).toContainEqual(
    expect.objectContaining({ about: 'unread', why: 'not-spoken', what: 'TLS_ECDHE_ECDSA_WITH_AES_128_CCM' }),
  )
})
