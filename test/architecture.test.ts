import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  f => f.endsWith('.ts') && !f.endsWith('.test.ts'),
)
const source = new Map(files.map(file => [file, readFileSync(join(src, file), 'utf8')]))
/** What a file imports, in any form: types, `import('x')` and a bare `import 'x'` too. */
const imports = (text: string): string[] =>
  [...text.matchAll(/\b(?:from|import\(|import)\s*'([^'\s]+)'/g)].map(m => m[1]!)
const graph = new Map(
  [...source].map(([file, text]) => [
    file,
    imports(text).map(name => (name.startsWith('.') ? relative(src, resolve(join(src, dirname(file)), name)) : name)),
  ]),
)
/** Everything that a file brings along, to the end. */
const closure = (file: string): Set<string> => {
  const seen = new Set([file])
  for (const each of seen) for (const next of graph.get(each) ?? []) seen.add(next)
  return seen
}
/** Where the world is touched; everything else is pure. */
const impure = (file: string): boolean => /^(?:node|web|cli|index(?:\.\w+)?\.ts)(?:\/|$)/.test(file)

/** Lower tiers know nothing of higher ones; a folder may import its own tier, except where `strangers` says no. */
const tiers: readonly (readonly string[])[] = [
  ['engine.ts', 'clock.ts', 'random.ts', 'drive.ts', 'machine.ts', 'wire'],
  ['trace', 'failures'],
  ['link', 'ip', 'udp', 'dns', 'tcp', 'asn1', 'crypto', 'x509', 'tls', 'http'],
  ['host', 'session', 'ca', 'acme', 'capture', 'dissect', 'inspect', 'explain'],
  ['net'],
  ['lab'],
  ['web'],
  ['node'],
  ['cli', 'index.shared.ts', 'index.ts', 'index.web.ts'],
]
const strangers: readonly (readonly [string, string])[] = [
  ['tls', 'tcp'],
  ['tcp', 'tls'],
  ['http', 'tls'],
  ['tls', 'http'],
  ['http', 'tcp'],
  ['tcp', 'http'],
]
const topOf = (file: string): string => file.split('/')[0]!
const tierOf = (top: string): number => tiers.findIndex(tier => tier.includes(top))

test('every file belongs to a tier', () => {
  expect(files.filter(file => tierOf(topOf(file)) < 0)).toEqual([])
})

test('imports point downwards, and strangers do not know each other', () => {
  const wrong: string[] = []
  for (const [file, text] of source) {
    for (const name of imports(text).filter(i => i.startsWith('.'))) {
      const target = relative(src, resolve(join(src, dirname(file)), name))
      const [from, to] = [topOf(file), topOf(target)]
      if (tierOf(to) > tierOf(from) || strangers.some(([a, b]) => a === from && b === to))
        wrong.push(`${file} -> ${target}`)
    }
  }
  expect(wrong).toEqual([])
})

test('ciphers of yesterday encrypt in the lab alone', () => {
  const users = [...source]
    .filter(([, text]) => /\b(?:encryptDes|Rc4|WeakProtection)\b/.test(text))
    .map(([file]) => file)
  expect(users.filter(file => !file.startsWith('lab/weak/'))).toEqual(['crypto/old/des.ts'])
})

test('words are bound where the world is touched: net and lab know their type alone', () => {
  const wrong = [...source]
    .filter(([file]) => /^(net|lab)\//.test(file))
    .filter(([, text]) => /^import (?!type )[^'"]*\/explain\//m.test(text))
  expect(wrong.map(([file]) => file)).toEqual([])
})

test('what is pure brings no platform along, however far its imports are followed', () => {
  const wrong = files
    .filter(file => !impure(file))
    .flatMap(file =>
      [...closure(file)].filter(far => far.startsWith('node:') || impure(far)).map(far => `${file} … ${far}`),
    )
  expect(wrong).toEqual([])
})

test('Node itself is imported only in node and cli, and no other package by the engines', () => {
  const foreign = (file: string) => (graph.get(file) ?? []).filter(name => !source.has(name))
  expect(
    files.filter(file => !/^(node|cli)\//.test(file) && foreign(file).some(name => name.startsWith('node:'))),
  ).toEqual([])
  const engines = files.filter(file => tierOf(topOf(file)) <= tierOf('http'))
  expect(engines.filter(file => foreign(file).length > 0)).toEqual([])
})

test('no file needs itself: there are no circles of imports, of types neither', () => {
  const circles = files.filter(file =>
    (graph.get(file) ?? []).some(next => source.has(next) && closure(next).has(file)),
  )
  expect(circles).toEqual([])
})

test('no clock, dice, timer, console or process outside web, node and cli', () => {
  const world =
    /\b(Date\.now|new Date\(\)|performance\b|Math\.random|getRandomValues|randomUUID|set(?:Timeout|Interval|Immediate)|queueMicrotask|console\b|process\b|globalThis\b)/
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')
  expect([...source].filter(([file, text]) => !impure(file) && world.test(code(text))).map(([file]) => file)).toEqual(
    [],
  )
})

test('a file that a comment names is there: beside it, in its layer, or by its path', () => {
  const root = join(src, '..')
  const wrong = [...source].flatMap(([file, text]) =>
    [...text.matchAll(/`([\w./-]+\.ts)`/g)]
      .map(match => match[1]!)
      .filter(name => {
        const layer = join(src, topOf(file))
        const inLayer = files.some(other => topOf(other) === topOf(file) && other.endsWith(`/${name}`))
        return (
          ![join(src, dirname(file), name), join(src, name), join(root, name), join(layer, name)].some(existsSync) &&
          !inLayer
        )
      })
      .map(name => `${file}: ${name}`),
  )
  expect(wrong).toEqual([])
})

test('only the check of chains can make a proof of trust', () => {
  const minting = [...source].filter(([file, text]) => file !== 'x509/path/trusted.ts' && /\bmint\b/.test(text))
  expect(minting.map(([file]) => file)).toEqual(['x509/path/verify.ts'])
})

test('who computes an option may hand on undefined for one that is not given', () => {
  const wrong = [...source].flatMap(([file, text]) =>
    [...text.matchAll(/^(?:export )?interface (\w*(?:Options|Config|Choices|Init|Limits)) .*?\{$(.*?)^\}$/gms)].flatMap(
      ([, name, members = '']) =>
        [...members.matchAll(/^ {2}readonly (\w+)\?: (?!.*(?:\| undefined|unknown)$)[^{}]*$/gm)].map(
          ([, member]) => `${file}: ${name}.${member}`,
        ),
    ),
  )
  expect(wrong).toEqual([])
})

const pages = fileURLToPath(new URL('../inspector', import.meta.url))
/** Of the page that shows exchanges: its sources, by their paths below the root. */
const pageSource = new Map(
  readdirSync(pages, { recursive: true, encoding: 'utf8' })
    .filter(file => /\.tsx?$/.test(file) && !/\.test\.ts$|^vite\.config\.ts$/.test(file))
    .map(file => [`inspector/${file}`, readFileSync(join(pages, file), 'utf8')]),
)
const pageImports = (file: string): string[] =>
  imports(pageSource.get(file)!).map(name =>
    name.startsWith('.') ? relative(join(pages, '..'), resolve(join(pages, '..', dirname(file)), name)) : name,
  )

test('the page stands on the library, on what the web has, on Preact and two decoders; nothing stands on the page', () => {
  const wrong = [...pageSource.keys()].flatMap(file =>
    pageImports(file)
      .filter(
        name =>
          !/^(?:inspector\/|preact(?:$|\/)|fflate$|node_modules\/brotli\/dec\/|src\/(?!node\/|cli\/|index))/.test(name),
      )
      .map(name => `${file} -> ${name}`),
  )
  expect(wrong).toEqual([])
  const above = [...graph].filter(([, names]) => names.some(name => name.startsWith('../inspector/')))
  expect(above.map(([file]) => file)).toEqual([])
})

test('what the page shows is found without a page: models know no components, runs no platform', () => {
  const wrong = [...pageSource.keys()]
    .filter(file => /^inspector\/(?:model|runs)\//.test(file))
    .flatMap(file =>
      pageImports(file)
        .filter(name => /^preact|^inspector\/page\/.*\.tsx$|^src\/web\//.test(name))
        .map(name => `${file} -> ${name}`),
    )
  expect(wrong).toEqual([])
})

test('a file has at most 400 lines; tables are exempt', () => {
  const long = [...source, ...pageSource].filter(
    ([file, text]) => !/\.table\.ts$/.test(file) && text.trimEnd().split('\n').length > 400,
  )
  expect(long.map(([file]) => file)).toEqual([])
})
