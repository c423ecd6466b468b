/** `pskCallback`, beside Node's own: keys that both ends have from elsewhere (RFC 9846 4.3.11). */
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import type { TLSSocket as NodeSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { closing, errorOf, listening, localhost, next, pairs, root, type Tls } from '../../../test/support/node-tls.ts'
import { connect, createServer, TLSSocket } from './index.ts'
import { serverKey } from './shared-keys.ts'

const key = Buffer.from('82072606b502b0f4025e90eb75fe137d', 'hex')
/** As Node needs them: suites with a key from elsewhere have no certificate. */
const ciphers = 'PSK+HIGH:TLS_AES_128_GCM_SHA256'
const device = { psk: key, identity: 'Gerät 7' }
type Given = ((hint: null) => unknown) | object | null

/** A server that knows one device, or what `answer` says. */
const served = async (tls: Tls, answer: (identity: string) => unknown = known, more: object = {}) => {
  const asked: unknown[] = []
  const pskCallback = (socket: NodeSocket, identity: string): unknown => {
    asked.push(identity, socket instanceof tls.TLSSocket)
    return answer(identity)
  }
  const server = tls.createServer({ ciphers, pskCallback, ...more } as object, socket =>
    socket.once('data', (data: Buffer) => socket.end(data)),
  )
  const failed = next<NodeJS.ErrnoException>(server, 'tlsClientError')
  const accepted = next<NodeSocket>(server, 'secureConnection')
  return { port: await listening(server), asked, failed, accepted }
}
const known = (identity: string): unknown => (identity === device.identity ? key : null)

const visitor = (tls: Tls, port: number, given: Given, more: object = {}): NodeSocket =>
  closing(
    tls.connect({
      port,
      host: 'localhost',
      servername: 'localhost',
      ca: root,
      ciphers,
      pskCallback: typeof given === 'function' ? given : () => given,
      ...more,
    } as object),
  )

const echoed = (near: NodeSocket): Promise<string> => {
  near.write('hello')
  return text(near)
}

describe.each(pairs)('client of %s, server of %s', (_, __, clientTls, serverTls) => {
  test('RFC 9846 4.3.11: a client and a server know each other by a key, without certificates', async () => {
    const { port, asked, accepted } = await served(serverTls)
    const hints: unknown[] = []
    const near = visitor(clientTls, port, hint => {
      hints.push(hint)
      return device
    })
    await once(near, 'secureConnect')
    const told = ({ authorized, authorizationError }: NodeSocket): unknown => [authorized, authorizationError]
    expect([told(near), told(await accepted)]).toEqual([
      [true, null],
      [false, null],
    ])
    expect([near.isSessionReused(), near.getProtocol(), near.getPeerCertificate()]).toEqual([true, 'TLSv1.3', {}])
    expect([hints, asked]).toEqual([[null], [device.identity, true]])
    expect(await echoed(near)).toBe('hello')
  })

  test('behind a HelloRetryRequest too (RFC 9846 4.2.2)', async () => {
    const { port } = await served(serverTls, () => new DataView(key.buffer, key.byteOffset, key.length), {
      ecdhCurve: 'P-256',
    })
    const near = visitor(clientTls, port, device, { ecdhCurve: 'P-521:P-256' })
    await once(near, 'secureConnect')
    expect(await echoed(near)).toBe('hello')
  })

  test('a session that began with a key is resumed by who names that key again', async () => {
    const { port } = await served(serverTls)
    const first = visitor(clientTls, port, device)
    const session = next<Buffer>(first, 'session')
    await echoed(first)
    const second = visitor(clientTls, port, device, { session: await session })
    expect(await echoed(second)).toBe('hello')
    // It is the session that counts: with this key alone nobody would come in.
    const third = visitor(clientTls, port, { ...device, psk: Buffer.alloc(16) }, { session: await session })
    expect(await echoed(third)).toBe('hello')
  })

  test.each([
    ['an unknown identity', { ...device, identity: 'nobody' }],
    ['another key', { ...device, psk: Buffer.alloc(16, 1) }],
    ['no key', null],
  ])('%s is refused where there is no certificate', async (_, given) => {
    const { port, failed } = await served(serverTls)
    const near = visitor(clientTls, port, given)
    expect(await errorOf(near)).toMatchObject({ code: expect.stringMatching(/^ERR_SSL_/) })
    expect(await failed).toBeInstanceOf(Error)
  })

  test('who offers no key that is known is shown a certificate, where there is one', async () => {
    const { port, asked } = await served(serverTls, known, { ...localhost, ciphers: undefined })
    const near = visitor(clientTls, port, { ...device, identity: 'nobody' }, { ciphers: undefined })
    await once(near, 'secureConnect')
    expect([near.authorized, near.getPeerCertificate().subject?.CN, asked]).toEqual([
      true,
      'localhost',
      ['nobody', true],
    ])
  })

  test.each([
    ['what is no object', 3, 'ERR_INVALID_ARG_TYPE'],
    ['a promise', Promise.resolve(key), 'ERR_INVALID_ARG_TYPE'],
  ])('a server that gives %s hears of it, and so does the client', async (_, given, code) => {
    const { port, failed } = await served(serverTls, () => given)
    const ended = errorOf(visitor(clientTls, port, device))
    expect(await failed).toMatchObject({ code })
    expect(await ended).toBeInstanceOf(Error)
  })

  test.each([
    ['what is no object', 'key', 'ERR_INVALID_ARG_TYPE'],
    ['a key in letters', { ...device, psk: 'key' }, 'ERR_INVALID_ARG_TYPE'],
    ['no identity', { psk: key }, 'ERR_INVALID_ARG_TYPE'],
    ['an identity that is too long', { psk: key, identity: 'a'.repeat(70_000) }, 'ERR_INVALID_ARG_VALUE'],
  ])('a client that gives %s hears of it', async (_, given, code) => {
    const { port } = await served(serverTls)
    expect(await errorOf(visitor(clientTls, port, () => given))).toMatchObject({ code })
  })

  test('what callbacks throw is told', async () => {
    const thrown = Object.assign(new Error('no'), { code: 'ENO' })
    const fails = (): never => {
      throw thrown
    }
    const { port, failed } = await served(serverTls, fails)
    const ended = errorOf(visitor(clientTls, port, device))
    expect(await failed).toBe(thrown)
    expect(await ended).not.toBe(thrown)
    expect(await errorOf(visitor(clientTls, port, fails))).toBe(thrown)
  })

  test('options of another kind are refused at the call', () => {
    const wrong = expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' })
    for (const options of [{ pskCallback: 1 }, { pskCallback: () => null, pskIdentityHint: 3 }] as object[])
      expect(() => serverTls.createServer(options)).toThrow(wrong)
    expect(() => new clientTls.TLSSocket(null as never, { pskCallback: 1 } as object)).toThrow(wrong)
  })
})

test.each([
  ['before TLS 1.3', { maxVersion: 'TLSv1.2' }],
  ['for suites with another hash', { ciphers: 'TLS_AES_256_GCM_SHA384' }],
] as const)('a key that could not be used %s is refused at the call', (_, options) => {
  const unavailable = expect.objectContaining({ code: 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM' })
  expect(() => createServer({ ...options, pskCallback: () => key })).toThrow(unavailable)
  expect(() => connect({ port: 1, ...options, pskCallback: () => device })).toThrow(unavailable)
})

test('keys beside certificates that clients must show are refused at the call; that they may is not', async () => {
  const pskCallback = (): Buffer => key
  const options = { ca: root, requestCert: true, pskCallback }
  expect(() => createServer(options)).toThrow(/pskCallback/)
  expect(() => new TLSSocket(undefined, { ...options, isServer: true })).toThrow(/pskCallback/)
  const server = createServer({ ...options, rejectUnauthorized: false })
  const accepted = next<TLSSocket>(server, 'secureConnection')
  const near = closing(connect({ port: await listening(server), host: 'localhost', pskCallback: () => device }))
  await once(near, 'secureConnect')
  expect(await accepted).toMatchObject({ authorized: true, authorizationError: null })
})

test('RFC 9257 6: a key of less than 16 bytes is refused', async () => {
  const short = key.subarray(1)
  const server = createServer({ pskCallback: () => short })
  const failed = next<Error>(server, 'tlsClientError')
  const port = await listening(server)
  const refused = { code: 'ERR_INVALID_ARG_VALUE', cause: { code: 'tls/bad-external-key' } }
  const ended = errorOf(connect({ port, host: 'localhost', pskCallback: () => device }))
  expect(await failed).toMatchObject(refused)
  expect(await ended).toBeInstanceOf(Error)
  const near = connect({ port, host: 'localhost', pskCallback: () => ({ ...device, psk: short }) })
  expect(await errorOf(near)).toMatchObject(refused)
})

test('RFC 9846 4.3.11: nobody is asked whose name a ticket is, nor of what is longer than a name', () => {
  const asked: string[] = []
  const callback = (_: unknown, identity: string): Buffer | undefined => {
    asked.push(identity)
    return identity === 'b' ? key : undefined
  }
  const identities = ['a', '\xff\xfe', 'a'.repeat(1_025), '\xef\xbb\xbfb', 'b', 'c'].map(each =>
    Buffer.from(each, 'latin1'),
  )
  expect(serverKey(new TLSSocket(), callback, identities)).toMatchObject({ role: 'server', hash: 'sha256' })
  // A mark at the beginning is of the name.
  expect(asked).toEqual(['a', '\ufeffb', 'b'])
})

test('a hint is of TLS 1.2: one says nothing, one that is too long is refused at the call', () => {
  const pskCallback = (): Buffer => key
  expect(() => createServer({ pskCallback, pskIdentityHint: 'a'.repeat(256) })).not.toThrow()
  expect(() => createServer({ pskCallback, pskIdentityHint: 'a'.repeat(257) })).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_PSK_SET_IDENTITY_HINT_FAILED' }),
  )
})
