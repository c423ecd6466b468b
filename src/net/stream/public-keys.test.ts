/** `publicKeys`, and bare keys in `cert`: RFC 7250 without a certificate anywhere. */
import { describe, expect, test } from 'vitest'
import { closing, codeOf } from '../../../test/support/net.ts'
import { node, type Platform, platforms } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { pem } from '../../x509/files/pem.ts'
import { client, type FetchInit, fetch, serve } from '../index.ts'
import type { TlsServerOptions } from './server-answers.ts'
import type { World } from './types.ts'

const keyPair = (kind: Parameters<typeof node.crypto.generateKeyPair>[0]) => {
  const { spki, pkcs8 } = node.crypto.generateKeyPair(kind)
  return { spki, pkcs8, publicKey: pem('PUBLIC KEY', spki), privateKey: pem('PRIVATE KEY', pkcs8) }
}
const shop = keyPair('p-256')
const alice = keyPair('ed25519')
const stranger = keyPair('p-256')
const authority = certificateAuthority({ crypto: node.crypto, now: Date.now, name: 'root' })
const certificate = authority.issue({ names: ['shop.test'], keyPair: shop })
const bare = { cert: shop.publicKey, key: shop.privateKey }

const served = async (platform: Platform, tls: TlsServerOptions): Promise<World> => {
  const world = platform.world()
  const server = await serve(
    (_, { connection }) => {
      const { peerChain, peerCertificateType } = connection.tls!
      return new Response(peerChain.length === 0 ? 'nobody' : `${peerCertificateType} of ${peerChain[0]!.length} bytes`)
    },
    { world, port: 443, tls },
  )
  closing.push(() => server.close(50))
  return world
}

const asked = (world: World, init: Omit<FetchInit, 'world'>) => fetch('https://shop.test/', { world, ...init })

for (const [name, platform] of platforms)
  for (const version of ['TLS 1.2', 'TLS 1.3'] as const)
    test(`on ${name} in ${version} a server with a bare key is believed by those who know it, and by nobody else`, async () => {
      const world = await served(platform, bare)
      const tls = { versions: [version] }
      const answer = await asked(world, { publicKeys: [stranger.publicKey, shop.publicKey], tls })
      expect(await answer.text()).toBe('nobody')
      expect(answer.connection.tls).toMatchObject({ peerChain: [shop.spki], peerCertificateType: 'RawPublicKey' })
      expect(answer.connection.tls?.trusted?.anchor).toMatch(/^nobody: unchecked \(its key is known: sha256\/.{43}=\)$/)
      expect(await codeOf(asked(world, { publicKeys: stranger.publicKey, tls }))).toBe('tls/key-untrusted')
      // Who knows no key takes no bare one.
      expect(await codeOf(asked(world, { ca: authority.root, tls }))).toBe('tls/alert-received')
    })

test('a client with a bare key is known by it, and comes back by a session', async () => {
  const world = await served(node, { ...bare, clientCertificate: 'required', publicKeys: alice.publicKey })
  const someone = client({ world, publicKeys: shop.spki, cert: alice.spki, key: alice.pkcs8, keepAlive: 0 })
  closing.push(() => someone.close())
  for (const resumed of [false, true]) {
    const answer = await someone.fetch('https://shop.test/')
    expect(await answer.text()).toBe('RawPublicKey of 44 bytes')
    expect(answer.connection.tls?.resumed).toBe(resumed)
  }
  const wrong = { publicKeys: shop.publicKey, cert: stranger.publicKey, key: stranger.privateKey }
  expect(await codeOf(asked(world, { ...wrong, tls: { versions: ['TLS 1.2'] } }))).toBe('tls/alert-received')
})

test('a certificate with a key that is known needs nobody who vouches for it; with another it needs roots', async () => {
  const world = await served(node, { cert: [...certificate.chain], key: shop.privateKey })
  const answer = await asked(world, { publicKeys: shop.publicKey })
  expect(answer.connection.tls).toMatchObject({ peerCertificateType: 'X509', peerChain: certificate.chain })
  expect(await codeOf(asked(world, { publicKeys: stranger.publicKey }))).toBe('tls/key-untrusted')
  const both = await asked(world, { publicKeys: stranger.publicKey, ca: authority.root })
  expect(both.connection.tls?.trusted?.anchor).toBe('root')
})

test('a server with both shows the key to those who would rather have it, and the certificate to everybody else', async () => {
  const world = await served(node, { cert: [...certificate.chain, shop.spki], key: shop.privateKey })
  expect((await asked(world, { publicKeys: shop.publicKey })).connection.tls?.peerCertificateType).toBe('RawPublicKey')
  expect((await asked(world, { ca: authority.root })).connection.tls?.peerCertificateType).toBe('X509')
})

describe('what cannot work fails at the call', () => {
  const world = node.world()
  const code = (publicKeys: unknown): Promise<unknown> =>
    codeOf(asked(world, { publicKeys: publicKeys as FetchInit['publicKeys'] }))

  test('net/bad-public-key: a private key, a certificate, damaged text, the name of a file, a key that does not sign', async () => {
    for (const wrong of [
      shop.privateKey,
      pem('CERTIFICATE', certificate.certificate),
      certificate.certificate,
      'shop.pem',
      shop.publicKey.replace('MF', 'M!'),
      pem('PUBLIC KEY', shop.spki.subarray(0, 40)),
      pem('PUBLIC KEY', Uint8Array.of(...shop.spki, 0)),
      Uint8Array.of(...shop.spki, 0),
      pem('RSA PUBLIC KEY', shop.spki),
      new Uint8Array(0),
    ])
      expect(await code(wrong)).toBe('net/bad-public-key')
  })
  test('net/bad-tls-options: no keys, or what is no file', async () => {
    expect(await code([])).toBe('net/bad-tls-options')
    expect(await code([7])).toBe('net/bad-tls-options')
    expect(await codeOf(serve(() => new Response(), { world, tls: { ...bare, publicKeys: alice.publicKey } }))).toBe(
      'net/bad-tls-options',
    )
  })
  test('net/key-mismatch: a bare key and the private half of another', async () => {
    const tls = { cert: shop.publicKey, key: stranger.privateKey }
    expect(await codeOf(serve(() => new Response(), { world, tls }))).toBe('net/key-mismatch')
  })
})
