/** Records that others seal: the bytes are those of a single thread, in their order, and nothing hangs on a thread. */
import { describe, expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { HandThread, handWorkers, KeptStream } from '../../../test/support/sealing.ts'
import type { CryptoProvider } from '../../crypto/provider.ts'
import type { ByteStream } from '../../net/stream/types.ts'
import { type AeadSuite, suites, suites13 } from '../../tls/suites.table.ts'
import { AeadProtection } from '../../tls/tls12/record-protection.ts'
import { Aead13Protection } from '../../tls/tls13/record-protection.ts'
import { nodeCrypto } from '../crypto.ts'
import { recordWorkers, workersOf } from './index.ts'
import { ROOM } from './job.ts'

const crypto = nodeCrypto()
const DATA = 23
const ALERT = 21
const FULL = 16_384

const bytesOf = (length: number, seed = 1): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 8)) & 0xff)

const protect13 = (provider: CryptoProvider, suite = suites13[0]!, key = 3) =>
  new Aead13Protection(provider, suite, new Uint8Array(suite.keyLength).fill(key), new Uint8Array(12).fill(4))
const protect12 = (provider: CryptoProvider, suite: AeadSuite) =>
  new AeadProtection(
    provider,
    suite,
    new Uint8Array(suite.keyLength).fill(3),
    new Uint8Array(12).fill(4).subarray(0, suite.aead === 'chacha20-poly1305' ? 12 : 4),
  )

const perAead = <T extends { readonly aead: string }>(all: readonly T[]): readonly T[] =>
  all.filter((one, i) => all.findIndex(({ aead }) => aead === one.aead) === i)

/** A stream with what it stands on, and what it tells. */
const opened = (workers: ReturnType<typeof handWorkers>['workers'], lower = new KeptStream()) => {
  const stream = workers.over(lower)
  const told: string[] = []
  stream.handler = {
    data: bytes => told.push(`data ${bytes.length}`),
    end: () => told.push('end'),
    drain: () => told.push('drain'),
    closed: failure => told.push(`closed ${failure?.code}`),
  }
  return { lower, stream, told }
}

/** `count` full records of TLS 1.3, written as one turn does. */
const pour = (stream: ByteStream, protection: Aead13Protection, count: number, seed = 1): boolean =>
  stream.write(Array.from({ length: count }, (_, i) => protection.seal(DATA, bytesOf(FULL, seed + i))).flat())

const plainly = (protection: Aead13Protection, count: number, seed = 1): Uint8Array =>
  concat(...Array.from({ length: count }, (_, i) => protection.seal(DATA, bytesOf(FULL, seed + i))).flat())

