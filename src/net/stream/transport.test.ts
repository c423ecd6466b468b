/** What every transport promises, tried on each of them. */
import { connect as nodeConnect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { concat } from '../../../test/support/bytes.ts'
import { soon } from '../../../test/support/net.ts'
import type { Bytes } from '../../engine.ts'
import { type Failure, FailureError } from '../../failures/index.ts'
import { systemClock } from '../../node/clock.ts'
import { kernelTransport } from '../../node/kernel.ts'
import { recorder } from '../../trace/recorder.ts'
import { memoryTransport } from './memory.ts'
import type { ByteStream, StreamHandler, Transport } from './types.ts'

interface Watched {
  readonly stream: ByteStream
  readonly received: Bytes[]
  ended: boolean
  readonly closed: Promise<Failure | undefined>
  readonly drained: () => Promise<void>
}
const watch = (stream: ByteStream, also: Partial<StreamHandler> = {}): Watched => {
  let close: (failure: Failure | undefined) => void
  let drain = (): void => {}
  const watched: Watched = {
    stream,
    received: [],
    ended: false,
    closed: new Promise(resolve => {
      close = resolve
    }),
    drained: () => new Promise(resolve => (drain = resolve)),
  }
  stream.handler = {
    data: bytes => {
      watched.received.push(bytes.slice())
      also.data?.(bytes)
    },
    end: () => {
      watched.ended = true
      also.end?.()
    },
    drain: () => drain(),
    closed: failure => close(failure),
  }
  return watched
}

const both = async (transport: Transport): Promise<[Watched, Watched, () => Promise<void>]> => {
  let accepted: (stream: Watched) => void
  const other = new Promise<Watched>(resolve => (accepted = resolve))
  const listener = await transport.listen({ port: 0 }, stream => accepted(watch(stream)))
  const near = watch(await transport.connect({ host: 'localhost', port: listener.port }))
  return [near, await other, () => listener.close()]
}

const transports: [string, () => Transport][] = [
  ['kernel', () => kernelTransport()],
  ['memory', () => memoryTransport(systemClock)],
]

describe.each(transports)('%s transport', (_, make) => {
  test('what is written behind the end, or to a stream that is over, goes nowhere and is not waited for', async () => {
    const [a, b, close] = await both(make())
    a.stream.write([Uint8Array.of(1)])
    a.stream.end()
    expect(a.stream.write([Uint8Array.of(2)])).toBe(true)
    b.stream.write([Uint8Array.of(3)])
    b.stream.end()
    await Promise.all([a.closed, b.closed])
    expect(a.stream.write([Uint8Array.of(4)])).toBe(true)
    expect([concat(...b.received), b.ended]).toEqual([Uint8Array.of(1), true])
    await close()
  })
  test('bytes arrive in order in both directions, and each side ends on its own', async () => {
    const [a, b, close] = await both(make())
    a.stream.write([Uint8Array.of(1, 2), Uint8Array.of(3)])
    a.stream.end()
    while (!b.ended) await soon()
    expect(concat(...b.received)).toEqual(Uint8Array.of(1, 2, 3))
    b.stream.write([Uint8Array.of(4)])
    b.stream.end()
    expect(await a.closed).toBeUndefined()
    expect(await b.closed).toBeUndefined()
    expect(concat(...a.received)).toEqual(Uint8Array.of(4))
    expect(a.ended).toBe(true)
    await close()
  })

  test('what is written after the end goes nowhere, and a second end is none', async () => {
    const [a, b, close] = await both(make())
    a.stream.write([Uint8Array.of(1)])
    a.stream.end()
    expect(a.stream.write([Uint8Array.of(2)])).toBe(true)
    a.stream.end()
    while (!b.ended) await soon()
    await soon(5)
    b.stream.end()
    expect([await a.closed, await b.closed]).toEqual([undefined, undefined])
    expect(concat(...b.received)).toEqual(Uint8Array.of(1))
    await close()
  })

  test('a stream that nobody listens to makes the writer wait, and tells everything to whoever comes', async () => {
    const transport = make()
    let accepted: (stream: ByteStream) => void
    const other = new Promise<ByteStream>(resolve => (accepted = resolve))
    const listener = await transport.listen({ port: 0 }, stream => accepted(stream))
    const writer = watch(await transport.connect({ host: 'localhost', port: listener.port }))
    // More than the kernel's own buffers hold (6 MB each way here).
    const pieces = Array.from({ length: 400 }, (_, i) => new Uint8Array(64 * 1024).fill(i))
    let written = 0
    const writing = (async () => {
      for (const piece of pieces) {
        const drained = writer.drained()
        written++
        if (!writer.stream.write([piece])) await drained
      }
      writer.stream.end()
    })()
    const stream = await other
    for (let last = -1; last !== written; await soon(50)) last = written
    expect(written).toBeLessThan(pieces.length)
    const reader = watch(stream)
    while (!reader.ended) await soon()
    await writing
    expect(Buffer.compare(concat(...reader.received), concat(...pieces))).toBe(0)
    reader.stream.end()
    expect(await reader.closed).toBeUndefined()
    await listener.close()
  })

  test('a reader that pauses makes the writer wait, and nothing is lost', async () => {
    const [a, b, close] = await both(make())
    b.stream.pause()
    // More than the kernel's own buffers hold (6 MB each way here).
    const pieces = Array.from({ length: 400 }, (_, i) => new Uint8Array(64 * 1024).fill(i))
    let written = 0
    let waits = 0
    const writing = (async () => {
      for (const piece of pieces) {
        const drained = a.drained()
        written++
        if (!a.stream.write([piece])) {
          waits++
          await drained
        }
      }
      a.stream.end()
    })()
    await soon(30)
    b.stream.resume()
    await writing
    while (!b.ended) await soon()
    expect(written).toBe(400)
    expect(waits).toBeGreaterThan(0)
    expect(Buffer.compare(concat(...b.received), concat(...pieces))).toBe(0)
    b.stream.end()
    await close()
  })

  test('RST is told to the other side as tcp/reset', async () => {
    const [a, b, close] = await both(make())
    a.stream.write([Uint8Array.of(1)])
    while (b.received.length === 0) await soon()
    a.stream.reset()
    expect((await b.closed)?.code).toBe('tcp/reset')
    expect(await a.closed).toBeUndefined()
    await close()
  })

  test('where nobody listens the failure is tcp/refused', async () => {
    const transport = make()
    const listener = await transport.listen({ port: 0 }, () => {})
    await listener.close()
    const error = await transport.connect({ host: '127.0.0.1', port: listener.port }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(FailureError)
    expect((error as FailureError).code).toBe('tcp/refused')
  })

  test('a port that is in use is net/port-taken', async () => {
    const transport = make()
    const listener = await transport.listen({ port: 0 }, () => {})
    await expect(transport.listen({ port: listener.port }, () => {})).rejects.toMatchObject({ code: 'net/port-taken' })
    await listener.close()
  })

  test('port 0 is a free port, whichever are taken, and each connection comes from its own', async () => {
    const transport = make()
    const first = await transport.listen({ port: 0 }, () => {})
    const next = await transport.listen({ port: first.port + 1 }, () => {}).catch(() => undefined)
    const second = await transport.listen({ port: 0 }, () => {})
    expect(new Set([first.port, first.port + 1, second.port]).size).toBe(3)
    const streams = await Promise.all([1, 2].map(() => transport.connect({ host: 'localhost', port: first.port })))
    expect(new Set(streams.map(({ local }) => local.port)).size).toBe(2)
    for (const stream of streams) stream.reset()
    await Promise.all([first, second, next].map(listener => listener?.close()))
  })

  test('with a trace every stretch of the stream is told with its offsets', async () => {
    const transport = make()
    const sink = recorder()
    const listener = await transport.listen({ port: 0 }, stream => {
      watch(stream, { data: bytes => stream.write([bytes.slice()]), end: () => stream.end() })
    })
    const near = watch(await transport.connect({ host: 'localhost', port: listener.port, trace: sink }))
    near.stream.write([Uint8Array.of(1, 2), Uint8Array.of(3)])
    while (near.received.length === 0) await soon()
    near.stream.write([Uint8Array.of(4)])
    near.stream.end()
    await near.closed
    const messages = sink.records.flatMap(r => (r.type === 'message' ? [r.record] : []))
    const out = messages.filter(m => m.direction === 'out')
    expect(out.map(m => m.payload)).toEqual([
      { start: 0, end: 3, at: 0 },
      { start: 3, end: 4, at: 0 },
    ])
    const into = messages.filter(m => m.direction === 'in')
    expect(concat(...into.map(m => m.bytes))).toEqual(Uint8Array.of(1, 2, 3, 4))
    expect(into.at(-1)!.payload!.end).toBe(4)
    expect(sink.records.flatMap(r => (r.type === 'state' ? [r.record.to] : []))).toContain('ESTABLISHED')
    await listener.close()
  })
})

describe('kernel sockets', () => {
  test('names below localhost are loopback without asking anybody', async () => {
    const { lookUp } = kernelTransport()
    for (const name of ['localhost', 'deep.shop.localhost', 'Shop.LOCALHOST.'])
      expect(await lookUp!(name, {})).toEqual(['127.0.0.1', '::1'])
  })

  test('a name without an address is dns/no-address', async () => {
    const error = await kernelTransport()
      .connect({ host: 'no-such-name.invalid', port: 1 })
      .catch((e: unknown) => e)
    expect((error as FailureError).code).toBe('dns/no-address')
  })

  test('an address that this machine does not have is net/no-such-address', async () => {
    await expect(kernelTransport().listen({ host: '192.0.2.1', port: 0 }, () => {})).rejects.toMatchObject({
      code: 'net/no-such-address',
    })
  })

  test('a connection attempt is given up when its signal is aborted', async () => {
    const controller = new AbortController()
    const attempt = kernelTransport().connect({ host: '192.0.2.1', port: 1, signal: controller.signal })
    controller.abort(new Error('changed my mind'))
    await expect(attempt).rejects.toThrow('changed my mind')
  })

  test('a client that connects and cuts at once does not disturb the listener', async () => {
    const transport = kernelTransport()
    const seen: Watched[] = []
    const listener = await transport.listen({ port: 0 }, stream => void seen.push(watch(stream)))
    for (let i = 0; i < 20; i++) {
      const socket = nodeConnect(listener.port, '127.0.0.1')
      socket.on('error', () => {})
      socket.once('connect', () => socket.resetAndDestroy())
      await new Promise(resolve => socket.once('close', resolve))
    }
    const last = watch(await transport.connect({ host: '127.0.0.1', port: listener.port }))
    last.stream.end()
    while (seen.length === 0 || !seen.at(-1)!.ended) await soon()
    seen.at(-1)!.stream.end()
    expect(await last.closed).toBeUndefined()
    await listener.close()
  })
})

describe('streams in memory', () => {
  test('when somebody listens on every dynamic port, port 0 is net/port-taken', async () => {
    const transport = memoryTransport(systemClock)
    for (let i = 0; i < 16_384; i++) await transport.listen({ port: 0 }, () => {})
    await expect(transport.listen({ port: 0 }, () => {})).rejects.toMatchObject({ code: 'net/port-taken' })
  })
})
