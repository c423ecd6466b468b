import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type CapturedIo, captured } from '../../../test/support/peers-io.ts'
import { playExchange } from '../../lab/exchange.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import { nodePlatform } from '../../node/lab.ts'
import { Secret } from '../../tls/secret.ts'
import { nextTraffic } from '../../tls/tls13/key-schedule.ts'
import { keyLog } from '../../trace/keylog.ts'
import { hexText } from '../../wire/bytes.ts'
import { labCapture } from '../capture-file.ts'
import { main } from '../main.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-keys-'))
const capture = join(folder, 'x.pcapng')
let log = ''
beforeAll(async () => {
  const platform = nodePlatform({ seed: 5 })
  const file = labCapture({ path: capture }, platform.date)
  log = keyLog((await playExchange(platform, 5, file.sink)).records)
  file.close()
})
afterAll(() => rmSync(folder, { recursive: true }))

const run = async (text: string, ...words: readonly string[]): Promise<CapturedIo & { readonly code: number }> => {
  const path = join(folder, 'keys.log')
  writeFileSync(path, text)
  const io = captured()
  const code = await main(['keys', path, ...words], io)
  return { ...io, code }
}
const RANDOM = 'ab'.repeat(32)
const SECRET = 'cd'.repeat(32)

test('the key schedule of a connection, and that its secrets open what was captured', async () => {
  const { code, stdout } = await run(log, '--capture', capture)
  expect(code, stdout()).toBe(0)
  expect(stdout()).toMatch(/^ TLS 1\.3 {2}client random [\da-f]{64}\n/)
  expect(stdout()).toMatch(
    /key exchange ▶ handshake secret\n.*✓ client handshake traffic +line \d, opens the capture: the client's/,
  )
  expect(stdout()).toMatch(/✓ server traffic 0 +line \d, opens the capture/)
  expect(stdout()).toMatch(/· client early traffic +not logged: early data/)
  expect(stdout()).toContain('connections: 1, secrets: 5, broken lines: 0')
})

test('a capture with its keys inside is both: the log, and what it is tried on', async () => {
  const io = captured()
  expect(await main(['keys', capture], io), io.stderr()).toBe(0)
  expect(io.stdout()).toMatch(/✓ server traffic 0 +line \d, opens the capture/)
  expect(io.stdout()).toContain('connections: 1, secrets: 5, broken lines: 0')
  const bare = join(folder, 'bare.pcapng')
  const file = labCapture({ path: bare }, 0)
  file.close()
  const none = captured()
  expect(await main(['keys', bare], none)).toBe(9)
  expect(none.stderr()).toContain(`${bare} has no keys inside.`)
})

test('a capture that is cut short is tried as far as it goes', async () => {
  const cut = join(folder, 'cut.pcapng')
  writeFileSync(cut, readFileSync(capture).subarray(0, -5))
  const io = captured()
  expect(await main(['keys', cut], io), io.stderr()).toBe(0)
  expect(io.stdout()).toMatch(/✓ server traffic 0 +line \d, opens the capture/)
})

test('a run that was kept is named as everywhere', async () => {
  const env = { BAREWIRE_KEEP: '1', XDG_STATE_HOME: join(folder, 'state') }
  const played = captured({ env })
  expect(await main(['demo', '--seed', '7'], played)).toBe(0)
  const io = captured({ env })
  expect(await main(['keys', '@1'], io), io.stderr()).toBe(0)
  expect(io.stdout()).toMatch(/opens the capture/)
  const none = captured({ env })
  expect(await main(['keys', '@7'], none)).toBe(1)
  expect(none.stderr()).toContain('inspect/no-run')
})

test('secrets themselves are shown on demand alone', async () => {
  const [, , secret = ''] = log.split('\n')[0]!.split(' ')
  for (const words of [[], ['--json'], ['-vvv']]) {
    const { stdout, stderr } = await run(log, ...words)
    expect(stdout() + stderr()).not.toContain(secret.slice(0, 20))
  }
  expect((await run(log, '--json', '--show-secrets')).stdout()).toContain(secret)
  expect((await run(log, '--show-secrets')).stdout()).toContain(secret)
})

test('a secret that is missing is told, and where the capture needs it, that too', async () => {
  const without = log
    .split('\n')
    .filter(text => !text.startsWith('SERVER_TRAFFIC_SECRET_0'))
    .join('\n')
  expect((await run(without)).stdout()).toMatch(/✗ server traffic 0 +missing: what the server sends/)
  const tried = await run(without, '--capture', capture)
  expect([tried.code, tried.stdout()]).toEqual([
    9,
    expect.stringMatching(/✗ server traffic 0 +missing, and the capture needs it/),
  ])
})

