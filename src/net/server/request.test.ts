/** The `Request` that a handler gets: which place it names, and that it is one in every respect. */

import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { heard, served, talk } from '../../../test/support/net.ts'
import { fetch } from '../../index.ts'
import { standIn, takesStandIns } from '../stand-in.ts'
import type { Handler } from './serve.ts'

const get = (target: string, ...more: string[]) =>
  `${[`GET ${target} HTTP/1.1`, 'Host: localhost', 'Connection: close', ...more].join('\r\n')}\r\n\r\n`

describe('the place', () => {
  test('is the same for the handler and for whoever read the target before it: other ways are refused', async () => {
    const seen: string[] = []
    const server = await served(request => {
      seen.push(request.url)
      return new Response()
    })
    for (const target of [
      '/public\\..\\admin',
      '/public/%2e%2e/admin',
      '/public/%2E%2e/admin',
      '/public/.%2e/admin',
      '/public/../admin',
      '/public/%2e./admin?x=1',
      '/./admin',
      '/admin/..',
      '/admin/.',
      '/%2e?x',
      'http://localhost/public/../admin',
    ]) {
      const said = talk(server.port, get(target))
      await said.closed
      expect([target, said.text.slice(0, 12)]).toEqual([target, 'HTTP/1.1 400'])
      expect(said.text).toContain('http/bad-target')
    }
    expect(seen).toEqual([])
  })

  test('is what a URL parser makes of it', async () => {
    const seen: string[] = []
    const server = await served(request => {
      seen.push(request.url)
      return new Response(request.url)
    })
    const targets = [
      '/',
      '/a..b/.well-known/...?x=/../y&z=..',
      '/a;b=c,d/e@f:g+h~!$&()*%20',
      "/it's?it's='x'",
      '/a[b]|c^d?q={a|b}`\\[^]',
      '//twice//slashed',
      '/?',
      '/??',
      '/%zz%',
      '/public/%2e%2e%2fadmin',
    ]
    for (const target of targets) await talk(server.port, get(target)).closed
    expect(seen).toEqual(targets.map(target => new URL(`http://localhost${target}`).href))
  })

  test('has the host of an absolute target, which replaces that of the field (RFC 9112 3.2.2)', async () => {
    const server = await served(request => new Response(`${request.url} ${request.headers.get('host')}`))
    await heard(talk(server.port, get('http://other.test:8080/x')), 'http://other.test:8080/x other.test:8080')
    await heard(talk(server.port, get('http://Other.test:80')), 'http://other.test/ Other.test:80')
    await heard(talk(server.port, get('/x').replace('localhost', 'A.test:80')), 'http://a.test/x A.test:80')
  })
})

