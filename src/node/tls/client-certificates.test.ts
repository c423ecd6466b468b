/** Clients that say who they are, to servers that ask: both makes, both ways. */
import { once } from 'node:events'
import type { TLSSocket as NodeSocket, TlsOptions } from 'node:tls'
import { expect, test } from 'vitest'
import {
  closing,
  errorOf,
  issued,
  listening,
  localhost,
  next,
  pairs,
  root,
  signedByItself,
} from '../../../test/support/node-tls.ts'
import { createServer } from './index.ts'

const alice = issued({ names: [], commonName: 'alice', purposes: ['client'] })
const both = pairs.flatMap(pair => (['TLSv1.2', 'TLSv1.3'] as const).map(version => [...pair, version] as const))

for (const [client, server, clientTls, serverTls, version] of both) {
  const who = `${version}, client of ${client}, server of ${server}`
  const asking: TlsOptions = { ...localhost, ca: root, requestCert: true, minVersion: version, maxVersion: version }

  test(`${who}: a client with a certificate is known by it`, async () => {
    const listener = serverTls.createServer(asking)
    const accepted = next<NodeSocket>(listener, 'secureConnection')
    const port = await listening(listener)
    const near = closing(clientTls.connect({ port, host: 'localhost', ca: root, ...alice }))
    await once(near, 'secureConnect')
    const far = await accepted
    expect(far).toMatchObject({ authorized: true, authorizationError: null })
    expect(far.getPeerCertificate().subject.CN).toBe('alice')
    expect(far.getPeerCertificate(true).issuerCertificate.subject.CN).toBe('Test root')
    expect((near.getCertificate() as { subject: object }).subject).toMatchObject({ CN: 'alice' })
    near.end('for alice')
    expect(String(await next(far, 'data'))).toBe('for alice')
  })

  test(`${who}: a client without one, or with one of its own making, is refused`, async () => {
    const listener = serverTls.createServer(asking)
    const port = await listening(listener)
    const without = once(listener, 'tlsClientError')
    await errorOf(closing(clientTls.connect({ port, host: 'localhost', ca: root })))
    expect(await without).toMatchObject([{ code: 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE' }, {}])
    const own = once(listener, 'tlsClientError')
    const near = clientTls.connect({ port, host: 'localhost', ca: root, ...signedByItself(['alice'], 'client') })
    await errorOf(closing(near))
    await own
  })

  test(`${who}: where rejectUnauthorized is false both are taken, and told apart`, async () => {
    const listener = serverTls.createServer({ ...asking, rejectUnauthorized: false })
    const port = await listening(listener)
    const met = async (identity: object): Promise<NodeSocket> => {
      const accepted = next<NodeSocket>(listener, 'secureConnection')
      const near = closing(clientTls.connect({ port, host: 'localhost', ca: root, ...identity }))
      await once(near, 'secureConnect')
      return accepted
    }
    expect(await met({})).toMatchObject({ authorized: false, authorizationError: 'UNABLE_TO_GET_ISSUER_CERT' })
    const own = await met(signedByItself(['alice'], 'client'))
    expect(own).toMatchObject({ authorized: false, authorizationError: 'DEPTH_ZERO_SELF_SIGNED_CERT' })
    expect(own.getPeerCertificate().subject.CN).toBe('alice')
    expect(await met(alice)).toMatchObject({ authorized: true, authorizationError: null })
  })

  test(`${who}: nobody is asked where requestCert is not set`, async () => {
    const listener = serverTls.createServer({ ...asking, requestCert: false })
    const accepted = next<NodeSocket>(listener, 'secureConnection')
    const port = await listening(listener)
    const near = closing(clientTls.connect({ port, host: 'localhost', ca: root, ...alice }))
    await once(near, 'secureConnect')
    expect(await accepted).toMatchObject({ authorized: false, authorizationError: null })
  })

  test(`${who}: requestCert says nothing to a client, whose roots are those of the system`, async () => {
    const port = await listening(serverTls.createServer(localhost).on('tlsClientError', () => {}))
    const near = closing(clientTls.connect({ port, host: 'localhost', requestCert: true }))
    expect((await errorOf(near)).code).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
  })
}

test('a server that asks for certificates of nobody in particular is refused, not left to take them from everybody', () => {
  expect(() => createServer({ ...localhost, requestCert: true })).toThrow(/ca is missing/)
  expect(() => createServer({ ...localhost, requestCert: true, rejectUnauthorized: false })).not.toThrow()
})
