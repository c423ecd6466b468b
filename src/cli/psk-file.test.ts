/** `--psk` and `--early-data` of `get` and `serve`. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { codeOf, served, soon } from '../../test/support/net.ts'
import { type CapturedIo, captured } from '../../test/support/peers-io.ts'
import { certificateAuthority } from '../ca/authority.ts'
import { fetch } from '../index.ts'
import type { World } from '../net/stream/types.ts'
import { nodeWorld } from '../node/world.ts'
import { pem } from '../x509/files/pem.ts'
import { main } from './main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-psk-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const file = (name: string, contents: string | Uint8Array, mode = 0o600): string => {
  writeFileSync(join(folder, name), contents)
  chmodSync(join(folder, name), mode)
  return join(folder, name)
}
const site = mkdtempSync(join(folder, 'site-'))
writeFileSync(join(site, 'hello.txt'), 'hello')

const HEX = '68757368686875736868687573682121'
const key = new Uint8Array(Buffer.from(HEX, 'hex'))
const keys = file('keys.psk', `other:${HEX.replaceAll('8', '9')}\n\nurn:hub:7:${HEX}\n#c3a9746167c3a8726521:${HEX}\n`)

/** Another node: keys without named ends are for one part of a node only. */
const elsewhere = (): World => {
  const { transport } = nodeWorld()
  return {
    ...nodeWorld(),
    transport: {
      lookUp: (...given) => transport.lookUp!(...given),
      connect: (...given) => transport.connect(...given),
      listen: (...given) => transport.listen(...given),
    },
  }
}

const ran = async (...words: readonly string[]) => {
  const io = captured()
  const exit = await main(words, io)
  return { exit, out: io.stdout(), err: io.stderr() }
}

interface Serving {
  readonly io: CapturedIo
  readonly url: string
  stop(): Promise<number>
}
const serving = async (...words: readonly string[]): Promise<Serving> => {
  const io = captured()
  const running = main(['serve', site, '-p', '0', '--json', ...words], io)
  while (!/"(?:listening|failure)"/.test(io.stdout())) await soon()
  const [url = ''] = /https:\/\/localhost:\d+/.exec(io.stdout()) ?? []
  const stop = (): Promise<number> => {
    io.interrupt()
    return running
  }
  return { io, url, stop }
}

test('get --psk knows a server by a key of the file, and tells so', async () => {
  const world = elsewhere()
  const { url } = await served(() => new Response('known'), { world, tls: { psk: { 'urn:hub:7': key } } })
  const { exit, out, err } = await ran('get', '-v', '--psk', keys, url)
  expect([exit, out]).toEqual([0, 'known'])
  expect(err).toMatch(/key "urn:hub:7" +✓ external key/)
  const hexed = await served(() => new Response('by hex'), { world, tls: { psk: { étagère: key } } })
  expect(
    (await ran('get', '--psk', file('e.psk', `#c3a974616765cc80:${HEX}\n#c3a9746167c3a87265:${HEX}`), hexed.url)).out,
  ).toBe('by hex')
})

test('a key is in no output, whatever is asked for', async () => {
  const world = elsewhere()
  const { url } = await served(() => new Response('known'), { world, tls: { psk: { 'urn:hub:7': key } } })
  for (const words of [['-vvv'], ['--json', '-vvv', '--show-secrets']]) {
    const { exit, out, err } = await ran('get', ...words, '--psk', keys, url)
    expect(exit).toBe(0)
    for (const form of [HEX, 'hushhhush', Buffer.from(key).toString('base64'), HEX.replace(/../g, '$& ').trim()])
      expect((out + err).toLowerCase()).not.toContain(form.toLowerCase())
  }
})

