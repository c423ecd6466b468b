import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { type GrowingKeyLog, growingKeyLog, loggingKeysTo } from './key-log.ts'

const open: GrowingKeyLog[] = []
const fresh = (): GrowingKeyLog => {
  const log = growingKeyLog()
  open.push(log)
  return log
}
afterEach(() => {
  for (const log of open.splice(0)) log.close()
})
const line = (n: number): string => `CLIENT_RANDOM ${`${n}`.padStart(64, '0')} ${'ab'.repeat(48)}\n`
const read = (log: GrowingKeyLog, which: 'new' | 'all' = 'new'): string[] => {
  const found: string[] = []
  log.read(which, lines => found.push(...lines))
  return found
}

test('lines are given once, whole, and when they are there', () => {
  const log = fresh()
  expect(read(log)).toEqual([])
  appendFileSync(log.path, line(1) + line(2).slice(0, 50))
  expect(read(log)).toEqual([line(1)])
  expect(read(log)).toEqual([])
  appendFileSync(log.path, line(2).slice(50))
  expect(read(log)).toEqual([line(2)])
})

test('at the end a last line without an end is one too', () => {
  const log = fresh()
  appendFileSync(log.path, line(1) + line(2).trimEnd())
  expect(read(log, 'all')).toEqual([line(1), line(2)])
})

test('what is no line of a key log is not passed on, however long it is', () => {
  const log = fresh()
  appendFileSync(
    log.path,
    `# comment\n${line(1).trimEnd()}\r\nCLIENT_RANDOM 12 34\n${'x'.repeat(1_000_000)}\n${line(2)}`,
  )
  expect(read(log, 'all')).toEqual([line(1), line(2)])
})

test('a log of a megabyte comes in pieces, no line twice', () => {
  const log = fresh()
  const all = Array.from({ length: 5000 }, (_, n) => line(n))
  appendFileSync(log.path, all.join(''))
  const first = read(log)
  expect(first.length).toBeGreaterThan(1000)
  expect(first.length).toBeLessThan(2000)
  expect([...first, ...read(log, 'all')]).toEqual(all)
})

test('nobody else may read it, and nothing is left of it', () => {
  const log = growingKeyLog()
  expect((statSync(log.path).mode & 0o777).toString(8)).toBe('600')
  expect((statSync(dirname(log.path)).mode & 0o777).toString(8)).toBe('700')
  log.close()
  expect(existsSync(dirname(log.path))).toBe(false)
})

test('Node takes the option beside others, also for a path with spaces and quotes', () => {
  for (const path of ['/tmp/keys.log', '/tmp/a folder/"keys".log']) {
    const env = loggingKeysTo(path, { ...process.env, NODE_OPTIONS: '--no-warnings' })
    expect(env.SSLKEYLOGFILE).toBe(path)
    const option = "process.stdout.write(require('node:v8') && process.env.NODE_OPTIONS)"
    expect(execFileSync(process.execPath, ['-e', option], { env, encoding: 'utf8' })).toMatch(
      /^--no-warnings .*--tls-keylog=/,
    )
  }
})
