/** Records that real threads seal, read by other implementations, over loopback. */
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { connect as connectTcp } from 'node:net'
import tls from 'node:tls'
import { expect, test } from 'vitest'
import { closing, codeOf, soon } from '../../../test/support/net.ts'
import { installed, missing } from '../../../test/support/peers.ts'
import { Side } from '../../../test/support/tls.ts'
import { openHearted, overSocket } from '../../../test/support/tls-peers.ts'
import { crypto, listening } from '../../../test/support/tls-stream.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import type { Failure } from '../../failures/index.ts'
import { client, connect, listen, serve } from '../../index.ts'
import type { TlsServerOptions } from '../../net/stream/server-answers.ts'
import type { NetStream } from '../../net/stream/types.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { tlsClient } from '../../tls/engine.ts'
import { recorder } from '../../trace/recorder.ts'
import { pem } from '../../x509/files/pem.ts'
import { workersOf } from './index.ts'
import type { StartThread, Thread } from './pool.ts'
import { startWorker, workerWith } from './worker.ts'

const issued = certificateAuthority({ crypto, now: Date.now, name: 'Test root' }).issue({
  names: ['localhost'],
  key: 'p-256',
})
const ca = pem('CERTIFICATE', issued.root)

/** Workers of which the test knows what they do; they are there when this resolves. */
const started = async (count = 1, start: StartThread = startWorker) => {
  const seen = { jobs: 0, threads: [] as Thread[], warnings: [] as string[], before: (_: number): void => {} }
  let there = 0
  const workers = workersOf(
    ears => {
      const ready = (): void => {
        there++
        ears.ready()
      }
      const thread = start({ ...ears, ready })
      seen.threads.push(thread)
      return {
        ...thread,
        post(job) {
          seen.before(++seen.jobs)
          thread.post(job)
        },
      }
    },
    { threads: count, warned: ({ code }) => seen.warnings.push(code) },
  )
  closing.push(() => workers.close())
  const server = async (options: Partial<TlsServerOptions>, accept: (stream: NetStream) => void, trace?: 'traced') => {
    const listener = await listen(
      {
        tls: { certificateFor: () => certifiedKey(issued), workers, ...options },
        ...(trace && { trace: recorder() }),
      },
      accept,
    )
    closing.push(() => listener.close())
    return listener.port
  }
  // The first connection starts them.
  const first = tls.connect({ host: '127.0.0.1', port: await server({}, stream => stream.reset()), ca })
  first.on('error', () => {})
  while (there < count) await soon()
  return { workers, seen, server }
}

const PIECE = 200_000

/** Writes `bytes` from one array that changes as soon as it was handed over, and says FIN. The hash of what was written. */
const pouring = (stream: NetStream, bytes: number): { hash(): string; closed: Promise<Failure | undefined> } => {
  const hash = createHash('sha256')
  const piece = new Uint8Array(PIECE)
  let left = bytes
  let round = 0
  const go = (): void => {
    while (left > 0) {
      piece.fill(++round)
      const part = piece.subarray(0, Math.min(left, PIECE))
      new DataView(piece.buffer).setUint32(0, round)
      hash.update(part)
      left -= part.length
      const room = stream.write([part.subarray(0, 10), new Uint8Array(0), part.subarray(10)])
      piece.fill(0xee)
      if (!room) return
    }
    stream.end()
  }
  const closed = new Promise<Failure | undefined>(resolve => {
    stream.handler = { data() {}, end() {}, drain: go, closed: resolve }
  })
  go()
  return { hash: () => hash.copy().digest('hex'), closed }
}

const suitesOf = (version: string) =>
  version === 'TLS 1.3'
    ? (['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'] as const)
    : ([
        'TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256',
        'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
        'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256',
      ] as const)

