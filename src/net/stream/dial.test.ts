import { expect, test } from 'vitest'
import type { Millis } from '../../engine.ts'
import { type FailureCode, FailureError, fail } from '../../failures/index.ts'
import { virtualClock } from '../../lab/clock.ts'
import { nextTurn } from '../../node/turn.ts'
import { nodeWorld } from '../../node/world.ts'
import { connect } from './connect.ts'
import { type Dial, dial } from './dial.ts'
import { memoryPair } from './memory.ts'
import type { ByteStream, Transport } from './types.ts'

/** What a script says of an address or a name: what comes of it, and after how long. */
type Fate = readonly [after: Millis, what: 'opens' | FailureCode]

/** A network by script: which addresses a name has, and what becomes of each attempt. Silent where nothing is said. */
const network = (
  names: Readonly<Record<string, readonly [Millis, readonly string[]]>>,
  fates: Readonly<Record<string, Fate>>,
) => {
  const clock = virtualClock({ turn: nextTurn })
  const said: string[] = []
  const say = (text: string): void => void said.push(`${clock.now()} ${text}`)
  const after = (ms: Millis, signal: AbortSignal | undefined, task: () => void, given: string): void => {
    const disarm = clock.later(clock.now() + ms, task)
    signal?.addEventListener('abort', () => {
      disarm()
      say(`${given} given up`)
    })
  }
  const transport: Transport = {
    lookUp: (host, { signal }) =>
      new Promise((resolve, reject) => {
        say(`look up ${host}`)
        const found = names[host]
        if (found !== undefined) after(found[0], signal, () => resolve(found[1]), host)
        else after(1e9, signal, () => reject(new Error('unreachable')), host)
      }),
    connect: ({ host, signal }) =>
      new Promise<ByteStream>((resolve, reject) => {
        say(`try ${host}`)
        const [ms, what] = fates[host] ?? [1e9, 'tcp/silence']
        const settle = (): void => {
          if (what === 'opens') resolve(memoryPair(clock)[0])
          else reject(new FailureError(fail(what, { where: host })))
        }
        after(ms, signal, settle, host)
      }),
    listen: () => Promise.reject(new Error('nobody listens here')),
  }
  const call = async (host: string, more: Partial<Dial> = {}) => {
    const timeouts = { name: 5_000, connect: 3_000 }
    try {
      await dial({ host, port: 443, timeouts, ...more }, transport, clock)
      say('open')
    } catch (error) {
      say(error instanceof FailureError ? `${error.code} ${error.failure.where}` : String(error))
    }
    return said
  }
  return { call, clock }
}

test('a name is looked up, and its first address is connected to', async () => {
  const { call } = network({ 'a.test': [30, ['10.0.0.1', '10.0.0.2']] }, { '10.0.0.1': [20, 'opens'] })
  expect(await call('a.test')).toEqual(['0 look up a.test', '30 try 10.0.0.1', '50 open'])
})

test('an address needs no look-up, given or named', async () => {
  const { call } = network({}, { '10.0.0.1': [20, 'opens'], '::1': [20, 'opens'] })
  expect(await call('[::1]')).toEqual(['0 try ::1', '20 open'])
  expect(await call('a.test', { address: '10.0.0.1' })).toEqual(['0 try ::1', '20 open', '20 try 10.0.0.1', '40 open'])
})

test('a look-up that hangs is dns/timeout after its own time, not silence of the host', async () => {
  const { call } = network({}, {})
  expect(await call('a.test')).toEqual(['0 look up a.test', '5000 a.test given up', '5000 dns/timeout a.test'])
})

test('a name without an address is dns/no-address', async () => {
  const { call } = network({ 'a.test': [1, []] }, {})
  expect(await call('a.test')).toEqual(['0 look up a.test', '1 dns/no-address a.test'])
})

test('RFC 8305: a silent address is joined by the next after 250 ms, and the loser is given up', async () => {
  const { call } = network({ 'a.test': [0, ['fd00::1', '10.0.0.1']] }, { '10.0.0.1': [20, 'opens'] })
  expect(await call('a.test')).toEqual([
    '0 look up a.test',
    '0 try fd00::1',
    '250 try 10.0.0.1',
    '270 fd00::1 given up',
    '270 open',
  ])
})

