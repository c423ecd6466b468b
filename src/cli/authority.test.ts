import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { captured } from '../../test/support/peers-io.ts'
import { localAuthority } from '../node/ca-files.ts'
import { type AuthorityFacts, openAuthority } from './authority.ts'
import { certificateSource } from './certificates.ts'
import { identityOf } from './identity.ts'
import { main } from './main.ts'

const DAY = 86_400_000
const folders: string[] = []
const home = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'barewire-authority-'))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Runs a command with this folder for its data. */
const run = async (folder: string, words: readonly string[]) => {
  const before = process.env.BAREWIRE_HOME
  process.env.BAREWIRE_HOME = folder
  try {
    const io = captured()
    expect(await main([...words], io)).toBe(0)
    return io
  } finally {
    if (before === undefined) delete process.env.BAREWIRE_HOME
    else process.env.BAREWIRE_HOME = before
  }
}

/** A folder with a root that has this many days left of its 3650. */
const homeWithDaysLeft = (days: number): string => {
  const folder = home()
  localAuthority({ home: folder, now: () => Date.now() - (3650 - days) * DAY })
  return folder
}

test('ca path says that a root near its end was renewed, and by which fingerprint the new one is known', async () => {
  const folder = homeWithDaysLeft(20)
  const { stderr, stdout } = await run(folder, ['ca', 'path'])
  expect(stdout()).toBe(`${join(folder, 'ca', 'root.pem')}\n`)
  expect(stderr()).toMatch(
    /^CA "barewire CA of .*" renewed just now, valid until \d{4}-\d\d-\d\d: what trusted the one before must be told to trust this one, SHA-256 ([0-9A-F]{2}:){31}[0-9A-F]{2}\n$/,
  )
  expect((await run(folder, ['ca', 'path'])).stderr()).toBe('')
})

test('ca path --json says made, found or renewed, with the fingerprint', async () => {
  const folder = homeWithDaysLeft(20)
  const told = async () => JSON.parse((await run(folder, ['ca', 'path', '--json'])).stdout())
  const renewed = await told()
  expect(renewed).toMatchObject({ type: 'ca', made: false, renewed: true })
  expect(await told()).toEqual({ ...renewed, renewed: false })
  expect(JSON.parse((await run(home(), ['ca', 'path', '--json'])).stdout())).toMatchObject({
    made: true,
    renewed: false,
  })
})

test.skipIf(spawnSync('openssl', ['version']).status !== 0)('the fingerprint is the one that openssl shows', () => {
  const { fingerprint, path } = openAuthority({ home: home() })
  const shown = execFileSync('openssl', ['x509', '-noout', '-fingerprint', '-sha256', '-in', path], {
    encoding: 'utf8',
  })
  expect(shown.trim().split('=')[1]).toBe(fingerprint)
})

test('serve says which names its authority does not sign for: ca/refused; of all addresses it leaves those out', async () => {
  const folder = home()
  const { refuses, issue, name } = openAuthority({ home: folder })
  expect(refuses(['localhost', '10.0.0.1'])).toBeUndefined()
  expect(refuses(['localhost', 'bank.com'])).toMatchObject({ code: 'ca/refused', where: `${name}, issuing` })
  const signs = (name: string) => refuses([name]) === undefined
  expect(certificateSource(issue, '0.0.0.0', Date.now, signs).usual).toContain('localhost')
  const none = certificateSource(issue, '0.0.0.0', Date.now, () => false)
  expect(none.usual).toEqual(['localhost', '127.0.0.1', '::1'])
  const before = process.env.BAREWIRE_HOME
  process.env.BAREWIRE_HOME = folder
  try {
    const told = { renewed: () => {}, made: () => {}, warned: () => {}, io: captured() }
    await expect(identityOf({ host: 'www.bank.com' }, told)).rejects.toMatchObject({ code: 'ca/refused' })
    expect((await identityOf({ host: 'shop.test' }, told)).names).toContain('shop.test')
  } finally {
    if (before === undefined) delete process.env.BAREWIRE_HOME
    else process.env.BAREWIRE_HOME = before
  }
})

test('an authority that ends while it is in use is replaced, and that is told once', () => {
  const folder = home()
  let now = Date.UTC(2026, 0, 1)
  const told: AuthorityFacts[] = []
  const authority = openAuthority({ home: folder, now: () => now, renewed: next => told.push(next) })
  authority.issue(['a.localhost'])
  now += 3619 * DAY
  authority.issue(['b.localhost'])
  expect(told).toEqual([])
  const before = readFileSync(authority.path, 'latin1')
  now += DAY
  authority.issue(['c.localhost'])
  authority.issue(['d.localhost'])
  expect(told).toEqual([
    expect.objectContaining({ since: 'renewed', path: authority.path, notAfter: now + 3650 * DAY }),
  ])
  expect(told[0]?.fingerprint).not.toBe(authority.fingerprint)
  expect(readFileSync(authority.path, 'latin1')).not.toBe(before)
})