/** What a client of `node:tls` reads up to close_notify. */
const read = (port: number, options: tls.ConnectionOptions = {}): Promise<{ bytes: number; hash: string }> =>
  new Promise((resolve, reject) => {
    const hash = createHash('sha256')
    let bytes = 0
    const socket = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ca, ...options })
    socket.on('data', (data: Uint8Array) => {
      bytes += data.length
      hash.update(data)
    })
    socket.on('end', () => resolve({ bytes, hash: hash.digest('hex') }))
    socket.on('error', reject)
  })

const MUCH = 50_000_000

for (const version of ['TLS 1.3', 'TLS 1.2'] as const)
  test.each(suitesOf(version))(`node:tls reads 50 MB as they were written: ${version}, %s`, async suite => {
    const { seen, server } = await started()
    let written: ReturnType<typeof pouring> | undefined
    const port = await server({ versions: [version], suites: [suite] }, stream => (written = pouring(stream, MUCH)))
    const { bytes, hash } = await read(port)
    expect([bytes, hash]).toEqual([MUCH, written!.hash()])
    expect(await written!.closed).toBeUndefined()
    expect(seen.jobs).toBeGreaterThan(100)
  })

test.each([
  ['is not to be called', undefined],
  ['cannot be loaded', new URL('nowhere.js', import.meta.url).pathname],
])('threads seal all the same where koffi %s', async (_, koffi) => {
  const { seen, server } = await started(1, workerWith(koffi))
  let written: ReturnType<typeof pouring> | undefined
  const port = await server({}, stream => (written = pouring(stream, MUCH)))
  expect(await read(port)).toEqual({ bytes: MUCH, hash: written!.hash() })
  expect([seen.jobs > 100, seen.warnings]).toEqual([true, []])
})

test.skipIf(!installed('openssl'))(`openssl s_client reads the same, two threads${missing('openssl')}`, async () => {
  const { seen, server } = await started(2)
  let written: ReturnType<typeof pouring> | undefined
  const port = await server({}, stream => (written = pouring(stream, MUCH)))
  const client = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, '-quiet', '-verify_quiet'])
  const hash = createHash('sha256')
  for await (const data of client.stdout) hash.update(data as Uint8Array)
  expect([hash.digest('hex'), seen.jobs > 100]).toEqual([written!.hash(), true])
})

test('RFC 9846 4.7.3: a client that asks for new keys in the middle gets them, and everything', async () => {
  const { server, seen } = await started()
  const total = 12_000_000
  let written: ReturnType<typeof pouring> | undefined
  const port = await server({}, stream => (written = pouring(stream, total)))
  const side = new Side(tlsClient({ crypto, serverName: 'localhost' }), openHearted(undefined))
  const hash = createHash('sha256')
  let bytes = 0
  let asked = 0
  await overSocket(connectTcp(port, '127.0.0.1'), side, ({ tls: engine, events }) => {
    for (const event of events.splice(0)) {
      if (event.type !== 'data') continue
      hash.update(event.bytes)
      bytes += event.bytes.length
      if (bytes > 1_000_000 * (asked + 1) && asked < 8) {
        asked++
        engine.updateKeys(0)
      }
      if (bytes === total) engine.close(0)
    }
  })
  expect([side.failure, bytes, hash.digest('hex')]).toEqual([undefined, total, written!.hash()])
  expect([asked, seen.jobs > 20]).toEqual([8, true])
})

test('serve answers and fetch sends with them', async () => {
  const { seen, workers } = await started()
  const body = new Uint8Array(MUCH / 4).map((_, i) => i * 7)
  const echo = await serve(async request => new Response(await request.arrayBuffer()), {
    tls: { certificateFor: () => certifiedKey(issued), workers },
  })
  closing.push(() => echo.close())
  const asking = client({ ca, tls: { workers } })
  closing.push(() => asking.close())
  const answer = await asking.fetch(`https://localhost:${echo.port}/`, { method: 'POST', body })
  expect(Buffer.compare(new Uint8Array(await answer.arrayBuffer()), body)).toBe(0)
  // Both ways.
  expect(seen.jobs).toBeGreaterThan((2 * body.length) / 300_000)
})

