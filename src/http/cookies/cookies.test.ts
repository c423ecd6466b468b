import { describe, expect, test } from 'vitest'
import { FailureError } from '../../failures/index.ts'
import { sinkOf } from '../../trace/recorder.ts'
import type { VerdictRecord } from '../../trace/types.ts'
import {
  type CookieJar,
  type CookieRequest,
  cookieJar,
  parseCookies,
  parseSetCookie,
  serialiseSetCookie,
} from './index.ts'

const suffixes = new Set(['test', 'co.test', 'hosting.test'])
const world = () => {
  const time = { now: Date.UTC(2026, 10, 20) }
  const jar = cookieJar({ isPublicSuffix: domain => suffixes.has(domain), date: () => time.now })
  return { jar, time }
}
const https: CookieRequest = { host: 'shop.test', path: '/cart/list?x=1', secure: true }
const http: CookieRequest = { ...https, secure: false }
const outcome = (jar: CookieJar, line: string, from: CookieRequest = https): string => {
  const result = jar.receive(line, from)
  return 'code' in result ? result.code : 'kept'
}

describe('what is not kept, and why', () => {
  test('a control character is named by its number in hex, and the cookie without it', () => {
    const told = ['a=b\x01', 'a=\x1fb', 'a\x7f=b', '\x0b'].map(parseSetCookie)
    expect(told.map(each => ('code' in each ? [each.where, each.got] : each))).toEqual([
      ['a', '0x01'],
      ['a', '0x1f'],
      ['a?', '0x7f'],
      ['The cookie', '0x0b'],
    ])
  })
  test.each([
    ['a=b\x01', 'cookie/control-character'],
    ['a=b\r\nSet-Cookie: c=d', 'cookie/control-character'],
    ['', 'cookie/empty'],
    ['=', 'cookie/empty'],
    ['; Path=/', 'cookie/empty'],
    [`a=${'x'.repeat(4096)}`, 'cookie/too-big'],
    ['a=b; Domain=other.test', 'cookie/other-domain'],
    ['a=b; Domain=sub.shop.test', 'cookie/other-domain'],
    ['a=b; Domain=op.test', 'cookie/other-domain'],
    ['a=b; Domain=test', 'cookie/public-suffix'],
    ['a=b; Domain=.co.test', 'cookie/public-suffix'],
    ['a=b; SameSite=None', 'cookie/none-without-secure'],
    ['__Secure-a=b', 'cookie/secure-prefix'],
    ['__SECURE-a=b', 'cookie/secure-prefix'],
    ['__Host-a=b; Secure', 'cookie/host-prefix'],
    ['__Host-a=b; Path=/', 'cookie/host-prefix'],
    ['__Host-a=b; Secure; Path=/cart', 'cookie/host-prefix'],
    ['__hOsT-a=b; Secure; Path=/; Domain=shop.test', 'cookie/host-prefix'],
    ['=__Host-a=b; Secure; Path=/', 'cookie/nameless-prefix'],
    ['__Secure-a', 'cookie/nameless-prefix'],
  ])('%j: %s', (line, code) => {
    const { jar } = world()
    expect(outcome(jar, line)).toBe(code)
    expect(jar.list()).toEqual([])
  })
  test('Secure over plain HTTP is cookie/secure-over-http', () => {
    expect(outcome(world().jar, 'a=b; Secure', http)).toBe('cookie/secure-over-http')
  })
  test('a plain cookie that would replace a Secure one is cookie/hides-secure', () => {
    const { jar } = world()
    expect(outcome(jar, 'a=b; Secure; Path=/cart')).toBe('kept')
    expect(outcome(jar, 'a=evil; Path=/cart/list', http)).toBe('cookie/hides-secure')
    expect(outcome(jar, 'a=evil; Path=/cart; Domain=shop.test', { ...http, host: 'www.shop.test' })).toBe(
      'cookie/hides-secure',
    )
    expect(outcome(jar, 'a=other; Path=/elsewhere', http)).toBe('kept')
  })
  test('scripts and HttpOnly: cookie/http-only-from-script, cookie/hides-http-only', () => {
    const { jar } = world()
    expect(outcome(jar, 'a=b; HttpOnly', { ...https, api: 'script' })).toBe('cookie/http-only-from-script')
    expect(outcome(jar, 'a=b; HttpOnly')).toBe('kept')
    expect(outcome(jar, 'a=c', { ...https, api: 'script' })).toBe('cookie/hides-http-only')
    expect(jar.header({ ...https, api: 'script' })).toBeUndefined()
  })
  test('a same-site cookie from a cross-site request is cookie/cross-site', () => {
    const { jar } = world()
    const cross: CookieRequest = { ...https, site: 'cross-site' }
    expect(outcome(jar, 'a=b; SameSite=Lax', cross)).toBe('cookie/cross-site')
    expect(outcome(jar, 'a=b', cross)).toBe('cookie/cross-site')
    expect(outcome(jar, 'a=b; SameSite=None; Secure', cross)).toBe('kept')
    expect(outcome(jar, 'c=d; SameSite=Strict', { ...cross, navigation: 'top-level-safe' })).toBe('kept')
  })
})

