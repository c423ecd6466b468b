/** Lists of revoked certificates and OCSP answers: ours are believed by OpenSSL, and OpenSSL's by us. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { hexText } from '../../src/wire/bytes.ts'
import { Certificate } from '../../src/x509/certificate/certificate.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import { isTrusted } from '../../src/x509/path/trusted.ts'
import { verifyChain } from '../../src/x509/path/verify.ts'
import type { Evidence } from '../../src/x509/revocation/evidence.ts'
import { certificateId } from '../../src/x509/revocation/ocsp.ts'
import { writeOcspRequest } from '../../src/x509/revocation/ocsp-request.ts'
import { missing } from '../support/peers.ts'
import { crlBy, ocspBy, serialOf } from '../support/revocation.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-revocation-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string): string => join(folder, name)

/** What OpenSSL says, on both streams, whether or not it is content. */
const openssl = (...args: readonly string[]): string => {
  try {
    return execFileSync('sh', ['-c', 'exec openssl "$@" 2>&1', 'sh', ...args], { encoding: 'utf8', cwd: folder })
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

const HOUR = 3_600_000
const crypto = nodeCrypto()
const now = Math.floor(Date.now() / 1000) * 1000
const dates = { thisUpdate: now - HOUR, nextUpdate: now + HOUR }

describe.skipIf(missing('openssl') !== '').each(['p-256', 'rsa-2048'] as const)(
  `with OpenSSL, by a key of kind %s${missing('openssl')}`,
  key => {
    const root = certificateAuthority({ crypto, now: Date.now, name: 'Root', key })
    const good = root.issue({ names: ['good.test'] }).certificate
    const bad = root.issue({ names: ['bad.test'] }).certificate
    const revoked = { serialNumber: serialOf(bad), date: now - HOUR, reason: 'keyCompromise' } as const
    beforeAll(() => {
      writeFileSync(file('root.pem'), pem('CERTIFICATE', root.certificate))
      writeFileSync(file('root.key'), pem('PRIVATE KEY', root.keyPair.pkcs8))
      writeFileSync(file('good.pem'), pem('CERTIFICATE', good))
      writeFileSync(file('bad.pem'), pem('CERTIFICATE', bad))
    })

    const ours = (certificate: Uint8Array, evidence: Evidence): string => {
      const trust = trustStore([root.certificate])
      const revocation = { mode: 'hard' } as const
      const result = verifyChain({
        chain: [certificate],
        name: undefined,
        at: Date.now(),
        trust,
        crypto,
        evidence,
        revocation,
      })
      return isTrusted(result) ? 'good' : result.code
    }

    test('our lists are believed, whole and delta', () => {
      writeFileSync(file('ours.pem'), pem('X509 CRL', crlBy(root, { ...dates, entries: [revoked] })))
      expect(openssl('crl', '-in', 'ours.pem', '-CAfile', 'root.pem', '-noout')).toContain('verify OK')
      const check = (name: string): string =>
        openssl('verify', '-x509_strict', '-crl_check', '-CRLfile', 'ours.pem', '-CAfile', 'root.pem', name)
      expect(check('good.pem')).toContain('good.pem: OK')
      expect(check('bad.pem')).toContain('certificate revoked')
      const delta = {
        ...dates,
        number: 2,
        base: 1,
        point: { only: 'users' as const },
        freshest: ['http://a.test/delta'],
      }
      writeFileSync(file('delta.pem'), pem('X509 CRL', crlBy(root, { ...delta, entries: [revoked] })))
      const text = openssl('crl', '-in', 'delta.pem', '-CAfile', 'root.pem', '-noout', '-text')
      expect(text).toContain('verify OK')
      expect(text).toMatch(/Delta CRL Indicator: critical\s+1/)
      expect(text).toContain('Only User Certificates')
      expect(text).toContain('Key Compromise')
    })

    test('our answers are believed', () => {
      const check = (name: string, answer: Uint8Array): string => {
        writeFileSync(file('ours.der'), answer)
        return openssl('ocsp', '-respin', 'ours.der', '-issuer', 'root.pem', '-cert', name, '-CAfile', 'root.pem')
      }
      const said = (certificate: Uint8Array, about: Parameters<typeof ocspBy>[2]) =>
        ocspBy(root, certificate, { ...dates, producedAt: now, ...about })
      const fine = check('good.pem', said(good, {}))
      expect(fine).toContain('Response verify OK')
      expect(fine).toContain('good.pem: good')
      const lost = check('bad.pem', said(bad, { about: { status: 'revoked', date: now - HOUR, reason: 'superseded' } }))
      expect(lost).toContain('Response verify OK')
      expect(lost).toMatch(/bad\.pem: revoked[\s\S]*Reason: superseded/)
    })

    /** The inventory of `openssl ca`: one good certificate and one that was revoked. */
    const inventory = (): void => {
      const line = (certificate: Uint8Array, state: 'V' | 'R'): string => {
        const { notAfter, serialNumber } = new Certificate(certificate)
        const time = (at: number): string =>
          `${new Date(at)
            .toISOString()
            .replace(/[-:T]|\.\d+Z/g, '')
            .slice(2)}Z`
        const when = state === 'R' ? `${time(now - HOUR)},keyCompromise` : ''
        return `${state}\t${time(notAfter)}\t${when}\t${hexText(serialNumber).toUpperCase()}\tunknown\t/CN=x\n`
      }
      writeFileSync(file('index.txt'), line(good, 'V') + line(bad, 'R'))
      writeFileSync(file('crlnumber'), '0100\n')
      writeFileSync(
        file('ca.cnf'),
        '[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\ncrlnumber=crlnumber\ndefault_md=sha256\ndefault_crl_days=7\ncrl_extensions=ext\n[ext]\nauthorityKeyIdentifier=keyid\n',
      )
    }

    test('its lists are believed by us', () => {
      inventory()
      openssl('ca', '-gencrl', '-config', 'ca.cnf', '-cert', 'root.pem', '-keyfile', 'root.key', '-out', 'theirs.pem')
      openssl('crl', '-in', 'theirs.pem', '-outform', 'DER', '-out', 'theirs.crl')
      const crls = [new Uint8Array(readFileSync(file('theirs.crl')))]
      expect(ours(good, { crls })).toBe('good')
      expect(ours(bad, { crls })).toBe('tls/certificate-revoked')
    })

    test('it answers our requests, and its answers are believed by us', () => {
      inventory()
      const asked = (certificate: Uint8Array, hash: 'sha1' | 'sha256'): Evidence => {
        const id = certificateId(serialOf(certificate), new Certificate(root.certificate), hash, crypto)
        writeFileSync(file('ask.der'), writeOcspRequest([id], crypto.random.bytes(16)))
        const signer = ['-rsigner', 'root.pem', '-rkey', 'root.key', '-CA', 'root.pem', '-ndays', '1']
        openssl('ocsp', '-index', 'index.txt', ...signer, '-reqin', 'ask.der', '-respout', 'answer.der')
        return { ocsp: [new Uint8Array(readFileSync(file('answer.der')))] }
      }
      expect(ours(good, asked(good, 'sha1'))).toBe('good')
      expect(ours(good, asked(good, 'sha256'))).toBe('good')
      expect(ours(bad, asked(bad, 'sha1'))).toBe('tls/certificate-revoked')
      expect(ours(good, asked(bad, 'sha1'))).toBe('tls/revocation-unknown')
    })
  },
)
