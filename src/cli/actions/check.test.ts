import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { peer, served, soon } from '../../../test/support/net.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { findingsIn } from '../../explain/check/index.ts'
import { findings } from '../../failures/findings.table.ts'
import { columnsOf } from '../../inspect/shown.ts'
import { FAMILIES } from '../../net/check/types.ts'
import { nodeWorld } from '../../node/world.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { pem } from '../../x509/files/pem.ts'
import { COMMON } from '../command.ts'
import { checkCommand } from '../commands/check.ts'
import { commandIn } from '../commands/index.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-check-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: () => Date.now(), name: 'test root' })
const root = join(folder, 'root.pem')
writeFileSync(root, pem('CERTIFICATE', authority.root))

const shop = async (): Promise<string> => {
  const key = certifiedKey(authority.issue({ names: ['localhost'] }))
  const { url } = await served(() => new Response('hello', { headers: { server: 'x/1' } }), {
    tls: { certificateFor: () => key },
  })
  return new URL(url).host
}

test('a server is told row by row, in any width and language, and what is bad sets the exit code', async () => {
  const host = await shop()
  for (const terminal of [60, 80, 100]) {
    const io = captured({ terminal })
    expect(await main(['check', host, '--trust', root, '--color', 'never'], io)).toBe(0)
    const text = io.stdout()
    for (const word of [
      'protocol',
      'suites 1.3',
      'groups 1.2',
      'certificate',
      'resumption',
      'robust',
      'TLS 1.0 refused',
    ])
      expect(text).toContain(word)
    for (const line of text.split('\n')) expect(columnsOf(line)).toBeLessThanOrEqual(terminal)
    expect(text).toContain('No Strict-Transport-Security')
    expect(text).toContain('more could be better: --why')
  }
  const io = captured()
  expect(await main(['check', host, '--only', 'certificates', '--why', '--lang', 'zh'], io)).toBe(9)
  expect(io.stdout()).toContain('不被信任')
  expect(io.stdout()).toContain(`barewire cert explain ${host}`)
  expect(io.stdout()).toContain('RFC 5280 6.1')
  expect(await main(['check', host, '--only', 'certificates', '--fail-on', 'never'], captured())).toBe(0)
  expect(await main(['check', host, '--trust', root, '--skip', 'robustness', '--fail-on', 'note'], captured())).toBe(9)
})

test('with --json each family, each finding and the end are events of their own', async () => {
  const io = captured()
  expect(await main(['check', await shop(), '--trust', root, '--only', 'versions,http', '--json'], io)).toBe(0)
  const events = io
    .stdout()
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as Record<string, unknown>)
  expect(events.map(({ type, family, code }) => family ?? code ?? type)).toEqual([
    'versions',
    'http',
    'no-hsts',
    'no-csp',
    'server-version',
    'checked',
  ])
  expect(events[2]).toMatchObject({ grade: 'weak', rule: 'RFC 6797 7.1' })
  expect(events.at(-1)).toMatchObject({ port: expect.any(Number), unsteady: false, exit: 0 })
})

test('what is no server of TLS, nobody, and a wrong word end as they do elsewhere', async () => {
  const plain = new URL(await peer(socket => socket.on('data', () => socket.end('HTTP/1.1 400 Bad\r\n\r\n')))).host
  const io = captured()
  expect(await main(['check', plain], io)).toBe(4)
  expect(io.stderr()).toContain('tls/not-tls')
  expect(await main(['check', '127.0.0.1:1'], captured())).toBe(3)
  for (const words of [
    ['--only', 'nope'],
    ['--fail-on', 'x'],
    ['--most', '0'],
  ])
    expect(await main(['check', 'localhost', ...words], captured())).toBe(1)
})

test('Ctrl-C ends it, whoever is waited for', async () => {
  let came = false
  const silent = new URL(
    await peer(socket => {
      came = true
      socket.on('data', () => {})
    }),
  ).host
  const io = captured()
  const running = main(['check', silent, '--timeout', '1m'], io)
  while (!came) await soon()
  io.interrupt()
  expect(await running).toBe(130)
})

test('every finding has its words in both languages, with an end to each sentence', () => {
  for (const language of ['en', 'zh'] as const) {
    const words = findingsIn(language)
    expect(Object.keys(words).sort()).toEqual(Object.keys(findings).sort())
    for (const [code, { says, next }] of Object.entries(words)) {
      expect(says(['A', 'B', 'C', 'D', 'E']), code).toMatch(/[.。]$/)
      expect(next.length, code).toBeGreaterThan(5)
      expect(says(['A'])).not.toContain('undefined')
    }
  }
})

test('the manual names every family, trial and finding, and its commands are ones that can be typed', () => {
  const manual = readFileSync(new URL('../../../docs/manual/check.md', import.meta.url), 'utf8')
  for (const word of [...FAMILIES, ...Object.keys(findings)]) expect(manual).toContain(`\`${word}\``)
  const typed = [...manual.matchAll(/^\$ barewire (.+)$/gm)].map(([, words = '']) => words)
  expect(typed.length).toBeGreaterThan(3)
  const flags = [...COMMON, ...checkCommand.options].flatMap(({ flags }) => flags.match(/--[\w-]+/g) ?? [])
  for (const words of typed) {
    expect(commandIn(words.split(' '))?.name).toBe('check')
    for (const flag of words.match(/--[\w-]+/g) ?? []) expect(flags).toContain(flag)
  }
})
