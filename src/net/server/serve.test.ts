/** What a server promises, whatever its clients do. */

import { connect } from 'node:net'
import { describe, expect, test } from 'vitest'
import { closing, heard, served, soon, talk } from '../../../test/support/net.ts'
import { fetch, serve, serveExchanges } from '../../index.ts'
import { seeded } from '../../random.ts'
import type { Server } from './exchanges.ts'
import type { Handler } from './serve.ts'
import type { Served } from './served.ts'

const hello: Handler = request => new Response(`hello ${new URL(request.url).pathname}`)

const get = (path: string, more = '') => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`

describe('requests', () => {
  test('that are pipelined are answered in order, slow ones first, also byte by byte', async () => {
    const server = await served(async request => {
      const { pathname } = new URL(request.url)
      if (pathname === '/1') await soon(30)
      return new Response(`<${pathname}>`)
    })
    const three = get('/1') + get('/2') + get('/3', 'Connection: close\r\n')
    for (const parts of [[three], [...three]]) {
      const said = talk(server.port, ...parts)
      await said.closed
      expect(said.text.match(/<[^>]+>/g)).toEqual(['</1>', '</2>', '</3>'])
    }
  })

  test('with a body that the handler does not read leave the connection usable', async () => {
    const server = await served(hello)
    const post = `POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50000\r\n\r\n${'x'.repeat(50_000)}`
    const said = talk(server.port, post + get('/b'))
    await heard(said, 'hello /b')
  })

  test('with a huge body that nobody reads are answered, and then the connection is closed', async () => {
    const server = await served(hello)
    const head = 'POST /a HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000000\r\n\r\n'
    const said = talk(server.port, head)
    await heard(said, 'hello /a')
    said.socket.write(Buffer.alloc(4_000_000))
    await said.closed
  })

  test('that expect 100-continue hear it only when somebody reads the body', async () => {
    const server = await served(async request =>
      new URL(request.url).pathname === '/read'
        ? new Response(await request.text())
        : new Response('no', { status: 403 }),
    )
    const head = (path: string) =>
      `POST ${path} HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n`
    const reading = talk(server.port, head('/read'))
    await heard(reading, 'HTTP/1.1 100 Continue\r\n\r\n')
    reading.socket.write('body')
    await heard(reading, /200 OK.*body$/s)
    const refusing = talk(server.port, head('/refuse'))
    await refusing.closed
    expect(refusing.text).toMatch(/^HTTP\/1\.1 403 /)
    expect(refusing.text).toMatch(/connection: close/i)
  })

  test('of methods that a Request cannot have are answered', async () => {
    const server = await served(hello)
    const trace = talk(server.port, 'TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await heard(trace, 'HTTP/1.1 405 ')
    await heard(trace, /allow: get/i)
    const tunnel = talk(server.port, 'CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n')
    await heard(tunnel, 'HTTP/1.1 501 ')
    await heard(tunnel, 'http/tunnel-unsupported')
    const odd = talk(server.port, 'OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await heard(odd, /^HTTP\/1\.1 204 .*\r\nallow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n/s)
    const body = talk(server.port, 'GET /x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nabc')
    await heard(body, 'hello /x')
  })

  test('RFC 9110 9.3.8: TRACE comes back where it is wanted, without secrets, and without asking the handler', async () => {
    let asked = 0
    const server = await served(() => new Response(`${asked++}`), { traceMethod: 'answered' })
    const secrets = 'Cookie: a=b\r\nAuthorization: Basic YTpi\r\nproxy-authorization: x\r\nX-Api-Key: k\r\n'
    const shown = 'Host: localhost\r\nVia: 1.1 a\r\nconnection: close\r\n'
    const trace = talk(server.port, `TRACE /way?x=1 HTTP/1.1\r\n${secrets}${shown}\r\n`)
    await trace.closed
    expect(trace.text).toMatch(/^HTTP\/1\.1 200 OK\r\ncontent-type: message\/http\r\n/)
    expect(trace.text.slice(trace.text.indexOf('\r\n\r\n') + 4)).toBe(`TRACE /way?x=1 HTTP/1.1\r\n${shown}\r\n`)
    expect(asked).toBe(0)
  })

  test('of HTTP/1.0 without Host are answered and closed', async () => {
    const server = await served(hello)
    const said = talk(server.port, 'GET /old HTTP/1.0\r\n\r\n')
    await said.closed
    expect(said.text).toContain('hello /old')
  })
})

describe('limits', () => {
  const statusOf = async (server: Server, text: string): Promise<string> => {
    const said = talk(server.port, text)
    await said.closed
    return said.text.slice(9, 12)
  }

  test('broken, oversized and doubtful requests get their status and are closed', async () => {
    const lines: Served[] = []
    const server = await served(async request => new Response(await request.text()), {
      limits: { body: 1000 },
      served: line => lines.push(line),
    })
    expect(await statusOf(server, 'nonsense\r\n\r\n')).toBe('400')
    expect(await statusOf(server, get('/', `X: ${'y'.repeat(20_000)}\r\n`))).toBe('431')
    expect(await statusOf(server, get(`/${'y'.repeat(10_000)}`))).toBe('414')
    const post = 'POST / HTTP/1.1\r\nHost: localhost\r\n'
    expect(await statusOf(server, `${post}Content-Length: 1001\r\n\r\n`)).toBe('413')
    expect(await statusOf(server, `${post}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n`)).toBe('400')
    for (const line of lines) expect(line.failure?.code).toMatch(/^http\//)
    expect(lines).toHaveLength(5)
    expect((await fetch(server.url, { method: 'POST', body: 'still here' })).status).toBe(200)
  })

  test('a client that is silent, slow with its head or slow with its body is not waited for', async () => {
    const lines: Served[] = []
    const server = await served(async request => new Response(await request.text()), {
      timeouts: { idle: 40, head: 40, body: 40 },
      served: line => lines.push(line),
    })
    const silent = talk(server.port)
    await silent.closed
    expect(silent.text).toBe('')
    const head = talk(server.port, 'GET / HTTP/1.1\r\n')
    await head.closed
    expect(head.text).toMatch(/^HTTP\/1\.1 408 /)
    const body = talk(server.port, 'POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nabc')
    await body.closed
    expect(lines.map(line => line.failure?.code)).toEqual(['http/head-timeout', 'net/idle-timeout'])
  })

  test('a client that does not read its answer is not waited for, and little is held for it', async () => {
    let pulled = 0
    const server = await served(
      () =>
        new Response(
          new ReadableStream({
            pull(controller) {
              pulled++
              controller.enqueue(new Uint8Array(64 * 1024))
            },
          }),
        ),
      { timeouts: { body: 100 } },
    )
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    socket.pause()
    socket.write(get('/'))
    const closed = new Promise(resolve => socket.once('close', resolve))
    await soon(400)
    const before = pulled
    await soon(50)
    expect(pulled).toBe(before)
    socket.resume()
    await closed
  })

  test('connections above the maximum are cut, and later ones served again', async () => {
    let asked = 0
    const busy = () => new Promise<Response>(() => {})
    const server = await served(() => (++asked < 3 ? busy() : new Response('hello')), { maxConnections: 2 })
    const first = talk(server.port, get('/'))
    talk(server.port, get('/'))
    while (asked < 2) await soon()
    const third = talk(server.port, get('/'))
    await third.closed
    expect(third.text).toBe('')
    first.socket.destroy()
    await first.closed
    await soon(20)
    expect((await fetch(server.url)).status).toBe(200)
  })
})

describe('handlers', () => {
  test('that throw or reject are answered with 500 and no word of why', async () => {
    const errors: unknown[] = []
    const server = await served(
      request => {
        const { pathname } = new URL(request.url)
        if (pathname === '/throws') throw new Error('secret')
        if (pathname === '/rejects') return Promise.reject(new Error('secret'))
        return 'no response' as unknown as Response
      },
      { failed: error => errors.push(error) },
    )
    for (const path of ['/throws', '/rejects', '/nothing']) {
      const response = await fetch(server.url + path)
      expect(response.status).toBe(500)
      expect(await response.text()).not.toContain('secret')
    }
    expect(errors).toHaveLength(3)
  })

  test('whose body breaks or lies about its length cut the connection: the client sees no short body', async () => {
    let go = (): void => {}
    const server = await served(request => {
      const lies = new URL(request.url).pathname === '/lies'
      const body = new ReadableStream({
        async start(controller) {
          controller.enqueue(new Uint8Array(10))
          await new Promise<void>(resolve => (go = resolve))
          if (lies) controller.close()
          else controller.error(new Error('secret'))
        },
      })
      return new Response(body, lies ? { headers: { 'content-length': '100' } } : {})
    })
    for (const path of ['/breaks', '/lies']) {
      const response = await fetch(server.url + path)
      go()
      await expect(response.arrayBuffer()).rejects.toMatchObject({ code: expect.stringMatching(/^(?:tcp|http)\//) })
    }
  })

  test('hear by about.signal and by their stream that the client went away', async () => {
    const gone: string[] = []
    const server = await served((_, about) => {
      about.signal.addEventListener('abort', () => gone.push('signal'))
      return new Response(
        new ReadableStream({
          start: controller => controller.enqueue(new Uint8Array(10)),
          cancel: () => void gone.push('stream'),
        }),
      )
    })
    const said = talk(server.port, get('/'))
    await heard(said, '200 OK')
    said.socket.resetAndDestroy()
    for (let i = 0; i < 500 && gone.length < 2; i++) await soon()
    expect(gone.sort()).toEqual(['signal', 'stream'])
  })

  test('cannot put fields into the head that break it', async () => {
    const server = await serveExchanges(exchange => exchange.respond(200, [['x', 'a\r\nSet-Cookie: b=1']]))
    closing.push(() => server.close(50))
    const response = await fetch(server.url)
    expect(response.status).toBe(500)
    expect(response.headers.has('set-cookie')).toBe(false)
  })
})

describe('closing', () => {
  test('lets the request under way end, and takes no more', async () => {
    let release = (): void => {}
    const server = await serve(async () => {
      await new Promise<void>(resolve => (release = resolve))
      return new Response('finished')
    })
    const under = talk(server.port, get('/'))
    const idle = talk(server.port)
    await soon(30)
    const closed = server.close()
    await idle.closed
    release()
    await closed
    await under.closed
    expect(under.text).toContain('finished')
    expect(under.text).toMatch(/connection: close/i)
    await expect(fetch(server.url)).rejects.toMatchObject({ code: 'tcp/refused' })
  })

  test('cuts what does not end within the grace', async () => {
    const server = await serve(() => new Promise<Response>(() => {}))
    const said = talk(server.port, get('/'))
    await soon(30)
    await server.close(30)
    await said.closed
    expect(said.text).toBe('')
  })
})

test('a listener survives 300 clients that say or do anything', async () => {
  const seed = 20261120
  const random = seeded(seed)
  const server = await served(async request => new Response(await request.arrayBuffer()), {
    timeouts: { idle: 200, head: 200, body: 200 },
  })
  const wholes = [get('/a'), `POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`]
  const rude = async (): Promise<void> => {
    const whole = wholes[random.below(2)]!
    const bytes = random.number() < 0.3 ? random.bytes(random.below(2000)) : new TextEncoder().encode(whole.repeat(3))
    for (let i = random.below(3); i > 0; i--)
      if (bytes.length > 0) bytes[random.below(bytes.length)] = random.below(256)
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    const closed = new Promise(resolve => socket.once('close', resolve))
    socket.resume()
    const cut = random.below(bytes.length + 1)
    socket.write(bytes.subarray(0, cut))
    await soon(random.below(4))
    socket.write(bytes.subarray(cut))
    await soon(random.below(4))
    const end = random.below(3)
    if (end === 0) socket.resetAndDestroy()
    else if (end === 1) socket.destroy()
    else socket.end()
    await closed
  }
  await Promise.all(Array.from({ length: 300 }, rude))
  const after = await fetch(server.url, { method: 'POST', body: 'well' })
  expect([after.status, await after.text(), `seed ${seed}`]).toEqual([200, 'well', `seed ${seed}`])
})