test('net/bad-tls-options: what is no workers is refused at the call', async () => {
  const workers = 2 as never
  expect(await codeOf(connect({ host: 'localhost', port: 1, tls: { workers } }))).toBe('net/bad-tls-options')
  expect(await codeOf(serve(() => new Response(), { tls: { workers } }))).toBe('net/bad-tls-options')
  expect(await codeOf(serve(() => new Response(), { workers } as never))).toBe('net/bad-tls-options')
})

test('what is traced is sealed at once', async () => {
  const { server, seen } = await started()
  let written: ReturnType<typeof pouring> | undefined
  const port = await server({}, stream => (written = pouring(stream, 2_000_000)), 'traced')
  expect((await read(port)).hash).toBe(written!.hash())
  expect(seen.jobs).toBe(0)
})

test('net/sealing-lost: a thread that ends takes its connections with it, and nobody takes that for an end', async () => {
  const { server, seen } = await started()
  let written: ReturnType<typeof pouring> | undefined
  const port = await server({}, stream => (written = pouring(stream, MUCH)))
  seen.before = count => count === 20 && void seen.threads[0]!.stop()
  const client = await connect({ host: '127.0.0.1', port, tls: { serverName: 'localhost', ca } })
  const { closed, said } = listening(client)
  expect(['tcp/reset', 'tls/cut-short']).toContain((await closed)?.code)
  expect(said).not.toContain('end')
  expect([(await written!.closed)?.code, seen.warnings]).toEqual(['net/sealing-lost', ['net/sealing-lost']])
  const had = seen.jobs
  const { bytes, hash } = await read(port)
  expect([bytes, hash, seen.jobs]).toEqual([MUCH, written!.hash(), had])
})

test('a client that goes in the middle, and a server that does: no thread waits for them', async () => {
  const { server, seen, workers } = await started()
  const before = process.getActiveResourcesInfo().filter(name => name === 'MessagePort').length
  const ends: Promise<Failure | undefined>[] = []
  const port = await server({}, stream => {
    const { closed } = pouring(stream, MUCH)
    ends.push(closed)
    if (ends.length === 1) seen.before = count => count === 10 && stream.reset()
  })
  await read(port).catch(() => {})
  const socket = tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ca })
  socket.once('data', () => socket.destroy())
  while (ends.length < 2) await soon()
  const [ours, theirs] = await Promise.all(ends)
  expect(ours).toBeUndefined()
  expect(['tcp/reset', 'tls/cut-short']).toContain(theirs?.code)
  await workers.close()
  expect(process.getActiveResourcesInfo().filter(name => name === 'MessagePort').length).toBeLessThanOrEqual(before)
})

test('64 slow readers share one thread, hold little, and get everything', async () => {
  const { server } = await started()
  const streams: NetStream[] = []
  const port = await server({}, stream => {
    streams.push(stream)
    pouring(stream, 6_000_000)
  })
  const before = process.memoryUsage().arrayBuffers
  const sockets = Array.from({ length: 64 }, () =>
    tls.connect({ host: '127.0.0.1', port, servername: 'localhost', ca }),
  )
  const counts = sockets.map(() => 0)
  const ended = sockets.map(socket => new Promise(resolve => socket.once('end', resolve)))
  while (streams.length < 64) await soon()
  let held = -1
  // Until nothing moves any more.
  for (let now = 0; now !== held; now = streams.reduce((sum, stream) => sum + (stream.unsent ?? 0), 0)) {
    held = now
    await soon(100)
  }
  const unsent = streams.map(stream => stream.unsent ?? 0)
  expect(Math.min(...unsent)).toBeGreaterThan(0)
  expect(Math.max(...unsent)).toBeLessThan(1_200_000)
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * 2_000_000)
  for (const [i, socket] of sockets.entries())
    socket.on('data', (data: Uint8Array) => {
      counts[i]! += data.length
    })
  await Promise.all(ended)
  expect(new Set(counts)).toEqual(new Set([6_000_000]))
})
