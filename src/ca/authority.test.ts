import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { nodeCrypto } from '../node/crypto.ts'
import { Certificate } from '../x509/certificate.ts'
import { verifyChain } from '../x509/path.ts'
import { pem } from '../x509/pem.ts'
import { privateKeyIn } from '../x509/private-key.ts'
import { rfc5280, webpki } from '../x509/profile.ts'
import { trustStore } from '../x509/store.ts'
import { isTrusted } from '../x509/trusted.ts'
import { certificateAuthority, type KeyKind, loadAuthority } from './authority.ts'

const crypto = nodeCrypto()
const at = Date.UTC(2026, 10, 20, 12, 0, 0, 7)
const now = () => at
const kinds: readonly KeyKind[] = ['p-256', 'p-384', 'rsa-2048', 'ed25519']
const has = (program: string, flag: string) => spawnSync(program, [flag]).status === 0
const [openssl, certtool] = [has('openssl', 'version'), has('certtool', '--version')]

test.each(kinds)('a leaf of a %s authority satisfies every profile', key => {
  const ca = certificateAuthority({ crypto, now, name: 'Root', key })
  const { chain } = ca.intermediate({ name: 'Middle', key }).issue({ names: ['a.test', '10.0.0.1'], key })
  for (const profile of [rfc5280, webpki]) {
    const trust = trustStore([ca.certificate])
    expect(verifyChain({ chain, name: 'a.test', at, trust, crypto, profile })).toMatchObject({ accepted: [] })
  }
})

test('serial numbers are positive, of 20 octets, and differ (RFC 5280 4.1.2.2)', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  const serials = Array.from(
    { length: 50 },
    () => new Certificate(ca.issue({ names: ['a.test'] }).certificate).serialNumber,
  )
  expect(serials.every(serial => serial.length === 20 && serial[0]! < 0x80)).toBe(true)
  expect(new Set(serials.map(String)).size).toBe(50)
})

test('dates: an hour of grace before, whole seconds, as many days as asked for', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  const leaf = new Certificate(ca.issue({ names: ['a.test'], days: 3 }).certificate)
  expect(leaf.notBefore).toBe(at - 7 - 3_600_000)
  expect(leaf.notAfter).toBe(at - 7 + 3 * 86_400_000)
  expect(new Certificate(ca.certificate).notAfter).toBe(ca.notAfter)
  const far = ca.issue({ names: ['a.test'], notAfter: Date.UTC(2051, 0, 1) })
  expect(new Certificate(far.certificate).notAfter).toBe(Date.UTC(2051, 0, 1))
})

test('a name longer than 64 characters stands in subjectAltName only, which is then critical (RFC 5280 4.2.1.6)', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  const name = `${'a'.repeat(60)}.example.test`
  const { certificate, chain } = ca.issue({ names: [name] })
  const leaf = new Certificate(certificate)
  expect(leaf.subject.isEmpty).toBe(true)
  expect(leaf.find('subjectAltName')?.critical).toBe(true)
  const trust = trustStore([ca.certificate])
  expect(isTrusted(verifyChain({ chain, name, at, trust, crypto, profile: webpki }))).toBe(true)
})

test('an authority goes to files and back', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  const key = privateKeyIn(new TextEncoder().encode(pem('PRIVATE KEY', ca.keyPair.pkcs8)))
  expect(key).toMatchObject({ type: 'ecdsa' })
  const again = loadAuthority(crypto, now, ca.certificate, key!.pkcs8)
  const { chain } = again.issue({ names: ['a.test'] })
  expect(isTrusted(verifyChain({ chain, name: 'a.test', at, trust: trustStore([ca.certificate]), crypto }))).toBe(true)
})

const inFolder = (work: (folder: string) => void): void => {
  const folder = mkdtempSync(join(tmpdir(), 'ca-test-'))
  try {
    work(folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

test.skipIf(!openssl || !certtool)('OpenSSL and GnuTLS accept what we issue (either is missing when skipped)', () => {
  inFolder(folder => {
    for (const key of kinds) {
      const ca = certificateAuthority({ crypto, now: Date.now, name: `Root ${key}`, key })
      const middle = ca.intermediate({ name: 'Middle', key, permitted: ['test', '10.0.0.0/8'] })
      const { chain } = middle.issue({ names: ['a.test', '*.a.test', '10.0.0.1'], key })
      const files = { root: ca.certificate, leaf: chain[0]!, middle: chain[1]! }
      for (const [name, der] of Object.entries(files)) writeFileSync(join(folder, name), pem('CERTIFICATE', der))
      writeFileSync(join(folder, 'chain'), chain.map(der => pem('CERTIFICATE', der)).join(''))
      const run = (program: string, ...args: readonly string[]) =>
        execFileSync(program, args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] }).toString()
      expect(
        run(
          'openssl',
          'verify',
          '-x509_strict',
          '-purpose',
          'sslserver',
          '-verify_hostname',
          'x.a.test',
          '-CAfile',
          'root',
          '-untrusted',
          'middle',
          'leaf',
        ),
      ).toContain('leaf: OK')
      expect(
        run(
          'certtool',
          '--verify',
          '--verify-hostname',
          'a.test',
          '--load-ca-certificate',
          'root',
          '--infile',
          'chain',
        ),
      ).toContain('Verified')
    }
  })
})

test.skipIf(!openssl)('keys of OpenSSL are read in each of its formats (openssl is missing when skipped)', () => {
  inFolder(folder => {
    const run = (...args: readonly string[]) =>
      execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] })
    const read = (...args: readonly string[]) => privateKeyIn(new Uint8Array(run(...args)))
    run('ecparam', '-name', 'prime256v1', '-genkey', '-noout', '-out', 'ec')
    run('genrsa', '-traditional', '-out', 'rsa', '2048')
    run('genpkey', '-algorithm', 'ed25519', '-out', 'ed')
    const found = [
      read('ec', '-in', 'ec'),
      read('pkey', '-in', 'ec'),
      read('pkey', '-in', 'ec', '-outform', 'DER'),
      read('rsa', '-in', 'rsa', '-traditional'),
      read('pkey', '-in', 'rsa'),
      read('pkey', '-in', 'ed'),
    ]
    expect(found.map(key => key?.type)).toEqual(['ecdsa', 'ecdsa', 'ecdsa', 'rsa', 'rsa', 'ed25519'])
    const [sec1, pkcs8] = found
    const message = Uint8Array.of(1, 2, 3)
    const algorithm = { key: 'ecdsa', hash: 'sha256' } as const
    const spki = new Uint8Array(run('pkey', '-in', 'ec', '-pubout', '-outform', 'DER'))
    for (const { pkcs8: key } of [sec1!, pkcs8!])
      expect(crypto.verify(algorithm, spki, message, crypto.sign(algorithm, key, message))).toBe(true)
  })
})

test('a file without a key, or with a broken one, has none', () => {
  expect(privateKeyIn(new TextEncoder().encode('no key here'))).toBeUndefined()
  expect(privateKeyIn(Uint8Array.of(0x30, 0x80))).toBeUndefined()
})
