import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { installed } from '../../../test/support/peers.ts'
import { temporaryFolder } from '../../../test/support/peers-chain.ts'
import { contentsOf } from './file-contents.ts'

const hasOpenssl = installed('openssl')
const reason = hasOpenssl ? '' : ' (skipped: openssl not installed)'

test.skipIf(!hasOpenssl)(`what OpenSSL writes is known for what it is, in PEM and DER${reason}`, () => {
  const { path, remove } = temporaryFolder('contents')
  const at = (name: string) => join(path, name)
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: path, stdio: 'pipe' })
  try {
    openssl('ecparam', '-name', 'prime256v1', '-genkey', '-out', 'ec.pem')
    openssl('genrsa', '-traditional', '-out', 'rsa.pem', '2048')
    openssl('req', '-x509', '-new', '-key', 'ec.pem', '-subj', '/CN=a', '-days', '2', '-out', 'cert.pem')
    openssl('req', '-new', '-key', 'ec.pem', '-subj', '/CN=a', '-out', 'request.pem')
    openssl('x509', '-req', '-in', 'request.pem', '-signkey', 'ec.pem', '-out', 'v1.pem')
    writeFileSync(at('index.txt'), '')
    writeFileSync(at('ca.cnf'), '[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\n')
    const list = ['-cert', 'cert.pem', '-keyfile', 'ec.pem', '-crldays', '2', '-config', 'ca.cnf']
    openssl('ca', '-gencrl', '-out', 'crl.pem', ...list)
    const password = ['-passout', 'pass:secret']
    openssl('pkcs12', '-export', '-in', 'cert.pem', '-inkey', 'ec.pem', '-out', 'bundle.p12', ...password)
    openssl('crl2pkcs7', '-nocrl', '-certfile', 'cert.pem', '-out', 'bundle.p7b')
    openssl('pkcs8', '-topk8', '-in', 'ec.pem', '-out', 'sealed.pem', '-v2', 'aes-256-cbc', ...password)
    openssl('rsa', '-traditional', '-in', 'rsa.pem', '-out', 'old.pem', '-aes256', ...password)
    openssl('pkey', '-in', 'ec.pem', '-pubout', '-out', 'public.pem')
    openssl('pkcs8', '-topk8', '-nocrypt', '-in', 'rsa.pem', '-out', 'pkcs8.pem')
    const expected = {
      'ec.pem': ['parameters of a key', 'a private key'],
      'rsa.pem': ['a private key'],
      'pkcs8.pem': ['a private key'],
      'cert.pem': ['a certificate'],
      'v1.pem': ['a certificate'],
      'request.pem': ['a certificate request'],
      'crl.pem': ['a revocation list'],
      'bundle.p12': ['a PKCS#12 bundle'],
      'bundle.p7b': ['a PKCS#7 bundle'],
      'sealed.pem': ['an encrypted private key'],
      'old.pem': ['an encrypted private key'],
      'public.pem': ['a public key'],
    }
    for (const [name, contents] of Object.entries(expected)) {
      const file = new Uint8Array(readFileSync(at(name)))
      expect(contentsOf(file), name).toEqual(contents)
      const [, base64] = /-----BEGIN (?!EC PAR)[^-]+-----([^-]+)-----END/.exec(readFileSync(at(name), 'latin1')) ?? []
      if (base64 !== undefined)
        expect(contentsOf(new Uint8Array(Buffer.from(base64, 'base64'))), `${name} in DER`).toEqual(contents.slice(-1))
    }
  } finally {
    remove()
  }
})

test('what is neither PEM nor DER has nothing in it, and what is cut off or strange is something unknown', () => {
  for (const nothing of ['', 'cert.pem', new Uint8Array(0), Uint8Array.of(1, 2, 3)])
    expect(contentsOf(nothing)).toEqual([])
  for (const strange of [[0x30], [0x30, 0x80], [0x30, 0], [0x30, 3, 2, 1, 0], [0x30, 2, 0x30, 0], [0x30, 2, 4, 0]])
    expect(contentsOf(Uint8Array.from(strange)), `${strange}`).toEqual(['something unknown'])
  expect(contentsOf('-----BEGIN OPENSSH PRIVATE KEY-----')).toEqual(['something unknown'])
})

test('PKCS#12 and PKCS#7 are known in BER too, whatever form their lengths have', () => {
  const of = (...octets: readonly number[]) => contentsOf(Uint8Array.of(0x30, ...octets))
  expect(of(0x80, 2, 1, 3, 0, 0)).toEqual(['a PKCS#12 bundle'])
  expect(of(0x82, 0, 3, 2, 1, 3)).toEqual(['a PKCS#12 bundle'])
  expect(of(0x80, 6, 9, 0x2a, 0x86, 0x48)).toEqual(['a PKCS#7 bundle'])
  expect(of(0x82, 0, 11, 6, 9, 0x2a)).toEqual(['a PKCS#7 bundle'])
  expect(of(0x80, 2, 1, 2, 0, 0)).toEqual(['something unknown'])
})
