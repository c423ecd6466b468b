/** `ca serve` and `serve --acme` as two processes that know each other by a URL alone. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { freePort } from '../../test/support/peers.ts'
import { startBarewire } from '../../test/support/peers-command.ts'
import { fetch } from '../index.ts'

const folder = mkdtempSync(join(tmpdir(), 'acme-cli-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('serve --acme gets its certificate from ca serve, keeps it, and uses it at the next start', async () => {
  writeFileSync(join(folder, 'index.html'), 'here')
  writeFileSync(join(folder, 'keys'), `known:${'ab'.repeat(16)}\n`, { mode: 0o600 })
  const env = { BAREWIRE_HOME: join(folder, 'home') }
  const [port, directoryPort] = [await freePort(), await freePort()]
  const eab = join(folder, 'keys')
  const authority = startBarewire(['ca', 'serve', '-p', `${directoryPort}`, '--tls-port', `${port}`, '--eab', eab], {
    env,
  })
  await authority.seen(/acme\/directory/)
  const url = `https://localhost:${directoryPort}/acme/directory`
  const words = ['serve', folder, '-p', `${port}`, '--acme', url, '--acme-name', 'shop.localhost', '--acme-eab', eab]
  const root = readFileSync(join(folder, 'home', 'ca', 'root.pem'), 'utf8')
  const serials: unknown[] = []
  for (const since of ['issued', 'found']) {
    const server = startBarewire([...words, '--json'], { env })
    const [line] = await server.seen(/\{[^\n]*"type":"acme"[^\n]*\}/)
    expect(JSON.parse(line)).toMatchObject({ names: ['shop.localhost'], authority: url, since })
    await server.seen(/"type":"listening"/)
    const answer = await fetch(`https://shop.localhost:${port}/`, { ca: root })
    expect(await answer.text()).toBe('here')
    serials.push(Buffer.from(answer.connection?.tls?.trusted?.chain[0] ?? []).toString('hex'))
    server.child.kill('SIGTERM')
    expect((await server.done).code).toBe(0)
  }
  expect(serials[1]).toBe(serials[0])
  // Without the account that the authority wants there is none.
  const [refused] = [
    startBarewire(
      words.slice(0, -2).map(word => (word === 'shop.localhost' ? 'other.localhost' : word)),
      { env: { ...env, BAREWIRE_HOME: join(folder, 'other'), SSL_CERT_FILE: join(folder, 'home', 'ca', 'root.pem') } },
    ),
  ]
  const { code, stderr } = await refused!.done
  expect([code, stderr]).toEqual([5, expect.stringContaining('acme/external-account')])
  authority.child.kill('SIGTERM')
  expect((await authority.done).code).toBe(0)
}, 60_000)

test('serve --acme shows a name by http-01, and serves what it has while the authority is down', async () => {
  const env = { BAREWIRE_HOME: join(folder, 'http') }
  const [port, directoryPort, httpPort] = [await freePort(), await freePort(), await freePort()]
  const authority = startBarewire(['ca', 'serve', '-p', `${directoryPort}`, '--http-port', `${httpPort}`], { env })
  await authority.seen(/acme\/directory/)
  const url = `https://localhost:${directoryPort}/acme/directory`
  const words = ['serve', folder, '-p', `${port}`, '--acme', url, '--acme-name', 'shop.localhost', '--json']
  const first = startBarewire([...words, '--acme-http-port', `${httpPort}`], { env })
  await first.seen(/"type":"acme"[^\n]*"since":"issued"/)
  first.child.kill('SIGTERM')
  expect((await first.done).code).toBe(0)
  // Nobody listens at the port of the challenge any more, and nobody at that of the authority.
  authority.child.kill('SIGTERM')
  expect((await authority.done).code).toBe(0)
  const second = startBarewire(words, { env })
  await second.seen(/"type":"acme"[^\n]*"since":"found"/)
  second.child.kill('SIGTERM')
  expect((await second.done).code).toBe(0)
  const plain = await startBarewire([...words, '--plain'], { env }).done
  expect([plain.code, plain.stdout]).toEqual([1, expect.stringContaining('--acme is about TLS')])
}, 60_000)
