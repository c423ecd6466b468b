import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, parse, sep } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { latin1Text } from '../wire/bytes.ts'
import { filesIn } from './files.ts'

const outside = realpathSync(mkdtempSync(join(tmpdir(), 'barewire-files-')))
const root = join(outside, 'root')
mkdirSync(join(root, 'sub'), { recursive: true })
mkdirSync(join(root, '.hidden'))
mkdirSync(join(outside, 'root-beside'))
writeFileSync(join(root, 'ten'), '0123456789')
utimesSync(join(root, 'ten'), 1_700_000_000, 1_700_000_000)
writeFileSync(join(root, '.hidden', 'file'), 'secret')
writeFileSync(join(outside, 'plain'), 'secret')
writeFileSync(join(outside, 'root-beside', 'plain'), 'secret')
symlinkSync(join(outside, 'root-beside', 'plain'), join(root, 'to-beside'))
symlinkSync(outside, join(root, 'to-outside'))
symlinkSync(root, join(root, 'to-itself'))
symlinkSync(join(root, '.hidden', 'file'), join(root, 'to-hidden'))
afterAll(() => rmSync(outside, { recursive: true }))

const kindOf = async (...names: readonly string[]): Promise<'folder' | 'file' | undefined> => {
  const found = await (await filesIn(root)).open(names)
  if (found === undefined || found === 'folder') return found
  await found.close()
  return 'file'
}

test('the folder itself and those in it are folders, files are files, and the rest is not there', async () => {
  expect(await kindOf()).toBe('folder')
  expect(await kindOf('sub')).toBe('folder')
  expect(await kindOf('to-itself')).toBe('folder')
  expect(await kindOf('ten')).toBe('file')
  expect(await kindOf('to-itself', 'sub', '..', 'ten')).toBe('file')
  expect(await kindOf('nothing')).toBeUndefined()
  expect(await kindOf('ten', 'nothing')).toBeUndefined()
})

test('links that lead out of it, or to what is hidden, lead nowhere', async () => {
  expect(await kindOf('to-outside')).toBeUndefined()
  expect(await kindOf('to-outside', 'plain')).toBeUndefined()
  expect(await kindOf('..', 'plain')).toBeUndefined()
  expect(await kindOf('to-beside')).toBeUndefined()
  expect(await kindOf('to-hidden')).toBeUndefined()
  expect(await kindOf('.hidden')).toBeUndefined()
})

test('a file is read from anywhere to its end and no further, and is closed for good', async () => {
  const file = await (await filesIn(root)).open(['ten'])
  if (file === undefined || file === 'folder') throw new Error('no file')
  expect([file.size, file.modified]).toEqual([10, 1_700_000_000_000])
  expect(latin1Text(await file.read(0, 4))).toBe('0123')
  expect(latin1Text(await file.read(7, 100))).toBe('789')
  expect(await file.read(10, 100)).toHaveLength(0)
  await file.close()
  await expect(file.read(0, 1)).rejects.toThrow()
})

test('a folder that is not there is the system’s error', async () => {
  await expect(filesIn(join(outside, 'nowhere'))).rejects.toMatchObject({ code: 'ENOENT' })
})

test.skipIf(sep !== '/')('the root of the file system is a folder as well', async () => {
  const all = await filesIn(parse(outside).root)
  expect(await all.open([])).toBe('folder')
  expect(await all.open(outside.split(sep).slice(1))).toBe('folder')
})
