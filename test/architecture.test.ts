import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const src = fileURLToPath(new URL('../src', import.meta.url))
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter(
  f => f.endsWith('.ts') && !f.endsWith('.test.ts'),
)
const source = new Map(files.map(file => [file, readFileSync(join(src, file), 'utf8')]))
const imports = (text: string): string[] => [...text.matchAll(/(?:from|import\()\s*'([^']+)'/g)].map(m => m[1]!)

/** Lower tiers know nothing of higher ones; a folder may import its own tier, except where `strangers` says no. */
const tiers: readonly (readonly string[])[] = [
  ['engine.ts', 'clock.ts', 'random.ts', 'drive.ts', 'machine.ts', 'wire'],
  ['trace', 'failures'],
  ['link', 'ip', 'udp', 'dns', 'tcp', 'asn1', 'crypto', 'x509', 'tls', 'http'],
  ['host', 'session', 'ca', 'capture', 'inspect', 'explain'],
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

test('words are bound where the world is touched: net and lab know their type alone', () => {
  const wrong = [...source]
    .filter(([file]) => /^(net|lab)\//.test(file) && !/^(net\/(node|to-node)|lab\/platform)\.ts$/.test(file))
    .filter(([, text]) => /^import (?!type )[^'"]*\/explain\//m.test(text))
  expect(wrong.map(([file]) => file)).toEqual([])
})

test('Node itself is imported only where the world is touched', () => {
  const allowed = (file: string) => file.startsWith('node/') || file.startsWith('cli/')
  const wrong = [...source].filter(([file, text]) => !allowed(file) && imports(text).some(i => i.startsWith('node:')))
  expect(wrong.map(([file]) => file)).toEqual([])
})

test('no clock, dice, timer, console or process outside web, node and cli', () => {
  const impure =
    /\b(Date\.now|new Date\(\)|performance\.now|Math\.random|setTimeout|setInterval|setImmediate|console\.|process\.)/
  const code = (text: string) => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '')
  const wrong = [...source].filter(([file, text]) => !/^(web|node|cli)\//.test(file) && impure.test(code(text)))
  expect(wrong.map(([file]) => file)).toEqual([])
})

test('only the check of chains can make a proof of trust', () => {
  const minting = [...source].filter(([file, text]) => file !== 'x509/trusted.ts' && /\bmint\b/.test(text))
  expect(minting.map(([file]) => file)).toEqual(['x509/path.ts'])
})

test('a file has at most 400 lines; tables are exempt', () => {
  const long = [...source].filter(
    ([file, text]) => !/\.table\.ts$/.test(file) && text.trimEnd().split('\n').length > 400,
  )
  expect(long.map(([file]) => file)).toEqual([])
})
