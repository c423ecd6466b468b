import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { DerError } from '../asn1/der.ts'
import { broken } from '../lab/broken.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { Certificate } from '../x509/certificate/certificate.ts'
import { generalNameText } from '../x509/certificate/general-name.ts'
import { pem } from '../x509/files/pem.ts'
import { privateKeyIn } from '../x509/files/private-key.ts'
import { subjectAltName } from '../x509/issue.ts'
import { rfc5280, webpki } from '../x509/path/profile.ts'
import { trustStore } from '../x509/path/store.ts'
import { isTrusted } from '../x509/path/trusted.ts'
import { verifyChain } from '../x509/path/verify.ts'
import { certificateAuthority, loadAuthority } from './authority.ts'
import { certificateProfiles } from './profiles.table.ts'
import type { KeyKind } from './types.ts'

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
  const usual = new Certificate(ca.issue({ names: ['a.test'] }).certificate)
  expect(usual.notAfter).toBe(at - 7 + 7 * 86_400_000)
  const old = certificateAuthority({ crypto, now, name: 'Old', notAfter: Date.UTC(2060, 0, 1) })
  const profile = { ...certificateProfiles.server, mostDays: undefined }
  const far = old.issue({ names: ['a.test'], notAfter: Date.UTC(2051, 0, 1), profile })
  expect(new Certificate(far.certificate).notAfter).toBe(Date.UTC(2051, 0, 1))
})

test('a name longer than 64 characters stands in subjectAltName only, which is then critical (RFC 5280 4.2.1.6)', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  const name = `${'a'.repeat(60)}.example.test`
  const { certificate, chain } = ca.issue({ names: [name] })
  const leaf = new Certificate(certificate)
  expect(leaf.subject.isEmpty).toBe(true)
  const fits = new Certificate(ca.issue({ names: [`${'a'.repeat(60)}.com`] }).certificate)
  expect([fits.subject.shortText.length, fits.find('subjectAltName')?.critical]).toEqual([64, false])
  expect(leaf.find('subjectAltName')?.critical).toBe(true)
  const trust = trustStore([ca.certificate])
  expect(isTrusted(verifyChain({ chain, name, at, trust, crypto, profile: webpki }))).toBe(true)
})

test('an authority goes to files and back', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  const key = privateKeyIn(new TextEncoder().encode(pem('PRIVATE KEY', ca.keyPair.pkcs8)))
  expect(key).toMatchObject({ type: 'ecdsa' })
  const again = loadAuthority(crypto, now, ca.certificate, key!.pkcs8)
  const { chain, certificate, root } = again.issue({ names: ['a.test'] })
  expect([chain, root]).toEqual([[certificate], ca.certificate])
  const middle = again.intermediate({ name: 'Middle' })
  const below = middle.issue({ names: ['a.test'] })
  expect([below.chain, below.root]).toEqual([[below.certificate, middle.certificate], ca.certificate])
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

test.each([
  ['a letter of full width', 'ｂank.test'],
  ['a sign whose low octet is an asterisk', '₪.bank.test'],
  ['an umlaut', 'bücher.test'],
  ['a Kelvin sign, which is a k in small letters', '\u212aey.test'],
  ['a space', 'a b.test'],
  ['NUL', 'a.test\0.evil.test'],
  ['an empty label', 'a..test'],
  ['a label that is empty at the front', '.test'],
  ['a final period', 'a.test.'],
  ['a port', 'a.test:443'],
  ['half an address', '10.0.0'],
  ['an address out of range', '10.0.0.256'],
  ['a wildcard inside a label', 'a*.test'],
  ['a wildcard that is not at the front', 'a.*.test'],
  ['two wildcards', '*.*.test'],
  ['nothing but a wildcard', '*'],
  ['a label of 64 characters', `${'a'.repeat(64)}.test`],
  ['254 characters', `${'a.'.repeat(125)}test`],
  ['nothing', ''],
])('no name is bent to fit: %s is refused in a leaf and in limits', (_, wrong) => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  expect(() => ca.issue({ names: ['good.test', wrong] })).toThrow(RangeError)
  if (wrong === '') return
  for (const limits of [{ permitted: [wrong] }, { excluded: [wrong] }]) {
    expect(() => ca.intermediate({ name: 'Middle', ...limits })).toThrow(RangeError)
    expect(() => certificateAuthority({ crypto, now, name: 'Root', ...limits })).toThrow(RangeError)
  }
})

