/** What servers, callers and bad moments do to a client: nothing is asked twice, waited for or left behind by mistake. */

import { getEventListeners } from 'node:events'
import type { Socket } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { closing, codeOf, peer, served, soon } from '../../../test/support/net.ts'
import { client, fetch, serve } from '../../index.ts'
import { virtualClock } from '../../lab/clock.ts'
import { systemClock } from '../../node/clock.ts'
import { nextTurn } from '../../node/turn.ts'
import { nodeWorld } from '../../node/world.ts'
import { memoryTransport } from '../stream/memory.ts'
import type { Transport } from '../stream/types.ts'
import { Pool } from './pool.ts'
import type { ClientConnection, Lifecycle } from './types.ts'

const saying = (...parts: Uint8Array[]): Promise<string> =>
  peer(socket =>
    socket.once('data', async () => {
      for (const part of parts) {
        socket.write(part)
        await soon()
      }
      socket.end()
    }),
  )
/** The garbage collector, to be called by hand. */
const collector = (): (() => void) => {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'

test('RFC 9112 6.1: a server that answered as HTTP/1.0 is sent nothing in chunks', async () => {
  let version = '1.0'
  const heads: string[] = []
  const url = await peer(socket => {
    let heard = ''
    socket.on('data', data => {
      heard += `${data}`
      if (!/\r\n\r\n(?:$|.*(?:\r\n0\r\n\r\n|whole)$)/s.test(heard)) return
      heads.push(/^.*?(?=\r\n\r\n)/s.exec(heard)![0])
      socket.end(`HTTP/${version} 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`)
    })
  })
  const own = client()
  closing.push(() => own.close())
  const streamed = () => {
    const body = new ReadableStream({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('piece'))
        controller.close()
      },
    })
    return own.fetch(url, { method: 'POST', body, duplex: 'half' } as RequestInit)
  }
  expect((await own.fetch(url)).status).toBe(200)
  expect(await codeOf(streamed())).toBe('http/bad-outgoing')
  expect(heads.length).toBe(1)
  // One whose length is known goes; and with the server's next version chunks are back.
  version = '1.1'
  expect((await own.fetch(url, { method: 'POST', body: 'whole' })).status).toBe(200)
  expect((await streamed()).status).toBe(200)
  expect(heads.map(head => /transfer-encoding: (.*)/i.exec(head)?.[1])).toEqual([undefined, undefined, 'chunked'])
})

describe('a kept connection', () => {
  const keptThen = async (second: (socket: Socket) => void) => {
    let requests = 0
    const url = await peer(socket =>
      socket.on('data', () => {
        if (++requests === 1) socket.write(OK)
        else second(socket)
      }),
    )
    const kept = client({ timeouts: { firstByte: 100 } })
    closing.push(() => kept.close())
    await (await kept.fetch(url)).text()
    return { fetch: (init?: RequestInit) => kept.fetch(url, init), requests: () => requests }
  }

  test('that is silent is not asked again elsewhere: only one that closes is', async () => {
    const silent = await keptThen(() => {})
    expect(await codeOf(silent.fetch())).toBe('http/head-timeout')
    expect(silent.requests()).toBe(2)
  })

  test('that speaks nonsense is not asked again either', async () => {
    const nonsense = await keptThen(socket => socket.write('SSH-2.0-x\r\n'))
    expect(await codeOf(nonsense.fetch())).toBe('http/bad-start-line')
    expect(nonsense.requests()).toBe(2)
  })

  test('that closes as a POST arrives fails: a POST is never sent twice', async () => {
    for (const how of ['end', 'resetAndDestroy'] as const) {
      const closes = await keptThen(socket => socket[how]())
      expect(await codeOf(closes.fetch({ method: 'POST', body: 'once' }))).toMatch(/^(?:http\/no-answer|tcp\/reset)$/)
      expect(closes.requests()).toBe(2)
    }
  })
})

