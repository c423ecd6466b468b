/** How slowly bytes may move, and for how long, by a clock that only moves when it is told to. */
import { describe, expect, test } from 'vitest'
import { virtualClock } from '../../lab/clock.ts'
import { Pace, type PaceOptions, Taking } from './pace.ts'

/** A hundred bytes a second, and a second of grace. */
const USUAL: PaceOptions = { grace: 1_000, rate: 100 }

describe('a pace', () => {
  const pacing = (options = USUAL) => {
    const clock = virtualClock()
    let over: number | undefined
    const pace = new Pace(clock, options, () => {
      expect(over).toBeUndefined()
      over = clock.now()
    })
    const at = (date: number, work: () => void) => void clock.later(date, work)
    const ends = (until = 100_000) => {
      clock.run(until)
      return over
    }
    return { clock, pace, at, ends }
  }
  test('is over behind the grace, once', () => {
    const { pace, ends } = pacing()
    pace.start()
    expect([ends(999), ends()]).toEqual([undefined, 1_000])
  })
  test('each byte buys its time, and never more than the grace', () => {
    const { pace, at, ends } = pacing()
    pace.start()
    at(500, () => pace.moved(20))
    expect(ends()).toBe(1_200)
    const quick = pacing()
    quick.pace.start()
    quick.at(500, () => quick.pace.moved(1_000))
    expect(quick.ends()).toBe(1_500)
  })
  test('time in which nobody waits buys as much, and what was left is kept', () => {
    const { pace, at, ends } = pacing()
    pace.start()
    at(900, () => pace.stop())
    at(1_200, () => pace.resume())
    // A hundred that were left, and three hundred of rest.
    expect(ends()).toBe(1_600)
    const long = pacing()
    long.pace.start()
    long.at(900, () => long.pace.stop())
    long.at(9_000, () => long.pace.resume())
    expect(long.ends()).toBe(10_000)
    const anew = pacing()
    anew.pace.start()
    anew.at(900, () => anew.pace.stop())
    anew.at(950, () => anew.pace.start())
    expect(anew.ends()).toBe(1_950)
  })
  test('that stops is not over, also where it stops twice', () => {
    const { pace, at, ends } = pacing()
    pace.start()
    at(900, () => pace.stop())
    at(950, () => pace.stop())
    expect(ends(5_000)).toBeUndefined()
    pace.resume()
    expect(ends()).toBe(6_000)
    const twice = pacing()
    twice.pace.start()
    twice.at(900, () => twice.pace.stop())
    twice.at(950, () => twice.pace.stop())
    twice.at(1_000, () => twice.pace.resume())
    expect(twice.ends()).toBe(1_200)
  })
  test('without an end to the grace is never over', () => {
    const { clock, pace } = pacing({ grace: Number.POSITIVE_INFINITY, rate: 100 })
    pace.start()
    expect(clock.waiting).toBe(0)
  })
})

describe('what is taken', () => {
  const taking = (unsent: number | undefined, options: PaceOptions = { grace: 10_000, rate: 100 }) => {
    const clock = virtualClock()
    const stream: { unsent?: number } = unsent === undefined ? {} : { unsent }
    const told: string[] = []
    const handler = {
      moved: () => void told.push(`moved ${clock.now()}`),
      tooSlow: () => void told.push(`too slow ${clock.now()}`),
    }
    return { clock, stream, told, taking: new Taking(clock, stream, options, handler) }
  }
  test('is asked for every five seconds: what has moved is told, and nothing where none has', () => {
    const { clock, stream, told, taking: one } = taking(10_000)
    one.start()
    clock.later(4_000, () => {
      stream.unsent = 9_900
    })
    clock.run(14_999)
    // A hundred bytes are worth a second.
    expect(told).toEqual(['moved 5000', 'too slow 11000'])
  })
  test('a stream that has more again has moved nothing', () => {
    const { clock, stream, told, taking: one } = taking(100, { grace: 12_000, rate: 100 })
    one.start()
    clock.later(4_000, () => {
      stream.unsent = 500
    })
    clock.later(6_000, () => {
      stream.unsent = 450
    })
    clock.run(14_000)
    expect(told).toEqual(['moved 10000', 'too slow 12500'])
  })
  test('is not asked for where the stream does not know, and no more when all has left', () => {
    const unknown = taking(undefined)
    unknown.taking.start()
    expect(unknown.clock.waiting).toBe(0)
    const { clock, stream, told, taking: one } = taking(1_000)
    one.stop()
    one.start()
    one.start()
    clock.later(8_000, () => {
      stream.unsent = 0
      one.stop()
    })
    clock.run(60_000)
    expect([told, clock.waiting]).toEqual([[], 0])
    stream.unsent = 10
    one.start()
    clock.run(100_000)
    expect(told).toEqual(['too slow 70000'])
  })
})
