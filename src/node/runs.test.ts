import { spawn } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { keptRuns, runsFolder, runWriter } from './runs.ts'

const root = mkdtempSync(join(tmpdir(), 'barewire-runs-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let count = 0
const fresh = (): string => join(root, `${++count}`, 'runs')
const began = Date.UTC(2026, 10, 20, 12)
const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8)

const keep = (folder: string, command: string, at = began): boolean => {
  const run = runWriter(folder, at)
  run.write(Uint8Array.of(1, 2, 3))
  return run.keep({ command, failure: undefined })
}

test('a run is kept for its owner alone, with a note of what it was', () => {
  const folder = fresh()
  const run = runWriter(folder, began)
  expect([run.write(Uint8Array.of(1, 2)), run.write(Uint8Array.of(3)), run.whole]).toEqual([true, true, true])
  expect(keptRuns(folder)).toEqual([])
  expect(run.keep({ command: 'get https://shop.test/', failure: 'tls/certificate-name' })).toBe(true)
  const [kept] = keptRuns(folder)
  expect(kept).toMatchObject({
    number: 1,
    bytes: 3,
    began,
    note: { command: 'get https://shop.test/', failure: 'tls/certificate-name', cut: false },
  })
  expect([...readFileSync(kept!.path)]).toEqual([1, 2, 3])
  expect([mode(folder), ...readdirSync(folder).map(file => mode(join(folder, file)))]).toEqual(['700', '600', '600'])
})

test('the last fifty are kept, the last is number 1', () => {
  const folder = fresh()
  for (let i = 0; i < 53; i++) expect(keep(folder, `get ${i}`, began + i)).toBe(true)
  const runs = keptRuns(folder)
  expect(runs.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
  expect([runs[0]?.note?.command, runs[49]?.note?.command]).toEqual(['get 52', 'get 3'])
  expect(readdirSync(folder)).toHaveLength(100)
})

test('of a long run the beginning is kept, whole blocks of it', () => {
  const folder = fresh()
  const run = runWriter(folder, began)
  expect(run.write(new Uint8Array(4 * 1024 * 1024))).toBe(true)
  expect([run.write(new Uint8Array(1)), run.whole]).toEqual([false, false])
  expect(run.keep({ command: 'get x' })).toBe(true)
  expect(keptRuns(folder)[0]).toMatchObject({ bytes: 4 * 1024 * 1024, note: { cut: true } })
})

test('what died while it wrote is tidied away after an hour, what others are writing is left', () => {
  const folder = fresh()
  keep(folder, 'first')
  const names = ['2026-11-20T11-00-00-000Z-1-aaaa.part', '2026-11-20T11-00-00-000Z-1-aaaa.json']
  const [old, young] = [names, names.map(name => name.replace('aaaa', 'bbbb'))]
  for (const name of [...old, ...young, 'notes.txt']) writeFileSync(join(folder, name), 'x')
  for (const name of old) utimesSync(join(folder, name), (began - 3_600_001) / 1000, (began - 3_600_001) / 1000)
  for (const name of young) utimesSync(join(folder, name), (began - 10) / 1000, (began - 10) / 1000)
  keep(folder, 'second')
  const left = readdirSync(folder)
  expect(left.filter(name => name.includes('aaaa'))).toEqual([])
  expect(left.filter(name => name.includes('bbbb'))).toHaveLength(2)
  expect(left).toContain('notes.txt')
  expect(keptRuns(folder)).toHaveLength(2)
})

test('where nothing can be kept nothing is, and nobody fails', () => {
  const folder = fresh()
  mkdirSync(join(folder, '..'), { recursive: true })
  writeFileSync(folder, 'a file')
  expect(keep(folder, 'get')).toBe(false)
  expect(keptRuns(folder)).toEqual([])
  // A link may lead to a folder that others read.
  const elsewhere = fresh()
  mkdirSync(elsewhere, { recursive: true })
  const link = join(root, 'link')
  symlinkSync(elsewhere, link)
  expect(keep(link, 'get')).toBe(false)
  expect(readdirSync(elsewhere)).toEqual([])
})

test('a folder that others can read is closed before anything is put there', () => {
  const folder = fresh()
  mkdirSync(folder, { recursive: true })
  chmodSync(folder, 0o755)
  expect(keep(folder, 'get')).toBe(true)
  expect(mode(folder)).toBe('700')
})

test('a note that is damaged, and files of other names, do no harm', () => {
  const folder = fresh()
  keep(folder, 'get')
  const [json] = readdirSync(folder).filter(name => name.endsWith('.json'))
  for (const text of ['{', 'null', '[]', '"x"', 'x'.repeat(70_000)]) {
    writeFileSync(join(folder, json!), text)
    expect(keptRuns(folder), text.slice(0, 9)).toMatchObject([{ number: 1, note: undefined }])
  }
  writeFileSync(join(folder, json!), '{"command":7,"failure":{},"cut":"yes"}')
  expect(keptRuns(folder)[0]?.note).toEqual({ command: '7', failure: undefined, cut: false })
  writeFileSync(join(folder, 'zzz.pcapng'), 'x')
  expect(keptRuns(folder)).toHaveLength(1)
})

test('the folder is that of XDG_STATE_HOME, else that of the home, else none', () => {
  expect(runsFolder({ XDG_STATE_HOME: '/state', HOME: '/home/me' })).toBe('/state/barewire/runs')
  expect(runsFolder({ XDG_STATE_HOME: 'relative', HOME: '/home/me' })).toBe('/home/me/.local/state/barewire/runs')
  expect(runsFolder({ HOME: '/home/me' })).toBe('/home/me/.local/state/barewire/runs')
  expect(runsFolder({ HOME: '' })).toBeUndefined()
  expect(runsFolder({})).toBeUndefined()
})

test('many processes at once keep fifty whole runs', async () => {
  const folder = fresh()
  const code = `
    const { runWriter } = await import(${JSON.stringify(fileURLToPath(new URL('./runs.ts', import.meta.url)))})
    for (let i = 0; i < 20; i++) {
      const run = runWriter(${JSON.stringify(folder)}, ${began} + i)
      run.write(new Uint8Array(1000 + i))
      if (!run.keep({ command: 'get ' + (1000 + i) })) process.exit(1)
    }`
  const started = Array.from({ length: 5 }, () =>
    spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', code], { stdio: 'inherit' }),
  )
  const exits = await Promise.all(started.map(child => new Promise(resolve => child.on('exit', resolve))))
  expect(exits).toEqual([0, 0, 0, 0, 0])
  const runs = keptRuns(folder)
  expect(runs).toHaveLength(50)
  for (const { bytes, note } of runs) expect(note?.command).toBe(`get ${bytes}`)
  expect(readdirSync(folder).filter(name => !/\.(json|pcapng)$/.test(name))).toEqual([])
})
