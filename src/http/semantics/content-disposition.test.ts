/** What RFC 6266 says of the cases that browsers have been compared with for long (tc2231), and of names for files. */
import { describe, expect, test } from 'vitest'
import { FailureError } from '../../failures/index.ts'
import { seeded } from '../../random.ts'
import { contentDisposition, parseContentDisposition, safeFileName } from './content-disposition.ts'
import { decodeExtended, parseMediaType } from './parameters.ts'

const latin1 = (text: string): string => Buffer.from(text, 'utf8').toString('latin1')

describe('RFC 6266 4.1: a Content-Disposition is read', () => {
  test.each<[value: string, type: string, filename: string | undefined]>([
    ['inline', 'inline', undefined],
    ['inline; filename="foo.html"', 'inline', 'foo.html'],
    ['inline; filename="Not an attachment!"', 'inline', 'Not an attachment!'],
    ['inline; filename="foo.pdf"', 'inline', 'foo.pdf'],
    ['attachment', 'attachment', undefined],
    ['ATTACHMENT', 'attachment', undefined],
    ['attachment; filename="foo.html"', 'attachment', 'foo.html'],
    [
      'attachment; filename="0000000000111111111122222222223333333333.html"',
      'attachment',
      '0000000000111111111122222222223333333333.html',
    ],
    ['attachment; filename="f\\oo.html"', 'attachment', 'foo.html'],
    ['attachment; filename="\\"quoting\\" tested.html"', 'attachment', '"quoting" tested.html'],
    ['attachment; filename="Here\'s a semicolon;.html"', 'attachment', "Here's a semicolon;.html"],
    ['attachment; foo="bar"; filename="foo.html"', 'attachment', 'foo.html'],
    ['attachment; foo="\\"\\\\";filename="foo.html"', 'attachment', 'foo.html'],
    ['attachment; FILENAME="foo.html"', 'attachment', 'foo.html'],
    ['attachment; filename=foo.html', 'attachment', 'foo.html'],
    ["attachment; filename='foo.bar'", 'attachment', "'foo.bar'"],
    ['attachment; filename="foo-\xe4.html"', 'attachment', 'foo-ä.html'],
    [`attachment; filename="${latin1('foo-ä.html')}"`, 'attachment', 'foo-ä.html'],
    ['attachment; filename="foo-%41.html"', 'attachment', 'foo-%41.html'],
    ['attachment; filename="50%.html"', 'attachment', '50%.html'],
    ['attachment; filename="foo-%\\41.html"', 'attachment', 'foo-%41.html'],
    ['attachment; name="foo-%41.html"', 'attachment', undefined],
    ['attachment; filename="\xe4-%41.html"', 'attachment', 'ä-%41.html'],
    ['attachment; filename="foo-%c3%a4-%e2%82%ac.html"', 'attachment', 'foo-%c3%a4-%e2%82%ac.html'],
    ['attachment; filename ="foo.html"', 'attachment', 'foo.html'],
    ['attachment; xfilename=foo.html', 'attachment', undefined],
    ['attachment; filename="/foo.html"', 'attachment', '/foo.html'],
    ['attachment; filename="\\\\foo.html"', 'attachment', '\\foo.html'],
    ['attachment; creation-date="Wed, 12 Feb 1997 16:29:51 -0500"', 'attachment', undefined],
    ['attachment; modification-date="Wed, 12 Feb 1997 16:29:51 -0500"', 'attachment', undefined],
    ['foobar', 'foobar', undefined],
    ['attachment; example="filename=example.txt"', 'attachment', undefined],
    ["attachment; filename*=iso-8859-1''foo-%E4.html", 'attachment', 'foo-ä.html'],
    ["attachment; filename*=UTF-8''foo-%c3%a4-%e2%82%ac.html", 'attachment', 'foo-ä-€.html'],
    ["attachment; filename*=UTF-8''foo-a%cc%88.html", 'attachment', 'foo-a\u0308.html'],
    ["attachment; filename*=iso-8859-1''foo-%c3%a4-%e2%82%ac.html", 'attachment', 'foo-\xc3\xa4-\xe2\x82\xac.html'],
    ["attachment; filename*= UTF-8''foo-%c3%a4.html", 'attachment', 'foo-ä.html'],
    ["attachment; filename* =UTF-8''foo-%c3%a4.html", 'attachment', 'foo-ä.html'],
    ["attachment; filename*=UTF-8''A-%2541.html", 'attachment', 'A-%41.html'],
    ["attachment; filename*=UTF-8''%5cfoo.html", 'attachment', '\\foo.html'],
    ["attachment; filename*=UTF-8'en'foo.html", 'attachment', 'foo.html'],
    ['attachment; filename="foo-ae.html"; filename*=UTF-8\'\'foo-%c3%a4.html', 'attachment', 'foo-ä.html'],
    ['attachment; filename*=UTF-8\'\'foo-%c3%a4.html; filename="foo-ae.html"', 'attachment', 'foo-ä.html'],
    ['attachment; foobar=x; filename="foo.html"', 'attachment', 'foo.html'],
    ['attachment; filename="=?ISO-8859-1?Q?foo-=E4.html?="', 'attachment', '=?ISO-8859-1?Q?foo-=E4.html?='],
    // RFC 9110 5.6.6: an empty parameter is none.
    ['attachment; ;filename=foo', 'attachment', 'foo'],
    ['attachment; filename=foo.html ;', 'attachment', 'foo.html'],
    // RFC 2231 has continuations, RFC 6266 has not.
    ['attachment; filename*0="foo."; filename*1="html"', 'attachment', undefined],
    [
      "attachment; filename*0*=ISO-8859-15''euro-sign%3d%a4; filename*=ISO-8859-1''currency-sign%3d%a4",
      'attachment',
      'currency-sign=¤',
    ],
    // What cannot be read as an extended value says nothing, and the usual one is there for that.
    ["attachment; filename*=''foo-%c3%a4-%e2%82%ac.html", 'attachment', undefined],
    ["attachment; filename*=utf-8''foo-%E4.html", 'attachment', undefined],
    ["attachment; filename*=koi8-r''foo.html", 'attachment', undefined],
    ['attachment; filename*="UTF-8\'\'foo-%c3%a4.html"', 'attachment', undefined],
    ['attachment; filename*="foo%20bar.html"', 'attachment', undefined],
    ["attachment; filename*=UTF-8'foo-%c3%a4.html", 'attachment', undefined],
    ["attachment; filename*=UTF-8''foo%", 'attachment', undefined],
    ["attachment; filename*=UTF-8''f%oo.html", 'attachment', undefined],
    ["attachment; filename=e.html; filename*=UTF-8''f%oo.html", 'attachment', 'e.html'],
  ])('%s', (value, type, filename) => {
    expect(parseContentDisposition(value)).toEqual({ type, filename })
  })
  test.each([
    '"inline"',
    '"attachment"',
    'attachment; filename=foo,bar.html',
    'attachment; filename=foo bar.html',
    'attachment; filename="foo.html"; filename="bar.html"',
    'attachment; filename=foo[1](2).html',
    'attachment; filename=foo-\xe4.html',
    'attachment; filename=',
    'filename=foo.html',
    'x=y; filename=foo.html',
    '"foo; filename=bar;baz"; filename=qux',
    'filename=foo.html, filename=bar.html',
    '; filename=foo.html',
    ': inline; attachment; filename=foo.html',
    'inline; attachment; filename=foo.html',
    'attachment; filename="foo.html".txt',
    'attachment; filename="bar',
    'attachment; filename=foo"bar;baz"qux',
    'attachment; filename=foo.html, attachment; filename=bar.html',
    'attachment; foo=foo filename=bar',
    'attachment; filename=bar foo=foo',
    'attachment filename=bar',
    'filename=foo.html; attachment',
    "attachment; filename *=UTF-8''foo-%c3%a4.html",
    'attachment; filename==?ISO-8859-1?Q?foo-=E4.html?=',
    'attachment; filename="a\r\nb"',
    '',
  ])('%j is none', value => {
    expect(parseContentDisposition(value)).toBeUndefined()
  })
  test('so many parameters as no sender has are none, and cost no time', () => {
    const many = (count: number): string => Array.from({ length: count }, (_, i) => `; p${i}=v`).join('')
    expect(parseContentDisposition(`attachment${many(63)}; filename=a`)).toEqual({ type: 'attachment', filename: 'a' })
    expect(parseContentDisposition(`attachment${many(64)}; filename=a`)).toBeUndefined()
    expect(parseContentDisposition(`attachment${'; '.repeat(8_000)}`)).toEqual({
      type: 'attachment',
      filename: undefined,
    })
    expect(parseContentDisposition(`attachment; filename="${'\\a'.repeat(8_000)}`)).toBeUndefined()
  })
})

