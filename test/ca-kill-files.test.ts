/** `ca issue` and `ca renew`, killed before each of their deeds on files: a key and its certificate are both there, or neither. */
import { spawn } from 'node:child_process'
import { createPrivateKey, X509Certificate } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { main } from '../src/cli/main.ts'
import { temporaryFolder } from './support/peers-chain.ts'
import { captured } from './support/peers-io.ts'

const { path: folder, remove } = temporaryFolder('ca-kill-files')
const at = (...names: readonly string[]): string => join(folder, ...names)
const before = process.env.BAREWIRE_HOME
beforeAll(async () => {
  process.env.BAREWIRE_HOME = at('home')
  const entryPoints = [fileURLToPath(new URL('programs/killed-at.ts', import.meta.url))]
  await build({
    entryPoints,
    outfile: at('program.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
  })
  mkdirSync(at('start'))
  expect(await here('issue', 'a.test', '--out', at('start'))).toBe(0)
}, 60_000)
afterAll(() => {
  if (before === undefined) delete process.env.BAREWIRE_HOME
  else process.env.BAREWIRE_HOME = before
  remove()
})

const here = (...words: readonly string[]): Promise<number> => main(['ca', ...words], captured({ env: {} }))

/** Killed before its n-th deed; false when it had fewer, and came to its end. */
const killedAt = (n: number, words: readonly string[]): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const NODE_PATH = fileURLToPath(new URL('../node_modules', import.meta.url))
    const child = spawn(process.execPath, [at('program.mjs'), `${n}`, ...words], {
      env: { ...process.env, NODE_PATH },
    })
    let complaint = ''
    child.stderr.on('data', piece => (complaint += piece))
    child.on('close', (code, signal) =>
      signal === 'SIGKILL' || code === 0 ? resolve(signal === 'SIGKILL') : reject(new Error(complaint)),
    )
  })

/** The serial number of a certificate whose key lies beside it; `neither` where none of both is there. */
const pairIn = (place: string): string => {
  const [certificate, key] = ['a.test.pem', 'a.test.key'].map(name => join(place, name))
  expect(existsSync(certificate!), 'one without the other').toBe(existsSync(key!))
  if (!existsSync(certificate!)) return 'neither'
  const leaf = new X509Certificate(readFileSync(certificate!))
  expect(leaf.checkPrivateKey(createPrivateKey(readFileSync(key!)))).toBe(true)
  return leaf.serialNumber
}

test('a key without a certificate, or with another, is never left for the next command', async () => {
  const old = pairIn(at('start'))
  for (const what of ['issue', 'renew'] as const) {
    const found = new Set<string>()
    let n = 1
    for (let killed = true; killed; n++) {
      const place = at(`${what}-${n}`)
      if (what === 'renew') cpSync(at('start'), place, { recursive: true })
      else mkdirSync(place)
      const words = what === 'renew' ? ['renew', join(place, 'a.test.pem')] : ['issue', place]
      killed = await killedAt(n, words)
      expect(await here('issue', 'next.test', '--out', place)).toBe(0)
      const pair = pairIn(place)
      found.add(pair === 'neither' || pair === old ? 'before' : 'after')
      expect(readdirSync(place).filter(name => name.endsWith('.pending'))).toEqual([])
    }
    // As many as it takes to write three files beside and to move them.
    expect(n, what).toBeGreaterThan(9)
    expect([...found], what).toEqual(['before', 'after'])
  }
}, 240_000)
