/** Several names behind one listener, each with rules of its own: `certificateFor` that returns a policy. */
import { expect, test } from 'vitest'
import { closing, codeOf } from '../../../test/support/net.ts'
import { node } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { KeyDerivation } from '../../crypto/provider.ts'
import { FailureError } from '../../failures/index.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { SessionCache } from '../../tls/session/cache.ts'
import type { ServerPolicy } from '../../tls/types.ts'
import { writePkcs12 } from '../../x509/files/pkcs12-write.ts'
import { connect, listen } from '../index.ts'
import type { TlsClientOptions } from './client-answers.ts'
import type { NamePolicy } from './name-policies.ts'
import type { TlsServerOptions } from './server-answers.ts'
import type { World } from './types.ts'

const { crypto } = node
const authority = certificateAuthority({ crypto, now: Date.now, name: 'root' })
const people = certificateAuthority({ crypto, now: Date.now, name: 'people' })
const alice = people.issue({ names: [], commonName: 'alice', purposes: ['client'] })
const keyFor = (name: string) => certifiedKey(authority.issue({ names: [name] }))
const policies: Readonly<Record<string, ServerPolicy>> = {
  'open.test': { certificate: keyFor('open.test'), alpn: ['imap'] },
  'secret.test': { certificate: keyFor('secret.test'), clientCertificate: 'required' },
}
const hosts = (more: Partial<TlsServerOptions> = {}): TlsServerOptions => ({
  certificateFor: name => policies[name ?? ''],
  alpn: ['http/1.1'],
  ca: people.root,
  ...more,
})

const served = async (tls: TlsServerOptions, world: World = node.world()) => {
  const refused: string[] = []
  const listener = await listen({ world, port: 443, tls, refused: ({ code }) => refused.push(code) }, stream => {
    stream.handler = { data: () => undefined, end: () => stream.end(), drain: () => undefined, closed: () => undefined }
    // In TLS 1.3 a client hears of a refusal only when it listens.
    stream.write([Uint8Array.of(33)])
  })
  closing.push(() => listener.close())
  const to = async (host: string, more: TlsClientOptions = {}) => {
    const tls = { ca: authority.root, alpn: ['imap', 'http/1.1'], ...more }
    const stream = await connect({ world, host, port: 443, tls })
    await new Promise<void>((resolve, reject) => {
      stream.handler = {
        data: () => resolve(),
        end: () => undefined,
        drain: () => undefined,
        closed: failure => (failure === undefined ? resolve() : reject(new FailureError(failure))),
      }
    })
    stream.end()
    return stream.connection.tls
  }
  return { world, to, refused }
}

test('each name has its protocols and its clients; a name that nobody serves is refused', async () => {
  const { to } = await served(hosts())
  expect(await to('open.test')).toMatchObject({ alpn: 'imap' })
  const own = { cert: [...alice.chain], key: alice.privateKey }
  expect(await to('secret.test', own)).toMatchObject({ alpn: 'http/1.1' })
  expect(await codeOf(to('secret.test', { versions: ['TLS 1.2'] }))).toBe('tls/client-certificate-wanted')
  expect(await codeOf(to('nobody.test'))).toBe('tls/name-unknown')
})

test('an unknown name may get what is usual instead', async () => {
  const usual = policies['open.test']!
  const { to } = await served(hosts({ certificateFor: name => policies[name ?? ''] ?? usual }))
  expect(await codeOf(to('nobody.test'))).toBe('tls/certificate-name')
})

test('tickets of one listener do not lead from one name to the other', async () => {
  const { to } = await served(hosts())
  const sessions = new SessionCache()
  expect((await to('open.test', { sessions }))?.resumed).toBe(false)
  expect((await to('open.test', { sessions }))?.resumed).toBe(true)
  const own = { cert: [...alice.chain], key: alice.privateKey }
  expect((await to('secret.test', { sessions, ...own }))?.resumed).toBe(false)
})

test('a policy that asks for certificates where nobody is named who issues them serves nobody', async () => {
  const { to } = await served(hosts({ ca: undefined }))
  expect(await to('open.test')).toMatchObject({ alpn: 'imap' })
  expect(await codeOf(to('secret.test', { cert: [...alice.chain], key: alice.privateKey }))).toBe('tls/alert-received')
  // Not even those who show none: asking would be for nothing.
  const asking = { certificate: keyFor('open.test'), clientCertificate: 'asked' } as const
  const other = await served(hosts({ ca: undefined, certificateFor: () => asking }))
  expect(await codeOf(other.to('open.test'))).toBe('tls/alert-received')
})

test('a name of issuers that cannot be read is the name of nobody: a client goes on', async () => {
  const clientAuthorities = [Uint8Array.of(0x30, 5, 1)]
  const asking = { certificate: keyFor('open.test'), clientCertificate: 'asked', clientAuthorities } as const
  const { to } = await served(hosts({ certificateFor: () => asking }))
  const own = { cert: [...alice.chain], key: alice.privateKey }
  for (const version of ['TLS 1.2', 'TLS 1.3'] as const)
    expect(await to('open.test', { ...own, versions: [version] }), version).toMatchObject({ version })
})

