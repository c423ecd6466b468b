/** The promise world on every platform, over a network in memory: the same program, the same outcome. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { closing, codeOf } from '../../test/support/net.ts'
import { node, platforms } from '../../test/support/worlds.ts'
import { certificateAuthority } from '../ca/authority.ts'
import type { CertificateAuthority, LeafOptions } from '../ca/types.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { trustStore } from '../x509/path/store.ts'
import { client, fetch, serve } from './index.ts'
import type { Handler } from './server/serve.ts'
import type { World } from './stream/types.ts'

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

describe.each(platforms)('on %s', (_, platform) => {
  const authorityOf = (name: string): CertificateAuthority =>
    certificateAuthority({ crypto: platform.crypto, now: Date.now, name })
  const authority = authorityOf('test root')
  const trust = trustStore([authority.certificate])
  const served = async (world: World, handler: Handler, leaf: LeafOptions, by = authority) => {
    const key = certifiedKey(by.issue(leaf))
    const server = await serve(handler, { world, port: 443, tls: { certificateFor: () => key } })
    closing.push(() => server.close(50))
    return key
  }

  test('an answer comes, and its connection says what was agreed and why the server is believed', async () => {
    const world = platform.world()
    const key = await served(world, () => new Response('hello'), { names: ['shop.test'] })
    const answer = await fetch('https://shop.test/', { world, trust })
    expect([answer.status, await answer.text()]).toEqual([200, 'hello'])
    const { tls } = answer.connection
    expect(tls?.suite).toBe('TLS_AES_128_GCM_SHA256')
    expect(tls?.trusted?.anchor).toBe('test root')
    expect(tls?.peerChain[0]).toEqual(key.chain[0])
  })

  test('a server below a root of RSA, as most are, is believed', async () => {
    const world = platform.world()
    const rsa = certificateAuthority({ crypto: node.crypto, now: Date.now, name: 'RSA root', key: 'rsa-2048' })
    await served(world, () => new Response('hello'), { names: ['shop.test'] }, rsa)
    const answer = await fetch('https://shop.test/', { world, trust: trustStore([rsa.certificate]) })
    expect(answer.connection.tls?.trusted?.anchor).toBe('RSA root')
  })

  test('bodies go both ways, compressed or not, on one connection and on several at once', async () => {
    const world = platform.world()
    const handler: Handler = async request =>
      new Response(digest(new Uint8Array(await request.arrayBuffer())).repeat(50))
    await served(world, handler, { names: ['shop.test'] })
    const using = client({ world, trust, perOrigin: 3 })
    closing.push(using.close)
    const bodies = Array.from({ length: 9 }, (_, i) => new Uint8Array(20_000 * i).map((_, at) => at * (i + 1)))
    const said = await Promise.all(
      bodies.map(async body => (await using.fetch('https://shop.test/', { method: 'POST', body })).text()),
    )
    expect(said).toEqual(bodies.map(body => digest(body).repeat(50)))
  })

  test('whoever should not be believed is refused, for the right reason', async () => {
    const day = 86_400_000
    const cases: [string, LeafOptions, CertificateAuthority?][] = [
      [
        'tls/certificate-expired',
        { names: ['shop.test'], notBefore: Date.now() - 9 * day, notAfter: Date.now() - day },
      ],
      ['tls/certificate-name', { names: ['other.test'] }],
      ['tls/chain-incomplete', { names: ['shop.test'] }, authorityOf('stranger')],
    ]
    for (const [code, leaf, by] of cases) {
      const world = platform.world()
      await served(world, () => new Response('never'), leaf, by)
      expect(await codeOf(fetch('https://shop.test/', { world, trust }))).toBe(code)
    }
  })

  test('without roots nobody is believed', async () => {
    const world = { ...platform.world(), trust: () => trustStore([]) }
    await served(world, () => new Response('never'), { names: ['shop.test'] })
    expect(await codeOf(fetch('https://shop.test/', { world }))).toBe('tls/chain-incomplete')
  })
})