describe('a Request', () => {
  const post = async (
    handler: Handler,
    body: NonNullable<RequestInit['body']> = 'a=1&b=2',
    headers: Record<string, string> = {},
  ) => {
    const failures: unknown[] = []
    const server = await served(handler, { failed: error => failures.push(error) })
    const response = await fetch(`${server.url}/path?q`, {
      method: 'POST',
      body,
      headers: { 'x-here': '1', ...headers },
    })
    expect(failures).toEqual([])
    return response.text()
  }

  test('is one', async () => {
    const seen: unknown[] = []
    await post(request => {
      seen.push(request instanceof Request, Object.prototype.toString.call(request), request.constructor === Request)
      seen.push(request.method, request.headers.get('x-here'), request.bodyUsed, request.redirect, request.cache)
      seen.push(inspect(request).includes("method: 'POST'"), Object.keys(request).length)
      return new Response()
    })
    expect(seen).toEqual([true, '[object Request]', true, 'POST', '1', false, 'follow', 'default', true, 0])
  })

  test.each([
    ['text()', (request: Request) => request.text()],
    ['arrayBuffer()', async (request: Request) => Buffer.from(await request.arrayBuffer()).toString()],
    ['blob()', async (request: Request) => (await request.blob()).text()],
    ['clone()', (request: Request) => request.clone().text()],
    ['body', async (request: Request) => new Response(request.body).text()],
    ['new Request', (request: Request) => new Request(request).text()],
    ['new Request with another header', (request: Request) => new Request(request, { headers: { a: 'b' } }).text()],
    [
      'new Request of another place',
      (request: Request) => new Request('http://a.test/', request as RequestInit).text(),
    ],
    ['a Response', (request: Request) => new Response(request.body).text()],
  ] as const)('has its body by %s', async (_, read) => {
    expect(await post(async request => new Response(`<${await read(request)}>`))).toBe('<a=1&b=2>')
  })

  test('has its body by json() and formData()', async () => {
    const json = await post(async request => Response.json(await request.json()), '{"a":[1]}')
    expect(json).toBe('{"a":[1]}')
    const form = new FormData()
    form.set('name', 'value')
    form.set('file', new Blob(['content']), 'a.txt')
    const text = await post(async request => {
      const got = await request.formData()
      return new Response(`${got.get('name')} ${await (got.get('file') as File).text()}`)
    }, form)
    expect(text).toBe('value content')
  })

  test('gives its body once', async () => {
    for (const first of ['text', 'json', 'arrayBuffer', 'blob'] as const) {
      for (const second of ['text', 'arrayBuffer', 'formData'] as const) {
        const said = await post(async request => {
          await request[first]()
          const used = request.bodyUsed
          const again = await request[second]().catch((error: unknown) => error)
          const clone = await Promise.resolve()
            .then(() => request.clone())
            .catch((error: unknown) => error)
          return new Response(`${used} ${again instanceof TypeError} ${clone instanceof TypeError}`)
        }, '"a"')
        expect([first, second, said]).toEqual([first, second, 'true true true'])
      }
    }
  })

  test('that is cloned gives its body twice', async () => {
    const said = await post(async request => {
      const other = request.clone()
      return new Response(`${await request.text()} ${await other.text()}`)
    })
    expect(said).toBe('a=1&b=2 a=1&b=2')
  })

  test('keeps what a handler changed of its headers', async () => {
    const said = await post(async request => {
      request.headers.set('x-here', '2')
      return new Response(`${request.clone().headers.get('x-here')} ${new Request(request).headers.get('x-here')}`)
    })
    expect(said).toBe('2 2')
  })

  test('can be sent on by fetch, ours and that of the platform', async () => {
    const server = await served(async request => {
      const { pathname } = new URL(request.url)
      if (pathname === '/end') return new Response(`${request.method} ${await request.text()}`)
      const onwards = new Request(new URL('/end', request.url), request as RequestInit)
      return pathname === '/ours' ? fetch(onwards) : globalThis.fetch(onwards)
    })
    for (const path of ['/ours', '/theirs']) {
      const response = await fetch(server.url + path, { method: 'PUT', body: 'payload' })
      expect([path, await response.text()]).toEqual([path, 'PUT payload'])
    }
  })

  test('of HEAD and GET has no body', async () => {
    const server = await served(async request => new Response(`${request.body} ${await request.text()}|`))
    expect(await (await fetch(server.url)).text()).toBe('null |')
  })
})

describe('standing in', () => {
  test('for a class with private fields is noticed as impossible', () => {
    class Private {
      #state = 1
      get state(): number {
        return this.#state
      }
      static stateOf(one: Private): number {
        return one.#state
      }
    }
    expect(takesStandIns(new Private(), one => one.state)).toBe(true)
    expect(takesStandIns(new Private(), one => Private.stateOf(one))).toBe(false)
  })

  test('asks the real one for everything that it does not do itself', () => {
    const key = Symbol('state')
    class Real {
      [key] = 'inside'
      get shown(): string {
        return this[key]
      }
      says(word: string): string {
        return `${word} ${this[key]}`
      }
    }
    const real = new Real()
    const own = { says: (word: string) => word }
    standIn(own, real, () => real)
    const one = Object.create(own) as Real
    expect([one instanceof Real, one.constructor === Real, one.shown, one.says('a'), one[key]]).toEqual([
      true,
      true,
      'inside',
      'a',
      'inside',
    ])
  })
})