describe('an upload', () => {
  test('of bytes at hand may take longer than the time for an answer', async () => {
    let got = 0
    const url = await peer(socket => {
      socket.once('data', () => {
        socket.pause()
        setTimeout(() => socket.resume(), 500)
      })
      socket.on('data', bytes => {
        got += bytes.length
        if (got >= 20_000_000) socket.write(OK)
      })
    })
    const body = new Uint8Array(20_000_000)
    const response = await fetch(url, { method: 'PUT', body, timeouts: { firstByte: 250 } })
    expect(response.status).toBe(200)
  })

  test('arrives whole and with its length, in pieces or not', async () => {
    const { url } = await served(async request => {
      const bytes = new Uint8Array(await request.arrayBuffer())
      return new Response(`${request.headers.get('content-length')} ${bytes.reduce((a, b) => (a + b) % 65_521, 0)}`)
    })
    for (const length of [0, 1, 262_144, 262_145, 1_000_000]) {
      const body = Uint8Array.from({ length }, (_, i) => i % 251)
      const sum = body.reduce((a, b) => (a + b) % 65_521, 0)
      expect(await (await fetch(url, { method: 'POST', body })).text()).toBe(`${length} ${sum}`)
    }
  })

  test('waits for its source without blaming the server', async () => {
    const { url } = await served(async request => new Response(await request.text()))
    const body = new ReadableStream({
      async start(controller) {
        controller.enqueue(Buffer.from('a'))
        await soon(300)
        controller.enqueue(Buffer.from('b'))
        controller.close()
      },
    })
    const init = { method: 'POST', body, duplex: 'half' } as RequestInit
    expect(await (await fetch(url, { ...init, timeouts: { idle: 100 } })).text()).toBe('ab')
  })

  test('that is aborted lets go of its source', async () => {
    let reason: unknown
    const { url } = await served(async request => new Response(await request.text()))
    const body = new ReadableStream({
      start: controller => controller.enqueue(Buffer.from('a')),
      cancel: given => {
        reason = given
      },
    })
    const controller = new AbortController()
    const asked = codeOf(fetch(url, { method: 'POST', body, duplex: 'half', signal: controller.signal } as RequestInit))
    await soon(50)
    controller.abort(new Error('enough'))
    expect(await asked).toBe('Error: enough')
    expect(reason).toEqual(new Error('enough'))
  })
})

