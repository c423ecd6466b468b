/** `cert`, `key` and `ca` as people have them, and every way in which they can be wrong: at the call. */
import { createPrivateKey, type KeyExportOptions } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { closing, codeOf } from '../../../test/support/net.ts'
import { node, type Platform, platforms } from '../../../test/support/worlds.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { certificateProfiles } from '../../ca/profiles.table.ts'
import type { Issued, KeyKind, LeafOptions } from '../../ca/types.ts'
import { type Failure, FailureError } from '../../failures/index.ts'
import { broken } from '../../lab/broken.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { recorder } from '../../trace/recorder.ts'
import { decode } from '../../wire/codec.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { encryptPrivateKey } from '../../x509/files/encrypted-key.ts'
import { pem } from '../../x509/files/pem.ts'
import { pkcs7 } from '../../x509/files/pkcs7.ts'
import { writePkcs12 } from '../../x509/files/pkcs12-write.ts'
import { trustStore } from '../../x509/path/store.ts'
import { client, connect, fetch, listen, serve } from '../index.ts'
import { canCheck, type TlsServerOptions } from './server-answers.ts'
import type { World } from './types.ts'

const DAY = 86_400_000
const authority = certificateAuthority({ crypto: node.crypto, now: Date.now, name: 'test root' })
const root = pem('CERTIFICATE', authority.certificate)
const issue = (key: KeyKind = 'p-256', more: Partial<LeafOptions> = {}): Issued =>
  authority.issue({ names: ['shop.test'], key, ...more })
const certificatePem = (...chain: readonly Uint8Array[]): string => chain.map(der => pem('CERTIFICATE', der)).join('')
const keyPem = ({ privateKey }: Issued): string => pem('PRIVATE KEY', privateKey)
const exported = ({ privateKey }: Issued, options: KeyExportOptions<'pem'> | KeyExportOptions<'der'>) =>
  createPrivateKey({ key: Buffer.from(privateKey), format: 'der', type: 'pkcs8' }).export(options as never) as
    | string
    | Buffer

const ec = issue()
const rsa = issue('rsa-2048')
const EC_PEM = certificatePem(...ec.chain)
const RSA_PEM = certificatePem(...rsa.chain)

const sealedKey = pem(
  'ENCRYPTED PRIVATE KEY',
  encryptPrivateKey(ec.privateKey, 'secret', node.crypto, { iterations: 3 }),
)
const entries = [{ privateKey: ec.privateKey, chain: ec.chain }]
const p12 = writePkcs12({ entries, iterations: 3 }, 'secret', node.crypto)
const openP12 = writePkcs12({ entries, iterations: 3 }, '', node.crypto)

const servedBy = async (tls: TlsServerOptions, world: World = node.world()): Promise<World> => {
  const server = await serve(() => new Response('hello'), { world, port: 443, tls })
  closing.push(() => server.close(50))
  return world
}

const answerOf = async (world: World, host = 'shop.test') => {
  const answer = await fetch(`https://${host}/`, { world, ca: root })
  expect(await answer.text()).toBe('hello')
  return answer.connection.tls!
}

