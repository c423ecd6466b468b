/** Our client of ACME against Pebble, the test server of Let’s Encrypt, which refuses nonces and changes URLs on purpose. */
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { fetch, serve } from '../../src/index.ts'
import { acme, acmeRevoke } from '../../src/net/acme/client.ts'
import { httpChallenges, tlsChallenges } from '../../src/net/acme/show.ts'
import type { Server } from '../../src/net/server/exchanges.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import { Certificate } from '../../src/x509/certificate/certificate.ts'
import { generalNameText } from '../../src/x509/certificate/general-name.ts'
import { certificatesIn, pem } from '../../src/x509/files/pem.ts'
import { freePort, missing } from '../support/peers.ts'

const world = nodeWorld()
const { crypto } = world
const authority = certificateAuthority({ crypto, now: Date.now, name: 'Root of the test' })
const own = authority.issue({ names: ['localhost', '127.0.0.1'] })
const MAC = 'zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W'

describe.skipIf(missing('pebble') !== '')(`Pebble${missing('pebble')}`, () => {
  let [folder, directory, management]: [string, string, string] = [] as never
  const closing: (() => void | Promise<void>)[] = []
  const [http, tls] = [httpChallenges(), tlsChallenges(world)]
  const ca = [authority.certificate]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'pebble-'))
    const [port, manage] = [await freePort(), await freePort()]
    const web = await serve(request => http.handler(request) ?? new Response('a page'))
    const secure = await serve(() => new Response('a page'), {
      tls: { certificateFor: tls.certificateFor(() => certifiedKey(own)) },
    })
    closing.push(...[web, secure].map((server: Server) => () => server.close(0)))
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text)
      return join(folder, name)
    }
    const pebble = {
      listenAddress: `127.0.0.1:${port}`,
      managementListenAddress: `127.0.0.1:${manage}`,
      certificate: file('cert.pem', pem('CERTIFICATE', own.certificate)),
      privateKey: file('key.pem', pem('PRIVATE KEY', own.privateKey)),
      httpPort: web.port,
      tlsPort: secure.port,
      ocspResponderURL: '',
      externalAccountBindingRequired: true,
      externalAccountMACKeys: { 'kid-1': MAC },
    }
    const env = { ...process.env, PEBBLE_VA_NOSLEEP: '1', PEBBLE_WFE_NONCEREJECT: '20', PEBBLE_AUTHZREUSE: '0' }
    const child: ChildProcess = spawn(
      'pebble',
      ['-strict', '-config', file('config.json', JSON.stringify({ pebble }))],
      {
        env,
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: 120_000,
      },
    )
    closing.push(() => void child.kill('SIGKILL'))
    ;[directory, management] = [`https://localhost:${port}/dir`, `https://localhost:${manage}`]
    let said = ''
    await new Promise<void>((resolve, reject) => {
      for (const stream of [child.stdout!, child.stderr!])
        stream.on('data', piece => {
          said += piece
          if (said.includes('Listening on')) resolve()
        })
      child.once('close', () => reject(new Error(said)))
    })
  }, 60_000)
  afterAll(async () => {
    for (const close of closing) await close()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Before the port is there it is asked again. */
  const patient = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let tries = 0; ; tries++) {
      try {
        return await work()
      } catch (error) {
        if (tries === 100 || (error as { code?: string }).code !== 'net/refused') throw error
        await new Promise(resolve => setTimeout(resolve, 20))
      }
    }
  }
  const account = () => ({
    directory,
    world,
    ca,
    accountKey: crypto.generateKeyPair('p-256'),
    external: { kid: 'kid-1', key: Uint8Array.from(Buffer.from(MAC, 'base64url')) },
    terms: 'agreed' as const,
    email: 'me@example.test',
  })
  const stateOf = async (certificate: Uint8Array): Promise<string> => {
    const serial = Buffer.from(new Certificate(certificate).serialNumber).toString('hex')
    const response = await fetch(`${management}/cert-status-by-serial/${serial}`, { ca })
    return ((await response.json()) as { Status: string }).Status
  }
  const namesIn = (der: Uint8Array) => new Certificate(der).extension('subjectAltName')?.map(generalNameText)

  test.each(['http-01', 'tls-alpn-01'] as const)(
    'gives a certificate by %s, another for the same account, and takes it back',
    async type => {
      const show = { [type]: type === 'http-01' ? http.show : tls.show }
      const common = account()
      const names = ['localhost']
      const first = await patient(() => acme({ ...common, names, show }))
      expect(namesIn(first.chain[0]!)).toEqual(['localhost'])
      const second = await acme({ ...common, names, show })
      expect(Buffer.from(second.chain[0]!).equals(first.chain[0]!)).toBe(false)
      const [root] = certificatesIn(new Uint8Array(await (await fetch(`${management}/roots/0`, { ca })).arrayBuffer()))
      const trusting = await serve(() => new Response('here'), {
        tls: { certificateFor: () => certifiedKey({ chain: second.chain, privateKey: second.key.pkcs8 }) },
      })
      closing.push(() => trusting.close(0))
      expect(await (await fetch(`https://localhost:${trusting.port}/`, { ca: [root!] })).text()).toBe('here')
      await acmeRevoke({ ...common, certificate: first.chain[0]!, reason: 4 })
      expect([await stateOf(first.chain[0]!), await stateOf(second.chain[0]!)]).toEqual(['Revoked', 'Valid'])
      await expect(acmeRevoke({ ...common, certificate: first.chain[0]! })).rejects.toMatchObject({
        code: 'acme/refused',
        failure: { expected: 'alreadyRevoked' },
      })
    },
    60_000,
  )

  test('refuses whoever has no external account, and a name that is not shown', async () => {
    const { external: _, ...common } = account()
    await expect(
      patient(() => acme({ ...common, names: ['localhost'], show: { 'http-01': http.show } })),
    ).rejects.toMatchObject({
      code: 'acme/external-account',
    })
    const nothing = { 'http-01': () => () => {} }
    await expect(acme({ ...account(), names: ['localhost'], show: nothing })).rejects.toMatchObject({
      code: 'acme/challenge-failed',
    })
  }, 60_000)
})
