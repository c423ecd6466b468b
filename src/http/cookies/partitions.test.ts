/** Partitioned cookies (CHIPS), SameSite by who asks (RFC 6265bis 5.2, 5.8.3), and why a cookie stays at home. */
import { describe, expect, test } from 'vitest'
import { served } from '../../../test/support/net.ts'
import { client } from '../../index.ts'
import { sinkOf } from '../../trace/recorder.ts'
import type { VerdictRecord } from '../../trace/types.ts'
import {
  type CookieRequest,
  cookieJar,
  parseSetCookie,
  readCookieFile,
  serialiseSetCookie,
  siteOf,
  writeCookieFile,
} from './index.ts'

const suffixes = new Set(['test', 'co.test', 'hosting.test'])
const isPublicSuffix = (domain: string): boolean => suffixes.has(domain)
const jarOf = () => cookieJar({ isPublicSuffix, date: () => Date.UTC(2026, 10, 20) })
const https: CookieRequest = { host: 'ads.test', path: '/', secure: true }
const on = (partition: string): CookieRequest => ({ ...https, site: 'cross-site', navigation: 'other', partition })

test.each([
  ['https://www.shop.co.test/x', 'https://shop.co.test'],
  ['https://shop.co.test:8443/', 'https://shop.co.test'],
  ['http://a.b.shop.test/', 'http://shop.test'],
  ['https://co.test/', 'https://co.test'],
  ['https://a.hosting.test/', 'https://a.hosting.test'],
  ['http://127.0.0.1/', 'http://127.0.0.1'],
  ['https://[::1]/', 'https://[::1]'],
  ['http://localhost/', 'http://localhost'],
])('%s is of the site %s', (url, site) => {
  expect(siteOf(new URL(url), isPublicSuffix)).toBe(site)
})

describe('CHIPS: a Partitioned cookie', () => {
  const SET = 'id=1; Secure; SameSite=None; Path=/; Partitioned'
  test('goes back below the page where it was set, and below no other', () => {
    const jar = jarOf()
    expect(jar.receive(SET, on('https://news.test'))).toMatchObject({ partition: 'https://news.test' })
    jar.receive(SET.replace('1', '2'), on('https://blog.test'))
    jar.receive(SET.replace('1', '3'), https)
    expect(jar.header(on('https://news.test'))).toBe('id=1')
    expect(jar.header(on('https://blog.test'))).toBe('id=2')
    expect(jar.header(https)).toBe('id=3')
    expect(jar.header({ ...https, host: 'ads.test', partition: 'https://ads.test' })).toBe('id=3')
    expect(jar.header(on('http://news.test'))).toBeUndefined()
    jar.receive('id=; Secure; SameSite=None; Path=/; Partitioned; Max-Age=0', on('https://news.test'))
    expect(jar.list().map(({ value }) => value)).toEqual(['2', '3'])
  })
  test('is another one than the cookie of the same name that is not', () => {
    const jar = jarOf()
    jar.receive('id=all; Secure; SameSite=None; Path=/', https)
    jar.receive(SET, on('https://news.test'))
    expect(jar.header(on('https://news.test'))).toBe('id=all; id=1')
    expect(jar.header(on('https://blog.test'))).toBe('id=all')
  })
  test('needs Secure: cookie/partitioned-without-secure', () => {
    expect(jarOf().receive('id=1; Partitioned', https)).toMatchObject({ code: 'cookie/partitioned-without-secure' })
    expect(() => serialiseSetCookie({ name: 'a', value: 'b', partitioned: true })).toThrow('cookie/bad-outgoing')
    const line = serialiseSetCookie({ name: 'a', value: 'b', secure: true, partitioned: true })
    expect(line).toBe('a=b; Secure; Partitioned')
    expect(parseSetCookie(line)).toMatchObject({ partitioned: true })
    expect(parseSetCookie('a=b')).not.toHaveProperty('partitioned')
  })
  test('counts among its own: one page cannot push out those of another', () => {
    const jar = jarOf()
    jar.receive(SET, on('https://news.test'))
    for (let i = 0; i < 80; i++) jar.receive(SET.replace('id', `c${i}`), on('https://blog.test'))
    expect(jar.list()).toHaveLength(51)
    expect(jar.header(on('https://news.test'))).toBe('id=1')
  })
  test('comes back from a list as it was, and is in no file of Netscape', () => {
    const jar = jarOf()
    jar.receive(SET, on('https://news.test'))
    const again = jarOf()
    again.restore(jar.list())
    expect(again.header(on('https://news.test'))).toBe('id=1')
    expect(again.header(https)).toBeUndefined()
    expect(readCookieFile(writeCookieFile(jar.list()), 0)).toEqual([])
  })
})

test('RFC 6265bis 5.7: a page that opens by any method may set cookies for itself, what it loads may not', () => {
  const jar = jarOf()
  const cross: CookieRequest = { ...https, site: 'cross-site' }
  expect(jar.receive('a=1; SameSite=Strict', { ...cross, navigation: 'top-level' })).toMatchObject({ name: 'a' })
  expect(jar.receive('b=1; SameSite=Lax', { ...cross, navigation: 'other' })).toMatchObject({
    code: 'cookie/cross-site',
  })
  expect(jar.header({ ...cross, navigation: 'top-level' })).toBeUndefined()
  jar.receive('l=1; SameSite=Lax; Path=/', https)
  expect(jar.header({ ...cross, navigation: 'top-level' })).toBeUndefined()
  expect(jar.header({ ...cross, navigation: 'top-level-safe' })).toBe('l=1')
})