describe.each(platforms)('on %s', (_, platform: Platform) => {
  const forms: readonly (readonly [string, TlsServerOptions])[] = [
    ['PEM as text, PKCS#8', { cert: EC_PEM, key: keyPem(ec) }],
    ['PEM in bytes', { cert: ascii(EC_PEM), key: ascii(keyPem(ec)) }],
    ['PEM in Buffers', { cert: Buffer.from(EC_PEM), key: Buffer.from(keyPem(ec)) }],
    ['DER', { cert: ec.certificate, key: ec.privateKey }],
    ['SEC 1 in PEM', { cert: EC_PEM, key: exported(ec, { type: 'sec1', format: 'pem' }) }],
    ['SEC 1 in DER', { cert: EC_PEM, key: exported(ec, { type: 'sec1', format: 'der' }) }],
    ['lists of one', { cert: [EC_PEM], key: [keyPem(ec)] }],
    ['PKCS#8 under a password', { cert: EC_PEM, key: sealedKey, password: 'secret' }],
    ['PKCS#12', { cert: p12, password: 'secret' }],
    ['PKCS#12 in both places', { cert: p12, key: p12, password: 'secret' }],
    ['PKCS#12 without a password', { cert: openP12 }],
    ['PKCS#7, and the key beside it', { cert: pem('PKCS7', pkcs7(ec.chain)), key: keyPem(ec) }],
    ['an encrypted key that nobody needs', { cert: EC_PEM + sealedKey, key: keyPem(ec) }],
    ['both in one file, text around them', { cert: `a note\n${keyPem(ec)}and\n${EC_PEM}the end` }],
  ]
  for (const [what, tls] of forms)
    test(`a certificate and its key: ${what}`, async () => {
      const world = await servedBy(tls, platform.world())
      expect((await answerOf(world)).peerChain).toEqual([ec.certificate])
    })
  test('roots in ca: PEM as text or bytes, DER, several, and beside those of trust', async () => {
    const world = await servedBy({ cert: EC_PEM, key: keyPem(ec) }, platform.world())
    const other = certificateAuthority({ crypto: node.crypto, now: Date.now, name: 'another root' })
    for (const ca of [root, ascii(root), authority.certificate, [certificatePem(other.root), root]]) {
      const answer = await fetch('https://shop.test/', { world, ca })
      expect(answer.connection.tls?.trusted?.anchor).toBe('test root')
    }
    expect(await codeOf(fetch('https://shop.test/', { world, ca: other.root }))).toBe('tls/chain-incomplete')
  })
})

test('an RSA key as PKCS#1, in PEM and DER', async () => {
  for (const format of ['pem', 'der'] as const) {
    const key = exported(rsa, { type: 'pkcs1', format } as KeyExportOptions<'pem'>)
    expect((await answerOf(await servedBy({ cert: RSA_PEM, key }))).peerChain).toEqual([rsa.certificate])
  }
})

test('of an RSA and an ECDSA certificate each client gets the one that it can check, in whatever order the keys are', async () => {
  const world = await servedBy({ cert: [EC_PEM, RSA_PEM], key: [keyPem(rsa), keyPem(ec)] })
  const shown = async (suite: 'ECDSA' | 'RSA') => {
    const tls = { suites: [`TLS_ECDHE_${suite}_WITH_AES_128_GCM_SHA256`] as const }
    return (await fetch('https://shop.test/', { world, ca: root, tls })).connection.tls?.peerChain[0]
  }
  expect(await shown('RSA')).toEqual(rsa.certificate)
  expect(await shown('ECDSA')).toEqual(ec.certificate)
  expect((await answerOf(world)).peerChain[0]).toEqual(ec.certificate)
})

test('a certificate on a curve that the client does not list is passed over in TLS 1.2, where that would bind it', async () => {
  const large = issue('p-384')
  const world = await servedBy({ cert: [...large.chain, ...rsa.chain], key: [keyPem(large), keyPem(rsa)] })
  const shown = async (version: 'TLS 1.2' | 'TLS 1.3', ...groups: readonly ('x25519' | 'secp384r1')[]) =>
    (await fetch('https://shop.test/', { world, ca: root, tls: { versions: [version], groups } })).connection.tls
      ?.peerChain[0]
  expect(await shown('TLS 1.2', 'x25519')).toEqual(rsa.certificate)
  expect(await shown('TLS 1.2', 'x25519', 'secp384r1')).toEqual(large.certificate)
  expect(await shown('TLS 1.3', 'x25519')).toEqual(large.certificate)
})

