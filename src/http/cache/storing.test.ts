import { describe, expect, test } from 'vitest'
import { answering, asking, fieldsOf, kept, outcome, storing, THEN } from '../../../test/support/caching.ts'
import { listed } from '../message/listed.ts'
import { parseCacheControl, secondsOf } from './cache-control.ts'
import { freshened, handedOut, invalidated, isAbout, isSameByHead, keptFields, keyOf } from './update.ts'

describe('Cache-Control', () => {
  const read = (value: string) => Object.fromEntries(parseCacheControl(value))

  test('RFC 9111 5.2: names are known in any case, arguments as tokens and as quoted strings', () => {
    expect(read('No-Store, MAX-AGE="60" , private="Set-Cookie, X"')).toEqual({
      'no-store': undefined,
      'max-age': '60',
      private: 'Set-Cookie, X',
    })
    expect(read('a="b\\"c, no-store", d')).toEqual({ a: 'b"c, no-store', d: undefined })
  })

  test('RFC 9111 5.2.3: directives that nobody knows change nothing', () => {
    expect(storing('Cache-Control: max-age=60, community="UCI", foo=bar')).toBe('kept')
    expect(outcome([kept('Cache-Control: max-age=60, foo')], 59)).toBe('fresh')
  })

  test('RFC 9111 4.2.1: of a directive that is there twice the first counts', () => {
    expect(read('max-age=1, max-age=1800')).toEqual({ 'max-age': '1' })
    expect(outcome([kept('Cache-Control: max-age=60\nCache-Control: max-age=1')], 30)).toBe('fresh')
  })

  test('what is written wrongly keeps its name, and its argument counts for none', () => {
    for (const wrong of [
      'max-age =60',
      'max-age= 60',
      "max-age='60'",
      'max-age=60.0',
      'max-age=-1',
      'max-age',
      'max-age=6 0',
    ]) {
      expect([wrong, secondsOf(parseCacheControl(wrong), 'max-age')]).toEqual([wrong, 'bad'])
    }
    expect(read('no-store =x, ,, @, "no-cache"')).toEqual({ 'no-store': ' =x' })
  })

  test('a quote that is never closed hides nothing behind it', () => {
    expect(read('ext="abc, no-store')).toEqual({ ext: '"abc', 'no-store': undefined })
    expect(read('a="b", ext="abc, no-store')).toEqual({ a: 'b', ext: '"abc', 'no-store': undefined })
  })

  test('a field full of quotes and backslashes takes time in proportion to its length', () => {
    // Each attempt to find the end of a string would read all of the rest: some 10^9 steps, many seconds.
    expect(read(`"${'\\"'.repeat(50_000)}`)).toEqual({})
  })

  test('RFC 9111 1.2.2: a number that is too large counts as 2^31', () => {
    expect(secondsOf(parseCacheControl('max-age=99999999999999999999'), 'max-age')).toBe(2_147_483_648)
    expect(secondsOf(parseCacheControl('max-age=2147483649'), 'max-age')).toBe(2_147_483_648)
    expect(secondsOf(parseCacheControl('max-age=003600'), 'max-age')).toBe(3600)
  })
})

