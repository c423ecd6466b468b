import { inspect } from 'node:util'
import { afterEach, describe, expect, test } from 'vitest'
import { heard, served, talk } from '../../../test/support/net.ts'
import { FastResponse, fetch } from '../../index.ts'
import { wholeOf } from './fast-response.ts'

const Platform = globalThis.Response
afterEach(() => {
  globalThis.Response = Platform
})
const get = (more = '', method = 'GET') => `${method} / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n${more}\r\n`

/** What both kinds say of themselves. */
const said = async (response: Response) => ({
  is: [response instanceof Platform, Object.prototype.toString.call(response), response.constructor === Platform],
  status: [response.status, response.statusText, response.ok, response.type, response.url, response.redirected],
  headers: [...response.headers],
  used: response.bodyUsed,
  clone: await response.clone().text(),
  body: response.body === null ? null : await new Platform(response.body).text(),
  after: response.bodyUsed,
  inspected: inspect(response).includes('status: '),
})

type Given = ConstructorParameters<typeof Response>
const given: readonly (readonly [string, () => Given])[] = [
  ['a string', () => ['text']],
  ['an empty string', () => ['']],
  ['nothing', () => []],
  ['null', () => [null, { status: 204 }]],
  ['bytes', () => [Uint8Array.of(0x61, 0x62)]],
  ['a status and its phrase', () => ['a', { status: 299, statusText: 'As you like' }]],
  ['header fields', () => ['a', { headers: { 'X-Here': ' 1 ', 'Content-Type': 'text/html' } }]],
  ['Headers', () => ['a', { headers: new Headers({ a: 'b' }) }]],
  [
    'a list of header fields',
    () => [
      'a',
      {
        headers: [
          ['a', 'b'],
          ['a', 'c'],
        ],
      },
    ],
  ],
  ['a Blob', () => [new Blob(['a'], { type: 'text/css' })]],
  ['a form', () => [new URLSearchParams({ a: 'b' })]],
]

