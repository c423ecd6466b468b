/** What clients do to a server that would cost it memory, time or its good name. */

import { gunzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { closing, heard, served, soon, talk } from '../../../test/support/net.ts'
import { certificateAuthority } from '../../ca/authority.ts'
import { fetch, serve, serveExchanges } from '../../index.ts'
import { systemClock } from '../../node/clock.ts'
import { nodeWorld } from '../../node/world.ts'
import { certifiedKey } from '../../tls/certificate/certified-key.ts'
import { trustStore } from '../../x509/path/store.ts'
import { memoryTransport } from '../stream/memory.ts'

/** Until it stays the same for a while. */
const settled = async (value: () => number): Promise<number> => {
  for (let last = -1; last !== value(); await soon(150)) last = value()
  return value()
}
const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`

describe('a client that pipelines thousands of requests and reads nothing', () => {
  const flood = get('/').repeat(2000)

  test('gets no more answers than its stream takes', async () => {
    let asked = 0
    const body = 'x'.repeat(200_000)
    const server = await served(
      () => {
        asked++
        return new Response(body)
      },
      { compress: 'never' },
    )
    const said = talk(server.port, flood)
    said.socket.pause()
    expect(await settled(() => asked)).toBeLessThan(200)
    said.socket.resume()
    for (let i = 0; i < 2000 && asked < 2000; i++) await soon(5)
    expect(asked).toBe(2000)
  })

  test('nor from a handler that answers in the same turn', async () => {
    let asked = 0
    const body = new Uint8Array(200_000)
    const server = await serveExchanges(exchange => {
      asked++
      exchange.respond(200, [], body)
    })
    closing.push(() => server.close(50))
    const said = talk(server.port, flood)
    said.socket.pause()
    expect(await settled(() => asked)).toBeLessThan(200)
    said.socket.resume()
    for (let i = 0; i < 2000 && asked < 2000; i++) await soon(5)
    expect(asked).toBe(2000)
  })
})

describe('a client that reads slowly', () => {
  test('gets the whole of the last answer, however long it takes', async () => {
    const size = 12_000_000
    const server = await served(() => new Response(new Uint8Array(size)), { compress: 'never' })
    const said = talk(server.port, get('/', 'Connection: close\r\n'))
    // Far longer than the 2 s for which a closed connection is read on.
    said.socket.on('data', () => {
      said.socket.pause()
      setTimeout(() => said.socket.resume(), 25)
    })
    await said.closed
    expect(said.error).toBeUndefined()
    expect(said.bytes).toBeGreaterThan(size)
  })
})

test('an upload is stopped when the handler reads one piece of it and answers', async () => {
  const server = await served(
    async request => {
      await request.body!.getReader().read()
      return new Response('enough')
    },
    { timeouts: { body: 300 } },
  )
  const said = talk(server.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n')
  let sent = 0
  const piece = Buffer.alloc(1_000_000)
  const push = (): void => {
    if (sent++ < 1000) said.socket.write(piece, push)
  }
  push()
  await heard(said, 'enough')
  expect(await settled(() => sent)).toBeLessThan(100)
  // Nobody reads on: the connection is not kept for ever.
  await said.closed
})

test('RFC 9112 9.6: who is answered early and goes on sending gets the answer, and no RST in its place', async () => {
  const server = await served(() => new Response('too much', { status: 413 }))
  const said = talk(server.port, 'POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n')
  const piece = Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')])
  // The answer is read last, when all this has gone: a RST would have erased it.
  said.socket.pause()
  for (let i = 0; i < 200; i++) await new Promise(sent => said.socket.write(piece, sent))
  said.socket.resume()
  await heard(said, 'too much')
  await said.closed
  expect(said.error).toBeUndefined()
})

test('RFC 9110 9.1: methods that nobody has registered are 501, but for those that the server says are its own', async () => {
  const outcome = async (method: string, methods?: readonly string[] | 'any') => {
    const server = await served(request => new Response(request.method), { methods })
    const said = talk(server.port, `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`)
    await heard(said, /^HTTP\/1\.1 \d+ .*\r\n\r\n./s)
    return said.text
  }
  for (const method of ['PROPFIND', 'QUERY'])
    expect(await outcome(method)).toMatch(new RegExp(`^HTTP/1\\.1 200 .*${method}$`, 's'))
  const unknown = await outcome('PURGE')
  expect(unknown).toMatch(/^HTTP\/1\.1 501 /)
  expect(unknown).toContain('http/unknown-method')
  expect(await outcome('PURGE', ['PURGE'])).toMatch(/^HTTP\/1\.1 200 .*PURGE$/s)
  expect(await outcome('BREW', ['PURGE'])).toMatch(/^HTTP\/1\.1 501 /)
  expect(await outcome('BREW', 'any')).toMatch(/^HTTP\/1\.1 200 .*BREW$/s)
})

test('hosts that make no URL and methods in small letters are the mistake of the client, not ours', async () => {
  const failures: unknown[] = []
  const server = await served(request => new Response(request.method), { failed: error => failures.push(error) })
  for (const host of ['a:99999', 'a%zz', '[:::]', '1.2.3.999']) {
    const said = talk(server.port, `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`)
    await heard(said, 'http/bad-host')
    expect(said.text).toMatch(/^HTTP\/1\.1 400 /)
  }
  for (const method of ['get', 'head', 'trace', 'Connect', 'post']) {
    const said = talk(server.port, `${method} / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx`)
    await heard(said, 'http/method-not-allowed')
    expect(said.text).toMatch(/^HTTP\/1\.1 405 /)
  }
  expect(failures).toEqual([])
})

test('a handler that begins to read after the client left hears of it', async () => {
  let outcome: unknown
  let left = (): void => {}
  const gone = new Promise<void>(resolve => {
    left = resolve
  })
  const server = await served(async (request, { signal }) => {
    signal.addEventListener('abort', left)
    await gone
    outcome = await request.text().catch((error: { code?: string }) => error.code)
    return new Response()
  })
  const said = talk(server.port, 'POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nabc')
  await soon(50)
  said.socket.resetAndDestroy()
  for (let i = 0; i < 1000 && outcome === undefined; i++) await soon()
  expect(outcome).toBe('tcp/reset')
})

test('an answer that ends with the connection is reset, not ended, when the request turns out to be broken', async () => {
  const server = await served(
    () => new Response(new ReadableStream({ start: controller => controller.enqueue(Buffer.from('part')) })),
    { compress: 'never' },
  )
  const said = talk(server.port, 'POST / HTTP/1.0\r\nContent-Length: 10\r\n\r\nab')
  await heard(said, 'part')
  said.socket.end()
  await said.closed
  expect(said.ended).toBe(false)
  expect(said.error).toBe('ECONNRESET')
})

describe('answers', () => {
  const coded = 'Accept-Encoding: gzip\r\n'

  test('that are small are not compressed, and HEAD says what GET would', async () => {
    const server = await served(() => new Response('<p>small', { headers: { 'content-type': 'text/html' } }))
    const said = talk(server.port, get('/', coded))
    await heard(said, 'small')
    expect(said.text).not.toMatch(/content-encoding|vary/i)
    const head = talk(server.port, get('/', `Connection: close\r\n${coded}`).replace('GET', 'HEAD'))
    await head.closed
    expect(head.text).toMatch(/content-length: 8\r\n/i)
    expect(head.text).not.toMatch(/content-encoding/i)
    expect(head.text.split('\r\n\r\n')[1]).toBe('')
  })

  test('that are compressed and small leave in one write', async () => {
    const memory = memoryTransport(systemClock)
    const { port } = await served(
      () => new Response('<p>'.repeat(2000), { headers: { 'content-type': 'text/html' } }),
      { over: memory },
    )
    const stream = await memory.connect({ host: 'localhost', port })
    const pieces: Uint8Array[] = []
    stream.handler = { data: bytes => pieces.push(bytes), end() {}, drain() {}, closed() {} }
    stream.write([Buffer.from(get('/', coded))])
    while (pieces.length === 0) await soon()
    await soon(20)
    expect(pieces.length).toBe(1)
    const [head, body] = Buffer.from(pieces[0]!).toString('latin1').split('\r\n\r\n') as [string, string]
    expect(head).toMatch(/content-encoding: gzip/)
    expect(gunzipSync(Buffer.from(body, 'latin1')).length).toBe(6000)
  })

  test('of event streams are not held back by a compressor', async () => {
    const server = await served(
      () =>
        new Response(new ReadableStream({ start: controller => controller.enqueue(Buffer.from('data: 1\n\n')) }), {
          headers: { 'content-type': 'text/event-stream' },
        }),
    )
    await heard(talk(server.port, get('/', coded)), 'data: 1')
  })

  test('to HEAD do not wait for a body that never comes or never lets go', async () => {
    const server = await served(() => new Response(new ReadableStream({ cancel: () => new Promise(() => {}) })))
    await heard(talk(server.port, get('/').replace('GET', 'HEAD')), 'HTTP/1.1 200 OK')
  })

  test('204 that was passed on with a length goes out without it (RFC 9110 8.6)', async () => {
    const server = await served(() => new Response(null, { status: 204, headers: { 'content-length': '0' } }))
    const said = talk(server.port, get('/', 'Connection: close\r\n'))
    await said.closed
    expect(said.text).toMatch(/^HTTP\/1\.1 204 /)
    expect(said.text).not.toMatch(/content-length/i)
  })
})

describe('handshakes that never end', () => {
  const authority = certificateAuthority({ crypto: nodeWorld().crypto, now: () => Date.now(), name: 'rude root' })
  const key = certifiedKey(authority.issue({ names: ['localhost'] }))
  const trust = trustStore([authority.root])
  const tls = { certificateFor: () => key }

  test('do not keep a server from closing', async () => {
    const server = await serve(() => new Response(), { tls, timeouts: { handshake: 1e9 } })
    const said = talk(server.port, '')
    await soon(30)
    await server.close(50)
    await said.closed
  })

  test('make room for those that do', async () => {
    const memory = memoryTransport(systemClock)
    const server = await served(() => new Response('welcome'), { tls, over: memory })
    let cut = 0
    for (let i = 0; i < 1_000; i++) {
      const stream = await memory.connect({ host: 'localhost', port: server.port })
      stream.handler = { data() {}, end() {}, drain() {}, closed: () => cut++ }
    }
    const response = await fetch(server.url, { over: memory, trust })
    expect(await response.text()).toBe('welcome')
    expect(cut).toBe(1)
  })
})
