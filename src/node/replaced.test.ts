/** The `Request` and `fetch` that take a handler's request on platforms which take nothing in the place of their own. */
import { afterEach, describe, expect, test } from 'vitest'
import { served } from '../../test/support/net.ts'
import { client, fetch as ours } from '../index.ts'
import { realOf, takesStandIns } from '../net/stand-in.ts'
import { replace } from './replaced.ts'

const Platform = { Request, fetch, Response }
const takes = takesStandIns(new Request('http://a/'), one => new Request(one))
const put = (own: object): void => void Object.assign(globalThis, own)
afterEach(() => put(Platform))

test('they are in the place of the program’s when a server starts where they are needed, unless it says otherwise', async () => {
  const started = async (requests?: 'platform' | 'quick') => {
    put(Platform)
    await served(() => new Response(), { requests })
    return [Request === Platform.Request, fetch === Platform.fetch]
  }
  expect(await started()).toEqual([takes, takes])
  expect(await started('quick')).toEqual([takes, takes])
  expect(await started('platform')).toEqual([true, true])
})

test('a request of the platform’s is one for functions that were taken off before', async () => {
  const { url } = await served(
    async request => {
      const copy = Platform.Request.prototype.clone.call(request)
      return new Response(`${await new Platform.Request(request).text()} ${await copy.text()}`)
    },
    { requests: 'platform' },
  )
  expect(await (await ours(url, { method: 'POST', body: 'abc' })).text()).toBe('abc abc')
})

describe('in their place', () => {
  const replaced = () => {
    const quick = {}
    replace.request(quick, realOf)
    expect([Request === Platform.Request, fetch === Platform.fetch]).toEqual([false, false])
    expect(quick.constructor).toBe(Request)
  }

  test('a second server finds them there, and puts back what somebody took away', () => {
    replaced()
    const first = { Request, fetch }
    replace.request({}, realOf)
    expect([Request, fetch]).toEqual([first.Request, first.fetch])
    globalThis.fetch = Platform.fetch
    replace.request({}, realOf)
    expect([Request, fetch === Platform.fetch]).toEqual([first.Request, false])
  })

  test('a Request is one for everybody, whoever made it', () => {
    replaced()
    const [own, theirs] = [new Request('http://a/x', { method: 'POST', body: 'a' }), new Platform.Request('http://a/')]
    expect([own instanceof Request, own instanceof Platform.Request, theirs instanceof Request]).toEqual([
      true,
      true,
      true,
    ])
    expect([own.constructor, Request.name, own.url, own.method]).toEqual([Request, 'Request', 'http://a/x', 'POST'])
    expect({} instanceof Request).toBe(false)
    expect(() => Reflect.construct(Request, [])).toThrow(TypeError)
    expect(() => new Request('no url')).toThrow(TypeError)
    class Derived extends Request {
      readonly more = 1
    }
    const derived = new Derived(own, { headers: { a: 'b' } })
    expect([derived instanceof Derived, derived instanceof Request, own instanceof Derived]).toEqual([
      true,
      true,
      false,
    ])
    expect([derived.more, derived.headers.get('a'), derived.method, own.bodyUsed]).toEqual([1, 'b', 'POST', true])
  })

  test('a handler’s request is taken by the constructor, by its methods, by what is derived, and by fetch', async () => {
    const behind = await served(async request => new Response(`${request.method} ${await request.text()}`))
    replaced()
    class Derived extends Request {}
    const { url } = await served(async request => {
      expect(request).toBeInstanceOf(Request)
      switch (new URL(request.url).pathname) {
        case '/text':
          return new Response(await Request.prototype.text.call(request))
        case '/clone':
          return new Response(`${await Request.prototype.clone.call(request).text()} ${await request.text()}`)
        case '/derived':
          return new Response(await new Derived(request).text())
        case '/init':
          return new Response(await new Request('http://b/', request as RequestInit).text())
        default:
          return fetch(new Request(behind.url, request as RequestInit))
      }
    })
    const said = async (path: string) => (await ours(url + path, { method: 'POST', body: 'abc' })).text()
    expect(await Promise.all(['/text', '/clone', '/derived', '/init', '/fetch'].map(said))).toEqual([
      'abc',
      'abc abc',
      'abc',
      'abc',
      'POST abc',
    ])
  })

  test('fetch takes a handler’s request itself, with what was changed of its headers', async () => {
    replaced()
    const { url } = await served(async request => {
      if (request.headers.has('x-again')) return new Response(`again: ${await request.text()}`)
      request.headers.set('x-again', '1')
      return fetch(request)
    })
    expect(await (await ours(url, { method: 'POST', body: 'abc' })).text()).toBe('again: abc')
  })
})

test('an answer of the platform’s is one for functions that were taken off before', async () => {
  const { url } = await served(() => new Response('abc'), { responses: 'platform' })
  using own = client({ responses: 'platform' })
  const answer = await own.fetch(url)
  expect(await Platform.Response.prototype.clone.call(answer).text()).toBe('abc')
  expect(await answer.text()).toBe('abc')
})
