/** `get --trust-key FILE`: a key that is known, and no certificate at all. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { served } from '../../test/support/net.ts'
import { captured } from '../../test/support/peers-io.ts'
import { nodeCrypto } from '../node/crypto.ts'
import { pem } from '../x509/files/pem.ts'
import { main } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-trust-key-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const keyPair = (name: string) => {
  const { spki, pkcs8 } = nodeCrypto().generateKeyPair('p-256')
  const [publicKey, privateKey] = [pem('PUBLIC KEY', spki), pem('PRIVATE KEY', pkcs8)]
  const path = join(folder, `${name}.pub`)
  writeFileSync(path, publicKey)
  return { publicKey, privateKey, path }
}
const ours = keyPair('ours')
const other = keyPair('other')
const get = async (file: string, ...words: string[]) => {
  const { url } = await served(() => new Response('hello'), { tls: { cert: ours.publicKey, key: ours.privateKey } })
  const io = captured({})
  return { code: await main(['get', '--trust-key', file, ...words, url], io), out: io.stdout(), err: io.stderr() }
}

test('a server that shows a bare key is believed by it, and the story says so', async () => {
  expect(await get(ours.path)).toMatchObject({ code: 0, out: 'hello' })
  const { err } = await get(ours.path, '-v', '--color', 'never')
  expect(err).toMatch(/trusted through "sha256\/.{44}"/)
  expect(err).toMatch(/who +raw public key, EC P-256 +✓ key ✓ signature/)
})

test('tls/key-untrusted: one with another key is not, and both keys are named', async () => {
  const { code, err } = await get(other.path)
  expect(code).toBe(5)
  expect(err).toMatch(/they showed +1 {2}raw public key, EC P-256/)
  expect(err).toMatch(/has shown sha256\/.{44}; trusted:\s+sha256\//)
})

test('net/bad-public-key: a file with something else is named', async () => {
  const path = join(folder, 'private.pem')
  writeFileSync(path, ours.privateKey)
  const { code, err } = await get(path)
  expect(code).toBe(1)
  expect(err).toContain(`${path} holds a private key.`)
})
