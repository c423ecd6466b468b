/**
 * `npm run fuzz`: every target for 20 s, or `--target tls/client --seconds 3600 --seed 7`. A crash is a file, and
 * `npm run fuzz -- --replay FILE` repeats it. `--grow` adds what reached something new to the corpus of the tree.
 */
import { setFlagsFromString } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { Command } from 'commander'
import { toHex } from '../support/bytes.ts'
import { type Bundle, bundle } from './bundle.ts'
import { corpusOf, readCrash, storeCorpus, storeCrash } from './corpus.ts'
import type { Target } from './target.ts'
import { targets } from './targets.ts'
import { watched } from './watch.ts'
import type { Progress, Task } from './worker.ts'

interface Options {
  readonly target: readonly string[]
  readonly seconds: number
  readonly executions: number
  readonly seed: number
  readonly jobs: number
  readonly grow?: true
  readonly replay?: string
  readonly crashes: string
}

/** An execution of a second is a finding: the longest input is read in a few milliseconds. Busy machines get more. */
const LONGEST_EXECUTION = 20_000
/** Between two lines of progress. */
const EVERY = 5_000

const number = (text: string): number => Number(text)
const program = new Command('fuzz')
  .option('--target <name>', 'one target, again for more', (name, names: string[]) => [...names, name], [])
  .option('--seconds <count>', 'how long each target is fuzzed', number, 20)
  .option('--executions <count>', 'and how many inputs at most: no more on a fast machine', number, Infinity)
  .option('--seed <number>', 'which changes are tried', number, 1)
  .option('--jobs <count>', 'how many targets at a time', number, 1)
  .option('--grow', 'add what reached something new to the corpus')
  .option('--crashes <folder>', 'where inputs that fail are stored', 'crashes')
  .option('--replay <file>', 'run the inputs of a file, from the sources')

const fuzz = async ({ target: names, jobs, ...rest }: Options): Promise<number> => {
  const unknown = names.find(name => !targets.some(target => target.name === name))
  if (unknown !== undefined) program.error(`no target ${unknown}; there are ${targets.map(t => t.name).join(', ')}`)
  const waiting = targets.filter(({ name }) => names.length === 0 || names.includes(name))
  setFlagsFromString('--expose-gc')
  const built = await bundle()
  let crashes = 0
  const lane = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      // Not in one expression with the sum, which another lane changes meanwhile.
      const found = await run(next, built, rest)
      crashes += found
    }
  }
  try {
    await Promise.all(Array.from({ length: jobs }, lane))
  } finally {
    built.remove()
  }
  console.log(crashes === 0 ? 'nothing failed' : `${crashes} failed`)
  return crashes === 0 ? 0 : 1
}

/** Fuzzes one target; how many crashes there were. */
async function run(target: Target, built: Bundle, options: Omit<Options, 'target' | 'jobs'>): Promise<number> {
  const running = new SharedArrayBuffer(8 + target.longest)
  const { seconds, executions, seed } = options
  const corpus = corpusOf(target.name).map(({ input }) => input)
  const { words, counters } = built
  const workerData: Task = { target: target.name, seconds, executions, seed, corpus, words, counters, running }
  const start = performance.now()
  let told = start
  const last = await watched(new Worker(built.file, { workerData }), running, LONGEST_EXECUTION, progress => {
    const now = performance.now()
    if (progress.type !== 'done' && now - told < EVERY) return
    told = now
    console.log(`${target.name.padEnd(14)} ${line(progress, (now - start) / 1_000)}`)
  })
  for (const { input, message } of last.crashes) {
    const file = storeCrash(options.crashes, target.name, input, message)
    console.log(`${target.name}: ${message}\n  ${toHex(input)}\n  npm run fuzz -- --replay ${file}`)
  }
  if (options.grow && last.crashes.length === 0)
    console.log(`${target.name}: ${storeCorpus(target.name, last.fewest)} inputs in the corpus`)
  return last.crashes.length
}

const line = ({ executions, coverage, corpus, crashes }: Progress, seconds: number): string =>
  [
    `${seconds.toFixed(0).padStart(4)} s`,
    `${executions} executions (${Math.round(executions / seconds)}/s)`,
    `${coverage} places`,
    `${corpus} in the corpus`,
    `${crashes.length} crashes`,
  ].join('  ')

function replay(file: string): number {
  const { target, entries } = readCrash(file, targets)
  let failed = 0
  for (const { input } of entries) {
    console.log(`${target.name}, ${input.length} bytes`)
    for (const step of target.describe?.(input) ?? []) console.log(`  ${step}`)
    try {
      target.run(input, { depth: 'thorough', reached: what => console.log(`  reached ${what}`) })
    } catch (error) {
      failed++
      console.log(error)
    }
  }
  console.log(failed === 0 ? 'nothing failed' : `${failed} failed`)
  return failed === 0 ? 0 : 1
}

const options = program.parse().opts<Options>()
process.exitCode = options.replay === undefined ? await fuzz(options) : replay(options.replay)
