import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { captured } from '../../../../test/support/peers-io.ts'
import { plain } from '../../../inspect/index.ts'
import { runWriter } from '../../../node/runs.ts'
import { main } from '../../main.ts'
import { runLines } from './runs.ts'

const home = mkdtempSync(join(tmpdir(), 'barewire-inspect-runs-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const env = { XDG_STATE_HOME: home }
const folder = join(home, 'barewire', 'runs')

test('without an argument the runs that are kept are listed, the last first', async () => {
  const empty = captured({ env: { XDG_STATE_HOME: join(home, 'nothing') } })
  expect(await main(['inspect'], empty)).toBe(0)
  expect(empty.stdout()).toBe('No runs are kept yet: get, demo and cert keep theirs, the last 50 of them.\n')
  const now = Date.now()
  for (const [age, command, failure] of [
    [7_200_500, 'get https://shop.test/', undefined],
    [60_500, 'get https://\u202eevil\u001b[31m.test/', 'tls/certificate-name'],
  ] as const) {
    const run = runWriter(folder, now - age)
    run.write(new Uint8Array(1500))
    run.keep({ command, failure })
  }
  const io = captured({ env })
  expect(await main(['inspect'], io)).toBe(0)
  expect(io.stdout()).toBe(
    [
      ' @1  1 minute ago   1.5 kB  get https://\\u202eevil\\x1b[31m.test/  tls/certificate-name\n',
      ' @2   2 hours ago   1.5 kB  get https://shop.test/\n',
    ].join(''),
  )
  const json = captured({ env })
  expect(await main(['inspect', '--json'], json)).toBe(0)
  const [first, second, ...others] = json.stdout().trimEnd().split('\n')
  expect(JSON.parse(first!)).toMatchObject({ v: 1, type: 'kept', name: '@1', failure: 'tls/certificate-name' })
  expect(JSON.parse(second!)).toEqual({
    v: 1,
    type: 'kept',
    name: '@2',
    path: expect.stringMatching(/^\/.*\.pcapng$/),
    bytes: 1500,
    began: new Date(now - 7_200_500).toISOString(),
    command: 'get https://shop.test/',
    failure: null,
    cut: false,
  })
  expect(others).toEqual([])
})

test('a run that is not there is a mistake that says which are', async () => {
  for (const [word, given, kept] of [
    ['@9', env, '@1 to @2'],
    ['@0', env, '@1 to @2'],
    ['@1', {}, 'none'],
  ] as const) {
    const io = captured({ env: given })
    expect(await main(['inspect', word, '--json'], io)).toBe(1)
    expect(JSON.parse(io.stdout())).toMatchObject({ code: 'inspect/no-run', where: word, got: kept })
  }
  const io = captured({ env })
  expect(await main(['inspect', '@9', '--lang', 'zh'], io)).toBe(1)
  expect(io.stderr()).toContain('没有保存这样的运行记录。')
})

test('a run whose note is damaged is listed, and lines are never too wide', () => {
  for (const name of readdirSync(folder)) if (name.endsWith('.json')) writeFileSync(join(folder, name), '{')
  const run = { number: 50, path: '/x', bytes: 5, began: 0, note: undefined }
  const note = { command: '漢'.repeat(99), failure: 'tls/certificate-name', cut: true }
  const [first, second] = runLines([{ ...run, note }, run], 3 * 86_400_000, plain(60))
  expect(first).toBe(`@50  3 days ago      5 B  ${'漢'.repeat(5)}…  tls/certificate-name…`)
  expect(second).toBe('@50  3 days ago      5 B  (its note cannot be read)')
})
