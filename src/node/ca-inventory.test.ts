import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { holdsAsAnInventory, reservation } from '../../test/support/inventories.ts'
import { brokenLine } from '../ca/log.ts'
import { FailureError } from '../failures/index.ts'
import { makeInventory, openInventory } from './ca-inventory.ts'
import { nodeCrypto } from './crypto.ts'
import { openDatabase } from './sqlite.ts'

const crypto = nodeCrypto()
const folder = mkdtempSync(join(tmpdir(), 'inventory-'))
afterAll(() => rmSync(folder, { recursive: true }))
let count = 0
const fresh = (): string => {
  const path = join(folder, `${++count}.db`)
  expect(makeInventory(path)).toBe(true)
  return path
}
const failureOf = (work: () => unknown) => {
  try {
    work()
  } catch (error) {
    if (error instanceof FailureError) return error.failure
    throw error
  }
  return undefined
}

holdsAsAnInventory(() => openInventory(fresh(), crypto))

test('what was written is there when the file is opened again, and nobody else can read it', () => {
  const path = fresh()
  const first = openInventory(path, crypto)
  first.reserve(reservation('01'))
  first.issued('01', Uint8Array.of(1, 2, 3), 3_000)
  first.revoke('01', { at: 4_000, reason: 'superseded' }, 'me')
  const [entries, log] = [first.entries(), first.log()]
  first.close()
  const second = openInventory(path, crypto)
  expect([second.entries(), second.log()]).toEqual([entries, log])
  expect(entries[0]).toMatchObject({ certificate: Uint8Array.of(1, 2, 3), names: ['a.test', '10.0.0.1'] })
  second.close()
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('two that have the file open see what the other one writes', () => {
  const path = fresh()
  const [one, two] = [openInventory(path, crypto), openInventory(path, crypto)]
  for (let i = 0; i < 10; i++) {
    expect((i % 2 === 0 ? one : two).reserve(reservation(`0${i}`))).toBe(true)
    expect((i % 2 === 0 ? two : one).reserve(reservation(`0${i}`))).toBe(false)
    expect((i % 2 === 0 ? two : one).nextListNumber('aa', 1)).toBe(i + 1)
  }
  expect(brokenLine(crypto, one.log())).toBeUndefined()
  expect(one.log()).toHaveLength(20)
  one.close()
  two.close()
})

test.each([
  ['a line of the log is changed', "UPDATE log SET by = 'x' WHERE number = 1"],
  ['a line of the log is taken out', 'DELETE FROM log WHERE number = 1'],
  ['a certificate is forgotten', 'DELETE FROM certificate'],
  ['a serial number is changed', "UPDATE certificate SET serial = '02'"],
  ['an issuer is changed', "UPDATE certificate SET issuer = 'bb'"],
  ['a certificate is replaced', "UPDATE certificate SET certificate = x'00'"],
  ['a certificate is taken back', 'UPDATE certificate SET certificate = NULL'],
  ['a revocation is taken back', 'UPDATE certificate SET revoked_at = NULL, reason = NULL'],
  ['a reason is changed', "UPDATE certificate SET reason = 'unspecified'"],
  ['a number of a list comes twice', 'UPDATE list SET number = 1'],
])('the file itself refuses that %s', (_, sql) => {
  const path = fresh()
  const inventory = openInventory(path, crypto)
  inventory.reserve(reservation('01'))
  inventory.issued('01', Uint8Array.of(1), 3_000)
  inventory.revoke('01', { at: 4_000, reason: 'superseded' }, 'me')
  inventory.nextListNumber('aa', 5_000)
  inventory.close()
  const database = openDatabase(path)
  expect(() => database.exec(sql)).toThrow(/only grows|are kept|stays|grow/)
  database.close()
})

test('a file is not made twice, and leaves nothing beside itself', () => {
  const path = fresh()
  const inventory = openInventory(path, crypto)
  inventory.reserve(reservation('01'))
  inventory.close()
  expect(makeInventory(path)).toBe(false)
  expect(openInventory(path, crypto).find('01')).toBeDefined()
  expect(readdirSync(folder).filter(name => name.includes('.new'))).toEqual([])
})

test('a file that is no inventory: ca/damaged; of a newer program, or out of reach: ca/unusable', () => {
  const path = fresh()
  const database = openDatabase(path)
  database.exec('PRAGMA user_version = 2')
  database.close()
  expect(failureOf(() => openInventory(path, crypto))).toMatchObject({
    code: 'ca/unusable',
    where: path,
    got: 'was written by a newer version of this program',
  })
  const text = join(folder, 'text.db')
  writeFileSync(text, 'not a database, and long enough to be looked at as one')
  expect(failureOf(() => openInventory(text, crypto))).toMatchObject({ code: 'ca/damaged', got: 'is no database' })
  const empty = join(folder, 'empty.db')
  writeFileSync(empty, '')
  expect(failureOf(() => openInventory(empty, crypto))).toMatchObject({ code: 'ca/damaged', got: 'is no inventory' })
  const nowhere = join(folder, 'none', 'x.db')
  expect(failureOf(() => openInventory(nowhere, crypto))).toMatchObject({
    code: 'ca/unusable',
    got: 'cannot be opened',
  })
})

test('a table that is gone is told as a file that is damaged: ca/damaged', () => {
  const path = fresh()
  const database = openDatabase(path)
  database.exec('DROP TABLE log')
  database.close()
  const inventory = openInventory(path, crypto)
  expect(failureOf(() => inventory.reserve(reservation('01')))?.code).toBe('ca/damaged')
  expect(inventory.entries()).toEqual([])
  inventory.close()
})

/** Root may write everything: it steps down for a moment. */
const withoutRights = <T>(deed: () => T): T => {
  if (process.getuid?.() !== 0) return deed()
  process.seteuid!(NOBODY)
  try {
    return deed()
  } finally {
    process.seteuid!(0)
  }
}
const NOBODY = 65_534

test.skipIf(process.platform === 'win32')('a file that cannot be written: ca/unusable', () => {
  const path = fresh()
  chmodSync(path, 0o400)
  if (process.getuid?.() === 0) for (const each of [path, dirname(path)]) chownSync(each, NOBODY, NOBODY)
  const failure = withoutRights(() => failureOf(() => openInventory(path, crypto).reserve(reservation('01'))))
  expect(failure?.code).toBe('ca/unusable')
})
