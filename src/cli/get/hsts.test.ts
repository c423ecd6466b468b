/** `--hsts`: what one run hears, the next one and curl know. */
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { nodeWorld } from '../../node/world.ts'
import { pem } from '../../x509/files/pem.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-hsts-'))
afterAll(() => rmSync(folder, { recursive: true }))
const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: Date.now, name: 'hsts root' })
const { chain, privateKey } = authority.issue({ names: ['localhost'] })
const root = join(folder, 'root.pem')
writeFileSync(root, pem('CERTIFICATE', authority.root))

const run = async (...words: string[]) => {
  const io = captured()
  const code = await main(['get', '--cacert', root, ...words], io)
  return { code, out: io.stdout(), err: io.stderr() }
}

const house = () =>
  served(
    ({ url }) =>
      new Response(`${url}\n`, { headers: { 'strict-transport-security': 'max-age=600; includeSubDomains' } }),
    {
      tls: { cert: [...chain], key: privateKey },
    },
  )

test('--hsts remembers who wants TLS from one run to the next, and says what it changed', async () => {
  const { port } = await house()
  const file = join(folder, 'known')
  const secure = `https://localhost:${port}/`
  expect((await run('--hsts', file, secure)).out).toBe(`${secure}\n`)
  expect(readFileSync(file, 'latin1')).toMatch(/^\.localhost "20\d{6} \d\d:\d\d:\d\d"$/m)
  expect(statSync(file).mode & 0o777).toBe(0o600)
  const { code, out, err } = await run('-v', '--hsts', file, `http://localhost:${port}/`)
  expect([code, out]).toEqual([0, `${secure}\n`])
  expect(err).toMatch(new RegExp(`hsts +http://localhost:${port} → https://localhost:${port}, as localhost wants it`))
})

test('without --hsts nothing is written and nothing is changed; a file that cannot be written is said first', async () => {
  const { port } = await house()
  const { out } = await run(`http://localhost:${port}/`)
  expect(out).not.toContain(`https://localhost:${port}/\n`)
  const { code, err } = await run('--hsts', join(folder, 'none', 'known'), `https://localhost:${port}/`)
  expect([code, err.includes('none')]).toEqual([1, true])
})

test('a file of curl is understood', async () => {
  const { port } = await house()
  const file = join(folder, 'curls')
  writeFileSync(file, '# Your HSTS cache. https://curl.se/docs/hsts.html\n.localhost "20991231 23:59:59"\n')
  expect((await run('--hsts', file, `http://localhost:${port}/`)).out).toBe(`https://localhost:${port}/\n`)
})