describe('an abort', () => {
  test('at any moment ends the request with its reason, and no request is sent after it', async () => {
    const memory = memoryTransport(systemClock)
    let written = 0
    const counting: Transport = {
      listen: memory.listen,
      async connect(to) {
        const stream = await memory.connect(to)
        const write = stream.write.bind(stream)
        stream.write = pieces => {
          written++
          return write(pieces)
        }
        return stream
      },
    }
    const server = await serve(() => new Promise<Response>(() => {}), { over: memory })
    closing.push(() => server.close(0))
    for (let turns = 0; turns < 40; turns++) {
      const controller = new AbortController()
      const asked = codeOf(fetch(server.url, { over: counting, signal: controller.signal }))
      for (let turn = 0; turn < turns; turn++) await undefined
      const before = written
      controller.abort(new Error('enough'))
      expect(await asked).toBe('Error: enough')
      expect(written).toBe(before)
    }
  })

  test('of one whose turn has just come gives the turn to the next', async () => {
    const pool = new Pool({ clock: systemClock, turn: 10_000, perOrigin: 1, idle: 10_000 })
    closing.push(() => pool.close())
    const connection = {
      capacity: 1,
      idle: true,
      keptFor: 60_000,
      close() {},
      abort() {},
    } as unknown as ClientConnection
    const ask = (asked: ClientConnection) => Object.assign(asked, { capacity: 0, idle: false })
    let lifecycle: Lifecycle | undefined
    const open = async (given: Lifecycle) => {
      lifecycle = given
      return connection
    }
    await pool.use('origin', open, ask)
    const controller = new AbortController()
    const second = codeOf(pool.use('origin', open, ask, { signal: controller.signal }))
    const third = pool.use('origin', open, ask)
    await soon()
    lifecycle!.free(Object.assign(connection, { capacity: 1, idle: true }))
    controller.abort(new Error('enough'))
    expect(await second).toBe('Error: enough')
    expect(await third).toBe(connection)
  })

  test('whose answers nobody reads: net/pool-waits says so, and the next goes on when one is cancelled', async () => {
    const clock = virtualClock({ turn: nextTurn })
    const world = { ...nodeWorld(), clock, transport: memoryTransport(clock) }
    const server = await serve(
      ({ url }) => {
        const body = new Uint8Array(1_000_000)
        return new Response(body, url.endsWith('/last') ? { headers: { connection: 'close' } } : {})
      },
      { port: 80, world },
    )
    const one = client({ world, perOrigin: 2, timeouts: { turn: 5_000 } })
    const first = await one.fetch('http://a/')
    // One that was read to its end and closed is counted no more.
    await (await one.fetch('http://a/last')).arrayBuffer()
    const unread = [first, await one.fetch('http://a/')]
    const asked = await one.fetch('http://a/').catch((error: unknown) => error)
    expect(asked).toMatchObject({
      code: 'net/pool-waits',
      failure: { where: 'http://a', number: 5_000, expected: '2', got: '2' },
    })
    expect(clock.now()).toBeLessThan(6_000)
    const next = one.fetch('http://a/')
    await unread[0]!.body!.cancel()
    expect((await (await next).arrayBuffer()).byteLength).toBe(1_000_000)
    one.close()
    await server.close(0)
  })

  test.each([204, 205, 304])('that answers %i has answered without a body', async status => {
    const url = await peer(socket => socket.once('data', () => socket.end(`HTTP/1.1 ${status} x\r\n\r\n`)))
    const response = await fetch(url)
    expect([response.status, response.body]).toEqual([status, null])
  })

  test('whose answers were dropped unread are let go with them', async () => {
    const collect = collector()
    const server = await served(() => new Response(new Uint8Array(3_000_000)))
    const one = client({ perOrigin: 2 })
    closing.push(() => one.close())
    const statusOf = async () => (await one.fetch(server.url)).status
    expect([await statusOf(), await statusOf()]).toEqual([200, 200])
    let third: number | undefined
    const asked = statusOf().then(status => {
      third = status
    })
    for (let i = 0; i < 500 && third === undefined; i++) {
      collect()
      await soon(5)
    }
    expect(third).toBe(200)
    await asked
  })

  test('whose bodies were cancelled are let go', async () => {
    const collect = collector()
    const server = await served(() => new Response('x'.repeat(100_000)))
    const one = client()
    closing.push(() => one.close())
    const bodies: WeakRef<object>[] = []
    const ask = async (): Promise<void> => {
      const { body } = await one.fetch(server.url)
      bodies.push(new WeakRef(body!))
      await body!.cancel()
    }
    for (let i = 0; i < 20; i++) await ask()
    const kept = (): number => bodies.filter(one => one.deref() !== undefined).length
    for (let i = 0; i < 100 && kept() > 2; i++) {
      // What a WeakRef has shown lives to the end of this turn.
      await soon(5)
      collect()
    }
    // The last one may still stand in some variable.
    expect(kept()).toBeLessThan(3)
  })

  test('by close() while they are under way, in the head and in the body: net/client-closed', async () => {
    const memory = memoryTransport(systemClock)
    const never = new Promise<Response>(() => {})
    const handler = ({ url }: Request) => (url.endsWith('/never') ? never : new Response(new ReadableStream()))
    const server = await serve(handler, { over: memory })
    closing.push(() => server.close(0))
    const one = client({ over: memory })
    const asked = codeOf(one.fetch(new URL('/never', server.url)))
    const read = codeOf((await one.fetch(server.url)).text())
    one.close()
    expect(await Promise.all([asked, read])).toEqual(['net/client-closed', 'net/client-closed'])
  })

  test('leave nothing behind at a signal that lives longer than they do', async () => {
    const memory = memoryTransport(systemClock)
    const server = await serve(() => new Response('whole'), { over: memory })
    closing.push(() => server.close(0))
    const one = client({ over: memory })
    closing.push(() => one.close())
    const { signal } = new AbortController()
    for (let i = 0; i < 3; i++) await (await one.fetch(server.url, { signal })).text()
    await (await one.fetch(server.url, { signal })).body?.cancel()
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })

  test('by close() while a connection is being made: net/client-closed', async () => {
    const memory = memoryTransport(systemClock)
    const server = await serve(() => new Response(), { over: memory })
    closing.push(() => server.close(0))
    for (let turns = 0; turns < 30; turns++) {
      const one = client({ over: memory })
      const asked = codeOf(one.fetch(server.url))
      for (let turn = 0; turn < turns; turn++) await undefined
      one.close()
      expect(await asked).toBe('net/client-closed')
    }
  })
})

