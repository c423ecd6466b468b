import { describe, expect, test } from 'vitest'
import { seeded } from '../random.ts'
import { LAB_DATE, virtualClock } from './clock.ts'

const turn = () => new Promise(setImmediate)

describe('virtual time', () => {
  test('jumps from deadline to deadline, and tasks of one moment run in the order in which they were given', () => {
    const clock = virtualClock()
    const seen: [string, number][] = []
    clock.later(50, () => seen.push(['late', clock.now()]))
    clock.later(10, () => {
      seen.push(['a', clock.now()])
      clock.later(10, () => seen.push(['c', clock.now()]))
    })
    clock.later(10, () => seen.push(['b', clock.now()]))
    clock.run()
    expect(seen).toEqual([
      ['a', 10],
      ['b', 10],
      ['c', 10],
      ['late', 50],
    ])
    expect(clock.date()).toBe(LAB_DATE + 50)
    expect(clock.step()).toBe(false)
  })

  test('never goes back, whatever is asked for', () => {
    const clock = virtualClock()
    clock.run(100)
    const times: number[] = []
    clock.later(20, () => times.push(clock.now()))
    clock.run()
    expect(times).toEqual([100])
  })

  test('what was cancelled does not run, and does not pile up', () => {
    const clock = virtualClock()
    let ran = 0
    for (let i = 0; i < 100_000; i++) clock.later(1e6 + i, () => ran++)()
    expect(clock.waiting).toBe(0)
    const cancel = clock.later(5, () => ran++)
    clock.run()
    cancel()
    cancel()
    expect([ran, clock.now(), clock.waiting]).toEqual([1, 5, 0])
  })

  test('agrees with a sorted list', () => {
    const random = seeded(21)
    const clock = virtualClock()
    const expected: number[] = []
    const seen: number[] = []
    for (let i = 0; i < 2000; i++) {
      const at = random.below(300)
      const cancel = clock.later(at, () => seen.push(at))
      if (random.number() < 0.3) cancel()
      else expected.push(at)
    }
    clock.run()
    expect(seen, 'seed 21').toEqual(expected.sort((a, b) => a - b))
  })

  test('waits until promises have settled before it jumps', async () => {
    const clock = virtualClock({ turn })
    const seen: string[] = []
    clock.later(10, async () => {
      for (let i = 0; i < 50; i++) await Promise.resolve()
      clock.later(20, () => seen.push('between'))
    })
    clock.later(1000, () => seen.push('last'))
    await clock.idle()
    expect(seen).toEqual(['between', 'last'])
  })

  test('stands still while somebody holds it', async () => {
    const clock = virtualClock({ turn })
    let ran = false
    const one = clock.hold()
    const two = clock.hold()
    clock.later(10, () => {
      ran = true
    })
    one()
    one()
    await turn()
    await turn()
    expect([ran, clock.now()]).toEqual([false, 0])
    two()
    await clock.idle()
    expect([ran, clock.now()]).toEqual([true, 10])
  })
})