describe('what is kept', () => {
  const FRESH = 'Cache-Control: max-age=60'

  test('RFC 9111 3: answers to GET alone', () => {
    expect(storing(FRESH)).toBe('kept')
    for (const method of ['HEAD', 'POST', 'OPTIONS', 'PUT', 'get']) {
      expect(storing(FRESH, { request: asking('', { method }) })).toBe('the method is not GET')
    }
  })

  test('RFC 9111 3, 3.3: nothing partial is kept', () => {
    for (const status of [206, 304, 103]) expect(storing(FRESH, { status })).toBe('the status means a part of it')
  })

  test('RFC 9111 3: any other status, with an explicit life; without one those of RFC 9110 15.1', () => {
    for (const status of [200, 299, 302, 404, 500, 599]) expect(storing(FRESH, { status })).toBe('kept')
    const guessed = 'Last-Modified: Sat, 05 Nov 1994 08:49:37 GMT'
    for (const status of [200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501]) {
      expect([status, storing(guessed, { status })]).toEqual([status, 'kept'])
    }
    for (const status of [201, 302, 303, 307, 403, 500, 503]) {
      expect([status, storing(guessed, { status })]).toEqual([status, 'nothing says that it may be'])
    }
    expect(storing(`${guessed}\nCache-Control: public`, { status: 403 })).toBe('kept')
    expect(storing(`${guessed}\nCache-Control: private`, { status: 403 })).toBe('kept')
    expect(storing('Expires: Sun, 06 Nov 1994 08:59:37 GMT', { status: 403 })).toBe('kept')
  })

  test('RFC 9111 3, 5.2.1.5, 5.2.2.5: no-store of either side', () => {
    expect(storing('Cache-Control: max-age=60, no-store')).toBe('the answer says no-store')
    expect(storing('Cache-Control: no-store="x"\nETag: "a"')).toBe('the answer says no-store')
    expect(storing(FRESH, { request: asking('Cache-Control: no-store') })).toBe('the request says no-store')
  })

  test('RFC 9111 5.2.2.3: must-understand lifts no-store from statuses that are understood, and forbids the others', () => {
    expect(storing('Cache-Control: max-age=60, must-understand, no-store')).toBe('kept')
    expect(storing('Cache-Control: max-age=60, must-understand', { status: 299 })).toBe('the status is not understood')
    const kept = Array.from({ length: 400 }, (_, i) => 200 + i).filter(
      status => storing('Cache-Control: max-age=60, must-understand', { status }) === 'kept',
    )
    expect(kept).toEqual([
      ...[200, 201, 202, 203, 204, 205, 300, 301, 302, 303, 307, 308],
      ...[400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 426],
      ...[500, 501, 502, 503, 504, 505],
    ])
  })

  test('RFC 9111 5.2.2.7: what is private is for a cache of one user', () => {
    expect(storing('Cache-Control: private, max-age=60')).toBe('kept')
    expect(storing('Cache-Control: private="Set-Cookie", max-age=60')).toBe('kept')
  })

  test('RFC 9111 5.2.2.10: s-maxage and proxy-revalidate are for shared caches', () => {
    expect(storing('Cache-Control: s-maxage=60')).toBe('it would never be fresh, and cannot be compared')
    expect(outcome([kept('Cache-Control: max-age=60, s-maxage=0')], 30)).toBe('fresh')
    const stale = asking('Cache-Control: max-stale')
    expect(outcome([kept('Cache-Control: max-age=60, proxy-revalidate, s-maxage=1')], 90, stale)).toBe('stale')
  })

  test('RFC 9111 4.1: what varies by everything is for nobody else', () => {
    expect(storing(`${FRESH}\nVary: *`)).toBe('it varies by everything')
    expect(storing(`${FRESH}\nVary: Accept, *`)).toBe('it varies by everything')
    expect(storing(`${FRESH}\nVary: Accept`)).toBe('kept')
  })

  test('what could never be used is not kept, nor what nobody knows to be whole', () => {
    expect(storing('X: y')).toBe('it would never be fresh, and cannot be compared')
    expect(storing('Cache-Control: max-age=0')).toBe('it would never be fresh, and cannot be compared')
    expect(storing('Cache-Control: max-age=0\nETag: "a"')).toBe('kept')
    expect(storing('Cache-Control: max-age=0, stale-while-revalidate=60')).toBe('kept')
    expect(storing('Cache-Control: max-age=0, stale-if-error=60')).toBe('kept')
    expect(storing(FRESH, { framing: { kind: 'until-close' } })).toBe('nothing says where it ends')
    expect(storing(FRESH, { framing: { kind: 'chunked' } })).toBe('kept')
  })

  test('RFC 9111 3.1: every field, but those of the connection and of a proxy', () => {
    const fields = fieldsOf(
      'X-Strange: 1\nSet-Cookie: a=b\nConnection: X-Hop, close\nX-Hop: 1\nKeep-Alive: 5\nTransfer-Encoding: chunked\nProxy-Authenticate: Basic\nProxy-Authentication-Info: x\nProxy-Authorization: y\nTE: trailers\nTrailer: T\nUpgrade: h2c\nProxy-Connection: close\nDate: Sun, 06 Nov 1994 08:49:37 GMT',
    )
    expect(keptFields(fields, THEN).map(([name]) => name)).toEqual(['X-Strange', 'Set-Cookie', 'Date'])
  })

  test('RFC 9110 6.6.1: an answer without a Date gets that of its arrival', () => {
    expect(keptFields([['A', 'b']], THEN)).toEqual([
      ['A', 'b'],
      ['Date', 'Sun, 06 Nov 1994 08:49:37 GMT'],
    ])
  })
})

