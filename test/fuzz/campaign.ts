/**
 * The loop of coverage-guided fuzzing: changes an input that was worth keeping, runs it, and keeps what reaches
 * something new. The same seed, counters and number of executions give the same campaign.
 */
import { type SeededRandom, seeded } from '../../src/random.ts'
import { concat } from '../support/bytes.ts'
import { Coverage } from './coverage.ts'
import { mutated } from './mutate.ts'
import type { Look, Target } from './target.ts'

export interface Crash {
  readonly input: Uint8Array
  readonly error: unknown
}

export interface CampaignOptions {
  readonly target: Target
  readonly corpus: readonly Uint8Array[]
  readonly words: readonly Uint8Array[]
  /** Filled by the instrumented modules. */
  readonly counters: Uint32Array
  readonly seed: number
  /** True when no time is left to make a crash smaller. */
  readonly late?: () => boolean
  /** Called with every input before it runs. */
  readonly before?: (input: Uint8Array) => void
}

/** Of the same defect a campaign finds many inputs; so many are kept. */
const MOST_CRASHES = 10
/** Tries at making an input that crashes smaller. */
const SHRINKING = 200

export class Campaign {
  /** Everything that reached something, in the order of finding. */
  readonly kept: Uint8Array[] = []
  readonly crashes: Crash[] = []
  executions = 0
  readonly #options: CampaignOptions
  readonly #coverage: Coverage
  readonly #random: SeededRandom
  readonly #words: readonly Uint8Array[]

  constructor(options: CampaignOptions) {
    this.#options = options
    this.#coverage = new Coverage(options.counters)
    this.#random = seeded(options.seed)
    this.#words = [...(options.target.words?.() ?? []), ...options.words]
  }
  get coverage(): number {
    return this.#coverage.size
  }
  /** Runs what there is, shortest first, so that what is kept is small. `npm test` looks at it thoroughly. */
  begin(): void {
    const { corpus, target } = this.#options
    for (const input of [...corpus, ...target.seeds()].toSorted((a, b) => a.length - b.length))
      this.execute(input, 'quick')
    // Nothing to change: then everything begins with nothing.
    if (this.kept.length === 0) this.kept.push(new Uint8Array(0))
  }
  /** One execution of something new; false when there are enough crashes. */
  step(): boolean {
    this.execute(mutated(this.#chosen(), this.#options.target, this.#material()))
    return this.crashes.length < MOST_CRASHES
  }
  /** Runs an input; what reaches something new is kept and looked at more closely. */
  execute(input: Uint8Array, then: Look['depth'] = 'thorough'): void {
    const { found, error } = this.#run(input, 'quick')
    if (error === undefined && found !== 'nothing') this.kept.push(input)
    const wrong = error ?? (found === 'nothing' || then === 'quick' ? undefined : this.#run(input, 'thorough').error)
    if (wrong !== undefined) this.#crash(input, wrong, error === undefined ? 'thorough' : 'quick')
  }
  /** Of `kept` as few as reach every place that all of them reach. */
  fewest(): Uint8Array[] {
    const cover = new Coverage(this.#options.counters)
    return this.kept
      .toSorted((a, b) => a.length - b.length)
      .filter(input => {
        this.#options.before?.(input)
        this.#options.counters.fill(0)
        const reached = new Set<string>()
        this.#options.target.run(input, { depth: 'quick', reached: what => reached.add(what) })
        return cover.take(reached) === 'places'
      })
  }

  #run(input: Uint8Array, depth: Look['depth']): { found: ReturnType<Coverage['take']>; error?: unknown } {
    this.executions++
    const reached = new Set<string>()
    this.#options.before?.(input)
    this.#options.counters.fill(0)
    try {
      this.#options.target.run(input, { depth, reached: what => reached.add(what) })
    } catch (error) {
      return { found: this.#coverage.take(reached), error: error ?? new Error('nothing was thrown') }
    }
    return { found: this.#coverage.take(reached) }
  }
  /** The newest are the least explored. */
  #chosen(): Uint8Array {
    const { below } = this.#random
    const count = this.kept.length
    const at = below(2) === 0 ? below(count) : count - 1 - below(Math.ceil(count / 4))
    return this.kept[at]!
  }
  #material() {
    return { random: this.#random, words: this.#words, other: () => this.kept[this.#random.below(this.kept.length)]! }
  }
  #crash(input: Uint8Array, error: unknown, depth: Look['depth']): void {
    const same = (other: unknown) => place(other) === place(error)
    if (this.crashes.some(crash => same(crash.error))) return
    const smaller = this.#shrunk(input, same, depth)
    this.crashes.push({ input: smaller, error: this.#run(smaller, depth).error ?? error })
  }
  /** Parts and bytes are left out as long as the same happens. */
  #shrunk(input: Uint8Array, same: (error: unknown) => boolean, depth: Look['depth']): Uint8Array {
    let smallest = input
    let tries = SHRINKING
    for (let size = Math.ceil(input.length / 2); size > 0 && tries > 0; size = size === 1 ? 0 : Math.ceil(size / 2))
      for (let at = 0; at < smallest.length && tries > 0; tries--) {
        if (this.#options.late?.()) return smallest
        const without = concat(smallest.subarray(0, at), smallest.subarray(at + size))
        const { error } = this.#run(without, depth)
        if (error !== undefined && same(error)) smallest = without
        else at += size
      }
    return smallest
  }
}

/** Two crashes are the same when the same kind of error comes from the same line. */
const place = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  const line = error.stack?.split('\n').find(each => /^\s+at /.test(each)) ?? ''
  return `${error.name} ${error.message.slice(0, 24)} ${line.trim()}`
}
