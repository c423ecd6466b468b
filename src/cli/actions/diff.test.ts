/** `barewire diff` on files: what is shown, with which exit code, in which width and language, and what is refused. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { captured as exchange, type Setting } from '../../../test/support/compared.ts'
import { captured } from '../../../test/support/peers-io.ts'
import { columnsOf } from '../../inspect/shown.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-diff-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const file = async (name: string, setting: Setting): Promise<string> => {
  const path = join(folder, name)
  writeFileSync(path, await exchange(setting))
  return path
}
const good = file('good.pcapng', {})
const bad = file('bad.pcapng', { url: 'https://10.0.0.3/' })

const diffed = async (words: readonly string[], env: Record<string, string> = {}) => {
  const io = captured({ env: { LANG: 'C.UTF-8', ...env } })
  const exit = await main(['diff', ...words], io)
  return { exit, out: io.stdout(), err: io.stderr() }
}

test('what differs, how the two went on, and why one failed', async () => {
  const { exit, out, err } = await diffed([await good, await bad])
  expect([exit, err]).toEqual([9, ''])
  expect(out.replaceAll(`${folder}/`, '')).toBe(
    [
      ' A ✓  good.pcapng 4  10.0.0.2:59931 → 10.0.0.3:443  shop.test',
      ' B ✗  bad.pcapng 2  10.0.0.2:53516 → 10.0.0.3:443  tls/name-unknown',
      ' same     TCP, ClientHello except 1 field',
      ' differs  ClientHello.server_name  shop.test                       │ (absent)',
      ' then     from the server          ServerHello  TLS 1.3            │ alert 112 unrecognized_name',
      '          at the end               200 OK; FIN from the client     │ FIN from the server',
      ' likely   The server does not serve this name. The client asks for no name at all (SNI). The server',
      '          refused with alert 112 unrecognized_name.',
      '          B has no server name (SNI); the other has.',
      '          Let the client name the server: Node `servername`, openssl s_client `-servername`, Python',
      '          `server_hostname`; who connects to an address sends no name (RFC 6066 3).',
      '',
      ' Not compared, because it is another each time: randoms, session ids, key shares, tickets, GREASE,',
      ' sequence numbers, ports of clients, Date, cookie values, padding.',
      '',
    ].join('\n'),
  )
})

test('nothing that counts: exit code 0', async () => {
  const { exit, out } = await diffed([await good, await file('again.pcapng', { seed: 2 })])
  expect(exit).toBe(0)
  expect(out).toContain('Nothing differs that counts.')
  expect(out).not.toMatch(/^ differs/m)
})

test('values stand beside each other as far as there is room, and in no width is a line wider', async () => {
  const suites = await file('suites.pcapng', { client: { suites: ['TLS_AES_128_GCM_SHA256'] } })
  for (const columns of [60, 80, 100, 140])
    for (const lang of ['en', 'zh'])
      for (const other of [await bad, suites]) {
        const { out } = await diffed([await good, other, '--lang', lang], { COLUMNS: `${columns}`, NO_COLOR: '1' })
        for (const text of out.split('\n')) expect(columnsOf(text), text).toBeLessThanOrEqual(Math.min(columns, 100))
        const bars = out.split('\n').flatMap(text => (text.includes(' │') ? [columnsOf(text.split(' │')[0]!)] : []))
        expect(new Set(bars).size).toBe(bars.length === 0 ? 0 : 1)
        expect(bars.length > 0 || columns < 100).toBe(true)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
        expect(out).not.toMatch(/\u001b/)
      }
  // A list that would be many short lines stands below its name.
  const long = await diffed([await good, suites])
  expect(long.out).toMatch(
    /ClientHello\.cipherSuites\n {12}A {2}TLS_AES_256_GCM_SHA384, .*\n(?: {15}.*\n)+ {12}B {2}\(only the 1 that both have\)\n/,
  )
  const { out } = await diffed([await good, await bad], { COLUMNS: '60' })
  expect(out).toContain('ClientHello.server_name\n            A  shop.test\n            B  (absent)\n')
})

test('in Chinese', async () => {
  const { out } = await diffed([await good, await bad, '--lang', 'zh'])
  expect(out).toMatch(/^ 不同 +ClientHello\.server_name +shop\.test +│ （没有）$/m)
  expect(out).toContain('B 没有服务器名称（SNI），另一方有。')
})

test('for programs a line for each difference, and one for the whole', async () => {
  const { exit, out } = await diffed([await good, await bad, '--json'])
  const [difference, comparison, ...more] = out
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text))
  expect([exit, more]).toEqual([9, []])
  expect(difference).toEqual({
    v: 1,
    type: 'difference',
    part: 'ClientHello',
    field: 'server_name',
    a: { values: ['shop.test'], shared: 0 },
    b: null,
  })
  expect(comparison).toMatchObject({
    type: 'comparison',
    a: { name: 'shop.test', failure: null, unread: false },
    b: { name: null, failure: 'tls/name-unknown' },
    differences: 1,
    parted: { a: { from: 'server', said: 'ServerHello' }, b: { from: 'server', said: 'Alert 112' } },
    likely: { failed: 'b', code: 'tls/name-unknown', because: ['ClientHello.server_name'] },
  })
})

test('credentials are starred in every form, unless they are asked for', async () => {
  const signed = await file('signed.pcapng', { headers: { authorization: 'Bearer s3cret' } })
  const unsigned = await file('unsigned.pcapng', { headers: { accept: '*/*' } })
  for (const more of [[], ['--json']]) {
    const { out } = await diffed([signed, unsigned, ...more])
    expect(out).toContain('*************')
    expect(out).not.toContain('s3cret')
    expect((await diffed([signed, unsigned, '--show-secrets', ...more])).out).toContain('Bearer s3cret')
  }
})

test('what a peer says has no power over the terminal', async () => {
  const hostile = await file('hostile.pcapng', { headers: { 'x-name': 'a\u009b2Jb\u00ad' } })
  const { out } = await diffed([await file('plain.pcapng', { headers: { 'x-name': 'a' } }), hostile])
  expect(out).toContain('request.x-name')
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none may be there
  expect(out).not.toMatch(/[\u001b\u009b\u00ad]/)
})

test('one number for both, one for each, and numbers that are none', async () => {
  const [a, b] = [await good, await bad]
  const both = await diffed([a, a, '--conversation', '4,3', '--json'])
  expect(JSON.parse(both.out.trimEnd().split('\n').at(-1)!)).toMatchObject({
    a: { conversation: 4 },
    b: { conversation: 3 },
  })
  expect((await diffed([a, b, '--conversation', '99'])).err).toContain('99')
  for (const words of [[a], [a, b, a], ['-', '-'], [a, b, '--conversation', '4,'], [a, b, '--conversation', '0']])
    expect((await diffed(words)).exit, words.join(' ')).toBe(1)
})
