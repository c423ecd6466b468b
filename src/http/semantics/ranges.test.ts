import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { seeded } from '../../random.ts'
import { latin1Text } from '../../wire/bytes.ts'
import { multipart } from './byteranges.ts'
import { contentRange, partOf, rangesOf } from './ranges.ts'

/** As `first-last`, both included, as the field has it. */
const shown = (range: string, size = 1000): string | undefined => {
  const ranges = rangesOf(range, size)
  return typeof ranges === 'object' ? ranges.map(({ start, end }) => `${start}-${end - 1}`).join() : ranges
}

describe('RFC 9110 14.1.2: byte ranges', () => {
  test.each([
    ['bytes=0-499', '0-499'],
    ['bytes=500-999', '500-999'],
    ['bytes=-500', '500-999'],
    ['bytes=9500-', 'unsatisfiable'],
    ['bytes=500-', '500-999'],
    ['bytes=0-0', '0-0'],
    ['bytes=999-', '999-999'],
    ['bytes=999-5000', '999-999'],
    ['bytes=-5000', '0-999'],
    ['bytes=-1', '999-999'],
    ['bytes=0-99999999999999999999999999', '0-999'],
    ['bytes=-99999999999999999999999999', '0-999'],
    ['Bytes=0-0', '0-0'],
    ['bytes= 0-0 ,\t999-999 ', '0-0,999-999'],
    ['bytes=,0-0,,', '0-0'],
  ])('%s of 1000', (range, wanted) => {
    expect(shown(range)).toBe(wanted)
  })

  test('a range that begins behind the end, and the last none, cannot be had', () => {
    expect(shown('bytes=1000-')).toBe('unsatisfiable')
    expect(shown('bytes=1000-1000,2000-')).toBe('unsatisfiable')
    expect(shown('bytes=-0')).toBe('unsatisfiable')
    expect(shown('bytes=1000-,0-0')).toBe('0-0')
  })
})

describe('RFC 9110 14.2: Range is ignored', () => {
  test.each([
    ['items=0-1'],
    ['bytes'],
    ['bytes='],
    ['bytes=,'],
    ['bytes=-'],
    ['bytes=1'],
    ['bytes=5-4'],
    ['bytes=0-0,5-4'],
    ['bytes=0-0;1-1'],
    ['bytes=0x0-1'],
    ['bytes=+1-2'],
    ['bytes=0 - 1'],
    ['bytes=0-1-2'],
    ['bytes=a-b'],
    ['bytes =0-1'],
    [''],
  ])('%j', range => {
    expect(shown(range)).toBeUndefined()
  })
  test('of nothing there is no part', () => {
    expect(shown('bytes=0-', 0)).toBeUndefined()
    expect(shown('bytes=-5', 0)).toBeUndefined()
  })
  test('where it has more than 64 members', () => {
    const many = (count: number) => `bytes=${Array.from({ length: count }, (_, i) => `${i * 200}-${i * 200}`).join()}`
    expect(rangesOf(many(64), 100_000)).toHaveLength(64)
    expect(rangesOf(many(65), 100_000)).toBeUndefined()
    expect(rangesOf(`bytes=${'0-,'.repeat(5000)}`, 100_000)).toBeUndefined()
    // Empty ones count too: what stands behind them is not cut off.
    expect(rangesOf(`bytes=0-0,${' ,'.repeat(62)}5-5`, 100)).toEqual([{ start: 0, end: 6 }])
    expect(rangesOf(`bytes=0-0,${' ,'.repeat(63)}5-5`, 100)).toBeUndefined()
  })
})