test('whom clients may be certified by is of the name: roots of one do not count for another', async () => {
  const others = certificateAuthority({ crypto, now: Date.now, name: 'others' })
  const bob = others.issue({ names: [], commonName: 'bob', purposes: ['client'] })
  const required = { certificate: keyFor('open.test'), clientCertificate: 'required' } as const
  const own: Readonly<Record<string, NamePolicy>> = {
    'secret.test': policies['secret.test']!,
    'open.test': { ...required, ca: others.root },
  }
  const { to, refused } = await served(hosts({ certificateFor: name => own[name ?? ''] }))
  const asAlice = { cert: [...alice.chain], key: alice.privateKey }
  const asBob = { cert: [...bob.chain], key: bob.privateKey }
  expect(await to('secret.test', asAlice)).toMatchObject({ serverName: 'secret.test' })
  expect(await to('open.test', asBob)).toMatchObject({ serverName: 'open.test' })
  for (const versions of [['TLS 1.2'], ['TLS 1.3']] as const) {
    expect(await codeOf(to('open.test', { ...asAlice, versions }))).toBe('tls/alert-received')
    expect(await codeOf(to('secret.test', { ...asBob, versions }))).toBe('tls/alert-received')
  }
  expect(refused).toEqual(Array(4).fill('tls/chain-incomplete'))
})

test('a client that is known to one name does not come back to it when its roots have changed', async () => {
  const others = certificateAuthority({ crypto, now: Date.now, name: 'others' })
  let policy: NamePolicy = policies['secret.test']!
  const { to, refused } = await served(hosts({ certificateFor: () => policy }))
  const asAlice = { cert: [...alice.chain], key: alice.privateKey, sessions: new SessionCache() }
  await to('secret.test', asAlice)
  expect(await to('secret.test', asAlice)).toMatchObject({ resumed: true })
  policy = { ...policy, ca: others.root }
  expect(await codeOf(to('secret.test', asAlice))).toBe('tls/alert-received')
  expect(refused).toEqual(['tls/chain-incomplete'])
})

test('public keys of one name are believed there alone', async () => {
  const required = { clientCertificate: 'required', publicKeys: alice.publicKey } as const
  const policy: NamePolicy = { certificate: keyFor('open.test'), ...required }
  const { to } = await served(
    hosts({ ca: undefined, certificateFor: name => (name === 'open.test' ? policy : undefined) }),
  )
  const asAlice = { cert: [...alice.chain], key: alice.privateKey }
  expect(await to('open.test', asAlice)).toMatchObject({ serverName: 'open.test' })
})

test('roots of one name may be in PKCS#12: opened in turns and once, for everybody who asks for that name', async () => {
  const entries = [{ privateKey: alice.privateKey, chain: [people.certificate] }]
  const ca = writePkcs12({ entries, iterations: 3 }, 'secret', crypto)
  const policy: NamePolicy = { certificate: keyFor('secret.test'), clientCertificate: 'required', ca }
  let release = (): void => {}
  const held = new Promise<void>(done => (release = done))
  let derived = 0
  const own = node.world().derivation!
  const derivation: KeyDerivation = {
    ...own,
    async pbkdf2(...asked) {
      derived++
      await held
      return own.pbkdf2(...asked)
    },
  }
  const certificateFor = (name: string | undefined) => (name === 'secret.test' ? policy : policies[name ?? ''])
  const asAlice = { cert: [...alice.chain], key: alice.privateKey }
  const { to } = await served(hosts({ certificateFor, password: 'secret' }), { ...node.world(), derivation })
  const waiting = [to('secret.test', asAlice), to('secret.test', asAlice)]
  // Nobody else waits with them.
  expect(await to('open.test')).toMatchObject({ serverName: 'open.test' })
  release()
  for (const each of await Promise.all(waiting)) expect(each).toMatchObject({ serverName: 'secret.test' })
  const once = derived
  await to('secret.test', asAlice)
  expect([once > 0, derived]).toEqual([true, once])

  const wrong = await served(hosts({ certificateFor, password: 'guessed' }))
  expect(await codeOf(wrong.to('secret.test', asAlice))).toBe('tls/alert-received')
  expect(wrong.refused).toEqual(['file/password-wrong'])
})

test('versions of one name, and a policy that is none', async () => {
  const old = { certificate: keyFor('open.test'), versions: ['TLS 1.2'] } as const
  const bad = { certificate: keyFor('secret.test'), version: ['TLS 1.2'] } as unknown as NamePolicy
  const { to, refused } = await served(hosts({ certificateFor: name => (name === 'open.test' ? old : bad) }))
  expect(await to('open.test')).toMatchObject({ version: 'TLS 1.2' })
  expect(await codeOf(to('secret.test'))).toBe('tls/alert-received')
  expect(refused).toEqual(['net/bad-tls-options'])
})
