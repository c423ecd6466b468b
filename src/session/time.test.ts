import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Hash } from '../crypto/provider.ts'
import { seeded } from '../random.ts'
import { sessionManager } from './manager.ts'
import { memoryStore } from './memory-store.ts'

const hash = (name: string): Hash => createHash(name) as unknown as Hash

describe('time, in a store that forgets nothing by itself', () => {
  /** A manager on a store that never looks at `expires`; `visit` says whether the visitor was known. */
  const forgetful = (more: { idle?: number; absolute?: number }) => {
    const time = { now: Date.UTC(2026, 10, 20) }
    const store = memoryStore({ date: () => 0 })
    const manager = sessionManager({ store, crypto: { random: seeded(6), hash }, date: () => time.now, ...more })
    const begin = async () => {
      const visit = await manager.open(undefined)
      visit.session().set('a', 1)
      return (await visit.finish())[0]!
    }
    const visit = async (cookie: string) => {
      const visit = await manager.open(cookie)
      await visit.finish()
      return visit.session('existing') !== undefined
    }
    return { time, store, begin, visit }
  }
  test('the absolute end counts, and the session is removed', async () => {
    const { time, store, begin, visit } = forgetful({ absolute: 100_000 })
    const cookie = await begin()
    time.now += 99_999
    expect(await visit(cookie)).toBe(true)
    time.now += 1
    expect(await visit(cookie)).toBe(false)
    expect(store.size).toBe(0)
  })
  test('the idle limit counts, and the session is removed', async () => {
    const { time, store, begin, visit } = forgetful({ idle: 60_000 })
    const cookie = await begin()
    time.now += 59_999
    expect(await visit(cookie)).toBe(true)
    time.now += 60_000
    expect(await visit(cookie)).toBe(false)
    expect(store.size).toBe(0)
  })
  test('12 hours after its beginning a session ends, 30 minutes after its last use, if nothing else is said', async () => {
    const { time, begin, visit } = forgetful({})
    const idle = await begin()
    time.now += 30 * 60_000 - 1
    expect(await visit(idle)).toBe(true)
    time.now += 30 * 60_000
    expect(await visit(idle)).toBe(false)
    const long = await begin()
    for (let i = 1; i < 36; i++) {
      time.now += 20 * 60_000
      expect(await visit(long)).toBe(true)
    }
    time.now += 20 * 60_000
    expect(await visit(long)).toBe(false)
  })
  test('an idle limit of less than a second is moved on by every visit', async () => {
    for (const [idle, every] of [
      [900, 500],
      [100, 90],
      [10, 9],
    ] as const) {
      const { time, begin, visit } = forgetful({ idle })
      const cookie = await begin()
      for (let i = 0; i < 20; i++) {
        time.now += every
        expect(await visit(cookie), `visit ${i} of one each ${every} ms`).toBe(true)
      }
      time.now += idle
      expect(await visit(cookie)).toBe(false)
    }
  })
})