describe('a FastResponse', () => {
  test.each(given)('of %s is what a Response of it is', async (_, make) => {
    expect(await said(new FastResponse(...make()))).toEqual(await said(new Platform(...make())))
  })

  test.each(given)('of %s is sent as a Response of it is', async (_, make) => {
    const server = await served(request => new (request.headers.has('x-fast') ? FastResponse : Platform)(...make()))
    for (const method of ['GET', 'HEAD']) {
      const texts = []
      for (const field of ['X-Fast: 1\r\n', 'X-Slow: 1\r\n']) {
        const conversation = talk(server.port, get(field, method))
        await conversation.closed
        const [head = '', body] = conversation.text.replace(/\r\nDate: .*/, '').split('\r\n\r\n')
        texts.push([head.toLowerCase().split('\r\n').sort(), body])
      }
      expect([method, texts[0]]).toEqual([method, texts[1]])
    }
  })

  test('is whole without one of the platform, for what is usual, and until somebody looks into its body', () => {
    const status = [200, 404, 599].map(status => wholeOf(new FastResponse('a', { status }))?.status)
    expect(status).toEqual([200, 404, 599])
    expect(wholeOf(new FastResponse('a', { headers: { b: 'c' } }))?.headers).toContainEqual(['b', 'c'])
    expect(wholeOf(new FastResponse(null, { status: 204 }))).toMatchObject({ status: 204, body: undefined })
    const seen = new FastResponse('a')
    expect(seen.body).not.toBeNull()
    expect([wholeOf(seen), wholeOf(new Platform('a'))]).toEqual([undefined, undefined])
  })

  test('refuses what a Response refuses', () => {
    for (const make of [
      () => ['a', { status: 199 }],
      () => ['a', { status: 204 }],
      () => ['a', { status: 1000 }],
      () => ['a', { headers: { [Symbol('no name')]: 'a' } }],
    ]) {
      const parts = make() as Given
      expect(() => new Platform(...parts)).toThrow()
      expect(() => new FastResponse(...parts)).toThrow()
    }
  })

  test('keeps what was changed of its headers, and its body once it was read', async () => {
    const server = await served(async request => {
      const response = new FastResponse('body', { headers: { a: '1' } })
      if (request.headers.has('x-read')) await response.text()
      response.headers.set('a', '2')
      return response
    })
    expect((await fetch(server.url)).headers.get('a')).toBe('2')
    expect((await fetch(server.url, { headers: { 'x-read': '1' } })).status).toBe(500)
  })

  test('is what it was when it was made, whatever is done with what it was made of', async () => {
    const bytes = new TextEncoder().encode('before')
    const headers: Record<string, string> = { a: 'before' }
    const list = new Headers(headers)
    const init = { status: 201, headers }
    const made = [bytes, 'before'].flatMap(body => [
      new FastResponse(body, init),
      new FastResponse(body, { status: 201, headers: list }),
    ])
    bytes.fill(0x78)
    Object.assign(headers, { a: 'after' })
    list.set('a', 'after')
    init.status = 500
    for (const response of made)
      expect([response.status, response.headers.get('a'), await response.text()]).toEqual([201, 'before', 'before'])
  })

  test('shows in its copies what was changed of its headers, before and after it was looked into', async () => {
    const response = new FastResponse('a', { headers: { a: '1', b: '1' } })
    response.headers.set('a', '2')
    const first = response.clone()
    response.headers.delete('b')
    response.headers.append('set-cookie', 'c=d')
    response.headers.append('set-cookie', 'e=f')
    const text = ['content-type', 'text/plain;charset=UTF-8']
    expect([...first.headers]).toEqual([['a', '2'], ['b', '1'], text])
    expect([...response.clone().headers]).toEqual([['a', '2'], text, ['set-cookie', 'c=d'], ['set-cookie', 'e=f']])
    response.headers.append('set-cookie', 'g=h')
    expect(response.clone().headers.getSetCookie()).toEqual(['c=d', 'e=f', 'g=h'])
    response.headers.delete('set-cookie')
    expect(response.clone().headers.getSetCookie()).toEqual([])
  })

  test('is a class to derive from: what is derived knows its own', () => {
    class Page extends FastResponse {
      constructor(text: string) {
        super(text, { headers: { 'content-type': 'text/html' } })
      }
    }
    const page = new Page('<p>')
    expect([page instanceof Page, page instanceof FastResponse, page instanceof Platform]).toEqual([true, true, true])
    expect([new Platform() instanceof Page, new FastResponse() instanceof Page]).toEqual([false, false])
    expect([new Platform() instanceof FastResponse, {} instanceof FastResponse]).toEqual([true, false])
    expect(page.headers.get('content-type')).toBe('text/html')
  })

  test('is known behind a Proxy', async () => {
    const server = await served(() => new Proxy(new FastResponse('text', { status: 201 }), {}))
    expect((await fetch(server.url)).status).toBe(201)
  })

  test('takes the place of the program’s Response when a server starts on Node, unless it says otherwise', async () => {
    const answered = async (responses?: 'platform' | 'quick') => {
      globalThis.Response = Platform
      const server = await served(() => new Response('text'), { responses })
      return [globalThis.Response === Platform, await (await fetch(server.url)).text()]
    }
    expect(await answered()).toEqual([false, 'text'])
    expect(await answered('quick')).toEqual([false, 'text'])
    expect(await answered('platform')).toEqual([true, 'text'])
  })

  test('is compressed when it is worth it, and closes the connection when it says so', async () => {
    const long = 'a line of text\n'.repeat(200)
    const server = await served(request =>
      request.headers.has('x-long')
        ? new FastResponse(long)
        : new FastResponse('a', { headers: { Connection: 'close', 'Keep-Alive': 'timeout=5', Upgrade: 'x' } }),
    )
    const response = await fetch(server.url, { headers: { 'x-long': '1' } })
    expect([response.headers.get('content-encoding'), await response.text()]).toEqual(['br', long])
    const conversation = talk(server.port, get().replace('Connection: close\r\n', ''))
    await conversation.closed
    expect(conversation.text).toMatch(/connection: close\r\n/i)
    expect(conversation.text).not.toMatch(/keep-alive|upgrade/i)
  })

  test('in the place of the platform’s serves code that does not know of it', async () => {
    globalThis.Response = FastResponse
    const server = await served(request =>
      new URL(request.url).pathname === '/json' ? Response.json({ a: 1 }) : new Response('text', { status: 201 }),
    )
    expect(await (await fetch(`${server.url}/json`)).json()).toEqual({ a: 1 })
    const response = await fetch(server.url)
    expect([response.status, await response.text(), response instanceof Response]).toEqual([201, 'text', true])
    expect(Response.redirect('http://a/', 303).status).toBe(303)
    expect(Response.error().type).toBe('error')
    expect(Response.json({ a: 1 }, { status: 202, headers: { b: 'c' } }).headers.get('content-type')).toBe(
      'application/json',
    )
  })

  test('with fields that break the head is 500', async () => {
    const failures: unknown[] = []
    const server = await served(() => new FastResponse('a', { headers: { x: 'a\r\nSet-Cookie: b=1' } }), {
      failed: error => failures.push(error),
    })
    await heard(talk(server.port, get()), /^HTTP\/1\.1 500 (?!.*set-cookie)/is)
    expect(failures).toMatchObject([{ name: 'TypeError', message: expect.stringContaining('invalid header value') }])
  })
})
