/** Requests, keys under passwords, PKCS#12 and PKCS#7: ours read by others, theirs by us. What is missing here is skipped. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext } from 'node:tls'
import { afterAll, describe, expect, test } from 'vitest'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { Failure } from '../../src/failures/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { generalNameText } from '../../src/x509/certificate/general-name.ts'
import { encryptPrivateKey } from '../../src/x509/files/encrypted-key.ts'
import { openFile } from '../../src/x509/files/open.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { pkcs7 } from '../../src/x509/files/pkcs7.ts'
import { readPkcs12 } from '../../src/x509/files/pkcs12.ts'
import { writePkcs12 } from '../../src/x509/files/pkcs12-write.ts'
import { certificateRequestIn } from '../../src/x509/request/request.ts'
import { certificateRequest } from '../../src/x509/request/write.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-key-files-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const path = (name: string): string => join(folder, name)
const file = (name: string, contents: string | Uint8Array): string => {
  writeFileSync(path(name), contents)
  return path(name)
}
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(path(name)))
/** What a program says; throws when it fails. */
const said = (program: string, ...words: readonly string[]): string =>
  execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 })
const missing = (program: string, word: string): boolean => {
  try {
    said(program, word)
    return false
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT'
  }
}

const crypto = nodeCrypto()
const root = certificateAuthority({ crypto, now: Date.now, name: 'files root' })
const intermediate = root.intermediate({ name: 'files intermediate' })
const { chain, privateKey, certificate } = intermediate.issue({ names: ['shop.test'] })
const entries = [{ privateKey, chain, friendlyName: 'mine' }]
const p12 = file(
  'ours.p12',
  writePkcs12({ entries, certificates: [root.certificate], iterations: 5000 }, 'secret', crypto),
)
const keyFile = file('key.pem', pem('PRIVATE KEY', privateKey))
const certFile = file('cert.pem', pem('CERTIFICATE', certificate))
const opened = (name: string, password = 'secret') => {
  const found = openFile(bytesOf(name), password, crypto)
  if (found instanceof Failure) throw new Error(`${name}: ${found.code} ${found.where} ${found.got}`)
  return found
}

