/** `--revocation`, `--crlite`, `--logs` and `--transparency`: what `cert` and `get` ask for and say beside the chain, of servers on loopback. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { crliteFilter } from '../../../test/support/crlite.ts'
import { served } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { context } from '../../asn1/der.ts'
import { OID } from '../../asn1/oids.table.ts'
import { element, explicit, sequence } from '../../asn1/write.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { ocspAnswerFor, revocationList } from '../../ca/revocation.ts'
import { certificateLog, logListOf } from '../../lab/certificate-log.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { seeded } from '../../random.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { latin1Bytes } from '../../wire/bytes.ts'
import { Certificate } from '../../x509/certificate/certificate.ts'
import { pem } from '../../x509/files/pem.ts'
import type { ExtensionToWrite } from '../../x509/issue.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-evidence-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, contents: string): string => {
  writeFileSync(join(folder, name), contents)
  return join(folder, name)
}

const crypto = nodeCrypto()
const now = (): number => Date.now() - 1000
const told = (): { crypto: typeof crypto; now: number } => ({ crypto, now: now() })
const root = certificateAuthority({ crypto, now, name: 'Test Root' })
const rootFile = file('root.pem', pem('CERTIFICATE', root.certificate))
const [alpha, beta] = [
  certificateLog({ crypto, now, name: 'Alpha', operator: 'A' }),
  certificateLog({ crypto, now, name: 'Beta', operator: 'B' }),
]
const logFile = file('logs.json', logListOf([alpha, beta], now()))

const ran = async (...words: readonly string[]) => {
  const io = captured({ env: { COLUMNS: '100', BAREWIRE_HOME: folder } })
  const exit = await main(words, io)
  return { exit, out: io.stdout(), err: io.stderr() }
}
const objects = (out: string) =>
  out
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as Record<string, unknown>)

/** A server that shows this leaf, with what comes along. */
const serving = async (
  options: Partial<Parameters<typeof root.issue>[0]> = {},
  staple: 'stapled' | 'bare' = 'bare',
) => {
  const issued = root.issue({ names: ['localhost'], ...options })
  const certified = {
    ...certifiedKey(issued),
    ...(staple === 'bare'
      ? {}
      : { scts: [alpha.promiseFor(issued.certificate)], ocsp: ocspAnswerFor(root, issued.serial, told()) }),
  }
  const server = await served(() => new Response('hi'), { tls: { certificateFor: () => certified } })
  return { issued, url: server.url, host: new URL(server.url).host }
}
const both = [alpha.promise, beta.promise]

test('show tells the logs of a certificate by name where a list is given', async () => {
  const { issued } = await serving({ logs: both })
  const path = file('logged.pem', pem('CERTIFICATE', issued.certificate))
  expect((await ran('cert', 'show', path)).out).toMatch(/logged +\d{4}-\d\d-\d\d \d\d:\d\d UTC in [0-9a-f]{16}…/)
  const { out } = await ran('cert', 'show', path, '--logs', logFile)
  expect(out).toMatch(/UTC in Alpha/)
  expect(out).toMatch(/UTC in Beta/)
  const [json] = objects((await ran('cert', 'show', path, '--logs', logFile, '--json')).out)
  expect(json).toMatchObject({ timestamps: [{ name: 'Alpha' }, { name: 'Beta' }] })
})

test('show tells what a server brings along: the OCSP answer with its dates, and timestamps', async () => {
  const { host } = await serving({}, 'stapled')
  const { out, exit } = await ran('cert', 'show', host, '--logs', logFile)
  expect(exit).toBe(0)
  expect(out).toMatch(/brought along: an OCSP answer, \d+ bytes; timestamps: 1\n/)
  expect(out).toMatch(/status +good\n/)
  expect(out).toMatch(/holds +\d{4}-\d\d-\d\d \d\d:\d\d UTC to \d{4}-\d\d-\d\d \d\d:\d\d UTC\n/)
  expect(out).toMatch(/logged +\d{4}-\d\d-\d\d \d\d:\d\d UTC in Alpha/)
  const told = objects((await ran('cert', 'show', host, '--json')).out)
  expect(told.at(-1)).toMatchObject({
    type: 'brought',
    ocsp: { status: 'good', reason: null, revoked: null },
    timestamps: [{ name: null }],
  })
  const bare = await serving()
  expect((await ran('cert', 'show', bare.host)).out).toContain('brought along: no OCSP answer; no timestamps')
  expect(objects((await ran('cert', 'show', bare.host, '--json')).out).at(-1)).toMatchObject({
    ocsp: null,
    timestamps: [],
  })
})

