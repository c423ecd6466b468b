import { spawn } from 'node:child_process'
import { once } from 'node:events'
import fs, { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { AccountRecord } from '../acme/store.ts'
import { FailureError } from '../failures/index.ts'
import { acmeFileStore } from './acme-store.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acme-store-'))
})
afterEach(() => rmSync(folder, { recursive: true }))
const path = () => join(folder, 'acme.jsonl')

const account = (id: string, more: Partial<AccountRecord> = {}): AccountRecord => ({
  id,
  status: 'valid',
  spki: 'AAAA',
  thumbprint: 'BBBB',
  contact: [],
  termsOfServiceAgreed: false,
  external: undefined,
  ...more,
})
const idsIn = () => {
  const store = acmeFileStore(path())
  const found = [...store.all('account')].map(({ id, status }) => `${id} ${status}`)
  store.close()
  return found
}

test('what was written is there at the next start, as it was last, and what was removed is not', () => {
  const store = acmeFileStore(path())
  for (const id of ['one', 'two', 'three']) store.write('account', account(id))
  store.write('account', account('one', { status: 'deactivated' }))
  store.remove('account', 'two')
  expect(store.read('account', 'one')?.status).toBe('deactivated')
  expect(store.read('account', 'two')).toBeUndefined()
  store.close()
  expect(readFileSync(path(), 'utf8').split('\n')).toHaveLength(6)
  expect(idsIn()).toEqual(['one deactivated', 'three valid'])
  expect(readFileSync(path(), 'utf8').split('\n')).toHaveLength(3)
  expect(statSync(path()).mode & 0o777).toBe(0o600)
})

test('half a line at the end is as if it had not been written, and what follows is whole again', () => {
  const store = acmeFileStore(path())
  store.write('account', account('one'))
  store.close()
  appendFileSync(path(), '{"kind":"account","id":"two","rec')
  const again = acmeFileStore(path())
  again.write('account', account('three'))
  again.close()
  expect(idsIn()).toEqual(['one valid', 'three valid'])
})

test.each(['nonsense', '{}', 'null', '{"kind":"x","id":"a"}', '{"kind":"account","id":"a","record":{"id":"b"}}', ''])(
  'a line in the middle that is no record: ca/damaged, with its number: %j',
  line => {
    const store = acmeFileStore(path())
    store.write('account', account('one'))
    store.close()
    const before = `${readFileSync(path(), 'utf8')}${line}\n`
    writeFileSync(path(), before)
    const opened = () => acmeFileStore(path())
    expect(opened).toThrow(FailureError)
    try {
      opened()
    } catch (error) {
      expect((error as FailureError).failure).toMatchObject({ code: 'ca/damaged', where: `${path()}:2` })
    }
    expect(readFileSync(path(), 'utf8')).toBe(before)
  },
)

test('one process at a time has the file: ca/unusable; one that was killed leaves it to the next', async () => {
  const store = acmeFileStore(path())
  store.write('account', account('one'))
  const second = (): unknown => {
    try {
      return acmeFileStore(path())
    } catch (error) {
      return (error as FailureError).failure
    }
  }
  const refused = { code: 'ca/unusable', where: path(), got: 'is in use: another process serves this authority' }
  expect(second()).toMatchObject(refused)
  store.close()
  const program = join(folder, 'program.mjs')
  await build({
    stdin: {
      contents: `import { acmeFileStore } from './acme-store.ts'
        acmeFileStore(${JSON.stringify(path())}); setTimeout(() => { gc(); console.log('open') }, 100)
        setInterval(() => {}, 1000)`,
      resolveDir: import.meta.dirname,
    },
    outfile: program,
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
  const NODE_PATH = fileURLToPath(new URL('../../node_modules', import.meta.url))
  const child = spawn(process.execPath, ['--expose-gc', program], { env: { ...process.env, NODE_PATH } })
  await once(child.stdout, 'data')
  expect(second()).toMatchObject(refused)
  child.kill('SIGKILL')
  await once(child, 'close')
  expect(idsIn()).toEqual(['one valid'])
}, 60_000)

test('a line that did not fit on the disk is not there at all, and what follows is whole: ca/unusable', () => {
  const store = acmeFileStore(path())
  store.write('account', account('one'))
  const { writeSync: write } = fs
  let writes = 0
  const full = (file: number, octets: Uint8Array, at: number, _length: number, position: number): number => {
    if (++writes % 2 === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
    return write(file, octets, at, 20, position)
  }
  Object.assign(fs, { writeSync: full })
  syncBuiltinESMExports()
  try {
    expect(() => store.write('account', account('two'))).toThrow(FailureError)
    expect(() => store.remove('account', 'one')).toThrow(FailureError)
  } finally {
    fs.writeSync = write
    syncBuiltinESMExports()
  }
  expect([...store.all('account')].map(({ id }) => id)).toEqual(['one'])
  store.write('account', account('three'))
  store.close()
  expect(idsIn()).toEqual(['one valid', 'three valid'])
})

test('a folder that is not there: ca/unusable', () => {
  expect(() => acmeFileStore(join(folder, 'not', 'there'))).toThrow(expect.objectContaining({ code: 'ca/unusable' }))
})

test('however often a client changes something, the file grows to twice what counts and 4 MiB, and nothing is lost', () => {
  const store = acmeFileStore(path())
  store.write('account', account('one'))
  const contact = Array.from({ length: 10 }, (_, i) => `mailto:${'x'.repeat(300)}${i}@a.test`)
  let largest = 0
  for (let i = 0; i < 4_000; i++) {
    store.write('account', account('two', { contact: [...contact, `${i}`] }))
    largest = Math.max(largest, statSync(path()).size)
  }
  expect(largest).toBeGreaterThan(4_000_000)
  expect(largest).toBeLessThan(4_300_000)
  store.remove('account', 'one')
  store.close()
  const again = acmeFileStore(path())
  expect([...again.all('account')].map(({ id, contact: kept }) => [id, kept.at(-1)])).toEqual([['two', '3999']])
  again.close()
}, 60_000)
