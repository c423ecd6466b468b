import { once } from 'node:events'
import { connect as tcpConnect } from 'node:net'
import { type Duplex, Duplex as NodeDuplex, PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import {
  type ConnectionOptions,
  type TLSSocket as NodeSocket,
  connect as nodeConnect,
  rootCertificates,
} from 'node:tls'
import { expect, test } from 'vitest'
import { closing, issued, listening, localhost, next, pairs, root } from '../../../test/support/node-tls.ts'
import { connect, createServer, TLSSocket } from './index.ts'

const BOTH = ['TLSv1.2', 'TLSv1.3'] as const

/** A turn later: within the event, a server of Node that speaks TLS 1.3 sends no close_notify. */
const ended = (socket: NodeSocket, text: string): unknown => setImmediate(() => socket.end(text))

const agreedOn = [
  ['TLSv1.2', 'ECDHE-ECDSA-AES128-GCM-SHA256', 'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256'],
  ['TLSv1.3', 'TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256'],
] as const

for (const [client, server, clientTls, serverTls] of pairs) {
  const who = `client of ${client}, server of ${server}`

  test.each(agreedOn)(
    `${who}: both know what was agreed in %s, and say the same of it as Node does`,
    async (version, name, standardName) => {
      const listener = serverTls.createServer({
        ...localhost,
        ALPNProtocols: ['h9', 'http/1.1'],
        minVersion: version,
        maxVersion: version,
        ciphers: name,
      })
      const accepted = next<NodeSocket>(listener, 'secureConnection')
      const port = await listening(listener)
      const near = closing(
        clientTls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca: root, ALPNProtocols: ['http/1.1'] }),
      )
      expect(near.authorized).toBe(false)
      await once(near, 'secureConnect')
      const far = await accepted
      expect(near).toMatchObject({ authorized: true, authorizationError: null, encrypted: true })
      expect(far).toMatchObject({ authorized: false, authorizationError: null, encrypted: true })
      for (const side of [near, far]) {
        expect(side).toMatchObject({ alpnProtocol: 'http/1.1', servername: 'localhost', connecting: false })
        expect(side.getProtocol()).toBe(version)
        expect(side.getCipher()).toMatchObject({ name, standardName, version })
        expect(side.isSessionReused()).toBe(false)
      }
      expect(near.getEphemeralKeyInfo()).toEqual({ type: 'ECDH', name: 'X25519', size: 253 })
      expect(far.getEphemeralKeyInfo()).toBeNull()
      expect(near.getPeerCertificate().subjectaltname).toBe('DNS:localhost, IP Address:127.0.0.1')
      expect(near.getPeerCertificate(true).issuerCertificate.subject.CN).toBe('Test root')
      const { issuerCertificate } = near.getPeerCertificate(true)
      expect(issuerCertificate.issuerCertificate).toBe(issuerCertificate)
      expect(near.getPeerX509Certificate()?.subject).toBe('CN=localhost')
      expect(far.getPeerCertificate()).toEqual({})
      expect(far.getX509Certificate()?.subject).toBe('CN=localhost')
      expect(near.remotePort).toBe(port)
      expect(near.address()).toMatchObject({ address: '127.0.0.1', port: far.remotePort })
    },
  )

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    `${who}: both export the same keys in %s, and nobody else has them`,
    async version => {
      const listener = serverTls.createServer({ ...localhost, minVersion: version, maxVersion: version })
      const accepted = next<NodeSocket>(listener, 'secureConnection')
      const port = await listening(listener)
      const near = closing(clientTls.connect({ port, host: 'localhost', ca: root }))
      expect(() => near.exportKeyingMaterial(32, 'EXPORTER-test', Buffer.from('context'))).toThrow(
        expect.objectContaining({ code: 'ERR_TLS_INVALID_STATE' }),
      )
      await once(near, 'secureConnect')
      const far = await accepted
      const keys = (socket: NodeSocket): string[] =>
        [
          [32, 'EXPORTER-test', Buffer.from('context')],
          [32, 'EXPORTER-test', Buffer.from('another')],
          [32, 'EXPORTER-other', Buffer.from('context')],
          [100, 'EXPORTER-test', Buffer.alloc(0)],
        ].map(asked => socket.exportKeyingMaterial(...(asked as [number, string, Buffer])).toString('hex'))
      expect(keys(near)).toEqual(keys(far))
      expect(new Set(keys(near)).size).toBe(4)
      const without = (socket: NodeSocket): string =>
        (socket.exportKeyingMaterial as (length: number, label: string) => Buffer)
          .call(socket, 32, 'EXPORTER-test')
          .toString('hex')
      expect(without(near)).toBe(without(far))
    },
  )

  test.each(BOTH)(`${who}: an OCSP response is stapled in %s, and brought unchecked`, async version => {
    const listener = serverTls.createServer({
      ...localhost,
      cert: localhost.cert + root,
      minVersion: version,
      maxVersion: version,
    })
    const asked: (Buffer | null)[] = []
    listener.on('OCSPRequest', (certificate, issuer, done) => {
      asked.push(certificate, issuer)
      setImmediate(() => done(null, Buffer.from('a response')))
    })
    const port = await listening(listener)
    const asking = { host: 'localhost', ca: root, requestOCSP: true }
    const near = closing(clientTls.connect({ ...asking, port } as ConnectionOptions))
    const response = next<Buffer | null>(near, 'OCSPResponse')
    await once(near, 'secureConnect')
    expect(String(await response)).toBe('a response')
    expect(asked[0]).toEqual(near.getPeerCertificate().raw)
    const silent = await listening(serverTls.createServer({ ...localhost, minVersion: version, maxVersion: version }))
    const other = closing(clientTls.connect({ ...asking, port: silent } as ConnectionOptions))
    expect(await next(other, 'OCSPResponse')).toBeNull()
  })

  test(`${who}: what is written before the handshake arrives, and both directions end in good order`, async () => {
    const port = await listening(serverTls.createServer(localhost, socket => socket.pipe(socket)))
    const near = closing(clientTls.connect({ port, host: 'localhost', ca: root }))
    near.write('first, ')
    near.end('last')
    const closed = once(near, 'close')
    expect(await text(near)).toBe('first, last')
    expect(await closed).toEqual([false])
    expect(near.bytesWritten).toBe(11)
    expect(near.bytesRead).toBe(11)
  })

  test(`${who}: without ALPN and without a name both say so`, async () => {
    const listener = serverTls.createServer(localhost)
    const accepted = next<NodeSocket>(listener, 'secureConnection')
    const port = await listening(listener)
    const near = closing(clientTls.connect({ port, host: '127.0.0.1', ca: root }))
    await once(near, 'secureConnect')
    expect(near).toMatchObject({ alpnProtocol: false })
    expect(await accepted).toMatchObject({ alpnProtocol: false, servername: false })
  })

  test(`${who}: over any Duplex, another TLS connection too`, async () => {
    const inner = serverTls.createServer(localhost, socket => ended(socket, 'from inside'))
    const port = await listening(serverTls.createServer(localhost, socket => void inner.emit('connection', socket)))
    const outer = closing(clientTls.connect({ port, host: 'localhost', ca: root }))
    const near = closing(clientTls.connect({ socket: outer, servername: 'localhost', ca: root }))
    expect(await text(near)).toBe('from inside')
    expect(near.authorized).toBe(true)
  })

  test(`${who}: SNICallback and addContext choose the certificate`, async () => {
    const shop = issued({ names: ['shop.test', '*.shop.test'] })
    const context = serverTls.createSecureContext(shop)
    const asked: string[] = []
    const byCallback = serverTls.createServer({
      ...localhost,
      SNICallback(name, done) {
        asked.push(name)
        setImmediate(() => (name === 'localhost' ? done(null) : done(null, context)))
      },
    })
    const byName = serverTls.createServer(localhost)
    byName.addContext('*.shop.test', context)
    byName.addContext('shop.test', context)
    const nameFrom = async (port: number, servername: string): Promise<string | undefined> => {
      const near = closing(clientTls.connect({ port, host: '127.0.0.1', servername, ca: root }))
      await once(near, 'secureConnect')
      return near.getPeerX509Certificate()?.subject
    }
    const [first, second] = [await listening(byCallback), await listening(byName)]
    expect(await nameFrom(first, 'shop.test')).toBe('CN=shop.test')
    expect(await nameFrom(first, 'localhost')).toBe('CN=localhost')
    expect(asked).toEqual(['shop.test', 'localhost'])
    expect(await nameFrom(second, 'www.shop.test')).toBe('CN=shop.test')
    expect(await nameFrom(second, 'localhost')).toBe('CN=localhost')
  })

  test.each([
    ['TLSv1.2', ['CLIENT_RANDOM']],
    [
      'TLSv1.3',
      [
        'CLIENT_HANDSHAKE_TRAFFIC_SECRET',
        'CLIENT_TRAFFIC_SECRET_0',
        'EXPORTER_SECRET',
        'SERVER_HANDSHAKE_TRAFFIC_SECRET',
        'SERVER_TRAFFIC_SECRET_0',
      ],
    ],
  ] as const)(`${who}: the key logs of both have the same lines in %s`, async (maxVersion, labels) => {
    const lines = { near: new Set<string>(), far: new Set<string>() }
    const listener = serverTls.createServer({ ...localhost, maxVersion }, socket => ended(socket, 'hello'))
    listener.on('keylog', line => lines.far.add(String(line)))
    const port = await listening(listener)
    const near = closing(clientTls.connect({ port, host: 'localhost', ca: root }))
    near.on('keylog', line => lines.near.add(String(line)))
    expect(await text(near)).toBe('hello')
    expect([...lines.near].map(line => line.split(' ')[0]).sort()).toEqual(labels)
    expect([...lines.far].sort()).toEqual([...lines.near].sort())
    for (const line of lines.near) expect(line).toMatch(/^[A-Z_0]+ [0-9a-f]{64} [0-9a-f]{64,96}\n$/)
  })
}

