import { describe, expect, test } from 'vitest'
import { type Driver, drive } from './drive.ts'
import type { Engine, Millis } from './engine.ts'
import { virtualClock } from './lab/clock.ts'

/** An engine that says back what it is told, as event and as output, and notes every call with its time. */
class Echo implements Engine<string, string, string> {
  readonly calls: string[] = []
  readonly events: string[] = []
  readonly out: string[] = []
  due: Millis | undefined
  say(word: string, now: Millis): void {
    this.calls.push(`say ${word} at ${now}`)
    this.events.push(word)
    this.out.push(word)
  }
  receive(input: string, now: Millis): void {
    this.say(input, now)
  }
  advance(now: Millis): void {
    this.due = undefined
    this.say('time', now)
  }
  pollTransmit(_now: Millis): string | undefined {
    return this.out.shift()
  }
  pollEvent(): string | undefined {
    return this.events.shift()
  }
  nextDeadline(): Millis | undefined {
    return this.due
  }
}

const setup = (on: { event?: (event: string, driver: Driver<string>) => void; settled?: () => void } = {}) => {
  const clock = virtualClock()
  const engine = new Echo()
  const told: string[] = []
  const driver: Driver<string> = drive(engine, clock, {
    out: output => void told.push(`out ${output}`),
    event: event => {
      told.push(`event ${event}`)
      on.event?.(event, driver)
    },
    settled: () => {
      told.push('settled')
      on.settled?.()
    },
  })
  return { clock, engine, told, driver }
}

describe('a turn', () => {
  test('ends once, after everything that was said in it', () => {
    const { driver, told } = setup()
    driver.input('a')
    expect(told).toEqual(['event a', 'out a', 'settled'])
  })

  test('goes round again for what its callbacks do, and still ends once', () => {
    const { driver, engine, told } = setup({
      event: (event, within) => {
        if (event === 'a') within.do(now => engine.say('b', now))
        if (event === 'b') within.input('c')
      },
    })
    driver.do(now => engine.say('a', now))
    expect(told.filter(line => line === 'settled')).toHaveLength(1)
    expect(told.at(-1)).toBe('settled')
    expect(told.filter(line => line.startsWith('out'))).toEqual(['out a', 'out b', 'out c'])
  })

  test('that is touched at its end is followed by another', () => {
    let once = false
    const { driver, engine, told } = setup({
      settled: () => {
        if (once) return
        once = true
        driver.do(now => engine.say('late', now))
      },
    })
    driver.input('a')
    expect(told).toEqual(['event a', 'out a', 'settled', 'event late', 'out late', 'settled'])
  })

  test('of several commands is one', () => {
    const { driver, engine, told } = setup()
    driver.do(now => {
      engine.say('a', now)
      engine.say('b', now)
    })
    expect(told).toEqual(['event a', 'event b', 'out a', 'out b', 'settled'])
  })

  test('whose command throws is drained all the same, and the next one begins as usual', () => {
    const { driver, engine, told } = setup()
    expect(() =>
      driver.do(now => {
        engine.say('a', now)
        throw new Error('a mistake of the caller')
      }),
    ).toThrow('a mistake of the caller')
    driver.input('b')
    expect(told).toEqual(['event a', 'out a', 'settled', 'event b', 'out b', 'settled'])
  })

  test('begins by itself where the engine speaks first', () => {
    const { driver, engine, told } = setup()
    engine.out.push('hello')
    driver.start()
    expect(told).toEqual(['out hello', 'settled'])
  })
})

describe('time', () => {
  test('is that of the command, not of the touch before it', () => {
    const { clock, driver, engine } = setup()
    clock.run(1000)
    driver.input('a')
    clock.run(5000)
    driver.do(now => engine.say('b', now))
    expect(engine.calls).toEqual(['say a at 1000', 'say b at 5000'])
  })

  test('fires a deadline that a command set, as a turn of its own', () => {
    const { clock, driver, engine, told } = setup()
    driver.do(() => {
      engine.due = 70
    })
    clock.run()
    expect(engine.calls).toEqual(['say time at 70'])
    expect(told).toEqual(['settled', 'event time', 'out time', 'settled'])
  })

  test('stands still for an engine that was stopped: nothing goes in or out, and no timer is left', () => {
    const { clock, driver, engine, told } = setup({ event: (_, within) => within.stop() })
    engine.due = 70
    driver.input('a')
    driver.input('b')
    driver.do(now => engine.say('c', now))
    clock.run()
    expect([engine.calls, told, clock.waiting]).toEqual([['say a at 0'], ['event a', 'out a'], 0])
  })
})
