/** The fixtures of the interop tests, checked against each other: every peer answers curl, which trusts the test root. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { installed, missing, run, startGnutls, startNginx, startOpenssl } from '../support/peers.ts'
import { temporaryFolder, testAuthority } from '../support/peers-chain.ts'
import { startRelay } from '../support/peers-relay.ts'

const canRun = installed('openssl') && installed('curl')
const folder = temporaryFolder('peers')
afterAll(folder.remove)

const curl = (root: string, url: string) => run('curl', ['-sS', '--tls-max', '1.2', '--cacert', root, url])

describe.skipIf(!canRun)(`interop fixtures${missing('openssl', 'curl')}`, () => {
  for (const kind of ['ecdsa', 'rsa'] as const) {
    const authority = canRun ? testAuthority(kind, folder.path) : undefined

    test.skipIf(!installed('nginx'))(`nginx with an ${kind} chain answers curl${missing('nginx')}`, async () => {
      writeFileSync(join(folder.path, 'new.txt'), 'hello')
      const peer = await startNginx(authority!.issue(), folder.path, folder.path)
      const answer = await curl(authority!.root, `https://localhost:${peer.port}/new.txt`)
      await peer.stop()
      expect(answer).toMatchObject({ code: 0, stdout: Buffer.from('hello') })
    })

    test(`openssl s_server with an ${kind} chain answers curl`, async () => {
      const peer = await startOpenssl(authority!.issue(), '-tls1_2')
      const answer = await curl(authority!.root, `https://localhost:${peer.port}/`)
      await peer.stop()
      expect(String(answer.stdout)).toContain('TLSv1.2')
    })

    test.skipIf(!installed('gnutls-serv'))(
      `gnutls-serv with an ${kind} chain answers curl${missing('gnutls-serv')}`,
      async () => {
        const peer = await startGnutls(authority!.issue())
        const answer = await curl(authority!.root, `https://localhost:${peer.port}/`)
        await peer.stop()
        expect(String(answer.stdout)).toContain('TLS1.2')
      },
    )
  }

  test('curl refuses an expired leaf, a self-signed one and one without its intermediate', async () => {
    const authority = testAuthority('ecdsa', join(folder.path, 'wrong'))
    const right = authority.issue()
    const wrong = [
      authority.issue({ validFrom: -20, validUntil: -2 }),
      authority.selfSigned(),
      { ...right, chain: right.certificate },
    ]
    for (const leaf of wrong) {
      const peer = await startOpenssl(leaf)
      expect((await curl(authority.root, `https://localhost:${peer.port}/`)).code).toBe(60)
      await peer.stop()
    }
  })

  test('the relay passes records on and can change one', async () => {
    const authority = testAuthority('rsa', join(folder.path, 'relayed'))
    const peer = await startOpenssl(authority.issue(), '-tls1_2')
    const seen: string[] = []
    const faithful = await startRelay(peer.port, ({ from, type }) => {
      seen.push(`${from} ${type}`)
      return 'pass'
    })
    expect((await curl(authority.root, `https://localhost:${faithful.port}/`)).code).toBe(0)
    expect(seen).toEqual(expect.arrayContaining(['client 22', 'server 22', 'client 20', 'server 23']))
    const hostile = await startRelay(peer.port, ({ from, type, bytes }) => {
      if (from === 'server' && type === 23) bytes[bytes.length - 1]! ^= 1
      return 'pass'
    })
    expect((await curl(authority.root, `https://localhost:${hostile.port}/`)).code).toBe(56)
    for (const it of [faithful, hostile, peer]) await it.stop()
  })
})
