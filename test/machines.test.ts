/**
 * The tables of states. That an engine takes every arrow of its table is tested beside it: `src/tcp/states.test.ts`,
 * `src/tls/states.test.ts`, `src/http/connection/exchange.table.test.ts`; here is what holds for all of them, and who is left.
 */
import { describe, expect, test } from 'vitest'
import { httpClient, httpServer } from '../src/http/connection/engine.ts'
import { LinkEngine } from '../src/link/engine.ts'
import { machine } from '../src/machine.ts'
import { recorder } from '../src/trace/recorder.ts'
import { ip } from '../src/wire/address.ts'
import { FramePool } from '../src/wire/frame.ts'
import { ascii, concat, hex } from './support/bytes.ts'
import { drain } from './support/http-story.ts'
import { machines } from './support/machines.ts'

describe.each(machines.map(each => [each.title, each] as const))('%s', (_, { states, moves, next }) => {
  test('every state is reached from the first, and every move says by which rule', () => {
    const seen = new Set([states[0]!])
    for (const state of seen) for (const [from, , to] of moves) if (from === state) seen.add(to)
    expect([...seen].sort()).toEqual([...states].sort())
    expect(moves.filter(([, , , rule]) => rule === '')).toEqual([])
  })
  test('a move that is not in it is a defect, and throws', () => {
    for (const state of states) expect(() => next(state, 'nonsense')).toThrow(`no way from ${state} by nonsense`)
  })
})

test('a table in which one input leads to two states is none', () => {
  expect(() =>
    machine('twice', [
      ['a', 'x', 'b', 'RFC 1'],
      ['a', 'x', 'a', 'RFC 1'],
    ]),
  ).toThrow('twice: two ways from a by x')
})

test('where the input itself decides, a table of several ways names them all, and no other', () => {
  const { ways, find } = machine(
    'choice',
    [
      ['a', 'x', 'b', 'RFC 1'],
      ['a', 'x', 'a', 'RFC 1'],
    ],
    'several ways',
  )
  expect(ways('a', 'x')).toEqual(['b', 'a'])
  expect(ways('b', 'x')).toEqual([])
  expect(() => find('a', 'x')).toThrow('several ways from a by x')
  const row = ['a', 'x', 'b', 'RFC 1'] as const
  expect(() => machine('again', [row, row], 'several ways')).toThrow('again: two ways from a by x')
})

/** The moves between two different states that a trace tells of. */
const moved = (trace: ReturnType<typeof recorder>): Set<string> =>
  new Set(trace.records.flatMap(r => (r.type === 'state' ? [`${r.record.from} > ${r.record.to}`] : [])))
const arrows = (title: string): string[] => {
  const { moves } = machines.find(each => each.title.startsWith(title))!
  return [...new Set(moves.flatMap(([from, , to]) => (from === to ? [] : [`${from} > ${to}`])))].sort()
}

test('an exchange takes every arrow of its two tables', () => {
  const trace = recorder()
  const context = { sink: trace, flow: 'one', host: 'here' }
  const client = httpClient({ trace: context })
  const server = httpServer()
  client.send({ type: 'request', method: 'POST', target: '/', headers: [['Host', 'a']], body: ascii('x') }, 0)
  server.receive(concat(...client.pollTransmit(0)!), 0)
  drain(server)
  server.send({ type: 'response', status: 102, headers: [] }, 1)
  server.send({ type: 'response', status: 200, headers: [], body: ascii('y') }, 1)
  client.receive(concat(...server.pollTransmit(1)!), 1)
  drain(client)
  client.nextCycle(2)
  // And two offers of another protocol: the first is declined, the second taken.
  const headers = [['Host', 'a'] as const, ['Upgrade', 'tea'] as const, ['Connection', 'upgrade'] as const]
  const offers = (): void => {
    client.send({ type: 'request', method: 'GET', target: '/', headers, body: ascii('') }, 3)
    server.nextCycle(3)
    server.receive(concat(...client.pollTransmit(3)!), 3)
    drain(server)
  }
  offers()
  server.send({ type: 'response', status: 200, headers: [], body: ascii('y') }, 4)
  client.receive(concat(...server.pollTransmit(4)!), 4)
  drain(client)
  client.nextCycle(4)
  offers()
  server.send({ type: 'switch', status: 101, headers }, 5)
  client.receive(concat(...server.pollTransmit(5)!), 5)
  expect([...moved(trace)].sort()).toEqual([...arrows('HTTP/1.1, a request'), ...arrows('HTTP/1.1, a response')].sort())
})

test('a neighbour takes every arrow of its table but those that need a full one or an owner', () => {
  const trace = recorder()
  const pool = new FramePool()
  const own = { mac: hex('020000000001'), address: ip('10.0.0.1'), prefix: 24, pool, host: 'here' }
  const link = new LinkEngine({ ...own, trace, arp: 'strict' })
  const take = (now: number): void => {
    for (let frame = link.pollTransmit(now); frame !== undefined; frame = link.pollTransmit(now)) frame.release()
    for (let event = link.pollEvent(); event !== undefined; event = link.pollEvent()) event.frame.release()
  }
  const send = (now: number): void => {
    const frame = pool.take(20)
    frame.length = 20
    frame.nextHop = ip('10.0.0.2')
    link.send(frame, now)
    take(now)
  }
  const says = (mac: string, now: number): void => {
    const arp = hex(`0001 0800 06 04 0002 ${mac} 0a000002 020000000001 0a000001`)
    link.receive(pool.copy(concat(hex(`020000000001 ${mac} 0806`), arp)), now)
    take(now)
  }
  const silence = (from: number): void => {
    for (let at = link.nextDeadline(); at !== undefined; at = link.nextDeadline()) {
      link.advance(Math.max(at, from))
      take(Math.max(at, from))
    }
  }
  const [one, other] = ['020000000002', '020000000003']
  send(0)
  silence(0)
  send(10_000)
  says(one, 10_001)
  says(other, 20_000)
  says(one, 20_001)
  send(100_000)
  silence(100_000)
  const told = moved(trace)
  const expected = arrows('A neighbour').filter(
    arrow => !/ > Permanent$/.test(arrow) && !['Reachable > gone', 'Stale > gone'].includes(arrow),
  )
  // From Stale an entry goes on at once with the packet that found it so.
  expect(expected.filter(arrow => !told.has(arrow))).toEqual(['Stale > Reachable'])
})
