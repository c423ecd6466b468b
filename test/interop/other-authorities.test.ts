/**
 * Authorities made with GnuTLS, NSS and keytool: each signs a request of ours and makes a list of what it took back, and we
 * judge by both; each makes a request that our authority signs. And GnuTLS reads our OCSP answers. What is missing is skipped.
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { certificateAuthority } from '../../src/ca/authority.ts'
import { requestedIn } from '../../src/ca/request.ts'
import { Failure } from '../../src/failures/index.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { hexText } from '../../src/wire/bytes.ts'
import { Certificate } from '../../src/x509/certificate/certificate.ts'
import { pem, pemBlocks } from '../../src/x509/files/pem.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import { isTrusted } from '../../src/x509/path/trusted.ts'
import { verifyChain } from '../../src/x509/path/verify.ts'
import { certificateRequestIn } from '../../src/x509/request/request.ts'
import { certificateRequest } from '../../src/x509/request/write.ts'
import { missing } from '../support/peers.ts'
import { temporaryFolder } from '../support/peers-chain.ts'
import { ocspBy, serialOf } from '../support/revocation.ts'

const { path: folder, remove } = temporaryFolder('other-authorities')
afterAll(remove)
const at = (...names: readonly string[]): string => join(folder, ...names)
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(at(name)))
const run = (program: string, words: readonly string[], input = ''): string =>
  execFileSync(program, words, {
    cwd: folder,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'pipe'],
    input,
    timeout: 60_000,
  })

const crypto = nodeCrypto()
const own = certificateAuthority({ crypto, now: Date.now, name: 'Our root' })
const key = crypto.generateKeyPair('p-256')
const request = certificateRequest({ key, names: ['ours.test'] }, crypto)
writeFileSync(at('ours.csr'), pem('CERTIFICATE REQUEST', request))
writeFileSync(at('ours.csr.der'), request)

/** DER, whichever way it was written. */
const derOf = (name: string): Uint8Array => pemBlocks(readFileSync(at(name), 'latin1'))[0]?.der ?? bytesOf(name)

interface Others {
  /** Makes `root`, signs `ours.csr` as `leaf`, and a second one that is on the list: file names. */
  readonly made: () => { readonly root: string; readonly leaf: string; readonly revoked: string; readonly list: string }
  /** Makes a request for `theirs.test`. */
  readonly request: () => string
}

const gnutls: Others = {
  made() {
    const template = (name: string, lines: readonly string[]) => writeFileSync(at(name), `${lines.join('\n')}\n`)
    template('ca.tmpl', ['cn = GnuTLS root', 'ca', 'cert_signing_key', 'crl_signing_key', 'expiration_days = 30'])
    const leaf = ['cn = ours.test', 'dns_name = ours.test', 'tls_www_server', 'signing_key', 'expiration_days = 9']
    template('leaf.tmpl', leaf)
    template('crl.tmpl', ['crl_next_update = 7', 'crl_number = 5'])
    const privkey = (name: string) =>
      run('certtool', ['--generate-privkey', '--key-type', 'ecdsa', '--curve', 'secp256r1', '--outfile', name])
    privkey('gnutls.key')
    const signer = ['--load-ca-certificate', 'gnutls.pem', '--load-ca-privkey', 'gnutls.key']
    const self = ['--generate-self-signed', '--load-privkey', 'gnutls.key', '--template', 'ca.tmpl']
    run('certtool', [...self, '--outfile', 'gnutls.pem'])
    for (const name of ['gnutls-leaf.pem', 'gnutls-bad.pem']) {
      const words = ['--generate-certificate', '--load-request', 'ours.csr', ...signer, '--template', 'leaf.tmpl']
      run('certtool', [...words, '--outfile', name])
    }
    const list = ['--generate-crl', ...signer, '--load-certificate', 'gnutls-bad.pem', '--template', 'crl.tmpl']
    run('certtool', [...list, '--outfile', 'gnutls.crl'])
    return { root: 'gnutls.pem', leaf: 'gnutls-leaf.pem', revoked: 'gnutls-bad.pem', list: 'gnutls.crl' }
  },
  request() {
    writeFileSync(at('csr.tmpl'), 'cn = theirs.test\ndns_name = theirs.test\n')
    const words = ['--generate-request', '--load-privkey', 'gnutls.key', '--template', 'csr.tmpl']
    run('certtool', [...words, '--outfile', 'gnutls.csr'])
    return 'gnutls.csr'
  },
}

const serialText = (name: string): string => BigInt(`0x${hexText(serialOf(derOf(name)))}`).toString()

