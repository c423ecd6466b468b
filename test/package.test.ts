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
  exports: Record<string, (Entry & { readonly browser?: Entry; readonly workerd?: Entry }) | string>
}
const sourceOf = (entry: Entry): string => join(root, entry.default.replace('./dist/', 'src/').replace(/\.js$/, '.ts'))

/** `.` stands for Node's; what a browser gets in its place has its condition behind the name. */
const entries = Object.entries(exports).flatMap(([name, entry]): [string, string][] => {
  if (typeof entry === 'string') return []
  const { browser } = entry
  return [
    [name, sourceOf(entry)],
    ...(browser === undefined ? [] : [[`${name} in a browser`, sourceOf(browser)] as [string, string]]),
  ]
})

/** Entries that may import Node: they are what binds the others to it. */
const ON_NODE = new Set(['.', './node', './node/tls', './node/http', './node/undici', './lab/node'])

/** Packages that an entry may need besides: small, typed and without Node. */
const NOBLE = ['@noble/ciphers', '@noble/curves', '@noble/hashes', '@noble/post-quantum']
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  './inspect': ['get-east-asian-width'],
  './net': ['mrmime'],
  '. in a browser': [...NOBLE, 'mrmime', 'tldts'],
  './web': [...NOBLE, 'tldts'],
  './lab/web': [...NOBLE, 'tldts'],
}

/** `@noble/curves/nist.js` is of the package `@noble/curves`. */
const packageOf = (name: string): string =>
  name
    .split('/')
    .slice(0, name.startsWith('@') ? 2 : 1)
    .join('/')

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
  test(`barewire${name.slice(1)} exists, and ${ON_NODE.has(name) ? 'may use Node' : 'brings no Node with it'}`, () => {
    expect(existsSync(file), relative(root, file)).toBe(true)
    if (ON_NODE.has(name)) return
    const outside = [...closure(file)].filter(each => !each.startsWith('/')).map(packageOf)
    expect([...new Set(outside)].sort()).toEqual(PACKAGES[name] ?? [])
  })
}

/** Kilobytes, minified and compressed, that an entry may weigh in a page. Some five percent above what it was when all were last weighed. */
const BUDGETS: Readonly<Record<string, number>> = {
  './net': 193,
  './wire': 6,
  './trace': 6,
  './failures': 5,
  './explain': 98,
  './link': 12,
  './ip': 12,
  './udp': 9,
  './dns': 12,
  './host': 39,
  './tcp': 25,
  './crypto': 1,
  './x509': 58,
  './x509/lint': 28,
  './ca': 30,
  './acme': 166,
  './tls': 67,
  './http': 31,
  './session': 10,
  './capture': 11,
  './inspect': 74,
  './lab': 233,
  './lab/web': 121,
  './web': 138,
  '. in a browser': 306,
}

test('every entry but those that bind to Node has a budget', () => {
  const bundled = entries.map(([name]) => name).filter(name => !ON_NODE.has(name))
  expect(Object.keys(BUDGETS).sort()).toEqual(bundled.sort())
})

for (const [name, kilobytes] of Object.entries(BUDGETS)) {
  test(`barewire${name.slice(1)} bundles for a browser as it is and weighs at most ${kilobytes} kB there`, async () => {
    const entryPoints = entries.filter(([entry]) => entry === name).map(([, file]) => file)
    const { outputFiles } = await build({
      entryPoints,
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'browser',
    })
    expect(gzipSync(outputFiles[0]!.contents, { level: 9 }).length / 1000).toBeLessThan(kilobytes)
  })
}

/** Sentences of several families: words are for people, and an engine has none to talk to. */
const SAID = /Nobody listens on this port|Two lengths for one body|does not speak TLS here|No address for this/

const textOf = async (name: string): Promise<string> => {
  const entryPoints = entries.filter(([entry]) => entry === name).map(([, file]) => file)
  const { outputFiles } = await build({ entryPoints, bundle: true, write: false, format: 'esm' })
  return outputFiles[0]!.text
}

test('words come from barewire/explain', async () => {
  expect(await textOf('./explain')).toMatch(SAID)
})

for (const name of ['./link', './ip', './host', './tcp', './tls', './http', './x509', './session', './ca']) {
  test(`barewire${name.slice(1)} brings codes and facts of failures, no words`, async () => {
    const text = await textOf(name)
    expect(SAID.test(text)).toBe(false)
  })
}
