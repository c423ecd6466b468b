/** Multipart bodies, whole and torn (RFC 2046 5.1, RFC 7578). */
import { describe, expect, test } from 'vitest'
import { ascii, concat } from '../../../test/support/bytes.ts'
import { sameTorn } from '../../../test/support/checked.ts'
import { Failure } from '../../failures/index.ts'
import { seeded } from '../../random.ts'
import { formPart } from './form-part.ts'
import { boundaryIn, type MultipartLimits, MultipartReader } from './reader.ts'
import { boundaryOf, formEnd, formType, partHead } from './write.ts'

/** Parts and how it ended, however its content was cut. */
const storyOf = (chunks: readonly Uint8Array[], limits: Partial<MultipartLimits>, boundary = 'b'): string[] => {
  const reader = new MultipartReader(boundary, limits)
  const told: string[] = []
  let content = ''
  for (const chunk of [...chunks, 'end' as const]) {
    reader.receive(chunk)
    for (let event = reader.pollEvent(); event !== undefined; event = reader.pollEvent()) {
      if (event.type === 'part') told.push(`part ${event.headers.map(field => field.join('=')).join(', ')}`)
      else if (event.type === 'body') content += Buffer.from(event.bytes).toString('latin1')
      else {
        if (event.type !== 'end' && content !== '') told.push(JSON.stringify(content))
        if (event.type !== 'end') content = ''
        if (event.type === 'failure') {
          const { code, got, where, number } = event.failure
          told.push([code, got, where, number].filter(fact => fact !== undefined).join(' | '))
        } else if (event.type === 'end') told.push('end')
      }
    }
  }
  return told
}
const story = (text: string, limits: Partial<MultipartLimits> = {}, boundary = 'b'): string[] =>
  sameTorn(Buffer.from(text, 'latin1'), seeded(text.length).number, chunks => storyOf(chunks, limits, boundary))

