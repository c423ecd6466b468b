import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { temporaryFolder } from '../../../../test/support/peers-chain.ts'
import { captured } from '../../../../test/support/peers-io.ts'
import { hexText } from '../../../wire/bytes.ts'
import { Certificate } from '../../../x509/certificate/certificate.ts'
import { generalNameText } from '../../../x509/certificate/general-name.ts'
import { certificatesIn } from '../../../x509/files/pem.ts'
import { main } from '../../main.ts'
import { fileName } from './issue.ts'

const { path: folder, remove } = temporaryFolder('ca-commands')
const before = process.env.BAREWIRE_HOME
beforeAll(() => {
  process.env.BAREWIRE_HOME = join(folder, 'home')
})
afterAll(() => {
  if (before === undefined) delete process.env.BAREWIRE_HOME
  else process.env.BAREWIRE_HOME = before
  remove()
})

const all = async (words: readonly string[], input = '') => {
  const io = captured({ input, env: { HOME: join(folder, 'user'), PATH: process.env.PATH ?? '' } })
  const code = await main(words, io)
  return { code, out: io.stdout(), err: io.stderr(), bytes: io.bytes() }
}
const run = (words: readonly string[], input = '') => all(['ca', ...words], input)
const json = async (words: readonly string[]) =>
  (await run([...words, '--json'])).out
    .trim()
    .split('\n')
    .filter(text => text !== '')
    .map(text => JSON.parse(text))
const at = (name: string): string => join(folder, name)
const leafAt = (path: string) => new Certificate(certificatesIn(new Uint8Array(readFileSync(path)))[0]!)
const serialAt = (path: string) => hexText(leafAt(path).serialNumber)
const openssl = spawnSync('openssl', ['version']).status === 0

test('whoever asks what an authority did, where there is none, is told so, and makes none: ca/none', async () => {
  for (const words of [
    ['list'],
    ['show'],
    ['crl'],
    ['export'],
    ['revoke', 'a.test'],
    ['renew', 'a.test'],
    ['ocsp', 'a.test'],
  ]) {
    const { code, out, err } = await run(words)
    expect([code, out], words[0]).toEqual([1, ''])
    expect(err).toContain('There is no authority on this machine yet.')
    expect(err).toContain('barewire ca init')
  }
  expect(existsSync(join(folder, 'home'))).toBe(false)
})

test('init makes root and intermediate, says for which names, and how to widen that; once', async () => {
  const first = await run(['init'])
  expect(first.code).toBe(0)
  expect(first.out).toMatch(/^CA "barewire CA of .*" made just now, valid until \d{4}-/)
  expect(first.out).toContain('signs for     localhost, test, example, local, home.arpa, internal, 127.0.0.0/8')
  expect(first.out).toContain('to widen that: barewire ca init --replace --also NAME')
  expect((await run(['init'])).out).toContain('found, valid until')
  const other = await run(['init', '--only', 'shop.test'])
  expect([other.code, other.out]).toEqual([1, ''])
  expect(other.err).toContain('--replace puts it aside')
  expect((await run(['init', '--only', 'a.test', '--any-name'])).err).toContain('three ways to say one thing')
})

test('a name in its own letters is certified in the form that clients send', async () => {
  const { code, out } = await run(['issue', 'bücher.test', '*.bücher.test', '--out', at('own')])
  expect([code, out.split('   ')[0]]).toEqual([0, join(at('own'), 'xn--bcher-kva.test.pem')])
  const names = leafAt(join(at('own'), 'xn--bcher-kva.test.pem')).extension('subjectAltName')
  expect(names?.map(name => 'text' in name && name.text)).toEqual(['xn--bcher-kva.test', '*.xn--bcher-kva.test'])
})

