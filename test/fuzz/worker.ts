/** Runs one campaign in a thread of its own; `main.ts` watches it from outside, because a loop without end cannot. */
import { parentPort, workerData } from 'node:worker_threads'
import { Campaign } from './campaign.ts'
import { COUNTERS } from './instrument.ts'
import { targets } from './targets.ts'

export interface Task {
  readonly target: string
  readonly seconds: number
  readonly executions: number
  readonly seed: number
  readonly corpus: readonly Uint8Array[]
  readonly words: readonly Uint8Array[]
  readonly counters: number
  /** Two numbers, the executions begun and the length of the input that runs, and behind them its bytes. */
  readonly running: SharedArrayBuffer
}

export interface Progress {
  readonly type: 'progress' | 'done'
  readonly executions: number
  readonly coverage: number
  readonly corpus: number
  readonly crashes: readonly { readonly input: Uint8Array; readonly message: string }[]
  /** With `done`: as few inputs as reach everything that was reached. */
  readonly fewest: readonly Uint8Array[]
}

/** Executions between two looks at the clock. */
const ROUND = 8

process.setSourceMapsEnabled(true)
const task = workerData as Task
const numbers = new Int32Array(task.running, 0, 2)
const input = new Uint8Array(task.running, 8)
const all = (globalThis as unknown as Readonly<Record<string, Uint32Array>>)[COUNTERS]!
const start = performance.now()
const late = (): boolean => performance.now() - start > task.seconds * 1_000
const campaign = new Campaign({
  target: targets.find(({ name }) => name === task.target)!,
  corpus: task.corpus,
  words: task.words,
  counters: all.subarray(0, task.counters),
  seed: task.seed,
  late,
  before: bytes => {
    input.set(bytes.subarray(0, input.length))
    Atomics.store(numbers, 1, bytes.length)
    Atomics.add(numbers, 0, 1)
  },
})

const tell = (type: Progress['type']): void => {
  const crashes = campaign.crashes.map(({ input, error }) => ({
    input,
    message: error instanceof Error ? (error.stack ?? error.message) : String(error),
  }))
  const fewest = type === 'done' ? campaign.fewest() : []
  const { executions, coverage } = campaign
  const progress: Progress = { type, executions, coverage, corpus: campaign.kept.length, crashes, fewest }
  parentPort!.postMessage(progress)
}

let told = start
campaign.begin()
for (let going = true; going; ) {
  for (let i = 0; i < ROUND && going; i++) going = campaign.step()
  if (late() || campaign.executions >= task.executions) break
  const now = performance.now()
  if (now - told < 1_000) continue
  told = now
  tell('progress')
}
tell('done')