describe('RFC 2046 5.1.1: a body is told apart into its parts', () => {
  test.each<[what: string, text: string, told: string[]]>([
    [
      'two parts',
      '--b\r\nA: 1\r\n\r\nx\r\n--b\r\nB: 2\r\nC:3 \r\n\r\ny\r\n\r\n--b--\r\n',
      ['part A=1', '"x"', 'part B=2, C=3', '"y\\r\\n"', 'end'],
    ],
    [
      'a preamble, an epilogue and padding',
      'hello\r\n--b \t\r\n\r\nx\r\n--b--\t\r\nbye\r\n--b\r\n',
      ['part ', '"x"', 'end'],
    ],
    ['no part at all', '--b--\r\n', ['end']],
    ['no line break at its end', '--b\r\n\r\nx\r\n--b--', ['part ', '"x"', 'end']],
    ['an empty part', '--b\r\nA: 1\r\n\r\n\r\n--b--', ['part A=1', 'end']],
    ['a part without any content', '--b\r\nA: 1\r\n\r\n--b--', ['part A=1', 'end']],
    [
      'what nearly is a boundary',
      '--b\r\n\r\n\r\r\n-\r\n--\r\n--a\r--b\n--b\r\r\n--b--',
      ['part ', '"\\r\\r\\n-\\r\\n--\\r\\n--a\\r--b\\n--b\\r"', 'end'],
    ],
    ['a boundary in the middle of a line', '--b\r\n\r\nx--b\r\n--b--', ['part ', '"x--b"', 'end']],
    [
      'octets of all kinds',
      '--b\r\n\r\n\x00\xff\x80\r\n--b--',
      ['part ', '"\x00\xff\x80"'.replace('\x00', '\\u0000'), 'end'],
    ],
    ['a name in UTF-8', `--b\r\nA: "${Buffer.from('ü').toString('latin1')}"\r\n\r\n\r\n--b--`, ['part A="ü"', 'end']],
  ])('%s', (_, text, told) => {
    expect(story(text)).toEqual(told)
  })
  test.each<[what: string, text: string, last: string]>([
    ['nothing', '', 'http/multipart-cut-short | before the first part | 0'],
    ['no boundary', 'x\r\ny', 'http/multipart-cut-short | before the first part | 0'],
    ['a cut boundary', '--b', 'http/multipart-cut-short | in a boundary | 0'],
    ['a cut last boundary', '--b\r\n\r\nx\r\n--b-', 'http/multipart-cut-short | in a boundary | 1'],
    ['a cut head', '--b\r\nA: 1\r\n', 'http/multipart-cut-short | in the head of a part | 1'],
    ['no last boundary', '--b\r\n\r\nx\r\n', 'http/multipart-cut-short | in a part | 1'],
    ['a longer boundary', '--b\r\n\r\nx\r\n--bc\r\n', 'http/bad-boundary | "c" behind it'],
    ['a boundary that is no last one', '--b\r\n\r\nx\r\n--b--c\r\n', 'http/bad-boundary | "--c" behind it'],
    ['a last boundary that is a longer one', '--b--c', 'http/bad-boundary | "--c" behind it'],
    ['one dash', '--b-\r\n', 'http/bad-boundary | "-" behind it'],
    ['LF behind a boundary', '--b\nA: 1\n\nx\n--b--', 'http/bad-part | LF without CR before it | in a boundary'],
    ['LF in a head', '--b\r\nA: 1\n\r\nx', 'http/bad-part | LF without CR before it | in the head of a part'],
    ['a folded line', '--b\r\nA: 1\r\n 2\r\n\r\n', 'http/bad-part | " 2" | in the head of a part'],
    ['a space before the colon', '--b\r\nA : 1\r\n\r\n', 'http/bad-part | "A : 1" | in the head of a part'],
    ['a line without a name', '--b\r\n: 1\r\n\r\n', 'http/bad-part | ": 1" | in the head of a part'],
    ['a line without a colon', '--b\r\nA\r\n\r\n', 'http/bad-part | "A" | in the head of a part'],
    ['a control character', '--b\r\nA: \x00\r\n\r\n', 'http/bad-part | "A: \\u0000" | in the head of a part'],
    ['CR in a value', '--b\r\nA: 1\r2\r\n\r\n', 'http/bad-part | "A: 1\\r2" | in the head of a part'],
    ['a boundary in a head', '--b\r\n--b\r\n', 'http/bad-part | "--b" | in the head of a part'],
  ])('%s is refused', (_, text, last) => {
    expect(story(text).at(-1)).toBe(last)
  })
  test('a boundary that looks like a field is none', () => {
    expect(story('--b:c\r\n--b:c\r\n\r\n', {}, 'b:c').at(-1)).toBe('http/bad-part | "--b:c" | in the head of a part')
  })
})