test('in TLS 1.3 a scheme names the curve of the key that it is for', () => {
  const hello = { serverName: undefined, suites: [0x1301], groups: [29], alpn: [], raw: new Uint8Array(0) }
  // ecdsa_secp384r1_sha384 alone, or with rsa_pss_rsae_sha256 beside it.
  const saying = (version: number, ...schemes: readonly number[]) => ({
    ...hello,
    groups: [23, 24],
    certificateSchemes: undefined,
    certificateTypes: ['X509' as const],
    ocsp: false,
    authorities: [],
    versions: [version],
    schemes,
  })
  const own = certifiedKey({ chain: ec.chain, privateKey: ec.privateKey })
  expect(canCheck(saying(0x0303, 0x0503), own)).toBe(true)
  expect(canCheck(saying(0x0304, 0x0503, 0x0804), own)).toBe(false)
  expect(canCheck(saying(0x0304, 0x0403), own)).toBe(true)
  expect(canCheck(saying(0x0304, 0x0503), own, { versions: ['TLS 1.2'] })).toBe(true)
})

test('of certificates for several names the one for the name that is asked for is shown, else the first', async () => {
  const [a, b] = [issue('p-256', { names: ['a.test'] }), issue('p-256', { names: ['*.b.test'] })]
  const tls = { cert: [...a.chain, ...b.chain], key: [a.privateKey, b.privateKey] }
  const world = await servedBy(tls)
  expect((await answerOf(world, 'www.b.test')).peerChain).toEqual([b.certificate])
  expect((await answerOf(world, 'a.test')).peerChain).toEqual([a.certificate])
  expect(await codeOf(fetch('https://c.test/', { world, ca: root }))).toBe('tls/certificate-name')
})

test.each(['TLS 1.2', 'TLS 1.3'] as const)(
  '%s: RFC 6066 3: a name is acknowledged where it guided the choice, and nowhere else',
  async version => {
    const [a, b] = [issue('p-256', { names: ['a.test'] }), issue('p-256', { names: ['*.b.test'] })]
    const acknowledged = async (tls: TlsServerOptions, host: string): Promise<boolean> => {
      const trace = recorder()
      const asked = { world: await servedBy(tls), ca: root, trace, tls: { versions: [version] } }
      await fetch(`https://${host}/`, asked).catch(() => undefined)
      const said = trace.records.flatMap(({ type, record }) => (type === 'message' ? [record] : []))
      const answer = said.find(({ name }) => name === (version === 'TLS 1.2' ? 'ServerHello' : 'EncryptedExtensions'))
      const { body } = decode(answer!.format!, answer!.bytes) as { body: { extensions?: { type: number }[] } }
      return body.extensions?.some(({ type }) => type === 0) ?? false
    }
    const two = { cert: [...a.chain, ...b.chain], key: [a.privateKey, b.privateKey] }
    const one = { cert: a.chain[0]!, key: a.privateKey }
    expect(await acknowledged(two, 'www.b.test')).toBe(true)
    expect(await acknowledged(one, 'a.test')).toBe(false)
    expect(await acknowledged(two, 'c.test')).toBe(false)
    expect(await acknowledged(one, 'c.test')).toBe(false)
    expect(await acknowledged({ certificateFor: () => certifiedKey(a) }, 'c.test')).toBe(true)
  },
)

test('one key may have several certificates', async () => {
  const a = issue('p-256', { names: ['a.test'] })
  const keyPair = { spki: a.publicKey, pkcs8: a.privateKey }
  const b = issue('p-256', { names: ['b.test'], keyPair })
  const world = await servedBy({ cert: [a.certificate, b.certificate], key: a.privateKey })
  expect((await answerOf(world, 'b.test')).peerChain).toEqual([b.certificate])
})

test('the chain that is sent begins with the leaf, each certified by the next, however the files have it', async () => {
  const between = authority.intermediate({ name: 'intermediate', pathLength: 1 })
  const below = between.intermediate({ name: 'below' })
  const leaf = below.issue({ names: ['shop.test'] })
  const [one, two, three] = leaf.chain as [Uint8Array, Uint8Array, Uint8Array]
  for (const cert of [
    certificatePem(one, two, three),
    certificatePem(three, two, one),
    [one, three, two],
    [certificatePem(one), certificatePem(three, two)],
  ]) {
    const world = await servedBy({ cert, key: leaf.privateKey })
    expect((await answerOf(world)).peerChain).toEqual([one, two, three])
  }
})