describe('the bytes are the same', () => {
  const LENGTHS = [FULL, 100, FULL, FULL, 5_000, FULL, 1, FULL, 0]
  const versions = [
    ...perAead(suites13).map(suite => ['TLS 1.3', suite.aead, (p: CryptoProvider) => protect13(p, suite)] as const),
    ...perAead(suites.filter((one): one is typeof one & AeadSuite => 'aead' in one)).map(
      suite => ['TLS 1.2', suite.aead, (p: CryptoProvider) => protect12(p, suite)] as const,
    ),
  ]
  test.each(versions)('%s, %s: as one thread seals them, with short records between long ones', (_, __, make) => {
    const { workers, threads } = handWorkers()
    const [ours, plain] = [make(workers.providerOf(crypto)), make(crypto)]
    const { lower, stream } = opened(workers)
    const records = LENGTHS.map((length, i) => bytesOf(length, i))
    const pieces = records.flatMap(content => ours.seal(DATA, content))
    stream.write(pieces)
    expect([threads[0]!.jobs.length, lower.said]).toEqual([1, []])
    // What was handed over is the caller's again.
    for (const content of records) content.fill(0)
    threads[0]!.work()
    const expected = LENGTHS.flatMap((length, i) => plain.seal(DATA, bytesOf(length, i)))
    expect(Buffer.compare(lower.bytes, concat(...expected))).toBe(0)
    expect([ours.sequence, lower.said.length]).toEqual([LENGTHS.length, 1])
  })
  test('more than one batch in one turn, and more short records than a batch has', () => {
    const { workers, threads } = handWorkers()
    const [ours, plain] = [protect13(workers.providerOf(crypto)), protect13(crypto)]
    const { lower, stream } = opened(workers)
    const lengths = [...Array.from({ length: 40 }, () => FULL), ...Array.from({ length: 200 }, (_, i) => i)]
    const pieces = lengths.flatMap(length => ours.seal(DATA, bytesOf(length)))
    // The thread begins while we are still at it.
    expect(threads[0]!.given).toBe(2)
    stream.write(pieces)
    while (threads[0]!.jobs.length > 0) threads[0]!.work()
    const expected = lengths.flatMap(length => plain.seal(DATA, bytesOf(length)))
    expect(Buffer.compare(lower.bytes, concat(...expected))).toBe(0)
    expect(threads[0]!.given).toBe(3)
  })
  test('padding is sealed as zeros, in memory that was used before', () => {
    const { workers, threads } = handWorkers()
    const make = (provider: CryptoProvider) =>
      new Aead13Protection(provider, suites13[0]!, new Uint8Array(16).fill(3), new Uint8Array(12).fill(4), () => 5_000)
    const [ours, plain] = [make(workers.providerOf(crypto)), make(crypto)]
    const { lower, stream } = opened(workers)
    for (let round = 0; round < 3; round++) {
      stream.write(Array.from({ length: 10 }, () => ours.seal(DATA, bytesOf(10_000, round))).flat())
      threads[0]!.work()
      lower.handler.sent!(lower.arrays.splice(0))
    }
    const expected = [0, 1, 2].flatMap(round =>
      Array.from({ length: 10 }, () => plain.seal(DATA, bytesOf(10_000, round))).flat(),
    )
    expect(Buffer.compare(lower.bytes, concat(...expected))).toBe(0)
  })
})

describe('the order is that in which it was written', () => {
  test('what is sealed at once waits behind what is not, FIN too', () => {
    const { workers, threads } = handWorkers()
    const [ours, plain] = [protect13(workers.providerOf(crypto)), protect13(crypto)]
    const { lower, stream } = opened(workers)
    pour(stream, ours, 8)
    const held = stream.unsent!
    const alert = ours.seal(ALERT, Uint8Array.of(1, 0))
    stream.write(alert)
    stream.end()
    expect([lower.said, stream.unsent! - held]).toEqual([[], concat(...alert).length])
    threads[0]!.work()
    expect(lower.said.map(one => (typeof one === 'string' ? one : one.length))).toEqual([2, 'FIN'])
    expect(Buffer.compare(lower.bytes, concat(plainly(plain, 8), ...plain.seal(ALERT, Uint8Array.of(1, 0))))).toBe(0)
    stream.end()
    expect(lower.said).toHaveLength(2)
  })
  test('whichever thread is done first', () => {
    const { workers, threads } = handWorkers(2)
    const [ours, plain] = [protect13(workers.providerOf(crypto)), protect13(crypto)]
    const { lower, stream } = opened(workers)
    pour(stream, ours, 16)
    pour(stream, ours, 16, 50)
    expect(threads.map(({ jobs }) => jobs.length)).toEqual([1, 1])
    threads[1]!.work()
    expect(lower.said).toEqual([])
    threads[0]!.work()
    expect(Buffer.compare(lower.bytes, concat(plainly(plain, 16), plainly(plain, 16, 50)))).toBe(0)
  })
  test('new keys while a batch is open and another under way: each is sealed with its own', () => {
    const { workers, threads } = handWorkers()
    const provider = workers.providerOf(crypto)
    const { lower, stream } = opened(workers)
    const [before, after] = [protect13(provider, suites13[0], 7), protect13(provider, suites13[0], 8)]
    const first = Array.from({ length: 20 }, (_, i) => before.seal(DATA, bytesOf(FULL, i))).flat()
    before.wipe()
    expect(() => before.seal(DATA, bytesOf(FULL))).toThrow('overwritten')
    stream.write([...first, ...Array.from({ length: 8 }, (_, i) => after.seal(DATA, bytesOf(FULL, i))).flat()])
    while (threads[0]!.jobs.length > 0) threads[0]!.work()
    const [plain7, plain8] = [protect13(crypto, suites13[0], 7), protect13(crypto, suites13[0], 8)]
    expect(Buffer.compare(lower.bytes, concat(plainly(plain7, 20, 0), plainly(plain8, 8, 0)))).toBe(0)
  })
  test('little is sealed at once, and takes no more memory than it is long', () => {
    const { workers, threads } = handWorkers()
    const [ours, plain] = [protect13(workers.providerOf(crypto)), protect13(crypto)]
    const { lower, stream } = opened(workers)
    const alert = Uint8Array.of(1, 0)
    expect(pour(stream, ours, 2)).toBe(true)
    expect([threads[0]!.given, lower.arrays.length]).toEqual([0, 1])
    expect(lower.arrays[0]!.buffer.byteLength).toBe(lower.bytes.length)
    // What comes together goes down together.
    stream.write([...ours.seal(DATA, bytesOf(FULL, 3)), ...protect13(crypto).seal(ALERT, alert)])
    expect(lower.said.map(one => one.length)).toEqual([1, 2])
    const expected = [plainly(plain, 3), ...protect13(crypto).seal(ALERT, alert)]
    expect(Buffer.compare(lower.bytes, concat(...expected))).toBe(0)
  })
})

