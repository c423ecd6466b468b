import { expect, test } from 'vitest'
import { virtualClock } from '../../lab/clock.ts'
import { Stall } from './stall.ts'

const watched = (limit: number) => {
  const clock = virtualClock()
  const stalled: number[] = []
  const stall = new Stall(clock, limit, () => stalled.push(clock.now()))
  const at = (time: number, run: () => void) => clock.later(time, run)
  return { clock, stall, stalled, at }
}

test('what does not move for as long as the limit is told of, once', () => {
  const { clock, stall, stalled } = watched(100)
  stall.start()
  clock.run()
  expect([stalled, clock.waiting]).toEqual([[100], 0])
})

test('each touch gives it the whole limit again, whenever the watch began', () => {
  const { clock, stall, stalled, at } = watched(100)
  stall.start()
  at(60, () => stall.touch())
  at(150, () => stall.touch())
  at(200, () => stall.start())
  clock.run()
  expect(stalled).toEqual([250])
})

test('while it is stopped nothing counts, and a new start gives the whole limit', () => {
  const { clock, stall, stalled, at } = watched(100)
  stall.start()
  at(50, () => stall.stop())
  at(90, () => stall.start())
  clock.run()
  expect(stalled).toEqual([190])
  stall.start()
  stall.stop()
  stall.touch()
  clock.run()
  expect([stalled, clock.waiting]).toEqual([[190], 0])
})

test('after its end it holds no timer; without a limit it never has one', () => {
  const { clock, stall, stalled } = watched(100)
  stall.start()
  stall.end()
  expect(clock.waiting).toBe(0)
  stall.start()
  clock.run()
  expect(stalled).toEqual([100])
  const patient = watched(Number.POSITIVE_INFINITY)
  patient.stall.start()
  expect(patient.clock.waiting).toBe(0)
})
