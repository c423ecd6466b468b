/** Who is asked again, what is made of silence, and when nobody is asked any more. */
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../../../test/support/net.ts'
import { FailureError, fail } from '../../failures/index.ts'
import { virtualClock } from '../../lab/clock.ts'
import { nodeWorld } from '../../node/world.ts'
import { memoryTransport } from '../stream/memory.ts'
import { Asker, type AskerOptions, UnsteadyServer } from './asker.ts'
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

type Act = 'alert' | 'closes' | 'resets' | 'silent'

/** Of a server that does this with each connection, and the last of it with all that follow. */
const acting = async (acts: readonly Act[], more: Partial<AskerOptions> = {}) => {
  const clock = virtualClock({ turn })
  const transport = memoryTransport(clock)
  const seen = { number: 0, open: 0, progress: [] as number[] }
  await transport.listen({ port: 443 }, stream => {
    const act = acts[seen.number++] ?? acts.at(-1)
    seen.open++
    const data = () => {
      if (act === 'alert') stream.write([ALERT])
      else if (act === 'closes') stream.end()
      else if (act === 'resets') stream.reset()
    }
    stream.handler = { data, end() {}, drain() {}, closed: () => void seen.open-- }
  })
  const where = { host: 'shop.test', port: 443, address: '127.0.0.1' }
  const bounds = { lanes: 1, most: 100, timeout: 1_000, until: clock.now() + 100_000, before: 0 }
  const progress = (connections: number) => void seen.progress.push(connections)
  const world = { ...nodeWorld(), clock, transport }
  return { seen, clock, asker: new Asker({ world, ...where, ...bounds, progress, ...more }) }
}
const SAID = { kind: 'alert', alert: 40 }

describe('no word', () => {
  test.each([
    ['closes', 'closed', 3, 0],
    ['resets', 'reset', 3, 0],
    ['silent', 'silent', 2, 2_000],
  ] as const)('of a server that %s: %s, and it was asked %i times', async (act, by, times, took) => {
    const { asker, seen, clock } = await acting([act])
    expect(await asker.hello(SPEC)).toEqual({ kind: 'wordless', by })
    expect([seen.number, seen.progress, clock.now()]).toEqual([
      times,
      Array.from({ length: times }, (_, i) => i + 1),
      took,
    ])
    // With somebody there it is a no; of one who leaves at random it is none; with nobody there it is lost.
    const there = await acting(['alert', ...Array<Act>(times).fill(act), 'alert'])
    const known = await acting(['alert', ...Array<Act>(times).fill(act), 'alert'], { unsteady: 'known' })
    const gone = await acting(['alert', act])
    for (const { asker: one } of [there, known, gone]) {
      expect(await one.hello(SPEC)).toEqual(SAID)
      one.control = SPEC
    }
    expect(await there.asker.hello(SPEC)).toEqual({ kind: 'wordless', by })
    expect(await known.asker.hello(SPEC)).toEqual({ unasked: 'unsteady' })
    expect(await gone.asker.hello(SPEC)).toEqual({ unasked: by === 'silent' ? 'silent' : 'cut' })
    expect([there.seen.number, gone.seen.number]).toEqual([times + 2, times + 2])
  })

  test('and then one: who left is unsteady, where that is not known, and who was silent is slow', async () => {
    for (const act of ['closes', 'resets'] as const) {
      const { asker } = await acting([act, 'alert'], { before: 7 })
      const thrown: unknown = await asker.hello(SPEC).catch((error: unknown) => error)
      expect(thrown).toBeInstanceOf(UnsteadyServer)
      expect((thrown as UnsteadyServer).connections).toBe(9)
      expect(await (await acting([act, 'alert'], { unsteady: 'known' })).asker.hello(SPEC)).toEqual(SAID)
    }
    expect(await (await acting(['silent', 'alert'])).asker.hello(SPEC)).toEqual(SAID)
  })

  test('to many questions at once: whether somebody is there is asked before all of them are repeated', async () => {
    const { asker, seen } = await acting(['alert', 'resets'], { lanes: 40 })
    await asker.hello(SPEC)
    asker.control = SPEC
    const said = await Promise.all(Array.from({ length: 40 }, () => asker.hello(SPEC)))
    expect(new Set(said.map(one => (one as { unasked?: string }).unasked))).toEqual(new Set(['cut']))
    expect(seen.number).toBeLessThan(80)
  })
})

describe('an end', () => {
  test('of connections and of time is said, and who was cut short by it was not silent', async () => {
    const { asker } = await acting(['alert'], { most: 2, before: 1 })
    expect([await asker.hello(SPEC), await asker.hello(SPEC)]).toEqual([SAID, { unasked: 'bound' }])
    const late = await acting(['silent'], { until: 500 })
    expect([late.asker.patience, await late.asker.hello(SPEC)]).toEqual([500, { unasked: 'late' }])
    expect([late.asker.patience, late.clock.now(), late.seen.number]).toEqual([0, 500, 1])
    expect([await late.asker.hello(SPEC), late.seen.number]).toEqual([{ unasked: 'late' }, 1])
  })

  test('by the signal is heard by whoever asks, whoever waits, and whoever comes later', async () => {
    const stop = new AbortController()
    const { asker, seen } = await acting(['silent'], { signal: stop.signal, lanes: 2 })
    const all = Array.from({ length: 5 }, () => codeOf(asker.hello(SPEC)))
    while (seen.number < 2) await turn()
    stop.abort(new Error('enough'))
    expect(await Promise.all([...all, codeOf(asker.hello(SPEC))])).toEqual(Array(6).fill('Error: enough'))
    while (seen.open > 0) await turn()
    expect(seen.number).toBe(2)
  })

  test('what fails behind a handshake says why nobody knows; a defect does not', async () => {
    const failing = (code: 'tcp/silence' | 'dns/timeout' | 'net/handshake-timeout' | 'tls/not-tls') => async () => {
      throw new FailureError(fail(code, {}))
    }
    const { asker, clock } = await acting(['alert'], { until: 10 })
    for (const code of ['tcp/silence', 'dns/timeout', 'net/handshake-timeout'] as const)
      expect(await asker.turn(failing(code))).toEqual({ unasked: 'silent', code })
    expect(await asker.turn(failing('tls/not-tls'))).toEqual({ unasked: 'cut', code: 'tls/not-tls' })
    const defect = asker.turn(async () => {
      throw new TypeError('a defect')
    })
    expect(await codeOf(defect)).toBe('TypeError: a defect')
    const late = asker.turn(async () => {
      await new Promise<void>(resolve => void clock.later(10, resolve))
      return failing('tcp/silence')()
    })
    expect(await late).toEqual({ unasked: 'late', code: 'tcp/silence' })
    expect(await asker.turn(async () => 'never')).toEqual({ unasked: 'late' })
    const stop = new AbortController()
    const stopped = await acting(['alert'], { signal: stop.signal })
    const work = stopped.asker.turn(async () => {
      stop.abort(new Error('enough'))
      return failing('tcp/silence')()
    })
    expect(await codeOf(work)).toBe('Error: enough')
  })

  test('of a connection is a cut, whatever comes of the work on it', async () => {
    const { asker, seen } = await acting(['silent'])
    expect(await asker.connection(async () => 'done')).toBe('done')
    const fails = asker.connection(async () => {
      throw new TypeError('a defect')
    })
    expect(await codeOf(fails)).toBe('TypeError: a defect')
    while (seen.open > 0) await turn()
    expect(seen.number).toBe(2)
  })
})
