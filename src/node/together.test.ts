import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { completeTogether, writeTogether } from './together.ts'
import type { WriteMode } from './whole-file.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'together-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const at = (name: string): string => join(folder, name)
const write = (how: WriteMode, key: string, certificate: string): string =>
  writeTogether(at('a'), how, { '.key': key }, () => ({ result: 'done', rest: { '.pem': certificate } }))
const found = (): Record<string, string> =>
  Object.fromEntries(readdirSync(folder).map(name => [name, readFileSync(at(name), 'utf8')]))
/** As somebody leaves it who was stopped. */
const leave = (pending: unknown, mode = 0o600): void => {
  writeFileSync(at('a.pending'), typeof pending === 'string' ? pending : JSON.stringify(pending), { mode })
  chmodSync(at('a.pending'), mode)
}
const files = { '.key': 'K', '.pem': 'C' }

test('both are written, the key for its owner alone, and nothing stays beside them', () => {
  expect(write('new', 'K', 'C')).toBe('done')
  expect(found()).toEqual({ 'a.key': 'K', 'a.pem': 'C' })
  expect(['a.key', 'a.pem'].map(name => statSync(at(name)).mode & 0o777)).toEqual([0o600, 0o644])
  write('replace', 'K2', 'C2')
  expect(found()).toEqual({ 'a.key': 'K2', 'a.pem': 'C2' })
})

test('where what they belong to is refused, or one of them cannot be there, all is as it was', () => {
  const refused = (): never => {
    expect(JSON.parse(readFileSync(at('a.pending'), 'utf8'))).toMatchObject({ files: { '.key': 'K' }, whole: false })
    throw new Error('refused')
  }
  expect(() => writeTogether(at('a'), 'new', { '.key': 'K' }, refused)).toThrow('refused')
  expect(found()).toEqual({})
  writeFileSync(at('a.pem'), 'of another')
  expect(() => write('new', 'K', 'C')).toThrow('EEXIST')
  expect(found()).toEqual({ 'a.pem': 'of another' })
  rmSync(at('a.pem'))
  writeFileSync(at('a.key'), 'old')
  mkdirSync(at('a.pem'))
  expect(() => write('replace', 'K', 'C')).toThrow('EISDIR')
  expect([readdirSync(folder).sort(), readFileSync(at('a.key'), 'utf8')]).toEqual([['a.key', 'a.pem'], 'old'])
})

test('what was whole is completed, however far it had come; what was not is taken away', () => {
  for (const there of [[], ['a.key'], ['a.key', 'a.pem']]) {
    for (const name of there) writeFileSync(at(name), name === 'a.key' ? 'K' : 'C')
    leave({ how: 'new', files, whole: true })
    completeTogether(folder)
    expect(found()).toEqual({ 'a.key': 'K', 'a.pem': 'C' })
    for (const name of ['a.key', 'a.pem']) rmSync(at(name))
  }
  leave({ how: 'new', files: { '.key': 'K' }, whole: false })
  completeTogether(folder)
  expect(found()).toEqual({})
})

test('where another file has taken the place of one, neither is left of ours', () => {
  writeFileSync(at('a.key'), 'K')
  writeFileSync(at('a.pem'), 'of another')
  leave({ how: 'new', files, whole: true })
  completeTogether(folder)
  expect(found()).toEqual({ 'a.pem': 'of another' })
})

test('what is not ours to complete is left alone', () => {
  for (const [pending, mode] of [
    [{ how: 'new', files, whole: true }, 0o644],
    ['no JSON', 0o600],
    ['null', 0o600],
    [{ how: 'other', files, whole: true }, 0o600],
    [{ how: 'new', files: { '/../b.key': 'K' }, whole: true }, 0o600],
    [{ how: 'new', files: { '.key': 7 }, whole: true }, 0o600],
  ] as const) {
    if (process.platform === 'win32' && mode === 0o644) continue
    leave(pending, mode)
    completeTogether(folder)
    expect(readdirSync(folder)).toEqual(['a.pending'])
  }
})
