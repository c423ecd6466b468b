import fs, { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { writeWhole } from './whole-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-whole-'))
afterAll(() => rmSync(folder, { recursive: true }))

test('what a killed process left beside a file goes with the next write, and nothing else', () => {
  const hour = Date.now() / 1000 - 3600
  const old = ['a.pem.0123456789ab.new', 'a.pem.0123456789ab.new-wal', 'a.pem.mine.new', 'b.pem.0123456789ab.new']
  for (const name of [...old, 'a.pem.ba9876543210.new']) writeFileSync(join(folder, name), 'half')
  for (const name of old) utimesSync(join(folder, name), hour, hour)
  writeWhole(join(folder, 'a.pem'), 'whole', 0o600, 'new')
  expect(readFileSync(join(folder, 'a.pem'), 'utf8')).toBe('whole')
  // Of another file, of another name, and of somebody who may still be writing.
  expect(readdirSync(folder).sort()).toEqual([
    'a.pem',
    'a.pem.ba9876543210.new',
    'a.pem.mine.new',
    'b.pem.0123456789ab.new',
  ])
})

test('what stands in the way is said by the name that was meant, and nothing is left beside it', () => {
  const path = join(folder, 'taken')
  writeFileSync(path, 'mine')
  expect(() => writeWhole(path, 'other', 0o600, 'new')).toThrow(expect.objectContaining({ code: 'EEXIST', path }))
  expect(() => writeWhole(join(folder, 'none', 'x'), 'x', 0o600, 'new')).toThrow(
    expect.objectContaining({ code: 'ENOENT', path: join(folder, 'none', 'x') }),
  )
  expect(readFileSync(path, 'utf8')).toBe('mine')
  expect(readdirSync(folder).filter(name => name.startsWith('taken'))).toEqual(['taken'])
})

test('a full disk, of which the system names no file, is said by the name that was meant', () => {
  const path = join(folder, 'full')
  const { writeFileSync } = fs
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  try {
    fs.writeFileSync = () => {
      throw full
    }
    syncBuiltinESMExports()
    expect(() => writeWhole(path, 'x', 0o600, 'new')).toThrow(expect.objectContaining({ code: 'ENOSPC', path }))
  } finally {
    fs.writeFileSync = writeFileSync
    syncBuiltinESMExports()
  }
})
