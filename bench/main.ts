/**
 * `npm run bench [-- NAME…] [--json]`: pairs run in turn, several rounds, medians. A table for people; with `--json`
 * one object per row on stdout. Every module in `rows/` exports `rows`. It runs compiled, as the package ships: a loader
 * that keeps names of closures would slow down our side only.
 */
import { readdirSync } from 'node:fs'
import { parseArgs } from 'node:util'
import type { BenchRow } from './row.ts'

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    help: { type: 'boolean', short: 'h', default: false },
  },
})
if (values.help) {
  console.log(
    'npm run bench [-- NAME…] [--json] [--rounds N]\n\n  npm run bench -- tls          rows whose name begins with tls\n  npm run bench -- --json > bench.jsonl',
  )
  process.exit(0)
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)]!
const short = (n: number): string => (n >= 100 ? n.toFixed(0) : n >= 1 ? n.toFixed(2) : n.toPrecision(3))

const measure = async (row: BenchRow): Promise<{ ours: number; theirs: number; ratio: number }> => {
  const ours: number[] = []
  const theirs: number[] = []
  const rounds = Number(values.rounds ?? row.rounds ?? 5)
  await row.ours()
  await row.theirs()
  for (let i = 0; i < rounds; i++) {
    process.stderr.write(`\r${row.bench} against ${row.peer}: round ${i + 1} of ${rounds} `)
    ours.push(await row.ours())
    theirs.push(await row.theirs())
  }
  process.stderr.write(`\r${' '.repeat(78)}\r`)
  await row.close?.()
  const [a, b] = [median(ours), median(theirs)]
  return { ours: a, theirs: b, ratio: row.better === 'more' ? a / b : b / a }
}

const rows: BenchRow[] = []
for (const file of readdirSync(new URL('./rows', import.meta.url))
  .filter(f => f.endsWith('.js'))
  .sort()) {
  const module = (await import(new URL(`./rows/${file}`, import.meta.url).href)) as { rows: readonly BenchRow[] }
  rows.push(...module.rows)
}
const chosen = rows.filter(row => positionals.length === 0 || positionals.some(name => row.bench.startsWith(name)))
if (chosen.length === 0) {
  console.error(
    `no such benchmark: ${positionals.join(' ')}. There are: ${[...new Set(rows.map(r => r.bench))].join(', ')}`,
  )
  process.exit(1)
}
if (!values.json)
  console.log(
    `${'bench'.padEnd(30)}${'ours'.padStart(10)}${'theirs'.padStart(10)} ${'unit'.padEnd(12)}${'peer'.padEnd(20)}${'ratio'.padStart(7)}${'goal'.padStart(7)}`,
  )
for (const row of chosen) {
  const { ours, theirs, ratio } = await measure(row)
  if (values.json) {
    console.log(
      JSON.stringify({ bench: row.bench, unit: row.unit, ours, peer: row.peer, theirs, ratio, beside: row.beside?.() }),
    )
  } else {
    console.log(
      `${row.bench.padEnd(30)}${short(ours).padStart(10)}${short(theirs).padStart(10)} ${row.unit.padEnd(12)}${row.peer.padEnd(20)}${ratio.toFixed(2).padStart(7)}${row.goal.toFixed(2).padStart(7)}  ${row.beside?.() ?? ''}`.trimEnd(),
    )
  }
}
process.exit(0)
