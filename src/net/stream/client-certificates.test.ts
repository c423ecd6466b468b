/** Who the client is: `cert` and `key` of a client, `clientCertificate` and `ca` of a server. */
import { describe, expect, test } from 'vitest'
import { closing, codeOf } from '../../../test/support/net.ts'
import { node, type Platform, platforms } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { Issued, LeafOptions } from '../../ca/types.ts'
import type { Failure } from '../../failures/index.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { pem } from '../../x509/files/pem.ts'
import { client, type FetchInit, fetch, serve } from '../index.ts'
import type { TlsServerOptions } from './server-answers.ts'
import type { World } from './types.ts'

const authorityOf = (name: string) => certificateAuthority({ crypto: node.crypto, now: Date.now, name })
const ours = authorityOf('server root')
const people = authorityOf('people')
const strangers = authorityOf('strangers')
const shop = ours.issue({ names: ['shop.test'] })
const person = (by = people, more: Partial<LeafOptions> = {}): Issued =>
  by.issue({ names: [], commonName: 'alice', purposes: ['client'], ...more })
const alice = person()

const served = async (platform: Platform, tls: Partial<TlsServerOptions>) => {
  const refused: Failure[] = []
  const world = platform.world()
  const server = await serve(
    (_, { connection }) => {
      const [leaf] = connection.tls?.peerChain ?? []
      const who = leaf === undefined ? 'nobody' : new Certificate(leaf).subject.text
      return new Response(`${who}, trusted through ${connection.tls?.trusted?.anchor}`)
    },
    {
      world,
      port: 443,
      tls: { cert: [...shop.chain], key: shop.privateKey, ...tls },
      served: ({ failure }) => failure && refused.push(failure),
    },
  )
  closing.push(() => server.close(50))
  return { world, refused }
}

const asked = async (world: World, init: Omit<FetchInit, 'world'> = {}): Promise<string> =>
  (await fetch('https://shop.test/', { world, ca: ours.root, ...init })).text()
const showing = ({ chain, privateKey }: Issued) => ({ cert: [...chain], key: privateKey })

describe.each(platforms)('on %s', (_, platform) => {
  test('a client that shows a certificate of the right issuer is known by its name', async () => {
    const { world } = await served(platform, { clientCertificate: 'required', ca: people.root })
    expect(await asked(world, showing(alice))).toBe('CN=alice, trusted through people')
    const pems = { cert: pem('CERTIFICATE', alice.certificate), key: pem('PRIVATE KEY', alice.privateKey) }
    expect(await asked(world, pems)).toBe('CN=alice, trusted through people')
  })
})

test('one that shows nothing is served where it is only asked, and told what was wanted where it must', async () => {
  const { world } = await served(node, { clientCertificate: 'asked', ca: people.root })
  expect(await asked(world)).toBe('nobody, trusted through undefined')
  for (const [version, code] of [
    ['TLS 1.2', 'tls/client-certificate-missing'],
    ['TLS 1.3', 'tls/client-certificate-required'],
  ] as const) {
    const strict = await served(node, { clientCertificate: 'required', ca: people.root })
    const said = await codeOf(asked(strict.world, { tls: { versions: [version] } }))
    expect([said, strict.refused.map(failure => failure.code)]).toEqual(['tls/client-certificate-wanted', [code]])
  }
})

test('a certificate of a stranger, one that is out of date and one for servers are refused, also where one is only asked', async () => {
  for (const [issued, code] of [
    [person(strangers), 'tls/chain-incomplete'],
    [person(people, { notAfter: Date.now() - 86_400_000, notBefore: 0 }), 'tls/certificate-expired'],
    [person(people, { purposes: ['server'] }), 'tls/certificate-purpose'],
  ] as const)
    for (const clientCertificate of ['asked', 'required'] as const) {
      const { world, refused } = await served(node, { clientCertificate, ca: people.root })
      expect(await codeOf(asked(world, { ...showing(issued), warned: () => {} }))).toBe('tls/alert-received')
      expect(refused.map(failure => failure.code)).toEqual([code])
    }
})

test('of several certificates a client shows one of an issuer that the server names, else the first', async () => {
  const known = person(strangers, { commonName: 'bob' })
  const both = { cert: [...alice.chain, ...known.chain], key: [alice.privateKey, known.privateKey] }
  const { world } = await served(node, { clientCertificate: 'required', ca: strangers.root })
  expect(await asked(world, both)).toBe('CN=bob, trusted through strangers')
  const silent = await served(node, { clientCertificate: 'required', ca: Array(40).fill(people.root) })
  expect(await asked(silent.world, both)).toBe('CN=alice, trusted through people')
})

test('a client without an intermediate of its own is not believed, and one that sends it is', async () => {
  const below = people.intermediate({ name: 'a department' })
  const leaf = person(below)
  const { world } = await served(node, { clientCertificate: 'required', ca: people.root })
  expect(await asked(world, showing(leaf))).toBe('CN=alice, trusted through people')
  expect(await codeOf(asked(world, { cert: leaf.certificate, key: leaf.privateKey }))).toBe('tls/alert-received')
})

test('the key of a client may live elsewhere too', async () => {
  const key = {
    sign: async (message: Uint8Array, algorithm: Parameters<typeof node.crypto.sign>[0]) =>
      node.crypto.sign(algorithm, alice.privateKey, message),
  }
  const { world } = await served(node, { clientCertificate: 'required', ca: people.root })
  const using = client({ world, ca: ours.root, cert: alice.certificate, key })
  closing.push(using.close)
  expect(await (await using.fetch('https://shop.test/')).text()).toBe('CN=alice, trusted through people')
})

test('who asks for certificates must say whose, and roots for clients that nobody asks are no protection', async () => {
  const refusing = (tls: Partial<TlsServerOptions>) => codeOf(served(node, tls))
  expect(await refusing({ clientCertificate: 'required' })).toBe('net/bad-tls-options')
  expect(await refusing({ ca: people.root })).toBe('net/bad-tls-options')
  expect(await refusing({ clientCertificate: 'maybe' as 'asked', ca: people.root })).toBe('net/bad-tls-options')
  expect(await refusing({ clientCertificate: 'asked', ca: 'people.pem' })).toBe('net/bad-certificate')
})

test('a client with the key of another certificate hears of it at the call', async () => {
  const world = node.world()
  const wrong = { cert: alice.certificate, key: person().privateKey }
  expect(await codeOf(fetch('https://nobody.test/', { world, ...wrong }))).toBe('net/key-mismatch')
  expect(() => client({ world, ...wrong })).toThrow(/do not belong together/)
})

test('of several certificates one is shown whose signature the server can check in the version that is spoken', async () => {
  const large = person(people, { key: 'p-384', commonName: 'large' })
  const both = { cert: [...large.chain, ...alice.chain], key: [large.privateKey, alice.privateKey] }
  for (const version of ['TLS 1.2', 'TLS 1.3'] as const) {
    const { world } = await served(node, { clientCertificate: 'required', ca: people.root })
    expect(await asked(world, { ...both, tls: { versions: [version] } })).toBe('CN=large, trusted through people')
  }
})
