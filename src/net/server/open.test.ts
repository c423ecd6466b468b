/** Which connections of a server make room for others, and how all of them end when it does. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { virtualClock } from '../../lab/clock.ts'
import { OpenConnections } from './open.ts'
import type { ClientSeen } from './protocols.ts'

const opening = (most: number) => {
  const clock = virtualClock({ turn })
  const open = new OpenConnections(clock, most)
  const said: string[] = []
  const started = (name: string, idle: 'idle' | 'busy' = 'busy'): ClientSeen => {
    const seen: ClientSeen = {
      idle: idle === 'idle',
      start: () => void said.push(`${name} starts`),
      close() {},
      retire: () => void said.push(`${name} retires`),
      destroy() {
        said.push(`${name} is cut`)
        open.gone(seen)
      },
    }
    open.start(seen)
    return seen
  }
  const stopping = { port: 0, close: async (grace: number) => void said.push(`no more for ${grace}`) }
  const close = (grace: number) => open.close(stopping as unknown as Parameters<typeof open.close>[0], grace)
  return { clock, open, said, started, close }
}

test('who sends no more makes room first, then who has waited longest, and nobody who is answered', () => {
  const { open, said, started } = opening(4)
  const busy = started('a')
  expect(open.admits()).toBe(true)
  started('b', 'idle')
  started('c', 'idle')
  const leaving = started('d')
  open.left(leaving)
  said.length = 0
  expect([open.admits(), said]).toEqual([true, ['d is cut']])
  started('e')
  expect([open.admits(), said.at(-1)]).toEqual([true, 'b is cut'])
  started('f')
  expect([open.admits(), said.at(-1)]).toEqual([true, 'c is cut'])
  const last = started('g')
  expect([open.admits(), said.at(-1)]).toEqual([false, 'g starts'])
  // Who is gone does not leave any more.
  open.gone(busy)
  open.left(busy)
  started('h')
  expect([open.admits(), said.at(-1)]).toEqual([false, 'h starts'])
  open.gone(last)
  expect(open.admits()).toBe(true)
})

test('what comes while it ends is heard once, and what stays is cut behind the grace', async () => {
  const { clock, open, said, started, close } = opening(4)
  const first = started('a')
  started('b')
  const began = clock.now()
  const closed = close(100).then(() => said.push('closed'))
  // What has arrived by now was accepted.
  started('c')
  expect(said.splice(0)).toEqual(['a starts', 'b starts', 'c starts'])
  await new Promise<void>(resolve => void clock.later(began + 50, resolve))
  expect(said.splice(0)).toEqual(['no more for 100', 'a retires', 'b retires', 'c retires'])
  started('d')
  expect(said.splice(0)).toEqual(['d starts', 'd retires'])
  open.gone(first)
  expect(open.admits()).toBe(true)
  await closed
  expect(said).toEqual(['b is cut', 'c is cut', 'd is cut', 'closed'])
  expect([clock.now() - began, open.admits()]).toEqual([100, false])
})

test('it is over at once where nothing is open or nothing is waited for', async () => {
  const { clock, said, close } = opening(4)
  const began = clock.now()
  await close(1_000)
  expect(said).toEqual(['no more for 1000'])
  const other = opening(4)
  other.started('a')
  await other.close(0)
  expect(other.said).toEqual(['a starts', 'no more for 0', 'a retires', 'a is cut'])
  expect(clock.now() - began).toBeLessThan(1_000)
})