describe('room', () => {
  test('a writer waits when much is held, and hears once that there is room', () => {
    const { workers, threads } = handWorkers()
    const ours = protect13(workers.providerOf(crypto))
    const { stream, told } = opened(workers)
    expect(pour(stream, ours, 16)).toBe(true)
    expect(pour(stream, ours, 16)).toBe(true)
    expect(pour(stream, ours, 16)).toBe(false)
    expect(stream.unsent).toBeGreaterThan(40 * FULL)
    expect(threads[0]!.jobs).toHaveLength(2)
    threads[0]!.work()
    threads[0]!.work()
    expect([told, threads[0]!.jobs.length]).toEqual([['drain'], 1])
    threads[0]!.work()
    expect([told, stream.unsent]).toEqual([['drain'], 0])
  })
  test('it waits for what is below too', () => {
    const { workers, threads } = handWorkers()
    const ours = protect13(workers.providerOf(crypto))
    const { lower, stream, told } = opened(workers)
    lower.room = false
    pour(stream, ours, 16)
    threads[0]!.work()
    expect(pour(stream, ours, 16)).toBe(false)
    threads[0]!.work()
    expect(told).toEqual([])
    lower.handler.drain()
    lower.handler.drain()
    expect(told).toEqual(['drain'])
  })
  test('who was asked to wait hears that there is room, also where another write finds it', () => {
    const { workers } = handWorkers()
    const { lower, stream, told } = opened(workers)
    lower.room = false
    expect(stream.write([bytesOf(10)])).toBe(false)
    lower.room = true
    expect([stream.write([bytesOf(10)]), told]).toEqual([true, ['drain']])
    lower.handler.drain()
    expect(told).toEqual(['drain'])
  })
  test('memory is used again when it has left, and not before; key and plan are overwritten', () => {
    const { workers, threads } = handWorkers()
    const ours = protect13(workers.providerOf(crypto))
    const { lower, stream } = opened(workers)
    pour(stream, ours, 16)
    const first = threads[0]!.work()
    expect(new Uint8Array(first.memory, ROOM).every(byte => byte === 0)).toBe(true)
    pour(stream, ours, 16)
    expect(threads[0]!.work().memory).not.toBe(first.memory)
    const before = first.memory.byteLength
    let left = 0
    stream.handler = { ...stream.handler, sent: pieces => void (left = pieces.length) }
    lower.handler.sent!(lower.arrays.slice(0, 1))
    expect(left).toBe(1)
    pour(stream, ours, 16)
    // It has moved on.
    expect([before > 0, first.memory.byteLength]).toEqual([true, 0])
  })
  test('no more of it is kept than threads have in their hands', () => {
    const { workers, threads } = handWorkers()
    const provider = workers.providerOf(crypto)
    const all = Array.from({ length: 10 }, () => opened(workers))
    for (const { stream } of all) pour(stream, protect13(provider), 16)
    while (threads[0]!.jobs.length > 0) threads[0]!.work()
    for (const { lower } of all) lower.handler.sent!(lower.arrays)
    for (const { stream } of all) pour(stream, protect13(provider), 5)
    let used = 0
    // Records of before are still in what is used again.
    while (threads[0]!.jobs.length > 0) if (new Uint8Array(threads[0]!.work().memory)[ROOM - 8_000] !== 0) used++
    expect(used).toBeLessThanOrEqual(4)
    expect(used).toBeGreaterThan(0)
  })
  test('owners take turns: who writes much holds up nobody', () => {
    const { workers, threads } = handWorkers()
    const provider = workers.providerOf(crypto)
    const [greedy, modest] = [opened(workers), opened(workers)]
    const [much, little] = [protect13(provider), protect13(provider)]
    for (let i = 0; i < 6; i++) pour(greedy.stream, much, 16)
    pour(modest.stream, little, 16)
    for (let i = 0; i < 4; i++) threads[0]!.work()
    expect(modest.lower.said).toHaveLength(1)
    expect(greedy.lower.said).toHaveLength(3)
    while (threads[0]!.jobs.length > 0) threads[0]!.work()
    expect(
      Buffer.compare(
        greedy.lower.bytes,
        concat(
          ...Array(6)
            .fill(1)
            .map(plainlyWith(protect13(crypto))),
        ),
      ),
    ).toBe(0)
  })
})

