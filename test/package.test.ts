/** What a stranger gets from `npm install barewire`: every entry exists, and the engines bring no Node with them. */
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
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