const failureOf = async (work: Promise<unknown>): Promise<Failure> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof FailureError)) throw new Error(`no failure but ${String(error)}`)
  return error.failure
}

const refusing = (tls: unknown): Promise<Failure> =>
  failureOf(listen({ world: node.world(), tls: tls as TlsServerOptions }, () => {}))

test('who listens, connects or fetches derives no key of a password at once: others go on meanwhile', async () => {
  const wait = (): never => {
    throw new Error('everybody waits for this')
  }
  const usual = node.world()
  const world = { ...usual, crypto: { ...usual.crypto, pbkdf2: wait } }
  const { privateKey, chain } = issue('p-256', { profile: certificateProfiles.client })
  const withRoot = [{ privateKey, chain: [...chain, authority.certificate] }]
  const ca = writePkcs12({ entries: withRoot, iterations: 3 }, 'secret', node.crypto)
  const opened = { ca, password: 'secret' }
  await servedBy({ ...opened, cert: EC_PEM, key: sealedKey, clientCertificate: 'required' }, world)
  const client = writePkcs12({ entries: [{ privateKey, chain }], iterations: 3 }, 'secret', node.crypto)
  const own = { ...opened, cert: client }
  const answer = await fetch('https://shop.test/', { world, ...own })
  expect(await answer.text()).toBe('hello')
  const stream = await connect({ world, host: 'shop.test', port: 443, tls: own })
  expect(stream.connection.tls?.trusted?.anchor).toBe('test root')
  stream.reset()
  const wrong = { code: 'file/password-wrong', failure: { where: 'ca' } }
  await expect(connect({ world, host: 'shop.test', port: 443, tls: { ca, password: 'no' } })).rejects.toMatchObject(
    wrong,
  )
})