describe('ends', () => {
  test('RST drops everything: nothing is written, what has not begun is not sealed', () => {
    const { workers, threads } = handWorkers()
    const ours = protect13(workers.providerOf(crypto))
    const { lower, stream, told } = opened(workers)
    for (let i = 0; i < 4; i++) pour(stream, ours, 16)
    stream.reset()
    expect([lower.said, told, stream.unsent]).toEqual([['RST'], ['closed undefined'], 0])
    while (threads[0]!.jobs.length > 0) threads[0]!.work()
    expect([threads[0]!.given, lower.said, stream.write([bytesOf(3)])]).toEqual([2, ['RST'], true])
    stream.end()
    expect([lower.said, threads[0]!.held]).toEqual([['RST'], false])
    // What was to be sealed does not lie there any more.
    pour(opened(workers).stream, ours, 5)
    const { memory } = threads[0]!.work()
    expect(new Uint8Array(memory, 6 * FULL, ROOM - 6 * FULL).every(byte => byte === 0)).toBe(true)
  })
  test('what nobody sends is sealed all the same, and its key overwritten', () => {
    const { workers, threads } = handWorkers()
    const ours = protect13(workers.providerOf(crypto))
    for (let i = 0; i < 8; i++) ours.seal(DATA, bytesOf(FULL))
    expect(threads[0]!.given).toBe(0)
    ours.wipe()
    expect(threads[0]!.given).toBe(1)
    threads[0]!.work()
  })
  test('the other side cuts: it is told once, with its reason', () => {
    const { workers, threads } = handWorkers()
    const ours = protect13(workers.providerOf(crypto))
    const { lower, stream, told } = opened(workers)
    pour(stream, ours, 16)
    lower.handler.data(bytesOf(2))
    lower.handler.end()
    lower.handler.closed(undefined)
    threads[0]!.work()
    expect([told, lower.said]).toEqual([['data 2', 'end', 'closed undefined'], []])
  })
  test('net/sealing-lost: a thread ends with what it had, and the rest goes elsewhere', () => {
    const { workers, threads, warnings } = handWorkers(2)
    const provider = workers.providerOf(crypto)
    const [a, b, c] = [opened(workers), opened(workers), opened(workers)]
    pour(a.stream, protect13(provider), 16)
    pour(b.stream, protect13(provider), 16)
    const waits = opened(workers)
    for (let i = 0; i < 2; i++) pour(opened(workers).stream, protect13(provider), 16)
    pour(waits.stream, protect13(provider), 16)
    threads[0]!.die()
    // The other one has its hands full, and is waited for.
    expect([threads[1]!.jobs.length, waits.lower.said]).toEqual([2, []])
    expect([a.told, a.lower.said]).toEqual([['closed net/sealing-lost'], ['RST']])
    expect(b.told).toEqual([])
    threads[1]!.work()
    expect(b.lower.said).toHaveLength(1)
    while (threads[1]!.jobs.length > 0) threads[1]!.work()
    expect(waits.lower.said).toHaveLength(1)
    expect(warnings.map(({ code, got }) => [code, got])).toEqual([['net/sealing-lost', 'killed']])
    // Of the last one what waits is sealed here, and what comes afterwards too.
    const ours = protect13(provider)
    for (let i = 0; i < 3; i++) pour(b.stream, protect13(provider), 16)
    pour(c.stream, ours, 16)
    threads[1]!.die()
    expect([b.told, c.told, c.lower.said.length]).toEqual([['closed net/sealing-lost'], [], 1])
    pour(c.stream, ours, 16)
    c.stream.end()
    expect(c.lower.said.at(-1)).toBe('FIN')
    expect(Buffer.compare(c.lower.bytes, concat(...[1, 1].map(plainlyWith(protect13(crypto)))))).toBe(0)
  })
  test.each(['not ready yet', 'cannot be started'])('a thread that is %s: everything is sealed at once', how => {
    const warned: string[] = []
    const workers = workersOf(
      ears => {
        if (how === 'cannot be started') throw new Error('no threads here')
        return new HandThread(ears)
      },
      { warned: warning => warned.push(`${warning.code}: ${warning.got}`) },
    )
    const { lower, stream } = opened(workers)
    pour(stream, protect13(workers.providerOf(crypto)), 16)
    expect(Buffer.compare(lower.bytes, plainly(protect13(crypto), 16))).toBe(0)
    expect(warned).toEqual(how === 'not ready yet' ? [] : ['net/sealing-lost: no threads here'])
  })
  test('close: what is under way is sealed first, then the threads end; who goes on seals for himself', async () => {
    const { workers, threads, warnings } = handWorkers()
    const ours = protect13(workers.providerOf(crypto))
    const { lower, stream } = opened(workers)
    for (let i = 0; i < 3; i++) pour(stream, ours, 16)
    const open = ours.seal(DATA, bytesOf(FULL))
    const closed = workers.close()
    stream.write([...open, ...Array.from({ length: 20 }, () => ours.seal(DATA, bytesOf(FULL))).flat()])
    while (threads[0]!.jobs.length > 0) {
      expect([threads[0]!.stopped, threads[0]!.held]).toEqual([false, true])
      threads[0]!.work()
    }
    await closed
    expect([threads[0]!.stopped, threads[0]!.held, warnings]).toEqual([true, false, []])
    expect(threads[0]!.given).toBe(3)
    const plain = protect13(crypto)
    const expected = [
      ...[1, 1, 1].map(plainlyWith(plain)),
      ...Array.from({ length: 21 }, () => plain.seal(DATA, bytesOf(FULL))).flat(),
    ]
    expect(Buffer.compare(lower.bytes, concat(...expected))).toBe(0)
    await workers.close()
  })
  test.each([0, 1.5, 65, Number.NaN])('%s threads are refused', threads => {
    expect(() => recordWorkers({ threads })).toThrow(RangeError)
  })
})

const plainlyWith =
  (protection: Aead13Protection) =>
  (seed: number): Uint8Array =>
    plainly(protection, 16, seed)
