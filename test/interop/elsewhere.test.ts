/** What `src/explain/elsewhere.table.ts` says that other tools call a certificate's failure, beside what they say. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect, createServer } from 'node:tls'
import { afterAll, expect, test } from 'vitest'
import { OID } from '../../src/asn1/oids.table.ts'
import { nothing } from '../../src/asn1/write.ts'
import { certificateAuthority, selfSigned } from '../../src/ca/authority.ts'
import type { CertificateAuthority, Issued } from '../../src/ca/types.ts'
import type { Bytes } from '../../src/engine.ts'
import { elsewhere } from '../../src/explain/elsewhere.table.ts'
import type { FailureCode } from '../../src/failures/index.ts'
import { broken } from '../../src/lab/broken.ts'
import { nodeCrypto } from '../../src/node/crypto.ts'
import { KEY_USAGE } from '../../src/x509/certificate/extensions.ts'
import { pem } from '../../src/x509/files/pem.ts'
import { randomSerial, subjectAltName, writeCertificate, writeName } from '../../src/x509/issue.ts'
import { trustStore } from '../../src/x509/path/store.ts'
import { verifyChain } from '../../src/x509/path/verify.ts'

const has = (program: string, ...words: string[]): boolean => spawnSync(program, words).status === 0
const hasOpenssl3 = /^OpenSSL 3/.test(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '')
const hasCurl = has('curl', '--version')

const folder = mkdtempSync(join(tmpdir(), 'elsewhere-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const crypto = nodeCrypto()
const now = Date.now()
const DAY = 86_400_000
const authority = (name: string): CertificateAuthority => broken(certificateAuthority({ crypto, now: () => now, name }))
const root = authority('Elsewhere Root')
const middle = root.intermediate({ name: 'Elsewhere Middle' })
const names = ['localhost', '127.0.0.1']

/** A chain with one fault, its key, and the root that is trusted. */
interface Shown {
  readonly chain: readonly Bytes[]
  readonly key: Bytes
  readonly root: Bytes
}
const of = ({ chain, privateKey }: Issued, trusted: Bytes = root.certificate): Shown => ({
  chain,
  key: privateKey,
  root: trusted,
})

const forged = (): Shown => {
  const shown = of(root.issue({ names }))
  const leaf = shown.chain[0]!.slice()
  leaf[leaf.length - 1]! ^= 1
  return { ...shown, chain: [leaf] }
}
const alone = (shown: Shown): Shown => ({ ...shown, chain: shown.chain.slice(0, 1) })
/** A leaf below a leaf: the key of a certificate that is no authority's signs one. */
const belowLeaf = (): Shown => {
  const usage = KEY_USAGE.keyCertSign | KEY_USAGE.digitalSignature
  const ordinary = root.issue({ names: ['ordinary.test'], commonName: 'Ordinary', usage })
  const keyPair = crypto.generateKeyPair('p-256')
  const leaf = writeCertificate(
    {
      serialNumber: randomSerial(crypto),
      issuer: writeName([[OID.commonName, 'Ordinary']]),
      subject: writeName([[OID.commonName, 'localhost']]),
      notBefore: now - DAY,
      notAfter: now + DAY,
      spki: keyPair.spki,
      extensions: [subjectAltName(names)],
    },
    { spki: ordinary.publicKey, pkcs8: ordinary.privateKey },
    crypto,
  )
  return { chain: [leaf, ordinary.certificate], key: keyPair.pkcs8, root: root.certificate }
}