test('a secret that belongs to another connection, and a connection without secrets, are told', async () => {
  const changed = log.replace(/^(SERVER_HANDSHAKE_TRAFFIC_SECRET \w+ )\w+/m, (_, begin) => `${begin}${SECRET}`)
  const { code, stdout } = await run(changed, '--capture', capture)
  expect([code, stdout()]).toEqual([
    9,
    expect.stringMatching(/✗ server handshake traffic +line \d, opens nothing here/),
  ])
  const other = await run(`CLIENT_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}\n`, '--capture', capture)
  expect(other.stdout()).toMatch(/✗ not in the log: client random [\da-f]{64}\n/)
})

test('a traffic secret is computed again from the one before (RFC 9846 7.2)', async () => {
  const next = hexText(nextTraffic(nodeCrypto(), 'sha256', new Secret(Buffer.from(SECRET, 'hex'))).reveal())
  const lines = (second: string) =>
    `CLIENT_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET}\nCLIENT_TRAFFIC_SECRET_1 ${RANDOM} ${second}\n`
  const right = await run(lines(next))
  expect([right.code, right.stdout()]).toEqual([
    0,
    expect.stringMatching(/✓ client traffic 1 +line 2, follows: after KeyUpdate 1/),
  ])
  const wrong = await run(lines(SECRET))
  expect([wrong.code, wrong.stdout()]).toEqual([
    9,
    expect.stringMatching(/✗ client traffic 1 +line 2, does not follow/),
  ])
})

test('broken lines are told by their number, and what is wrong with them', async () => {
  const { code, stdout } = await run(
    [
      '# written by a test',
      `CLIENT_RANDOM ${RANDOM} ${'cd'.repeat(48)}`,
      `CLIENT_RANDOM ${RANDOM} ${'cd'.repeat(48)}`,
      `CLIENT_RANDOM ${RANDOM} ${'ce'.repeat(48)}`,
      'hello \x1b[31m',
      `CLIENT_RANDOM ${RANDOM.slice(2)} ${SECRET}`,
      `CLIENT_RANDOM ${RANDOM} ${SECRET}`,
      `EXPORTER_SECRET ${RANDOM} xyz`,
      `SERVER_TRAFFIC_SECRET_0 ${RANDOM} ${SECRET} more`,
      `RSA 0011223344556677 ${SECRET}`,
      `SERVER_TRAFFIC_SECRET_0 ${RANDOM} cdc`,
    ].join('\n'),
  )
  expect(code).toBe(9)
  expect(
    stdout()
      .split('\n')
      .filter(text => text.startsWith('✗')),
  ).toEqual([
    '✗ line 4: another CLIENT_RANDOM for this client random than in line 2',
    '✗ line 5: "hello" is no label',
    '✗ line 6: a client random of 62 digits; it has 64',
    '✗ line 7: a secret of 64 digits; it has 96',
    '✗ line 8: a secret that is not hexadecimal',
    '✗ line 9: 4 words where 3 belong',
    '✗ line 10: RSA: a line of an older form that is not read',
    '✗ line 11: a secret of 3 digits; it has 64 or 96: the program may still be writing it',
  ])
  expect(stdout()).toMatch(/^ TLS 1\.2 {2}client random/)
  expect(stdout()).toMatch(/✓ master secret +line 2: everything both sides send/)
  expect(stdout()).toContain('1 lines stand there twice')
})

test('a log without secrets is a failure, and a file that is none too', async () => {
  const empty = await run('# nothing\n')
  expect([empty.code, empty.stderr()]).toEqual([9, expect.stringContaining('decode/no-secrets')])
  const io = captured()
  expect(await main(['keys', join(folder, 'nowhere')], io)).toBe(1)
  expect(io.stderr()).toContain('cli/file')
})

test('fifty connections are drawn, the others counted; --json tells all', async () => {
  const many = Array.from(
    { length: 60 },
    (_, i) => `CLIENT_TRAFFIC_SECRET_0 ${i.toString(16).padStart(64, '0')} ${SECRET}\n`,
  ).join('')
  expect((await run(many)).stdout()).toContain('and 10 connections more')
  expect((await run(many, '--json')).stdout().split('"type":"keys"').length).toBe(61)
})
