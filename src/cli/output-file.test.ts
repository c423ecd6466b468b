/** What is left in a folder by a file that was begun and did not come whole. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { ascii } from '../../test/support/bytes.ts'
import { outputFile } from './output-file.ts'

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), 'barewire-output-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

test.each([
  ['"1"', true],
  [undefined, false],
] as const)(
  'the part, and beside it what it is a part of: with validator %s to be gone on with: %s',
  async (validator, noted) => {
    const at = folder()
    const file = await outputFile(join(at, 'iso'))
    await file.write(ascii('half'))
    expect(await file.close({ url: 'https://a.test/iso', validator })).toEqual({
      path: join(at, 'iso.part'),
      bytes: 4,
      noted,
    })
    expect(readdirSync(at).sort()).toEqual(['iso.part', 'iso.part.json'])
  },
)

test('the part alone where there is no room for a note, and no failure but the one that broke it off', async () => {
  const at = folder()
  // A folder in its place refuses the note, as a disk that is full does.
  mkdirSync(join(at, 'iso.part.json'))
  const file = await outputFile(join(at, 'iso'))
  await file.write(ascii('half'))
  const left = await file.close({ url: 'https://a.test/iso', validator: '"1"' })
  expect(left).toEqual({ path: join(at, 'iso.part'), bytes: 4, noted: false })
  expect(readFileSync(join(at, 'iso.part'), 'utf8')).toBe('half')
})
