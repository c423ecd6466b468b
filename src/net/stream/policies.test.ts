/** Several names behind one listener, each with rules of its own: `certificateFor` that returns a policy. */
import { expect, test } from 'vitest'
import { closing, codeOf } from '../../../test/support/net.ts'
import { node } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { SessionCache } from '../../tls/session/cache.ts'
import type { ServerPolicy } from '../../tls/types.ts'
import { connect, listen } from '../index.ts'
import type { TlsClientOptions } from './client-answers.ts'
import type { TlsServerOptions } from './server-answers.ts'

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

const served = async (tls: TlsServerOptions) => {
  const world = node.world()
  const listener = await listen({ world, port: 443, tls }, stream => {
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
        closed: failure => (failure === undefined ? resolve() : reject(failure)),
      }
    })
    stream.end()
    return stream.connection.tls
  }
  return { world, to }
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
})