const nss: Others = {
  made() {
    mkdirSync(at('nss'))
    writeFileSync(at('noise'), crypto.random.bytes(64))
    const certutil = (words: readonly string[], input = '') => run('certutil', [...words, '-d', 'sql:nss'], input)
    certutil(['-N', '--empty-password'])
    const root = [
      '-S',
      '-n',
      'root',
      '-s',
      'CN=NSS root',
      '-x',
      '-t',
      'C,,',
      '-k',
      'ec',
      '-q',
      'nistp256',
      '-z',
      'noise',
    ]
    // What `-2` asks: an authority, of any length, critical.
    certutil([...root, '-v', '1', '-m', '1', '-2', '--keyUsage', 'certSigning,crlSigning,critical'], 'y\n\ny\n')
    writeFileSync(at('nss.pem'), certutil(['-L', '-n', 'root', '-a']))
    for (const [i, name] of ['nss-leaf.der', 'nss-bad.der'].entries()) {
      const leaf = ['-C', '-c', 'root', '-i', 'ours.csr.der', '-o', name, '-m', `${i + 2}`, '-v', '1']
      certutil([...leaf, '--extSAN', 'dns:ours.test', '--keyUsage', 'digitalSignature', '--extKeyUsage', 'serverAuth'])
    }
    const time = (when: number) => `${new Date(when).toISOString().replace(/[-:T]|\.\d+Z/g, '')}Z`
    const [before, after] = [Date.now() - 60_000, Date.now() + 86_400_000].map(time)
    // Its `crlNumber` is no INTEGER, so there is none.
    const lines = [`update=${before}`, `nextupdate=${after}`, `addcert 3 ${before}`]
    writeFileSync(at('crl.txt'), `${lines.join('\n')}\n`)
    run('crlutil', ['-G', '-n', 'root', '-c', 'crl.txt', '-o', 'nss.crl', '-d', 'sql:nss'])
    return { root: 'nss.pem', leaf: 'nss-leaf.der', revoked: 'nss-bad.der', list: 'nss.crl' }
  },
  request() {
    const words = ['-R', '-s', 'CN=theirs.test', '-k', 'ec', '-q', 'nistp256', '-z', 'noise', '-o', 'nss.csr']
    run('certutil', [...words, '--extSAN', 'dns:theirs.test', '-d', 'sql:nss'])
    return 'nss.csr'
  },
}

const java: Others = {
  made() {
    const store = ['-keystore', 'java.p12', '-storetype', 'PKCS12', '-storepass', 'secret']
    const keytool = (...words: readonly string[]) => run('keytool', [...words, ...store])
    const ec = ['-keyalg', 'EC', '-groupname', 'secp256r1', '-validity', '30']
    const root = ['-ext', 'bc:c=ca:true', '-ext', 'ku:c=keyCertSign,cRLSign']
    keytool('-genkeypair', '-alias', 'root', ...ec, '-dname', 'CN=Java root', ...root)
    keytool('-genkeypair', '-alias', 'theirs', ...ec, '-dname', 'CN=theirs.test')
    keytool('-exportcert', '-rfc', '-alias', 'root', '-file', 'java.pem')
    for (const name of ['java-leaf.der', 'java-bad.der']) {
      const more = ['-ext', 'san=dns:ours.test', '-ext', 'eku=serverAuth', '-ext', 'ku=digitalSignature']
      keytool('-gencert', '-alias', 'root', '-infile', 'ours.csr', '-outfile', name, '-validity', '9', ...more)
    }
    keytool('-gencrl', '-alias', 'root', '-id', serialText('java-bad.der'), '-file', 'java.crl')
    return { root: 'java.pem', leaf: 'java-leaf.der', revoked: 'java-bad.der', list: 'java.crl' }
  },
  request() {
    const store = ['-keystore', 'java.p12', '-storepass', 'secret']
    run('keytool', ['-certreq', '-alias', 'theirs', '-file', 'java.csr', '-ext', 'san=dns:theirs.test', ...store])
    return 'java.csr'
  },
}

describe.each([
  ['GnuTLS', 'certtool', gnutls],
  ['NSS', 'crlutil', nss],
  ['keytool', 'keytool', java],
] as const)('%s', (_, program, others) => {
  test.skipIf(missing(program) !== '')(
    `signs our request, which we believe below its root; what is on its list we do not${missing(program)}`,
    () => {
      const { root, leaf, revoked, list } = others.made()
      const judged = (name: string): string => {
        const result = verifyChain({
          chain: [derOf(name)],
          name: 'ours.test',
          at: Date.now() + 1000,
          trust: trustStore([derOf(root)]),
          crypto,
          evidence: { crls: [derOf(list)] },
          revocation: { mode: 'hard' },
        })
        return isTrusted(result) ? 'trusted' : `${result.code} ${result.got ?? ''}`
      }
      expect(new Certificate(derOf(leaf)).spki).toEqual(key.spki)
      expect(judged(leaf)).toBe('trusted')
      expect(judged(revoked)).toContain('tls/certificate-revoked')
    },
    120_000,
  )

  test.skipIf(missing(program) !== '')(
    `makes a request, which our authority signs${missing(program)}`,
    () => {
      const asked = certificateRequestIn(bytesOf(others.request()), crypto)
      if (asked instanceof Failure) throw new Error(`${asked.code} ${asked.where} ${asked.got}`)
      const chain = [own.issue(requestedIn(asked, {}, crypto)).certificate]
      const trust = trustStore([own.certificate])
      expect(isTrusted(verifyChain({ chain, name: 'theirs.test', at: Date.now() + 1000, trust, crypto }))).toBe(true)
    },
    120_000,
  )
})

test.skipIf(missing('ocsptool') !== '')(`GnuTLS believes our OCSP answers${missing('ocsptool')}`, () => {
  const leaf = own.issue({ names: ['ours.test'] }).certificate
  writeFileSync(at('own.pem'), pem('CERTIFICATE', own.certificate))
  const told = (name: string, ...about: Parameters<typeof ocspBy>): string => {
    writeFileSync(at(name), ocspBy(...about))
    const words = ['--verify-response', '--load-response', name, '--load-trust', 'own.pem']
    return run('ocsptool', words) + run('ocsptool', ['--response-info', '--load-response', name])
  }
  const good = told('good.ocsp', own, leaf)
  expect(good).toContain('Verifying OCSP Response: Success')
  expect(good).toContain('Status: good')
  const date = Date.now() - 60_000
  const bad = told('bad.ocsp', own, leaf, { about: { status: 'revoked', date, reason: 'keyCompromise' } })
  expect(bad).toContain('Verifying OCSP Response: Success')
  expect(bad).toContain('Certificate Status: revoked')
})