describe('RFC 6266 4.3 and appendix D: a Content-Disposition is written', () => {
  test.each([
    ['foo.html', 'attachment; filename="foo.html"'],
    ['a "b".txt', 'attachment; filename="a \\"b\\".txt"'],
    ['naïve.txt', 'attachment; filename="na_ve.txt"; filename*=UTF-8\'\'na%C3%AFve.txt'],
    ['€ rates.txt', 'attachment; filename="_ rates.txt"; filename*=UTF-8\'\'%E2%82%AC%20rates.txt'],
    ['100%.txt', 'attachment; filename="100_.txt"; filename*=UTF-8\'\'100%25.txt'],
    ["it's(1)*.txt", 'attachment; filename="it\'s(1)*.txt"'],
    ["ü's(1)*.txt", "attachment; filename=\"_'s(1)*.txt\"; filename*=UTF-8''%C3%BC%27s%281%29%2A.txt"],
    ['a\\b', 'attachment; filename="a_b"; filename*=UTF-8\'\'a%5Cb'],
  ])('%s', (name, value) => {
    expect(contentDisposition('attachment', name)).toBe(value)
    expect(parseContentDisposition(value)?.filename).toBe(name)
  })
  test('without a name, and of another type', () => {
    expect(contentDisposition('inline')).toBe('inline')
    expect(contentDisposition('x-other', 'a')).toBe('x-other; filename="a"')
  })
  test.each([
    ['attachment', 'a\r\nSet-Cookie: b=c'],
    ['attachment', 'a\u0000'],
    ['attachment', 'a\u0085'],
    ['attach ment', 'a'],
    ['', 'a'],
  ])('%j of %j is http/bad-outgoing', (type, name) => {
    expect(() => contentDisposition(type, name)).toThrow(FailureError)
    try {
      contentDisposition(type, name)
    } catch (error) {
      expect((error as FailureError).code).toBe('http/bad-outgoing')
    }
  })
  test('any name comes back as it was, in octets that a field may have', () => {
    const random = seeded(11)
    const letters = ['a', '"', '\\', '%', '41', ' ', ';', '=', "'", '*', 'ä', '€', '😀', '/', '..', '\u202e', '~', ',']
    for (let i = 0; i < 500; i++) {
      const name = Array.from({ length: 1 + random.below(12) }, () => letters[random.below(letters.length)]).join('')
      const value = contentDisposition('attachment', name)
      expect(value).toMatch(/^[\x20-\x7e]+$/)
      expect(parseContentDisposition(value)).toEqual({ type: 'attachment', filename: name })
    }
  })
})

