import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { webCoders } from '../../src/web/coders.ts'
import { decodedBody, isText, textOf } from './body.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

test('what was compressed once or twice comes out as it was', async () => {
  const plain = bytesOf('hello '.repeat(500))
  expect(text((await decodedBody(gzipSync(plain), ['gzip'], webCoders)).bytes)).toBe(text(plain))
  const twice = await decodedBody(deflateSync(gzipSync(plain)), ['x-gzip', 'deflate'], webCoders)
  expect([text(twice.bytes), twice.cut, twice.left]).toEqual([text(plain), false, []])
  expect(await decodedBody(plain, [], webCoders)).toEqual({ bytes: plain, cut: false, left: [], broken: false })
})

test('a coding that nobody here undoes is left, and said', async () => {
  const packed = brotliCompressSync('x')
  const { bytes, left } = await decodedBody(gzipSync(packed), ['br', 'gzip'], webCoders)
  expect([left, [...bytes]]).toEqual([['br'], [...packed]])
})

test('a body that is not what it says stays as it came', async () => {
  const body = bytesOf('not gzip at all')
  expect(await decodedBody(body, ['gzip'], webCoders)).toEqual({
    bytes: body,
    cut: false,
    left: ['gzip'],
    broken: true,
  })
  const short = gzipSync('hello '.repeat(500)).subarray(0, 20)
  expect((await decodedBody(short, ['gzip'], webCoders)).broken).toBe(true)
})

test('a few bytes that stand for a hundred megabytes are undone no further than can be shown', async () => {
  const bomb = gzipSync(new Uint8Array(100 * 1024 * 1024))
  const { bytes, cut } = await decodedBody(bomb, ['gzip'], webCoders)
  expect([bytes.length, cut]).toEqual([2 * 1024 * 1024, true])
  const twice = await decodedBody(gzipSync(bomb), ['gzip', 'gzip'], webCoders)
  expect([twice.bytes.length, twice.cut]).toEqual([2 * 1024 * 1024, true])
})

test('text is told from bytes, and read in the characters that it says', () => {
  expect([
    isText(bytesOf('grün, 你好\n')),
    isText(Uint8Array.of(0x89, 0x50, 0, 1, 2, 3)),
    isText(new Uint8Array(0)),
  ]).toEqual([true, false, true])
  expect(textOf(Uint8Array.of(0x67, 0x72, 0xfc, 0x6e), 'text/plain; charset=iso-8859-1')).toBe('grün')
  expect(textOf(bytesOf('grün'), 'text/plain; charset=no-such-thing')).toBe('grün')
})