test('issue writes a chain and a key that only its owner can read, and does not write over them', async () => {
  const words = ['issue', 'api.test', '*.api.test', '10.0.0.5', '--days', '30', '--out', at('out')]
  const { code, out } = await run(words)
  expect(code).toBe(0)
  expect(out).toMatch(/api\.test\.pem {3}.*api\.test\.key\n {2}EC P-256, serial [0-9a-f]{8}…, until \d{4}-\d\d-\d\d/)
  const chain = certificatesIn(new Uint8Array(readFileSync(at('out/api.test.pem'))))
  expect(chain).toHaveLength(2)
  expect(new Certificate(chain[0]!).extension('subjectAltName')?.map(generalNameText)).toEqual([
    'api.test',
    '*.api.test',
    '10.0.0.5',
  ])
  expect(statSync(at('out/api.test.key')).mode & 0o777).toBe(0o600)
  const key = readFileSync(at('out/api.test.key'), 'utf8')
  expect(key).toContain('BEGIN PRIVATE KEY')
  const again = await run(words)
  expect(again.code).not.toBe(0)
  expect(again.err).toContain('--replace')
  expect(readFileSync(at('out/api.test.key'), 'utf8')).toBe(key)
  expect((await run([...words, '--replace'])).code).toBe(0)
  expect(readFileSync(at('out/api.test.key'), 'utf8')).not.toBe(key)
})

test('a certificate that the authority does not sign leaves nothing behind: ca/refused', async () => {
  const { code, err } = await run(['issue', 'bank.com', '--out', at('none')])
  expect(code).toBe(5)
  expect(err).toContain('“bank.com” is not among what is permitted')
  expect(err).toContain('barewire ca show')
  expect(existsSync(at('none/bank.com.key'))).toBe(false)
  const long = await run(['issue', 'a.test', '--days', '900', '--out', at('none')])
  expect(long.err).toContain('900 days are too many for the profile “server”')
  expect((await run(['issue', 'a.test', '--days', '0'])).err).toContain('--days wants a number')
  expect((await run(['issue', 'a.test', '--key', 'dsa'])).err).toContain('--key wants p-256, p-384, rsa-2048, ed25519')
})

test('profiles and kinds of keys are as asked for', async () => {
  await run(['issue', 'me.test', '--profile', 'client', '--key', 'ed25519', '--out', at('kinds')])
  const leaf = leafAt(at('kinds/me.test.pem'))
  expect([leaf.publicKey.type, leaf.extension('extKeyUsage')]).toEqual(['ed25519', ['1.3.6.1.5.5.7.3.2']])
})

test('a request is made, signed for its key, and refused for names outside', async () => {
  expect((await run(['csr', 'csr.test', '--out', at('csr')])).out).toContain('csr.test.csr')
  expect(statSync(at('csr/csr.test.key')).mode & 0o777).toBe(0o600)
  const signed = await run(['csr', '--sign', at('csr/csr.test.csr'), '--out', at('csr')])
  expect(signed.code).toBe(0)
  expect(leafAt(at('csr/csr.test.pem')).extension('subjectAltName')?.map(generalNameText)).toEqual(['csr.test'])
  await run(['csr', 'bank.com', '--out', at('csr')])
  const outside = await run(['csr', '--sign', at('csr/bank.com.csr'), '--out', at('csr')])
  expect([outside.code, existsSync(at('csr/bank.com.pem'))]).toEqual([5, false])
  expect((await run(['csr'])).err).toContain('Which names?')
  expect((await run(['csr', 'a.test', '--sign', 'x'])).err).toContain('says its names itself')
})

test('list, show and revoke find certificates by file, serial number and name', async () => {
  await run(['issue', 'found.test', '--out', at('found')])
  const serial = serialAt(at('found/found.test.pem'))
  for (const what of [at('found/found.test.pem'), serial.slice(0, 12), 'found.test'])
    expect((await json(['show', what]))[0], what).toMatchObject({ type: 'certificate', serial, state: 'issued' })
  const revoked = await run(['revoke', 'found.test', '--reason', 'keyCompromise'])
  expect(revoked.out).toContain(`${serial} is revoked (keyCompromise)`)
  expect((await run(['revoke', serial])).out).toContain('was revoked already')
  expect(await json(['list', '--state', 'revoked'])).toEqual([
    expect.objectContaining({ serial, reason: 'keyCompromise', names: ['found.test'] }),
  ])
  const log = await json(['list', '--log'])
  expect(log.at(-1)).toMatchObject({ type: 'log', what: 'revoked', serial, by: 'cli' })
  expect((await run(['show', 'nobody.test'])).err).toContain('This authority made no certificate "nobody.test"')
  expect((await run(['revoke', 'found.test', '--reason', 'removeFromCRL'])).err).toContain('--reason wants')
  const [root] = (await json(['list'])).filter(({ profile }) => profile === 'root')
  expect((await run(['revoke', root.serial])).err).toContain('barewire ca uninstall')
})