/** Two ends of a wire that is no socket. */
const wire = (): [Duplex, Duplex] => {
  const [up, down] = [new PassThrough(), new PassThrough()]
  return [NodeDuplex.from({ writable: up, readable: down }), NodeDuplex.from({ writable: down, readable: up })]
}

test('TLSSocket alone makes either side, over what is no socket at all', async () => {
  const [a, b] = wire()
  const far = new TLSSocket(b, { ...localhost, isServer: true })
  const near = new TLSSocket(a, { ca: root, servername: 'localhost' })
  far.end('hello')
  expect(await text(near)).toBe('hello')
  expect(near.authorized).toBe(true)
  expect(near.remoteAddress).toBeUndefined()
  expect(near.address()).toEqual({})
  expect(near.setNoDelay().setKeepAlive().ref().unref()).toBe(near)
})

test('a TLSSocket without a socket connects by itself, as net.Socket does', async () => {
  const port = await listening(createServer(localhost, socket => socket.end('hello')))
  const near = closing(new TLSSocket(undefined, { ca: root }))
  let connected = 0
  near.connect(port, 'localhost', () => (connected += 1))
  expect(near.connecting).toBe(true)
  expect(near.readyState).toBe('opening')
  expect(await text(near)).toBe('hello')
  expect(connected).toBe(1)
})

