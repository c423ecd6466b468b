/** `--cert`, `--key`, `--client-ca`, `--groups`, `--suites` and `--keylog`, of `get` and `serve`. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { soon } from '../../test/support/net.ts'
import { type CapturedIo, captured } from '../../test/support/peers-io.ts'
import { certificateAuthority } from '../ca/authority.ts'
import type { Issued, LeafOptions } from '../ca/types.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { pem } from '../x509/files/pem.ts'
import { writePkcs12 } from '../x509/files/pkcs12-write.ts'
import { main } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-tls-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const authority = certificateAuthority({ crypto: nodeCrypto(), now: Date.now, name: 'test root' })
const file = (name: string, contents: string | Uint8Array): string => {
  writeFileSync(join(folder, name), contents)
  return join(folder, name)
}
const root = file('root.pem', pem('CERTIFICATE', authority.root))
const filesOf = (name: string, { certificate, privateKey }: Issued) => ({
  cert: file(`${name}.pem`, pem('CERTIFICATE', certificate)),
  key: file(`${name}.key`, pem('PRIVATE KEY', privateKey)),
})
const issued = (more: Partial<LeafOptions> = {}) => authority.issue({ names: ['localhost'], ...more })
const ec = filesOf('ec', issued())
const rsa = filesOf('rsa', issued({ key: 'rsa-2048' }))
const me = filesOf('me', authority.issue({ names: [], commonName: 'alice', purposes: ['client'] }))
const old = filesOf('old', issued({ notBefore: Date.now() - 9 * 86_400_000, notAfter: Date.now() - 86_400_000 }))
file('hello.txt', 'hello')

interface Served {
  readonly io: CapturedIo
  readonly url: string
  stop(): Promise<number>
}

const serving = async (words: readonly string[]): Promise<Served> => {
  const io = captured()
  const running = main(['serve', folder, '-p', '0', '--json', ...words], io)
  while (!/"(?:listening|failure)"/.test(io.stdout())) await soon()
  const [url = ''] = /https:\/\/localhost:\d+/.exec(io.stdout()) ?? []
  const stop = (): Promise<number> => {
    io.interrupt()
    return running
  }
  return { io, url, stop }
}

const ran = async (...words: readonly string[]) => {
  const io = captured()
  const exit = await main(words, io)
  return { exit, out: io.stdout(), err: io.stderr() }
}
const asked = (url: string, ...words: readonly string[]) => ran('get', '--trust', root, ...words, `${url}/hello.txt`)

test('serve shows the certificates of files, and get chooses suites and groups', async () => {
  const { url, io, stop } = await serving(['--cert', ec.cert, '--key', ec.key, '--cert', rsa.cert, '--key', rsa.key])
  expect(JSON.parse(io.stdout())).toMatchObject({ type: 'listening', ca: null, names: ['localhost'] })
  const choices = [
    ['--suites', 'TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384', '--groups', 'P-384'],
    [
      '--suites',
      'tls_ecdhe_ecdsa_with_aes_128_cbc_sha,TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
      '--groups',
      'x25519,P-256',
    ],
  ]
  const said = []
  for (const words of choices) said.push((await asked(url, '-v', ...words)).err)
  expect(said[0]).toMatch(/tls 1\.2 +secp384r1, AES-256-GCM/)
  expect(said[1]).toMatch(/tls 1\.2 +x25519, AES-128-GCM/)
  expect(await stop()).toBe(0)
})

test('serve takes nothing but the suites and groups that it is told to take, also those that are off by themselves', async () => {
  const suites = 'TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA'
  const { url, stop } = await serving(['--cert', ec.cert, '--key', ec.key, '--suites', suites, '--groups', 'P-521'])
  expect((await asked(url)).exit).toBe(4)
  expect((await asked(url, '--suites', 'all', '--groups', 'P-256')).exit).toBe(4)
  expect(await asked(url, '--suites', 'all')).toMatchObject({ exit: 0, out: 'hello' })
  await stop()
})

test('--cert takes PKCS#12, and --password-file or BAREWIRE_PASSWORD opens it', async () => {
  const { certificate, privateKey } = issued()
  const entries = [{ privateKey, chain: [certificate] }]
  const p12 = file('both.p12', writePkcs12({ entries, iterations: 3 }, 'sésame', nodeCrypto()))
  const { url, stop } = await serving(['--cert', p12, '--password-file', file('password', 'sésame\r\nno more')])
  expect(await asked(url)).toMatchObject({ exit: 0, out: 'hello' })
  await stop()
  const wrong = await ran('serve', folder, '--cert', p12, '--password-file', file('wrong', 'sesam'))
  expect(wrong.err).toContain('file/password-wrong')
  expect(wrong.err).toContain('both.p12')
  expect((await ran('serve', folder, '--cert', p12)).err).toContain('net/key-encrypted')
  process.env.BAREWIRE_PASSWORD = 'sésame'
  try {
    const again = await serving(['--cert', p12])
    expect(await asked(again.url)).toMatchObject({ exit: 0, out: 'hello' })
    await again.stop()
  } finally {
    delete process.env.BAREWIRE_PASSWORD
  }
  expect((await ran('serve', folder, '--plain', '--password-file', p12)).err).toContain('--password-file is about TLS')
})

test('serve --client-ca lets in whom that authority knows, and get --cert says who we are', async () => {
  const { url, stop } = await serving(['--cert', ec.cert, '--key', ec.key, '--client-ca', root])
  const stranger = await asked(url)
  expect(stranger.exit).toBe(4)
  expect(stranger.err).toContain('tls/client-certificate-wanted')
  expect(stranger.err).toMatch(/try +barewire get --cert me\.pem --key me\.key https:\/\/localhost:\d+\/hello\.txt/)
  expect(await asked(url, '--cert', me.cert, '--key', me.key)).toMatchObject({ exit: 0, out: 'hello' })
  const both = file('both.pem', readFileSync(me.cert, 'utf8') + readFileSync(me.key, 'utf8'))
  expect(await asked(url, '--cert', both)).toMatchObject({ exit: 0, out: 'hello' })
  await stop()
})

test('what is wrong with a file is said with its name, before anything is served or sent', async () => {
  const sealed = file(
    'sealed.key',
    '-----BEGIN ENCRYPTED PRIVATE KEY-----\nMAA=\n-----END ENCRYPTED PRIVATE KEY-----\n',
  )
  const cases: readonly (readonly [readonly string[], string, string])[] = [
    [['--cert', ec.cert, '--key', sealed], 'net/key-encrypted', `openssl pkey -in ${sealed} -out plain.key`],
    [['--cert', ec.cert, '--key', rsa.key], 'net/key-mismatch', `${rsa.key} is not the key of`],
    [['--cert', ec.cert, '--cert', rsa.key], 'net/bad-certificate', `${rsa.key} holds a private key`],
    [['--cert', ec.cert], 'net/bad-tls-options', 'key: missing'],
    [['--cert', join(folder, 'none.pem')], 'cli/file', 'there is no such file'],
    [['--key', ec.key], 'cli/usage', '--key goes with --cert'],
  ]
  for (const [words, code, text] of cases) {
    for (const command of [
      ['serve', folder, '-p', '0'],
      ['get', 'https://localhost:1/'],
    ]) {
      const { exit, err } = await ran(...command, ...words)
      expect([exit, err.replace(/\s+/g, ' ')], `${words}`).toEqual([1, expect.stringContaining(code)])
      expect(err.replace(/\s+/g, ' ')).toContain(text)
    }
  }
  expect((await ran('serve', folder, '--plain', '--cert', ec.cert)).err).toContain('--cert is about TLS')
  for (const words of [
    ['--groups', 'x448'],
    ['--suites', 'HIGH'],
    ['--suites', ''],
    ['--keylog', '-'],
  ])
    expect((await ran('get', ...words, 'https://localhost:1/')).err).toContain('cli/usage')
})

test('a certificate that is out of date is served, and that is said', async () => {
  const { io, stop } = await serving(['--cert', old.cert, '--key', old.key])
  expect(JSON.parse(io.stdout().split('\n')[0]!)).toMatchObject({ type: 'warning', code: 'net/certificate-dates' })
  await stop()
})

test('--keylog appends the keys of get and serve to a file that is its owner’s alone, and nothing without it', async () => {
  const path = join(folder, 'keys.log')
  const mine = join(folder, 'mine.log')
  const { url, stop } = await serving(['--cert', ec.cert, '--key', ec.key, '--keylog', path])
  writeFileSync(mine, '# before\n', { mode: 0o644 })
  await asked(url, '--keylog', mine)
  await asked(url, '--keylog', mine)
  await asked(url)
  await stop()
  const lines = readFileSync(mine, 'latin1').split('\n')
  expect(lines[0]).toBe('# before')
  const secrets = lines.slice(1).filter(text => text !== '')
  expect(secrets.length).toBeGreaterThanOrEqual(2)
  for (const text of secrets) expect(text).toMatch(/^[A-Z0-9_]+ [0-9a-f]{64} [0-9a-f]{64,96}$/)
  expect(statSync(mine).mode & 0o777).toBe(0o600)
  expect(statSync(path).mode & 0o777).toBe(0o600)
  const served = readFileSync(path, 'latin1')
  for (const text of secrets) expect(served).toContain(text)
  expect(served.split('\n').length).toBeGreaterThan(secrets.length + 1)
})

test('--tls speaks one version and no other, and what cannot be spoken is refused', async () => {
  const { url, stop } = await serving(['--cert', ec.cert, '--key', ec.key, '--groups', 'all'])
  expect((await asked(url, '-v')).err).toMatch(/tls 1\.3 +x25519, AES-128-GCM, http\/1\.1 +1 round trip /)
  expect((await asked(url, '-v', '--tls', '1.2')).err).toMatch(
    /tls 1\.2 +x25519, AES-128-GCM, http\/1\.1 +2 round trips /,
  )
  expect((await asked(url, '-v', '--tls', '1.3', '--groups', 'X25519MLKEM768')).err).toMatch(
    /tls 1\.3 +X25519MLKEM768, /,
  )
  await stop()
  const old = await serving(['--cert', ec.cert, '--key', ec.key, '--tls', '1.2'])
  const newer = await asked(old.url, '--tls', '1.3')
  expect([newer.exit, newer.err]).toEqual([4, expect.stringContaining('tls/no-common-version')])
  expect(newer.err).toMatch(/try +barewire get https:\/\/localhost:\d+\/hello\.txt +# with both versions of TLS/)
  await old.stop()
  for (const words of [
    ['--tls', '1.2', '--suites', 'TLS_AES_128_GCM_SHA256'],
    ['--tls', '1.2', '--groups', 'X25519MLKEM768'],
  ])
    expect((await asked('https://localhost:1', ...words)).err).toContain('net/bad-tls-options')
  expect((await asked('https://localhost:1', '--tls', '1.1')).err).toContain('cli/usage')
})