test('a cookie that stays at home is a verdict in the trace, with its reason', () => {
  const verdicts: VerdictRecord[] = []
  const sink = sinkOf(entry => void (entry.type === 'verdict' && verdicts.push(entry.record)))
  const jar = jarOf()
  for (const line of [
    'strict=1; SameSite=Strict',
    'secure=1; Secure',
    'part=1; Secure; Partitioned',
    'elsewhere=1; Path=/x',
  ])
    jar.receive(`${line}${line.includes('Path') ? '' : '; Path=/'}`, https)
  const trace = { sink, flow: 'f', host: 'h' }
  const why = (to: Partial<CookieRequest>): unknown[] => {
    verdicts.length = 0
    jar.header({ ...https, ...to, trace, now: 7 })
    return verdicts.map(({ check, at, about, failure }) => [check, at, about, failure?.code])
  }
  expect(why({})).toEqual([])
  const back = 'cookie kept back'
  expect(why({ secure: false })).toEqual([
    [back, 7, 'secure', 'cookie/only-over-tls'],
    [back, 7, 'part', 'cookie/only-over-tls'],
  ])
  expect(why({ site: 'cross-site', partition: 'https://news.test' })).toEqual([
    [back, 7, 'strict', 'cookie/only-same-site'],
    [back, 7, 'secure', 'cookie/only-same-site'],
    [back, 7, 'part', 'cookie/only-in-partition'],
  ])
  expect(why({ host: 'other.test' })).toEqual([])
})

describe('client({ jar, askedBy })', () => {
  const SETS = [
    'strict=1; SameSite=Strict',
    'lax=1; SameSite=Lax',
    'none=1; SameSite=None; Secure',
    'part=1; SameSite=None; Secure; Partitioned',
  ]
  const shop = async () => {
    const { url } = await served(request => {
      const headers = new Headers()
      if (request.url.endsWith('/set')) for (const line of SETS) headers.append('set-cookie', line)
      if (request.url.endsWith('/away')) headers.set('location', `${new URL(request.url).searchParams}`)
      const to = /\/to\?(.*)$/.exec(request.url)?.[1]
      return to === undefined
        ? new Response(request.headers.get('cookie') ?? '-', { headers })
        : new Response(null, { status: 302, headers: { location: decodeURIComponent(to) } })
    })
    return url.replace('127.0.0.1', 'localhost')
  }
  const news = { page: 'http://127.0.0.2/', as: 'subresource' } as const

  test('the user himself has all cookies sent; a page has those that are for it', async () => {
    const url = await shop()
    using own = client({ jar: true })
    const get = async (askedBy?: object, method = 'GET') =>
      (await own.fetch(url, { askedBy, method } as RequestInit)).text()
    await own.fetch(`${url}/set`).then(answer => answer.text())
    expect(await get()).toBe('strict=1; lax=1; none=1; part=1')
    expect(await get(news)).toBe('none=1')
    expect(await get({ ...news, as: 'navigation' })).toBe('lax=1; none=1; part=1')
    expect(await get({ ...news, as: 'navigation' }, 'POST')).toBe('none=1; part=1')
    expect(await get({ page: url, as: 'subresource' })).toBe('strict=1; lax=1; none=1; part=1')
  })
  test('what a page loads sets cookies in its own partition', async () => {
    const url = await shop()
    using own = client({ jar: true, askedBy: news })
    await own.fetch(`${url}/set`).then(answer => answer.text())
    expect(own.jar?.list().map(({ name, partition }) => [name, partition])).toEqual([
      ['none', undefined],
      ['part', 'http://127.0.0.2'],
    ])
    expect(await (await own.fetch(url)).text()).toBe('none=1; part=1')
    expect(await (await own.fetch(url, { askedBy: undefined } as RequestInit)).text()).toBe('none=1')
  })
  test('RFC 6265bis 5.2: a redirect through another site makes a request one of another site', async () => {
    const url = await shop()
    const other = url.replace('localhost', '127.0.0.1')
    using own = client({ jar: true })
    await own.fetch(`${url}/set`).then(answer => answer.text())
    const by = async (way: string, askedBy?: object) => (await own.fetch(way, { askedBy } as RequestInit)).text()
    const round = `${url}/to?${encodeURIComponent(`${other}/to?${encodeURIComponent(url)}`)}`
    expect(await by(`${url}/to?${encodeURIComponent(url)}`, { page: url, as: 'navigation' })).toBe(
      'strict=1; lax=1; none=1; part=1',
    )
    expect(await by(round, { page: url, as: 'navigation' })).toBe('lax=1; none=1; part=1')
    expect(await by(round)).toBe('strict=1; lax=1; none=1; part=1')
  })
  test('a page that is no URL is refused', async () => {
    using own = client({ jar: true })
    await expect(
      own.fetch('http://localhost:1/', { askedBy: { page: 'shop', as: 'navigation' } } as RequestInit),
    ).rejects.toMatchObject({ code: 'net/bad-url' })
  })
})
