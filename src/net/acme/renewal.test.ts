/** A certificate that is renewed by itself, in virtual time. */
import { expect, test } from 'vitest'
import { certificateAuthority } from '../../ca/authority.ts'
import { LAB_DATE, virtualClock } from '../../lab/clock.ts'
import { nodeCrypto } from '../../node/crypto.ts'
import type { Obtained } from './client.ts'
import { renewal } from './renewal.ts'

const crypto = nodeCrypto()
const HOUR = 3_600_000
const DAY = 24 * HOUR
const key = crypto.generateKeyPair('p-256')

/** An authority that answers or not, and what is told of it: hours since the beginning. */
const setup = (kept?: { readonly from: number; readonly to: number }, days = 30) => {
  const clock = virtualClock()
  const authority = certificateAuthority({ crypto, now: () => clock.date(), name: 'Root' })
  const made = (notBefore: number, notAfter: number): Obtained => ({
    chain: authority.certify({ publicKey: key.spki, names: ['a.test'], notBefore, notAfter }).chain,
    key,
  })
  const state = { down: false, asked: 0 }
  const log: string[] = []
  const hours = (date: number): number => Math.round((date - LAB_DATE) / HOUR)
  const minutes = (date: number): number => Math.round((date - clock.date()) / 60_000)
  const seen = renewal({
    clock,
    kept: kept && made(LAB_DATE + kept.from, LAB_DATE + kept.to),
    told: event =>
      log.push(
        event.type === 'certificate'
          ? `${hours(clock.date())}: ${event.since} until ${hours(event.notAfter)}, again at ${hours(event.renewal)}`
          : `${hours(clock.date())}: ${(event.error as Error).message}, again in ${minutes(event.again)} min`,
      ),
    async get() {
      state.asked++
      if (state.down) throw new Error('down')
      const date = clock.date()
      return made(date - HOUR, date + days * DAY)
    },
  })
  const until = async (ms: number): Promise<void> => {
    // Each deadline on its own: between two of them promises settle.
    while (clock.now() < ms && clock.step()) for (let turn = 0; turn < 8; turn++) await Promise.resolve()
  }
  return { seen, state, log, until, clock }
}

test('it is gotten, and renewed after two thirds of its time, each time', async () => {
  const { seen, log, until, clock } = setup()
  await seen.begin()
  await until(42 * DAY)
  expect(log).toEqual([
    '0: issued until 720, again at 480',
    '480: renewed until 1200, again at 960',
    '960: renewed until 1680, again at 1440',
  ])
  seen.end()
  expect(clock.waiting).toBe(0)
})

test('one that is kept is used as long as it is valid, also when it is due and the authority is down', async () => {
  const { seen, log, until, state } = setup({ from: -25 * DAY, to: 5 * DAY })
  state.down = true
  await seen.begin()
  await until(HOUR)
  expect(log).toEqual([
    '0: found until 120, again at 0',
    ...[1, 2, 4, 8, 16, 32, 64].map(minutes => expect.stringContaining(`down, again in ${minutes} min`)),
  ])
  seen.end()
})

test('whoever cannot renew waits twice as long each time, up to half a day, and then goes on as if nothing had been', async () => {
  const { seen, log, until, state } = setup({ from: -DAY, to: 29 * DAY })
  await seen.begin()
  state.down = true
  await until(24 * DAY)
  const waits = log.flatMap(line => /in (\d+) min/.exec(line)?.[1] ?? []).map(Number)
  expect(waits.slice(0, 12)).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 720, 720])
  expect(waits.slice(12).every(minutes => minutes === 720)).toBe(true)
  state.down = false
  await until(26 * DAY)
  expect(log.at(-1)).toMatch(/: renewed until/)
  state.down = true
  await until(48 * DAY)
  expect(log.slice(log.findIndex(line => line.includes('renewed'))).find(line => line.includes('down'))).toContain(
    'again in 1 min',
  )
  seen.end()
})

test('without one that is valid it fails where none can be had; and one that is over is none', async () => {
  for (const kept of [undefined, { from: -30 * DAY, to: -1000 }, { from: 1000, to: DAY }]) {
    const { seen, log, state } = setup(kept)
    state.down = true
    await expect(seen.begin()).rejects.toThrow('down')
    expect(log).toEqual([])
    seen.end()
  }
})

test('one for minutes, dated back by an hour, is not asked for without end', async () => {
  const { seen, state, until } = setup(undefined, 10 / 24 / 60)
  await seen.begin()
  await until(HOUR)
  expect(state.asked).toBeGreaterThan(6)
  expect(state.asked).toBeLessThan(12)
  seen.end()
})

test('after its end nothing is told any more, also when an answer is under way', async () => {
  const { seen, log, until, clock } = setup()
  const begun = seen.begin()
  seen.end()
  await begun
  await until(60 * DAY)
  expect([log, clock.waiting]).toEqual([[], 0])
})