describe('who gets it back', () => {
  test('RFC 6265bis 5.1.3: this host, or all below the domain at a dot, never below an address', () => {
    const { jar } = world()
    jar.receive('here=1; Path=/', https)
    jar.receive('below=2; Path=/; Domain=shop.test', https)
    expect(jar.header({ ...https, host: 'www.shop.test' })).toBe('below=2')
    expect(jar.header({ ...https, host: 'workshop.test' })).toBeUndefined()
    expect(outcome(jar, 'a=b; Domain=0.0.1', { ...https, host: '10.0.0.1' })).toBe('cookie/other-domain')
    expect(outcome(jar, 'a=b; Domain=10.0.0.1', { ...https, host: '10.0.0.1' })).toBe('kept')
  })
  test('a public suffix sets cookies for itself alone', () => {
    const { jar } = world()
    expect(outcome(jar, 'a=b; Domain=hosting.test', { ...https, host: 'hosting.test' })).toBe('kept')
    expect(jar.list()[0]).toMatchObject({ hostOnly: true, domain: 'hosting.test' })
  })
  test('RFC 6265bis 5.1.4: paths match at a slash; longer ones first, then older ones', () => {
    const { jar, time } = world()
    jar.receive('root=1; Path=/', https)
    time.now += 1
    jar.receive('default=2', https)
    jar.receive('also=3; Path=/', https)
    expect(jar.header(https)).toBe('default=2; root=1; also=3')
    expect(jar.header({ ...https, path: '/cart' })).toBe('default=2; root=1; also=3')
    expect(jar.header({ ...https, path: '/cartoon' })).toBe('root=1; also=3')
  })
  test('RFC 6265bis 5.8.3: of one moment those that came first, and one that is set again keeps its place', () => {
    const { jar } = world()
    for (const line of ['a=1', 'b=2', 'c=3', 'a=4']) jar.receive(line, https)
    expect(jar.header(https)).toBe('a=4; b=2; c=3')
  })
  test('Secure stays off plain HTTP; SameSite stays at home', () => {
    const { jar } = world()
    for (const line of ['a=1; Secure; SameSite=None', 'b=2; SameSite=Lax', 'c=3; SameSite=Strict', 'd=4'])
      jar.receive(line, https)
    expect(jar.header(http)).toBe('b=2; c=3; d=4')
    expect(jar.header({ ...https, site: 'cross-site' })).toBe('a=1')
    expect(jar.header({ ...https, site: 'cross-site', navigation: 'top-level-safe' })).toBe('a=1; b=2; d=4')
  })
})

describe('how long', () => {
  test('Max-Age goes before Expires, and no cookie lives longer than 400 days', () => {
    const { jar, time } = world()
    jar.receive('a=1; Max-Age=10; Expires=Thu, 01 Jan 1970 00:00:00 GMT', https)
    jar.receive('b=2; Max-Age=999999999999', https)
    jar.receive('c=3; Expires=Fri, 31 Dec 9999 23:59:59 GMT', https)
    time.now += 10_000
    expect(jar.header(https)).toBe('b=2; c=3')
    time.now += 400 * 86_400_000 - 10_001
    expect(jar.list()).toHaveLength(2)
    time.now += 1
    expect(jar.list()).toEqual([])
  })
  test('an expired cookie removes the one before it, and its time of creation goes on otherwise', () => {
    const { jar, time } = world()
    const created = time.now
    jar.receive('a=1', https)
    time.now += 5
    jar.receive('a=2', https)
    expect(jar.list()[0]).toMatchObject({ value: '2', created })
    expect(outcome(jar, 'a=; Max-Age=0')).toBe('kept')
    expect(jar.list()).toEqual([])
    jar.receive('a=1', https)
    jar.clear()
    expect(jar.header(https)).toBeUndefined()
  })
  test('RFC 6265bis 6.1: 50 for a domain, the least used and not Secure go first; 3000 in all', () => {
    const { jar, time } = world()
    jar.receive('keep=1; Secure', https)
    for (let i = 0; i < 60; i++) {
      time.now++
      jar.receive(`c${i}=1`, https)
    }
    const names = jar.list().map(cookie => cookie.name)
    expect(names).toHaveLength(50)
    expect(names).toContain('keep')
    expect(names).not.toContain('c0')
    for (let host = 0; host < 70; host++) {
      for (let i = 0; i < 50; i++) jar.receive(`c${i}=1`, { ...https, host: `h${host}.test` })
    }
    expect(jar.list()).toHaveLength(3000)
  })
})

