/** What goes out for what `fetch` is given: how its body is framed, and whether it can be sent again. */

import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { closing, codeOf, peer, served, soon } from '../../../test/support/net.ts'
import { client, fetch } from '../../index.ts'

/** Says how the body came. `/307` sends on to `/end`. */
const echo = () =>
  served(async request => {
    const { pathname } = new URL(request.url)
    if (pathname !== '/end')
      return new Response(null, { status: Number(pathname.slice(1)), headers: { location: '/end' } })
    const { headers, method } = request
    const framing = headers.get('content-length') ?? headers.get('transfer-encoding')
    return new Response(`${method} ${framing} ${(await request.text()).slice(0, 40)}`)
  })
const utf8 = new TextEncoder()
async function* pieces(): AsyncGenerator<Uint8Array> {
  for (const word of ['one ', 'two']) {
    await soon()
    yield utf8.encode(word)
  }
}
const stream = () => new Blob(['a stream']).stream()

test('the question mark of an empty query leaves with the path, and one in the fragment does not', async () => {
  const url = await peer(socket => {
    socket.once('data', bytes => socket.end(`HTTP/1.0 200 OK\r\n\r\n${String(bytes).split(' ')[1]}`))
  })
  const targetOf = async (rest: string): Promise<string> => (await fetch(`${url}${rest}`)).text()
  const base = new URL(url).pathname
  for (const [rest, target] of [
    ['?', '?'],
    ['?#x', '?'],
    ['#?', ''],
    ['?a#?', '?a'],
  ] as const)
    expect(await targetOf(rest)).toBe(`${base}${target}`)
})

describe('a body', () => {
  test.each([
    ['of a Request', (url: string) => fetch(new Request(url, { method: 'POST', body: '{"a":1}' })), '7 {"a":1}'],
    ['of a Request with form data', (url: string) => fetch(form(url)), 'form'],
    [
      'of a cloned Request',
      (url: string) => fetch(new Request(url, { method: 'POST', body: 'copy' }).clone()),
      '4 copy',
    ],
    ['that is a Blob', (url: string) => fetch(url, { method: 'POST', body: new Blob(['blob']) }), '4 blob'],
    ['that is bytes', (url: string) => fetch(url, { method: 'POST', body: utf8.encode('bytes') }), '5 bytes'],
    [
      'that is large',
      (url: string) => fetch(url, { method: 'POST', body: 'x'.repeat(600_000) }),
      `600000 ${'x'.repeat(40)}`,
    ],
  ])('%s says its length and is sent again at 307 and 308', async (_, ask, wanted) => {
    const server = await echo()
    for (const path of ['/end', '/307', '/308']) {
      const text = await (await ask(server.url + path)).text()
      if (wanted === 'form') expect(text).toMatch(/^POST \d+ -+/)
      else expect([path, text]).toEqual([path, `POST ${wanted}`])
    }
  })

  const form = (url: string) => {
    const data = new FormData()
    data.set('name', 'value')
    return new Request(url, { method: 'POST', body: data })
  }

  test.each([
    ['an async iterable', pieces, 'one two'],
    ['a Readable of Node', () => Readable.from(pieces()), 'one two'],
    ['a ReadableStream', stream, 'a stream'],
  ])('that is %s is sent in chunks, once', async (_, make, wanted) => {
    const server = await echo()
    const ask = (path: string) =>
      fetch(server.url + path, { method: 'POST', body: make() as NonNullable<RequestInit['body']> })
    expect(await (await ask('/end')).text()).toBe(`POST chunked ${wanted}`)
    expect(await codeOf(ask('/307'))).toBe('net/redirect-refused')
  })

  test('of a Request that is still being made is not waited for', async () => {
    let go = (): void => {}
    const server = await served(request => {
      go()
      return new Response(request.body)
    })
    const body = new ReadableStream<Uint8Array>({
      async start(controller) {
        controller.enqueue(utf8.encode('first '))
        await new Promise<void>(resolve => (go = resolve))
        controller.enqueue(utf8.encode('second'))
        controller.close()
      },
    })
    const request = new Request(server.url, { method: 'POST', body, duplex: 'half' })
    expect(await (await fetch(request)).text()).toBe('first second')
  })

  test('that is passed on by a handler keeps the length that came with it', async () => {
    const end = await echo()
    const proxy = await served(request => fetch(new Request(`${end.url}/end`, request as RequestInit)))
    const body = new Blob(['x'.repeat(2_000_000)])
    const response = await fetch(proxy.url, { method: 'POST', body })
    expect(await response.text()).toBe(`POST 2000000 ${'x'.repeat(40)}`)
  })

  test('of a Request is sent again when a kept connection turns out to be closed', async () => {
    const bodies: string[] = []
    let first = true
    const url = await peer(socket =>
      socket.on('data', bytes => {
        bodies.push(bytes.toString().split('\r\n\r\n')[1]!)
        if (!first && bodies.length === 2) {
          socket.destroy()
          return
        }
        first = false
        socket.write('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n')
      }),
    )
    const kept = client()
    for (const body of ['one', 'two']) {
      const response = await kept.fetch(new Request(url, { method: 'PUT', body }))
      expect([body, response.status]).toEqual([body, 200])
      await response.text()
    }
    expect(bodies).toEqual(['one', 'two', 'two'])
    kept.close()
  })

  test('whose stream gives something else than bytes ends the request', async () => {
    const server = await echo()
    const body = new ReadableStream({ start: controller => controller.enqueue('text') })
    const asked = fetch(`${server.url}/end`, { method: 'POST', body, duplex: 'half' })
    await expect(asked).rejects.toThrow(TypeError)
  })
})

