/**
 * Writes `docs/generated/` from the code: every failure, every place that cites an RFC, every state machine. With
 * `--check` nothing is written, and the exit code is 1 when a page is out of date.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { elsewhere } from '../src/explain/elsewhere.table.ts'
import { english } from '../src/explain/en/index.ts'
import { entryOf, type FailureCode, fail, failures } from '../src/failures/index.ts'
import { TRANSITIONS } from '../src/tcp/states.table.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

const failurePage = (): string => {
  const rows = (Object.keys(failures) as FailureCode[]).sort((a, b) => a.localeCompare(b))
  const lines = ['# Failures', '', `Every code that Barewire reports: ${rows.length}. Codes never change.`, '']
  for (const code of rows) {
    const failure = fail(code)
    const entry = entryOf(failure)
    const facts = [
      `whose fault: ${entry.fault}`,
      `exit ${entry.exit}`,
      ...(entry.alert === undefined ? [] : [`TLS alert ${entry.alert}`]),
      ...(entry.status === undefined ? [] : [`HTTP ${entry.status}`]),
      ...(entry.rule === undefined ? [] : [entry.rule]),
    ]
    lines.push(`## ${code}`, '', `**${english.title(failure)}** ${facts.join(' · ')}`, '')
    const because = english.because(failure)
    if (because.length > 0) lines.push('Because, perhaps:', '', ...because.map(b => `- ${b}`), '')
    const tries = english.tryThis(failure)
    if (tries.length > 0) lines.push('Try:', '', ...tries.map(t => `- \`${t}\``), '')
    const others = Object.entries(elsewhere(failure))
    if (others.length > 0) {
      lines.push(`Elsewhere: ${others.map(([tool, name]) => `${tool} ${name}`).join(', ')}.`, '')
    }
  }
  return lines.join('\n')
}

/** Section to the places that cite it. */
const rfcPage = (): string => {
  const places = new Map<string, Set<string>>()
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter(f => f.endsWith('.ts'))
    .sort()
  for (const file of files) {
    for (const text of readFileSync(join(root, 'src', file), 'utf8').split('\n')) {
      for (const [, number, section = ''] of text.matchAll(/RFC (\d{3,5})(?: (?:section )?(\d+(?:\.\d+)*))?/g)) {
        const key = `${number} ${section}`.trim()
        places.set(key, (places.get(key) ?? new Set()).add(`src/${file}`))
      }
    }
  }
  const order = (key: string): number[] => key.split(/[ .]/).map(Number)
  const sorted = [...places].sort(([a], [b]) => {
    const [x, y] = [order(a), order(b)]
    for (let i = 0; i < Math.max(x.length, y.length); i++)
      if ((x[i] ?? -1) !== (y[i] ?? -1)) return (x[i] ?? -1) - (y[i] ?? -1)
    return 0
  })
  const rows = sorted.map(
    ([key, where]) => `| RFC ${key} | ${[...where].map(f => `[${f.slice(4)}](../../${f})`).join(', ')} |`,
  )
  return ['# Where each RFC section is obeyed', '', '| section | files |', '| --- | --- |', ...rows, ''].join('\n')
}

const statesPage = (): string => {
  const id = (state: string) => state.replaceAll('-', '_')
  const arrows = TRANSITIONS.map(
    t => `  ${id(t.from)} --> ${id(t.to)}: ${t.on}${t.sends === undefined ? '' : ` / ${t.sends}`}`,
  )
  return [
    '# State machines',
    '',
    'Drawn from the tables that the engines follow.',
    '',
    '## TCP (RFC 9293 3.3.2)',
    '',
    '```mermaid',
    'stateDiagram-v2',
    ...arrows,
    '```',
    '',
  ].join('\n')
}

const pages: Readonly<Record<string, string>> = {
  'failures.md': failurePage(),
  'rfc-index.md': rfcPage(),
  'states.md': statesPage(),
}
const folder = join(root, 'docs', 'generated')
mkdirSync(folder, { recursive: true })
let stale = 0
for (const [name, text] of Object.entries(pages)) {
  const path = join(folder, name)
  if (existsSync(path) && readFileSync(path, 'utf8') === text) continue
  stale++
  if (process.argv.includes('--check')) console.error(`docs/generated/${name} is out of date: npm run docs`)
  else writeFileSync(path, text)
}
process.exit(process.argv.includes('--check') && stale > 0 ? 1 : 0)