test('verify says what was not checked, and with a list of logs what each timestamp is worth', async () => {
  const { host } = await serving({ logs: both }, 'stapled')
  const { out } = await ran('cert', 'verify', host, '--trust', rootFile)
  expect(out).toContain('revocation of 1: good by ocsp until')
  expect(out).toContain('timestamps: not checked')
  const checked = await ran('cert', 'verify', host, '--trust', rootFile, '--logs', logFile)
  expect(checked.exit).toBe(0)
  expect(checked.out).toMatch(/timestamp of Alpha \(A\), .* UTC, in the certificate: good/)
  expect(checked.out).toMatch(/timestamp of Beta \(B\), .* UTC, in the certificate: good/)
  expect(checked.out).toMatch(/timestamp of Alpha \(A\), .* UTC, in the handshake: good/)
  const silent = await serving()
  expect((await ran('cert', 'verify', silent.host, '--trust', rootFile)).out).toContain('revocation of 1: not checked')
  expect((await ran('cert', 'explain', silent.host, '--trust', rootFile)).out).not.toMatch(/✓ revocation/)
  expect((await ran('cert', 'explain', host, '--trust', rootFile)).out).toMatch(/✓ revocation +1 /)
  const [json] = objects((await ran('cert', 'verify', silent.host, '--trust', rootFile, '--json')).out)
  expect(json).toMatchObject({
    trusted: true,
    revocation: [{ status: 'not-checked', by: null, until: null, faults: [] }],
    transparency: { status: 'not-checked', policy: null, complies: null, timestamps: [] },
  })
})

test('a policy refuses a certificate that too few logs have', async () => {
  const few = await serving({ logs: [alpha.promise] })
  const asked = ['--trust', rootFile, '--logs', logFile, '--transparency', 'chromium']
  const refused = await ran('cert', 'explain', few.host, ...asked)
  expect(refused.exit).toBe(5)
  expect(refused.out).toContain('tls/transparency-missing')
  expect(refused.out).toContain('✗ transparency')
  expect((await ran('get', few.url, ...asked)).exit).toBe(5)
  const enough = await serving({ logs: both })
  expect(await ran('get', enough.url, ...asked)).toMatchObject({ exit: 0, out: 'hi' })
  const told = objects((await ran('cert', 'explain', enough.host, ...asked, '--json')).out)
  expect(told[0]).toMatchObject({ transparency: { status: 'checked', policy: 'chromium', complies: true } })
  expect(told[1]).toMatchObject({ transparency: { timestamps: [{ name: 'Alpha', fault: null }, { name: 'Beta' }] } })
})

test('a filter has the word: who is revoked by it is refused, by get and cert, and who is not is good', async () => {
  const logged = await serving({ logs: both })
  const { serialNumber } = new Certificate(logged.issued.certificate)
  const keyHash = crypto.digest('sha256', new Certificate(root.certificate).spki)
  const written = (name: string, revoked: boolean): string => {
    const issuers = [{ keyHash, serials: [{ serial: serialNumber, revoked }] }]
    const coverage = [{ logId: alpha.id, from: now() - 60_000, to: now() + 60_000 }]
    const path = join(folder, name)
    const filter = { version: 4, coverage, issuers, rank: 1, random: seeded(1).number } as const
    writeFileSync(path, crliteFilter(filter, crypto).bytes)
    return path
  }
  const [revoking, letting] = [written('revoking.filter', true), written('letting.filter', false)]
  const asked = ['--trust', rootFile, '--crlite']
  const good = await ran('cert', 'verify', logged.host, ...asked, letting)
  expect(good.out).toContain('revocation of 1: good by filter')
  expect(good.exit).toBe(0)
  const refused = await ran('cert', 'explain', logged.host, ...asked, letting, revoking)
  expect(refused).toMatchObject({ exit: 5 })
  expect(refused.out).toContain('tls/certificate-revoked')
  expect(await ran('get', logged.url, ...asked, letting)).toMatchObject({ exit: 0, out: 'hi' })
  expect((await ran('get', logged.url, ...asked, revoking)).exit).toBe(5)
  const broken = await ran('get', 'https://localhost:1/', '--crlite', rootFile)
  expect(broken).toMatchObject({ exit: 1 })
  expect(broken.err).toContain(`${rootFile} has the version 45; versions that can be read: 3, 4`)
})

