/** The fuzzer is tested like everything else: it must find what is planted, and find it because it looks at coverage. */
import { runInThisContext } from 'node:vm'
import { expect, test } from 'vitest'
import { ascii, concat } from '../support/bytes.ts'
import { Campaign } from './campaign.ts'
import { corpusText, parseCorpus } from './corpus.ts'
import { COUNTERS, instrument } from './instrument.ts'
import type { Target } from './target.ts'

/** Instruments `code`, whose last statement gives a value, and runs it: the value and what was counted. */
const ran = (code: string): { value: unknown; counts: number[] } => {
  const { code: counted, next } = instrument(code, 0)
  const global = globalThis as unknown as Record<string, unknown>
  global[COUNTERS] = new Uint32Array(next)
  const value = runInThisContext(`{${counted}}`) as unknown
  return { value, counts: [...(global[COUNTERS] as Uint32Array)] }
}

test('counters change nothing that code does, wherever they stand', () => {
  for (const [code, expected] of [
    ['let r = 0; if (r) if (r) r = 1; else r = 2; r', 0],
    ['let r = 1; if (r) if (!r) r = 1; else r = 2; else r = 3; r', 2],
    ['let r = []; for (const a of [1, 2]) for (let i = 0; i < a; i++) r.push(a); r', [1, 2, 2]],
    ['const f = a => ({ a: a ?? 7 }); f(undefined)', { a: 7 }],
    [
      'const f = a => a > 1 ? a > 2 ? "many" : "two" : a && "one"; [0, 1, 2, 3].map(a => f(a))',
      [0, 'one', 'two', 'many'],
    ],
    ['const f = a => { switch (a) { case 0: case 1: { return 1 } default: return 2 } }; [0, 1, 2].map(f)', [1, 1, 2]],
    ['class A { constructor(a) { this.a = a } } class B extends A { constructor() { super(4) } } new B().a', 4],
    ['let i = 0; do i++; while (i < 3); while (i < 5) i++; i', 5],
    ['let r; try { throw 3 } catch (error) { r = error } r', 3],
    ['function* f() { yield* [1, 2].map(a => a || 9) } [...f()]', [1, 2]],
  ] as const)
    expect(ran(code).value, code).toEqual(expected)
})

test('a counter says how often its branch ran', () => {
  const { counts } = ran('for (let i = 0; i < 5; i++) { if (i > 2) { i; } else i; }')
  expect(counts.toSorted()).toEqual([2, 3, 5])
})

test('what a module compares with is found in it', () => {
  expect(instrument("import { a } from './a.ts'; if (b === 0x0303 || b === 'PRI') c()", 0).literals).toEqual([
    771,
    'PRI',
  ])
})

/** Fails for what begins with four letters, and counts each that fits: one place after the other can be reached. */
const planted = (counters: Uint32Array): Target => ({
  name: 'planted',
  longest: 64,
  seeds: () => [ascii('....')],
  run(input) {
    for (const [at, letter] of [...'HTLS'].entries()) {
      if (input[at] !== letter.charCodeAt(0)) return
      counters[at]!++
    }
    throw new Error('planted')
  },
})

const campaign = (target: Target, counters: Uint32Array, seed: number, executions: number): Campaign => {
  const result = new Campaign({ target, counters, seed, corpus: [], words: [] })
  result.begin()
  while (result.executions < executions && result.step() && result.crashes.length === 0);
  return result
}

test('a defect behind four comparisons is found by way of coverage, and not by chance', () => {
  const counters = new Uint32Array(4)
  const guided = campaign(planted(counters), counters, 1, 100_000)
  expect(guided.crashes.map(({ input }) => input)).toEqual([ascii('HTLS')])
  // The same without feedback: nothing but the first input is ever changed.
  expect(campaign(planted(new Uint32Array(4)), counters, 1, 100_000).crashes).toEqual([])
})

test('the same seed makes the same campaign', () => {
  const of = (seed: number) => {
    const counters = new Uint32Array(4)
    const { kept, executions } = campaign(planted(counters), counters, seed, 3_000)
    return { kept, executions }
  }
  expect(of(5)).toEqual(of(5))
  expect(of(5)).not.toEqual(of(6))
})

test('what is kept is cut down to as few inputs as reach the same places', () => {
  const counters = new Uint32Array(3)
  const target: Target = {
    name: 'lengths',
    longest: 8,
    seeds: () => [],
    run(input) {
      for (let i = 0; i < Math.min(3, input.length); i++) counters[i]!++
    },
  }
  const result = new Campaign({ target, counters, seed: 1, corpus: [1, 2, 3].map(n => new Uint8Array(n)), words: [] })
  result.begin()
  expect(result.kept.map(input => input.length)).toEqual([1, 2, 3])
  expect(concat(...result.fewest())).toHaveLength(6)
})

test('an input that crashes is stored as small as it can be made', () => {
  const counters = new Uint32Array(1)
  const target: Target = {
    name: 'small',
    longest: 100,
    seeds: () => [ascii(`${'x'.repeat(60)}!${'y'.repeat(30)}?`)],
    run(input) {
      if (input.includes(33) && input.includes(63)) throw new Error('both')
    },
  }
  const result = new Campaign({ target, counters, seed: 1, corpus: [], words: [] })
  result.begin()
  expect(result.crashes[0]!.input).toEqual(ascii('!?'))
})

test('a corpus is text, and comes back from it', () => {
  const entries = [
    { input: Uint8Array.of(1, 0xab), note: undefined },
    { input: new Uint8Array(0), note: 'an input without bytes' },
  ]
  expect(corpusText(entries)).toBe('01ab\n# an input without bytes\n-\n')
  expect(parseCorpus(corpusText(entries))).toEqual(entries)
})
