/** `fetch` and `serve` face to face, over the kernel and in memory: what one says is what the other hears. */

import { createHash } from 'node:crypto'
import { createServer as createNodeServer, type Server as NodeServer } from 'node:http'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { closing, codeOf, peer, served } from '../../../test/support/net.ts'
import { cookieJar } from '../../http/cookies/index.ts'
import { client, fetch } from '../../index.ts'
import { systemClock } from '../../node/clock.ts'
import { kernelTransport } from '../../node/kernel.ts'
import { isPublicSuffix } from '../public-suffix.ts'
import { memoryTransport } from '../stream/memory.ts'
import type { Transport } from '../stream/types.ts'

/** A peer made of `node:http`, that we did not write. */
const nodeHttp = async (listener: Parameters<typeof createNodeServer>[1]): Promise<string> => {
  const server: NodeServer = createNodeServer(listener as never).listen(0, '127.0.0.1')
  await new Promise(resolve => server.once('listening', resolve))
  closing.push(() => {
    server.closeAllConnections()
    return new Promise(resolve => server.close(resolve))
  })
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`
}
/** A peer that says exactly these bytes and then does `then`. */
const saying = (text: string | Uint8Array, then: (socket: Socket) => void = s => s.end()): Promise<string> =>
  peer(socket => socket.once('data', () => socket.write(text, () => then(socket))))

const transports: [string, () => Transport][] = [
  ['kernel', () => kernelTransport()],
  ['memory', () => memoryTransport(systemClock)],
]

describe.each(transports)('over %s', (_, make) => {
  test('method, address, fields and body arrive, and so does the answer', async () => {
    const over = make()
    const { url } = await served(
      async (request, about) => {
        const seen = {
          method: request.method,
          url: request.url.replace(/:\d+/, ''),
          header: request.headers.get('x-mine'),
          body: await request.text(),
          tls: about.connection.tls,
        }
        return Response.json(seen, { status: 201, statusText: 'Made', headers: { 'set-cookie': 'a=1' } })
      },
      { over },
    )
    const response = await fetch(`${url}/cart?x=1#part`, {
      method: 'POST',
      headers: { 'X-Mine': 'yes' },
      body: 'hello',
      over,
    })
    expect(response.status).toBe(201)
    expect(response.headers.get('set-cookie')).toBe('a=1')
    expect(response.url).toBe(`${url}/cart?x=1`)
    expect(response.connection.tls).toBeUndefined()
    expect(response.connection.remote.port).toBe(Number(new URL(url).port))
    expect(await response.json()).toEqual({
      method: 'POST',
      url: 'http://localhost/cart?x=1',
      header: 'yes',
      body: 'hello',
    })
  })

  test('a body of 20 MB goes both ways at once, through streams, with back pressure', async () => {
    const over = make()
    const { url } = await served(request => new Response(request.body), { over })
    const size = 20 * 1024 * 1024
    const piece = new Uint8Array(64 * 1024).map((_, i) => i * 7)
    let left = size / piece.length
    let ahead = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (left-- === 0) return controller.close()
          ahead++
          controller.enqueue(piece)
        },
      },
      { highWaterMark: 0 },
    )
    const response = await fetch(url, { method: 'PUT', body, over })
    const before = ahead
    const hash = createHash('sha256')
    let received = 0
    for await (const bytes of response.body as unknown as AsyncIterable<Uint8Array>) {
      hash.update(bytes)
      received += bytes.length
    }
    const wanted = createHash('sha256')
    for (let i = 0; i < size / piece.length; i++) wanted.update(piece)
    expect(received).toBe(size)
    expect(hash.digest('hex')).toBe(wanted.digest('hex'))
    // Nobody read the answer yet: the sender was stopped, with what the buffers on the way hold.
    expect(before).toBeLessThan(size / piece.length)
  })

  test('HEAD has the fields and no body; the connection goes on', async () => {
    const over = make()
    const { url } = await served(() => new Response('12345', { headers: { 'content-length': '5' } }), { over })
    const using = client({ over })
    closing.push(using.close)
    const head = await using.fetch(url, { method: 'HEAD' })
    expect(head.headers.get('content-length')).toBe('5')
    expect(await head.text()).toBe('')
    expect(await (await using.fetch(url)).text()).toBe('12345')
  })

  test('compressible bodies are compressed for us and expanded again', async () => {
    const over = make()
    const text = 'many words '.repeat(5000)
    const { url } = await served(() => new Response(text, { headers: { etag: '"1"' } }), { over })
    const response = await fetch(url, { over })
    expect(response.headers.get('content-encoding')).toBe('br')
    expect(response.headers.get('vary')).toBe('accept-encoding')
    expect(response.headers.get('etag')).toBe('W/"1"')
    expect(Number(response.headers.get('content-length'))).toBeLessThan(1000)
    expect(await response.text()).toBe(text)
    const plain = await fetch(url, { over, headers: { 'accept-encoding': 'identity' } })
    expect(plain.headers.get('content-encoding')).toBeNull()
    expect(plain.headers.get('vary')).toBe('accept-encoding')
    expect(await plain.text()).toBe(text)
    const zlib = await fetch(url, { over, headers: { 'accept-encoding': 'gzip;q=0.1, deflate' } })
    expect(zlib.headers.get('content-encoding')).toBe('deflate')
    expect(await zlib.text()).toBe(text)
  })

  test('1,000 requests on one connection, nothing lost', async () => {
    const over = make()
    const ports = new Set<number>()
    const { url } = await served(
      (request, { connection }) => {
        ports.add(connection.remote.port)
        return new Response(new URL(request.url).pathname)
      },
      { over },
    )
    const using = client({ over, perOrigin: 1 })
    closing.push(using.close)
    for (let i = 0; i < 1000; i++) expect(await (await using.fetch(`${url}/${i}`)).text()).toBe(`/${i}`)
    expect(ports.size).toBe(1)
  })

  test('200 connections at once, nothing lost', async () => {
    const over = make()
    let atOnce = 0
    let most = 0
    const { url } = await served(
      async request => {
        most = Math.max(most, ++atOnce)
        while (most < 200) await new Promise(resolve => setTimeout(resolve, 1))
        atOnce--
        return new Response(await request.text())
      },
      { over },
    )
    const answers = await Promise.all(
      Array.from({ length: 200 }, async (_, i) =>
        (await fetch(url, { method: 'POST', body: `body ${i}`, over })).text(),
      ),
    )
    expect(answers).toEqual(Array.from({ length: 200 }, (_, i) => `body ${i}`))
    expect(most).toBe(200)
  })
})