describe('what a body can make us hold is bounded', () => {
  const part = (i: number): string => `--b\r\nA: ${i}\r\n\r\n\r\n`
  const parts = (count: number): string => `${Array.from({ length: count }, (_, i) => part(i)).join('')}--b--`
  test('parts', () => {
    expect(story(parts(3), { parts: 3 }).at(-1)).toBe('end')
    expect(story(parts(4), { parts: 3 }).at(-1)).toBe('http/too-many-parts | 3')
    expect(storyOf([ascii(parts(1000))], {}).at(-1)).toBe('end')
    expect(storyOf([ascii(parts(1001))], {}).at(-1)).toBe('http/too-many-parts | 1000')
  })
  test('octets of a head, padding included', () => {
    const head = (size: number): string => `--b\r\nA: ${'x'.repeat(size - 9)}\r\n\r\n`
    expect(story(`${head(40)}\r\n--b--`, { head: 40 }).at(-1)).toBe('end')
    expect(story(`${head(41)}\r\n--b--`, { head: 40 }).at(-1)).toBe('http/part-too-big | The head of a part | 40')
    expect(storyOf([ascii(`${head(16_384)}\r\n--b--`)], {}).at(-1)).toBe('end')
    expect(storyOf([ascii(`--b\r\nA: ${'x'.repeat(16_384)}`)], {}).at(-1)).toBe(
      'http/part-too-big | The head of a part | 16384',
    )
    expect(story(`--b${' '.repeat(50)}`, { head: 40 }).at(-1)).toBe('http/part-too-big | The head of a part | 40')
    // Each head counts by itself.
    expect(story(`${head(40)}\r\n${head(40)}\r\n--b--`, { head: 40 }).at(-1)).toBe('end')
  })
  test('fields of a head', () => {
    const fields = (count: number): string => `--b\r\n${'A: 1\r\n'.repeat(count)}\r\n\r\n--b--`
    expect(story(fields(16)).at(-1)).toBe('end')
    expect(story(fields(17)).at(-1)).toBe('http/part-too-big | The head of a part | 16')
  })
  test('what stands before the first part, in time too', () => {
    expect(storyOf([ascii(`${'x'.repeat(4096)}\r\n--b--`)], {})).toEqual(['end'])
    expect(storyOf([ascii(`${'x'.repeat(4097)}\r\n--b--`)], {})).toEqual(['http/bad-boundary | 4096 bytes without it'])
  })
  test('a head of 16 KiB that comes octet by octet, and white space in it, are looked at once', () => {
    const octets = [...ascii(`--b\r\nA: x${' '.repeat(16_000)}y\r\n\r\n\r\n--b--`)].map(octet => Uint8Array.of(octet))
    expect(storyOf(octets, {}).at(-1)).toBe('end')
  })
  test('a large body is searched where it lies, however many parts begin in it', () => {
    const large = ascii(`${Array.from({ length: 999 }, (_, i) => part(i)).join('')}--b\r\n\r\n`)
    const reader = new MultipartReader('b')
    reader.receive(concat(large, new Uint8Array(32 * 1024 * 1024)))
    let last = 0
    for (let event = reader.pollEvent(); event !== undefined; event = reader.pollEvent())
      if (event.type === 'body') last = event.bytes.length
    expect(last).toBe(32 * 1024 * 1024)
  })
})

test('RFC 2046 5.1.1: what a Content-Type says of the boundary', () => {
  const of = (type: string): unknown => {
    const found = boundaryIn(type)
    return found instanceof Failure ? `${found.code}: ${found.got}` : found
  }
  expect(of('multipart/form-data; boundary=abc')).toBe('abc')
  expect(of('Multipart/Form-Data;charset=utf-8; Boundary="a b?=:"')).toBe('a b?=:')
  expect(of(`multipart/form-data; boundary=${'x'.repeat(70)}`)).toHaveLength(70)
  expect(of('multipart/form-data')).toBe('http/bad-boundary: no boundary in Content-Type')
  for (const wrong of ['""', '"a "', '"a\tb"', '"ä"', '"a\\"b"', 'x'.repeat(71), '"a;b"'])
    expect(of(`multipart/form-data; boundary=${wrong}`)).toMatch(/^http\/bad-boundary/)
  for (const wrong of [
    '',
    'multipart/form-data; boundary=a; boundary=b',
    'multipart/mixed; boundary=a',
    'text/plain',
    'multipart/form-data boundary=a',
  ])
    expect(of(wrong)).toBe(`http/unsupported-media-type: ${wrong}`)
  expect(boundaryIn('multipart/byteranges; boundary=a', 'multipart/*')).toBe('a')
  expect(boundaryIn('text/plain; boundary=a', 'multipart/*')).toMatchObject({ code: 'http/unsupported-media-type' })
})