test('names are written in small letters, addresses in four or sixteen octets, a wildcard as it stands', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  const { certificate } = ca.issue({
    names: ['SHOP.Test', '*.shop.test', 'a_b.test', 'xn--bcher-kva.test', '10.0.0.5', '::1'],
  })
  expect(new Certificate(certificate).extension('subjectAltName')?.map(generalNameText)).toEqual([
    'shop.test',
    '*.shop.test',
    'a_b.test',
    'xn--bcher-kva.test',
    '10.0.0.5',
    '::1',
  ])
})

test('a certificate without any name is not made', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  expect(() => ca.issue({ names: [] })).toThrow(RangeError)
  expect(new Certificate(ca.issue({ names: [], commonName: 'me' }).certificate).subject.text).toBe('CN=me')
})

test.each([
  '*.test',
  '10.0.0.0/33',
  '10.0.0.0/99',
  '::/129',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '10.0.0.0/8.5',
  '10.0.0.0/08',
])('a limit that means nothing is not written: %s', limit => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  expect(() => ca.intermediate({ name: 'Middle', permitted: [limit] })).toThrow(RangeError)
})

test.each(['10.1.2.3/8', '10.0.0.1/31', '2001:db8::1/64', '1.0.0.0/0', 'a.test/8', '10.0.0.0/8/8'])(
  'a limit that says less than it seems to is not written: %s',
  limit => {
    const ca = certificateAuthority({ crypto, now, name: 'Root' })
    expect(() => ca.intermediate({ name: 'Middle', excluded: [limit] })).toThrow(RangeError)
  },
)

test('an address without a prefix is a limit of that one address', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  const middle = ca.intermediate({ name: 'Middle', excluded: ['10.0.0.1', '2001:db8::1'] })
  const outcome = (name: string) => {
    const { chain } = broken(middle).issue({ names: [name] })
    return verifyChain({ chain, name, at, trust: trustStore([ca.certificate]), crypto })
  }
  for (const name of ['10.0.0.1', '2001:db8::1'])
    expect(outcome(name)).toMatchObject({ code: 'tls/certificate-constraint', expected: 'excluded', got: name })
  for (const name of ['10.0.0.2', '10.0.0.0', '2001:db8::2', 'a.test'])
    expect(isTrusted(outcome(name)), name).toBe(true)
})

test('a root can limit itself, in names and in depth, and what it signs outside is not trusted', () => {
  const ca = certificateAuthority({
    crypto,
    now,
    name: 'Root',
    permitted: ['shop.test'],
    excluded: ['10.0.0.0/8'],
    pathLength: 0,
  })
  const outcome = (name: string, from = ca) => {
    const { chain } = broken(from).issue({ names: [name] })
    return verifyChain({ chain, name, at, trust: trustStore([ca.certificate]), crypto })
  }
  expect(isTrusted(outcome('a.shop.test'))).toBe(true)
  expect(isTrusted(outcome('192.0.2.1'))).toBe(true)
  expect(outcome('bank.test')).toMatchObject({ code: 'tls/certificate-constraint', where: '“Root”', got: 'bank.test' })
  expect(outcome('10.1.1.1')).toMatchObject({ code: 'tls/certificate-constraint', where: '“Root”', got: '10.1.1.1' })
  expect(outcome('shop.test', broken(ca).intermediate({ name: 'Middle' }))).toMatchObject({
    code: 'tls/certificate-path-length',
    where: '“Root”',
  })
})

