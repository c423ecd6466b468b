/** Clients that leave: most of them say so with FIN alone, and none may leave anything behind. */

import { describe, expect, test } from 'vitest'
import { get, inMemory, until, utf8 } from '../../../test/support/in-memory.ts'
import { heard, served, soon, talk } from '../../../test/support/net.ts'
import type { virtualClock } from '../../lab/clock.ts'
import type { ByteStream } from '../stream/types.ts'
import type { Handler } from './serve.ts'

describe('a client that sends FIN', () => {
  test('is noticed by the signals of handler and Request, and still gets what is answered', async () => {
    const server = await served(async (request, about) => {
      const both = [request.signal, about.signal, new Request(request).signal]
      const before = both.map(signal => signal.aborted)
      await Promise.all(both.map(signal => new Promise(resolve => signal.addEventListener('abort', resolve))))
      return new Response(`before ${before}, after ${[about.signal, request.signal].map(signal => signal.aborted)}`)
    })
    const said = talk(server.port, get('/'))
    await soon(20)
    said.socket.end()
    await said.closed
    expect(said.text).toContain('before false,false,false, after true,true')
  })

  test('and is answered at once fires no signal', async () => {
    let fired = 0
    const server = await served((_, { signal }) => {
      signal.addEventListener('abort', () => fired++)
      return new Response('done')
    })
    const said = talk(server.port, get('/'))
    await heard(said, 'done')
    said.socket.end()
    await said.closed
    expect(fired).toBe(0)
  })

  test('is not waited for by a silent handler for longer than `left`', async () => {
    const { clock, connect, lines } = await inMemory(() => new Promise(() => {}), { timeouts: { left: 3_000 } })
    const client = await connect(get('/'))
    await until(clock, 100)
    client.stream.end()
    await until(clock, 2_900)
    expect([client.state, lines.length]).toEqual(['open', 0])
    await until(clock, 200)
    expect([client.state, client.text]).toEqual(['closed', ''])
    expect(lines.map(({ failure, status }) => [failure?.code, status])).toEqual([['net/client-left', undefined]])
  })

  test('has the stream of its answer cancelled, when that gives nothing more', async () => {
    const cancelled: unknown[] = []
    const body = () =>
      new ReadableStream({
        start: controller => controller.enqueue(utf8.encode('first')),
        cancel: reason => void cancelled.push(reason),
      })
    const { clock, connect } = await inMemory(() => new Response(body()), { timeouts: { left: 3_000 } })
    const client = await connect(get('/'))
    await until(clock, 100)
    expect(client.text).toContain('first')
    client.stream.end()
    await until(clock, 2_900)
    expect(cancelled).toEqual([])
    await until(clock, 200)
    expect(cancelled).toHaveLength(1)
    expect(client.state).toBe('closed')
  })

  test('and reads on gets a stream to its end, however long that takes', async () => {
    let clock!: ReturnType<typeof virtualClock>
    const started = await inMemory(
      () => {
        let left = 20
        const body = new ReadableStream({
          async pull(controller) {
            await until(clock, 2_000)
            controller.enqueue(utf8.encode(`<${left}>`))
            if (--left === 0) controller.close()
          },
        })
        return new Response(body)
      },
      { timeouts: { left: 3_000 } },
    )
    clock = started.clock
    const client = await started.connect(get('/'))
    await until(clock, 100)
    client.stream.end()
    await until(clock, 60_000)
    expect(client.text).toMatch(/<1>\r\n0\r\n\r\n$/)
  })

  test.each([
    ['a pipelined request', get('/2')],
    ['as many as one may keep', get('/2', `X: ${'x'.repeat(4_000)}\r\n`).repeat(40)],
  ])('behind %s is heard all the same', async (_, behind) => {
    let fired = 0
    const { clock, connect } = await inMemory(
      (_, { signal }) =>
        new Promise(() => {
          signal.addEventListener('abort', () => fired++)
        }),
      { timeouts: { left: 3_000, body: 10_000 } },
    )
    const client = await connect(get('/1'))
    await until(clock, 100)
    for (let at = 0; at < behind.length; at += 10_000) client.stream.write([utf8.encode(behind.slice(at, at + 10_000))])
    client.stream.end()
    await until(clock, 60_000)
    expect([fired, client.state]).toEqual([1, 'closed'])
  })

  test('behind a body that nobody reads is heard all the same', async () => {
    let fired = 0
    const { clock, connect } = await inMemory((_, { signal }) => {
      signal.addEventListener('abort', () => fired++)
      return new Promise(() => {})
    })
    const head = (length: number) => `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n\r\n`
    const small = await connect(head(20_000))
    await until(clock, 10)
    for (let i = 0; i < 20; i++) small.stream.write([utf8.encode('x'.repeat(1_000))])
    small.stream.end()
    await until(clock, 20_000)
    expect([fired, small.state]).toEqual([1, 'closed'])
    // A large one is not read to its end for nobody: the time for a body ends it.
    const large = await connect(head(10_000_000))
    await until(clock, 10)
    for (let i = 0; i < 200; i++) large.stream.write([utf8.encode('x'.repeat(1_000))])
    large.stream.end()
    await until(clock, 600_000)
    expect([fired, large.state]).toEqual([2, 'closed'])
  })
})