test('a socket that was read before its bytes became TLS loses none of them', async () => {
  const port = await listening(createServer(localhost, socket => socket.end('hello')))
  const below = tcpConnect(port, '127.0.0.1')
  await once(below, 'connect')
  // In flowing mode with nobody listening, as STARTTLS leaves it.
  below.resume()
  const near = closing(connect({ socket: below, servername: 'localhost', ca: root }))
  expect(await text(near)).toBe('hello')
})

test('renegotiation is refused, with false and with an error', async () => {
  const port = await listening(createServer(localhost))
  const near = closing(connect({ port, host: 'localhost', ca: root }))
  await once(near, 'secureConnect')
  const refused = new Promise<Error | null>(resolve => expect(near.renegotiate({}, resolve)).toBe(false))
  expect(await refused).toMatchObject({ code: 'ERR_TLS_RENEGOTIATION_DISABLED' })
  near.disableRenegotiation()
})

test('without extended_master_secret nothing is exported: another connection could have the same', async () => {
  const listener = createServer({ ...localhost, maxVersion: 'TLSv1.2' })
  const accepted = next<TLSSocket>(listener, 'secureConnection')
  const port = await listening(listener)
  // SSL_OP_NO_EXTENDED_MASTER_SECRET, which Node has no name for.
  closing(nodeConnect({ port, host: 'localhost', ca: root, secureOptions: 1 }))
  const far = await accepted
  expect(() => far.exportKeyingMaterial(32, 'EXPORTER-test')).toThrow(
    expect.objectContaining({
      code: 'ERR_TLS_INVALID_STATE',
      cause: expect.objectContaining({ code: 'tls/no-exporter' }),
    }),
  )
})

test('methods that have nothing true to say throw', async () => {
  const port = await listening(createServer(localhost))
  const near = closing(connect({ port, host: 'localhost', ca: root }))
  await once(near, 'secureConnect')
  const refusal = { code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' }
  expect(() => near.enableTrace()).toThrow(expect.objectContaining(refusal))
})

test('the roots of the system hold where none are given', async () => {
  expect(rootCertificates.length).toBeGreaterThan(50)
  const port = await listening(createServer(localhost))
  const near = closing(connect({ port, host: 'localhost' }))
  const [error] = (await once(near, 'error')) as [Error & { code: string }]
  expect(error.code).toMatch(/^(SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_\w+)$/)
})
