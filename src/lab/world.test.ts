/** Worlds that end in the middle, stand beside each other, have the worst of wires, and are captured. */
import { afterEach, describe, expect, test } from 'vitest'
import { blocksOf, packetsOf } from '../../test/support/pcapng.ts'
import { DECRYPTION_SECRETS, ENHANCED_PACKET, type InterfaceStatistics, type PacketHead } from '../capture/format.ts'
import { FailureError } from '../failures/index.ts'
import { client, connect, serve } from '../net/index.ts'
import { nodePlatform } from '../node/lab.ts'
import { joined } from '../wire/bytes.ts'
import type { Faults } from './faults.ts'
import { type LabWorld, type LabWorldOptions, labWorld } from './world.ts'

const open: LabWorld[] = []
afterEach(() => {
  for (const world of open.splice(0)) world.close()
})

/** The value of a promise, or the code of its failure; `hangs` when time has nothing more to do. */
const outcome = async (promise: Promise<unknown>): Promise<unknown> => {
  let told: unknown = 'hangs'
  promise.then(
    value => {
      told = value ?? 'done'
    },
    (error: unknown) => {
      told = error instanceof FailureError ? error.failure.code : error
    },
  )
  for (let turn = 0; turn < 100 && told === 'hangs'; turn++) await new Promise(resolve => setImmediate(resolve))
  return told
}

const SIZE = 300_000
/** A client that asks a server for 300 kB over TLS. */
const stage = async (options: LabWorldOptions = {}) => {
  const world = labWorld(nodePlatform({ seed: 1 }), { seed: 1, delay: 10, ...options })
  open.push(world)
  const [near, far] = [world.machine('client'), world.machine('server')]
  const server = await serve(() => new Response('x'.repeat(SIZE)), {
    world: far.world,
    host: far.host.address.text,
    port: 443,
    tls: world.certified(['server']),
  })
  const browser = client({ world: near.world })
  const { clock } = world.network
  return {
    world,
    near,
    server,
    browser,
    ask: () => browser.fetch('https://server/').then(async answer => (await answer.text()).length),
    wait: (time: number) => new Promise<void>(done => clock.later(clock.now() + time, done)),
  }
}

describe('a world that is closed in the middle', () => {
  // Looking up, connecting, in the handshake, before the answer, in it.
  test.each([0, 5, 15, 25, 45, 65, 85, 105, 125, 145, 165, 185])('after %d ms leaves nobody waiting', async time => {
    const { world, near, server, browser, ask, wait } = await stage()
    const answer = ask()
    const pinged = new Promise(resolve => near.host.ping(near.host.address, resolve))
    // Whoever waits for time to pass would wait until it does.
    if (time > 0) await wait(time)
    world.close()
    expect(await outcome(answer)).toBe('ip/host-stopped')
    expect(await outcome(server.close())).toBe('done')
    expect(await outcome(pinged)).not.toBe('hangs')
    world.close()
    browser.close()
    expect(world.network.clock.waiting).toBe(0)
  })

  test('answers whoever asks it afterwards', async () => {
    const { world, near, browser, ask } = await stage()
    world.close()
    expect(await outcome(ask())).toBe('ip/host-stopped')
    const { host, world: mine } = near
    expect(await outcome(connect({ world: mine, host: '10.0.0.9', port: 80 }))).toBe('ip/host-stopped')
    expect(await outcome(mine.transport.lookUp!('server', {}))).toBe('ip/host-stopped')
    expect(await outcome(new Promise(resolve => host.ping(host.address, resolve)))).toMatchObject({
      code: 'ip/host-stopped',
      where: 'client',
    })
    browser.close()
    expect(await outcome(world.network.clock.idle())).toBe('done')
  })
})

test('two worlds at once do not know of each other, and each is as it is alone', async () => {
  const record = () => {
    const pieces: Uint8Array[] = []
    return { capture: (piece: Uint8Array) => void pieces.push(piece), bytes: () => joined(pieces) }
  }
  const [one, two, alone] = [record(), record(), record()]
  const play = async ({ capture }: ReturnType<typeof record>) => {
    const { ask, world, browser } = await stage({ capture })
    expect(await ask()).toBe(SIZE)
    browser.close()
    await world.network.clock.idle()
    world.close()
  }
  await play(alone)
  await Promise.all([play(one), play(two)])
  expect(Buffer.compare(one.bytes(), two.bytes())).toBe(0)
  expect(Buffer.compare(one.bytes(), alone.bytes())).toBe(0)
})

describe('the worst of wires', () => {
  test.each<[Faults, unknown]>([
    [{ loss: 1 }, 'link/no-neighbour'],
    [{ corrupt: 1 }, 'dns/timeout'],
    [{ delay: 10, queue: 0 }, SIZE],
    [{ rate: 1e6, queue: 0 }, 'link/no-neighbour'],
    [{ duplicate: 1, delay: 10 }, SIZE],
    [{ reorder: 1, delay: 10 }, SIZE],
    [{ delay: 1, jitter: 50 }, SIZE],
    [{ delay: 0 }, SIZE],
    [{ rate: 1 }, 'link/no-neighbour'],
  ])('%o ends in an answer or a failure', async (faults, expected) => {
    const { ask, browser } = await stage(faults)
    const answer = ask().catch((error: unknown) => (error instanceof FailureError ? error.failure.code : error))
    expect(await answer).toBe(expected)
    browser.close()
  })
})

test('a capture is whole at any moment, with the secrets before what they open, and ends once', async () => {
  const pieces: Uint8Array[] = []
  const { ask, world, browser } = await stage({ capture: piece => void pieces.push(piece), loss: 0.3 })
  expect(await ask()).toBe(SIZE)
  browser.close()
  // Every piece is a whole block: what was written until any moment can be read.
  const types = pieces.flatMap(piece => blocksOf(piece).map(block => block.head.type))
  expect(types).toHaveLength(pieces.length)
  expect(packetsOf(joined(pieces)).length).toBe(world.network.counts.passed)
  const framesBefore = types.slice(0, types.indexOf(DECRYPTION_SECRETS)).filter(type => type === ENHANCED_PACKET).length
  expect(framesBefore).toBeGreaterThan(0)
  expect(framesBefore).toBeLessThan(60)
  world.close()
  const timeOf = ({ timestampHigh, timestampLow }: PacketHead) => timestampHigh * 2 ** 32 + timestampLow
  const [statistics] = blocksOf(pieces.at(-1)!).map(block => block.body.body as InterfaceStatistics)
  const lastFrame = timeOf(packetsOf(joined(pieces)).at(-1)!.head)
  expect(timeOf({ ...statistics!, capturedLength: 0, originalLength: 0 })).toBeGreaterThanOrEqual(lastFrame)
  const ended = pieces.length
  world.close()
  expect(pieces.length).toBe(ended)
})