test('10,000 clients that leave by FIN leave nothing behind: no connection, no stream, no timer', async () => {
  const counts = { signals: 0, requests: 0, cancelled: 0, asked: 0 }
  const handler: Handler = (request, { signal }) => {
    const number = counts.asked++
    signal.addEventListener('abort', () => counts.signals++)
    request.signal.addEventListener('abort', () => counts.requests++)
    if (number % 2 === 0) return new Promise(() => {})
    return new Response(new ReadableStream({ cancel: () => void counts.cancelled++ }))
  }
  const { clock, server, connect } = await inMemory(handler, { maxConnections: 100 })
  const streams = new Set<ByteStream>()
  for (let batch = 0; batch < 100; batch++) {
    const clients = await Promise.all(Array.from({ length: 100 }, () => connect(get('/'))))
    await until(clock, 10)
    for (const { stream } of clients) stream.end()
    await until(clock, 20_000)
    for (const client of clients) if (client.state !== 'closed') streams.add(client.stream)
  }
  expect(counts).toEqual({ asked: 10_000, signals: 10_000, requests: 10_000, cancelled: 5_000 })
  expect([streams.size, clock.waiting]).toEqual([0, 0])
  await server.close(0)
}, 60_000)

describe('a request body', () => {
  const head = 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n'
  const reading: Handler = async request => new Response(`${(await request.text()).length}`)

  test('that comes a byte at a time has an end: 408 http/body-too-slow', async () => {
    const { clock, connect, lines } = await inMemory(reading)
    const client = await connect(head)
    let minutes = 0
    for (; client.state === 'open' && minutes < 60; minutes++) {
      client.stream.write([utf8.encode('x')])
      await until(clock, 59_000)
    }
    expect(minutes).toBe(6)
    expect(client.text).toMatch(/^HTTP\/1\.1 408 .*http\/body-too-slow\n$/s)
    expect(client.text).toMatch(/connection: close/i)
    expect(lines.map(({ failure }) => failure?.code)).toEqual(['http/body-too-slow'])
  })

  test('that came quickly at first has no more patience coming to it later: 408', async () => {
    const { clock, connect, lines } = await inMemory(async request => {
      for await (const _ of request.body!) {
        // Read and forgotten.
      }
      return new Response('done')
    })
    const client = await connect('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\n')
    for (let i = 0; i < 50; i++) {
      client.stream.write([new Uint8Array(1_000_000)])
      await until(clock, 10)
    }
    let minutes = 0
    for (; client.state === 'open' && minutes < 60; minutes++) {
      client.stream.write([utf8.encode('x')])
      await until(clock, 59_000)
    }
    expect(minutes).toBe(6)
    expect(client.text).toMatch(/^HTTP\/1\.1 408 /)
    expect(lines.map(({ failure }) => failure?.code)).toEqual(['http/body-too-slow'])
  })

  test('that comes slowly but steadily is read to its end', async () => {
    const { clock, connect } = await inMemory(reading)
    const client = await connect(head)
    for (let i = 0; i < 100; i++) {
      client.stream.write([new Uint8Array(10_000).fill(0x61)])
      await until(clock, 12_000)
    }
    expect(client.text).toMatch(/1000000$/)
  })

  test('that is complete in time sets no clock for the answer', async () => {
    const { clock, connect } = await inMemory(async request => {
      await request.text()
      await until(clock, 1_000_000)
      return new Response('late')
    })
    const client = await connect('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx')
    await until(clock, 1_000_010)
    expect(client.text).toContain('late')
  })

  test('that its client promised with Expect is waited for until the handler asks for it', async () => {
    const { clock, connect } = await inMemory(async request => {
      await until(clock, 200_000)
      return new Response(await request.text())
    })
    const client = await connect('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n')
    await until(clock, 200_010)
    expect(client.text).toBe('HTTP/1.1 100 Continue\r\n\r\n')
    client.stream.write([utf8.encode('body')])
    await until(clock, 10)
    expect(client.text).toMatch(/200 OK.*body$/s)
  })
})

test('the phrase of a status is the one that the handler gives', async () => {
  const { clock, connect } = await inMemory(request =>
    request.url.endsWith('/own')
      ? new Response('a', { status: 299, statusText: 'As you like it' })
      : new Response(new ReadableStream(), { status: 404 }),
  )
  const own = await connect(get('/own'))
  const usual = await connect(get('/'))
  await until(clock, 10)
  expect(own.text).toMatch(/^HTTP\/1\.1 299 As you like it\r\n/)
  expect(usual.text).toMatch(/^HTTP\/1\.1 404 Not Found\r\n/)
})
