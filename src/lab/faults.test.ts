import { describe, expect, test } from 'vitest'
import { toHex } from '../../test/support/bytes.ts'
import { checked } from '../../test/support/checked.ts'
import { seeded } from '../random.ts'
import { FramePool } from '../wire/frame.ts'
import { type FaultEvent, type Faults, FaultyCable } from './faults.ts'

/** Sends `count` numbered frames of 100 bytes, one per `every` ms; tells what arrived when. */
const run = (faults: Faults, { seed = 1, count = 2000, every = 1, random = seeded(seed) } = {}) => {
  const pool = new FramePool()
  const own = new FaultyCable(faults, random, pool)
  const cable = checked(own)
  const arrived: { number: number; at: number; bytes: string }[] = []
  const events: FaultEvent[] = []
  const drain = (now: number): void => {
    for (let e = cable.pollEvent(); e !== undefined; e = cable.pollEvent()) events.push(e)
    for (let f = cable.pollTransmit(now); f !== undefined; f = cable.pollTransmit(now)) {
      const view = new DataView(f.buffer.buffer, f.offset)
      arrived.push({ number: view.getUint32(0), at: now, bytes: toHex(f.view()) })
      f.release()
    }
  }
  const until = (time: number): void => {
    for (let at = own.nextDeadline(); at !== undefined && at <= time; at = own.nextDeadline()) {
      cable.advance(at)
      drain(at)
    }
  }
  for (let i = 0; i < count; i++) {
    until(i * every)
    const bytes = new Uint8Array(100)
    new DataView(bytes.buffer).setUint32(0, i)
    cable.receive(pool.copy(bytes), i * every)
    drain(i * every)
  }
  until(Number.POSITIVE_INFINITY)
  expect(pool.outstanding).toBe(0)
  return { arrived, events, fates: (fate: string) => events.filter(e => e.fate === fate).length }
}

describe('a cable', () => {
  test('without faults brings every frame, in order, after its delay', () => {
    const { arrived, events } = run({ delay: 7 }, { count: 100 })
    expect(arrived.map(a => [a.number, a.at])).toEqual(Array.from({ length: 100 }, (_, i) => [i, i + 7]))
    expect(events).toEqual([])
  })

  test('without faults has none where every die shows nought', () => {
    const nought = { ...seeded(1), number: () => 0 }
    expect(run({}, { count: 10, random: nought }).events).toEqual([])
  })

  test.each([0.01, 0.2, 0.5])('loses the share of frames that it is told to: %f', loss => {
    const { arrived, fates } = run({ loss }, { count: 5000 })
    expect(arrived.length + fates('lost')).toBe(5000)
    // Four standard deviations of 5000 throws.
    expect(Math.abs(fates('lost') - 5000 * loss)).toBeLessThan(4 * Math.sqrt(5000 * loss * (1 - loss)))
  })

  test('duplicates, and both copies arrive', () => {
    const { arrived, fates } = run({ duplicate: 0.2 })
    expect(arrived.length).toBe(2000 + fates('duplicated'))
    expect(fates('duplicated')).toBeGreaterThan(300)
  })

  test('damages exactly one bit of a frame', () => {
    const clean = run({}).arrived.map(a => a.bytes)
    const { arrived, fates } = run({ corrupt: 0.2 })
    const bits = arrived.map((a, i) => {
      const [x, y] = [BigInt(`0x${a.bytes}`), BigInt(`0x${clean[i]}`)]
      return (x ^ y).toString(2).replaceAll('0', '').length
    })
    expect(new Set(bits)).toEqual(new Set([0, 1]))
    expect(bits.filter(b => b === 1).length).toBe(fates('corrupted'))
  })

  test('jitter keeps the order, reordering does not', () => {
    const order = (faults: Faults) => run({ delay: 20, ...faults }).arrived.map(a => a.number)
    const jittered = order({ jitter: 15 })
    expect(jittered).toEqual(jittered.toSorted((a, b) => a - b))
    const mixed = order({ reorder: 0.2 })
    expect(mixed).not.toEqual(mixed.toSorted((a, b) => a - b))
    expect(mixed.toSorted((a, b) => a - b)).toEqual(jittered)
  })

  test('at a rate frames take their time, and a full queue drops the last', () => {
    const { arrived, fates } = run({ rate: 80_000, queue: 5 }, { count: 100, every: 0 })
    expect(arrived.map(a => a.at)).toEqual([10, 20, 30, 40, 50])
    expect(fates('queue-full')).toBe(95)
    const slow = run({ rate: 80_000, queue: 5 }, { count: 100, every: 10 })
    expect(slow.arrived).toHaveLength(100)
  })

  test('the same seed gives the same run, another seed another one', () => {
    const faults = { loss: 0.1, duplicate: 0.1, corrupt: 0.1, reorder: 0.1, delay: 10, jitter: 5, rate: 1e6 }
    expect(run(faults, { seed: 5 })).toMatchObject({ arrived: run(faults, { seed: 5 }).arrived })
    expect(run(faults, { seed: 6 }).arrived).not.toEqual(run(faults, { seed: 5 }).arrived)
  })

  test('a change of one probability changes nothing else', () => {
    const lost = (duplicate: number) => new Set(run({ loss: 0.2, duplicate }).arrived.map(a => a.number))
    expect(lost(0.5)).toEqual(lost(0))
  })
})