test('a list from a file counts, in PEM and in DER; without one nothing is known', async () => {
  const issued = root.issue({ names: ['listed.test'] })
  const chain = file('listed.pem', pem('CERTIFICATE', issued.certificate))
  const asked = ['cert', 'verify', chain, '--trust', rootFile, '--revocation', 'soft', '--crl']
  const before = revocationList(root, told())
  root.revoke(issued.serial, 'keyCompromise')
  const after = revocationList(root, told())
  writeFileSync(join(folder, 'before.crl'), before)
  const good = await ran(...asked, join(folder, 'before.crl'))
  expect(good).toMatchObject({ exit: 0 })
  expect(good.out).toContain('revocation of 1: good by crl')
  const both = file('after.pem', rootFile + pem('X509 CRL', after))
  const refused = await ran('cert', 'verify', chain, '--trust', rootFile, '--crl', both)
  expect(refused).toMatchObject({ exit: 5 })
  expect(refused.out + refused.err).toContain('tls/certificate-revoked')
  const none = await ran(...asked, rootFile)
  expect([none.exit, none.err.includes(`${rootFile}: it holds no list of revoked certificates`)]).toEqual([1, true])
  const cut = file('cut.pem', pem('X509 CRL', after.slice(0, -1)))
  expect((await ran(...asked, cut)).err).toContain('cut.pem')
})

test('a list that is none, and a policy without a list, are refused before anything is asked', async () => {
  const broken = file('broken.json', '{"operators": 1}')
  const list = await ran('cert', 'show', rootFile, '--logs', broken)
  expect(list).toMatchObject({ exit: 1 })
  expect(list.err).toContain(`${broken}: operators is not an array`)
  expect(await ran('get', 'https://localhost:1/', '--logs', broken)).toMatchObject({ exit: 1 })
  expect((await ran('cert', 'show', rootFile, '--logs', join(folder, 'none.json'))).err).toContain('none.json')
  const alone = await ran('cert', 'verify', rootFile, '--transparency', 'chromium')
  expect(alone.exit).toBe(1)
  expect(alone.err).toContain('--transparency goes with --logs FILE')
  expect((await ran('get', 'https://localhost:1/', '--revocation', 'firm')).err).toContain('off, soft, hard')
})

/** Where the authority answers by OCSP, and has its list. */
const authorityAt = (url: string): readonly ExtensionToWrite[] => {
  const uri = (path: string): Uint8Array => element(context(6), latin1Bytes(new URL(path, url).href))
  const point = sequence(sequence(explicit(0, explicit(0, uri('crl')))))
  return [{ oid: OID.cRLDistributionPoints, critical: false, value: point }]
}

test('get and cert ask the authority when they are told to, and refuse what it took back', async () => {
  const asked: string[] = []
  const authority = await served(request => {
    asked.push(new URL(request.url).pathname)
    return new Response(new Uint8Array(revocationList(root, told())))
  })
  const { url, host, issued } = await serving({ extensions: authorityAt(authority.url) })
  const trust = ['--trust', rootFile]
  expect(await ran('get', url, ...trust)).toMatchObject({ exit: 0 })
  expect(asked).toEqual([])
  expect(await ran('get', url, ...trust, '--revocation', 'hard')).toMatchObject({ exit: 0, out: 'hi' })
  const verified = await ran('cert', 'verify', host, ...trust, '--revocation', 'soft')
  expect(verified.out).toContain('revocation of 1: good by crl until')
  expect(asked).toEqual(['/crl', '/crl'])
  root.revoke(issued.serial, 'keyCompromise')
  const refused = await ran('get', url, ...trust, '--revocation', 'soft')
  expect(refused.exit).toBe(5)
  expect(refused.err).toContain('tls/certificate-revoked')
  expect((await ran('cert', 'verify', host, ...trust, '--revocation', 'hard')).exit).toBe(5)
})

test('hard checks refuse a certificate of which nobody says anything', async () => {
  const { url, host } = await serving()
  const trust = ['--trust', rootFile]
  expect((await ran('get', url, ...trust, '--revocation', 'soft')).exit).toBe(0)
  expect((await ran('get', url, ...trust, '--revocation', 'hard')).err).toContain('tls/revocation-unknown')
  expect((await ran('cert', 'verify', host, ...trust, '--revocation', 'hard')).out).toContain('tls/revocation-unknown')
  const stapled = await serving({}, 'stapled')
  expect(await ran('get', stapled.url, ...trust, '--revocation', 'hard')).toMatchObject({ exit: 0 })
})
