import * as zlib from 'node:zlib'
import { deflateRawSync, deflateSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { concat } from '../../test/support/bytes.ts'
import { platforms } from '../../test/support/worlds.ts'
import type { Bytes } from '../engine.ts'
import { seeded } from '../random.ts'
import { type BodyTransform, type ContentCoding, guarded } from './coding.ts'

const all = async (through: BodyTransform, pieces: readonly Bytes[]): Promise<Bytes> => {
  const out: Bytes[] = []
  for (const piece of pieces) for await (const bytes of through.push(piece)) out.push(bytes)
  for await (const bytes of through.end()) out.push(bytes)
  return concat(...out)
}
const split = (bytes: Bytes, size: number): Bytes[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.subarray(i * size, (i + 1) * size))

/** As fast as memory; `toEqual` takes seconds for a megabyte. */
const same = (a: Bytes, b: Bytes): boolean => Buffer.compare(a, b) === 0

const text = new TextEncoder().encode('the quick brown fox jumps over the lazy dog. '.repeat(20_000))
const noise = seeded(1).bytes(300_000)

test('Node brings brotli, and from 24 on zstd, best first; the web what its streams know', () => {
  const [node, web] = platforms.map(([, platform]) => platform.world().coders.map(({ coding }) => coding))
  // Node 22 has it too, and takes what is cut short for whole.
  const hasZstd = Number(process.versions.node.split('.')[0]) >= 24
  expect(node).toEqual(['br', ...(hasZstd ? ['zstd'] : []), 'gzip', 'deflate'])
  expect(web).toEqual(['gzip', 'deflate'])
})

test('what brotli compresses here zlib expands, in windows that a small client has', async () => {
  const br = platforms[0]![1].world().coders.find(({ coding }) => coding === 'br')!
  const coded = await all(br.compress(), [text])
  expect(same(new Uint8Array(zlib.brotliDecompressSync(coded)), text)).toBe(true)
  // RFC 7932 9.1: the first bits are the size of the window; 2^19 here.
  expect(coded[0]! & 0x0f).toBe(0b0101)
})

describe.each(platforms)('%s', (_, platform) => {
  const { coders } = platform.world()
  const coder = (coding: ContentCoding) => coders.find(one => one.coding === coding)!

  test.each(coders.map(({ coding }) => coding))('%s gives back what went in, in whatever pieces', async coding => {
    for (const plain of [text, noise, new Uint8Array(0)]) {
      for (const size of [7777, 1_000_000]) {
        const coded = await all(coder(coding).compress(), split(plain, size))
        expect(same(await all(coder(coding).decompress(), split(coded, size)), plain)).toBe(true)
      }
    }
  })

  test('what is compressed here, zlib expands, and the other way round', async () => {
    expect(same(new Uint8Array(gunzipSync(await all(coder('gzip').compress(), [text]))), text)).toBe(true)
    expect(same(new Uint8Array(inflateSync(await all(coder('deflate').compress(), [text]))), text)).toBe(true)
    expect(same(await all(coder('gzip').decompress(), split(gzipSync(text), 100)), text)).toBe(true)
    expect(same(await all(coder('deflate').decompress(), split(deflateSync(text), 100)), text)).toBe(true)
  })

  test('deflate without its zlib header is understood too', async () => {
    expect(same(await all(coder('deflate').decompress(), [deflateRawSync(text)]), text)).toBe(true)
  })

  test.each(coders.map(({ coding }) => coding))('%s that is cut short, anywhere, is not complete', async coding => {
    const coded = await all(coder(coding).compress(), [text])
    for (const length of [1, 5, Math.floor(coded.length / 2), coded.length - 1]) {
      await expect(all(coder(coding).decompress(), [coded.subarray(0, length)])).rejects.toThrow()
    }
  })

  test.each(coders.map(({ coding }) => coding))('a bomb of %s is http/expands-too-far', async coding => {
    const bomb = await all(coder(coding).compress(), [new Uint8Array(60_000_000)])
    expect(bomb.length).toBeLessThan(100_000)
    await expect(all(guarded(coder(coding)), [bomb])).rejects.toMatchObject({ code: 'http/expands-too-far' })
  })

  const flushing = coders.filter(({ compress }) => compress().flush !== undefined).map(({ coding }) => coding)
  test.runIf(flushing.length > 0).each(flushing)('%s lets go of what went in when it is flushed', async coding => {
    const [through, back] = [coder(coding).compress(), coder(coding).decompress()]
    const out: Bytes[] = []
    const pass = async (pieces: AsyncIterable<Bytes>) => {
      for await (const piece of pieces) for await (const bytes of back.push(piece)) out.push(bytes)
    }
    for (const word of ['first', 'second', 'third']) {
      out.length = 0
      await pass(through.push(new TextEncoder().encode(word)))
      await pass(through.flush!())
      expect(new TextDecoder().decode(concat(...out))).toBe(word)
    }
    through.destroy()
    back.destroy()
  })

  test('that has no octet at all is empty: servers name a coding and send nothing', async () => {
    for (const one of coders) expect(await all(guarded(one), [])).toHaveLength(0)
    await expect(all(guarded(coder('gzip')), [Uint8Array.of(0x1f)])).rejects.toThrow()
  })

  test('broken and cut-short bodies are refused', async () => {
    const coded = new Uint8Array(gzipSync(text))
    await expect(all(coder('gzip').decompress(), [coded.subarray(0, coded.length - 9)])).rejects.toThrow()
    await expect(all(coder('gzip').decompress(), [text])).rejects.toThrow()
    const damaged = coded.slice()
    damaged[coded.length - 6]! ^= 1
    await expect(all(coder('gzip').decompress(), [damaged])).rejects.toThrow()
  })

  test('of a body that was given up nothing more comes, and no failure goes unhandled', async () => {
    const through = coder('gzip').decompress()
    for await (const _ of through.push(new Uint8Array(gzipSync(text)).subarray(0, 100))) break
    through.destroy()
    expect(await all(through, [text])).toHaveLength(0)
    coder('gzip').compress().destroy()
  })

  test('a consumer that does not pull is not worked ahead of', async () => {
    const bomb = new Uint8Array(gzipSync(new Uint8Array(50_000_000)))
    const through = coder('gzip').decompress()
    let seen = 0
    for await (const bytes of through.push(bomb)) {
      seen += bytes.length
      if (seen > 1_000_000) break
    }
    const before = process.memoryUsage().arrayBuffers
    await new Promise(resolve => setTimeout(resolve, 50))
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(5_000_000)
    through.destroy()
  })
})