describe('coded bodies', () => {
  const head = (coding: string, body: Uint8Array) =>
    Buffer.from(`HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: ${body.length}\r\n\r\n`)
  const text = 'hello'.repeat(20)
  const gzip = gzipSync(text)
  const br = brotliCompressSync(text)
  const cases: [string, string, Buffer, string][] = [
    ['gzip', 'two members', Buffer.concat([gzip, gzip]), text + text],
    ['gzip', 'padded with zeros', Buffer.concat([gzip, Buffer.alloc(30)]), text],
    ['gzip', 'with garbage behind it', Buffer.concat([gzip, Buffer.from('garbage')]), 'http/bad-encoding'],
    ['gzip', 'cut short', gzip.subarray(0, -6), 'http/bad-encoding'],
    ['gzip', 'without its checksum', gzip.subarray(0, -8), 'http/bad-encoding'],
    ['gzip', 'empty', Buffer.alloc(0), ''],
    ['deflate', 'whole', deflateSync(text), text],
    ['deflate', 'without zlib', deflateRawSync(text), text],
    ['deflate', 'cut short', deflateSync(text).subarray(0, -5), 'http/bad-encoding'],
    ['gzip, deflate', 'coded twice', deflateSync(gzip), text],
    ['br', 'whole', br, text],
    ['br', 'cut short', br.subarray(0, -2), 'http/bad-encoding'],
    ['br', 'with garbage behind it', Buffer.concat([br, Buffer.from('garbage')]), 'http/bad-encoding'],
    ['br', 'a bomb', brotliCompressSync(Buffer.alloc(100_000_000)), 'http/expands-too-far'],
    ['br', 'empty', Buffer.alloc(0), ''],
    ['br, gzip', 'coded twice', gzipSync(br), text],
    ['gzip, gzip', 'a bomb in a bomb', gzipSync(gzipSync(Buffer.alloc(100_000_000))), 'http/expands-too-far'],
  ]
  test.each(cases)('%s, %s', async (coding, _, body, wanted) => {
    for (const parts of [[body], [body.subarray(0, 15), body.subarray(15)]]) {
      const url = await saying(head(coding, body), ...parts)
      const got = await fetch(url)
        .then(response => response.text())
        .catch((error: { code?: string }) => error.code)
      expect(got).toBe(wanted)
    }
  })
})

describe('a redirect whose body does not end', () => {
  /** One connection at a time: the way goes on only when that of the redirect is free, or gone. */
  const followed = async (framing: string, clock = systemClock): Promise<readonly [string, number]> => {
    let connections = 0
    const url = await peer(socket => {
      connections++
      socket.on('data', data => {
        if (`${data}`.startsWith('GET /there ')) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nthere')
        else socket.write(`HTTP/1.1 302 Found\r\nLocation: /there\r\n${framing}\r\n\r\n1\r\n.\r\n`)
      })
    })
    const one = client({ perOrigin: 1, world: { ...nodeWorld(), clock } })
    closing.push(() => one.close())
    return [await (await one.fetch(url)).text(), connections]
  }

  test('is not waited for when it is announced as long', async () => {
    const noTimePasses = virtualClock()
    expect(await followed('Content-Length: 99999999', noTimePasses)).toEqual(['there', 2])
  })

  test('is waited for no longer than a new connection is worth', async () => {
    expect(await followed('Content-Length: 100')).toEqual(['there', 2])
    expect(await followed('Transfer-Encoding: chunked')).toEqual(['there', 2])
  })

  test('keeps its connection when it ends after all', async () => {
    expect(await followed('Content-Length: 6')).toEqual(['there', 1])
  })
})