test('what was revoked here is refused here, and what was not is known to be good', async () => {
  await run(['issue', 'taken.test', '--out', at('taken')])
  const verify = (...more: readonly string[]) => all(['cert', 'verify', at('taken/taken.test.pem'), ...more])
  const hard = await verify('--revocation', 'hard')
  expect([hard.code, hard.out]).toEqual([0, expect.stringMatching(/revocation of 1: good (.|\n)* of 2: good /)])
  // An inventory that others can read says nothing.
  const inventory = join(folder, 'home', 'ca', 'inventory.db')
  chmodSync(inventory, 0o644)
  expect((await verify('--revocation', 'hard')).out).toContain('tls/revocation-unknown')
  expect((await verify()).out).toContain('revocation of 1: not checked')
  chmodSync(inventory, 0o600)
  await run(['revoke', 'taken.test'])
  const revoked = await verify()
  expect([revoked.code, revoked.out]).toEqual([5, expect.stringContaining('tls/certificate-revoked')])
})

test('show tells of the authority, and that its log is whole', async () => {
  const [shown] = await json(['show'])
  expect(shown).toMatchObject({ type: 'authority', log: 'whole', waiting: 0 })
  expect(shown.permitted).toContain('localhost')
  expect((await run(['show'])).out).toContain('barewire ca init --replace --only NAME')
})

test.skipIf(!openssl)('openssl believes the chain, and the list and the answer that take it back', async () => {
  for (const name of ['good.test', 'bad.test']) await run(['issue', name, '--out', at('rev')])
  await run(['revoke', at('rev/bad.test.pem')])
  await run(['export', '--out', at('rev/root.pem')])
  await run(['crl', '--out', at('rev/list.pem')])
  await run(['crl', '--of', 'root', '--out', at('rev/root-list.pem')])
  const lists = ['list.pem', 'root-list.pem'].map(name => readFileSync(at(`rev/${name}`), 'utf8')).join('')
  writeFileSync(at('rev/lists.pem'), lists)
  const verify = (name: string) =>
    spawnSync(
      'openssl',
      [
        'verify',
        '-x509_strict',
        '-crl_check_all',
        '-CAfile',
        'root.pem',
        '-untrusted',
        name,
        '-CRLfile',
        'lists.pem',
        name,
      ],
      { cwd: at('rev'), encoding: 'utf8' },
    )
  expect(verify('good.test.pem').stdout).toContain('good.test.pem: OK')
  expect(verify('bad.test.pem').stderr).toContain('certificate revoked')
  await run(['ocsp', at('rev/bad.test.pem'), '--out', at('rev/bad.ocsp')])
  const text = execFileSync('openssl', ['ocsp', '-respin', at('rev/bad.ocsp'), '-noverify', '-resp_text'], {
    encoding: 'utf8',
  })
  expect(text).toContain('Cert Status: revoked')
})

test('renew replaces certificate and key where they lie, for the same names', async () => {
  await run(['issue', 'again.test', '10.9.9.9', '--days', '20', '--out', at('renew')])
  const [pemPath, keyPath] = [at('renew/again.test.pem'), at('renew/again.test.key')]
  const [leaf, key] = [leafAt(pemPath), readFileSync(keyPath, 'utf8')]
  expect((await run(['renew', pemPath])).code).toBe(0)
  const renewed = leafAt(pemPath)
  expect(serialAt(pemPath)).not.toBe(hexText(leaf.serialNumber))
  expect(renewed.extension('subjectAltName')?.map(generalNameText)).toEqual(['again.test', '10.9.9.9'])
  expect(Math.round((renewed.notAfter - renewed.notBefore) / 3_600_000)).toBe(20 * 24 + 1)
  expect(readFileSync(keyPath, 'utf8')).not.toBe(key)
  expect((await json(['show', pemPath]))[0].by).toBe(`renewal of ${hexText(leaf.serialNumber)}`)
})