describe('RFC 7578 4.2: what a part of a form says of itself', () => {
  const read = (...dispositions: string[]): unknown => {
    const part = formPart(dispositions.map(value => ['Content-Disposition', value]))
    return part instanceof Failure ? part.code : [part.name, part.filename]
  }
  test.each<[value: string, name: string, filename: string | undefined]>([
    ['form-data; name="a"', 'a', undefined],
    ['Form-Data;NAME=a;FileName=b', 'a', 'b'],
    ['form-data; name=""', '', undefined],
    ['form-data; name="a"; filename=""', 'a', ''],
    ['form-data; name="a b"; filename="ü€😀"; x=y', 'a b', 'ü€😀'],
    ['form-data; name="a"; ; filename="b" ; ', 'a', 'b'],
    // Browsers: three characters are percent-encoded, and nothing else.
    ['form-data; name="a%22b"; filename="%0d%0A%25%41"', 'a"b', '\r\n%25%41'],
    ['form-data; name="a"; filename="C:\\dir\\file.txt"', 'a', 'C:\\dir\\file.txt'],
    ['form-data; name="a"; filename="\\\\server\\x"', 'a', '\\\\server\\x'],
    ['form-data; name="a"; filename="ends with \\"', 'a', 'ends with \\'],
    // curl before 7.81, and mail.
    ['form-data; name="a\\"b"; filename="\\"\\"c\\\\"', 'a"b', '""c\\\\'],
    ['form-data; name="a;b"; filename="c; name=d"', 'a;b', 'c; name=d'],
    // RFC 7578 4.2 forbids it; a file stays a file.
    ["form-data; name=a; filename*=UTF-8''%e2%82%ac", 'a', '€'],
    ["form-data; name=a; filename=x; filename*=UTF-8''%e2%82%ac", 'a', 'x'],
  ])('%s', (value, name, filename) => {
    expect(read(value)).toEqual([name, filename])
  })
  test.each([
    ['form-data'],
    ['form-data; filename="b"'],
    ['attachment; name="a"'],
    ['form-dataname="a"'],
    ['form-data name="a"'],
    ['form-data; name="a"; name="b"'],
    ['form-data; name="a"; filename="b"; FILENAME="c"'],
    ['form-data; name="a'],
    ['form-data; name="a"b'],
    ['form-data; name="x\\"; filename="y"'],
    ['form-data; name = "a"'],
    ["form-data; name=a; filename*=UTF-8''%ff"],
    ["form-data; name='a b'"],
    ['form-data; name=ü'],
    [''],
    [],
    ['form-data; name="a"', 'form-data; name="a"'],
  ])('%j %j is http/bad-part', (...values) => {
    expect(read(...values)).toBe('http/bad-part')
  })
  test('the type of its content is said once, or not at all', () => {
    const typed = (...types: string[]) =>
      formPart([['content-disposition', 'form-data; name=a'], ...types.map(type => ['CONTENT-TYPE', type] as const)])
    expect(typed()).toMatchObject({ type: undefined })
    expect(typed('image/png')).toMatchObject({ type: 'image/png' })
    expect(typed('image/png', 'text/html')).toMatchObject({ code: 'http/bad-part' })
  })
})

test('what we write is read back, whatever names and contents are', () => {
  const random = seeded(5)
  const letters = ['a', '"', '\\', '\r', '\n', ';', '=', 'ü', '€', '😀', ' ', '%', '--', '%22'.slice(0, 1), "'", ':']
  const word = (): string =>
    Array.from({ length: random.below(8) }, () => letters[random.below(letters.length)]).join('')
  for (let round = 0; round < 200; round++) {
    const boundary = boundaryOf(random)
    const parts = Array.from({ length: random.below(4) }, () => ({
      // A backslash before the end of a name, and before what was a quotation mark, has two readings.
      name: word().replaceAll('\\', ''),
      filename: random.below(2) === 0 ? undefined : word().replaceAll('\\', ''),
      content: `${word()}\r\n--${boundary.slice(0, -1)}\r\n-`,
    }))
    const body = concat(
      ...parts.flatMap(({ content, ...part }, i) => [partHead(part, i, boundary), Buffer.from(content)]),
      formEnd(parts.length, boundary),
    )
    expect(boundaryIn(formType(boundary))).toBe(boundary)
    const reader = new MultipartReader(boundary)
    reader.receive(body)
    const read: { name: string; filename: string | undefined; content: string }[] = []
    for (let event = reader.pollEvent(); event !== undefined; event = reader.pollEvent()) {
      if (event.type === 'part') {
        const { name, filename } = formPart(event.headers) as { name: string; filename: string | undefined }
        read.push({ name, filename, content: '' })
      } else if (event.type === 'body') read.at(-1)!.content += Buffer.from(event.bytes).toString()
      else expect(event.type).toMatch(/^(part-)?end$/)
    }
    expect(read).toEqual(parts)
  }
})
