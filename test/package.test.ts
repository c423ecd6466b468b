/** What a stranger gets from `npm install barewire`: every entry exists, and the engines bring no Node with them. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
interface Entry {
  readonly types: string
  readonly default: string
}
const { exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  exports: Record<string, Entry | string>
}
const entries = Object.entries(exports).flatMap(([name, entry]) =>
  typeof entry === 'string'
    ? []
    : [[name, join(root, entry.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))] as const],
)

/** Entries that may import Node: the promise world, OpenSSL's primitives, and worlds that stand on them. */
const ON_NODE = new Set(['.', './crypto', './lab'])

const imports = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(/^(?:import|export)(?! type)[^'"]*from '([^']+)'/gm)].map(m => m[1]!)

/** Everything that `file` pulls in at run time. */
const closure = (file: string, seen = new Set<string>()): Set<string> => {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const name of imports(file)) {
    if (name.startsWith('.')) closure(resolve(dirname(file), name), seen)
    else seen.add(name)
  }
  return seen
}

for (const [name, file] of entries) {
  test(`barewire${name.slice(1)} exists, and ${ON_NODE.has(name) ? 'may use Node' : 'brings no Node and no package with it'}`, () => {
    expect(existsSync(file), relative(root, file)).toBe(true)
    if (ON_NODE.has(name)) return
    expect([...closure(file)].filter(each => !each.startsWith('/'))).toEqual([])
  })
}

/** Kilobytes, minified and compressed, that an entry may weigh in a page. A fifth above what it was when last changed. */
const BUDGETS: Readonly<Record<string, number>> = {
  './wire': 7,
  './tcp': 36,
  './host': 52,
  './x509': 40,
  './tls': 40,
  './http': 36,
  './capture': 12,
  './inspect': 40,
}

for (const [name, kilobytes] of Object.entries(BUDGETS)) {
  test(`barewire${name.slice(1)} weighs at most ${kilobytes} kB in a page`, async () => {
    const entryPoints = entries.filter(([entry]) => entry === name).map(([, file]) => file)
    const { outputFiles } = await build({ entryPoints, bundle: true, minify: true, write: false, format: 'esm' })
    expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length / 1000).toBeLessThan(kilobytes)
  })
}
