/** Variables of the environment that other tools obey. */
import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { served } from '../../test/support/net.ts'
import { captured } from '../../test/support/peers-io.ts'
import { proxying } from '../../test/support/proxy.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { nodeWorld } from '../node/world.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { pem } from '../x509/files/pem.ts'
import { main } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-environment-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: () => Date.now(), name: 'test root' })
const root = join(folder, 'root.pem')
writeFileSync(root, pem('CERTIFICATE', authority.root))
const server = () => {
  const key = certifiedKey(authority.issue({ names: ['localhost'] }))
  return served(() => new Response('hello'), { tls: { certificateFor: () => key } })
}
const get = async (env: Record<string, string>, ...words: string[]) => {
  const { url } = await server()
  const io = captured({ env })
  return { code: await main(['get', '--trust', root, ...words, url], io), out: io.stdout(), err: io.stderr() }
}

test('SSLKEYLOGFILE gets a line for each connection behind what is there, and belongs to its owner alone', async () => {
  const path = join(folder, 'keys.log')
  writeFileSync(path, '# older\n', { mode: 0o644 })
  for (const words of [[], ['-v']])
    expect(await get({ SSLKEYLOGFILE: path }, ...words)).toMatchObject({ code: 0, out: 'hello' })
  expect(readFileSync(path, 'latin1')).toMatch(
    /^# older\n(?:(?:(?:CLIENT|SERVER)_(?:HANDSHAKE_TRAFFIC_SECRET|TRAFFIC_SECRET_0)|EXPORTER_SECRET) [0-9a-f]{64} [0-9a-f]{64}\n){10}$/,
  )
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('SSLKEYLOGFILE is written through no link', async () => {
  const [target, link] = [join(folder, 'target'), join(folder, 'link')]
  writeFileSync(target, 'mine')
  symlinkSync(target, link)
  const { code, err } = await get({ SSLKEYLOGFILE: link })
  expect(code).toBe(1)
  expect(err).toContain('cli/file')
  expect(readFileSync(target, 'latin1')).toBe('mine')
  expect(lstatSync(link).isSymbolicLink()).toBe(true)
})

test('a proxy of the environment is used, and said in one line, also without a terminal', async () => {
  expect((await get({})).err).toBe('')
  const proxy = await proxying()
  const where = new URL(proxy.url).host
  const said = ` ! through the proxy ${where}, as the environment says (--noproxy '*' goes there without).\n`
  expect(await get({ https_proxy: proxy.url.replace('//', '//me:secret@') })).toMatchObject({ out: 'hello', err: said })
  expect(proxy.asked.map(each => each.replace(/\d+$/, ''))).toEqual(['CONNECT localhost:'])
  expect((await get({ http_proxy: proxy.url })).err).toBe('')
  expect((await get({ https_proxy: proxy.url, no_proxy: 'localhost' })).err).toBe('')
  expect((await get({ https_proxy: proxy.url }, '--noproxy', '*')).err).toBe('')
  const { out, err } = await get({ ALL_PROXY: proxy.url }, '--json')
  expect(err).toBe('')
  expect(JSON.parse(out.split('\n')[0]!)).toMatchObject({
    type: 'remark',
    text: `through the proxy ${where}, as the environment says`,
  })
  expect(proxy.asked).toHaveLength(2)
})

test('-x is used in front of the environment and needs no line; --noproxy takes hosts out of it', async () => {
  const proxy = await proxying()
  expect(await get({ https_proxy: 'http://127.0.0.1:9998' }, '-x', proxy.url)).toMatchObject({ out: 'hello', err: '' })
  expect(proxy.asked).toHaveLength(1)
  expect(await get({}, '-x', proxy.url, '--noproxy', 'localhost')).toMatchObject({ out: 'hello', err: '' })
  expect(proxy.asked).toHaveLength(1)
  const wrong = await get({}, '-x', 'socks4://me:secret@localhost')
  expect(wrong.code).toBe(1)
  expect(wrong.err).toContain('net/bad-proxy')
  expect(wrong.err).not.toContain('secret')
  const shown = await get({}, '-x', proxy.url.replace('//', '//me:secret@'), '-vvv', 'http')
  expect(shown.err).toContain('CONNECT localhost:')
  expect(shown.err).not.toContain('bWU6c2VjcmV0')
})
