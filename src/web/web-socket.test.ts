/** Streams through a relay: a WebSocket to loopback, and behind it TCP to a server that knows nothing of it. */
import { once } from 'node:events'
import { connect as tcp } from 'node:net'
import { expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { concat } from '../../test/support/bytes.ts'
import { closing, codeOf, soon } from '../../test/support/net.ts'
import { certificateAuthority } from '../ca/authority.ts'
import type { Failure } from '../failures/index.ts'
import { fetch, serve } from '../index.ts'
import type { ByteStream } from '../net/stream/types.ts'
import { certifiedKey } from '../tls/certificate/certified-key.ts'
import { messagesOf, recorder } from '../trace/recorder.ts'
import { trustStore } from '../x509/path/store.ts'
import { webCrypto } from './crypto.ts'
import { type WebSocketLike, webSocketTransport } from './web-socket.ts'
import { webWorld } from './world.ts'

const WebSocketClass = WebSocket as unknown as new (url: string | URL, protocols?: string[]) => WebSocketLike

/** A relay that does this with each WebSocket; `url` is where it is. */
const relay = async (take: (socket: WebSocket, to: URL) => void, mostHeld?: number) => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  closing.push(async () => {
    for (const each of server.clients) each.terminate()
    server.close()
  })
  const { port } = server.address() as { port: number }
  const base = `ws://127.0.0.1:${port}/relay`
  server.on('connection', (socket, request) => take(socket, new URL(request.url!, base)))
  return webSocketTransport({
    url: ({ host, port }) => `${base}?token=secret&to=${host}:${port}`,
    WebSocket: WebSocketClass,
    mostHeld,
  })
}

/** To the port that is asked for, on this machine. */
const onward = (socket: WebSocket, to: URL): void => {
  const upstream = tcp(Number(to.searchParams.get('to')!.split(':')[1]), '127.0.0.1')
  upstream.on('data', bytes => socket.send(bytes))
  upstream.on('end', () => socket.close(1000))
  upstream.on('error', () => socket.close(1011))
  socket.on('message', data => upstream.write(data as Buffer))
  socket.on('close', () => upstream.destroy())
}

const heard = (stream: ByteStream) => {
  const told = {
    bytes: [] as Uint8Array[],
    ended: false,
    closed: undefined as { failure: Failure | undefined } | undefined,
  }
  stream.handler = {
    data: bytes => void told.bytes.push(bytes),
    end: () => void (told.ended = true),
    drain() {},
    closed: failure => void (told.closed = { failure }),
  }
  return told
}

test('HTTPS goes through a relay, which sees neither names nor bodies', async () => {
  const crypto = webCrypto()
  const authority = certificateAuthority({ crypto, now: Date.now, name: 'test root' })
  const key = certifiedKey(authority.issue({ names: ['shop.test'] }))
  const server = await serve(async request => new Response(await request.arrayBuffer()), {
    port: 0,
    tls: { certificateFor: () => key },
  })
  closing.push(() => server.close(50))
  const seen: Buffer[] = []
  const transport = await relay((socket, to) => {
    socket.on('message', data => seen.push(data as Buffer))
    onward(socket, to)
  })
  const world = webWorld({ transport, trust: trustStore([authority.certificate]) })
  const body = 'planted text '.repeat(200_000)
  const answer = await fetch(`https://shop.test:${server.port}/`, { world, method: 'POST', body })
  expect(await answer.text()).toBe(body)
  expect(Buffer.concat(seen).length).toBeGreaterThan(body.length)
  expect(Buffer.concat(seen).includes('planted')).toBe(false)
})

