/**
 * `npm run conformance [-- SUITE…] [--data DIR] [--json]`: runs the outside suites found below DIR. Exit 9 when a case
 * fails that is not listed with a reason, a listed one does not fail as listed, or more is skipped than before: see
 * `judge` in `suite.ts`. Every module in `suites/` exports
 * `suite`, and `alone` where its cases are judged in a second way.
 */
import { existsSync, readdirSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { judge, type Suite } from './suite.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string', default: '../shared/conformance' },
    json: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    cases: { type: 'string' },
    verbose: { type: 'boolean', short: 'v', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(
    'npm run conformance [-- SUITE…] [--data DIR] [--whole] [--cases PATTERNS] [--json] [-v]\n\n  npm run conformance -- --data ../shared/conformance\n  npm run conformance -- x509-limbo -v      every failing case with its reason\n  --whole   DIR has the whole sets, of which more is skipped than of the parts that were counted\n  --cases   of bogo: those that match, `Basic-*;*-TLS12`',
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
  const { suite, alone } = (await import(new URL(`./suites/${file}`, import.meta.url).href)) as {
    suite: Suite
    alone?: Suite
  }
  suites.push(suite, ...(alone === undefined ? [] : [alone]))
}
const chosen = suites.filter(s => (positionals.length === 0 && s.onlyByName !== true) || positionals.includes(s.name))
if (chosen.length === 0) {
  console.error(`no such suite: ${positionals.join(' ')}. There are: ${suites.map(s => s.name).join(', ')}`)
  process.exit(1)
}
let wrong = 0
for (const suite of chosen) {
  const results = await suite.run(data, values.cases)
  if (results === undefined) {
    console.error(`${suite.name}: its data is not in ${values.data}`)
    wrong++
    continue
  }
  const verdict = judge(suite, results, values.cases !== undefined ? 'some' : values.whole ? 'whole' : 'part')
  wrong += verdict.wrong.length
  if (values.json) console.log(JSON.stringify({ suite: suite.name, ...verdict.counts }))
  else {
    const counts = Object.entries(verdict.counts).map(([key, value]) => `${value} ${key}`)
    console.log([`${suite.name}:`, ...counts].join('  '))
    for (const line of (await suite.tables?.(data)) ?? []) console.log(`  ${line}`)
  }
  for (const line of [...verdict.wrong, ...(values.verbose ? verdict.listed : [])]) console.error(`  ${line}`)
}
process.exit(wrong === 0 ? 0 : 9)
