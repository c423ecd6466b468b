import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { captured } from '../../../test/support/peers-io.ts'
import { type Attack, attacks } from '../../lab/attacks/index.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-demo-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const demo = async (...args: string[]) => {
  const io = captured({ env: { LC_ALL: 'C.UTF-8' } })
  const code = await main(['demo', ...args], io)
  return { code, stdout: io.stdout(), stderr: io.stderr() }
}

test('the demo tells the exchange and what an attacker gets, over HTTP and over HTTPS', async () => {
  const { code, stdout, stderr } = await demo('--pcapng', join(folder, 'told.pcapng'))
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const row of ['name', 'arp', 'tcp', 'tls 1.3', 'who', 'request', 'answer', 'cookie', 'close'])
    expect(stdout).toMatch(new RegExp(`^ +${row} `, 'm'))
  expect(stdout).toContain('correct horse battery staple')
  for (const refusal of ['tls/certificate-untrusted', 'tls/record-damaged', 'tls/cut-short'])
    expect(stdout).toContain(refusal)
  for (const line of stdout.replaceAll(folder, '').split('\n')) expect([...line].length).toBeLessThanOrEqual(100)
})

test('a seed repeats the run to the last byte of the capture', async () => {
  const files = ['a.pcapng', 'b.pcapng', 'c.pcapng'].map(name => join(folder, name))
  for (const [i, file] of files.entries())
    expect((await demo('--seed', i < 2 ? '7' : '8', '--pcapng', file)).code).toBe(0)
  const [a, b, c] = files.map(file => readFileSync(file, 'latin1'))
  expect(a).toBe(b)
  expect(a).not.toBe(c)
})

test('--json gives all of it to a program, one object per line', async () => {
  const { code, stdout } = await demo('--json', '--pcapng', join(folder, 'json.pcapng'))
  const events = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line))
  expect(code).toBe(0)
  expect(events.every(event => event.v === 1)).toBe(true)
  expect(events.find(event => event.type === 'exchange')).toMatchObject({ cookies: 1 })
  const played = events.filter(event => event.type === 'attack')
  expect(played.map(({ id }) => id)).toEqual(attacks.map(({ id }) => id))
  expect(played.every(attack => attack.asExpected)).toBe(true)
})

test('--json -v gives the messages, -vv where their fields lie, -vvv their bytes', async () => {
  const keysOf = async (...args: string[]) => {
    const { stdout } = await demo('--json', ...args, '--pcapng', join(folder, 'detail.pcapng'))
    const message = stdout.split('\n').find(text => text.includes('"type":"message"'))
    return Object.keys(JSON.parse(message ?? '{}')).filter(key => key === 'fields' || key === 'bytes')
  }
  expect(await keysOf('-v')).toEqual([])
  expect(await keysOf('-vv')).toEqual(['fields'])
  expect((await keysOf('-vvv')).sort()).toEqual(['bytes', 'fields'])
})

test('an attack that does not go as it must is cli/check, exit 9', async () => {
  const harmless: Attack = {
    id: 'harmless',
    over: 'https',
    does: 'nothing',
    expected: { by: 'client', code: 'tls/cut-short' },
  }
  const list = attacks as Attack[]
  const kept = list.splice(0, list.length, harmless)
  // Put back also when the demo throws: the list is everybody's.
  const { code, stderr } = await demo('--pcapng', join(folder, 'check.pcapng')).finally(() =>
    list.splice(0, list.length, ...kept),
  )
  expect(code).toBe(9)
  expect(stderr).toContain('cli/check')
  expect(stderr).toContain('harmless')
})
