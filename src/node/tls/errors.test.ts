/** What goes wrong has the code that Node gives it, compared with Node itself, and our failure as its cause. */
import { once } from 'node:events'
import { createServer as createTcpServer, type LookupFunction, type Socket, connect as tcpConnect } from 'node:net'
import * as nodeTls from 'node:tls'
import { expect, test } from 'vitest'
import {
  authority,
  chainOf,
  closing,
  errorOf,
  issued,
  listening,
  localhost,
  makes,
  next,
  type Pem,
  root,
  signedByItself,
  strangeRoot,
} from '../../../test/support/node-tls.ts'
import { FailureError } from '../../failures/index.ts'
import { listen } from '../../index.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { type ConnectionOptions, checkServerIdentity, connect, createServer, type TLSSocket } from './index.ts'

type Options = nodeTls.ConnectionOptions

/** What a server sends that shows its root as well. */
const withRoot: Pem = { ...localhost, cert: localhost.cert + root }

/** A client of each make, refused in the same way. */
const refusals = async (server: Pem, options: Options): Promise<(Error & { code?: string })[]> => {
  const port = await listening(nodeTls.createServer(server).on('tlsClientError', () => {}))
  const errors: Error[] = []
  for (const [, tls] of makes)
    errors.push(await errorOf(closing(tls.connect({ port, host: 'localhost', ca: root, ...options }))))
  return errors
}

const DAY = 86_400_000
const stranger = strangeRoot('Another root')
const itself = signedByItself(['localhost'])
const intermediate = authority.intermediate({ name: 'Test intermediate' })
const below = intermediate.issue({ names: ['localhost'] })