test('serve --psk serves those who have a key, and nobody else; with --cert others too', async () => {
  const only = await serving('--psk', keys)
  const world = elsewhere()
  const psk = { identity: 'urn:hub:7', key }
  expect(await (await fetch(`${only.url}/hello.txt`, { world, psk })).text()).toBe('hello')
  expect(await codeOf(fetch(`${only.url}/hello.txt`, { world }))).toBe('tls/nothing-in-common')
  expect(await codeOf(fetch(`${only.url}/hello.txt`, { world, psk: { ...psk, identity: 'nobody' } }))).toBe(
    'tls/alert-received',
  )
  expect(JSON.parse(only.io.stdout().split('\n')[0]!)).toMatchObject({ type: 'listening', ca: null, names: [] })
  await only.stop()
  const authority = certificateAuthority({ crypto: world.crypto, now: Date.now, name: 'test root' })
  const { certificate, privateKey } = authority.issue({ names: ['localhost'] })
  const cert = file('both.pem', pem('CERTIFICATE', certificate) + pem('PRIVATE KEY', privateKey))
  const both = await serving('--psk', keys, '--cert', cert)
  expect(await (await fetch(`${both.url}/hello.txt`, { world, psk })).text()).toBe('hello')
  expect(await (await fetch(`${both.url}/hello.txt`, { world, ca: authority.root })).text()).toBe('hello')
  await both.stop()
})

test('a file that others can read is warned of', async () => {
  const open = file('open.psk', `urn:hub:7:${HEX}`, 0o644)
  const world = elsewhere()
  const { url } = await served(() => new Response('known'), { world, tls: { psk: { 'urn:hub:7': key } } })
  const { exit, out, err } = await ran('get', '--psk', open, url)
  expect([exit, out]).toEqual([0, 'known'])
  expect(err.replace(/\s+/g, ' ')).toContain(
    `Whoever reads ${open} can pass for either end; its mode is 0644. (cli/key-readable)`,
  )
  expect((await ran('get', '--psk', keys, url)).err).not.toContain('cli/key-readable')
  const server = await serving('--psk', open)
  expect(server.io.stdout()).toMatch(
    /"code":"cli\/key-readable".*"type":"warning"|"type":"warning".*"cli\/key-readable"/,
  )
  await server.stop()
})

test('what is no file of keys is told by its line, without what stands there', async () => {
  const eight = Array.from({ length: 9 }, (_, i) => `id${i}:${HEX}`).join('\n')
  for (const [contents, says] of [
    [`fine:${HEX}\nhush`, 'line 2: it wants identity:key, the key in hex.'],
    [`:${HEX}`, 'line 1: it wants identity:key'],
    [`hush:${HEX}0`, 'line 1: it wants identity:key'],
    ['short:68757368', 'line 1: the key has 4 bytes, and 16 are the least'],
    [`a:${HEX}\na:${HEX}`, 'has two keys of one identity.'],
    ['\n\n', 'has no line identity:key.'],
    [eight, 'has 9 keys; a client offers 8.'],
  ] as const) {
    const { exit, err } = await ran('get', '--psk', file('bad.psk', contents), 'https://localhost:1/')
    expect(exit).toBe(1)
    expect(err).toContain(says)
    expect(err).not.toMatch(/hush|68757368/)
  }
  expect((await ran('get', '--psk', join(folder, 'missing'), 'https://localhost:1/')).err).toContain('cli/file')
  const two = await serving('--psk', keys, '--client-ca', keys)
  expect(two.io.stdout()).toContain('"failure"')
  const plain = await serving('--psk', keys, '--plain')
  expect(plain.io.stdout()).toContain('--psk is about TLS')
})

test('serve --early-data takes requests of the first flight', async () => {
  const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: Date.now, name: 'test root' })
  const { certificate, privateKey } = authority.issue({ names: ['localhost'] })
  const cert = file('early.pem', pem('CERTIFICATE', certificate) + pem('PRIVATE KEY', privateKey))
  const root = file('early-root.pem', pem('CERTIFICATE', authority.root))
  for (const [words, became] of [
    [['--early-data'], 'accepted'],
    [[], undefined],
  ] as const) {
    const { url, stop } = await serving('--cert', cert, ...words)
    const { exit, out } = await ran('get', '--json', '--early-data', '--trust', root, `${url}/hello.txt`)
    const timelines = out
      .trim()
      .split('\n')
      .map(text => JSON.parse(text) as { type: string; tls?: { resumed: boolean; earlyData?: string } })
      .filter(({ type }) => type === 'timeline')
    expect([exit, timelines.map(({ tls }) => tls?.earlyData)]).toEqual([0, [undefined, became]])
    await stop()
  }
  const plain = await serving('--early-data', '--plain')
  expect(plain.io.stdout()).toContain('--early-data is about TLS')
})
