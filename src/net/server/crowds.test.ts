/** Clients that stay: slow readers, as many connections as there may be, and heads that never end. */
import { setImmediate as turn } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { get, inMemory, until, utf8 } from '../../../test/support/in-memory.ts'
import type { ByteStream } from '../stream/types.ts'
import type { Handler } from './serve.ts'

describe('a client that reads slowly', () => {
  /** Reads one piece, then nothing for `every` ms, and so on. */
  const reading = (client: { readonly stream: ByteStream }, clock: Parameters<typeof until>[0], every: number) => {
    const { stream } = client
    const taken = { bytes: 0, closed: false }
    stream.handler = {
      data(bytes) {
        taken.bytes += bytes.length
        stream.pause()
        clock.later(clock.now() + every, () => stream.resume())
      },
      end() {},
      drain() {},
      closed: () => {
        taken.closed = true
      },
    }
    return taken
  }
  const pieces = (count: number, size: number): Handler => {
    const piece = new Uint8Array(size)
    return () => {
      let left = count
      const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => {
        for (let i = 0; i < 40 && left > 0; i++, left--) controller.enqueue(piece)
        if (left === 0) controller.close()
      }
      return new Response(new ReadableStream({ pull }), { headers: { 'content-length': `${count * size}` } })
    }
  }

  test('but steadily gets all of it, though what waits for it is never taken at once', async () => {
    const { clock, connect, lines } = await inMemory(pieces(40, 100_000), { compress: 'never' })
    const client = await connect(get('/', 'Connection: close\r\n'))
    // 2,000 bytes a second.
    const taken = reading(client, clock, 50_000)
    await until(clock, 45 * 50_000)
    expect(taken.bytes).toBeGreaterThan(4_000_000)
    expect(lines.map(({ failure, status, bytes }) => [failure?.code, status, bytes])).toEqual([
      [undefined, 200, 4_000_000],
    ])
  })

  test('on purpose, a little now and then, is cut: net/client-too-slow', async () => {
    const { clock, connect, lines } = await inMemory(pieces(4_000, 1_000), { compress: 'never' })
    const client = await connect(get('/'))
    // 20 bytes a second.
    const taken = reading(client, clock, 50_000)
    await until(clock, 299_000)
    expect(taken.closed).toBe(false)
    await until(clock, 60_000)
    expect(taken.closed).toBe(true)
    expect(lines.map(({ failure }) => failure?.code)).toEqual(['net/client-too-slow'])
    expect(clock.waiting).toBe(0)
  })

  test('may have other rates: half of what it does is enough then', async () => {
    const rates = { answer: 10 }
    const { clock, connect } = await inMemory(pieces(4_000, 1_000), { compress: 'never', rates })
    const taken = reading(await connect(get('/')), clock, 50_000)
    await until(clock, 1_200_000)
    expect([taken.closed, taken.bytes > 20_000]).toEqual([false, true])
  })

  test('is not taken for one to whom nothing is said: a long poll and a stream of events have all their time', async () => {
    const { clock, connect, lines } = await inMemory(async request => {
      if (request.url.endsWith('/poll')) {
        await until(clock, 3_000_000)
        return new Response('late')
      }
      const pull = async (controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> => {
        await until(clock, 1_000_000)
        controller.enqueue(utf8.encode('data: x\n\n'))
      }
      return new Response(new ReadableStream({ pull }), { headers: { 'content-type': 'text/event-stream' } })
    })
    const poll = await connect(get('/poll'))
    const events = await connect(get('/events'))
    await until(clock, 3_500_000)
    expect(poll.text).toMatch(/late$/)
    expect(events.text.match(/data: x/g)).toHaveLength(3)
    expect([events.state, lines.length]).toEqual(['open', 1])
  })
})

describe('as many connections as there may be', () => {
  /** No time-out makes room for anybody. */
  const timeouts = { idle: Infinity, head: Infinity, left: Infinity, body: Infinity }
  const waiting: Handler = () => new Promise(() => {})

  test('are never kept by clients that left by FIN: they make room for those that are here', async () => {
    const { connect } = await inMemory(
      request => (request.url.endsWith('/wait') ? waiting(request, {} as never) : new Response('here')),
      {
        maxConnections: 20,
        timeouts,
      },
    )
    for (let i = 0; i < 200; i++) {
      const gone = await connect(get('/wait'))
      await turn()
      gone.stream.end()
      await turn()
    }
    const client = await connect(get('/'))
    for (let i = 0; i < 20 && client.text === ''; i++) await turn()
    expect(client.text).toMatch(/here$/)
  })

  test('nor by clients that left by RST', async () => {
    const { connect } = await inMemory(
      request => (request.url.endsWith('/wait') ? waiting(request, {} as never) : new Response('here')),
      {
        maxConnections: 20,
        timeouts,
      },
    )
    for (let i = 0; i < 200; i++) {
      const gone = await connect(get('/wait'))
      await turn()
      gone.stream.reset()
      await turn()
    }
    const client = await connect(get('/'))
    for (let i = 0; i < 20 && client.text === ''; i++) await turn()
    expect(client.text).toMatch(/here$/)
  })

  test('are kept by those who wait: the next one is cut, and none of them', async () => {
    const { connect } = await inMemory(waiting, { maxConnections: 20, timeouts })
    const waits = []
    for (let i = 0; i < 20; i++) waits.push(await connect(get('/')))
    await turn()
    const late = await connect(get('/'))
    for (let i = 0; i < 20 && late.state === 'open'; i++) await turn()
    expect(late.state).toBe('closed')
    expect(waits.map(({ state }) => state)).toEqual(Array(20).fill('open'))
  })

  test('are not kept by those who never finish a head, or ask for nothing any more', async () => {
    for (const said of ['GET / HTTP/1.1\r\nX: ', get('/'), '']) {
      const { connect } = await inMemory(() => new Response('here'), { maxConnections: 20, timeouts })
      const others = []
      for (let i = 0; i < 20; i++) others.push(await connect(...(said === '' ? [] : [said])))
      await turn()
      const client = await connect(get('/'))
      for (let i = 0; i < 20 && client.text === ''; i++) await turn()
      expect(client.text).toMatch(/here$/)
      expect(others.map(({ state }) => state)).toEqual(['closed', ...Array(19).fill('open')])
    }
  })

  test('are never taken from a stream that was handed over', async () => {
    const { connect } = await inMemory(
      (_, about) => about.takeOver({ headers: { upgrade: 'x', connection: 'upgrade' } }).response,
      {
        maxConnections: 2,
        timeouts,
      },
    )
    const upgrade = get('/', 'Connection: Upgrade\r\nUpgrade: x\r\n')
    const taken = [await connect(upgrade), await connect(upgrade)]
    for (let i = 0; i < 20 && !taken.every(({ text }) => text.includes(' 101 ')); i++) await turn()
    expect(taken.map(({ text }) => text.slice(0, 12))).toEqual(['HTTP/1.1 101', 'HTTP/1.1 101'])
    const late = await connect(get('/'))
    for (let i = 0; i < 20 && late.state === 'open'; i++) await turn()
    expect([late.state, ...taken.map(({ state }) => state)]).toEqual(['closed', 'open', 'open'])
  })
})

test('5,000 clients that never finish their heads keep nobody from being served, and are sent away in time (slowloris)', async () => {
  const { clock, connect, lines } = await inMemory(() => new Response('here'))
  const slow: Awaited<ReturnType<typeof connect>>[] = []
  for (let i = 0; i < 5_000; i++) slow.push(await connect('GET / HTTP/1.1\r\nHost: a\r\nX: '))
  for (let round = 1; round <= 5; round++) {
    await until(clock, 5_000)
    for (const { stream } of slow) stream.write([utf8.encode('a')])
    const others = await Promise.all(Array.from({ length: 20 }, () => connect(get('/', 'Connection: close\r\n'))))
    const asked = clock.now()
    await until(clock, 1)
    expect(others.map(({ text }) => /here$/.test(text))).toEqual(Array(20).fill(true))
    expect(clock.now() - asked).toBe(1)
  }
  expect(slow.every(({ state, text }) => state === 'open' && text === '')).toBe(true)
  await until(clock, 10_000)
  expect(new Set(slow.map(({ text }) => text.slice(0, 12)))).toEqual(new Set(['HTTP/1.1 408']))
  expect(lines.filter(({ failure }) => failure?.code === 'http/head-timeout')).toHaveLength(5_000)
  for (const { stream } of slow) stream.end()
  await until(clock, 10_000)
  expect([new Set(slow.map(({ state }) => state)), clock.waiting]).toEqual([new Set(['closed']), 0])
}, 60_000)
