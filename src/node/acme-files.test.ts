/** What a client of ACME keeps is its own: nobody else reads or writes it. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { certificateAuthority } from '../ca/authority.ts'
import type { FailureError } from '../failures/index.ts'
import { acmeFiles } from './acme-files.ts'
import { nodeCrypto } from './crypto.ts'

const crypto = nodeCrypto()
const authority = certificateAuthority({ crypto, now: Date.now, name: 'Root' })
const DIRECTORY = 'https://ca.test/directory'
let home = ''
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'acme-files-'))
})
afterEach(() => rmSync(home, { recursive: true, force: true }))
const files = (directory = DIRECTORY) => acmeFiles(home, directory, crypto)
const folder = () => join(home, 'acme', readdirSync(join(home, 'acme'))[0]!)
const codeOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    return (error as FailureError).code
  }
  return 'nothing'
}

test('a key of an account and certificates for names, for each authority, whatever the order of the names', () => {
  const key = files().accountKey()
  expect(files().accountKey()).toEqual(key)
  expect(files('https://other.test/directory').accountKey()).not.toEqual(key)
  const keyPair = crypto.generateKeyPair('p-256')
  const { chain } = authority.issue({ names: ['a.test', 'b.test'], keyPair })
  expect(files().certificate(['a.test', 'b.test'])).toBeUndefined()
  files().keep(['a.test', 'b.test'], { chain, key: keyPair })
  const kept = files().certificate(['b.test', 'a.test'])
  expect([kept?.chain.map(der => [...der]), [...kept!.key.pkcs8]]).toEqual([
    chain.map(der => [...der]),
    [...keyPair.pkcs8],
  ])
  expect(files().certificate(['a.test'])).toBeUndefined()
})

test.skipIf(process.platform === 'win32')('they are for their owner alone, and others are not used', () => {
  files().accountKey()
  const path = join(folder(), 'account.pem')
  expect([statSync(path).mode & 0o777, statSync(folder()).mode & 0o777]).toEqual([0o600, 0o700])
  chmodSync(path, 0o644)
  expect(codeOf(() => files().accountKey())).toBe('ca/key-readable')
  chmodSync(path, 0o600)
  for (const each of [folder(), join(home, 'acme'), home]) {
    chmodSync(each, 0o777)
    expect(
      codeOf(() => files().accountKey()),
      each,
    ).toBe('ca/unusable')
    chmodSync(each, 0o700)
  }
  expect(codeOf(() => files().accountKey())).toBe('nothing')
})

test.skipIf(process.platform === 'win32')('nothing is written where others can write', () => {
  mkdirSync(join(home, 'acme'))
  chmodSync(join(home, 'acme'), 0o777)
  expect(codeOf(() => files().accountKey())).toBe('ca/unusable')
})
