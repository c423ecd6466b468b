/** `sigalgs`, `getSharedSigalgs` and the Finished values, beside Node's own. */
import { once } from 'node:events'
import type { TLSSocket as NodeSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { closing, errorOf, issued, listening, localhost, next, pairs, root } from '../../../test/support/node-tls.ts'
import { createSecureContext } from './index.ts'
import { schemesNamed } from './signature-list.ts'

const versions = ['TLSv1.2', 'TLSv1.3'] as const

describe.each(pairs.flatMap(pair => versions.map(version => [...pair, version] as const)))(
  'client of %s, server of %s',
  (_, __, clientTls, serverTls, maxVersion) => {
    const meet = async (serverOptions: object, clientOptions: object) => {
      const server = serverTls.createServer({ ...localhost, ca: root, ...serverOptions } as object)
      const failed = next<NodeJS.ErrnoException>(server, 'tlsClientError')
      const accepted = next<NodeSocket>(server, 'secureConnection')
      const port = await listening(server)
      const options = { port, host: '127.0.0.1', servername: 'localhost', ca: root, maxVersion, ...clientOptions }
      return { near: closing(clientTls.connect(options as object)), accepted, failed }
    }

    test(`${maxVersion}: sigalgs says what both sides take, in the order of the server`, async () => {
      const { near, accepted } = await meet(
        { ...issued({ names: ['localhost'] }), requestCert: true, sigalgs: 'ECDSA+SHA384:ECDSA+SHA256:ed25519' },
        {
          ...issued({ names: [], commonName: 'a', purposes: ['client'] }),
          sigalgs: 'ed25519:rsa_pkcs1_sha256:ECDSA+SHA256',
        },
      )
      expect(near.getSharedSigalgs()).toEqual([])
      await once(near, 'secureConnect')
      const shared = ['ECDSA+SHA256', 'Ed25519+UNDEF']
      expect([near.getSharedSigalgs(), (await accepted).getSharedSigalgs()]).toEqual([shared, shared])
    })

    test(`${maxVersion}: in that of the client, with honorCipherOrder: false`, async () => {
      const { near, accepted } = await meet(
        { sigalgs: 'ed25519:ECDSA+SHA256', honorCipherOrder: false },
        { sigalgs: 'ECDSA+SHA256:ed25519' },
      )
      await once(near, 'secureConnect')
      // A client that is not asked for a certificate hears of no signatures.
      expect([near.getSharedSigalgs(), (await accepted).getSharedSigalgs()]).toEqual([
        [],
        ['ECDSA+SHA256', 'Ed25519+UNDEF'],
      ])
    })

    test(`${maxVersion}: where nothing is in common both sides hear of it`, async () => {
      const { near, failed } = await meet({ sigalgs: 'ECDSA+SHA384' }, { sigalgs: 'RSA-PSS+SHA384' })
      const ended = errorOf(near)
      expect(await failed).toMatchObject({ code: 'ERR_SSL_NO_SHARED_SIGNATURE_ALGORITHMS' })
      expect(await ended).toMatchObject({ code: expect.stringMatching(/^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/) })
    })

    test(`${maxVersion}: a key that can make none of what is in common is not used`, async () => {
      const { near, failed } = await meet({ sigalgs: 'RSA-PSS+SHA256' }, { sigalgs: 'RSA-PSS+SHA256:ECDSA+SHA256' })
      const ended = errorOf(near)
      expect(await failed).toMatchObject({ code: expect.stringMatching(/^ERR_SSL_NO_/) })
      expect(await ended).toMatchObject({ code: expect.stringMatching(/^ERR_SSL_.*ALERT_HANDSHAKE_FAILURE$/) })
    })

    test(`${maxVersion}: both sides have the same Finished values, once the handshake is over`, async () => {
      const { near, accepted } = await meet({}, {})
      expect([near.getFinished(), near.getPeerFinished()]).toEqual([undefined, undefined])
      await once(near, 'secureConnect')
      const far = await accepted
      expect([near.getFinished()?.toString('hex'), near.getPeerFinished()?.toString('hex')]).toEqual([
        far.getPeerFinished()?.toString('hex'),
        far.getFinished()?.toString('hex'),
      ])
      // RFC 5246 7.4.9, RFC 9846 4.5.4.
      const lengths = maxVersion === 'TLSv1.2' ? [12] : [32, 48]
      expect(lengths).toContain(near.getFinished()?.length)
      expect(near.getFinished()).not.toEqual(near.getPeerFinished())
    })
  },
)

test.each([
  ['RSA-PSS+SHA256:ECDSA+sha384:ed25519', [0x0804, 0x0503, 0x0807]],
  ['PSS+SHA512:RSA+SHA256:rsa_pss_pss_sha256', [0x0806, 0x0401, 0x0809]],
  ['ED25519:ed25519:Ed448:RSA+SHA1:?nothing:mldsa44:?ECDSA+SHA512', [0x0807, 0x0603]],
])('sigalgs %s is in the language of OpenSSL', (list, expected) => {
  expect(schemesNamed(list)).toEqual(expected)
})

test.each([
  ['', 'ERR_INVALID_ARG_VALUE'],
  ['RSA-PSS+SHA256:', 'ERR_INVALID_ARG_VALUE'],
  ['RSA-PSS+SHA256:nothing', 'ERR_INVALID_ARG_VALUE'],
  ['RSA-PSS+SHA256,ed25519', 'ERR_INVALID_ARG_VALUE'],
  ['RSA+MD5', 'ERR_INVALID_ARG_VALUE'],
  ['RSA+SHA1:ed448', 'ERR_FEATURE_UNAVAILABLE_ON_PLATFORM'],
  [3, 'ERR_INVALID_ARG_TYPE'],
])('sigalgs %j is refused at the call', (sigalgs, code) => {
  expect(() => createSecureContext({ sigalgs: sigalgs as string })).toThrow(expect.objectContaining({ code }))
})
