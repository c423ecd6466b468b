import { describe, expect, test } from 'vitest'
import { ascii } from '../../../test/support/bytes.ts'
import { FailureError } from '../../failures/index.ts'
import { type Coder, expansionLimits, guarded } from '../coding.ts'
import { dateHeader, imfDate, parseHttpDate } from '../message/date.ts'
import { chooseCoding, chooseLanguage, chooseType, codingsToUndo, isCompressible } from './negotiation.ts'

const ours = ['gzip', 'deflate'] as const

test.each([
  [undefined, 'identity'],
  ['', 'identity'],
  ['gzip', 'gzip'],
  ['x-gzip', 'gzip'],
  ['GZIP', 'gzip'],
  ['deflate, gzip', 'gzip'],
  ['deflate, gzip;q=0.5', 'deflate'],
  ['gzip;q=0', 'identity'],
  ['gzip;q=0, deflate', 'deflate'],
  ['br', 'identity'],
  ['*', 'gzip'],
  ['*;q=0, deflate', 'deflate'],
  ['*;q=0', undefined],
  ['identity;q=0', undefined],
  ['identity;q=0, br', undefined],
  ['identity;q=0, gzip;q=0.1', 'gzip'],
  ['identity;q=1, gzip;q=0.5', 'identity'],
  ['gzip;q=0.001', 'gzip'],
  ['gzip;q=2', 'identity'],
  ['gzip;q=', 'identity'],
  [' gzip ; q=1.000 ', 'gzip'],
  [',,gzip,', 'gzip'],
])('RFC 9110 12.5.3: Accept-Encoding %j chooses %s', (value, coding) => {
  expect(chooseCoding(value, ours)).toBe(coding)
})

test.each([
  ['br', 'br'],
  ['gzip, deflate, br, zstd', 'br'],
  ['gzip, zstd', 'zstd'],
  ['gzip;q=1.0, br;q=0.9', 'gzip'],
  ['*;q=0.1, br;q=0', 'zstd'],
])('RFC 9110 12.5.3: of all four, Accept-Encoding %j chooses %s', (value, coding) => {
  expect(chooseCoding(value, ['br', 'zstd', 'gzip', 'deflate'])).toBe(coding)
})

describe('RFC 9110 12.5.1: Accept', () => {
  test.each([
    [undefined, 'text/html'],
    ['', 'text/html'],
    ['*/*', 'text/html'],
    ['application/json', 'application/json'],
    ['APPLICATION/JSON', 'application/json'],
    ['application/*', 'application/json'],
    ['text/html;q=0.5, application/json', 'application/json'],
    ['text/html;q=0.5, application/json;q=0.5', 'text/html'],
    ['text/*;q=0.5, */*;q=0.7', 'application/json'],
    ['*/*;q=0.7, text/*;q=0.5', 'application/json'],
    ['*/*, text/html;q=0.1', 'application/json'],
    ['text/html;q=0, */*', 'application/json'],
    ['image/png', undefined],
    ['text/html;q=0', undefined],
    ['*/*;q=0', undefined],
    ['text', undefined],
    ['*/json', undefined],
    ['text/html;q=2', undefined],
    ['text/html/x, application/json;q=0.001', 'application/json'],
    ['application/json;charset=utf-8', undefined],
    ['text/html;charset=UTF-8', 'text/html;charset=utf-8'],
    ['text/html;q=0.2, text/html;charset=utf-8;q=0.9, application/json;q=0.5', 'text/html;charset=utf-8'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8', 'text/html'],
  ])('%j', (accept, type) => {
    const offered = ['text/html', 'application/json', 'text/html;charset=utf-8'] as const
    expect(chooseType(accept, offered)).toBe(type)
  })
  test('what stands behind the first 64 members is not looked at', () => {
    expect(chooseType(`${'a/b,'.repeat(63)}text/html`, ['text/html'])).toBe('text/html')
    expect(chooseType(`${'a/b,'.repeat(64)}text/html`, ['text/html'])).toBeUndefined()
  })
})

describe('RFC 4647 3.4: Accept-Language', () => {
  test.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-CH', 'de'],
    ['DE-ch-1996', 'de'],
    ['zh-Hant-CN-x-private1-private2', 'zh-Hant'],
    ['zh-Hant-x-wide', 'zh-Hant'],
    ['zh', undefined],
    ['fr', undefined],
    ['fr, de;q=0.5', 'de'],
    ['de;q=0.5, en-GB;q=0.8', 'en-GB'],
    ['en-US, de', 'en'],
    ['de, en', 'de'],
    ['*', 'en'],
    ['fr, *;q=0.1', 'en'],
    ['fr, *;q=0.1, en;q=0', 'de'],
    ['en;q=0', undefined],
    ['en-GB;q=0, en-GB-oed', 'en'],
    ['de_CH', undefined],
    ['de;q=x', undefined],
  ])('%j', (accept, language) => {
    expect(chooseLanguage(accept, ['en', 'en-GB', 'de', 'zh-Hant'] as const)).toBe(language)
  })
})