test('every cookie is a verdict in the trace, with its reason', () => {
  const verdicts: VerdictRecord[] = []
  const sink = sinkOf(entry => void (entry.type === 'verdict' && verdicts.push(entry.record)))
  const { jar } = world()
  const from = { ...https, trace: { sink, flow: 'f', host: 'h' }, now: 12.5 }
  jar.receive('sid=1; HttpOnly; Secure; SameSite=Lax', from)
  jar.receive('a=b; Domain=test', from)
  expect(verdicts[0]).toMatchObject({ at: 12.5, ok: true, about: 'sid (HttpOnly, Secure, Lax) kept for shop.test' })
  expect(verdicts[1]).toMatchObject({ ok: false, failure: { code: 'cookie/public-suffix' } })
})

test('a site whose cookies are too many for one field gets those that fit, the most specific first', () => {
  const { jar } = world()
  for (let i = 0; i < 40; i++) jar.receive(`c${i}=${'v'.repeat(400)}; Path=/`, https)
  jar.receive(`deep=${'d'.repeat(4_000)}; Path=/deep`, { ...https, path: '/deep/' })
  const field = jar.header({ ...https, path: '/deep/x' })!
  expect(field.length).toBeLessThanOrEqual(8_190)
  expect(field.length).toBeGreaterThan(7_700)
  expect(field.startsWith('deep=d')).toBe(true)
  expect(field).toContain('; c0=v')
})

describe('reading and writing', () => {
  test('RFC 6265bis 5.6: an attribute whose value has more than 1,024 octets is ignored', () => {
    const path = (length: number): string => `/${'p'.repeat(length - 1)}`
    expect(parseSetCookie(`a=b; Path=/short; Path=${path(1024)}`)).toMatchObject({ path: path(1024) })
    expect(parseSetCookie(`a=b; Path=/short; Path=${path(1025)}`)).toMatchObject({ path: '/short' })
  })
  test('attributes are read leniently, the last of each kind counts', () => {
    expect(
      parseSetCookie(' a = b ;PATH=/x; path=/y; secure=no; HTTPONLY; SameSite=odd; Max-Age=1x; Domain=.SHOP.test'),
    ).toEqual({
      name: 'a',
      value: 'b',
      path: '/y',
      secure: true,
      httpOnly: true,
      sameSite: 'default',
      domain: 'shop.test',
    })
  })
  test('what is written is read back', () => {
    const line = serialiseSetCookie({
      name: 'a',
      value: 'b',
      path: '/',
      maxAge: 60,
      secure: true,
      httpOnly: true,
      sameSite: 'lax',
    })
    expect(line).toBe('a=b; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax')
    expect(parseSetCookie(line)).toMatchObject({ name: 'a', value: 'b', maxAge: 60, sameSite: 'lax' })
    const dated = serialiseSetCookie({ name: 'a', value: '', domain: 'shop.test', expires: 0 })
    expect(dated).toBe('a=; Domain=shop.test; Expires=Thu, 01 Jan 1970 00:00:00 GMT')
  })
  test.each([
    { name: 'a b', value: 'c' },
    { name: '', value: 'c' },
    { name: 'a', value: 'b;c' },
    { name: 'a', value: 'b\r\nX: y' },
    { name: 'a', value: 'b', path: '/;x' },
    { name: 'a', value: 'b', path: 'x' },
    { name: 'a', value: 'b', domain: 'a b' },
    { name: 'a', value: 'b', maxAge: 1.5 },
    { name: 'a', value: 'x'.repeat(5000) },
    { name: '__Host-a', value: 'b', path: '/' },
    { name: 'a', value: 'b', sameSite: 'none' as const },
  ])('%j is cookie/bad-outgoing', cookie => {
    expect(() => serialiseSetCookie(cookie)).toThrow(FailureError)
    try {
      serialiseSetCookie(cookie)
    } catch (error) {
      expect((error as FailureError).code).toBe('cookie/bad-outgoing')
    }
  })
  test('a Cookie field is read into its pairs', () => {
    expect(parseCookies('a=1; b = 2 ;; c; d=e=f')).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['', 'c'],
      ['d', 'e=f'],
    ])
    expect(parseCookies(undefined)).toEqual([])
  })
})
