/** What the authority of a machine makes, before those who judge certificates: root with limits, intermediate, leaf, list. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tls from 'node:tls'
import { afterAll, expect, test } from 'vitest'
import { revocationList } from '../../src/ca/revocation.ts'
import { broken } from '../../src/lab/broken.ts'
import { openLocalAuthority } from '../../src/node/ca-files.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { Certificate } from '../../src/x509/certificate/certificate.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { lintCertificate } from '../../src/x509/lint/lint.ts'
import { type LintId, lints, lintsBroken, type Role } from '../../src/x509/path/lints.table.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { CHROMIUM, startChromium } from '../support/peers-chromium.ts'

const { path: folder, remove } = temporaryFolder('local-authority')
const { root, issuer, inventory } = openLocalAuthority({ home: folder })
afterAll(() => {
  inventory.close()
  remove()
})
const good = issuer.issue({ names: ['localhost', 'shop.test', '127.0.0.1'] })
const bad = issuer.issue({ names: ['revoked.test'] })
const outside = broken(issuer).issue({ names: ['bank.com'] })
issuer.revoke(bad.serial, 'keyCompromise')
const at = (name: string): string => join(folder, name)
const options = { crypto: nodeCrypto(), now: Date.now() }
const files: Readonly<Record<string, string>> = {
  'root.pem': pem('CERTIFICATE', root.certificate),
  'middle.pem': pem('CERTIFICATE', issuer.certificate),
  'good.pem': pem('CERTIFICATE', good.certificate),
  'bad.pem': pem('CERTIFICATE', bad.certificate),
  'outside.pem': pem('CERTIFICATE', outside.certificate),
  'lists.pem': pem('X509 CRL', revocationList(issuer, options)) + pem('X509 CRL', revocationList(root, options)),
}
for (const [name, text] of Object.entries(files)) writeFileSync(at(name), text)
writeFileSync(at('list.crl'), revocationList(issuer, options))
const has = (program: string, flag: string): boolean => spawnSync(program, [flag]).error === undefined
const run = (program: string, ...args: readonly string[]): string => {
  const { stdout, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
  return stdout + stderr
}

test.skipIf(!has('openssl', 'version'))('OpenSSL, strictly: good, revoked, outside the limits', () => {
  const words = [
    '-x509_strict',
    '-purpose',
    'sslserver',
    '-crl_check_all',
    '-CAfile',
    'root.pem',
    '-CRLfile',
    'lists.pem',
  ]
  const verify = (leaf: string) => run('openssl', 'verify', ...words, '-untrusted', 'middle.pem', leaf)
  expect(verify('good.pem')).toContain('good.pem: OK')
  expect(verify('bad.pem')).toContain('certificate revoked')
  expect(verify('outside.pem')).toContain('permitted subtree violation')
})

test.skipIf(!has('certtool', '--version'))('GnuTLS: good, revoked, outside the limits', () => {
  const verify = (leaf: string) => {
    writeFileSync(at(`${leaf}.chain`), files[leaf]! + files['middle.pem']!)
    return run(
      'certtool',
      '--verify',
      '--load-ca-certificate',
      'root.pem',
      '--load-crl',
      'lists.pem',
      '--infile',
      `${leaf}.chain`,
    )
  }
  expect(verify('good.pem')).toContain('Verified. The certificate is trusted')
  expect(verify('bad.pem')).toContain('revoked')
  expect(verify('outside.pem')).toMatch(/Not verified/)
})

test.skipIf(!has('certutil', '-H') || !has('crlutil', '-H'))(
  'NSS: good, outside the limits, and revoked once it has the list',
  () => {
    const database = at('nss')
    mkdirSync(database)
    const certutil = (...words: readonly string[]) => run('certutil', ...words, '-d', `sql:${database}`)
    certutil('-N', '--empty-password')
    certutil('-A', '-n', 'root', '-t', 'C,,', '-i', 'root.pem')
    certutil('-A', '-n', 'middle', '-t', ',,', '-i', 'middle.pem')
    for (const name of ['good', 'bad', 'outside']) certutil('-A', '-n', name, '-t', ',,', '-i', `${name}.pem`)
    const verify = (name: string) => certutil('-V', '-n', name, '-u', 'V')
    expect(verify('good')).toContain('certificate is valid')
    expect(verify('bad')).toContain('certificate is valid')
    expect(verify('outside')).toContain('invalid')
    expect(run('crlutil', '-I', '-i', 'list.crl', '-d', `sql:${database}`)).not.toMatch(/fail|error/i)
    expect(verify('bad')).toContain('revoked')
    expect(verify('good')).toContain('certificate is valid')
  },
)

test.skipIf(!has('keytool', '-help'))(
  'keytool reads the certificates and the list, and puts the root into a store',
  () => {
    expect(run('keytool', '-printcert', '-file', 'good.pem')).toContain('DNSName: shop.test')
    expect(run('keytool', '-printcrl', '-file', 'list.crl')).toMatch(/key_?compromise/i)
    const words = ['-keystore', 'store.p12', '-storepass', 'changeit', '-noprompt']
    expect(run('keytool', '-importcert', '-file', 'root.pem', '-alias', 'root', ...words)).toContain(
      'added to keystore',
    )
    expect(run('keytool', '-importcert', '-file', 'middle.pem', '-alias', 'middle', ...words)).toContain(
      'added to keystore',
    )
  },
)

const certificate = [...good.chain].map(der => pem('CERTIFICATE', der)).join('')
const serving = async <T>(work: (port: number) => Promise<T>): Promise<T> => {
  const { createServer } = await import('node:https')
  const key = pem('PRIVATE KEY', good.privateKey)
  const server = createServer({ cert: certificate, key }, (_, answer) => void answer.end('here'))
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done))
  try {
    const address = server.address()
    return await work(typeof address === 'object' ? address!.port : 0)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

test('Node believes what is below the root', async () => {
  const authorized = await serving(
    port =>
      new Promise<boolean>((resolve, reject) => {
        const options = { host: '127.0.0.1', port, servername: 'shop.test', ca: files['root.pem'] }
        const socket = tls.connect(options, () => {
          resolve(socket.authorized)
          socket.destroy()
        })
        socket.on('error', reject)
      }),
  )
  expect(authorized).toBe(true)
})

test.skipIf(!existsSync(CHROMIUM))(
  'Chromium believes it too',
  async () => {
    const browser = await startChromium(at('chromium'), at('root.pem'))
    try {
      const text = await serving(async port => {
        const page = await browser.newPage()
        await page.goto(`https://localhost:${port}/`)
        return page.textContent('body')
      })
      expect(text).toBe('here')
    } finally {
      await browser.close()
    }
  },
  60_000,
)

test('no rule for those who issue certificates is broken by root, intermediate or leaf', () => {
  const all = new Set(Object.keys(lints) as LintId[])
  const broken = (der: Uint8Array, role: Role) => lintsBroken(new Certificate(der), role, all, () => true)
  expect(broken(root.certificate, 'anchor')).toEqual([])
  expect(broken(issuer.certificate, 'intermediate')).toEqual([])
  expect(broken(good.certificate, 'leaf')).toEqual([])
})

test('and the linter, which knows more of them, finds nothing in RFC 5280 and after that they break', () => {
  for (const der of [root.certificate, issuer.certificate, good.certificate])
    expect(lintCertificate(der, { crypto: nodeCrypto(), rules: 'rfc5280' })).toMatchObject({ findings: [] })
})