describe.skipIf(missing('openssl', 'version'))('OpenSSL', () => {
  test.each(['p-256', 'p-384', 'ed25519', 'rsa-2048'] as const)('confirms a request for a %s key', kind => {
    const key = crypto.generateKeyPair(kind)
    const der = certificateRequest({ key, names: ['shop.test', '10.0.0.5'], subject: [['2.5.4.10', 'Shop']] }, crypto)
    const text = said(
      'openssl',
      'req',
      '-verify',
      '-noout',
      '-text',
      '-in',
      file('ours.csr', pem('CERTIFICATE REQUEST', der)),
    )
    expect(text).toContain('DNS:shop.test, IP Address:10.0.0.5')
  })

  test.each([
    ['ec', ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384']],
    ['rsa', ['-newkey', 'rsa:2048']],
    ['ed25519', ['-newkey', 'ed25519']],
  ] as const)('makes a request for a key of %s, which we confirm', (name, how) => {
    const out = path(`${name}.csr`)
    const more = ['-addext', 'subjectAltName=DNS:a.test,IP:::1', '-addext', 'keyUsage=digitalSignature']
    said(
      'openssl',
      'req',
      '-new',
      ...how,
      '-nodes',
      '-keyout',
      path('new.key'),
      '-subj',
      '/O=A/CN=a.test',
      ...more,
      '-out',
      out,
    )
    const request = certificateRequestIn(readFileSync(out), crypto)
    if (request instanceof Failure) throw new Error(`${request.code} ${request.where} ${request.got}`)
    expect(request.names.map(generalNameText)).toEqual(['a.test', '::1'])
    expect(request.subject.text).toBe('O=A, CN=a.test')
    expect(opened('new.key').keys).toHaveLength(1)
  })

  test('opens our PKCS#12 and PKCS#8, and lists our PKCS#7', () => {
    const text = said('openssl', 'pkcs12', '-in', p12, '-passin', 'pass:secret', '-nodes')
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(3)
    expect(text).toContain('friendlyName: mine')
    const sealed = encryptPrivateKey(privateKey, 'secret', crypto, { iterations: 1000 })
    const key = said(
      'openssl',
      'pkey',
      '-in',
      file('ours8.pem', pem('ENCRYPTED PRIVATE KEY', sealed)),
      '-passin',
      'pass:secret',
    )
    expect(key).toContain('BEGIN PRIVATE KEY')
    const bundle = file('ours.p7b', pem('PKCS7', pkcs7([...chain, root.certificate])))
    expect(said('openssl', 'pkcs7', '-in', bundle, '-print_certs', '-noout').match(/subject=/g)).toHaveLength(3)
  })

  test('writes PKCS#12, modern and old, PKCS#8 and PKCS#7, which we open', () => {
    const p12Of = (name: string, ...more: readonly string[]) =>
      said(
        'openssl',
        'pkcs12',
        '-export',
        '-in',
        certFile,
        '-inkey',
        keyFile,
        '-passout',
        'pass:secret',
        '-out',
        path(name),
        ...more,
      )
    p12Of('modern.p12')
    p12Of('legacy.p12', '-legacy')
    said('openssl', 'pkcs8', '-topk8', '-in', keyFile, '-passout', 'pass:secret', '-scrypt', '-out', path('scrypt.pem'))
    said('openssl', 'crl2pkcs7', '-nocrl', '-certfile', certFile, '-outform', 'DER', '-out', path('theirs.p7b'))
    for (const name of ['modern.p12', 'legacy.p12']) expect(opened(name).certificates).toEqual([certificate])
    for (const name of ['modern.p12', 'legacy.p12', 'scrypt.pem']) expect(opened(name).keys[0]?.type).toBe('ecdsa')
    expect(opened('theirs.p7b').certificates).toEqual([certificate])
  })
})

test('Node takes our PKCS#12', () => {
  expect(() => createSecureContext({ pfx: readFileSync(p12), passphrase: 'secret' })).not.toThrow()
  expect(() => createSecureContext({ pfx: readFileSync(p12), passphrase: 'Secret' })).toThrow()
})

describe.skipIf(missing('certtool', '--version'))('GnuTLS', () => {
  test('opens our PKCS#12 and confirms our request', () => {
    const text = said('certtool', '--p12-info', '--inder', '--infile', p12, '--password', 'secret')
    expect(text.match(/BEGIN CERTIFICATE/g)).toHaveLength(3)
    const der = certificateRequest({ key: crypto.generateKeyPair('p-256'), names: ['shop.test'] }, crypto)
    const csr = said('certtool', '--crq-info', '--infile', file('ours2.csr', pem('CERTIFICATE REQUEST', der)))
    expect(csr).toContain('DNSname: shop.test')
    expect(csr).toContain('Self signature: verified')
  })

  test('writes PKCS#8 under triple DES, which we open', () => {
    const words = ['--to-p8', '--load-privkey', keyFile, '--password', 'secret', '--outfile', path('gnutls.pem')]
    said('certtool', ...words, '--pkcs-cipher', '3des-pkcs12')
    expect(opened('gnutls.pem').keys[0]?.type).toBe('ecdsa')
  })
})

describe.skipIf(missing('pk12util', '-h'))('NSS', () => {
  test('opens our PKCS#12, and gives it back in BER, which we open', () => {
    said('mkdir', path('nss'))
    said('certutil', '-N', '-d', path('nss'), '--empty-password')
    said('pk12util', '-i', p12, '-d', path('nss'), '-W', 'secret')
    expect(said('certutil', '-L', '-d', path('nss'))).toContain('mine')
    said('pk12util', '-o', path('nss.p12'), '-n', 'mine', '-d', path('nss'), '-W', 'secret')
    expect(bytesOf('nss.p12').subarray(0, 2)).toEqual(Uint8Array.of(0x30, 0x80))
    expect(opened('nss.p12').keys[0]?.type).toBe('ecdsa')
    expect(opened('nss.p12').certificates[0]).toEqual(certificate)
  }, 120_000)
})

describe.skipIf(missing('keytool', '-help'))('keytool', () => {
  test('lists our PKCS#12, and writes one that we open', () => {
    const listed = said('keytool', '-list', '-keystore', p12, '-storetype', 'PKCS12', '-storepass', 'secret')
    expect(listed).toMatch(/mine, .*PrivateKeyEntry/)
    const store = path('java.p12')
    const how = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-dname', 'CN=j.test', '-storetype', 'PKCS12']
    said('keytool', '-genkeypair', '-alias', 'theirs', ...how, '-keystore', store, '-storepass', 'secret')
    const { keys, certificates } = readPkcs12(bytesOf('java.p12'), 'secret', crypto)
    expect(keys).toMatchObject([{ type: 'ecdsa', friendlyName: 'theirs' }])
    expect(certificates).toHaveLength(1)
  }, 120_000)
})
