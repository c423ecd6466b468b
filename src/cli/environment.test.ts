/** Variables of the environment that other tools obey. */
import { lstatSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { served } from '../../test/support/net.ts'
import { captured } from '../../test/support/peers-io.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { nodeWorld } from '../node/world.ts'
import { certifiedKey } from '../tls/certified-key.ts'
import { pem } from '../x509/pem.ts'
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

test('that a proxy of the environment is not used is said in one line, also without a terminal', async () => {
  expect((await get({})).err).toBe('')
  expect((await get({ https_proxy: 'http://127.0.0.1:1' })).err).toBe(
    ' ! https_proxy is set; Barewire goes there without a proxy.\n',
  )
  expect((await get({ http_proxy: 'http://127.0.0.1:1' })).err).toBe('')
  const { out, err } = await get({ ALL_PROXY: 'socks5://127.0.0.1:1' }, '--json')
  expect(err).toBe('')
  expect(JSON.parse(out.split('\n')[0]!)).toMatchObject({ type: 'remark', text: 'ALL_PROXY is set; no proxy is used' })
})
