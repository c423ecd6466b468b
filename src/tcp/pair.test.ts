import { expect, test } from 'vitest'
import { type Faults, type Pair, PEER, PERFECT, pair, US } from '../../test/support/tcp.ts'
import { seeded } from '../random.ts'
import { messagesOf, recorder } from '../trace/recorder.ts'
import type { TcpStackOptions } from './types.ts'

const SEEDS = 300
const first = Number(process.env.BAREWIRE_SEED ?? 0)
const seeds = process.env.BAREWIRE_SEED === undefined ? Array.from({ length: SEEDS }, (_, i) => i + 1) : [first]

const begin = (
  seed: number,
  faults: Faults,
  sizes: readonly [number, number],
  options?: Partial<TcpStackOptions>,
): Pair => {
  const p = pair(seed, faults, options)
  const random = seeded(seed + 1)
  p.server.stack.listen({ port: PEER.port })
  p.client.data = random.bytes(sizes[0])
  p.server.data = random.bytes(sizes[1])
  p.client.connection = p.client.stack.connect(US, PEER, {}, 0)
  return p
}

const faultsOf = (seed: number): Faults => {
  const random = seeded(seed)
  const upTo = (limit: number) => random.number() * limit
  return { loss: upTo(0.2), duplicate: upTo(0.2), reorder: upTo(0.2), corrupt: upTo(0.2), delay: 1 + upTo(60) }
}

test(`${SEEDS} seeds of loss, duplication, reordering and corruption up to 20 %: every byte in order, once, or a named failure`, () => {
  let failures = 0
  for (const seed of seeds) {
    const random = seeded(seed)
    const p = begin(seed, faultsOf(seed), [random.below(60_000), random.below(60_000)])
    p.run(3_600_000)
    const hint = `BAREWIRE_SEED=${seed}`
    const failed = [...p.client.events, ...p.server.events].some(name => name.startsWith('tcp/'))
    for (const [from, to] of [
      [p.client, p.server],
      [p.server, p.client],
    ] as const) {
      const whole = Buffer.from(from.data)
      const got = Buffer.from(to.received)
      expect(whole.subarray(0, got.length).equals(got), `${hint}: bytes differ`).toBe(true)
      if (!failed) expect(got.length, `${hint}: bytes missing`).toBe(whole.length)
    }
    // Where one side gave up the other may wait for it in vain: that is what keep-alive is for.
    if (!failed) {
      expect([p.client.events.at(-1), p.server.events.at(-1)], hint).toEqual(['closed: done', 'closed: done'])
      expect([p.client.stack.connections, p.server.stack.connections], `${hint}: state left`).toEqual([0, 0])
      const timers = [p.client.stack.nextDeadline(), p.server.stack.nextDeadline()]
      expect(timers, `${hint}: timer left`).toEqual([undefined, undefined])
    } else failures++
    expect(p.pool.outstanding, `${hint}: frames not given back`).toBe(0)
  }
  expect(failures, 'runs that ended in a named failure').toBeLessThan(seeds.length / 60 + 1)
}, 120_000)

test('the seed alone repeats a run, to the byte and the millisecond', () => {
  const record = (): string[] => {
    const p = begin(42, faultsOf(42), [40_000, 20_000])
    const seen: string[] = []
    p.tap = frame => seen.push(`${p.now} ${Buffer.from(frame.view()).toString('base64')}`)
    p.run(3_600_000)
    return seen
  }
  expect(record()).toEqual(record())
})

test('header prediction does what the whole way does, to the byte', () => {
  for (const seed of seeds.slice(0, 60)) {
    const record = (receivePath: 'predicted' | 'whole'): string[] => {
      const p = begin(seed, seed % 3 === 0 ? PERFECT : faultsOf(seed), [50_000, seed % 2 === 0 ? 0 : 30_000], {
        receivePath,
      })
      const seen: string[] = []
      p.tap = frame => seen.push(`${p.now} ${Buffer.from(frame.view()).toString('base64')}`)
      p.run(3_600_000)
      return [...seen, ...p.client.events, ...p.server.events]
    }
    expect(record('predicted'), `BAREWIRE_SEED=${seed}`).toEqual(record('whole'))
  }
})

test('being watched changes nothing, to the byte and the millisecond', () => {
  const run = (seed: number, options: Partial<TcpStackOptions>): string => {
    const log: string[] = []
    const p = begin(seed, faultsOf(seed), [40_000, 30_000], options)
    p.tap = frame => void log.push(`${p.now} ${Buffer.from(frame.view()).toString('latin1')}`)
    p.run(3_600_000)
    return [...log, ...p.client.events, ...p.server.events].join('|')
  }
  for (const seed of seeds.slice(0, 10)) {
    const sink = recorder()
    expect(run(seed, { trace: { sink, host: 'host' } }) === run(seed, {}), `BAREWIRE_SEED=${seed}`).toBe(true)
    expect(messagesOf(sink.records).length).toBeGreaterThan(50)
  }
})

test('without faults nothing is sent twice, asked twice or closed early', () => {
  const p = begin(1, PERFECT, [1_000_000, 200_000])
  p.run(3_600_000)
  for (const end of [p.client, p.server]) {
    expect(end.stack.statistics).toMatchObject({ retransmitted: 0, resetsOut: 0, challengeAcks: 0, badChecksum: 0 })
    expect(end.events.filter(name => name !== 'readable' && name !== 'writable')).toEqual([
      end === p.client ? 'connected' : 'accepted',
      'peer-finished',
      'closed: done',
    ])
  }
  expect(p.server.received.length).toBe(1_000_000)
})

test('a round trip that grows beyond the time-out is measured before long, and then nothing is sent twice', () => {
  const faults = { ...PERFECT }
  const p = begin(1, faults, [3_000_000, 0], { sendBuffer: 20_000 })
  p.run(100)
  const { statistics } = p.client.stack
  expect(statistics.retransmitted).toBe(0)
  faults.delay = 1000
  p.run(100_000)
  const until = statistics.retransmitted
  expect(until).toBeGreaterThan(0)
  p.run(3_600_000)
  expect(statistics.retransmitted).toBe(until)
  expect(p.server.received.length).toBe(3_000_000)
}, 120_000)

test('a corrupted segment is dropped and counted', () => {
  const p = begin(9, { ...PERFECT, corrupt: 0.1 }, [50_000, 0])
  p.run(3_600_000)
  expect(p.server.stack.statistics.badChecksum).toBeGreaterThan(0)
  expect(Buffer.from(p.server.received).equals(Buffer.from(p.client.data))).toBe(true)
})
