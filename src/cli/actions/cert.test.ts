/** `barewire cert show|verify|explain`: what certificates say and who believes them, of files and of servers on loopback. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { TAG } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, oid, sequence } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { broken } from '../../lab/broken.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { encryptPrivateKey } from '../../x509/files/encrypted-key.ts'
import { pem } from '../../x509/files/pem.ts'
import { writePkcs12 } from '../../x509/files/pkcs12-write.ts'
import type { ExtensionToWrite } from '../../x509/issue.ts'
import { POLICY } from '../../x509/lint/oids.table.ts'
import { main } from '../main.ts'

const DAY = 86_400_000
const folder = mkdtempSync(join(tmpdir(), 'barewire-cert-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, contents: string | Uint8Array): string => {
  writeFileSync(join(folder, name), contents)
  return join(folder, name)
}
const chainFile = (name: string, chain: readonly Uint8Array[]): string =>
  file(name, chain.map(der => pem('CERTIFICATE', der)).join(''))

const now = Date.now()
const root = broken(certificateAuthority({ crypto: nodeCrypto(), now: () => now, name: 'Test Root' }))
const middle = root.intermediate({
  name: 'Middle',
  permitted: ['shop.test', '10.0.0.0/8'],
  excluded: ['other.test'],
})
const names = ['shop.test', '*.shop.test', '10.0.0.5', 'localhost']
const good = middle.issue({ names: names.slice(0, 3), notAfter: now + 5.5 * DAY })
const [rootFile, chain] = [chainFile('root.pem', [root.certificate]), chainFile('chain.pem', good.chain)]
const old = chainFile(
  'old.pem',
  middle.issue({ names: names.slice(0, 3), notBefore: now - 9 * DAY, notAfter: now - 1.5 * DAY }).chain,
)

const policy = (...qualifiers: readonly Uint8Array[]): ExtensionToWrite => ({
  oid: OID.certificatePolicies,
  critical: false,
  value: sequence(sequence(oid('1.2.3.4'), sequence(...qualifiers))),
})
const statement = sequence(oid(POLICY.practiceStatement), element(TAG.ia5String, latin1Bytes('http://ca.test/cps')))
const notice = sequence(oid(POLICY.userNotice), sequence(element(TAG.utf8String, latin1Bytes('For \x1b[31mtests'))))

const ran = async (words: readonly string[], env: Record<string, string> = {}) => {
  const io = captured({ env: { COLUMNS: '80', BAREWIRE_HOME: folder, ...env } })
  const exit = await main(['cert', ...words], io)
  return { exit, out: io.stdout(), err: io.stderr() }
}
const objects = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as Record<string, unknown>)

test('show tells where an authority says how it works, and what it says; not what cannot be read of that', async () => {
  const told = chainFile('policy.pem', root.issue({ names: ['a.test'], extensions: [policy(statement, notice)] }).chain)
  const { out } = await ran(['show', told])
  expect(out).toMatch(/practices +http:\/\/ca\.test\/cps/)
  expect(out).toMatch(/“For .*tests”/)
  expect(out).not.toContain('\x1b[31m')
  const wrong = sequence(oid(POLICY.practiceStatement), sequence())
  const untold = chainFile('wrong.pem', root.issue({ names: ['a.test'], extensions: [policy(wrong)] }).chain)
  expect((await ran(['show', untold])).out).not.toContain('practices')
})

test('show tells what each certificate says, and where in it that stands', async () => {
  const { exit, out } = await ran(['show', chain])
  expect(exit).toBe(0)
  expect(out).toMatch(/^certificate 1 of 2, \d+ bytes\n ├ subject {8}CN=shop\.test +\d+\.\.\d+\n/)
  for (const text of ['5 days left', '*.shop.test', 'EC P-256', 'serverAuth', 'no (critical)', 'ecdsaWithSHA256'])
    expect(out).toContain(text)
  expect(out).toContain('only shop.test')
  expect(out).toContain('only 10.0.0.0/8')
  expect(out).toContain('not other.test (critical)')
  expect(out).toContain('yes, with 0 more below it (critical)')
  expect(out).toMatch(/└ key pin {8}sha256\//)
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('DER and bundles are read as well, and what holds no certificate says what it holds', async () => {
  expect((await ran(['show', file('leaf.der', good.certificate)])).out).toContain('certificate 1 of 1')
  const none = await ran(['show', file('key.pem', pem('PRIVATE KEY', good.privateKey))])
  expect(none.exit).toBe(1)
  expect(none.err).toContain('holds no certificate: a private key')
  expect((await ran(['show', join(folder, 'none.pem')])).err).toContain('there is no such file')
  const damaged = await ran(['show', chainFile('damaged.pem', [good.certificate.slice(0, -1)])])
  expect(damaged.exit).toBe(5)
  expect(damaged.out).toContain('tls/certificate-malformed')
})

test('a bundle is opened by a password from a file, and a key beside certificates needs none', async () => {
  const entries = [{ privateKey: good.privateKey, chain: good.chain, friendlyName: 'shop' }]
  const bundle = file('shop.p12', writePkcs12({ entries, certificates: [] }, 'open sesame', nodeCrypto()))
  const words = ['verify', bundle, '--trust', rootFile, '--password-file']
  const opened = await ran([...words, file('password', 'open sesame\n')])
  expect([opened.exit, opened.out.split('\n')[0]]).toEqual([0, '✓ trusted through Test Root'])
  const wrong = await ran([...words, file('wrong', 'sesame')])
  expect([wrong.exit, wrong.out + wrong.err]).toEqual([5, expect.stringContaining('The password is wrong.')])
  const without = await ran(['show', bundle])
  expect([without.exit, without.err]).toEqual([5, expect.stringContaining(bundle)])
  const bag = file(
    'root.p12',
    writePkcs12({ entries: [], certificates: [root.certificate] }, 'open sesame', nodeCrypto()),
  )
  expect((await ran(['verify', chain, '--trust', bag, '--password-file', file('password', 'open sesame')])).exit).toBe(
    0,
  )
  const folded = await ran([...words, folder])
  expect([folded.exit, folded.err]).toEqual([1, expect.stringContaining('it is a folder')])
  const key = pem('ENCRYPTED PRIVATE KEY', encryptPrivateKey(good.privateKey, 'x', nodeCrypto()))
  const both = file('key-first.pem', key + readFileSync(chain, 'latin1'))
  expect((await ran(['show', both])).out).toContain('certificate 2 of 2')
})

test('verify draws the chain from its root down, and says who is to blame when it is refused', async () => {
  const trusted = await ran(['verify', chain, '--trust', rootFile, '--name', 'shop.test'])
  expect(trusted.exit).toBe(0)
  expect(trusted.out).toMatch(
    /^✓ trusted for shop\.test through Test Root\n {2}✓ Test Root {2}EC P-256, \d+ days left, from /,
  )
  expect(trusted.out).toContain('  ✓ └ Middle')
  expect(trusted.out).toContain('  ✓   └ shop.test  EC P-256, 5 days left')
  const expired = await ran(['verify', old, '--trust', rootFile])
  expect(expired.exit).toBe(5)
  expect(expired.out).toContain('tls/certificate-expired')
  expect(expired.out).toContain('  ✗   └ shop.test  EC P-256, ended 1 day ago, dates')
  expect(expired.out).not.toContain('alert')
  const stranger = certificateAuthority({ crypto: nodeCrypto(), now: () => now, name: 'Stranger' })
  const untrusted = await ran(['verify', chain, '--trust', chainFile('stranger.pem', [stranger.certificate])])
  expect(untrusted.exit).toBe(5)
  expect(untrusted.out).toContain('  ✗ Middle')
})

test('a date, a profile, a purpose and an accepted failure count', async () => {
  const trust = ['--trust', rootFile]
  const later = new Date(now + 30 * DAY).toISOString().slice(0, 10)
  expect((await ran(['verify', chain, ...trust, '--at', later])).out).toContain('tls/certificate-expired')
  expect((await ran(['verify', old, ...trust, '--accept', 'tls/certificate-expired'])).exit).toBe(0)
  expect((await ran(['verify', chain, ...trust, '--purpose', 'client'])).out).toContain('tls/certificate-purpose')
  const [verdict] = objects((await ran(['verify', chain, ...trust, '--profile', 'webpki', '--json'])).out)
  expect(verdict).toMatchObject({ type: 'judgement', trusted: true, profile: 'webpki', name: null, complete: true })
  expect((await ran(['verify', chain, '--at', 'soon'])).err).toContain('A date looks like')
  expect((await ran(['verify', chain, '--profile', 'lax'])).err).toContain(
    '--profile is path, rfc5280, webpki, deployed',
  )
  expect((await ran(['verify', chain, '--purpose', 'all'])).err).toContain('--purpose is server, client or any')
})

test('explain goes on after the first fault, with the rule and the bytes of each', async () => {
  const { exit, out } = await ran(['explain', old, '--trust', rootFile, '--name', 'x.test'])
  expect(exit).toBe(5)
  expect(out).toContain('path 1 of 1  refused: tls/certificate-expired')
  const [, checks = ''] = out.split('path 1 of 1')
  expect(checks).toMatch(/✗ dates {15}2, trusted +RFC 5280 6\.1\.3\n/)
  expect(checks).toMatch(
    /tls\/certificate-expired\n {6}certificate 1 of the chain, bytes \d+\.\.\d+\n {8}[0-9a-f]{4} {2}30 1e/,
  )
  expect(checks).toMatch(/✗ name +RFC 9525 6\.3\n {6}You asked for x\.test/)
  expect(checks).toContain('✓ signatures')
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  const told = objects((await ran(['explain', old, '--trust', rootFile, '--name', 'x.test', '--json'])).out)
  expect(told.map(({ type }) => type)).toEqual(['judgement', 'path', 'failure'])
  expect(told[1]).toMatchObject({ anchored: true, source: rootFile, failure: 'tls/certificate-expired' })
  const faults = (told[1]!.checks as { ok: boolean; failure: string }[]).filter(({ ok }) => !ok)
  expect(faults.map(({ failure }) => failure)).toEqual(['tls/certificate-expired', 'tls/certificate-name'])
})

test('a certificate that only has the name of the issuer is told, and one that is expected to be there is not hidden', async () => {
  const twin = broken(certificateAuthority({ crypto: nodeCrypto(), now: () => now, name: 'Test Root' }))
  const both = file('both.pem', pem('CERTIFICATE', twin.certificate) + pem('CERTIFICATE', root.certificate))
  const { out, exit } = await ran(['explain', chain, '--trust', both])
  expect(exit).toBe(0)
  expect(out).toContain('left at once  CN=Middle (2) by CN=Test Root (trusted)')
  expect((await ran(['verify', chain, '--trust', both, '--lang', 'zh'])).exit).toBe(0)
})

test('a server is asked for what it shows, whoever believes it, under the name that is given', async () => {
  const key = certifiedKey(root.issue({ names: ['shop.test'] }))
  const other = certifiedKey(root.issue({ names: ['localhost'] }))
  const server = await served(() => new Response('hi'), {
    tls: { certificateFor: serverName => (serverName === 'shop.test' ? key : other) },
  })
  const host = new URL(server.url).host
  const shown = await ran(['show', host])
  expect(shown.exit).toBe(0)
  expect(shown.out).toContain('CN=localhost')
  const capture = join(folder, 'x.pcapng')
  expect((await ran(['show', host, '--sni', 'shop.test', '--pcapng', capture])).out).toContain('CN=shop.test')
  expect(readFileSync(capture).length).toBeGreaterThan(1000)
  expect((await ran(['verify', host, '--trust', rootFile])).exit).toBe(0)
  expect((await ran(['verify', host, '--trust', rootFile, '--sni', 'shop.test'])).exit).toBe(0)
  const named = await ran(['verify', host, '--trust', rootFile, '--name', 'shop.test'])
  expect(named.out).toContain('tls/certificate-name')
  expect((await ran(['show', '127.0.0.1:1'])).exit).toBe(3)
})

test('narrow, without colour and in ASCII it stays legible', async () => {
  const { out } = await ran(['explain', old, '--trust', rootFile], { COLUMNS: '40', LANG: 'C', LC_ALL: 'C' })
  for (const line of out.split('\n')) expect(line.length, line).toBeLessThanOrEqual(40)
  expect(out).toMatch(/^[\n -~]*$/)
  const coloured = await ran(['verify', chain, '--trust', rootFile, '--color', 'always'])
  // Marks in colour, words bold: what colour says is said by the mark as well.
  expect(coloured.out).toContain('\u001b[36m✓\u001b[0m')
})
