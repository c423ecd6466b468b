import { describe, expect, test } from 'vitest'
import {
  evaluate,
  fieldsOfUnchanged,
  matchesStrongly,
  matchesWeakly,
  mayBePartial,
  parseEntityTag,
  strongValidator,
  tagAsKnown,
} from './conditional.ts'

const NOW = Date.UTC(2026, 10, 20)
const MODIFIED = Date.UTC(2023, 10, 14, 22, 13, 20)
const BEFORE = 'Tue, 14 Nov 2023 22:13:19 GMT'
const THEN = 'Tue, 14 Nov 2023 22:13:20 GMT'
const AFTER = 'Tue, 14 Nov 2023 22:13:21 GMT'
const strong = { etag: '"one"', lastModified: MODIFIED + 999 }
const weak = { etag: 'W/"one"', lastModified: MODIFIED }
const GET = (headers: Record<string, string>, there: typeof strong | undefined = strong) =>
  evaluate('GET', new Headers(headers), there, NOW)
const PUT = (headers: Record<string, string>, there: typeof strong | undefined = strong) =>
  evaluate('PUT', new Headers(headers), there, NOW)

describe('RFC 9110 8.8.3: entity tags', () => {
  test.each([
    ['"x"', { weak: false, opaque: 'x' }],
    ['W/"x"', { weak: true, opaque: 'x' }],
    ['""', { weak: false, opaque: '' }],
    ['"a,b"', { weak: false, opaque: 'a,b' }],
    ['"a\\"', { weak: false, opaque: 'a\\' }],
    ['"\u00ff"', { weak: false, opaque: '\u00ff' }],
    ['w/"x"', undefined],
    ['W/ "x"', undefined],
    ['x', undefined],
    ['"x', undefined],
    ['"x y"', undefined],
    ['"x" y', undefined],
    ['"x", "y"', undefined],
    ['"x",', undefined],
    [',"x"', undefined],
    ['', undefined],
    [THEN, undefined],
  ])('%j', (text, tag) => {
    expect(parseEntityTag(text)).toEqual(tag)
  })

  test('RFC 9110 8.8.3.2: the table of comparisons', () => {
    for (const [a, b, strongly, weakly] of [
      ['W/"1"', 'W/"1"', false, true],
      ['W/"1"', 'W/"2"', false, false],
      ['W/"1"', '"1"', false, true],
      ['"1"', '"1"', true, true],
    ] as const) {
      const [one, other] = [parseEntityTag(a)!, parseEntityTag(b)!]
      expect([a, b, matchesStrongly(one, other), matchesWeakly(one, other)]).toEqual([a, b, strongly, weakly])
    }
  })
})

describe('RFC 9110 13.1.1: If-Match', () => {
  test('goes on for the tag that there is, alone or in a list, and is 412 for others', () => {
    expect(PUT({ 'if-match': '"one"' })).toBe('go on')
    expect(PUT({ 'if-match': '"zero", ,"one"' })).toBe('go on')
    expect(PUT({ 'if-match': '"zero", "two"' })).toBe(412)
    expect(GET({ 'if-match': '"zero"' })).toBe(412)
  })
  test('compares strongly', () => {
    expect(PUT({ 'if-match': 'W/"one"' })).toBe(412)
    expect(PUT({ 'if-match': '"one"' }, weak)).toBe(412)
  })
  test('* is for whatever exists', () => {
    expect(PUT({ 'if-match': '*' }, weak)).toBe('go on')
    expect(evaluate('PUT', new Headers({ 'if-match': '*' }), undefined, NOW)).toBe(412)
  })
  test('what cannot be read names nothing: a guard that fails open is none', () => {
    for (const value of ['one', '"one" x', '"one', '', '*, "one"'])
      expect([value, PUT({ 'if-match': value })]).toEqual([value, 412])
  })
  test('a list without end is not read', () => {
    expect(PUT({ 'if-match': `${'"x",'.repeat(255)}"one"` })).toBe('go on')
    expect(PUT({ 'if-match': `${'"x",'.repeat(256)}"one"` })).toBe(412)
  })
})

