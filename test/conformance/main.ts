/**
 * `npm run conformance [-- SUITE…] [--data DIR] [--json]`: runs the outside suites found below DIR. Exit 9 when a case
 * fails that is not listed with a reason, or a listed one passes. Every module in `suites/` exports `suite`.
 */
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Suite } from './suite.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '../shared/conformance' },
    json: { type: 'boolean', default: false },
    verbose: { type: 'boolean', short: 'v', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(
    'npm run conformance [-- SUITE…] [--data DIR] [--json] [-v]\n\n  npm run conformance -- --data ../shared/conformance\n  npm run conformance -- x509-limbo -v      every failing case with its reason',
  )
  process.exit(0)
}
const data = resolve(values.data)
if (!existsSync(data)) {
  console.error(`The outside test data is not at ${values.data}. Give its folder with --data DIR.`)
  process.exit(1)
}

const suites: Suite[] = []
for (const file of readdirSync(new URL('./suites', import.meta.url))
  .filter(f => f.endsWith('.ts'))
  .sort()) {
  suites.push(((await import(new URL(`./suites/${file}`, import.meta.url).href)) as { suite: Suite }).suite)
}
const chosen = suites.filter(s => positionals.length === 0 || positionals.includes(s.name))
if (chosen.length === 0) {
  console.error(`no such suite: ${positionals.join(' ')}. There are: ${suites.map(s => s.name).join(', ')}`)
  process.exit(1)
}
let wrong = 0
for (const suite of chosen) {
  const results = await suite.run(data)
  if (results === undefined) {
    console.error(`${suite.name}: its data is not in ${values.data}`)
    wrong++
    continue
  }
  const failing = results.filter(r => r.outcome === 'failed')
  const surprises = failing.filter(r => !(r.id in suite.listed))
  const stale = Object.keys(suite.listed).filter(id => results.some(r => r.id === id && r.outcome === 'passed'))
  const kinds = new Map<string, number>()
  for (const { kind } of failing) if (kind !== undefined) kinds.set(kind, (kinds.get(kind) ?? 0) + 1)
  const counts = {
    suite: suite.name,
    passed: results.filter(r => r.outcome === 'passed').length,
    failed: surprises.length,
    listed: failing.length - surprises.length,
    skipped: results.filter(r => r.outcome === 'skipped').length,
    ...Object.fromEntries(kinds),
  }
  wrong += surprises.length + stale.length
  if (values.json) console.log(JSON.stringify(counts))
  else
    console.log(
      Object.entries(counts)
        .map(([key, value]) => (key === 'suite' ? `${value}:` : `${value} ${key}`))
        .join('  '),
    )
  for (const r of surprises) console.error(`  failed   ${r.id}  ${r.kind ?? ''}  ${r.detail ?? ''}`)
  for (const id of stale) console.error(`  passes although listed as failing: ${id}`)
  if (values.verbose)
    for (const r of failing) if (r.id in suite.listed) console.error(`  listed   ${r.id}  ${suite.listed[r.id]}`)
}
process.exit(wrong === 0 ? 0 : 9)
