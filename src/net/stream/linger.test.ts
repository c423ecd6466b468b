import { expect, test } from 'vitest'
import { virtualClock } from '../../lab/clock.ts'
import { Linger, lingering } from './linger.ts'

/** When a stream is cut, with so many bytes unsent from each of these times on. */
const cutAt = (unsent: readonly (readonly [from: number, bytes: number])[], patience = 10_000): number[] => {
  const clock = virtualClock()
  const cuts: number[] = []
  const reset = (): void => void cuts.push(clock.now())
  const told = {
    get unsent(): number {
      return unsent.findLast(([from]) => from <= clock.now())?.[1] ?? Number.NaN
    },
    reset,
  }
  const linger = new Linger(clock, unsent.length === 0 ? { reset } : told, patience)
  linger.start()
  clock.run(100_000)
  return cuts
}

test('a stream whose bytes have left is read on for two seconds, also when it cannot say what has left', () => {
  expect(cutAt([[0, 0]])).toEqual([2000])
  expect(cutAt([])).toEqual([2000])
})

test('bytes that left a moment ago are on their way: two more seconds begin with the last of them', () => {
  expect(
    cutAt([
      [0, 50],
      [3000, 0],
    ]),
  ).toEqual([6000])
})

test('bytes that stand still are waited for as long as patience lasts, and whoever takes some is waited for again', () => {
  expect(cutAt([[0, 50]])).toEqual([12_000])
  expect(
    cutAt([
      [0, 50],
      [9000, 40],
    ]),
  ).toEqual([20_000])
  expect(cutAt([[0, 50]], 2000)).toEqual([4000])
})

/** When a stream whose bytes have all left is cut, with something of the peer's at these times. */
const cutAfter = (came: readonly number[]): number[] => {
  const clock = virtualClock()
  const cuts: number[] = []
  const linger = new Linger(clock, { unsent: 0, reset: () => void cuts.push(clock.now()) }, 10_000)
  linger.start()
  for (const at of came) clock.later(at, () => linger.came())
  clock.run(100_000)
  return cuts
}

test('a peer that still sends is read on, and half a minute at most', () => {
  expect(cutAfter([1000])).toEqual([4000])
  expect(cutAfter([1000, 3000, 7000])).toEqual([6000])
  expect(cutAfter(Array.from({ length: 90 }, (_, i) => 1000 * i + 500))).toEqual([30_000])
})

test('a stream that is gone is not cut', () => {
  const clock = virtualClock()
  const linger = new Linger(clock, { unsent: 0, reset: () => expect.unreachable() }, 10_000)
  linger.start()
  linger.end()
  expect(clock.waiting).toBe(0)
})

test('what lingers on a stream ends with it, and says so', () => {
  const clock = virtualClock()
  let closed = 0
  const handler = lingering(clock, { unsent: 0, reset: () => expect.unreachable() }, () => void closed++)
  expect(clock.waiting).toBe(1)
  handler.closed(undefined)
  expect([clock.waiting, closed]).toEqual([0, 1])
})