describe('RFC 9110 13.1.2: If-None-Match', () => {
  test('the tag that there is: 304 where something is read, 412 where something is done', () => {
    const headers = new Headers({ 'if-none-match': '"zero", "one"' })
    const asked = ['GET', 'HEAD', 'PUT', 'DELETE', 'POST'].map(method => evaluate(method, headers, strong, NOW))
    expect(asked).toEqual([304, 304, 412, 412, 412])
  })
  test('compares weakly', () => {
    expect(GET({ 'if-none-match': 'W/"one"' })).toBe(304)
    expect(GET({ 'if-none-match': '"one"' }, weak)).toBe(304)
    expect(GET({ 'if-none-match': '"two"' }, weak)).toBe('go on')
  })
  test('* is for what does not exist yet', () => {
    expect(evaluate('PUT', new Headers({ 'if-none-match': '*' }), undefined, NOW)).toBe('go on')
    expect(PUT({ 'if-none-match': '*' })).toBe(412)
    expect(GET({ 'if-none-match': '*' })).toBe(304)
  })
})

describe('RFC 9110 13.1.3: If-Modified-Since', () => {
  test('304 unless it was modified later; parts of a second are not compared', () => {
    expect(GET({ 'if-modified-since': BEFORE })).toBe('go on')
    expect(GET({ 'if-modified-since': THEN })).toBe(304)
    expect(GET({ 'if-modified-since': AFTER })).toBe(304)
  })
  test('is ignored for methods that do something, and for what is no date', () => {
    expect(PUT({ 'if-modified-since': THEN })).toBe('go on')
    for (const value of ['yesterday', `${THEN}, ${THEN}`, '0', ''])
      expect(GET({ 'if-modified-since': value })).toBe('go on')
  })
  test('is ignored where no date is known', () => {
    expect(evaluate('GET', new Headers({ 'if-modified-since': AFTER }), { etag: '"x"' }, NOW)).toBe('go on')
  })
  test('dates with two digits of the year are read by the clock', () => {
    expect(GET({ 'if-modified-since': 'Tuesday, 14-Nov-23 22:13:20 GMT' })).toBe(304)
    const headers = new Headers({ 'if-modified-since': 'Tuesday, 14-Nov-23 22:13:20 GMT' })
    expect(evaluate('GET', headers, strong, Date.UTC(1970, 0, 1))).toBe('go on')
  })
})

describe('RFC 9110 13.1.4: If-Unmodified-Since', () => {
  test('412 when it was modified later', () => {
    expect(PUT({ 'if-unmodified-since': BEFORE })).toBe(412)
    expect(PUT({ 'if-unmodified-since': THEN })).toBe('go on')
    expect(GET({ 'if-unmodified-since': BEFORE })).toBe(412)
  })
  test('is ignored for what is no date, and where no date is known', () => {
    expect(PUT({ 'if-unmodified-since': 'yesterday' })).toBe('go on')
    expect(evaluate('PUT', new Headers({ 'if-unmodified-since': BEFORE }), { etag: '"x"' }, NOW)).toBe('go on')
  })
})

describe('RFC 9110 13.2', () => {
  test('13.2.1: CONNECT, OPTIONS and TRACE have no conditions', () => {
    const headers = new Headers({ 'if-match': '"other"', 'if-none-match': '*' })
    for (const method of ['CONNECT', 'OPTIONS', 'TRACE']) expect(evaluate(method, headers, strong, NOW)).toBe('go on')
  })
  test('13.2.2: If-Match stands in the place of If-Unmodified-Since, If-None-Match of If-Modified-Since', () => {
    expect(PUT({ 'if-match': '"one"', 'if-unmodified-since': BEFORE })).toBe('go on')
    expect(GET({ 'if-none-match': '"two"', 'if-modified-since': AFTER })).toBe('go on')
  })
  test('13.2.2: what would fail comes before what would not be sent', () => {
    expect(GET({ 'if-match': '"two"', 'if-none-match': '"one"' })).toBe(412)
    expect(GET({ 'if-unmodified-since': BEFORE, 'if-modified-since': AFTER })).toBe(412)
    expect(GET({ 'if-match': '"one"', 'if-none-match': '"one"' })).toBe(304)
    expect(GET({ 'if-unmodified-since': AFTER, 'if-none-match': '"one"' })).toBe(304)
  })
})

