/** What `fetch` gives is made when somebody looks: that nobody can tell it from a `Response` of the platform. */
import { inspect } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { peer, served } from '../../../test/support/net.ts'
import type { FetchError } from '../../failures/index.ts'
import { client, type FetchResponse, fetch } from '../../index.ts'

const said = (text: string, init?: ResponseInit) => served(() => new Response(text, init))
const TypeErrorOf = { name: 'TypeError' }

describe('what is read whole', () => {
  const Real = globalThis.ReadableStream
  let made = 0
  beforeEach(() => {
    made = 0
    globalThis.ReadableStream = new Proxy(Real, {
      construct(target, given, self) {
        made++
        return Reflect.construct(target, given, self) as object
      },
    })
  })
  afterEach(() => {
    globalThis.ReadableStream = Real
  })
  test('needs no stream, and a stream is made for whoever wants one', async () => {
    const url = await peer(socket => {
      socket.on('data', () => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n{"a":1}'))
    })
    using own = client()
    expect(await (await own.fetch(url)).text()).toBe('{"a":1}')
    // The platform was tried with the first.
    made = 0
    expect(await (await own.fetch(url)).text()).toBe('{"a":1}')
    expect(await (await own.fetch(url)).json()).toEqual({ a: 1 })
    expect([...new Uint8Array(await (await own.fetch(url)).arrayBuffer())]).toEqual([123, 34, 97, 34, 58, 49, 125])
    expect(made).toBe(0)
    expect((await own.fetch(url)).body).toBeInstanceOf(Real)
    expect(made).toBe(1)
  })
})

test('a body is read once, whichever way it was read first', async () => {
  const { url } = await said('abc')
  const whole = await fetch(url)
  expect(whole.bodyUsed).toBe(false)
  expect(await whole.text()).toBe('abc')
  expect(whole.bodyUsed).toBe(true)
  for (const again of [() => whole.text(), () => whole.json(), () => whole.arrayBuffer(), () => whole.blob()])
    await expect(again()).rejects.toMatchObject(TypeErrorOf)
  expect(() => whole.clone()).toThrow(TypeError)
  expect(whole.body).not.toBeNull()

  const streamed = await fetch(url)
  for await (const piece of streamed.body!) expect(piece.length).toBeGreaterThan(0)
  expect(streamed.bodyUsed).toBe(true)
  await expect(streamed.text()).rejects.toMatchObject(TypeErrorOf)

  const locked = await fetch(url)
  const reader = locked.body!.getReader()
  await expect(locked.text()).rejects.toMatchObject(TypeErrorOf)
  expect(locked.bodyUsed).toBe(false)
  reader.releaseLock()
  expect(await locked.text()).toBe('abc')
})

test('no body is no body, however often it is read', async () => {
  const { url } = await said('abc')
  const head = await fetch(url, { method: 'HEAD' })
  expect([head.body, await head.text(), await head.text(), head.bodyUsed]).toEqual([null, '', '', false])
  expect((await head.arrayBuffer()).byteLength).toBe(0)
})

test('what is read as bytes is the caller’s own, and a text loses its mark of byte order', async () => {
  const { url } = await said('\ufeffabc')
  const buffer = await (await fetch(url)).arrayBuffer()
  expect(buffer).toBeInstanceOf(ArrayBuffer)
  expect(buffer.byteLength).toBe(6)
  expect(await (await fetch(url)).text()).toBe('abc')
})

test('headers that are changed are those of the clone, of the blob and of a Response made of it', async () => {
  const { url } = await said('abc', { headers: { 'content-type': 'text/plain', 'x-a': '1' } })
  const response = await fetch(url)
  expect(response.headers).toBe(response.headers)
  expect(response.headers.get('X-A')).toBe('1')
  response.headers.set('content-type', 'text/css')
  response.headers.append('x-a', '2')
  const twin = response.clone() as FetchResponse
  expect([twin.headers.get('x-a'), twin.url, twin.connection]).toEqual(['1, 2', response.url, response.connection])
  const made = new Response(response.body, response)
  expect([made.status, made.headers.get('content-type'), await made.text()]).toEqual([200, 'text/css', 'abc'])
  expect(await twin.text()).toBe('abc')
  const other = await fetch(url)
  other.headers.set('content-type', 'text/css')
  expect((await other.blob()).type).toBe('text/css')
})

test('it is a Response to whoever asks: instanceof, methods of the class, inspect, a Proxy around it', async () => {
  const { url } = await said('a=1', { status: 201, headers: { 'content-type': 'application/x-www-form-urlencoded' } })
  const response = await fetch(url)
  expect(response).toBeInstanceOf(Response)
  expect(Object.prototype.toString.call(response)).toBe('[object Response]')
  expect(inspect(response)).toMatch(/status: 201/)
  expect(await Response.prototype.text.call(await fetch(url))).toBe('a=1')
  expect(await Response.prototype.text.call(await globalThis.fetch(url))).toBe('a=1')
  expect((await (await fetch(url)).formData()).get('a')).toBe('1')
  const around = new Proxy(await fetch(url), { get: (target, name) => Reflect.get(target, name, target) as unknown })
  expect([around.ok, around.statusText]).toEqual([true, 'Created'])
})

test('ok is what the platform calls so', async () => {
  const server = await served(request => new Response('', { status: Number(new URL(request.url).pathname.slice(1)) }))
  for (const status of [200, 299, 300, 404, 599]) {
    expect([status, (await fetch(`${server.url}/${status}`)).ok]).toEqual([status, new Response('', { status }).ok])
  }
})

test('a body that is cut short rejects whoever reads it whole, and its connection is not used again', async () => {
  let connections = 0
  const url = await peer(socket => {
    connections++
    socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf'))
  })
  using own = client()
  for (const read of ['text', 'arrayBuffer', 'json'] as const) {
    const error = await (await own.fetch(url))[read]().catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as FetchError).failure.context).toMatchObject({
      url,
      status: 200,
      received: 4,
      announced: 9,
    })
  }
  expect(connections).toBe(3)
})

test('a pool of a hundred at once over six connections: each answer is read whole by whoever asked for it', async () => {
  const { url } = await served(request => new Response(new URL(request.url).pathname.repeat(400)))
  using own = client()
  const texts = await Promise.all(Array.from({ length: 100 }, async (_, i) => (await own.fetch(`${url}/${i}`)).text()))
  expect(texts).toEqual(Array.from({ length: 100 }, (_, i) => `/${i}`.repeat(400)))
})