describe('what no client could be served with is refused before anybody listens', () => {
  const request = '-----BEGIN CERTIFICATE REQUEST-----\nMAA=\n-----END CERTIFICATE REQUEST-----\n'
  const sealed = (type: 'pkcs8' | 'sec1') =>
    exported(ec, { type, format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
  const sealedDer = exported(ec, { type: 'pkcs8', format: 'der', cipher: 'aes-256-cbc', passphrase: 'secret' })
  const damaged = EC_PEM.replace(/\n[A-Za-z0-9+/]{20}/, '\n*')
  const cut = { ...ec, privateKey: ec.privateKey.slice(0, -3) }
  const cases: readonly (readonly [string, unknown, object])[] = [
    ['a key under a password', { cert: EC_PEM, key: sealed('pkcs8') }, { code: 'net/key-encrypted', where: 'key' }],
    ['one of the old form', { cert: EC_PEM, key: sealed('sec1') }, { code: 'net/key-encrypted', where: 'key' }],
    ['one in DER', { cert: EC_PEM, key: sealedDer }, { code: 'net/key-encrypted', where: 'key' }],
    [
      'a wrong password',
      { cert: EC_PEM, key: sealedKey, password: 'Secret' },
      { code: 'file/password-wrong', where: 'key' },
    ],
    ['PKCS#12 without its password', { cert: [p12] }, { code: 'net/key-encrypted', where: 'cert' }],
    [
      'PKCS#12 with another password',
      { cert: p12, password: 'Secret' },
      { code: 'file/password-wrong', where: 'cert' },
    ],
    [
      'PKCS#12 that is cut off',
      { cert: p12.subarray(0, 900), password: 'secret' },
      { code: 'file/malformed', where: 'cert (pfx)' },
    ],
    ['one in the file of the certificate', { cert: EC_PEM + sealed('pkcs8') }, { code: 'net/key-encrypted' }],
    [
      'the key of another certificate',
      { cert: EC_PEM, key: keyPem(issue()) },
      { code: 'net/key-mismatch', where: 'key', expected: '“shop.test” (EC P-256)' },
    ],
    [
      'a key of another kind',
      { cert: EC_PEM, key: keyPem(rsa) },
      { code: 'net/key-mismatch', expected: '“shop.test” (EC P-256)' },
    ],
    [
      'two certificates and one key',
      { cert: [EC_PEM, RSA_PEM], key: keyPem(ec) },
      { code: 'net/key-mismatch', where: 'key', expected: '“shop.test” (RSA 2048 bits)' },
    ],
    [
      'the second of two keys',
      { cert: [EC_PEM, RSA_PEM], key: [keyPem(ec), keyPem(issue('rsa-2048'))] },
      { code: 'net/key-mismatch', where: 'key[1]' },
    ],
    ['no key', { cert: EC_PEM }, { code: 'net/bad-tls-options', where: 'key' }],
    ['a list without keys', { cert: EC_PEM, key: [] }, { code: 'net/bad-tls-options', got: 'an empty list' }],
    ['a key alone', { key: keyPem(ec) }, { code: 'net/bad-tls-options', where: 'key', got: 'given without cert' }],
    ['nothing', {}, { code: 'net/bad-tls-options', where: 'tls', expected: 'cert and key, or certificateFor' }],
    ['no options', true, { code: 'net/bad-tls-options', where: 'tls', got: 'a value of type boolean' }],
    [
      'a certificate and somebody who is asked for one',
      { cert: EC_PEM, key: keyPem(ec), certificateFor: () => undefined },
      { code: 'net/bad-tls-options' },
    ],
    ['no function', { certificateFor: EC_PEM }, { code: 'net/bad-tls-options', where: 'tls.certificateFor' }],
    [
      'the name of a file',
      { cert: './cert.pem', key: './key.pem' },
      {
        code: 'net/bad-certificate',
        where: 'cert',
        got: 'is no PEM: the contents of the file are wanted, not its name',
      },
    ],
    [
      'the name of a file for the key',
      { cert: EC_PEM, key: './key.pem' },
      { code: 'net/bad-key', got: 'is no PEM: the contents of the file are wanted, not its name' },
    ],
    ['an empty file', { cert: '', key: '' }, { code: 'net/bad-certificate', got: 'is empty' }],
    ['a key for a certificate', { cert: keyPem(ec) }, { code: 'net/bad-certificate', got: 'holds a private key' }],
    ['a certificate for a key', { cert: EC_PEM, key: EC_PEM }, { code: 'net/bad-key', got: 'holds a certificate' }],
    ['DER for another', { cert: ec.privateKey }, { code: 'net/bad-certificate', got: 'holds a private key' }],
    ['a request', { cert: request }, { code: 'net/bad-certificate', got: 'holds a certificate request' }],
    ['garbage', { cert: Uint8Array.of(1, 2, 3) }, { code: 'net/bad-certificate', got: 'is neither PEM nor DER' }],
    ['a number', { cert: 7 }, { code: 'net/bad-tls-options', where: 'cert', got: 'a value of type number' }],
    [
      'a damaged one behind a good one',
      { cert: EC_PEM + damaged, key: keyPem(ec) },
      { code: 'net/bad-certificate', got: 'holds a certificate whose text is damaged' },
    ],
    [
      'one that is none inside',
      { cert: pem('CERTIFICATE', Uint8Array.of(0x30, 1, 0)), key: keyPem(ec) },
      { code: 'net/bad-certificate', got: 'holds a certificate that cannot be read (number 1)' },
    ],
    ['a key cut short', { cert: EC_PEM, key: keyPem(cut) }, { code: 'net/bad-key', got: 'cannot be read' }],
    ['an option that is none', { cert: EC_PEM, key: keyPem(ec), requestCert: true }, { where: 'tls.requestCert' }],
    ['a suite that is none', { cert: EC_PEM, suites: ['AES256-SHA'] }, { where: 'tls.suites', got: 'AES256-SHA' }],
    ['no suite', { cert: EC_PEM, suites: [] }, { where: 'tls.suites' }],
    ['a group that is none', { cert: EC_PEM, groups: ['curve448'] }, { where: 'tls.groups', got: 'curve448' }],
    ['a protocol without a name', { cert: EC_PEM, alpn: ['h2', ''] }, { where: 'tls.alpn', got: '""' }],
    ['a protocol that is too long', { cert: EC_PEM, alpn: ['a'.repeat(256)] }, { where: 'tls.alpn' }],
  ]
  for (const [what, tls, expected] of cases)
    test(what, async () => {
      const failure = await refusing(tls)
      expect(failure).toMatchObject({ fault: 'caller', ...expected })
    })
  test('what the failure says names no byte of the key', async () => {
    for (const [, tls] of cases) {
      const said = JSON.stringify(await refusing(tls))
      expect(said).not.toContain(keyPem(ec).split('\n')[1])
    }
  })
  test('a client hears of it before it connects anywhere', async () => {
    const nowhere = { host: 'nobody.test', port: 443, world: node.world() }
    expect(await codeOf(connect({ ...nowhere, tls: { ca: './root.pem' } }))).toBe('net/bad-certificate')
    expect(await codeOf(connect({ ...nowhere, tls: { rejectUnauthorized: false } as object }))).toBe(
      'net/bad-tls-options',
    )
    expect(await codeOf(fetch('https://nobody.test/', { world: nowhere.world, ca: '' }))).toBe('net/bad-certificate')
    expect(() => client({ world: nowhere.world, ca: EC_PEM.slice(30) })).toThrow(/This is no certificate/)
    const tls = { groups: [] } as const
    expect(() => client({ world: nowhere.world, tls })).toThrow(/tls\.groups/)
  })
})

describe('an option of TLS that stands beside tls', () => {
  const world = node.world()
  const root = trustStore([authority.certificate])
  const saying = (work: () => unknown): Promise<unknown> =>
    Promise.resolve()
      .then(work)
      .catch((error: FailureError) => [error.code, error.failure.where, error.failure.expected])
  const to = { host: 'shop.test', port: 443, world }
  test.each<[string, string, () => unknown]>([
    ['trust', 'connect', () => connect({ ...to, tls: {}, trust: root } as never)],
    ['accept', 'connect without tls', () => connect({ ...to, accept: ['tls/certificate-expired'] } as never)],
    ['serverName', 'connect', () => connect({ ...to, tls: {}, serverName: 'other.test' } as never)],
    ['cert', 'listen', () => listen({ world, cert: EC_PEM, key: keyPem(ec) } as never, () => {})],
    ['certificateFor', 'serve', () => serve(() => new Response(), { world, certificateFor: () => undefined } as never)],
    ['key', 'serve', () => serve(() => new Response(), { world, key: keyPem(ec) } as never)],
    ['suites', 'client', () => client({ world, suites: ['TLS_AES_128_GCM_SHA256'] } as never)],
    ['groups', 'fetch', () => fetch('https://shop.test/', { world, groups: ['x25519'] } as never)],
  ])('%s in %s is an error at the call: net/bad-tls-options', async (name, _, call) => {
    expect(await saying(call)).toEqual(['net/bad-tls-options', name, `it in tls.${name}`])
  })
  test('stands beside it for a client, which has no place for it in tls', async () => {
    for (const name of ['ca', 'cert', 'key', 'trust', 'accept'])
      expect(await saying(() => client({ world, tls: { [name]: root } } as never))).toEqual([
        'net/bad-tls-options',
        `tls.${name}`,
        `${name} beside tls`,
      ])
  })
  test('may be undefined there', async () => {
    const server = await serve(() => new Response('plain'), { world, port: 80, cert: undefined } as never)
    closing.push(() => server.close(50))
    expect(await (await fetch('http://shop.test/', { world, groups: undefined } as never)).text()).toBe('plain')
  })
})

describe('a certificate that is out of date', () => {
  const now = Date.now()
  const old = issue('p-256', { notBefore: now - 9 * DAY, notAfter: now - DAY })
  test('is served, and whoever began to serve it is told', async () => {
    const warnings: Failure[] = []
    const tls = { cert: old.certificate, key: old.privateKey, warned: (one: Failure) => warnings.push(one) }
    const world = await servedBy(tls)
    expect(warnings).toMatchObject([{ code: 'net/certificate-dates', where: '“shop.test”' }])
    const until = new Date(new Certificate(old.certificate).notAfter).toISOString().slice(0, 10)
    expect(warnings[0]?.expected).toMatch(new RegExp(`^until ${until}`))
    expect(await codeOf(fetch('https://shop.test/', { world, ca: root }))).toBe('tls/certificate-expired')
  })
  test('is told by the world where the call names nobody', async () => {
    const said: string[] = []
    const world = { ...node.world(), warned: (warning: FailureError) => said.push(warning.message) }
    const early = issue('p-256', { notBefore: now + DAY, notAfter: now + 9 * DAY })
    await servedBy({ cert: early.certificate, key: early.privateKey }, world)
    expect(said).toEqual([expect.stringMatching(/^Your own certificate is out of date\. “shop\.test” is valid from /)])
  })
  test('is looked for in the whole chain, and roots do not count', async () => {
    const warnings: Failure[] = []
    const between = authority.intermediate({ name: 'over', notBefore: now - 9 * DAY, notAfter: now - DAY })
    const leaf = broken(between).issue({ names: ['shop.test'] })
    const oldRoot = certificateAuthority({
      crypto: node.crypto,
      now: Date.now,
      name: 'old root',
      notBefore: now - 9 * DAY,
      notAfter: now - DAY,
    })
    const below = broken(oldRoot).issue({ names: ['shop.test'] })
    const warned = (one: Failure) => warnings.push(one)
    await servedBy({ cert: [...leaf.chain], key: leaf.privateKey, warned })
    await servedBy({ cert: [...below.chain, below.root], key: below.privateKey, warned })
    expect(warnings.map(({ where }) => where)).toEqual(['“over”'])
  })
})

describe('a key that lives elsewhere', () => {
  const sign = (issued: Issued, wait: 'at once' | 'later') => ({
    sign: (message: Uint8Array, algorithm: Parameters<typeof node.crypto.sign>[0]) => {
      const signature = node.crypto.sign(algorithm, issued.privateKey, message)
      return wait === 'later' ? Promise.resolve(signature) : signature
    },
  })
  test('signs at once or later, beside a key that is here', async () => {
    for (const wait of ['at once', 'later'] as const) {
      const world = await servedBy({ cert: [RSA_PEM, EC_PEM], key: [keyPem(ec), sign(rsa, wait)] })
      expect((await answerOf(world)).peerChain[0]).toEqual(rsa.certificate)
    }
  })
  test('and signs for another certificate ends the handshake with a name for it, on our side', async () => {
    const refused: Failure[] = []
    for (const wait of ['at once', 'later'] as const) {
      const world = node.world()
      const tls = { cert: EC_PEM, key: sign(issue(), wait) }
      const served = (line: { readonly failure: Failure | undefined }) => line.failure && refused.push(line.failure)
      const server = await serve(() => new Response('never'), { world, port: 443, tls, served })
      closing.push(() => server.close(50))
      expect(await failureOf(fetch('https://shop.test/', { world, ca: root }))).toMatchObject({
        code: 'tls/alert-received',
        number: 80,
      })
    }
    expect(refused.map(({ code }) => code)).toEqual(['net/key-mismatch', 'net/key-mismatch'])
  })
  test('is one too many where no certificate is left', async () => {
    expect(await refusing({ cert: EC_PEM, key: [sign(ec, 'later'), sign(ec, 'later')] })).toMatchObject({
      code: 'net/bad-tls-options',
      where: 'key[1]',
    })
  })
})
