import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { openCapture } from './capture-file.ts'
import { failureOf } from './errors.ts'

const folder = mkdtempSync(join(tmpdir(), 'barewire-capture-'))
afterAll(() => rmSync(folder, { recursive: true }))
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

test('a capture is readable by its owner alone, also where a file was that others could read', () => {
  const [fresh, old] = [join(folder, 'fresh'), join(folder, 'old')]
  writeFileSync(old, 'x'.repeat(10_000))
  chmodSync(old, 0o644)
  for (const path of [fresh, old]) {
    const capture = openCapture({ path: path })
    expect(mode(path)).toBe('600')
    capture.close()
    expect(mode(path)).toBe('600')
    expect(readFileSync(path).readUInt32BE(0)).toBe(0x0a0d0d0a)
    expect(statSync(path).size).toBeLessThan(1000)
  }
})

test('a capture of kernel sockets says in its first block that its frames are made up', () => {
  const path = join(folder, 'said')
  openCapture({ path: path }).close()
  const head = readFileSync(path, 'latin1')
  expect(head.slice(0, head.indexOf('barewire'))).toContain('Synthetic frames: the kernel carried this connection.')
})

test('a link is refused, and what it leads to stays as it was', () => {
  const [target, link, nowhere] = [join(folder, 'target'), join(folder, 'link'), join(folder, 'nowhere')]
  writeFileSync(target, 'mine')
  symlinkSync(target, link)
  symlinkSync(join(folder, 'absent'), nowhere)
  for (const path of [link, nowhere]) {
    let told: unknown
    try {
      openCapture({ path: path })
    } catch (error) {
      told = failureOf(error)
    }
    expect(told).toMatchObject({ code: 'cli/file', where: path, got: 'ELOOP' })
  }
  expect(readFileSync(target, 'latin1')).toBe('mine')
  expect(existsSync(join(folder, 'absent'))).toBe(false)
})

test.skipIf(!existsSync('/dev/null'))('a device is written as it is', () => {
  const before = mode('/dev/null')
  openCapture({ path: '/dev/null' }).close()
  expect(mode('/dev/null')).toBe(before)
})