const wrong: readonly (readonly [string, Pem, Options, string, string])[] = [
  [
    'a chain that ends in a root that is not ours',
    withRoot,
    { ca: stranger },
    'SELF_SIGNED_CERT_IN_CHAIN',
    'untrusted',
  ],
  ['a leaf alone', chainOf(below, 1), { ca: stranger }, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'incomplete'],
  ['a leaf alone whose root we know', chainOf(below, 1), {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'incomplete'],
  ['a chain without its root', chainOf(below, 2), { ca: stranger }, 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'untrusted'],
  [
    'an expired certificate',
    issued({ notBefore: Date.now() - 9 * DAY, notAfter: Date.now() - DAY }),
    {},
    'CERT_HAS_EXPIRED',
    'expired',
  ],
  [
    'one of tomorrow',
    issued({ notBefore: Date.now() + DAY, notAfter: Date.now() + 9 * DAY }),
    {},
    'CERT_NOT_YET_VALID',
    'not-yet',
  ],
  ['one for another name', localhost, { servername: 'shop.test' }, 'ERR_TLS_CERT_ALTNAME_INVALID', 'certificate-name'],
  ['one that signed itself', itself, {}, 'DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'],
  ['one for clients', issued({ purposes: ['client'] }), {}, 'INVALID_PURPOSE', 'purpose'],
]

for (const [what, server, options, code, failure] of wrong) {
  test(`${what} is ${code}, as with Node`, async () => {
    const [ours, nodes] = await refusals(server, options)
    expect(nodes?.code).toBe(code)
    expect(ours?.code).toBe(code)
    const cause = ours?.cause
    if (!(cause instanceof FailureError)) throw new Error(`no failure behind ${ours}`)
    expect(cause.code).toContain(failure)
    expect(ours?.message).toBe(cause.message)
  })

  test(`${what} is told and talked to where rejectUnauthorized is false, as with Node`, async () => {
    const port = await listening(nodeTls.createServer(server, socket => setImmediate(() => socket.end('hello'))))
    for (const [, tls] of makes) {
      const near = closing(tls.connect({ port, host: 'localhost', ca: root, ...options, rejectUnauthorized: false }))
      await once(near, 'secureConnect')
      expect(near.authorized).toBe(false)
      expect(near.authorizationError).toBe(code)
      expect(String(await next(near, 'data'))).toBe('hello')
    }
  })
}

test('an error about the name has what Node has on it', async () => {
  const [ours, nodes] = await refusals(localhost, { servername: 'shop.test' })
  for (const error of [ours, nodes] as (Error & { host?: string; reason?: string; cert?: nodeTls.PeerCertificate })[]) {
    expect(error.host).toBe('shop.test')
    expect(error.reason).toMatch(/localhost/)
    expect(error.cert?.subjectaltname).toBe('DNS:localhost, IP Address:127.0.0.1')
  }
})

test('checkServerIdentity of the caller decides about the name, and about nothing else', async () => {
  const port = await listening(nodeTls.createServer(withRoot).on('tlsClientError', () => {}))
  const asked: [string, string][] = []
  const tell = (host: string, cert: nodeTls.PeerCertificate): undefined =>
    void asked.push([host, String(cert.subject.CN)])
  const open = (options: ConnectionOptions): TLSSocket =>
    closing(connect({ port, host: '127.0.0.1', ca: root, ...options }))
  const fine = open({ servername: 'shop.test', checkServerIdentity: tell })
  await once(fine, 'secureConnect')
  expect(fine.authorized).toBe(true)
  expect(asked).toEqual([['shop.test', 'localhost']])
  const no = new Error('not this one')
  expect(await errorOf(open({ checkServerIdentity: () => no }))).toBe(no)
  const unasked = open({ ca: stranger, checkServerIdentity: tell })
  expect(await errorOf(unasked)).toMatchObject({ code: 'SELF_SIGNED_CERT_IN_CHAIN' })
  expect(asked).toHaveLength(1)
  const usual = open({ servername: 'shop.test', checkServerIdentity })
  expect(await errorOf(usual)).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID', host: 'shop.test' })
})

test('a port where nobody listens, and a name without an address, are the errors of the system', async () => {
  const server = createTcpServer()
  const port = await listening(server)
  server.close()
  await once(server, 'close')
  const refused = await errorOf(connect({ port, host: '127.0.0.1' }))
  expect(refused).toMatchObject({ code: 'ECONNREFUSED', syscall: 'connect', port, cause: { code: 'tcp/refused' } })
  const lookup: LookupFunction = (_, __, done) =>
    done(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '', 4)
  const unknown = await errorOf(connect({ port, host: 'shop.test', lookup }))
  expect(unknown).toMatchObject({ code: 'ENOTFOUND', cause: { code: 'dns/no-address' } })
})

const early: readonly (readonly [string, (socket: Socket) => void, string, string])[] = [
  ['hangs up', socket => socket.end(), 'ECONNRESET', 'tls/handshake-cut'],
  ['answers with RST', socket => socket.resetAndDestroy(), 'ECONNRESET', 'tcp/reset'],
  [
    'speaks HTTP',
    socket => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'),
    'ERR_SSL_WRONG_VERSION_NUMBER',
    'tls/not-tls',
  ],
  [
    'refuses with an alert',
    socket => socket.end(Uint8Array.of(21, 3, 3, 0, 2, 2, 40)),
    // OpenSSL 3.2 has renamed it.
    /^3\.[01]\./.test(process.versions.openssl)
      ? 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE'
      : 'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    'tls/nothing-in-common',
  ],
  [
    'has an internal error',
    socket => socket.end(Uint8Array.of(21, 3, 3, 0, 2, 2, 80)),
    'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR',
    'tls/alert-received',
  ],
]

for (const [what, answer, code, failure] of early) {
  test(`a server that ${what} instead of a handshake is ${code}, as with Node`, async () => {
    const port = await listening(
      createTcpServer(socket => socket.on('error', () => {}).once('data', () => answer(socket))),
    )
    const errors: (Error & { code?: string })[] = []
    for (const [, tls] of makes) errors.push(await errorOf(tls.connect({ port, host: 'localhost', ca: root })))
    expect(errors.map(error => error.code)).toEqual([code, code])
    expect(errors[0]?.cause).toMatchObject({ code: expect.stringContaining(failure) })
  })
}

/** What a server of each make says of a client. */
const clientErrors = async (server: nodeTls.TlsOptions, client: (port: number) => void): Promise<string[]> => {
  const codes: string[] = []
  for (const [, tls] of makes) {
    const listener = tls.createServer(server)
    const port = await listening(listener)
    const failed = once(listener, 'tlsClientError') as Promise<[Error & { code: string }, nodeTls.TLSSocket]>
    client(port)
    const [error, socket] = await failed
    codes.push(error.code)
    // Node leaves some of them open.
    if (tls !== nodeTls && !socket.destroyed) await once(socket, 'close')
    socket.destroy()
  }
  return codes
}

test('a server tells which client failed and why, by tlsClientError, with the codes of Node', async () => {
  const raw = (port: number, bytes?: Uint8Array | string): void => {
    const socket = tcpConnect(port, '127.0.0.1').on('error', () => {})
    socket.resume()
    socket.end(bytes ?? '')
  }
  expect(await clientErrors(localhost, port => raw(port))).toEqual(['ECONNRESET', 'ECONNRESET'])
  expect(await clientErrors(localhost, port => raw(port, 'GET / HTTP/1.1\r\nhost: shop.test\r\n\r\n'))).toEqual([
    'ERR_SSL_HTTP_REQUEST',
    'ERR_SSL_HTTP_REQUEST',
  ])
  const distrusting = (port: number): void =>
    void connect({ port, host: 'localhost', ca: stranger }).on('error', () => {})
  expect(await clientErrors(localhost, distrusting)).toEqual([
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
  ])
  expect(
    await clientErrors(
      { ...localhost, handshakeTimeout: 20 },
      port => void closing(tcpConnect(port, '127.0.0.1').on('error', () => {})),
    ),
  ).toEqual(['ERR_TLS_HANDSHAKE_TIMEOUT', 'ERR_TLS_HANDSHAKE_TIMEOUT'])
  const no = Object.assign(new Error('no such shop'), { code: 'ENOSHOP' })
  const refusing: nodeTls.TlsOptions = { ...localhost, SNICallback: (_, done) => done(no) }
  const ask = (port: number): void =>
    void nodeTls.connect({ port, host: 'localhost', ca: root, servername: 'localhost' }).on('error', () => {})
  expect(await clientErrors(refusing, ask)).toEqual(['ENOSHOP', 'ENOSHOP'])
})

test('certificates that nobody can read are refused with a failure, and hurt nobody', async () => {
  const { chain, privateKey } = authority.issue({ names: ['localhost'] })
  const key = certifiedKey({ chain, privateKey })
  const shown = async (sent: readonly Uint8Array[], rejectUnauthorized: boolean): Promise<TLSSocket> => {
    const options = { tls: { certificateFor: () => ({ ...key, chain: sent }) } }
    const { port } = closing(await listen(options, stream => stream.end()))
    return closing(connect({ port, host: '127.0.0.1', ca: stranger, rejectUnauthorized }))
  }
  const junk = Uint8Array.of(0x30, 0x82, 0x01)
  expect(await errorOf(await shown([...chain, junk], true))).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  const careless = await shown([...chain, junk], false)
  await once(careless, 'secureConnect')
  expect(careless.getPeerCertificate(true).subject.CN).toBe('localhost')
  for (const rejectUnauthorized of [true, false]) {
    const error = await errorOf(await shown([junk], rejectUnauthorized))
    expect(error).toMatchObject({ cause: { code: 'tls/certificate-malformed' } })
  }
})

test('a server without a certificate refuses its clients, and goes on', async () => {
  const server = createServer()
  const port = await listening(server)
  for (let i = 0; i < 3; i++) {
    const failed = once(server, 'tlsClientError')
    const near = errorOf(connect({ port, host: 'localhost', ca: root }))
    expect(await failed).toMatchObject([{ cause: { code: 'net/no-certificate' } }, {}])
    expect(await near).toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR' })
  }
})
