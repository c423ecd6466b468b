/** Who has to give up text out of order when memory is short, and when it is. */
import { expect, test } from 'vitest'
import { Assembler } from './assembler.ts'
import { Memory } from './memory.ts'

const text = new Uint8Array(20_000).fill(120)
const keeping = (budget: Memory): Assembler => new Assembler(65_536, budget)

test('a stack is short of memory when more than three quarters are held', () => {
  const budget = new Memory(16_384)
  budget.grant(12_288)
  expect(budget.isShort).toBe(false)
  budget.grant(1)
  expect(budget.isShort).toBe(true)
})

test('a budget can be used up to its last byte, and not beyond', () => {
  const budget = new Memory(10_000)
  expect([budget.grant(9_999), budget.grant(2), budget.grant(1), budget.grant(1)]).toEqual([true, false, true, false])
  expect(budget.used).toBe(10_000)
})

test('the one that began first gives up its text; who has filled its hole meanwhile begins anew', () => {
  const budget = new Memory(10_000)
  const [first, second, last] = [keeping(budget), keeping(budget), keeping(budget)]
  first.store(100, text, 0, 1000)
  second.store(100, text, 0, 1000)
  first.store(0, text, 0, 100)
  expect([first.hasHoles, first.received]).toEqual([false, 1100])
  first.take(new Uint8Array(2000))
  first.store(100, text, 0, 1000)
  last.store(100, text, 0, 7000)
  expect([first.hasHoles, second.hasHoles, last.hasHoles]).toEqual([true, false, true])
})

test('who still has one hole after another was filled is still asked to give up', () => {
  const budget = new Memory(10_000)
  const [one, other] = [keeping(budget), keeping(budget)]
  one.store(100, text, 0, 1000)
  one.store(3000, text, 0, 1000)
  one.store(0, text, 0, 100)
  expect([one.received, one.hasHoles]).toEqual([1100, true])
  other.store(100, text, 0, 4000)
  expect([one.hasHoles, other.hasHoles]).toEqual([false, true])
})

test('nobody gives up its own text to make room for more of it', () => {
  const budget = new Memory(5_000)
  const one = keeping(budget)
  one.store(100, text, 0, 3000)
  one.store(10_000, text, 0, 3000)
  expect(one.hasHoles).toBe(true)
})