test('RFC 8305 5: whoever fails behind the one that opened is followed by nobody', async () => {
  const failing = new FailureError(fail('tcp/refused', { where: 'fd00::1' }))
  let refuse = (): void => {}
  const tried: string[] = []
  const clock = virtualClock({ turn: nextTurn })
  const transport: Transport = {
    lookUp: async () => ['fd00::1', '10.0.0.1', 'fd00::2', '10.0.0.2'],
    connect: ({ host }) => {
      tried.push(host)
      if (host === '10.0.0.1') return Promise.resolve(memoryPair(clock)[0])
      // One that does not listen to being given up.
      return new Promise((_, reject) => (refuse = () => reject(failing)))
    },
    listen: () => Promise.reject(new Error('nobody listens here')),
  }
  await dial({ host: 'a.test', port: 443, timeouts: { name: 5_000, connect: 3_000 } }, transport, clock)
  refuse()
  await nextTurn()
  expect(tried).toEqual(['fd00::1', '10.0.0.1'])
})

test('a refused address is followed at once, and families take turns', async () => {
  const { call } = network(
    { 'a.test': [0, ['fd00::1', 'fd00::2', '10.0.0.1', '10.0.0.2']] },
    {
      'fd00::1': [1, 'tcp/refused'],
      '10.0.0.1': [1, 'tcp/refused'],
      'fd00::2': [1, 'net/unreachable'],
      '10.0.0.2': [1, 'opens'],
    },
  )
  expect((await call('a.test')).slice(1)).toEqual([
    '0 try fd00::1',
    '1 try 10.0.0.1',
    '2 try fd00::2',
    '3 try 10.0.0.2',
    '4 open',
  ])
})

test('where none answers as it should, the failure that says most is told, after all were tried', async () => {
  const { call } = network(
    { 'a.test': [0, ['10.0.0.1', '10.0.0.2', '10.0.0.3']] },
    { '10.0.0.1': [1, 'net/unreachable'], '10.0.0.2': [400, 'tcp/refused'], '10.0.0.3': [300, 'tcp/silence'] },
  )
  expect((await call('a.test')).slice(1)).toEqual([
    '0 try 10.0.0.1',
    '1 try 10.0.0.2',
    '251 try 10.0.0.3',
    '551 tcp/refused 10.0.0.2',
  ])
})

test('time for connecting begins when the addresses are known', async () => {
  const { call } = network({ 'a.test': [4_000, ['10.0.0.1']] }, {})
  expect((await call('a.test')).slice(1)).toEqual([
    '4000 try 10.0.0.1',
    '7000 10.0.0.1 given up',
    '7000 tcp/silence a.test:443',
  ])
})

test('whoever gives up is told so at once, in the look-up and while connecting', async () => {
  for (const [moment, expected] of [
    [10, ['0 look up a.test', '10 a.test given up', '10 Error: enough']],
    [40, ['0 look up a.test', '30 try 10.0.0.1', '40 10.0.0.1 given up', '40 Error: enough']],
  ] as const) {
    const { call, clock } = network({ 'a.test': [30, ['10.0.0.1']] }, {})
    const controller = new AbortController()
    clock.later(moment, () => controller.abort(new Error('enough')))
    expect(await call('a.test', { signal: controller.signal })).toEqual(expected)
  }
})

test("an abort in the moment in which the connection is there rejects with its reason, and resets what is nobody's", async () => {
  const controller = new AbortController()
  const done: string[] = []
  const stream = {
    handler: { data() {}, end() {}, drain() {}, closed() {} },
    local: { address: '127.0.0.1', port: 1 },
    // Asked for when all is connected, and nobody has the stream yet.
    get remote() {
      controller.abort('enough')
      return { address: '127.0.0.1', port: 80 }
    },
    write: () => true,
    end: () => void done.push('end'),
    reset: () => void done.push('reset'),
    pause() {},
    resume() {},
  }
  const over: Transport = {
    connect: async () => stream as unknown as ByteStream,
    listen: () => Promise.reject(new Error()),
  }
  const asked = connect({ host: '127.0.0.1', port: 80, over, signal: controller.signal, world: nodeWorld() })
  await expect(asked).rejects.toBe('enough')
  expect(done).toEqual(['reset'])
})
