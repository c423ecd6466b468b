/** Clients of ACME that others wrote (certbot, lego) get, renew and revoke certificates from our server. */
import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { answersOf } from '../../src/acme/authority.ts'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { serve } from '../../src/index.ts'
import { type AcmeService, acmeService } from '../../src/net/acme/server.ts'
import type { Server } from '../../src/net/server/exchanges.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { nodeWorld } from '../../src/node/world.ts'
import { certifiedKey } from '../../src/tls/certificate/certified-key.ts'
import { Certificate } from '../../src/x509/certificate/certificate.ts'
import { generalNameText } from '../../src/x509/certificate/general-name.ts'
import { certificatesIn, pem } from '../../src/x509/files/pem.ts'
import { freePort, missing, run } from '../support/peers.ts'

const authority = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'ACME test root' })
const middle = authority.intermediate({ name: 'ACME test' })
const own = certifiedKey(middle.issue({ names: ['localhost'] }))
let [server, service, folder, directory, http, tls]: [Server, AcmeService, string, string, number, number] = [] as never
const records = () => join(folder, 'records')
const root = () => join(folder, 'root.pem')

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'acme-test-'))
  ;[http, tls] = [await freePort(), await freePort()]
  const port = await freePort()
  const base = `https://localhost:${port}/acme`
  directory = `${base}/directory`
  service = acmeService({
    base,
    world: nodeWorld(),
    authority: answersOf(() => middle),
    refuses: ({ value }) => (/(^|\.)localhost$/.test(value) ? undefined : 'only names below localhost'),
    httpPort: http,
    tlsPort: tls,
    externalAccounts: kid => (kid === 'known' ? Buffer.from('a key of sixteen') : undefined),
    // What hooks have written stands for a name server.
    texts: async name =>
      readFileSync(records(), 'utf8')
        .split('\n')
        .filter(line => line.startsWith(`${name} `))
        .map(line => line.slice(name.length + 1)),
  })
  server = await serve((request, about) => service.handler(request, about) ?? new Response(null, { status: 404 }), {
    port,
    tls: { certificateFor: () => own },
  })
  writeFileSync(root(), pem('CERTIFICATE', authority.certificate))
  appendFileSync(records(), '')
}, 30_000)
afterAll(async () => {
  service?.close()
  await server?.close(0)
  rmSync(folder, { recursive: true, force: true })
})

const external = ['--eab-kid', 'known', '--eab-hmac-key', Buffer.from('a key of sixteen').toString('base64url')]
const leafIn = (file: string): Certificate => new Certificate(certificatesIn(readFileSync(file))[0]!)
const namesOf = (leaf: Certificate): unknown => leaf.extension('subjectAltName')?.map(generalNameText)
const stateOf = (leaf: Certificate): unknown => {
  const entry = authority.inventory.find(Buffer.from(leaf.serialNumber).toString('hex'))
  return entry?.revocation?.reason ?? (entry?.certificate === undefined ? 'unknown' : 'good')
}

describe.skipIf(missing('certbot') !== '')(`certbot${missing('certbot')}`, () => {
  const certbot = async (...args: readonly string[]): Promise<string> => {
    const folders = ['config', 'work', 'logs'].flatMap(name => [`--${name}-dir`, join(folder, 'certbot', name)])
    const done = await run('certbot', [...args, '--non-interactive', ...folders], {
      env: { REQUESTS_CA_BUNDLE: root() },
    })
    expect(done.code, `${done.stderr}${new TextDecoder().decode(done.stdout)}`).toBe(0)
    return `${done.stderr}${new TextDecoder().decode(done.stdout)}`
  }
  const file = (name: string): string => join(folder, 'certbot', 'config', 'live', name, 'fullchain.pem')
  const account = () => ['--server', directory, '--register-unsafely-without-email', '--agree-tos', ...external]

  test('gets a certificate by http-01, renews it and has it revoked', async () => {
    const port = ['--standalone', '--preferred-challenges', 'http', '--http-01-port', String(http)]
    await certbot('certonly', ...account(), ...port, '-d', 'a.localhost', '-d', 'b.localhost')
    const first = leafIn(file('a.localhost'))
    expect(namesOf(first)).toEqual(['a.localhost', 'b.localhost'])
    await certbot('renew', '--force-renewal', '--no-random-sleep-on-renew')
    const second = leafIn(file('a.localhost'))
    expect(Buffer.from(second.serialNumber).equals(first.serialNumber)).toBe(false)
    const chosen = ['--cert-name', 'a.localhost', '--reason', 'superseded', '--no-delete-after-revoke']
    await certbot('revoke', '--server', directory, ...chosen)
    expect([stateOf(first), stateOf(second)]).toEqual(['good', 'superseded'])
    await certbot('unregister', '--server', directory)
  }, 120_000)

  test('gets a wildcard by dns-01', async () => {
    const hook = join(folder, 'hook')
    writeFileSync(hook, `#!/bin/sh\necho "_acme-challenge.$CERTBOT_DOMAIN $CERTBOT_VALIDATION" >> ${records()}\n`, {
      mode: 0o755,
    })
    const manual = ['--manual', '--preferred-challenges', 'dns', '--manual-auth-hook', hook]
    await certbot('certonly', ...account(), ...manual, '-d', '*.w.localhost')
    expect(namesOf(leafIn(file('w.localhost')))).toEqual(['*.w.localhost'])
  }, 60_000)
})

describe.skipIf(missing('lego') !== '')(`lego${missing('lego')}`, () => {
  const lego = async (args: readonly string[], ...command: readonly string[]): Promise<void> => {
    const common = ['--server', directory, '--accept-tos', '--path', join(folder, 'lego'), '--eab']
    const email = ['--email', `${args.join('').length}@example.test`]
    const done = await run(
      'lego',
      [...common, '--kid', 'known', '--hmac', external[3]!, ...email, ...args, ...command],
      {
        env: { LEGO_CA_CERTIFICATES: root() },
      },
    )
    expect(done.code, `${done.stderr}${new TextDecoder().decode(done.stdout)}`).toBe(0)
  }
  const file = (name: string): string => join(folder, 'lego', 'certificates', `${name}.crt`)

  test.each([
    ['http-01', ['--http', '--http.port'], 'ec256'],
    ['tls-alpn-01', ['--tls', '--tls.port'], 'rsa2048'],
  ])(
    'gets a certificate by %s, renews it and has it revoked',
    async (type, flags, key) => {
      const name = `${type}.localhost`
      const args = ['-k', key, ...flags, `127.0.0.1:${type === 'http-01' ? http : tls}`, '-d', name]
      await lego(args, 'run')
      const first = leafIn(file(name))
      expect(namesOf(first)).toEqual([name])
      await lego(args, 'renew', '--days', '1000', '--no-random-sleep')
      const second = leafIn(file(name))
      expect(Buffer.from(second.serialNumber).equals(first.serialNumber)).toBe(false)
      await lego(args, 'revoke', '--reason', '4')
      expect([stateOf(first), stateOf(second)]).toEqual(['good', 'superseded'])
      expect(existsSync(file(name))).toBe(false)
    },
    60_000,
  )
})
