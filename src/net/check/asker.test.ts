/** Who is asked again, and when nobody is asked any more. */
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { virtualClock } from '../../lab/clock.ts'
import { nodeWorld } from '../../node/world.ts'
import { memoryTransport } from '../stream/memory.ts'
import { Asker } from './asker.ts'
import type { HelloSpec } from './hello.ts'

const SPEC: HelloSpec = { version: 0x0303, suites: [0xc02b] }
const ALERT = Uint8Array.of(21, 3, 3, 0, 2, 2, 40)

/** Of a server that answers by an alert as long as `there` says of a connection, from 1, that it does. */
const asking = async (there: (n: number) => boolean, lanes = 1) => {
  const clock = virtualClock({ turn })
  const transport = memoryTransport(clock)
  const seen = { number: 0, open: 0, most: 0 }
  await transport.listen({ port: 443 }, stream => {
    const answers = there(++seen.number)
    seen.most = Math.max(seen.most, ++seen.open)
    stream.handler = {
      data: () => (answers ? void stream.write([ALERT]) : stream.reset()),
      end() {},
      drain() {},
      closed: () => void seen.open--,
    }
  })
  const where = { host: 'shop.test', port: 443, address: '127.0.0.1' }
  const bounds = { lanes, most: 100, timeout: 1_000, until: clock.now() + 100_000, before: 0 }
  return { seen, asker: new Asker({ world: { ...nodeWorld(), clock, transport }, ...where, ...bounds }) }
}

test('after three questions to which not even the known one was answered nobody is asked any more', async () => {
  const { asker, seen } = await asking(n => n === 1)
  expect(await asker.hello(SPEC)).toEqual({ kind: 'alert', alert: 40 })
  asker.control = SPEC
  const said: unknown[] = []
  for (let i = 0; i < 5; i++) said.push(await asker.hello(SPEC))
  expect(said).toMatchObject([...Array(3).fill({ unasked: 'cut' }), ...Array(2).fill({ unasked: 'stopped' })])
  // Three times each, and the known one.
  expect([seen.number, asker.connections]).toEqual([1 + 3 * 4, 1 + 3 * 4])
})

test('one answer in between, and it is counted from the beginning', async () => {
  // Two questions are lost, one is answered, three are lost.
  const { asker } = await asking(n => n === 1 || n === 10)
  await asker.hello(SPEC)
  asker.control = SPEC
  const said: unknown[] = []
  for (let i = 0; i < 8; i++) said.push(await asker.hello(SPEC))
  expect(said.map(one => (one as { unasked?: string }).unasked ?? 'answered').join(' ')).toBe(
    'cut cut answered cut cut cut stopped stopped',
  )
})

test('as many connections are open at once as it has lanes, and no more', async () => {
  for (const lanes of [1, 3]) {
    const { asker, seen } = await asking(() => true, lanes)
    await Promise.all(Array.from({ length: 10 }, () => asker.hello(SPEC)))
    expect([seen.number, seen.most]).toEqual([10, lanes])
  }
})