test('only text says that it is text, and not where the caller says something else', async () => {
  const server = await served(request => new Response(`${request.headers.get('content-type')}`))
  const typeOf = async (init: RequestInit) => (await fetch(server.url, init)).text()
  expect(await typeOf({})).toBe('null')
  expect(await typeOf({ method: 'POST', body: utf8.encode('{}') })).toBe('null')
  expect(await typeOf({ method: 'POST', body: '{}' })).toBe('text/plain;charset=UTF-8')
  const headers = { 'Content-Type': 'application/json' }
  expect(await typeOf({ method: 'POST', body: '{}', headers })).toBe('application/json')
})

test('RFC 9112 9.6: a client that keeps no connections says so with each request, and another does not', async () => {
  const url = await peer(socket => {
    socket.on('data', data => {
      const said = /connection: \w+/i.exec(`${data}`)?.[0] ?? 'nothing'
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${said.length}\r\n\r\n${said}`)
    })
  })
  for (const [keepAlive, said] of [
    [0, 'Connection: close'],
    [1_000, 'nothing'],
    [undefined, 'nothing'],
  ] as const) {
    using own = client({ keepAlive })
    for (const _ of [1, 2]) expect(await (await own.fetch(url)).text()).toBe(said)
  }
})

test('what the Request of a page or of Bun leaves out goes along all the same', async () => {
  const Platform = globalThis.Request
  closing.push(() => void (globalThis.Request = Platform))
  globalThis.Request = class extends Platform {
    constructor(...given: ConstructorParameters<typeof Platform>) {
      super(...given)
      for (const name of ['cookie', 'origin', 'content-type']) this.headers.delete(name)
    }
  }
  // No `serve`: what it gives its handler may be one of these too.
  const url = await peer(socket => {
    socket.on('data', data => {
      const said = ['cookie', 'origin', 'content-type'].map(
        name => new RegExp(`^${name}: (.*)\r$`, 'im').exec(`${data}`)?.[1] ?? null,
      )
      const body = JSON.stringify(said)
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    })
  })
  // Whatever the quick way does not know is asked with a Request.
  const init = { method: 'POST', body: 'text', keepalive: true }
  const asked = async (headers?: Record<string, string>) =>
    (await fetch(url, { ...init, ...(headers && { headers }) })).json()
  expect(await asked({ cookie: 'a=1', origin: 'null' })).toEqual(['a=1', 'null', 'text/plain;charset=UTF-8'])
  expect(await asked({ 'content-type': 'text/css' })).toEqual([null, null, 'text/css'])
  expect(await asked()).toEqual([null, null, 'text/plain;charset=UTF-8'])
})

test('a redirect to a place with a password in it is not followed', async () => {
  const url = await peer(socket =>
    socket.once('data', () => {
      const { port } = socket.address() as { port: number }
      socket.end(`HTTP/1.1 302 Found\r\nLocation: http://me:secret@127.0.0.1:${port}/\r\nContent-Length: 0\r\n\r\n`)
    }),
  )
  const error = await fetch(url).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'net/redirect-refused' })
  expect(String(error)).not.toContain('secret')
})

describe('Location', () => {
  const leading = async (fields: string): Promise<string> =>
    peer(socket =>
      socket.on('data', data => {
        const [, target] = /^GET (\S+)/.exec(`${data}`)!
        if (target === '/') socket.write(Buffer.from(`HTTP/1.1 302 x\r\n${fields}Content-Length: 0\r\n\r\n`))
        else socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${target!.length}\r\n\r\n${target}`)
      }),
    )
  test('in UTF-8, as servers write it that do not know better, leads where browsers go', async () => {
    const url = await leading('Location: /é/%41?ü=1\r\n')
    expect(await (await fetch(url)).text()).toBe('/%C3%A9/%41?%C3%BC=1')
  })
  test('twice the same leads there, two that differ nowhere', async () => {
    expect(await (await fetch(await leading('Location: /a\r\n'.repeat(2)))).text()).toBe('/a')
    const two = await leading('Location: /a\r\nLocation: /b\r\n')
    expect(await codeOf(fetch(two))).toBe('net/redirect-refused')
    expect((await fetch(two, { redirect: 'manual' })).status).toBe(302)
  })
})