describe('what renews it', () => {
  const OLD = 'ETag: "a"\nLast-Modified: Sat, 05 Nov 1994 00:00:00 GMT\nContent-Length: 1\nAge: 50\nX: 1\nY: 1'
  const at = { requestedAt: THEN + 1000, receivedAt: THEN + 2000 }

  test('RFC 9111 3.2, 4.3.4: a 304 replaces the fields that it has and leaves the others', () => {
    const renewed = freshened(kept(OLD), { ...at, headers: fieldsOf('X: 2\nx: 3\nZ: 9\nCache-Control: max-age=5') })
    const fields = listed(renewed.headers)
    expect([fields.get('x'), fields.get('y'), fields.get('z'), fields.get('cache-control')]).toEqual([
      '2, 3',
      '1',
      '9',
      'max-age=5',
    ])
    expect(renewed).toMatchObject(at)
  })

  test('RFC 9111 3.2: it does not say how long or how coded the body is, nor what of it', () => {
    const lies = 'Content-Length: 99\nContent-Encoding: gzip\nContent-Range: bytes 0-0/1\nConnection: X\nX: 2'
    const { headers } = freshened(kept(OLD), { ...at, headers: fieldsOf(lies) })
    const fields = listed(headers)
    expect(
      ['content-length', 'content-encoding', 'content-range', 'connection', 'x'].map(name => fields.get(name)),
    ).toEqual(['1', undefined, undefined, undefined, '1'])
  })

  test('what was old is as young as the 304, whose own Date and Age count', () => {
    const fields = listed(freshened(kept(OLD), { ...at, headers: [] }).headers)
    expect([fields.get('age'), fields.get('date')]).toEqual([undefined, 'Sun, 06 Nov 1994 08:49:39 GMT'])
    const aged = listed(freshened(kept(OLD), { ...at, headers: fieldsOf('Age: 7') }).headers)
    expect(aged.all('age')).toEqual(['7'])
  })

  const about = (fields: string, of: string) => isAbout(answering(fields, { status: 304 }), kept(of))

  test('RFC 9111 4.3.4: a strong tag of a 304 must be that of what it renews', () => {
    expect(about('ETag: "a"', OLD)).toBe(true)
    expect(about('ETag: "b"', OLD)).toBe(false)
    expect(about('ETag: "a"', 'ETag: W/"a"')).toBe(false)
    expect(about('ETag: "a"', 'Last-Modified: Sat, 05 Nov 1994 00:00:00 GMT')).toBe(false)
  })

  test('RFC 9111 4.3.4: a weak one must match weakly, and a date must not be another', () => {
    expect(about('ETag: W/"a"', OLD)).toBe(true)
    expect(about('ETag: W/"b"', OLD)).toBe(false)
    expect(about('', OLD)).toBe(true)
    expect(about('Last-Modified: Sat, 05 Nov 1994 00:00:00 GMT', OLD)).toBe(true)
    expect(about('Last-Modified: Sun, 06 Nov 1994 00:00:00 GMT', OLD)).toBe(false)
    expect(about('Last-Modified: Sun, 06 Nov 1994 00:00:00 GMT', 'ETag: "a"')).toBe(true)
  })

  test('RFC 9111 4.3.5: an answer to HEAD speaks of the same where no validator and no length is another', () => {
    const same = (fields: string) => isSameByHead(answering(fields), kept(OLD))
    expect(same('X: 5')).toBe(true)
    expect(same('ETag: "a"\nContent-Length: 1')).toBe(true)
    expect(same('ETag: "b"')).toBe(false)
    expect(same('Content-Length: 2')).toBe(false)
    expect(same('Last-Modified: Sun, 06 Nov 1994 00:00:00 GMT')).toBe(false)
  })
})

describe('what ends it', () => {
  const url = new URL('https://a.test/x?q#part')
  const ends = (fields: string, { method = 'POST', status = 200 } = {}) =>
    invalidated({ method, url }, answering(fields, { status }))

  test('RFC 9111 4.4: an answer without error to a method that is not safe, whatever its name', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'FROB']) {
      expect(ends('', { method })).toEqual(['https://a.test/x?q'])
    }
    for (const method of ['GET', 'HEAD', 'OPTIONS', 'QUERY', 'TRACE']) expect(ends('', { method })).toEqual([])
    expect(ends('', { status: 303 })).toEqual(['https://a.test/x?q'])
    for (const status of [400, 404, 500]) expect(ends('', { status })).toEqual([])
  })

  test('RFC 9111 4.4: and what Location and Content-Location name, of the same origin only', () => {
    expect(ends('Location: /made#frag\nContent-Location: y')).toEqual([
      'https://a.test/x?q',
      'https://a.test/made',
      'https://a.test/y',
    ])
    for (const other of ['https://b.test/x', 'http://a.test/x', 'https://a.test:444/x', 'data:,x', 'http://[']) {
      expect([other, ends(`Location: ${other}\nContent-Location: ${other}`)]).toEqual([other, ['https://a.test/x?q']])
    }
  })

  test('RFC 9111 2: responses are kept under the URL without its fragment', () => {
    expect(keyOf(url)).toBe('https://a.test/x?q')
  })
})

test('RFC 9111 4: what is handed out says its age in whole seconds, in the place of the age that it had', () => {
  const fields = listed(handedOut(kept('Age: 5\nX: 1'), 12_999))
  expect([fields.all('age'), fields.get('x')]).toEqual([['12'], '1'])
})
