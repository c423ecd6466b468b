/** Servers that begin in clear: OpenSSL's client goes over to TLS with the same ones, and PostgreSQL is one that others wrote. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { main } from '../../src/cli/main.ts'
import { START_TLS, type StartTlsName } from '../../src/net/stream/starttls/protocols.table.ts'
import { issued, localhost, root } from '../support/node-tls.ts'
import { installed, missing, run } from '../support/peers.ts'
import { captured } from '../support/peers-io.ts'
import { noPostgres, type Postgres, startPostgres } from '../support/postgres.ts'
import { none, startTlsPeer, yes } from '../support/starttls.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-starttls-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const rootFile = join(folder, 'root.pem')
writeFileSync(rootFile, root)
const tls = issued({ names: ['localhost'] })

const asked = async (port: number, protocol: StartTlsName, ...more: string[]) => {
  const io = captured()
  const exit = await main(['check', `localhost:${port}`, '--starttls', protocol, '--trust', rootFile, ...more], io)
  return { exit, out: io.stdout(), err: io.stderr() }
}
const eventsIn = (out: string): readonly Record<string, unknown>[] =>
  out
    .trimEnd()
    .split('\n')
    .map(text => JSON.parse(text) as Record<string, unknown>)

describe.each(START_TLS)('%s', protocol => {
  test.skipIf(!installed('openssl'))(`OpenSSL takes the peer of the tests for one${missing('openssl')}`, async () => {
    const port = await startTlsPeer(yes[protocol], { tls })
    const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-starttls', protocol, '-CAfile', rootFile]
    const { stdout } = await run('openssl', [...args, '-verify_return_error', '-servername', 'localhost'])
    expect(Buffer.from(stdout).toString('latin1')).toContain('Verify return code: 0 (ok)')
  })
  test('is looked at through STARTTLS, and its certificate shown', async () => {
    const port = await startTlsPeer(yes[protocol], { tls })
    const { exit, out, err } = await asked(port, protocol, '--only', 'versions,certificates,starttls', '--json')
    expect({ exit, err }).toEqual({ exit: 0, err: '' })
    const [versions, certificates, starttls] = eventsIn(out).map(({ answers }) => answers)
    expect(versions).toMatchObject({ versions: { 'TLS 1.3': { offered: true }, 'TLS 1.0': { offered: false } } })
    expect(certificates).toMatchObject({ ecdsa: { trusted: true, names: ['localhost'] } })
    const isAsked = ['smtp', 'lmtp', 'imap', 'pop3', 'ftp', 'nntp'].includes(protocol)
    expect(starttls).toEqual({ protocol, injection: isAsked ? false : { unasked: 'not-asked' } })
    const io = captured()
    expect(await main(['cert', 'verify', `localhost:${port}`, '--starttls', protocol, '--trust', rootFile], io)).toBe(0)
    expect(io.stdout()).toContain('trusted for localhost')
  })
  test('without an offer nothing is asked', async () => {
    const { exit, err } = await asked(await startTlsPeer(none[protocol]), protocol)
    expect({ exit, code: err.includes('net/starttls-missing') }).toEqual({ exit: 4, code: true })
  })
})

test('who answers under TLS what was said in clear is told so, in both languages', async () => {
  const port = await startTlsPeer(yes.smtp, { tls, behind: 'kept' })
  const { exit, out } = await asked(port, 'smtp', '--only', 'starttls', '--why')
  expect(exit).toBe(9)
  expect(out).toContain('carries out what stood in clear')
  expect(out).toContain('CVE-2011-0411')
  expect((await asked(port, 'smtp', '--only', 'starttls', '--lang', 'zh')).out).toContain('CVE-2011-0411')
})

test('whoever greets in clear is led to --starttls', async () => {
  const port = await startTlsPeer(yes.smtp, { tls })
  const io = captured()
  expect(await main(['check', `localhost:${port}`], io)).toBe(4)
  expect(io.stderr()).toContain(`barewire check localhost:${port} --starttls smtp`)
})

let postgres: Postgres
beforeAll(async () => {
  if (noPostgres === '') postgres = await startPostgres(localhost, root)
}, 60_000)
afterAll(() => postgres?.stop())

test.skipIf(noPostgres !== '')(`PostgreSQL, all that can be asked${noPostgres}`, async () => {
  const { exit, out, err } = await asked(postgres.port, 'postgres', '--timeout', '20s')
  expect({ exit, err }).toEqual({ exit: 0, err: '' })
  for (const word of ['TLS 1.3', 'believed', 'starttls', 'PostgreSQL', 'robust']) expect(out).toContain(word)
  expect(out).not.toContain('http')
  expect(out).not.toContain('could not be asked')
})
