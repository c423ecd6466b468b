/** `barewire cert lint`: the rules for issuers, told of files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { changed } from '../../../test/support/lint-cases.table.ts'
import { formed, goodServer } from '../../../test/support/lint-forms.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { pem } from '../../x509/files/pem.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-lint-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, ...chain: readonly Uint8Array[]): string => {
  writeFileSync(join(folder, name), chain.map(der => pem('CERTIFICATE', der)).join(''))
  return join(folder, name)
}
const ran = async (...words: readonly string[]) => {
  const io = captured({ env: { COLUMNS: '80', BAREWIRE_HOME: folder } })
  const exit = await main(['cert', 'lint', ...words], io)
  return { exit, out: io.stdout(), err: io.stderr() }
}

const short = file('short.pem', formed(changed('server', { serial: Uint8Array.of(7) })))
const bare = file('bare.pem', formed(goodServer), formed(changed('authority', { subject: [] })))

test('each rule that is broken is told with its source and its bytes; a warning is no failure', async () => {
  const { exit, out } = await ran(short)
  expect(exit).toBe(0)
  expect(out).toContain('certificate 1  (no name)  of a server')
  expect(out).toContain('  ! its serial number is too short for 64 random bits')
  expect(out).toMatch(/serial-number-entropy, CA\/B BR 7\.1\.2\.7, 15\.\.16\n +000f {2}07/)
  expect(out).toContain('errors: 0, warnings: 1, by the rules of RFC 5280 and of the')
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
})

test('an error is exit code 5, in whichever certificate of the file it is', async () => {
  const { exit, out } = await ran(bare)
  expect(exit).toBe(5)
  expect(out).toContain('  ✓ no rule is broken')
  expect(out).toContain('  ✗ the authority has no name')
})

test('what keeps RFC 5280 alone is held to it alone, unless more is asked for', async () => {
  const authority = certificateAuthority({ crypto: nodeCrypto(), now: () => Date.now(), name: 'Home' })
  const home = file('home.pem', ...authority.issue({ names: ['shop.test'] }).chain, authority.root)
  const plain = await ran(home)
  expect(plain.exit).toBe(0)
  expect(plain.out).toContain('errors: 0, warnings: 0, by the rules of RFC 5280; --rules webpki adds')
  const web = await ran(home, '--rules', 'webpki')
  expect(web.exit).toBe(5)
  expect(web.out).toContain('a DNS name in subjectAltName leads nowhere on the Internet')
  expect((await ran(home, '--rules', 'all')).err).toContain('--rules is rfc5280 or webpki, not "all"')
})

test('it is told in Chinese, and as JSON', async () => {
  const { out } = await ran(short, '--lang', 'zh')
  expect(out).toContain('序列号太短，容不下 64 个随机位')
  expect(out).toContain('错误 0 个，警告 1 个')
  const der = formed(changed('server', { serial: Uint8Array.of(7) }))
  const [linted] = (await ran(short, '--json')).out
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text))
  expect(linted).toMatchObject({
    type: 'linted',
    certificate: 0,
    kind: 'server',
    rules: 'webpki',
    findings: [{ lint: 'serial-number-entropy', level: 'warning', rule: 'CA/B BR 7.1.2.7' }],
  })
  const [from, to] = linted.findings[0].range
  expect([...der.subarray(from, to)]).toEqual([7])
})

test('a certificate that cannot be read is a failure, and the others are looked at all the same', async () => {
  const { exit, out } = await ran(file('damaged.pem', Uint8Array.of(0x30, 3, 1, 1), formed(goodServer)))
  expect(exit).toBe(5)
  expect(out).toContain('tls/certificate-malformed')
  expect(out).toContain('certificate 2  (no name)  of a server\n  ✓ no rule is broken')
})