describe('RFC 9110 13.1.5: If-Range', () => {
  const partial = (value: string | undefined, there: { etag?: string; lastModified?: number }, now = NOW) =>
    mayBePartial(new Headers(value === undefined ? {} : { 'if-range': value }), there, now)
  test('without it, a part', () => {
    expect(partial(undefined, strong)).toBe(true)
  })
  test('a tag is compared strongly', () => {
    expect(partial('"one"', strong)).toBe(true)
    expect(partial('"two"', strong)).toBe(false)
    expect(partial('W/"one"', strong)).toBe(false)
    expect(partial('W/"one"', weak)).toBe(false)
    expect(partial('"one"', weak)).toBe(false)
    expect(partial('"one"', { lastModified: MODIFIED })).toBe(false)
    expect(partial('"one", "two"', strong)).toBe(false)
  })
  test('a date must be the same, not later, and strong: a second old (8.8.2.2)', () => {
    expect(partial(THEN, strong)).toBe(true)
    expect(partial(AFTER, strong)).toBe(false)
    expect(partial(BEFORE, strong)).toBe(false)
    expect(partial(THEN, strong, MODIFIED + 999)).toBe(false)
    expect(partial(THEN, strong, MODIFIED + 1000)).toBe(true)
    expect(partial(THEN, { etag: '"one"' })).toBe(false)
  })
  test('what is neither is no match', () => {
    for (const value of ['one', '*', '']) expect(partial(value, strong)).toBe(false)
  })
})

test('RFC 9110 15.4.5: 304 has what guides a cache, and nothing that describes a body it does not have', () => {
  const all: [string, string][] = [
    ['Content-Type', 'text/html'],
    ['content-length', '5'],
    ['content-encoding', 'br'],
    ['content-language', 'en'],
    ['content-location', '/x'],
    ['cache-control', 'no-cache'],
    ['date', 'x'],
    ['ETag', '"x"'],
    ['expires', 'x'],
    ['vary', 'accept'],
    ['last-modified', 'x'],
    ['set-cookie', 'a=b'],
  ]
  const kept = (list: typeof all) => fieldsOfUnchanged(list).map(([name]) => name.toLowerCase())
  const guides = ['content-location', 'cache-control', 'date', 'etag', 'expires', 'vary', 'set-cookie']
  expect(kept(all)).toEqual(guides)
  expect(kept(all.filter(([name]) => name !== 'ETag'))).toEqual([
    'content-location',
    'cache-control',
    'date',
    'expires',
    'vary',
    'last-modified',
    'set-cookie',
  ])
})

test('RFC 9111 4.3.4: the tag of 304 is weak for whoever knows it as weak', () => {
  const tag = (value: string, etag: string) => tagAsKnown(new Headers({ 'if-none-match': value }), etag)
  expect(tag('W/"x"', '"x"')).toBe('W/"x"')
  expect(tag('"x"', '"x"')).toBe('"x"')
  expect(tag('W/"x", "x"', '"x"')).toBe('"x"')
  expect(tag('W/"y", W/"x"', '"x"')).toBe('W/"x"')
  expect(tag('*', '"x"')).toBe('"x"')
  expect(tag('W/"x"', 'W/"x"')).toBe('W/"x"')
  expect(tagAsKnown(new Headers(), '"x"')).toBe('"x"')
})

test('RFC 9110 13.1.5: only a strong validator says that a part fits', () => {
  const of = (fields: Record<string, string>) => strongValidator(new Headers(fields))
  const date = 'Sat, 21 Nov 2026 10:00:00 GMT'
  expect(of({ etag: '"a"' })).toBe('"a"')
  expect(of({ etag: 'W/"a"', 'last-modified': 'Sat, 21 Nov 2026 08:00:00 GMT', date })).toBeUndefined()
  expect(of({ etag: 'a' })).toBeUndefined()
  expect(of({ etag: '"a"b"' })).toBeUndefined()
  expect(of({ 'last-modified': 'Sat, 21 Nov 2026 08:00:00 GMT', date })).toBe('Sat, 21 Nov 2026 08:00:00 GMT')
  expect(of({ 'last-modified': 'Sat, 21 Nov 2026 09:59:30 GMT', date })).toBeUndefined()
  expect(of({ 'last-modified': 'Sat, 21 Nov 2026 09:59:00 GMT', date })).toBeDefined()
  expect(of({ 'last-modified': 'Sat, 21 Nov 2026 09:59:01 GMT', date })).toBeUndefined()
  expect(of({ 'last-modified': 'Sat, 21 Nov 2026 08:00:00 GMT' })).toBeUndefined()
  expect(of({ 'last-modified': 'yesterday', date })).toBeUndefined()
  expect(of({ date })).toBeUndefined()
})