test('what came before somebody listened is told in order, then the end', async () => {
  const transport = await relay(socket => {
    for (const text of ['one ', 'two ', 'three']) socket.send(Buffer.from(text))
    socket.close(1000)
  })
  const trace = recorder()
  const stream = await transport.connect({ host: 'shop.test', port: 80, trace })
  await soon(20)
  const told = heard(stream)
  await vi.waitFor(() => expect(told.closed).toBeDefined())
  expect(Buffer.from(concat(...told.bytes)).toString()).toBe('one two three')
  expect([told.ended, told.closed]).toEqual([true, { failure: undefined }])
  expect(messagesOf(trace.records).map(({ name, about }) => [name, about])).toEqual([
    ['read', '4 bytes'],
    ['read', '4 bytes'],
    ['read', '5 bytes'],
  ])
})

test.each([
  ['closes with a reason of its own', (socket: WebSocket) => socket.close(1011), 'code 1011'],
  ['is cut off', (socket: WebSocket) => socket.terminate(), 'code 1006'],
  ['sends text', (socket: WebSocket) => socket.send('hello'), 'a message of text'],
])('a relay that %s ends the stream with a failure, without the token of its address', async (_, act, got) => {
  const stream = await (await relay(act)).connect({ host: 'shop.test', port: 80 })
  const told = heard(stream)
  await vi.waitFor(() => expect(told.closed).toBeDefined())
  const failure = told.closed!.failure
  expect([failure?.code, failure?.got]).toEqual(['net/relay', got])
  expect(failure?.where).toMatch(/^ws:\/\/127\.0\.0\.1:\d+\/relay$/)
})

test.each([
  ['large', new Uint8Array(32 * 1024), 8],
  ['empty', new Uint8Array(0), 100],
])('%s messages that nobody reads do not fill memory', async (_, message, count) => {
  const transport = await relay(socket => {
    for (let i = 0; i < count; i++) socket.send(message)
  }, 65_536)
  const stream = await transport.connect({ host: 'shop.test', port: 80 })
  const told = heard(stream)
  stream.pause()
  await vi.waitFor(() => expect(told.closed).toBeDefined())
  expect(told.closed?.failure?.got).toBe('more than 65536 bytes that nobody reads')
})

test('a stream that is paused goes on where it was', async () => {
  const transport = await relay(socket => socket.on('message', data => socket.send(data as Buffer)))
  const stream = await transport.connect({ host: 'shop.test', port: 80 })
  const told = heard(stream)
  stream.pause()
  for (const text of ['a', 'b', 'c']) stream.write([new TextEncoder().encode(text)])
  stream.write([new Uint8Array(300 * 1024)])
  stream.resume()
  await vi.waitFor(() => expect(concat(...told.bytes).length).toBe(3 + 300 * 1024))
  expect(Buffer.from(concat(...told.bytes).subarray(0, 3)).toString()).toBe('abc')
  stream.end()
  await vi.waitFor(() => expect(told.closed).toBeDefined())
  expect(told.closed).toEqual({ failure: undefined })
})

test('a writer that is asked to wait is told when there is room', async () => {
  const transport = await relay(() => {})
  const stream = await transport.connect({ host: 'shop.test', port: 80 })
  let drained = false
  stream.handler = { data() {}, end() {}, drain: () => void (drained = true), closed() {} }
  expect(stream.write([new Uint8Array(16)])).toBe(true)
  expect(stream.write([new Uint8Array(8 * 1024 * 1024)])).toBe(false)
  await vi.waitFor(() => expect(drained).toBe(true))
  expect(stream.unsent).toBeLessThan(256 * 1024)
})

test('a relay that is not there, and a platform without WebSockets, are told by name', async () => {
  const nowhere = webSocketTransport({ url: () => 'ws://127.0.0.1:1/', WebSocket: WebSocketClass })
  expect(await codeOf(nowhere.connect({ host: 'shop.test', port: 80 }))).toBe('net/relay')
  expect(await codeOf(nowhere.listen({ port: 0 }, () => {}))).toBe('net/no-listening')
})

test('an attempt that is given up closes its WebSocket', async () => {
  const controller = new AbortController()
  const transport = await relay(() => {})
  const attempt = transport.connect({ host: 'shop.test', port: 80, signal: controller.signal })
  controller.abort(new Error('enough'))
  await expect(attempt).rejects.toThrow('enough')
})