test.skipIf(!openssl)('keys are encrypted under the password of a file that nobody else may read', async () => {
  const secret = at('secret')
  writeFileSync(secret, 'open sesame\nsecond line', { mode: 0o600 })
  await run(['issue', 'closed.test', '--password-file', secret, '--out', at('closed')])
  const key = at('closed/closed.test.key')
  expect(readFileSync(key, 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY')
  const opened = (password: string) =>
    spawnSync('openssl', ['pkey', '-in', key, '-passin', `pass:${password}`, '-noout'])
  expect([opened('open sesame').status === 0, opened('wrong').status === 0]).toEqual([true, false])
  await run(['issue', 'open.test', '--out', at('closed')])
  const p12 = at('closed/open.p12')
  const words = ['export', at('closed/open.test.pem'), '--key-file', at('closed/open.test.key'), '--out', p12]
  expect((await run(words)).err).toContain('--password-file FILE')
  expect((await run([...words, '--password-file', secret])).code).toBe(0)
  expect(statSync(p12).mode & 0o777).toBe(0o600)
  const shown = execFileSync('openssl', ['pkcs12', '-in', p12, '-passin', 'pass:open sesame', '-nodes'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  expect(shown.match(/BEGIN CERTIFICATE/g)).toHaveLength(3)
  chmodSync(secret, 0o644)
  expect((await run(['issue', 'b.test', '--password-file', secret, '--out', at('closed')])).code).toBe(5)
  chmodSync(secret, 0o600)
  writeFileSync(secret, '\n')
  expect((await run(['issue', 'b.test', '--password-file', secret, '--out', at('closed')])).err).toContain('first line')
})

test('names become files that every system can have', () => {
  expect(['*.a.test', '::1', 'a.test'].map(fileName)).toEqual(['_wildcard.a.test', '--1', 'a.test'])
})

test('what was not agreed to is not done, and without stores nothing is asked', async () => {
  const none = await run(['install', '--root', at('empty')])
  expect([none.code, none.out]).toEqual([0, ''])
  expect(none.err).toContain('no store that is known here')
  expect(none.err).toContain('export NODE_EXTRA_CA_CERTS=')
  expect((await run(['uninstall'])).err).toContain('Nothing was installed from here.')
  expect(none.err).not.toContain('sudo')
  const io = captured({ env: { SUDO_USER: 'me' } })
  await main(['ca', 'install', '--root', at('empty')], io)
  expect(io.stderr()).toContain('! this is the authority of root: that of me is installed without sudo')
})

test.skipIf(spawnSync('certutil', ['-H']).error !== undefined)(
  'install asks first, and uninstall undoes it',
  async () => {
    const database = at('image/.pki/nssdb')
    mkdirSync(database, { recursive: true })
    execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${database}`])
    const listed = () => execFileSync('certutil', ['-L', '-d', `sql:${database}`], { encoding: 'utf8' })
    const words = ['install', '--root', at('image'), '--store', 'browsers']
    const inRoot = async (more: readonly string[], input = '') => {
      const io = captured({ input, env: { HOME: '/', PATH: process.env.PATH ?? '' } })
      return { code: await main(['ca', ...more], io), err: io.stderr(), out: io.stdout() }
    }
    const refused = await inRoot(words, 'n\n')
    expect(refused.err).toContain(`+ the certificates of Chromium in ${database}`)
    expect(refused.err).toContain('Do it? [y/N]')
    expect(listed()).not.toContain('barewire')
    expect((await inRoot(words)).code).toBe(0)
    expect(listed()).not.toContain('barewire')
    expect((await inRoot(words, 'y\n')).out).toContain('✓ the certificates of Chromium')
    expect(listed()).toMatch(/barewire CA of .* C,,/)
    await inRoot([...words, '--yes'])
    const out = await inRoot(['uninstall', '--yes'])
    expect([out.code, out.out]).toEqual([0, `✓ the certificates of Chromium in ${database}\n`])
    expect(listed()).not.toContain('barewire')
    expect((await inRoot(['uninstall'])).err).toContain('Nothing was installed from here.')

    // One that does not take it keeps nobody from the next.
    const profile = at('image/.mozilla/firefox/one.default')
    mkdirSync(profile, { recursive: true })
    execFileSync('certutil', ['-N', '--empty-password', '-d', `sql:${profile}`])
    writeFileSync(join(database, 'cert9.db'), 'no database')
    const some = await inRoot([...words, '--yes'])
    expect([some.code, some.out]).toEqual([5, `✓ the certificates of Firefox in ${profile}\n`])
    expect(some.err).toContain(`✗ the certificates of Chromium in ${database}`)
    // The command to try has the name in one piece.
    expect(some.err).toMatch(/certutil -A .* -n \\?\s*'barewire CA of .* [0-9a-f]{16}'/s)
    expect((await inRoot(['uninstall', '--yes'])).out).toBe(`✓ the certificates of Firefox in ${profile}\n`)
  },
)

test('a folder in the place of a file is told: cli/file', async () => {
  for (const words of [
    ['csr', '--sign', folder],
    ['issue', 'a.test', '--out', at('out2'), '--password-file', folder],
    ['export', '--key-file', folder, '--password-file', folder],
  ])
    expect((await json(words))[0] ?? (await run(words)).err, words[0]).toMatchObject({
      code: 'cli/file',
      got: 'EISDIR',
    })
})

test('an authority for other names takes the place of the first, which is put aside', async () => {
  const { code, out } = await run(['init', '--replace', '--also', 'dev.example.com'])
  expect(code).toBe(0)
  expect(out).toContain('dev.example.com')
  expect((await run(['issue', 'a.dev.example.com', '--out', at('wide')])).code).toBe(0)
  expect((await run(['init', '--replace', '--only', 'not a name'])).code).toBe(1)
  expect((await json(['init', '--replace', '--any-name']))[0]).toMatchObject({ type: 'ca', made: true, permitted: [] })
  expect((await run(['issue', 'bank.com', '--out', at('wide')])).code).toBe(0)
})

test('renew of the root makes one for the same names, with the same name, under the same password', async () => {
  const secret = at('root-secret')
  writeFileSync(secret, 'open sesame\n', { mode: 0o600 })
  const words = ['init', '--replace', '--only', 'only.test', '--name', 'Our own', '--key', 'p-384']
  await run([...words, '--password-file', secret, '--url', 'http://localhost:14001'])
  process.env.BAREWIRE_CA_PASSWORD_FILE = secret
  try {
    const [before] = await json(['show'])
    const [root, intermediate] = ['root', 'intermediate'].map(
      async kind => (await json(['list'])).find(({ profile }) => profile === kind).serial,
    )
    expect((await run(['renew', await intermediate!])).err).toContain('renewed by itself')
    expect((await run(['renew', await root!, '--days', '9'])).err).toContain('barewire ca init --replace')
    expect((await json(['show']))[0]).toEqual(before)
    const { code, out } = await run(['renew', await root!])
    expect(code).toBe(0)
    expect(out).toContain('CA "Our own" renewed just now')
    const [after] = await json(['show'])
    expect(after.fingerprint).not.toBe(before.fingerprint)
    expect(after).toMatchObject({ name: 'Our own', permitted: ['only.test'], url: 'http://localhost:14001' })
    expect(leafAt(join(folder, 'home', 'ca', 'root.pem')).publicKey).toMatchObject({ curve: 'p-384' })
    for (const file of ['root.key', 'intermediate.pem'])
      expect(readFileSync(join(folder, 'home', 'ca', file), 'utf8')).toContain('BEGIN ENCRYPTED PRIVATE KEY')
  } finally {
    delete process.env.BAREWIRE_CA_PASSWORD_FILE
  }
})