test.each([
  ['foo.html', 'foo.html'],
  ['/etc/passwd', 'passwd'],
  ['..\\..\\windows\\x.dll', 'x.dll'],
  ['C:\\x', 'x'],
  ['a:b', 'a_b'],
  ['..', undefined],
  ['/', undefined],
  ['', undefined],
  ['. .', undefined],
  ['.bashrc', 'bashrc'],
  ['  x  ', 'x'],
  ['x. . ', 'x'],
  ['a\u0000b\u0007c\u009f', 'abc'],
  ['exe.\u202egnp', 'exe.gnp'],
  ['a\u200bb\ufeff', 'ab'],
  ['\ud800x', 'x'],
  ['a<b>c"d|e?f*g', 'a_b_c_d_e_f_g'],
  ['nul', '_nul'],
  ['COM1.txt', '_COM1.txt'],
  ['com¹', '_com¹'],
  ['CONOUT$', '_CONOUT$'],
  ['aux .c', '_aux .c'],
  ['console', 'console'],
  ['com10', 'com10'],
  ['€'.repeat(66), '€'.repeat(66)],
  ['€'.repeat(67), undefined],
] as const)('a file that somebody else calls %j is %j', (name, safe) => {
  expect(safeFileName(name)).toBe(safe)
})

test('what hides a name is looked at once, however much of it there is', () => {
  expect(safeFileName(`${'. '.repeat(1_000_000)}x${' .'.repeat(1_000_000)}y${' .'.repeat(1_000_000)}`)).toBeUndefined()
  expect(safeFileName(`${'. '.repeat(1_000_000)}x${' .'.repeat(1_000_000)}`)).toBe('x')
})

test('RFC 9110 8.3.1: media types are read with their parameters', () => {
  const of = (text: string) => {
    const read = parseMediaType(text)
    return read && [read.type, ...read.parameters.map(({ name, value }) => `${name}=${value}`)]
  }
  expect(of('text/html;charset=utf-8')).toEqual(['text/html', 'charset=utf-8'])
  expect(of(' Text/HTML ; Charset="utf-8" ')).toEqual(['text/html', 'charset=utf-8'])
  expect(of('image/svg+xml')).toEqual(['image/svg+xml'])
  for (const wrong of [
    '',
    'text',
    'text/',
    '/html',
    'text/html charset=x',
    'text/html; charset',
    'a/b/c',
    'a/b; c=d; C=e',
  ])
    expect([wrong, of(wrong)]).toEqual([wrong, undefined])
})

test('RFC 8187 3.2.1: an extended value is in UTF-8 or ISO-8859-1, and nothing else', () => {
  expect(decodeExtended("UTF-8''%c2%a3%20and%20%e2%82%ac%20rates")).toBe('£ and € rates')
  expect(decodeExtended("utf-8'en'%EF%BB%BFa")).toBe('\ufeffa')
  for (const wrong of ["UTF-8''a b", "UTF-16''a", "UTF-8''%c3", "UTF-8''%gg", 'abc', "UTF-8'a_b'c"])
    expect([wrong, decodeExtended(wrong)]).toEqual([wrong, undefined])
})