describe('RFC 9110 15.3.7.2, 17.15: ranges that overlap or nearly touch are one', () => {
  test.each([
    ['bytes=0-9,5-19', '0-19'],
    ['bytes=5-19,0-9', '0-19'],
    ['bytes=0-9,10-19', '0-19'],
    ['bytes=0-,0-,0-,0-', '0-999'],
    ['bytes=0-9,500-509,20-29', '0-29,500-509'],
    ['bytes=500-509,0-9', '500-509,0-9'],
    ['bytes=0-999,5-6', '0-999'],
    ['bytes=0-9,106-115', '0-115'],
    ['bytes=0-9,107-115', '0-9,107-115'],
  ])('%s', (range, wanted) => {
    expect(shown(range)).toBe(wanted)
  })

  test('whatever is asked for: every octet that was, once, within the whole, and no answer much longer than it', () => {
    const spec = fc.oneof(
      fc.tuple(fc.nat(3000), fc.nat(400)).map(([first, more]) => `${first}-${first + more}`),
      fc.nat(3000).map(first => `${first}-`),
      fc.nat(3000).map(last => `-${last}`),
    )
    fc.assert(
      fc.property(fc.array(spec, { minLength: 1, maxLength: 70 }), fc.integer({ min: 1, max: 2500 }), (specs, size) => {
        const wanted = new Set<number>()
        for (const each of specs) {
          const [first = '', last = ''] = each.split('-')
          const from = first === '' ? Math.max(0, size - Number(last)) : Number(first)
          const to = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last))
          for (let at = from; at <= to; at++) wanted.add(at)
        }
        const ranges = rangesOf(`bytes=${specs.join(', ')}`, size)
        if (specs.length > 64 || wanted.size === 0) {
          expect(ranges).toBe(specs.length > 64 ? undefined : 'unsatisfiable')
          return
        }
        const sent = (ranges as readonly { start: number; end: number }[]).flatMap(({ start, end }) =>
          Array.from({ length: end - start }, (_, i) => start + i),
        )
        expect(new Set(sent).size).toBe(sent.length)
        expect(sent.every(at => at < size)).toBe(true)
        expect([...wanted].every(at => sent.includes(at))).toBe(true)
        const body = multipart(ranges as never, { size, contentType: 'text/plain', random: seeded(1) })
        expect(body.length).toBeLessThan(size * 2 + 500)
      }),
      { numRuns: 200 },
    )
  })
})

test('RFC 9110 14.4: Content-Range has both positions and the size, and a star for what cannot be had', () => {
  expect(contentRange({ start: 0, end: 500 }, 1234)).toBe('bytes 0-499/1234')
  expect(contentRange(undefined, 47022)).toBe('bytes */47022')
})

test('RFC 9110 14.6: parts of multipart/byteranges each have their type and place, between boundaries', () => {
  const text = '0123456789'.repeat(80)
  const ranges = [
    { start: 500, end: 510 },
    { start: 7, end: 10 },
  ]
  const body = multipart(ranges, { size: 800, contentType: 'text/x; a="b"', random: seeded(4) })
  const boundary = /^multipart\/byteranges; boundary=([\w-]{20,70})$/.exec(body.contentType)![1]!
  const written = body.pieces
    .map(piece => ('start' in piece ? text.slice(piece.start, piece.end) : latin1Text(piece)))
    .join('')
  expect(written).toBe(
    [
      `--${boundary}`,
      'Content-Type: text/x; a="b"',
      'Content-Range: bytes 500-509/800',
      '',
      '0123456789',
      `--${boundary}`,
      'Content-Type: text/x; a="b"',
      'Content-Range: bytes 7-9/800',
      '',
      '789',
      `--${boundary}--`,
      '',
    ].join('\r\n'),
  )
  expect(body.length).toBe(written.length)
  const other = multipart(ranges, { size: 800, contentType: undefined, random: seeded(5) })
  expect(other.contentType).not.toBe(body.contentType)
  expect(latin1Text(other.pieces[0] as Uint8Array)).not.toContain('Content-Type')
})

test('RFC 9110 14.4: a Content-Range is read strictly, and one that contradicts itself is none', () => {
  expect(partOf('bytes 0-9/100')).toEqual({ start: 0, end: 10, size: 100 })
  expect(partOf('Bytes 5-5/6')).toEqual({ start: 5, end: 6, size: 6 })
  expect(partOf('bytes 5-9/*')).toEqual({ start: 5, end: 10, size: undefined })
  for (const wrong of [
    'bytes */100',
    'bytes 9-5/100',
    'bytes 0-100/100',
    'bytes 0-9/9',
    'bytes 0-9',
    'bytes=0-9/100',
    'bytes -9/100',
    'bytes 0-/100',
    'lines 0-9/100',
    'bytes 0-9/100 ',
    'bytes 0-9/100, bytes 0-9/100',
    'bytes 0-9999999999999999/*',
    '',
  ]) {
    expect([wrong, partOf(wrong)]).toEqual([wrong, undefined])
  }
})