test('RFC 9110 8.4: codings are undone in reverse; unknown and piled up ones are http/unknown-content-encoding', () => {
  expect(codingsToUndo(undefined, ours)).toEqual([])
  expect(codingsToUndo('identity', ours)).toEqual([])
  expect(codingsToUndo('deflate, X-Gzip', ours)).toEqual(['gzip', 'deflate'])
  for (const value of ['br', 'gzip, br', 'gzip, gzip, gzip']) {
    expect(codingsToUndo(value, ours)).toMatchObject({ code: 'http/unknown-content-encoding' })
  }
})

test('text is worth compressing, pictures are not', () => {
  for (const type of ['text/html; charset=utf-8', 'application/json', 'application/ld+json', 'image/svg+xml']) {
    expect(isCompressible(type), type).toBe(true)
  }
  for (const type of ['image/png', 'application/octet-stream', 'video/mp4', undefined]) {
    expect(isCompressible(type), type).toBe(false)
  }
})

/** Every byte becomes `factor` bytes; the byte 0xff is broken. */
const growing = (factor: number): { coder: Coder; destroyed: () => boolean } => {
  let gone = false
  const transform = () => ({
    async *push(bytes: Uint8Array) {
      if (bytes.includes(0xff)) throw new RangeError('incorrect header check')
      for (const _ of bytes) yield new Uint8Array(factor)
    },
    async *end() {},
    destroy: () => {
      gone = true
    },
  })
  return { coder: { coding: 'gzip', compress: transform, decompress: transform }, destroyed: () => gone }
}
const drainAll = async (pieces: AsyncIterable<Uint8Array>): Promise<number> => {
  let count = 0
  for await (const piece of pieces) count += piece.length
  return count
}
const codeOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof FailureError ? error.code : String(error)),
  )

test('a bomb is http/expands-too-far before it is expanded, broken bytes are http/bad-encoding', async () => {
  const bomb = growing(1000)
  const limits = { ...expansionLimits, allowance: 10_000 }
  expect(await codeOf(drainAll(guarded(bomb.coder, limits).push(new Uint8Array(100))))).toBe('http/expands-too-far')
  expect(bomb.destroyed()).toBe(true)
  const told = await drainAll(guarded(growing(1000).coder, limits).push(new Uint8Array(100))).catch((e: unknown) => e)
  expect(told).toMatchObject({ failure: { got: '100', number: 20_000 } })
  expect(await drainAll(guarded(growing(100).coder, limits).push(new Uint8Array(100)))).toBe(10_000)
  expect(await codeOf(drainAll(guarded(growing(1).coder).push(Uint8Array.of(0xff))))).toBe('http/bad-encoding')
  const total = { ...expansionLimits, bytes: 50 }
  expect(await codeOf(drainAll(guarded(growing(1).coder, total).push(ascii('x'.repeat(51)))))).toBe(
    'http/expands-too-far',
  )
})

test('RFC 9110 5.6.7: one date is written, three are read', () => {
  const at = Date.UTC(1994, 10, 6, 8, 49, 37)
  expect(imfDate(at)).toBe('Sun, 06 Nov 1994 08:49:37 GMT')
  const now = Date.UTC(2026, 10, 20)
  for (const text of ['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994']) {
    expect(parseHttpDate(text, now), text).toBe(at)
  }
  expect(parseHttpDate('Friday, 20-Nov-76 00:00:00 GMT', now)).toBe(Date.UTC(2076, 10, 20))
  expect(parseHttpDate('Saturday, 21-Nov-76 00:00:00 GMT', now)).toBe(Date.UTC(1976, 10, 21))
  for (const bad of [
    '',
    'yesterday',
    'Sun, 31 Feb 1994 08:49:37 GMT',
    'Sun, 06 Nov 1994 24:49:37 GMT',
    'Sun, 6 Nov 1994 08:49:37 GMT',
  ]) {
    expect(parseHttpDate(bad, now), bad).toBeUndefined()
  }
  for (let i = 0; i < 500; i++) expect(parseHttpDate(imfDate(i * 1e10), now)).toBe(i * 1e10)
})

test('the Date field is made anew once a second', () => {
  let now = 0
  const date = dateHeader(() => now)
  expect(date()).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
  now = 999
  expect(date()).toBe('Thu, 01 Jan 1970 00:00:00 GMT')
  now = 1000
  expect(date()).toBe('Thu, 01 Jan 1970 00:00:01 GMT')
})
