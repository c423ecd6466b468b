/** What a server shows, and what it chooses: ours and Node's own. */
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { type TLSSocket as NodeSocket, connect as nodeConnect, type Server } from 'node:tls'
import { describe, expect, test } from 'vitest'
import {
  authority,
  chainOf,
  closing,
  issued,
  listening,
  localhost,
  makes,
  next,
  root,
} from '../../../test/support/node-tls.ts'
import { pem } from '../../x509/files/pem.ts'
import { connect } from './index.ts'

const between = authority.intermediate({ name: 'Test intermediate', pathLength: 1 })
const far = between.intermediate({ name: 'Another one' }).issue({ names: ['localhost'] })
const leafAlone = chainOf(far, 1)
const above = far.chain.slice(1).map(der => pem('CERTIFICATE', der))

/** A twin has the name, not the key. */
const twin = authority.intermediate({ name: 'Another one' })
const intermediates = [pem('CERTIFICATE', twin.certificate), ...above, root]

describe.each(makes)('a server of %s', (_, tls) => {
  const visited = async (server: Server, client: object = {}): Promise<NodeSocket> => {
    const port = server.listening ? (server.address() as AddressInfo).port : await listening(server)
    const near = closing(connect({ port, host: 'localhost', ca: root, ...client }))
    await once(near, 'secureConnect')
    return near as unknown as NodeSocket
  }

  test('what `ca` has of intermediate certificates completes the chain that is shown', async () => {
    for (const ca of [intermediates, intermediates.toReversed()])
      expect((await visited(tls.createServer({ ...leafAlone, ca }))).authorized).toBe(true)
  })

  test('a client completes its chain in the same way', async () => {
    const alice = between.issue({ names: [], commonName: 'alice', purposes: ['client'] })
    const server = tls.createServer({ ...localhost, ca: root, requestCert: true })
    const accepted = next<NodeSocket>(server, 'secureConnection')
    await visited(server, { ...chainOf(alice, 1), ca: [root, pem('CERTIFICATE', between.certificate)] })
    expect((await accepted).getPeerX509Certificate()?.subject).toBe('CN=alice')
  })

  test('OCSPRequest has the issuer that `ca` has, and comes only for clients that ask', async () => {
    const server = tls.createServer({ ...issued(), ca: root })
    const asked: (Buffer | null)[] = []
    server.on('OCSPRequest', (_, issuer, done) => {
      asked.push(issuer)
      done(null, Buffer.from('x'))
    })
    await visited(server)
    expect(asked).toEqual([])
    await visited(server, { requestOCSP: true })
    expect(asked).toEqual([Buffer.from(authority.certificate)])
  })

  test('an error of OCSPRequest is that of tlsClientError', async () => {
    const server = tls.createServer(localhost)
    server.on('OCSPRequest', (_, __, done) => done(new Error('no responder'), null as never))
    const failed = next<Error>(server, 'tlsClientError')
    closing(connect({ port: await listening(server), host: 'localhost', requestOCSP: true })).on('error', () => {})
    expect((await failed).message).toBe('no responder')
  })

  test('setKeyCert within ALPNCallback shows another certificate', async () => {
    const options = {
      ...localhost,
      ALPNCallback(this: { setKeyCert(context: object): void }, { protocols }: { protocols: string[] }) {
        this.setKeyCert(protocols[0] === 'a' ? challenge : tls.createSecureContext(challenge))
        return protocols[0]
      },
    }
    const challenge = issued({ commonName: 'challenge' })
    for (const protocol of ['a', 'b']) {
      const near = await visited(tls.createServer(options as object), { ALPNProtocols: [protocol] })
      expect([near.getPeerX509Certificate()?.subject, near.alpnProtocol]).toEqual(['CN=challenge', protocol])
    }
  })

  test('records are no longer than setMaxSendFragment says', async () => {
    const server = tls.createServer(localhost, socket => {
      expect([511, 16_385, 768].map(size => socket.setMaxSendFragment(size))).toEqual([false, false, true])
      expect(() => socket.setMaxSendFragment('768' as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      )
      socket.end(Buffer.alloc(10_000, 7))
    })
    const near = closing(nodeConnect({ port: await listening(server), host: '127.0.0.1', ca: root }))
    const sizes: number[] = []
    near.on('data', (piece: Buffer) => sizes.push(piece.length))
    await once(near, 'end')
    expect(Math.max(...sizes)).toBe(768)
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(10_000)
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'honorCipherOrder: false leaves the choice to the client in %s',
    async version => {
      const [ours, theirs] =
        version === 'TLSv1.2'
          ? [
              'ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256',
              'ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES256-GCM-SHA384',
            ]
          : ['TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256', 'TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384']
      const chosen = async (honorCipherOrder: boolean | undefined) => {
        const options = { ...localhost, ciphers: ours, maxVersion: version, honorCipherOrder }
        return (await visited(tls.createServer(options as object), { ciphers: theirs })).getCipher().name
      }
      for (const order of [true, undefined]) expect(await chosen(order)).toBe(ours.split(':')[0])
      expect(await chosen(false)).toBe(theirs.split(':')[0])
    },
  )
})
