/** The main job as a user sees it, and what tshark makes of its capture. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { PASSWORD } from '../../src/lab/shop.ts'
import { captured } from '../support/peers-io.ts'
import { tsharkComplaints, tsharkFields, tsharkMissing } from './tshark.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-demo-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const run = async (name: string, ...words: readonly string[]) => {
  const file = join(folder, name)
  const io = captured()
  const exit = await main(['demo', '--pcapng', file, ...words], io)
  return { exit, out: io.stdout(), err: io.stderr(), file, capture: new Uint8Array(readFileSync(file)) }
}

test('the demo tells the exchange and the attacks on standard output, in at most 100 columns', async () => {
  const { exit, out, err, file } = await run('people.pcapng')
  expect(exit).toBe(0)
  expect(err).toBe('')
  for (const part of [
    'Welcome, ada.',
    'You are ada.',
    '✓ chain',
    'close_notify both ways, FIN both ways',
    '⊂ frame ',
  ]) {
    expect(out).toContain(part)
  }
  for (const code of ['tls/signature-wrong', 'tls/certificate-untrusted', 'tls/record-damaged', 'tls/cut-short']) {
    expect(out).toContain(code)
  }
  expect(out).toContain(PASSWORD)
  for (const line of out.split('\n'))
    if (!line.includes(folder)) expect([...line].length, line).toBeLessThanOrEqual(100)
  expect(statSync(file).mode & 0o077, 'the capture holds secrets').toBe(0)
})

test('with --json every line is an object of schema 1, and each attack says what was expected and what came', async () => {
  const { exit, out } = await run('program.pcapng', '--json')
  expect(exit).toBe(0)
  const objects = out
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
  for (const object of objects) expect(object).toMatchObject({ v: 1, type: expect.any(String) as string })
  const attacks = objects.filter(({ type }) => type === 'attack')
  expect(attacks.map(({ id }) => id)).toEqual([
    'read-password',
    'inject-advertisement',
    'listen-in',
    'swap-key',
    'forge-certificate',
    'flip-bit',
    'replay-record',
    'cut-connection',
  ])
  for (const attack of attacks) expect(attack).toMatchObject({ asExpected: true })
  expect(objects.find(({ type }) => type === 'exchange')).toMatchObject({ cookies: 1 })
  expect(objects.filter(({ type }) => type === 'message').length).toBeGreaterThan(50)
})

test('a seed repeats a run to the last byte of its output and of its capture', async () => {
  const [a, b] = [await run('seed.pcapng', '--seed', '7', '--json'), await run('seed.pcapng', '--seed', '7', '--json')]
  expect(b.out).toBe(a.out)
  expect(b.capture).toEqual(a.capture)
  const c = await run('seed.pcapng', '--seed', '8', '--json')
  expect(c.capture).not.toEqual(a.capture)
})

test.skipIf(tsharkMissing)(
  'tshark finds nothing wrong in the capture and reads both exchanges without a key file',
  async () => {
    const { capture } = await run('tshark.pcapng')
    expect(tsharkComplaints(capture)).toEqual([])
    const requests = tsharkFields(
      capture,
      ['http.request.method', 'http.request.uri', 'http.cookie'],
      '-Y',
      'http.request',
    )
    expect(requests.map(([method, uri]) => `${method} ${uri}`)).toEqual(['POST /login', 'GET /account'])
    expect(requests[1]?.[2]).toMatch(/^__Host-sid=/)
    const answers = tsharkFields(capture, ['http.response.code'], '-Y', 'http.response')
    expect(answers).toEqual([['200'], ['200']])
  },
)