describe('what nobody would believe is not signed', () => {
  const DAY = 86_400_000
  const limited = (name = 'Root') =>
    certificateAuthority({ crypto, now, name, days: 30, pathLength: 1, permitted: ['shop.test'] })
  const verdict = (chain: readonly Uint8Array[], root: Uint8Array) =>
    verifyChain({ chain, name: 'a.shop.test', at, trust: trustStore([root]), crypto })

  test('what would end after an authority above it', () => {
    const ca = limited()
    const names = ['a.shop.test']
    const middle = ca.intermediate({ name: 'Middle', days: 10 })
    for (const longer of [{ days: 31 }, { notAfter: ca.notAfter + 1000 }, { notAfter: Number.NaN }]) {
      expect(() => ca.issue({ names, ...longer })).toThrow(RangeError)
      expect(() => ca.intermediate({ name: 'Middle', ...longer })).toThrow(RangeError)
    }
    expect(() => middle.issue({ names, days: 11 })).toThrow('2026-12-01) after “Middle” does (2026-11-30)')
    expect(isTrusted(verdict(middle.issue({ names, days: 10 }).chain, ca.certificate))).toBe(true)
    expect(middle.issue({ names, notAfter: middle.notAfter }).notAfter).toBe(middle.notAfter)
    const outliving = broken(middle).issue({ names, days: 60 })
    expect(isTrusted(verdict(outliving.chain, ca.certificate))).toBe(true)
  })

  test('who says no end gets that of the authority, where it comes before the usual one', () => {
    const ca = certificateAuthority({ crypto, now, name: 'Root', days: 3 })
    expect(ca.issue({ names: ['a.test'] }).notAfter).toBe(ca.notAfter)
    expect(ca.intermediate({ name: 'Middle' }).notAfter).toBe(ca.notAfter)
    expect(broken(ca).issue({ names: ['a.test'] }).notAfter).toBe(at - 7 + 7 * DAY)
    const over = certificateAuthority({ crypto, now, name: 'Root', notAfter: at - 7 - DAY })
    expect(() => over.issue({ names: ['a.test'] })).toThrow('it would end (2026-11-19) before it begins (2026-11-20)')
    expect(over.issue({ names: ['a.test'], notBefore: at - 9 * DAY }).notAfter).toBe(at - 7 - DAY)
  })

  test('names outside the limits of an authority, however they come into the certificate', () => {
    const ca = limited()
    const middle = ca.intermediate({ name: 'Middle', excluded: ['secret.shop.test'] })
    for (const [from, name] of [
      [ca, 'bank.test'],
      [middle, 'bank.test'],
      [middle, 'a.secret.shop.test'],
    ] as const)
      expect(() => from.issue({ names: ['a.shop.test', name] }), name).toThrow(RangeError)
    expect(() => middle.issue({ names: ['bank.test'] })).toThrow('“bank.test” is not among what is permitted')
    expect(() => middle.issue({ names: ['a.secret.shop.test'] })).toThrow('is excluded: see the limits of “Middle”')
    const beside = subjectAltName(['bank.test'])
    expect(() => middle.issue({ names: [], commonName: 'a', extensions: [beside] })).toThrow(RangeError)
    expect(isTrusted(verdict(middle.issue({ names: ['a.shop.test'] }).chain, ca.certificate))).toBe(true)
    const wrong = broken(middle).issue({ names: ['a.shop.test', 'bank.test'] })
    expect(verdict(wrong.chain, ca.certificate)).toMatchObject({ code: 'tls/certificate-constraint', got: 'bank.test' })
  })

  test('an authority where no more may stand, counted from each that is above', () => {
    const ca = limited()
    const middle = ca.intermediate({ name: 'Middle', pathLength: 5 })
    expect(() => middle.intermediate({ name: 'Deeper' })).toThrow(
      '“Root” has as many authorities below itself as it allows (1)',
    )
    expect(() => ca.intermediate({ name: 'Leaves' }).intermediate({ name: 'Deeper' })).toThrow('as it allows (0)')
    const deep = broken(middle)
      .intermediate({ name: 'Deeper' })
      .issue({ names: ['a.shop.test'] })
    expect(verdict(deep.chain, ca.certificate)).toMatchObject({ code: 'tls/certificate-path-length', where: '“Root”' })
  })

  test('extensions that no reader takes: only a broken authority signs those', () => {
    const ca = limited()
    const twice = { names: ['a.shop.test'], extensions: [subjectAltName(['a.shop.test'])] }
    expect(() => ca.issue(twice)).toThrow(DerError)
    expect(verdict(broken(ca).issue(twice).chain, ca.certificate)).toMatchObject({ code: 'tls/certificate-malformed' })
  })

  test('also by one that was read from files; another implementation has no such door', () => {
    const ca = limited()
    const again = loadAuthority(crypto, now, ca.certificate, ca.keyPair.pkcs8)
    expect(() => again.issue({ names: ['bank.test'] })).toThrow(RangeError)
    expect(broken(again).issue({ names: ['bank.test'] }).root).toBe(again.root)
    expect(() => broken({ ...ca, issue: ca.issue, intermediate: ca.intermediate })).toThrow(TypeError)
  })
})

test('a certificate that may not sign others is no authority, whatever key comes with it', () => {
  const ca = certificateAuthority({ crypto, now, name: 'Root' })
  const { certificate, privateKey } = ca.issue({ names: ['a.test'] })
  expect(() => loadAuthority(crypto, now, certificate, privateKey)).toThrow(RangeError)
  expect(loadAuthority(crypto, now, ca.certificate, ca.keyPair.pkcs8).name).toBe('Root')
})
