/** How long a server says that it keeps a connection (Keep-Alive), and that nobody asks on it when that is over. */
import { expect, test } from 'vitest'
import { closing } from '../../../test/support/net.ts'
import { keptFor } from '../../http/semantics/keep-alive.ts'
import { virtualClock } from '../../lab/clock.ts'
import { nextTurn } from '../../node/turn.ts'
import { nodeWorld } from '../../node/world.ts'
import type { Exchange } from '../server/exchange.ts'
import { serveExchanges } from '../server/exchanges.ts'
import { memoryTransport } from '../stream/memory.ts'
import { client } from './client.ts'

test('a second less than it says, for the way there; and nothing where it says nothing that is a number', () => {
  const told = ['timeout=5', 'timeout=5, max=100', 'max=100, timeout = 5', 'Timeout="5"', 'max=1; timeout=5']
  expect(told.map(keptFor)).toEqual([4000, 4000, 4000, 4000, 4000])
  expect([keptFor('timeout=1'), keptFor('timeout=0')]).toEqual([0, 0])
  for (const none of [
    undefined,
    '',
    'max=5',
    'timeout',
    'timeout=',
    'timeout=x',
    'timeout=-5',
    'xtimeout=5',
    'timeout=9999999999',
  ])
    expect([none, keptFor(none)]).toEqual([none, Number.POSITIVE_INFINITY])
})

/** Which connection each of two requests went over, so many ms apart, of a server that keeps them itself for ever. */
const over = async (field: string | undefined, apart: number, keepAlive = 60_000): Promise<readonly number[]> => {
  const clock = virtualClock({ turn: nextTurn })
  const world = { ...nodeWorld(), clock, transport: memoryTransport(clock) }
  const seen: unknown[] = []
  const answer = (exchange: Exchange): void => {
    if (!seen.includes(exchange.connection)) seen.push(exchange.connection)
    const body = new TextEncoder().encode(`${seen.indexOf(exchange.connection)}`)
    exchange.respond(200, field === undefined ? [] : [['Keep-Alive', field]], body)
  }
  const server = await serveExchanges(answer, { port: 80, world, timeouts: { idle: 10_000_000 } })
  const own = client({ world, keepAlive })
  closing.push(
    () => own.close(),
    () => server.close(0),
  )
  const ask = async () => Number(await (await own.fetch('http://a/')).text())
  const first = await ask()
  await new Promise<void>(resolve => clock.later(clock.now() + apart, resolve))
  return [first, await ask()]
}
const same = ([first, second]: readonly number[]): boolean => first === second

test('a connection is used again until then, and closed when that is over, also where the client would keep it longer', async () => {
  expect(same(await over(undefined, 50_000))).toBe(true)
  expect(same(await over('timeout=5', 3_900))).toBe(true)
  expect(same(await over('timeout=5', 4_100))).toBe(false)
  expect(same(await over('timeout=1', 0))).toBe(false)
})

test('nobody is kept longer by it than the client says', async () => {
  expect(same(await over('timeout=100', 1_900, 2_000))).toBe(true)
  expect(same(await over('timeout=100', 2_100, 2_000))).toBe(false)
})