const cases: readonly (readonly [code: FailureCode, shown: () => Shown])[] = [
  ['tls/certificate-expired', () => of(middle.issue({ names, notBefore: now - 3 * DAY, notAfter: now - DAY }))],
  ['tls/certificate-not-yet', () => of(middle.issue({ names, notBefore: now + DAY }))],
  ['tls/certificate-name', () => of(middle.issue({ names: ['shop.test'] }))],
  ['tls/certificate-purpose', () => of(middle.issue({ names, purposes: ['client'] }))],
  ['tls/certificate-untrusted', () => of(middle.issue({ names }), authority('Other Root').certificate)],
  ['tls/certificate-self-signed', () => of(selfSigned(crypto, () => now, { names }))],
  ['tls/chain-incomplete', () => alone(of(middle.issue({ names })))],
  ['tls/certificate-signature', forged],
  ['tls/certificate-not-ca', belowLeaf],
  ['tls/certificate-path-length', () => of(middle.intermediate({ name: 'Too Deep' }).issue({ names }))],
  [
    'tls/certificate-constraint',
    () => of(root.intermediate({ name: 'Limited', permitted: ['shop.test', '10.0.0.0/8'] }).issue({ names })),
  ],
  [
    'tls/certificate-critical',
    () => of(middle.issue({ names, extensions: [{ oid: '1.3.6.1.4.1.55738.1', critical: true, value: nothing }] })),
  ],
]

/** What Node's own client says. */
const nodeSays = (port: number, ca: string): Promise<string> =>
  new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca }, () => {
      socket.destroy()
      reject(new Error('Node trusts it'))
    })
    socket.on('error', error => resolve((error as NodeJS.ErrnoException).code ?? error.message))
  })

/** The exit code of a command. */
const exitOf = (program: string, words: readonly string[]): Promise<number> =>
  new Promise(resolve => {
    execFile(program, words, error => resolve(typeof error?.code === 'number' ? error.code : 0))
  })

/** What a command prints that is given no input. */
const outputOf = (program: string, words: readonly string[]): Promise<string> =>
  new Promise(resolve => {
    execFile(program, words, (_, stdout, stderr) => resolve(stderr + stdout)).stdin?.end()
  })

/** A server that shows this chain, while `use` looks at it. */
const serving = async (shown: Shown, use: (port: number, ca: string) => Promise<void>): Promise<void> => {
  const text = (chain: readonly Bytes[]): string => chain.map(der => pem('CERTIFICATE', der)).join('')
  const server = createServer({ cert: text(shown.chain), key: pem('PRIVATE KEY', shown.key) })
  server.on('tlsClientError', () => {})
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  try {
    await use((server.address() as AddressInfo).port, text([shown.root]))
  } finally {
    await new Promise(resolve => server.close(resolve))
  }
}

test.each(cases)('%s is what we say', (code, shown) => {
  const { chain, root: trusted } = shown()
  const trust = trustStore([trusted])
  expect(verifyChain({ chain, name: 'localhost', at: now, trust, crypto })).toMatchObject({ code })
})

// Its messages and codes are those of the OpenSSL inside, which differ between its versions.
test.skipIf(!process.versions.openssl.startsWith('3.0')).each(cases)(
  '%s: Node says what the table says',
  async (code, shown) => {
    await serving(shown(), async (port, ca) => {
      expect(await nodeSays(port, ca)).toBe(elsewhere({ code }).node)
    })
  },
)

test.skipIf(!hasCurl).each(cases)('%s: curl ends as the table says', async (code, shown) => {
  await serving(shown(), async (port, ca) => {
    const file = join(folder, 'curl.pem')
    writeFileSync(file, ca)
    const url = `https://localhost:${port}/`
    const words = ['-s', '-4', '--noproxy', '*', '--max-time', '10', '--cacert', file, url]
    expect(await exitOf('curl', words)).toBe(elsewhere({ code }).curl)
  })
})

test.skipIf(!hasOpenssl3).each(cases)('%s: openssl s_client finds the number in the table', async (code, shown) => {
  await serving(shown(), async (port, ca) => {
    const file = join(folder, 'openssl.pem')
    writeFileSync(file, ca)
    const trusting = ['-CAfile', file, '-no-CApath', '-no-CAstore', '-verify_hostname', 'localhost']
    const out = await outputOf('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...trusting])
    // It goes on after a fault and may find what follows from it.
    const numbers = [...out.matchAll(/verify error:num=(\d+)/g)].map(([, number]) => Number(number))
    expect(numbers).toContain(elsewhere({ code }).openssl)
  })
})