describe('what fetch understands from others', () => {
  test('chunks, trailers and a gzip body of node:http', async () => {
    const text = 'x'.repeat(100_000)
    const url = await nodeHttp((request, response) => {
      if (request.url === '/gzip') {
        response.setHeader('content-encoding', 'gzip')
        response.end(gzipSync(text))
        return
      }
      response.writeHead(200, { trailer: 'x-end' })
      response.write('one ')
      setTimeout(() => {
        response.addTrailers({ 'x-end': 'yes' })
        response.end('two')
      }, 10)
    })
    expect(await (await fetch(`${url}/`)).text()).toBe('one two')
    expect(await (await fetch(`${url}/gzip`)).text()).toBe(text)
  })

  test('an answer of HTTP/1.0 that ends with the connection', async () => {
    const url = await saying('HTTP/1.0 200 OK\r\n\r\nto the end')
    expect(await (await fetch(url)).text()).toBe('to the end')
  })

  test('a server that closes a kept connection is asked again, once, if the request allows it', async () => {
    let connections = 0
    const server = createTcpServer(socket => {
      connections++
      let asked = 0
      socket.on('error', () => {})
      socket.on('data', () => {
        if (++asked === 1) socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok')
        else socket.destroy()
      })
    }).listen(0, '127.0.0.1')
    await new Promise(resolve => server.once('listening', resolve))
    closing.push(() => server.close())
    const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`
    const using = client()
    closing.push(using.close)
    expect(await (await using.fetch(url)).text()).toBe('ok')
    expect(await (await using.fetch(url)).text()).toBe('ok')
    expect(connections).toBe(2)
    const failed = await codeOf(using.fetch(url, { method: 'POST', body: 'once only' }))
    expect(['http/no-answer', 'tcp/reset']).toContain(failed)
    expect(connections).toBe(2)
  })

  test('interim answers are passed over', async () => {
    const url = await saying(
      'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx',
    )
    const response = await fetch(url)
    expect([response.status, await response.text()]).toEqual([200, 'x'])
  })
})

test('a client with a jar is known again, and sends nothing where the cookie does not belong', async () => {
  const seen: (string | undefined)[] = []
  const url = await nodeHttp((request, response) => {
    seen.push(request.headers.cookie)
    response.setHeader('set-cookie', ['sid=1; Path=/shop; HttpOnly', 'other=2; Domain=example.test'])
    response.end()
  })
  const jar = cookieJar({ isPublicSuffix, date: () => Date.now() })
  const using = client({ jar })
  closing.push(using.close)
  for (const path of ['/shop/a', '/shop/b', '/elsewhere']) await (await using.fetch(url + path)).text()
  await (await using.fetch(`${url}/shop/c`, { headers: { cookie: 'mine=3' } })).text()
  expect(seen).toEqual([undefined, 'sid=1', undefined, 'mine=3'])
})

describe('redirects', () => {
  const redirecting = () =>
    nodeHttp((request, response) => {
      const [, status, rest = ''] = /^\/(\d+)(\/.*)?$/.exec(request.url ?? '') ?? []
      if (status !== undefined) {
        response.writeHead(Number(status), { location: rest === '' ? '/end' : rest })
        response.end('elsewhere')
        return
      }
      if (request.url === '/loop') {
        response.writeHead(302, { location: '/loop' }).end()
        return
      }
      const seen: Uint8Array[] = []
      request.on('data', (bytes: Uint8Array) => seen.push(bytes))
      request.on('end', () =>
        response.end(
          JSON.stringify({
            url: request.url,
            method: request.method,
            body: Buffer.concat(seen).toString(),
            authorization: request.headers.authorization,
          }),
        ),
      )
    })

  test('are followed as the standard says: 303 asks with GET, 307 sends the body again', async () => {
    const url = await redirecting()
    const post = { method: 'POST', body: 'data', headers: { authorization: 'secret' } }
    const see = await (await fetch(`${url}/303`, post)).json()
    expect(see).toEqual({ url: '/end', method: 'GET', body: '', authorization: 'secret' })
    const again = await fetch(`${url}/307/302/end`, post)
    expect(again.redirected).toBe(true)
    expect(again.url).toBe(`${url}/end`)
    expect(await again.json()).toMatchObject({ method: 'GET', body: '' })
    const kept = await (await fetch(`${url}/307`, post)).json()
    expect(kept).toMatchObject({ url: '/end', method: 'POST', body: 'data' })
  })

  test('do not carry authorization to another origin', async () => {
    const there = await redirecting()
    const here = await nodeHttp((_, response) => {
      response.writeHead(307, { location: `${there}/end` }).end()
    })
    const seen = await (await fetch(here, { headers: { authorization: 'secret' } })).json()
    expect((seen as { authorization?: string }).authorization).toBeUndefined()
  })

  test('end after twenty with net/too-many-redirects, and are refused or shown on demand', async () => {
    const url = await redirecting()
    expect(await codeOf(fetch(`${url}/loop`))).toBe('net/too-many-redirects')
    expect(await codeOf(fetch(`${url}/301`, { redirect: 'error' }))).toBe('net/redirect-refused')
    const shown = await fetch(`${url}/301`, { redirect: 'manual' })
    expect([shown.status, shown.headers.get('location')]).toEqual([301, '/end'])
    const asked = (redirect: 'error' | 'manual') => fetch(new Request(`${url}/301`, { redirect }))
    expect(await codeOf(asked('error'))).toBe('net/redirect-refused')
    expect((await asked('manual')).status).toBe(301)
    const file = await nodeHttp((_, response) => void response.writeHead(302, { location: 'file:///etc/passwd' }).end())
    expect(await codeOf(fetch(file))).toBe('net/redirect-refused')
  })
})

describe('failures by name', () => {
  test('nobody listens: tcp/refused; no such name: dns/no-address; no URL: net/bad-url', async () => {
    expect(await codeOf(fetch('http://127.0.0.1:1/', { ports: 'any' }))).toBe('tcp/refused')
    expect(await codeOf(fetch('http://no-such-name.invalid/'))).toBe('dns/no-address')
    for (const url of ['nonsense', 'ftp://localhost/', 'http://user:pw@localhost/', 'http://']) {
      expect(await codeOf(fetch(url))).toBe('net/bad-url')
    }
    expect(await codeOf(fetch('http://localhost/', { method: 'GET', body: 'x' }))).toBe('net/bad-request')
  })

  test('a silent address: tcp/silence after the time for connecting', async () => {
    const over: Transport = {
      connect: ({ signal }) =>
        new Promise((_, reject) => signal!.addEventListener('abort', () => reject(signal!.reason))),
      listen: () => Promise.reject(new Error('not here')),
    }
    expect(await codeOf(fetch('http://10.0.0.1/', { over, timeouts: { connect: 20 } }))).toBe('tcp/silence')
  })

  test('a silent server: http/head-timeout; one that stops in the body: net/idle-timeout', async () => {
    const silent = await saying('', () => {})
    expect(await codeOf(fetch(silent, { timeouts: { firstByte: 30 } }))).toBe('http/head-timeout')
    const stopping = await saying('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', () => {})
    const response = await fetch(stopping, { timeouts: { idle: 30 } })
    expect(await codeOf(response.text())).toBe('net/idle-timeout')
  })

  test('closed without an answer: http/no-answer; reset: tcp/reset', async () => {
    expect(await codeOf(fetch(await saying('')))).toBe('http/no-answer')
    expect(await codeOf(fetch(await saying('HTTP/1.1 200', s => setTimeout(() => s.resetAndDestroy(), 20))))).toBe(
      'tcp/reset',
    )
  })

  test('a body that is cut short never ends in silence', async () => {
    for (const head of ['Content-Length: 2000000000', 'Transfer-Encoding: chunked']) {
      const body = head.startsWith('C') ? 'x'.repeat(1024) : `400\r\n${'x'.repeat(1024)}\r\n`
      const response = await fetch(await saying(`HTTP/1.1 200 OK\r\n${head}\r\n\r\n${body}`))
      expect(await codeOf(response.text())).toBe('http/body-cut-short')
    }
  })

  test('a broken gzip body: http/bad-encoding; an unknown coding: http/unknown-content-encoding', async () => {
    const coded = gzipSync('x'.repeat(1000))
    const head = (coding: string) => `HTTP/1.1 200 OK\r\nContent-Encoding: ${coding}\r\nContent-Length: 20\r\n\r\n`
    const broken = await saying(Buffer.concat([Buffer.from(head('gzip')), coded.subarray(0, 20)]))
    expect(await codeOf((await fetch(broken)).text())).toBe('http/bad-encoding')
    const unknown = await saying(`${head('compress')}${'x'.repeat(20)}`)
    expect(await codeOf((await fetch(unknown)).text())).toBe('http/unknown-content-encoding')
  })

  test('an aborted request ends with the reason of its signal, before and after the head', async () => {
    const before = new AbortController()
    const waiting = fetch(await saying('', () => {}), { signal: before.signal })
    setTimeout(() => before.abort(new Error('enough')), 20)
    await expect(waiting).rejects.toThrow('enough')
    const after = new AbortController()
    const url = await saying('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc', () => {})
    const response = await fetch(url, { signal: after.signal })
    setTimeout(() => after.abort(new Error('enough')), 20)
    await expect(response.text()).rejects.toThrow('enough')
    await expect(fetch(url, { signal: AbortSignal.abort(new Error('already')) })).rejects.toThrow('already')
  })

  test('a closed client takes no requests: net/client-closed', async () => {
    const using = client()
    using.close()
    expect(await codeOf(using.fetch('http://localhost/'))).toBe('net/client-closed')
  })
})
